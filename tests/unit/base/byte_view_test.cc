#include "base/byte_view.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <vector>

namespace sluice {
namespace {

constexpr size_t kHuge = std::numeric_limits<size_t>::max();

class TenBytes : public testing::Test {
 protected:
  TenBytes() {
    for (uint8_t i = 0; i < 10; ++i) bytes_[i] = i;
  }
  ByteView view() const { return {bytes_.get(), 10}; }

 private:
  std::unique_ptr<uint8_t[]> bytes_{new uint8_t[10]};  // exact, so that AddressSanitizer sees a read past it
};

using ByteViewTest = TenBytes;
using ByteReaderTest = TenBytes;

TEST_F(ByteViewTest, DefaultIsEmpty) {
  const ByteView empty;
  EXPECT_TRUE(empty.empty());
  EXPECT_EQ(empty.begin(), empty.end());
}

TEST_F(ByteViewTest, FirstCutsAtTheEnd) {
  EXPECT_EQ(view().First(3).size(), 3u);
  EXPECT_EQ(view().First(10).size(), 10u);
  EXPECT_EQ(view().First(11).size(), 10u);
  EXPECT_EQ(view().First(kHuge).size(), 10u);
}

TEST_F(ByteViewTest, FromCutsAtTheEnd) {
  EXPECT_EQ(view().From(3)[0], 3);
  EXPECT_EQ(view().From(3).size(), 7u);
  EXPECT_TRUE(view().From(10).empty());
  EXPECT_TRUE(view().From(kHuge).empty());
}

TEST_F(ByteViewTest, SubNeverOverflows) {
  EXPECT_EQ(view().Sub(2, 3).size(), 3u);
  EXPECT_EQ(view().Sub(2, 3)[2], 4);
  EXPECT_EQ(view().Sub(8, 3).size(), 2u);
  EXPECT_EQ(view().Sub(8, kHuge).size(), 2u);
  EXPECT_TRUE(view().Sub(kHuge, kHuge).empty());
}

TEST_F(ByteViewTest, ReadsAsText) {
  EXPECT_EQ(ByteView(std::string_view("a\0b", 3)).AsText(), std::string_view("a\0b", 3));
}

TEST_F(ByteReaderTest, ReadsEachWidthInBothOrders) {
  ByteReader reader(view());
  uint8_t v8;
  uint16_t v16;
  uint32_t v32;
  ASSERT_TRUE(reader.Read8(v8));
  EXPECT_EQ(v8, 0);
  ASSERT_TRUE(reader.ReadBe16(v16));
  EXPECT_EQ(v16, 0x0102);
  ASSERT_TRUE(reader.ReadLe16(v16));
  EXPECT_EQ(v16, 0x0403);
  ASSERT_TRUE(reader.ReadBe32(v32));
  EXPECT_EQ(v32, 0x05060708u);
  EXPECT_EQ(reader.remaining(), 1u);

  ByteReader little(view());
  ASSERT_TRUE(little.ReadLe32(v32));
  EXPECT_EQ(v32, 0x03020100u);
}

TEST_F(ByteReaderTest, Reads64BitsInBothOrders) {
  uint64_t v;
  ByteReader big(view()), little(view());
  ASSERT_TRUE(big.ReadBe64(v));
  EXPECT_EQ(v, 0x0001020304050607u);
  ASSERT_TRUE(little.ReadLe64(v));
  EXPECT_EQ(v, 0x0706050403020100u);
}

TEST_F(ByteReaderTest, ARefusedReadMovesNothing) {
  uint8_t v8 = 0xaa;
  uint16_t v16 = 0xaaaa;
  uint32_t v32 = 0xaaaaaaaa;
  uint64_t v64 = 0xaaaaaaaa;
  ByteView bytes;
  for (size_t at = 0; at <= 10; ++at) {
    ByteReader reader(view());
    ASSERT_TRUE(reader.Skip(at));
    const size_t left = 10 - at;
    EXPECT_TRUE(left >= 1 || !reader.Read8(v8));
    EXPECT_TRUE(left >= 2 || !(reader.ReadBe16(v16) || reader.ReadLe16(v16)));
    EXPECT_TRUE(left >= 4 || !(reader.ReadBe32(v32) || reader.ReadLe32(v32)));
    EXPECT_TRUE(left >= 8 || !(reader.ReadBe64(v64) || reader.ReadLe64(v64)));
    EXPECT_FALSE(reader.ReadBytes(left + 1, bytes));
    EXPECT_FALSE(reader.Skip(left + 1));
    EXPECT_EQ(reader.offset(), at);
  }
  EXPECT_EQ(v8, 0xaa);
  EXPECT_EQ(v16, 0xaaaa);
  EXPECT_EQ(v32, 0xaaaaaaaau);
  EXPECT_EQ(v64, 0xaaaaaaaau);
}

TEST_F(ByteReaderTest, ALengthNearTheLimitDoesNotWrap) {
  ByteReader reader(view());
  ByteView bytes;
  ASSERT_TRUE(reader.Skip(5));
  EXPECT_FALSE(reader.Skip(kHuge));
  EXPECT_FALSE(reader.Skip(kHuge - 4));
  EXPECT_FALSE(reader.ReadBytes(kHuge, bytes));
  EXPECT_EQ(reader.offset(), 5u);
}

TEST_F(ByteReaderTest, ReadBytesGivesAViewAndMoves) {
  ByteReader reader(view());
  ByteView bytes;
  ASSERT_TRUE(reader.Skip(2) && reader.ReadBytes(3, bytes));
  EXPECT_EQ(bytes.data(), view().data() + 2);
  EXPECT_EQ(bytes.size(), 3u);
  EXPECT_EQ(reader.Rest().data(), view().data() + 5);
  EXPECT_EQ(reader.Rest().size(), 5u);
}

TEST_F(ByteReaderTest, NothingCanBeReadFromNothing) {
  ByteReader reader{ByteView()};
  uint8_t v;
  ByteView bytes;
  EXPECT_FALSE(reader.Read8(v));
  EXPECT_TRUE(reader.Skip(0) && reader.ReadBytes(0, bytes));
  EXPECT_EQ(reader.remaining(), 0u);
}

}  // namespace
}  // namespace sluice
