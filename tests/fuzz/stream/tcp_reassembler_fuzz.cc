// Any sequence of segments on one connection: each packet comes back once and is accounted for, inline forwards only
// what agrees with what was delivered, and at the end nothing is held.
//
// Input: one byte of options, then records of 8 bytes (kind, flags, sequence, acknowledgement, size, fill) each.
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "base/byte_view.h"
#include "dataplane/stream/tcp_reassembler.h"
#include "tests/unit/dataplane/stream/segment_factory.h"

namespace sluice::stream {
namespace {

using content::Direction;

void Require(bool holds) {
  if (!holds) std::abort();
}

class Driver {
 public:
  explicit Driver(uint8_t choice)
      : options_(Choose(choice)), reassembler_(std::move(TcpReassembler::Create(options_).value())) {}

  void Take(ByteView record) {
    const uint8_t kind = record[0];
    if (kind == 0xff) return Flush();
    const Direction direction = (kind & 1) != 0 ? Direction::kDownload : Direction::kUpload;
    time_ms_ += kind >> 4;
    // Numbers near the edge of what was sent, so that segments meet.
    const uint32_t seq = Near(direction, static_cast<int16_t>(LoadBe16(record.data() + 2)), (kind & 2) != 0);
    const uint32_t ack = Near(content::Opposite(direction), static_cast<int8_t>(record[4]), (kind & 4) != 0);
    const std::string payload(record[5], static_cast<char>(record[6]));
    packet::Packet& packet = factory_.Make({.direction = direction,
                                            .seq = seq,
                                            .ack = ack,
                                            .flags = record[1],
                                            .payload = payload,
                                            .window = static_cast<uint16_t>(record[7] << 4),
                                            .urgent_pointer = record[7],
                                            .window_shift = record[7],
                                            .has_timestamp = (kind & 8) != 0,
                                            .timestamp_value = record[7],
                                            .timestamp_echo = record[6],
                                            .time_ms = time_ms_});
    outstanding_.insert(&packet);
    reassembler_.Push(connection_, direction, packet);
    Drain();
  }

  void Flush() {
    reassembler_.Flush(connection_);
    Drain();
    Require(outstanding_.empty() && retained_.empty() && reassembler_.held_packets() == 0);
    connection_ = TcpConnection{};
    for (auto& stream : streams_) stream.clear();
  }

 private:
  static TcpOptions Choose(uint8_t choice) {
    TcpOptions options;
    options.mode = (choice & 1) != 0 ? Mode::kInline : Mode::kTap;
    options.retain_in_tap = (choice & 2) == 0;
    options.forward_over_hold_limit = (choice & 4) != 0;
    options.forward_unverified_repeat = (choice & 8) != 0;
    if ((choice & 16) != 0) options.max_held_per_direction = options.max_retained_per_direction = 2;
    options.frames_pass_beside = (choice & 64) != 0;
    if ((choice & 32) != 0) options.max_held_packets = 5;
    return options;
  }

  uint32_t Near(Direction direction, int32_t distance, bool absolute) const {
    return (absolute ? 0xfffffff0u : NextSequence(connection_, direction)) + static_cast<uint32_t>(distance);
  }

  void Drain() {
    Delivery delivery;
    while (reassembler_.Next(connection_, delivery)) Check(delivery);
    while (packet::Packet* packet = reassembler_.TakeReleased()) Require(retained_.erase(packet) == 1);
    Require(outstanding_.size() + retained_.size() == reassembler_.held_packets());
  }

  void Check(const Delivery& delivery) {
    Require(outstanding_.erase(delivery.packet) == 1);
    if (delivery.retained) retained_.insert(delivery.packet);
    const ByteView payload = delivery.packet->Payload();
    Require(delivery.run.size() + delivery.repeated_bytes + delivery.unverified_bytes + delivery.rejected_bytes ==
            payload.size());
    Require(delivery.alternative.empty() || delivery.alternative.size() == delivery.rejected_bytes);
    Require(delivery.action == PacketAction::kForward || delivery.run.empty());
    std::string& stream = streams_[content::Index(delivery.direction)];
    if (!delivery.run.empty()) {
      Require(delivery.run_offset == stream.size() + delivery.gap_before);
      Require(delivery.run.end() == payload.end());
    }
    stream.append(delivery.gap_before, '?');
    stream += delivery.run.AsText();
    if (delivery.action == PacketAction::kForward && delivery.note == SegmentNote::kRepeatVerified)
      CheckRepeat(delivery, stream);
  }

  // A repeat that goes on as verified holds the bytes that were delivered at its place.
  void CheckRepeat(const Delivery& delivery, const std::string& stream) const {
    const packet::TcpFields& tcp = delivery.packet->headers.tcp;
    const uint32_t first = SequenceAt(connection_, delivery.direction, 0);
    const uint32_t offset = tcp.seq + ((tcp.flags & packet::TcpFlag::kSyn) != 0 ? 1u : 0u) - first;
    const std::string_view bytes = delivery.packet->Payload().AsText();
    Require(offset <= stream.size() && stream.compare(offset, bytes.size(), bytes) == 0);
  }

  TcpOptions options_;
  SegmentFactory factory_;
  TcpReassembler reassembler_;
  TcpConnection connection_;
  std::set<packet::Packet*> outstanding_, retained_;
  std::string streams_[content::kDirections];
  int64_t time_ms_ = 0;
};

}  // namespace
}  // namespace sluice::stream

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::ByteReader reader({data, size});
  uint8_t choice = 0;
  if (!reader.Read8(choice)) return 0;
  sluice::stream::Driver driver(choice);
  sluice::ByteView record;
  while (reader.ReadBytes(8, record)) driver.Take(record);
  driver.Flush();
  return 0;
}
