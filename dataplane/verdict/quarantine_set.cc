#include "dataplane/verdict/quarantine_set.h"

#include <bit>
#include <cstring>

namespace sluice::verdict {
namespace {

// A multiplication of 64 by 64 bits, its halves folded together (W. Yi, wyhash): as good as is needed and a few cycles. Entries come from
// people and from rules, at a bounded rate: nobody can aim collisions at the set faster than it grows.
uint64_t Fold(uint64_t a, uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t HashOf(const packet::IpAddress& address, uint64_t role) noexcept {
  uint64_t halves[2];
  std::memcpy(halves, address.bytes.data(), sizeof halves);
  return Fold(Fold(halves[0] ^ 0x9e3779b97f4a7c15u, halves[1] ^ role), 0xd6e8feb86659fd93u);
}

// Of each kind, from the same parts.
struct Hashes {
  uint64_t flow, source, destination, pair;

  Hashes(const packet::IpAddress& from, const packet::IpAddress& to, uint64_t flow_id) noexcept
      : flow(Fold(flow_id ^ 0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu)),
        source(HashOf(from, 0x8ebc6af09c88c6e3u)),
        destination(HashOf(to, 0x589965cc75374cc3u)),
        pair(Fold(source ^ 0x1d8e4e27c47d124fu, destination)) {}

  uint64_t Of(QuarantineKind kind) const noexcept {
    switch (kind) {
      case QuarantineKind::kFlow: return flow;
      case QuarantineKind::kSource: return source;
      case QuarantineKind::kDestination: return destination;
      case QuarantineKind::kPair:
      case QuarantineKind::kCount: break;
    }
    return pair;
  }
};

uint64_t HashOf(const QuarantineSubject& subject) noexcept {
  return Hashes(subject.source, subject.destination, subject.flow).Of(subject.kind);
}

constexpr size_t kFilterBits = 32;  // for each entry, at least

}  // namespace

QuarantineSet::QuarantineSet(std::vector<QuarantineSubject> subjects, uint32_t generation, size_t workers)
    : generation_(generation),
      workers_(workers),
      subjects_(std::move(subjects)),
      slots_(std::bit_ceil(2 * subjects_.size() + 1)),
      mask_(slots_.size() - 1),
      filter_(std::bit_ceil(kFilterBits * subjects_.size() / 64 + 1)),
      filter_mask_(filter_.size() - 1),
      drops_(std::make_unique<Drops[]>(workers * subjects_.size())) {
  for (uint32_t entry = 0; entry < subjects_.size(); ++entry) {
    const uint64_t hash = HashOf(subjects_[entry]);
    if (Look(hash, subjects_[entry]) != kNone) continue;  // the first of two equal ones counts
    uint64_t at = hash & mask_;
    while (slots_[at].entry != kNone) at = (at + 1) & mask_;
    slots_[at] = {static_cast<uint32_t>(hash >> 32), entry};
    filter_[(hash >> 6) & filter_mask_] |= uint64_t{1} << (hash & 63);
  }
}

uint32_t QuarantineSet::Look(uint64_t hash, const QuarantineSubject& subject) const noexcept {
  for (uint64_t at = hash & mask_; slots_[at].entry != kNone; at = (at + 1) & mask_) {
    if (slots_[at].tag == static_cast<uint32_t>(hash >> 32) && subjects_[slots_[at].entry] == subject) return slots_[at].entry;
  }
  return kNone;
}

uint32_t QuarantineSet::Find(const packet::IpAddress& source, const packet::IpAddress& destination, uint64_t flow) const noexcept {
  const Hashes hashes(source, destination, flow);
  // One branch for all four, and nearly always the same way.
  if ((MayHold(hashes.flow) | MayHold(hashes.source) | MayHold(hashes.destination) | MayHold(hashes.pair)) == 0) return kNone;
  uint32_t found = Look(hashes.flow, {QuarantineKind::kFlow, {}, {}, flow});
  if (found == kNone) found = Look(hashes.source, {QuarantineKind::kSource, source, {}, 0});
  if (found == kNone) found = Look(hashes.destination, {QuarantineKind::kDestination, {}, destination, 0});
  if (found == kNone) found = Look(hashes.pair, {QuarantineKind::kPair, source, destination, 0});
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
