#include "base/byte_order.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ByteOrder, LoadsAtAnyAlignment) {
  uint8_t bytes[9] = {0xff, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(LoadBe16(bytes + 1), 0x0102);
  EXPECT_EQ(LoadLe16(bytes + 1), 0x0201);
  EXPECT_EQ(LoadBe32(bytes + 1), 0x01020304u);
  EXPECT_EQ(LoadLe32(bytes + 1), 0x04030201u);
  EXPECT_EQ(LoadBe64(bytes + 1), 0x0102030405060708u);
  EXPECT_EQ(LoadLe64(bytes + 1), 0x0807060504030201u);
}

template <typename T, typename Store, typename Load>
void ExpectRoundTrip(T value, Store store, Load load) {
  uint8_t bytes[sizeof(T) + 3];
  std::memset(bytes, 0xee, sizeof bytes);
  store(bytes + 1, value);
  EXPECT_EQ(load(bytes + 1), value);
  EXPECT_EQ(bytes[0], 0xee);
  EXPECT_EQ(bytes[sizeof(T) + 1], 0xee);
}

TEST(ByteOrder, StoresWhatItLoadsAndTouchesNothingElse) {
  ExpectRoundTrip<uint16_t>(0xa1b2, StoreBe16, LoadBe16);
  ExpectRoundTrip<uint16_t>(0xa1b2, StoreLe16, LoadLe16);
  ExpectRoundTrip<uint32_t>(0xa1b2c3d4, StoreBe32, LoadBe32);
  ExpectRoundTrip<uint32_t>(0xa1b2c3d4, StoreLe32, LoadLe32);
  ExpectRoundTrip<uint64_t>(0xa1b2c3d4e5f60718, StoreBe64, LoadBe64);
  ExpectRoundTrip<uint64_t>(0xa1b2c3d4e5f60718, StoreLe64, LoadLe64);
}

TEST(ByteOrder, BigEndianPutsTheHighByteFirst) {
  uint8_t bytes[4];
  StoreBe32(bytes, 0x01020304);
  EXPECT_EQ(bytes[0], 1);
  StoreLe32(bytes, 0x01020304);
  EXPECT_EQ(bytes[0], 4);
}

}  // namespace
}  // namespace sluice
