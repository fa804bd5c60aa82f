// Selector: the fingerprints of content, in any cut: of its text where it reads as text, of its bytes where it does not.
//
// In every 8 KiB the first KiB is taken both ways and looked at; the rest is taken the way it suggests. What comes out depends on
// offsets and bytes alone, never on how they were cut. Used alike by registration and on the wire.
// Thread: value type; one Selector for any number of states. Allocates: never. REQUIRES: as TextSelector.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "rules/fingerprint/binary_selector.h"
#include "rules/fingerprint/control_bytes.h"
#include "rules/fingerprint/sip_words.h"
#include "rules/fingerprint/text_selector.h"

namespace sluice::fingerprint {

enum class Kind : uint8_t { kText, kBinary, kCount };
constexpr std::string_view Name(Kind kind) { return kind == Kind::kText ? "text" : "binary"; }

struct Selected {
  Fingerprint fingerprint = 0;
  uint64_t end = 0;  // offset in the content of the byte behind what was hashed
  Kind kind = Kind::kText;
};

struct SelectorState {
  TextState text;
  BinaryState binary;
  uint64_t offset = 0;     // of the next byte
  uint64_t begin = 0;      // where this stretch began: 0, or behind lost bytes
  uint32_t controls = 0;   // control bytes in the zone that is looked at
  uint32_t zeros = 0;
  bool reads_as_text = false;
  bool is_clearly_binary = false;  // of the zone: its first steps say so already
};

class Selector {
 public:
  explicit Selector(const Secrets& secrets) : secrets_(&secrets), text_(secrets), binary_(secrets) {}

  // `offset`: where in the content the next byte stands; other than 0 behind lost bytes.
  void Begin(SelectorState& state, uint64_t offset = 0) const noexcept {
    state = SelectorState();
    state.offset = state.begin = offset;
    text_.Begin(state.text);
    binary_.Begin(state.binary);
  }

  // Calls emit(const Selected&), in order of `end`, but for text and binary of the same stretch one behind the other.
  template <typename Emit>
  void Feed(SelectorState& state, ByteView run, Emit&& emit) const noexcept {
    while (!run.empty()) {
      const uint64_t within = (state.offset - state.begin) % kEpoch;
      const bool looking = within < kZone;
      const ByteView part = run.First(static_cast<size_t>(looking ? kStep - within % kStep : kEpoch - within));
      Chosen chosen{secrets_->sip, state.offset};
      if (looking ? !state.is_clearly_binary : state.reads_as_text) {
        text_.Feed(state.text, part, [&](uint64_t word, size_t end) { chosen.Add(word, end, Kind::kText, emit); });
        chosen.HandOn(Kind::kText, emit);
      }
      if (looking || !state.reads_as_text) {
        // Text and blocks never stand for each other.
        binary_.Feed(state.binary, part, [&](uint64_t word, size_t end) { chosen.Add(~word, end, Kind::kBinary, emit); });
        chosen.HandOn(Kind::kBinary, emit);
      }
      if (looking) Look(state, part);
      state.offset += part.size();
      run = run.From(part.size());
      const uint64_t looked = within + part.size();
      if (looking && looked % kStep == 0) state.is_clearly_binary = state.is_clearly_binary || state.controls > looked / 16;
      if (looking && (state.offset - state.begin) % kEpoch == kZone) Decide(state);
    }
  }

  // Of a content that is shorter than a zone.
  static bool ReadsAsText(ByteView content) noexcept {
    SelectorState state;
    Look(state, content);
    return IsText(state, content.size());
  }

  static constexpr uint64_t kEpoch = 8192, kZone = 1024;
  static constexpr uint64_t kStep = 128;  // of a zone: behind each it may be clear that this is no text

 private:
  // Words that were chosen and wait to be hashed together.
  struct Chosen {
    static constexpr size_t kMost = 32;
    const std::array<uint64_t, 2>& key;
    uint64_t begin;  // offset in the content of the bytes at hand
    size_t count = 0;
    std::array<uint64_t, kMost> words;
    std::array<uint64_t, kMost> ends;

    Chosen(const std::array<uint64_t, 2>& sip_key, uint64_t offset) noexcept : key(sip_key), begin(offset) {}

    template <typename Emit>
    void Add(uint64_t word, size_t end, Kind kind, Emit& emit) noexcept {
      words[count] = word;
      ends[count] = begin + end;
      if (++count == kMost) HandOn(kind, emit);
    }
    template <typename Emit>
    void HandOn(Kind kind, Emit& emit) noexcept {
      SipHashWords(key, {words.data(), count});
      for (size_t i = 0; i < count; ++i) emit(Selected{words[i] & kFingerprintMask, ends[i], kind});
      count = 0;
    }
  };

  static bool IsText(const SelectorState& state, uint64_t bytes) noexcept { return state.controls <= bytes / 64 && state.zeros <= bytes * 5 / 8; }

  static void Look(SelectorState& state, ByteView part) noexcept {
    const ControlBytes found = CountControls(part);
    state.controls += found.controls;
    state.zeros += found.zeros;
  }

  // The way that is left out begins anew when it is taken again.
  void Decide(SelectorState& state) const noexcept {
    state.reads_as_text = IsText(state, kZone);
    state.controls = state.zeros = 0;
    state.is_clearly_binary = false;
    if (state.reads_as_text) binary_.Begin(state.binary);
    else text_.Begin(state.text);
  }

  const Secrets* secrets_;
  TextSelector text_;
  BinarySelector binary_;
};

}  // namespace sluice::fingerprint
