// Laws that hold for any bytes: nothing is read past the end (PacketStore keeps exact heap copies), and every byte of a
// frame is header, payload or padding.
#include <random>

#include "tests/unit/dataplane/packet/parsed.h"
#include "tests/unit/dataplane/packet/sample_frames.h"

namespace sluice::packet {
namespace {

void ExpectEveryByteAccounted(const Packet& packet) {
  const Headers& h = packet.headers;
  ASSERT_LE(h.payload_offset + h.payload_length, packet.length);
  ASSERT_EQ(HeaderBytes(packet) + h.payload_length + PaddingBytes(packet), packet.length);
  ASSERT_LE(h.l3_offset, h.payload_offset);
  ASSERT_LE(h.l4_offset, h.payload_offset);
}

bool IsAccepted(ParseOutcome outcome) {
  return outcome == ParseOutcome::kTransport || outcome == ParseOutcome::kFragment ||
         outcome == ParseOutcome::kNotIp || outcome == ParseOutcome::kOtherTransport;
}

TEST(ParseBounds, WholeSamplesAreAccepted) {
  for (const SampleFrame& sample : SampleFrames()) {
    const Parsed p(sample.bytes, sample.link_type);
    EXPECT_TRUE(IsAccepted(p.outcome)) << sample.name << ": " << Name(p.outcome);
    ExpectEveryByteAccounted(*p.packet);
  }
}

// A frame that ends early on the wire is a lie of one of its lengths; link padding alone may be missing.
TEST(ParseBounds, ShortFramesAreRefusedAtEveryByte) {
  for (const SampleFrame& sample : SampleFrames()) {
    const Parsed whole(sample.bytes, sample.link_type);
    const size_t needed = sample.bytes.size() - PaddingBytes(*whole.packet);
    for (size_t n = 0; n < sample.bytes.size(); ++n) {
      const Parsed p(test::Bytes(sample.bytes.begin(), sample.bytes.begin() + static_cast<std::ptrdiff_t>(n)),
                     sample.link_type);
      ASSERT_NO_FATAL_FAILURE(ExpectEveryByteAccounted(*p.packet)) << sample.name << ' ' << n;
      if (whole.headers.ip_version == 0) continue;  // no length to lie about
      if (n < needed) {
        ASSERT_FALSE(IsAccepted(p.outcome)) << sample.name << " cut at " << n << ": " << Name(p.outcome);
      } else {
        ASSERT_EQ(p.outcome, whole.outcome) << sample.name << " cut at " << n;
      }
    }
  }
}

// A capture that kept less than was on the wire gives a reject or a shorter payload, and no other bytes.
TEST(ParseBounds, CutCapturesGiveAPrefixOfThePayload) {
  for (const SampleFrame& sample : SampleFrames()) {
    const Parsed whole(sample.bytes, sample.link_type);
    for (uint32_t n = 0; n < sample.bytes.size(); ++n) {
      test::PacketStore store;
      Packet* cut = store.AddCut(sample.bytes, n);
      cut->link_type = sample.link_type;
      const ParseOutcome outcome = Parse(*cut, {});
      ASSERT_NO_FATAL_FAILURE(ExpectEveryByteAccounted(*cut)) << sample.name << ' ' << n;
      if (outcome != whole.outcome) continue;
      if (cut->headers.tunnel_depth != whole.headers.tunnel_depth) continue;  // its tunnel was cut off: simply UDP
      ASSERT_EQ(whole.payload().substr(0, cut->headers.payload_length), cut->Payload().AsText()) << sample.name;
    }
  }
}

// Any byte set to anything: no crash, and the account still holds.
TEST(ParseBounds, EveryByteMayLie) {
  for (const SampleFrame& sample : SampleFrames()) {
    test::PacketStore store;
    test::Bytes bytes = sample.bytes;
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (const uint8_t value : std::initializer_list<uint8_t>{0x00, 0x01, 0x0f, 0x40, 0x45, 0x60, 0x7f, 0x80, 0xff}) {
        bytes[i] = value;
        for (const bool verify : {false, true}) {
          const Parsed p(bytes, sample.link_type, {.verify_checksums = verify});
          ASSERT_NO_FATAL_FAILURE(ExpectEveryByteAccounted(*p.packet)) << sample.name << " byte " << i;
        }
      }
      bytes[i] = sample.bytes[i];
    }
  }
}

TEST(ParseBounds, RandomBytesAreAccountedFor) {
  std::mt19937 random(7);
  const std::vector<SampleFrame> samples = SampleFrames();
  for (int i = 0; i < 20'000; ++i) {
    const SampleFrame& sample = samples[random() % samples.size()];
    test::Bytes bytes = sample.bytes;
    for (int k = 0; k < 4; ++k) bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    bytes.resize(random() % (bytes.size() + 1));
    const Parsed p(bytes, sample.link_type, {.verify_checksums = false});
    ASSERT_NO_FATAL_FAILURE(ExpectEveryByteAccounted(*p.packet));
  }
}

TEST(ParseBounds, ParsingTwiceGivesTheSame) {
  for (const SampleFrame& sample : SampleFrames()) {
    Parsed p(sample.bytes, sample.link_type);
    const Headers first = p.headers;
    EXPECT_EQ(Parse(*p.packet, {}), p.outcome);
    EXPECT_EQ(first.payload_offset, p.headers.payload_offset);
    EXPECT_EQ(first.tunnel_id, p.headers.tunnel_id);
    EXPECT_EQ(first.src, p.headers.src);
  }
}

}  // namespace
}  // namespace sluice::packet
