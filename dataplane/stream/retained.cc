#include "dataplane/stream/retained.h"

#include <algorithm>
#include <cstring>

namespace sluice::stream {
namespace {

// Walks the retained packets beside the bytes of a repeat.
class RepeatWalk {
 public:
  RepeatWalk(TcpHalf& half, TcpHalfDetail& detail, uint32_t sequence, ByteView bytes) noexcept
      : half_(half), detail_(detail), position_(sequence), rest_(bytes) {}

  Comparison Run() noexcept {
    PassAcknowledged();
    FindFirst();
    while (!rest_.empty() && packet_ != nullptr) CompareWithPacket();
    result_.unknown += static_cast<uint32_t>(rest_.size());
    return result_;
  }

 private:
  void PassAcknowledged() noexcept {
    if (!half_.acked_valid) return;
    const int32_t behind = SequenceDistance(position_, half_.acked);
    if (behind > 0) result_.acknowledged = Consume(static_cast<uint32_t>(behind));
  }

  // Repeats come in sequence as a rule: go on where the last one ended instead of at the oldest packet.
  void FindFirst() noexcept {
    packet_ = half_.retained;
    covered_from_ = half_.retained_start;
    if (!half_.compare_mark || SequenceBefore(position_, detail_.compare_start)) return;
    packet_ = detail_.compare_from;
    covered_from_ = detail_.compare_start;
  }

  void CompareWithPacket() noexcept {
    const packet::Packet& packet = *packet_;
    const uint32_t begin = DataSequence(packet);
    const uint32_t end = DataEnd(packet);
    if (SequenceBefore(position_, end)) {
      const uint32_t covered = LaterSequence(covered_from_, begin);
      const int32_t uncovered = SequenceDistance(position_, covered);
      if (uncovered > 0) result_.unknown += Consume(static_cast<uint32_t>(uncovered));
      CompareBytes(packet.Payload().From(position_ - begin));
      Remember();
      if (rest_.empty()) return;
    }
    covered_from_ = end;
    packet_ = packet_->next;
  }

  void CompareBytes(ByteView inspected) noexcept {
    const size_t size = std::min(inspected.size(), rest_.size());
    if (size == 0) return;
    if (std::memcmp(inspected.data(), rest_.data(), size) != 0) result_.conflict = true;
    result_.equal += Consume(static_cast<uint32_t>(size));
  }

  void Remember() noexcept {
    detail_.compare_from = packet_;
    detail_.compare_start = covered_from_;
    half_.compare_mark = true;
  }

  uint32_t Consume(uint32_t size) noexcept {
    const auto taken = static_cast<uint32_t>(std::min<size_t>(size, rest_.size()));
    rest_ = rest_.From(taken);
    position_ += taken;
    return taken;
  }

  TcpHalf& half_;
  TcpHalfDetail& detail_;
  uint32_t position_;
  ByteView rest_;
  packet::Packet* packet_ = nullptr;
  uint32_t covered_from_ = 0;
  Comparison result_;
};

}  // namespace

Comparison CompareRepeat(TcpHalf& half, TcpHalfDetail& detail, uint32_t sequence, ByteView bytes) noexcept {
  return RepeatWalk(half, detail, sequence, bytes).Run();
}

}  // namespace sluice::stream
