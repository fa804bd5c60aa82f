#include "dataplane/stream/tcp_reassembler.h"

#include <utility>

#include "dataplane/stream/reassembly.h"
#include "dataplane/stream/sequence.h"

namespace sluice::stream {

namespace {

Status Check(const TcpOptions& options) {
  const auto invalid = [](const char* message) { return Error(ErrorCode::kInvalidArgument, message); };
  if (options.max_held_packets == 0) return invalid("max_held_packets is 0, expected at least 1");
  if (options.max_held_per_direction == 0) return invalid("max_held_per_direction is 0, expected at least 1");
  if (options.max_retained_per_direction == 0) return invalid("max_retained_per_direction is 0, expected at least 1");
  if (options.min_window > kLargestWindow) return invalid("min_window is over 2^30, the largest window of TCP (RFC 7323)");
  if (options.gap_timeout <= std::chrono::nanoseconds(0)) return invalid("gap_timeout is not positive");
  return {};
}

}  // namespace

Result<TcpReassembler> TcpReassembler::Create(const TcpOptions& options) {
  if (const Status status = Check(options); !status.ok()) return status.error();
  return TcpReassembler(std::make_unique<Reassembly>(options));
}

TcpReassembler::TcpReassembler(std::unique_ptr<Reassembly> reassembly) : reassembly_(std::move(reassembly)) {}
TcpReassembler::TcpReassembler(TcpReassembler&&) noexcept = default;
TcpReassembler& TcpReassembler::operator=(TcpReassembler&&) noexcept = default;
TcpReassembler::~TcpReassembler() = default;

void TcpReassembler::Push(TcpConnection& connection, content::Direction direction, packet::Packet& packet) noexcept {
  reassembly_->Push(connection, direction, packet);
}

bool TcpReassembler::Next(TcpConnection& connection, Delivery& delivery) noexcept {
  return reassembly_->Next(connection, delivery);
}

bool TcpReassembler::ExpireGaps(TcpConnection& connection, Timestamp now) noexcept {
  return reassembly_->ExpireGaps(connection, now);
}

void TcpReassembler::Flush(TcpConnection& connection) noexcept { reassembly_->Flush(connection); }

void TcpReassembler::NotePassed(TcpConnection& connection, content::Direction direction,
                                const packet::Packet& packet) noexcept {
  const bool fin = (packet.headers.tcp.flags & packet::TcpFlag::kFin) != 0;
  reassembly_->NotePassed(connection, direction, DataEnd(packet) + (fin ? 1u : 0u));
}

packet::Packet* TcpReassembler::TakeReleased() noexcept { return reassembly_->TakeReleased(); }
uint32_t TcpReassembler::held_packets() const noexcept { return reassembly_->held_packets(); }
const CounterSet<SegmentNote>& TcpReassembler::counters() const noexcept { return reassembly_->counters(); }
const Counter& TcpReassembler::retained_given_up() const noexcept { return reassembly_->retained_given_up(); }

}  // namespace sluice::stream
