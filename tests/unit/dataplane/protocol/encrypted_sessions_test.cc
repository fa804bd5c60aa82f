// TLS and SSH: recognised, named, and opaque from where they are encrypted.
#include "dataplane/protocol/ssh_session.h"
#include "dataplane/protocol/tls_session.h"
#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

std::string Be16(size_t n) { return {static_cast<char>(n >> 8), static_cast<char>(n & 0xFF)}; }
std::string With16(const std::string& body) { return Be16(body.size()) + body; }
std::string With8(const std::string& body) { return static_cast<char>(body.size()) + body; }
std::string Record(char type, const std::string& body) { return std::string{type, 3, 1} + With16(body); }
std::string Handshake(char type, const std::string& body) { return std::string{type, 0} + With16(body); }
std::string Extension(size_t type, const std::string& body) { return Be16(type) + With16(body); }

std::string ClientHello(const std::string& extensions) {
  return Handshake(1, std::string("\x03\x03") + std::string(32, 'r') + With8(std::string(32, 's')) +
                          With16(std::string("\x13\x01\x13\x02")) + With8(std::string(1, '\0')) + With16(extensions));
}
const std::string kNames = Extension(0x2A2A, "") + Extension(0, With16(std::string(1, '\0') + With16("files.example"))) +
                           Extension(16, With16(With8("h2") + With8("http/1.1")));
std::string ServerHello(const std::string& extensions) {
  return Handshake(2, std::string("\x03\x03") + std::string(32, 'R') + With8("") + std::string("\x13\x01\x00", 3) + With16(extensions));
}
const std::string kTls13 = Extension(43, "\x03\x04");

std::vector<Event> Tls13() {
  return {Up(Record(22, ClientHello(kNames))), Down(Record(22, ServerHello(kTls13)) + Record(20, "\x01") + Record(23, "encrypted")),
          Up(Record(20, "\x01") + Record(23, "secret")), EndUp(), EndDown()};
}

TEST(TlsSession, NamesServerProtocolsAndVersion) {
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, Tls13());
  EXPECT_EQ(seen.NameOf(NameKind::kSni), "files.example");
  EXPECT_EQ(seen.NameOf(NameKind::kAlpn), "h2,http/1.1");
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "TLS 1.3");
  EXPECT_TRUE(seen.anomalies.empty());
  EXPECT_TRUE(seen.objects.empty());
}

// The example of the JA4 specification: Chrome, with values of RFC 8701 among the others.
TEST(TlsSession, NamesTheClientByItsFingerprint) {
  const auto all = [](std::initializer_list<size_t> values) {
    std::string out;
    for (const size_t value : values) out += Be16(value);
    return out;
  };
  const std::string ciphers = all({0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035});
  std::string extensions = Extension(0x1a1a, "") + kNames + Extension(13, With16(all({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601}))) +
                           Extension(43, With8(all({0x2a2a, 0x0304, 0x0303})));
  for (const size_t type : {0x001b, 0x0033, 0x4469, 0x0017, 0x002d, 0x0005, 0x0023, 0x0012, 0x000b, 0xff01, 0x000a, 0x0015}) extensions += Extension(type, "");
  const std::string hello = Handshake(1, std::string("\x03\x03") + std::string(32, 'r') + With8("") + With16(ciphers) + With8(std::string(1, '\0')) + With16(extensions));
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, {Up(Record(22, hello))});
  EXPECT_EQ(seen.NameOf(NameKind::kFingerprint), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  // What is not whole has none.
  Conversation cut(ProtocolId::kTls);
  PlayAll(cut, {Up(Record(22, Handshake(1, std::string("\x03\x03") + std::string(32, 'r') + With8("") + With16(ciphers) + With8(std::string(1, '\0')) + With16(extensions + "x"))))});
  EXPECT_EQ(cut.NameOf(NameKind::kFingerprint), "");
}

TEST(TlsSession, BytesAreOpaqueFromTheFirstEncryptedRecord) {
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, Tls13());
  EXPECT_EQ(seen.opaque[0], Record(23, "secret"));
  EXPECT_EQ(seen.opaque[1], Record(23, "encrypted"));
  ExpectSameInAnyCut(ProtocolId::kTls, Tls13());
}

TEST(TlsSession, HandshakeBehindChangeCipherSpecIsOpaque) {
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, {Up(Record(22, ClientHello(kNames)) + Record(20, "\x01") + Record(22, "finished"))});
  EXPECT_EQ(seen.opaque[0], Record(22, "finished"));
}

TEST(TlsSession, ReadsAHelloThatIsSpreadOverRecords) {
  const std::string hello = ClientHello(kNames);
  const std::vector<Event> events = {Up(Record(22, hello.substr(0, 60)) + Record(22, hello.substr(60)))};
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, events);
  EXPECT_EQ(seen.NameOf(NameKind::kSni), "files.example");
  ExpectSameInAnyCut(ProtocolId::kTls, events);
}

