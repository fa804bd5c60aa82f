// StreamHarness: one connection and its reassembler, driven segment by segment, with what came out kept for the test.
//
// It checks on the way what holds for every delivery: a packet comes back once, and its payload is accounted for.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dataplane/stream/tcp_reassembler.h"
#include "tests/unit/dataplane/stream/segment_factory.h"

namespace sluice::stream {

using content::Direction;
using packet::TcpFlag;

class StreamHarness {
 public:
  static constexpr uint32_t kClientIsn = 1000, kServerIsn = 9000;

  explicit StreamHarness(Mode mode) : StreamHarness(WithMode(mode)) {}
  explicit StreamHarness(const TcpOptions& options)
      : reassembler_(std::move(TcpReassembler::Create(options).value())), mode_(options.mode) {}
  StreamHarness(const StreamHarness&) = delete;
  StreamHarness& operator=(const StreamHarness&) = delete;
  // The end of every test: all that was pushed has come back.
  ~StreamHarness() {
    if (!flushed_) Flush();
    EXPECT_EQ(outstanding_.size(), 0u);
    EXPECT_EQ(retained_.size(), 0u);
    EXPECT_EQ(reassembler_.held_packets(), 0u);
  }

  static TcpOptions WithMode(Mode mode) {
    TcpOptions options;
    options.mode = mode;
    return options;
  }

  // SYN, SYN/ACK, ACK. Client data begins at kClientIsn + 1.
  void Open(uint32_t client_isn = kClientIsn, uint32_t server_isn = kServerIsn) {
    client_ = client_isn + 1;
    server_ = server_isn + 1;
    Push({.seq = client_isn, .flags = TcpFlag::kSyn, .window_shift = 2});
    Push({.direction = Direction::kDownload,
          .seq = server_isn,
          .ack = client_,
          .flags = TcpFlag::kSyn | TcpFlag::kAck,
          .window_shift = 2});
    Push({.seq = client_, .ack = server_});
    deliveries_.clear();
  }

  // Client data at a stream offset.
  std::vector<Delivery> Data(uint32_t offset, std::string_view payload, uint8_t flags = TcpFlag::kAck) {
    return Push({.seq = client_ + offset, .ack = server_, .flags = flags, .payload = payload});
  }
  // The server acknowledges the client's bytes up to a stream offset.
  std::vector<Delivery> Ack(uint32_t offset) {
    return Push({.direction = Direction::kDownload, .seq = server_, .ack = client_ + offset});
  }

  std::vector<Delivery> Push(const SegmentSpec& spec) { return Push(factory_.Make(spec), spec.direction); }
  std::vector<Delivery> Push(packet::Packet& packet, Direction direction) {
    outstanding_.insert(&packet);
    reassembler_.Push(connection_, direction, packet);
    return Drain();
  }
  packet::Packet& Make(const SegmentSpec& spec) { return factory_.Make(spec); }

  std::vector<Delivery> Expire(int64_t time_ms) {
    reassembler_.ExpireGaps(connection_, Timestamp::FromNanoseconds(time_ms * 1'000'000));
    return Drain();
  }
  std::vector<Delivery> Flush() {
    flushed_ = true;
    reassembler_.Flush(connection_);
    return Drain();
  }

  const std::string& stream(Direction direction = Direction::kUpload) const {
    return streams_[content::Index(direction)];
  }
  TcpConnection& connection() { return connection_; }
  TcpReassembler& reassembler() { return reassembler_; }
  uint64_t Count(SegmentNote note) const { return reassembler_.counters().value(note); }
  const std::vector<Delivery>& deliveries() const { return deliveries_; }
  uint32_t client() const { return client_; }
  uint32_t server() const { return server_; }

 private:
  std::vector<Delivery> Drain() {
    std::vector<Delivery> out;
    Delivery delivery;
    while (reassembler_.Next(connection_, delivery)) {
      Check(delivery);
      out.push_back(delivery);
      deliveries_.push_back(delivery);
    }
    EXPECT_FALSE(reassembler_.Next(connection_, delivery));
    while (packet::Packet* packet = reassembler_.TakeReleased()) {
      EXPECT_EQ(retained_.erase(packet), 1u);
    }
    return out;
  }

  void Check(const Delivery& delivery) {
    EXPECT_EQ(outstanding_.erase(delivery.packet), 1u) << "delivered twice, or never pushed";
    if (delivery.retained) retained_.insert(delivery.packet);
    const size_t payload = delivery.packet->Payload().size();
    EXPECT_EQ(delivery.run.size() + delivery.repeated_bytes + delivery.unverified_bytes + delivery.rejected_bytes,
              payload);
    EXPECT_TRUE(delivery.alternative.empty() || delivery.alternative.size() == delivery.rejected_bytes);
    EXPECT_TRUE(delivery.alternative.empty() || mode_ == Mode::kTap);
    EXPECT_TRUE(delivery.action == PacketAction::kForward || mode_ == Mode::kInline);
    EXPECT_TRUE(delivery.action == PacketAction::kForward || delivery.run.empty());
    std::string& stream = streams_[content::Index(delivery.direction)];
    stream.append(delivery.gap_before, '?');
    EXPECT_TRUE(delivery.run.empty() || delivery.run_offset == stream.size());
    stream += delivery.run.AsText();
  }

  SegmentFactory factory_;
  TcpReassembler reassembler_;
  Mode mode_;
  TcpConnection connection_;
  std::set<packet::Packet*> outstanding_, retained_;
  std::vector<Delivery> deliveries_;
  std::string streams_[content::kDirections];
  uint32_t client_ = kClientIsn + 1, server_ = kServerIsn + 1;
  bool flushed_ = false;
};

}  // namespace sluice::stream
