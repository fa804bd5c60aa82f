// QUIC's first packets: the example of RFC 9001, appendix A, sealed here with the keys that are printed there.
#include <gtest/gtest.h>
#include <nettle/aes.h>
#include <nettle/gcm.h>

#include <string>
#include <vector>

#include "dataplane/protocol/quic_packet.h"
#include "dataplane/protocol/quic_session.h"
#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

std::string Hex(std::string_view digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}
const uint8_t* Data(const std::string& bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }
uint8_t* Data(std::string& bytes) { return reinterpret_cast<uint8_t*>(bytes.data()); }
ByteView View(const std::string& bytes) { return ByteView(std::string_view(bytes)); }

const std::string kId = Hex("8394c8f03e515708");
struct Keys {
  std::string_view first_byte_and_version;
  std::string key, nonce, header;
};
// RFC 9001, A.1 and RFC 9369, A.1.
const Keys kVersion1 = {"c300000001", Hex("1f369613dd76d5467730efcbe3b1a22d"), Hex("fa044b2f42a3fd3b46fb255c"), Hex("9f50449e04a0e810283a1e9933adedd2")};
const Keys kVersion2 = {"d36b3343cf", Hex("8b1a0bc121284290a29e0971b5cd045d"), Hex("91f73e2351d8fa91660e909f"), Hex("45b95e15235d6f45a6b19cbcb0294ba9")};
// The hello of both examples.
const std::string kHello = Hex(
    "010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578616d706c652e636f6d"
    "ff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f"
    "1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff"
    "07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff");

std::string Number(size_t value) {  // of two bytes, RFC 9000, 16
  return {static_cast<char>(0x40 | value >> 8), static_cast<char>(value & 0xff)};
}
std::string Crypto(size_t offset, std::string_view bytes) { return std::string(1, 6) + Number(offset) + Number(bytes.size()) + std::string(bytes); }

// A client's Initial packet with a packet number of four bytes.
std::string Seal(uint32_t number, std::string frames, const Keys& keys = kVersion1) {
  frames.resize(1162);
  const std::string number_bytes = {static_cast<char>(number >> 24), static_cast<char>(number >> 16), static_cast<char>(number >> 8), static_cast<char>(number)};
  std::string packet = Hex(keys.first_byte_and_version) + Hex("08") + kId + Hex("0000") + Number(4 + frames.size() + 16) + number_bytes;
  const size_t header = packet.size();
  std::string nonce = keys.nonce;
  for (size_t i = 0; i < 4; ++i) nonce[8 + i] = static_cast<char>(nonce[8 + i] ^ number_bytes[i]);
  packet += frames + std::string(16, 0);
  gcm_aes128_ctx gcm;
  gcm_aes128_set_key(&gcm, Data(keys.key));
  gcm_aes128_set_iv(&gcm, 12, Data(nonce));
  gcm_aes128_update(&gcm, header, Data(packet));
  gcm_aes128_encrypt(&gcm, frames.size(), Data(packet) + header, Data(packet) + header);
  gcm_aes128_digest(&gcm, 16, Data(packet) + packet.size() - 16);
  aes128_ctx aes;
  aes128_set_encrypt_key(&aes, Data(keys.header));
  uint8_t mask[16];
  aes128_encrypt(&aes, 16, mask, Data(packet) + header);  // the sample begins four bytes behind the number's beginning
  packet[0] = static_cast<char>(packet[0] ^ (mask[0] & 0x0f));
  for (size_t i = 0; i < 4; ++i) packet[header - 4 + i] = static_cast<char>(packet[header - 4 + i] ^ mask[1 + i]);
  return packet;
}

void ExpectOpens(const std::string& packet, std::string_view frames) {
  ASSERT_EQ(packet.size(), 1200u);
  QuicLongHeader header;
  ASSERT_TRUE(ReadQuicLongHeader(View(packet), header));
  EXPECT_EQ(header.type, QuicPacketType::kInitial);
  EXPECT_EQ(header.destination.AsText(), kId);
  EXPECT_EQ(header.end, packet.size());
  std::vector<uint8_t> room(kMaxQuicPacket);
  const ByteView opened = OpenQuicInitial(View(packet), header, header.destination, room);
  EXPECT_EQ(opened.AsText().substr(0, frames.size()), frames);
  EXPECT_EQ(opened.size(), 1162u);
}

TEST(QuicPacket, OpensTheExampleOfVersion1) {
  const std::string frames = Hex("060040f1") + kHello, packet = Seal(2, frames);
  EXPECT_EQ(packet.substr(0, 22), Hex("c000000001088394c8f03e5157080000449e7b9aec34"));
  EXPECT_EQ(packet.substr(1184), Hex("e221af44860018ab0856972e194cd934"));
  ExpectOpens(packet, frames);
}

