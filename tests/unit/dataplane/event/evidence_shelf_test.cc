// The shelf: bytes and packets of an object until it is known whether they are wanted; every bound is named and counted.
#include "dataplane/event/evidence_shelf.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::event {
namespace {

std::string Text(const EvidenceBytes& chain) {
  std::string text;
  for (const EvidenceBuffer* buffer = chain.first; buffer != nullptr; buffer = buffer->next) text.append(reinterpret_cast<const char*>(buffer->bytes.data()), buffer->size);
  return text;
}
ByteView View(const std::string& text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

packet::Packet Frame(const std::string& bytes) {
  packet::Packet packet;
  packet.data = View(bytes).data();
  packet.length = packet.wire_length = static_cast<uint32_t>(bytes.size());
  packet.time = Timestamp::FromNanoseconds(7'000'000'009);
  return packet;
}

class EvidenceShelfTest : public ::testing::Test {
 protected:
  static constexpr size_t kBuffers = 6;
  uint64_t Count(EvidenceCounter counter) const { return shelf_->counters().value(counter); }
  std::unique_ptr<EvidenceShelf> shelf_ = EvidenceShelf::Create({.items = 2, .object_bytes = 20'000, .packet_bytes = 500, .buffer_bytes = kBuffers * sizeof(EvidenceBuffer)}).value();
};

TEST_F(EvidenceShelfTest, KeepsBytesInOrderAcrossBuffers) {
  EvidenceItem* item = shelf_->Begin();
  std::string all;
  for (int i = 0; i < 180; ++i) {
    const std::string part(100, static_cast<char>('a' + i % 26));
    shelf_->AddObject(*item, View(part));
    all += part;
  }
  EXPECT_EQ(Text(item->object), all);
  EXPECT_EQ(item->bytes_seen, all.size());
  EXPECT_FALSE(item->over_limit);
}

TEST_F(EvidenceShelfTest, KeepsTheBeginningOfWhatIsTooLargeAndSaysSo) {
  EvidenceItem* item = shelf_->Begin();
  shelf_->AddObject(*item, View(std::string(15'000, 'a')));
  shelf_->AddObject(*item, View(std::string(15'000, 'b')));
  shelf_->AddObject(*item, View(std::string(15'000, 'c')));
  EXPECT_EQ(Text(item->object), std::string(15'000, 'a') + std::string(5'000, 'b'));
  EXPECT_EQ(item->bytes_seen, 45'000u);
  EXPECT_TRUE(item->over_limit);
  EXPECT_EQ(Count(EvidenceCounter::kOverLimit), 1u);
}

TEST_F(EvidenceShelfTest, SaysWhenBuffersRunOutAndGoesOnWhenSomeComeBack) {
  EvidenceItem* first = shelf_->Begin();
  EvidenceItem* second = shelf_->Begin();
  shelf_->AddObject(*first, View(std::string(20'000, 'a')));
  for (size_t i = 0; i < 4; ++i) shelf_->AddObject(*second, View(std::string(EvidenceBuffer::kBytes, 'b')));
  EXPECT_TRUE(second->no_buffer || second->over_limit);
  EvidenceItem* third = nullptr;
  EXPECT_EQ(third = shelf_->Begin(), nullptr);
  EXPECT_EQ(Count(EvidenceCounter::kNoPlace), 1u);
  shelf_->HandOver(first);
  EXPECT_EQ(shelf_->Next(), first);
  shelf_->GiveBack(first);
  third = shelf_->Begin();
  ASSERT_NE(third, nullptr) << "what control gave back is there again";
  shelf_->AddObject(*third, View("fresh"));
  EXPECT_EQ(Text(third->object), "fresh");
}

TEST_F(EvidenceShelfTest, CountsAnItemWithoutABuffer) {
  const auto small = EvidenceShelf::Create({.items = 2, .object_bytes = 100'000, .packet_bytes = 500, .buffer_bytes = sizeof(EvidenceBuffer)}).value();
  EvidenceItem* item = small->Begin();
  small->AddObject(*item, View(std::string(2 * EvidenceBuffer::kBytes, 'a')));
  EXPECT_TRUE(item->no_buffer);
  EXPECT_EQ(item->object.size, EvidenceBuffer::kBytes) << "what found one is kept";
  EXPECT_EQ(small->counters().value(EvidenceCounter::kNoBuffer), 1u);
}

TEST_F(EvidenceShelfTest, KeepsWholePacketsOnly) {
  EvidenceItem* item = shelf_->Begin();
  const std::string frame(200, 'p');
  for (int i = 0; i < 4; ++i) shelf_->AddPacket(*item, Frame(frame));
  EXPECT_EQ(item->packet_count, 2u);
  EXPECT_EQ(item->packets_left_out, 2u);
  EXPECT_EQ(item->packets.size, 2 * (16 + frame.size()));
  EXPECT_EQ(Count(EvidenceCounter::kPacketsLeftOut), 2u);
  const std::string head = Text(item->packets).substr(0, 16);
  EXPECT_EQ(head[0], 7);
  EXPECT_EQ(head[4], 9);
  EXPECT_EQ(static_cast<uint8_t>(head[8]), 200);
}

TEST_F(EvidenceShelfTest, DropsHalfAPacketWhenBuffersRunOut) {
  const auto small = EvidenceShelf::Create({.items = 1, .object_bytes = 1, .packet_bytes = 1 << 20, .buffer_bytes = 2 * sizeof(EvidenceBuffer)}).value();
  EvidenceItem* item = small->Begin();
  const std::string frame(5000, 'p');
  for (int i = 0; i < 8; ++i) small->AddPacket(*item, Frame(frame));
  EXPECT_EQ(item->packets.size, item->packet_count * (16 + frame.size()));
  EXPECT_EQ(Text(item->packets).size(), item->packets.size);
  EXPECT_EQ(item->packet_count + item->packets_left_out, 8u);
  EXPECT_GT(item->packets_left_out, 0u);
  small->AddObject(*item, View("x"));
  EXPECT_EQ(Text(item->packets).size(), item->packets.size);
}

TEST_F(EvidenceShelfTest, LeavesOutPacketsOfAnotherLink) {
  EvidenceItem* item = shelf_->Begin();
  const std::string frame(60, 'p');
  packet::Packet raw = Frame(frame);
  raw.link_type = packet::LinkType::kRawIp;
  shelf_->AddPacket(*item, Frame(frame));
  shelf_->AddPacket(*item, raw);
  EXPECT_EQ(item->packet_count, 1u);
  EXPECT_EQ(item->packets_left_out, 1u);
}

TEST_F(EvidenceShelfTest, RefersToEachIncidentOnceAndToNotTooMany) {
  EvidenceItem item;
  for (uint64_t i = 0; i < EvidenceItem::kMaxReferences + 3; ++i) {
    item.Refer(i);
    item.Refer(0);
  }
  EXPECT_EQ(item.reference_count, EvidenceItem::kMaxReferences);
  EXPECT_EQ(item.references_left_out, 3u);
}

}  // namespace
}  // namespace sluice::event
