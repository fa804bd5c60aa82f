#include "dataplane/packet/checksum.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/packet_builder.h"

namespace sluice::packet {
namespace {

test::Bytes RandomBytes(size_t n, uint32_t seed) {
  std::mt19937 random(seed);
  test::Bytes bytes(n);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
  return bytes;
}

TEST(Checksum, MatchesTheExampleOfRfc1071) {
  const test::Bytes bytes = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(Checksum({bytes.data(), bytes.size()}), 0xffff - 0xddf2);
}

TEST(Checksum, AgreesWithThePlainSumAtEveryLengthAndAlignment) {
  const test::Bytes bytes = RandomBytes(700, 1);
  for (size_t start = 0; start < 9; ++start) {
    for (size_t n = 0; start + n <= bytes.size(); ++n) {
      ASSERT_EQ(Checksum({bytes.data() + start, n}), test::PlainChecksum(bytes.data() + start, n)) << start << ' ' << n;
    }
  }
}

TEST(Checksum, HoldsWhereEverySumIsAtItsLargest) {
  for (const size_t n : {size_t{65535}, size_t{65536}, size_t{200'001}, size_t{1} << 20}) {
    for (const uint8_t fill : std::initializer_list<uint8_t>{0xff, 0x80, 0x7f, 0x00}) {
      const test::Bytes bytes(n, fill);
      ASSERT_EQ(Checksum({bytes.data(), n}), test::PlainChecksum(bytes.data(), n)) << n << ' ' << int{fill};
    }
  }
}

TEST(Checksum, PiecesAddUpToTheWhole) {
  const test::Bytes bytes = RandomBytes(1001, 2);
  ChecksumSum sum;
  sum.Add({bytes.data(), 20});
  sum.Add({bytes.data() + 20, 512});
  sum.Add({bytes.data() + 532, 469});
  EXPECT_EQ(sum.Checksum(), Checksum({bytes.data(), bytes.size()}));
}

TEST(Checksum, TransportChecksumIsWhatTheBuilderWrites) {
  for (const bool v6 : {false, true}) {
    test::FrameBuilder builder;
    v6 ? builder.Ipv6() : builder.Ipv4();
    test::Bytes frame = builder.Tcp().Payload("an odd payload").Build();
    const size_t l4 = v6 ? 40 : 20;
    const uint16_t written = LoadBe16(frame.data() + l4 + 16);
    StoreBe16(frame.data() + l4 + 16, 0);
    const IpAddress src = test::Address(v6 ? "2001:db8::1" : "10.0.0.1");
    const IpAddress dst = test::Address(v6 ? "2001:db8::2" : "10.0.0.2");
    EXPECT_EQ(TransportChecksum(src, dst, 6, {frame.data() + l4, frame.size() - l4}), written);
  }
}

TEST(Checksum, UdpChecksumOfZeroIsSentAsAllOnes) {
  // A payload word that makes the sum 0xffff, so that its complement is 0.
  test::Bytes segment = {0, 1, 0, 2, 0, 10, 0, 0, 0, 0};
  const IpAddress src = test::Address("10.0.0.1"), dst = test::Address("10.0.0.2");
  const uint16_t rest = TransportChecksum(src, dst, 17, {segment.data(), segment.size()});
  StoreBe16(segment.data() + 8, rest);
  EXPECT_EQ(TransportChecksum(src, dst, 17, {segment.data(), segment.size()}), 0xffff);
  EXPECT_EQ(TransportChecksum(src, dst, 6, {segment.data(), segment.size()}), 11);  // TCP's number differs by 11
}

TEST(Checksum, IncrementalUpdateEqualsComputingAnew) {
  std::mt19937 random(3);
  test::Bytes bytes = RandomBytes(60, 4);
  for (int i = 0; i < 2000; ++i) {
    StoreBe16(bytes.data() + 10, 0);
    const uint16_t before = Checksum({bytes.data(), bytes.size()});
    const size_t at = 12 + random() % 22 * 2;
    const uint32_t old_value = LoadBe32(bytes.data() + at);
    const auto new_value = static_cast<uint32_t>(i % 3 == 0 ? random() & 0xffff0000 : random());
    StoreBe32(bytes.data() + at, new_value);
    const uint16_t after = Checksum({bytes.data(), bytes.size()});
    const uint16_t updated = UpdateChecksum32(before, old_value, new_value);
    // The two zeros of ones' complement are the same sum.
    EXPECT_TRUE(after == updated || (after ^ updated) == 0xffff) << i;
  }
}

TEST(Checksum, IncrementalUpdateMatchesTheExampleOfRfc1624) {
  // RFC 1624, 4: HC = 0xDD2F, m = 0x5555, m' = 0x3285 gives 0x0000.
  EXPECT_EQ(UpdateChecksum(0xdd2f, 0x5555, 0x3285), 0x0000);
}

}  // namespace
}  // namespace sluice::packet
