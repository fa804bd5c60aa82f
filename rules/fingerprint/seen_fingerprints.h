// SeenFingerprints: which fingerprints a content has shown already. They are hashes, so that their upper bits are a place in a table as they are.
//
// Thread: value type. Allocates: yes (cold path).
#pragma once

#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

#include "rules/fingerprint/secrets.h"

namespace sluice::fingerprint {

class SeenFingerprints {
 public:
  // False: it was seen before.
  bool Add(Fingerprint fingerprint) {
    // 0 marks a free place.
    if (fingerprint == 0) return !std::exchange(has_zero_, true);
    if (count_ * 2 >= places_.size()) Grow();
    Fingerprint& place = PlaceOf(places_, fingerprint);
    if (place == fingerprint) return false;
    place = fingerprint;
    ++count_;
    return true;
  }

 private:
  static constexpr size_t kFirst = 1024;

  // Where it is, or is to be. REQUIRES: a power of two of places, not all taken.
  static Fingerprint& PlaceOf(std::vector<Fingerprint>& places, Fingerprint fingerprint) {
    const size_t last = places.size() - 1;
    size_t at = static_cast<size_t>(fingerprint >> (64 - std::countr_one(last)));
    while (places[at] != 0 && places[at] != fingerprint) at = (at + 1) & last;
    return places[at];
  }

  void Grow() {
    std::vector<Fingerprint> larger(places_.empty() ? kFirst : 2 * places_.size(), 0);
    for (const Fingerprint fingerprint : places_) {
      if (fingerprint != 0) PlaceOf(larger, fingerprint) = fingerprint;
    }
    places_ = std::move(larger);
  }

  std::vector<Fingerprint> places_;
  size_t count_ = 0;
  bool has_zero_ = false;
};

}  // namespace sluice::fingerprint
