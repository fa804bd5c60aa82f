#include "dataplane/stream/tcp_reassembler.h"

#include <utility>

#include "dataplane/stream/reassembly.h"
#include "dataplane/stream/sequence.h"

namespace sluice::stream {

using content::Direction;
using content::Index;
using content::Opposite;
using packet::Packet;
using packet::TcpFields;
using packet::TcpFlag;

namespace {

constexpr uint8_t kDecidingFlags = TcpFlag::kFin | TcpFlag::kSyn | TcpFlag::kRst | TcpFlag::kAck | TcpFlag::kUrg;

Status Check(const TcpOptions& options) {
  const auto invalid = [](const char* message) { return Error(ErrorCode::kInvalidArgument, message); };
  if (options.max_held_packets == 0) return invalid("max_held_packets is 0, expected at least 1");
  if (options.max_held_per_direction == 0) return invalid("max_held_per_direction is 0, expected at least 1");
  if (options.max_retained_per_direction == 0) return invalid("max_retained_per_direction is 0, expected at least 1");
  if (options.min_window > kLargestWindow)
    return invalid("min_window is over 2^30, the largest window of TCP (RFC 7323)");
  if (options.gap_timeout <= std::chrono::nanoseconds(0)) return invalid("gap_timeout is not positive");
  return {};
}

}  // namespace

Reassembly::Reassembly(const TcpOptions& options) noexcept
    : options_(options), max_retained_packets_(options.max_held_packets - options.max_held_packets / 4) {}

void Reassembly::Follow(const FailOpen& open) noexcept {
  options_.forward_over_hold_limit = open.over_hold_limit;
  options_.forward_unverified_repeat = open.unverified_repeat;
  options_.frames_pass_beside = options_.frames_pass_beside || open.overload;
}

void Reassembly::Push(TcpConnection& connection, Direction direction, Packet& packet) noexcept {
  bool retained = false;
  if (!TakePlain(connection, direction, packet, retained)) return PushSlowly(connection, direction, packet);
  pending_ = Delivery{};
  pending_.packet = &packet;
  pending_.direction = direction;
  pending_.run = packet.Payload();
  pending_.run_offset = connection.half[Index(direction)].edge_offset - pending_.run.size();
  pending_.note = pending_.run.empty() ? SegmentNote::kControl : SegmentNote::kInOrder;
  pending_.retained = retained;
  has_pending_ = true;
}

// Neither FIN nor RST nor SYN, the next number, and an acknowledgement within what was delivered.
bool Reassembly::TakePlain(TcpConnection& connection, Direction direction, Packet& packet, bool& retained) noexcept {
  TcpHalf& half = connection.half[Index(direction)];
  TcpHalf& other = connection.half[Index(Opposite(direction))];
  const TcpFields& tcp = packet.headers.tcp;
  if (!half.plain || tcp.seq != half.edge || (tcp.flags & kDecidingFlags) != TcpFlag::kAck) return false;
  if (half.held != nullptr || other.held != nullptr || !other.acked_valid) return false;
  if (half.has_timestamp) {
    if (!tcp.has_timestamp || SequenceBefore(tcp.timestamp_value, half.last_timestamp)) return false;
  }
  const int32_t newly_acked = SequenceDistance(other.acked, tcp.ack);
  if (newly_acked != 0) {
    if (newly_acked < 0 || !other.seen || newly_acked > SequenceDistance(other.acked, other.edge)) return false;
    other.acked = tcp.ack;
    ReleaseAcknowledged(other);
  }
  other.window = static_cast<uint32_t>(tcp.window) << other.window_shift;
  if (half.has_timestamp) half.last_timestamp = tcp.timestamp_value;

  const uint32_t bytes = packet.headers.payload_length;
  retained = bytes > 0 && Retain(half, packet, tcp.seq);
  half.edge += bytes;
  half.edge_offset += bytes;
  return true;
}

bool Reassembly::TakeInOrder(TcpConnection& connection, Direction direction, Packet& packet, bool& retained) noexcept {
  if (!TakePlain(connection, direction, packet, retained)) [[unlikely]]
    return false;
  counters_.Add(packet.headers.payload_length == 0 ? SegmentNote::kControl : SegmentNote::kInOrder);
  return true;
}

bool Reassembly::Next(TcpConnection& connection, Delivery& delivery) noexcept {
  if (!has_pending_) {
    if (!drain_[0] && !drain_[1] && !flushing_) [[likely]]
      return false;
    if (!NextWaiting(connection)) return false;
  }
  has_pending_ = false;
  delivery = pending_;
  counters_.Add(delivery.note);
  return true;
}

Packet* Reassembly::TakeReleased() noexcept {
  Packet* packet = released_;
  if (packet == nullptr) return nullptr;
  released_ = packet->next;
  packet->next = nullptr;
  return packet;
}

bool Reassembly::Retain(TcpHalf& half, Packet& packet, uint32_t first_new) noexcept {
  if (IsTap() && !options_.retain_in_tap) return false;
  if (half.retained_count >= options_.max_retained_per_direction || retained_total_ >= max_retained_packets_)
      [[unlikely]] {
    retained_given_up_.Add();
    if (half.retained == nullptr) return false;
    ReleaseOldest(half);
  }
  AppendRetained(half, packet, first_new);
  ++retained_total_;
  return true;
}

void Reassembly::ReleaseOldest(TcpHalf& half) noexcept {
  Packet& packet = TakeOldestRetained(half);
  packet.next = nullptr;
  if (released_ == nullptr) {
    released_ = &packet;
  } else {
    released_tail_->next = &packet;
  }
  released_tail_ = &packet;
  --retained_total_;
}

void Reassembly::ReleaseAcknowledged(TcpHalf& half) noexcept {
  while (OldestIsAcknowledged(half)) ReleaseOldest(half);
}

void Reassembly::ReleaseAll(TcpConnection& connection) noexcept {
  for (TcpHalf& half : connection.half) {
    while (half.retained != nullptr) ReleaseOldest(half);
  }
}

Result<TcpReassembler> TcpReassembler::Create(const TcpOptions& options) {
  if (const Status status = Check(options); !status.ok()) return status.error();
  return TcpReassembler(std::make_unique<Reassembly>(options));
}

TcpReassembler::TcpReassembler(std::unique_ptr<Reassembly> reassembly) : reassembly_(std::move(reassembly)) {}
TcpReassembler::TcpReassembler(TcpReassembler&&) noexcept = default;
TcpReassembler& TcpReassembler::operator=(TcpReassembler&&) noexcept = default;
TcpReassembler::~TcpReassembler() = default;

void TcpReassembler::Push(TcpConnection& connection, Direction direction, Packet& packet) noexcept {
  reassembly_->Push(connection, direction, packet);
}

bool TcpReassembler::TakeInOrder(TcpConnection& connection, Direction direction, Packet& packet, bool& retained) noexcept {
  return reassembly_->TakeInOrder(connection, direction, packet, retained);
}

bool TcpReassembler::Next(TcpConnection& connection, Delivery& delivery) noexcept {
  return reassembly_->Next(connection, delivery);
}

bool TcpReassembler::ExpireGaps(TcpConnection& connection, Timestamp now) noexcept {
  return reassembly_->ExpireGaps(connection, now);
}

void TcpReassembler::Flush(TcpConnection& connection) noexcept {
  reassembly_->Flush(connection);
}

void TcpReassembler::Follow(const FailOpen& open) noexcept {
  reassembly_->Follow(open);
}

Packet* TcpReassembler::TakeReleased() noexcept {
  return reassembly_->TakeReleased();
}
uint32_t TcpReassembler::held_packets() const noexcept {
  return reassembly_->held_packets();
}
const CounterSet<SegmentNote>& TcpReassembler::counters() const noexcept {
  return reassembly_->counters();
}
const Counter& TcpReassembler::retained_given_up() const noexcept {
  return reassembly_->retained_given_up();
}

}  // namespace sluice::stream