TEST(TlsSession, ReadsTheBeginningOfAHelloThatIsTooLong) {
  const std::string hello = ClientHello(kNames + Extension(21, std::string(9000, 'p')));
  const std::vector<Event> events = {Up(Record(22, hello))};
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, events);
  EXPECT_EQ(seen.NameOf(NameKind::kSni), "files.example");
  ExpectSameInAnyCut(ProtocolId::kTls, events);
}

TEST(TlsSession, HellosWithLengthsThatLieSayWhatTheyCan) {
  const std::string hello = ClientHello(kNames);
  for (size_t i = 0; i < hello.size(); ++i) {
    std::string bad = hello;
    bad[i] = '\xFF';
    ExpectSameInAnyCut(ProtocolId::kTls, {Up(Record(22, bad))});
  }
}

TEST(TlsSession, WhatIsNoRecordIsReportedAndRaw) {
  const std::vector<Event> events = {Up(Record(22, ClientHello(kNames)) + "plain text SECRET"), EndUp()};
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, events);
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kMalformedProtocol});
  EXPECT_EQ(seen.Objects(Part::kTcpStream).at(0).bytes, "plain text SECRET");
  ExpectSameInAnyCut(ProtocolId::kTls, events);
}

TEST(TlsSession, ALossWithinARecordIsSkipped) {
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, {Up(Record(22, ClientHello(kNames)) + Record(23, "0123456789").substr(0, 8)), LostUp(4),
                 Up("789" + Record(23, "more"))});
  EXPECT_TRUE(seen.anomalies.empty());
  EXPECT_TRUE(seen.objects.empty());
}

TEST(TlsSession, ALossBeyondARecordIsReportedAndStaysOpaque) {
  Conversation seen(ProtocolId::kTls);
  PlayAll(seen, {Up(Record(22, ClientHello(kNames)) + Record(23, "0123456789")), LostUp(100), Up("ciphertext"), Up(Record(23, "x"))});
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kProtocolGap});
  EXPECT_EQ(seen.opaque[0], "0123456789ciphertext" + Record(23, "x"));
}

std::string Packet(char message, size_t payload) {
  std::string packet(1, '\x04');
  packet += message;
  packet += std::string(payload, 'k') + "pppp";
  return std::string(2, '\0') + With16(packet);
}

std::vector<Event> Ssh() {
  const std::string exchange = Packet(20, 50) + Packet(30, 40) + Packet(21, 6);
  return {Down("SSH-2.0-OpenSSH_9.2p1\r\n"), Up("SSH-2.0-PuTTY_0.78\r\n" + exchange + "encrypted"), Down(exchange + "ENCRYPTED")};
}

TEST(SshSession, NamesBannersAndIsOpaqueBehindTheKeyExchange) {
  Conversation seen(ProtocolId::kSsh);
  PlayAll(seen, Ssh());
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "SSH-2.0-OpenSSH_9.2p1");
  EXPECT_EQ(seen.names.size(), 2u);
  EXPECT_EQ(seen.opaque[0], "encrypted");
  EXPECT_EQ(seen.opaque[1], "ENCRYPTED");
  EXPECT_TRUE(seen.anomalies.empty());
  ExpectSameInAnyCut(ProtocolId::kSsh, Ssh());
}

TEST(SshSession, VersionOneIsOpaqueAndCheckedByItsLengths) {
  const std::string packet = std::string(2, '\0') + With16("key material") + "pppp";  // 12 bytes are padded by 4
  const std::vector<Event> events = {Up("SSH-1.5-x\n" + packet + packet), Down("SSH-1.5-y\n" + packet + "SECRET text"), EndDown()};
  Conversation seen(ProtocolId::kSsh);
  PlayAll(seen, events);
  EXPECT_EQ(seen.opaque[0], packet + packet);
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kMalformedProtocol});
  EXPECT_EQ(seen.Objects(Part::kTcpStream).at(0).bytes, "SECRET text");
  ExpectSameInAnyCut(ProtocolId::kSsh, events);
}

TEST(SshSession, TextBehindABannerIsReportedAndRaw) {
  const std::vector<Event> events = {Up("SSH-2.0-x\r\nSECRET text"), EndUp()};
  Conversation seen(ProtocolId::kSsh);
  PlayAll(seen, events);
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kMalformedProtocol});
  EXPECT_EQ(seen.Objects(Part::kTcpStream).at(0).bytes, "SECRET text");
  ExpectSameInAnyCut(ProtocolId::kSsh, events);
}

TEST(SshSession, BannersWithoutEndAreReportedAndRaw) {
  const std::vector<Event> events = {Up(std::string(3000, 'b')), EndUp()};
  Conversation seen(ProtocolId::kSsh);
  PlayAll(seen, events);
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kMalformedProtocol});
  EXPECT_FALSE(seen.Objects(Part::kTcpStream).empty());
  ExpectSameInAnyCut(ProtocolId::kSsh, events);
}

}  // namespace
}  // namespace sluice::protocol