TEST(QuicPacket, OpensTheExampleOfVersion2) {
  const std::string frames = Hex("060040f1") + kHello, packet = Seal(2, frames, kVersion2);
  EXPECT_EQ(packet.substr(0, 22), Hex("d76b3343cf088394c8f03e5157080000449ea0c95e82"));
  ExpectOpens(packet, frames);
}

TEST(QuicPacket, OpensNothingThatWasChanged) {
  const std::string packet = Seal(2, Crypto(0, kHello));
  std::vector<uint8_t> room(kMaxQuicPacket);
  for (const size_t at : {size_t{0}, size_t{20}, size_t{100}, size_t{1199}}) {
    std::string changed = packet;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    QuicLongHeader header;
    ASSERT_TRUE(ReadQuicLongHeader(View(changed), header));
    EXPECT_TRUE(OpenQuicInitial(View(changed), header, header.destination, room).empty()) << at;
  }
}

TEST(QuicPacket, ReadsNoLengthThatLies) {
  QuicLongHeader header;
  const std::string packet = Seal(2, Crypto(0, kHello));
  for (size_t size = 0; size < packet.size(); ++size) EXPECT_FALSE(ReadQuicLongHeader(View(packet).First(size), header)) << size;
  EXPECT_FALSE(ReadQuicLongHeader(View(Hex("c0000000011500")), header));       // a connection ID of 21 bytes
  EXPECT_FALSE(ReadQuicLongHeader(View(Hex("c00000000100004fff")), header));   // a token that is not there
  EXPECT_FALSE(ReadQuicLongHeader(View(Hex("c0000000000000000000")), header)); // version negotiation
}

TEST(QuicPacket, NamesVersions) {
  EXPECT_EQ(QuicVersionName(1).view(), "QUIC 1");
  EXPECT_EQ(QuicVersionName(0x6b3343cf).view(), "QUIC 2");
  EXPECT_EQ(QuicVersionName(0xff00001d).view(), "QUIC draft 29");
}

void ExpectExample(const Conversation& seen) {
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "QUIC 1");
  EXPECT_EQ(seen.NameOf(NameKind::kSni), "example.com");
  EXPECT_EQ(seen.NameOf(NameKind::kAlpn), "alpn");
  EXPECT_EQ(seen.NameOf(NameKind::kFingerprint).substr(0, 10), "q13d0211an");
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(QuicSession, ReadsTheHello) {
  const std::string packet = Seal(2, Crypto(0, kHello));
  EXPECT_EQ(ProbeQuic(Direction::kUpload, View(packet)), Certainty::kYes);
  Conversation seen(ProtocolId::kQuic);
  PlayAll(seen, {Up(packet), Down("reply"), EndUp(), EndDown()});
  ExpectExample(seen);
  EXPECT_EQ(seen.opaque[0], packet);
  EXPECT_EQ(seen.opaque[1], "reply");
}

// As browsers send it, so that nobody relies on the order: frames within a packet, and packets, in any.
TEST(QuicSession, PutsAScatteredHelloTogether) {
  const std::string_view hello = kHello;
  const std::string second = Seal(1, Crypto(200, hello.substr(200)) + std::string(1, 1) + Crypto(30, hello.substr(30, 90)));
  const std::string first = Seal(0, Crypto(100, hello.substr(100, 100)) + std::string(5, 0) + Crypto(0, hello.substr(0, 40)));
  Conversation seen(ProtocolId::kQuic);
  PlayAll(seen, {Up(second), Up(first), EndUp(), EndDown()});
  ExpectExample(seen);
}

TEST(QuicSession, ReadsOverAcknowledgementsAndCoalescedPackets) {
  const std::string ack = Hex("020501010001" "00" "00");  // one range beside the first
  const std::string early = Hex("d00000000108") + kId + Hex("00") + Number(30) + std::string(30, 'z');  // 0-RTT
  Conversation seen(ProtocolId::kQuic);
  PlayAll(seen, {Up(early + Seal(3, ack + Crypto(0, kHello))), EndUp(), EndDown()});
  ExpectExample(seen);
}

TEST(QuicSession, SaysWhatTheBeginningOfACutHelloSays) {
  Conversation seen(ProtocolId::kQuic);
  PlayAll(seen, {Up(Seal(0, Crypto(0, std::string_view(kHello).substr(0, 120)))), EndUp(), EndDown()});
  EXPECT_EQ(seen.NameOf(NameKind::kSni), "example.com");
  EXPECT_EQ(seen.NameOf(NameKind::kFingerprint), "");
}

TEST(QuicSession, EndsItsTries) {
  Conversation seen(ProtocolId::kQuic);
  std::vector<Event> events;
  for (uint32_t i = 0; i < 40; ++i) events.push_back(Up(Seal(i, std::string(1, 1))));
  events.push_back(Up(Seal(41, Crypto(0, kHello))));
  PlayAll(seen, events);
  EXPECT_EQ(seen.NameOf(NameKind::kSni), "");
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "QUIC 1");
}

}  // namespace
}  // namespace sluice::protocol
