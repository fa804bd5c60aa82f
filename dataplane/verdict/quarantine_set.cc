#include "dataplane/verdict/quarantine_set.h"

#include <bit>
#include <cstring>

namespace sluice::verdict {
namespace {

// Finaliser of MurmurHash3 (A. Appleby).
constexpr uint64_t Mix(uint64_t x) noexcept {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

uint64_t Add(uint64_t hash, const packet::IpAddress& address) noexcept {
  uint64_t halves[2];
  std::memcpy(halves, address.bytes.data(), sizeof halves);
  return Mix(Mix(hash + halves[0]) + halves[1]);
}

// Entries come from people and from rules, at a bounded rate: nobody can aim collisions at the set faster than it grows.
uint64_t HashOf(const QuarantineSubject& subject) noexcept {
  uint64_t hash = Mix(static_cast<uint64_t>(subject.kind) + 1);
  if (subject.kind == QuarantineKind::kFlow) return Mix(hash + subject.flow);
  if (subject.kind != QuarantineKind::kDestination) hash = Add(hash, subject.source);
  if (subject.kind != QuarantineKind::kSource) hash = Add(hash, subject.destination);
  return hash;
}

}  // namespace

QuarantineSet::QuarantineSet(std::vector<QuarantineSubject> subjects, uint32_t generation, size_t workers)
    : generation_(generation), workers_(workers), subjects_(std::move(subjects)), slots_(std::bit_ceil(2 * subjects_.size() + 1)),
      mask_(slots_.size() - 1), drops_(std::make_unique<Drops[]>(workers * subjects_.size())) {
  for (uint32_t entry = 0; entry < subjects_.size(); ++entry) {
    has_[static_cast<size_t>(subjects_[entry].kind)] = true;
    if (Look(subjects_[entry]) != kNone) continue;  // the first of two equal ones counts
    const uint64_t hash = HashOf(subjects_[entry]);
    uint64_t at = hash & mask_;
    while (slots_[at].entry != kNone) at = (at + 1) & mask_;
    slots_[at] = {static_cast<uint32_t>(hash >> 32), entry};
  }
}

uint32_t QuarantineSet::Look(const QuarantineSubject& subject) const noexcept {
  const uint64_t hash = HashOf(subject);
  for (uint64_t at = hash & mask_; slots_[at].entry != kNone; at = (at + 1) & mask_) {
    if (slots_[at].tag == static_cast<uint32_t>(hash >> 32) && subjects_[slots_[at].entry] == subject) return slots_[at].entry;
  }
  return kNone;
}

uint32_t QuarantineSet::Find(const packet::IpAddress& source, const packet::IpAddress& destination, uint64_t flow) const noexcept {
  const auto has = [this](QuarantineKind kind) { return has_[static_cast<size_t>(kind)]; };
  uint32_t found = kNone;
  if (has(QuarantineKind::kFlow)) found = Look({QuarantineKind::kFlow, {}, {}, flow});
  if (found == kNone && has(QuarantineKind::kSource)) found = Look({QuarantineKind::kSource, source, {}, 0});
  if (found == kNone && has(QuarantineKind::kDestination)) found = Look({QuarantineKind::kDestination, {}, destination, 0});
  if (found == kNone && has(QuarantineKind::kPair)) found = Look({QuarantineKind::kPair, source, destination, 0});
  return found;
}

QuarantineSet::Dropped QuarantineSet::DroppedBy(uint32_t entry) const noexcept {
  Dropped sum;
  for (size_t worker = 0; worker < workers_; ++worker) {
    const Drops& drops = drops_[worker * subjects_.size() + entry];
    sum.packets += drops.packets.value();
    sum.bytes += drops.bytes.value();
  }
  return sum;
}

}  // namespace sluice::verdict
