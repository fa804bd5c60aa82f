// DNS, TFTP, syslog and what is only recognised over UDP.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dataplane/protocol/dns_session.h"
#include "dataplane/protocol/opaque_session.h"
#include "dataplane/protocol/raw_session.h"
#include "dataplane/protocol/tftp_session.h"
#include "tests/unit/dataplane/protocol/conversation.h"

namespace sluice::protocol {
namespace {

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}
std::string Query(const std::vector<std::string>& labels) {
  std::string message = Bytes({0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
  for (const std::string& label : labels) message += static_cast<char>(label.size()) + label;
  return message + Bytes({0, 0, 1, 0, 1});
}
std::string WithLength(const std::string& message) { return Bytes({static_cast<int>(message.size() >> 8), static_cast<int>(message.size() & 0xff)}) + message; }
ProbeOutcome ProbeOne(const std::string& datagram) { return ProbeDatagram(Direction::kUpload, ByteView(std::string_view(datagram))); }

TEST(DnsSession, JoinsTheLabelsOfQuestions) {
  Conversation seen(ProtocolId::kDns);
  PlayAll(seen, {Up(Query({"top", "secret", "example"})), Down(Query({"top"}).replace(2, 2, Bytes({0x81, 0x80}))), Up(Query({"plans"})), EndUp(), EndDown()});
  ASSERT_EQ(seen.Objects(Part::kDnsName).size(), 2u);
  EXPECT_EQ(seen.Objects(Part::kDnsName)[0].bytes, "topsecretexampleplans");
  EXPECT_EQ(seen.Objects(Part::kDnsMessage)[0].bytes, Query({"top", "secret", "example"}) + Query({"plans"}));
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(DnsSession, NamesWhatIsWrittenIntoNamesAsDigits) {
  const std::string hex = "504b030414000000080021a5585b8c2f", base32 = "kbfqgbauaaaaacaaegsvqw4mf4xg64q2pbwgk4tfonzxk2lpn2";
  Conversation tunnel(ProtocolId::kDns);
  for (const std::string& labels : {hex, base32}) PlayAll(tunnel, {Up(Query({labels, labels, "t", "example"}))});
  EXPECT_EQ(tunnel.anomalies, std::vector{AnomalyKind::kEncodedName});
  Conversation plain(ProtocolId::kDns);
  PlayAll(plain, {Up(Query({"b", "a", "9", "8", "7", "6", "5", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "8", "b", "d", "0", "1", "0", "0", "2", "ip6", "arpa"}))});
  PlayAll(plain, {Up(Query({"averyveryverylongwordindeedthatnobodywouldevercallahost", "departmentofcommunications", "example"}))});
  PlayAll(plain, {Up(Query({"e4a1-85-214-132-117", "edge-12", "cdn-88ab17", "example"}))});
  EXPECT_TRUE(plain.anomalies.empty());
}

TEST(DnsSession, ReadsMessagesOverTcpInAnyCut) {
  const std::vector<Event> events = {Up(WithLength(Query({"a", "bc"})) + WithLength(Query({"def"}))), EndUp()};
  Conversation seen(ProtocolId::kDnsTcp);
  PlayAll(seen, events);
  EXPECT_EQ(seen.Objects(Part::kDnsName)[0].bytes, "abcdef");
  ExpectSameInAnyCut(ProtocolId::kDnsTcp, events);
}

TEST(DnsSession, ReportsWhatIsNoMessageAndInspectsIt) {
  for (const std::string& wrong : {std::string("not dns at all, in clear"), Query({"x"}).substr(0, 14), Query({std::string(64, 'l')}), std::string("x")}) {
    Conversation seen(ProtocolId::kDns);
    PlayAll(seen, {Up(wrong), EndUp()});
    EXPECT_TRUE(seen.Has(AnomalyKind::kMalformedProtocol));
    EXPECT_EQ(seen.Objects(Part::kDnsMessage)[0].bytes, wrong);
    const std::vector<Event> events = {Up(WithLength(wrong) + "tail"), EndUp()};
    ExpectSameInAnyCut(ProtocolId::kDnsTcp, events);
  }
}

TEST(DnsSession, ProbesByContent) {
  EXPECT_EQ(ProbeOne(Query({"a"})).id, ProtocolId::kDns);
  EXPECT_EQ(ProbeOne(std::string(30, 'a')).certainty, Certainty::kNo);
  EXPECT_EQ(ProbeDnsOverTcp(Direction::kUpload, ByteView(std::string_view(WithLength(Query({"a"}))))), Certainty::kYes);
}

TEST(TftpSession, AnnouncesTheTransfer) {
  Conversation seen(ProtocolId::kTftp);
  PlayAll(seen, {Up(Bytes({0, 2}) + "plan.dwg" + Bytes({0}) + "octet" + Bytes({0}))});
  EXPECT_EQ(seen.expectations, std::vector<std::string>{"announce client:0 plan.dwg"});
}

TEST(TftpSession, PutsBlocksTogether) {
  const std::string full(512, 'f');
  Conversation seen(ProtocolId::kTftp);
  PlayAll(seen, {Up(Bytes({0, 3, 0, 1}) + full), Down(Bytes({0, 4, 0, 1})), Up(Bytes({0, 3, 0, 1}) + full), Up(Bytes({0, 3, 0, 2}) + "end"), EndUp(), EndDown()});
  ASSERT_EQ(seen.Objects(Part::kTftpFile).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kTftpFile)[0].bytes, full + "end");
  EXPECT_TRUE(seen.Objects(Part::kTftpFile)[0].complete);
  EXPECT_TRUE(seen.anomalies.empty());
}

TEST(TftpSession, TellsFilesWithMissingBlocks) {
  Conversation seen(ProtocolId::kTftp);
  PlayAll(seen, {Up(Bytes({0, 3, 0, 1}) + std::string(512, 'f')), Up(Bytes({0, 3, 0, 3}) + "end"), EndUp()});
  EXPECT_FALSE(seen.Objects(Part::kTftpFile)[0].complete);
  EXPECT_EQ(seen.anomalies, std::vector{AnomalyKind::kScatteredFile});
}

TEST(TftpSession, TakesTheAgreedBlockSize) {
  Conversation seen(ProtocolId::kTftp);
  PlayAll(seen, {Down(Bytes({0, 6}) + "blksize" + Bytes({0}) + "1024" + Bytes({0})), Up(Bytes({0, 3, 0, 1}) + std::string(1024, 'a')),
                 Up(Bytes({0, 3, 0, 2}) + std::string(600, 'b')), EndUp(), EndDown()});
  EXPECT_EQ(seen.Objects(Part::kTftpFile)[0].bytes.size(), 1624u);
  EXPECT_TRUE(seen.Objects(Part::kTftpFile)[0].complete);
}

TEST(TftpSession, ReportsWhatIsNoTftp) {
  Conversation seen(ProtocolId::kTftp);
  PlayAll(seen, {Up("x"), Up(Bytes({0, 9, 1, 1})), Up(Bytes({0, 1}) + "no end"), EndUp()});
  EXPECT_EQ(seen.anomalies.size(), 3u);
  EXPECT_TRUE(seen.expectations.empty());
}

TEST(ProbeRsync, TellsTheDaemonAndSaysThatFilesAreNotOpened) {
  const std::string greeting = "@RSYNCD: 31.0 sha512 md5\nin\n";
  EXPECT_EQ(Probe(Direction::kUpload, ByteView(std::string_view(greeting))).id, ProtocolId::kRsync);
  EXPECT_EQ(Probe(Direction::kUpload, ByteView(std::string_view(greeting)).First(4)).certainty, Certainty::kUnsure);
  Conversation seen(ProtocolId::kRsync);
  PlayAll(seen, {Up(greeting), EndUp()});
  ASSERT_EQ(seen.Objects(Part::kRsyncStream).size(), 1u);
  EXPECT_EQ(seen.Objects(Part::kRsyncStream)[0].encoding, "rsync");
}

TEST(ProbeSyslog, WantsAPriorityThatExists) {
  const auto probe = [](std::string_view text) { return ProbeSyslog(Direction::kUpload, ByteView(text)); };
  EXPECT_EQ(probe("<134>Nov 22 host app: text"), Certainty::kYes);
  EXPECT_EQ(probe("<34>1 2026-11-22T00:00:00Z host app - - - text"), Certainty::kYes);
  EXPECT_EQ(probe("<192>Nov"), Certainty::kNo);
  EXPECT_EQ(probe("<html>"), Certainty::kNo);
  EXPECT_EQ(probe("<1"), Certainty::kUnsure);
}

TEST(ProbeDatagram, KnowsWhatIsEncrypted) {
  std::string quic = Bytes({0xc3, 0, 0, 0, 1, 8}) + std::string(8, 'd') + Bytes({0, 0, 0x40 | 1182 >> 8, 1182 & 0xff});
  quic.resize(1200, 'q');
  EXPECT_EQ(ProbeOne(quic).id, ProtocolId::kQuic);
  EXPECT_EQ(ProbeOne(quic + "coalesced").id, ProtocolId::kQuic);
  EXPECT_EQ(ProbeOne(quic.substr(0, 1199)).certainty, Certainty::kNo);
  std::string wireguard = Bytes({1, 0, 0, 0});
  wireguard.resize(148, 'w');
  EXPECT_EQ(ProbeOne(wireguard).id, ProtocolId::kWireGuard);
  EXPECT_EQ(ProbeOne(wireguard + "x").certainty, Certainty::kNo);
  const std::string openvpn = Bytes({0x38}) + std::string(8, 's') + std::string(5, '\0');
  EXPECT_EQ(ProbeOne(openvpn).id, ProtocolId::kOpenVpn);
  EXPECT_EQ(Probe(Direction::kUpload, ByteView(std::string_view(WithLength(openvpn)))).id, ProtocolId::kOpenVpnTcp);
  const std::string ike = std::string(8, 'i') + std::string(8, '\0') + Bytes({33, 0x20, 34, 8, 0, 0, 0, 0, 0, 0, 0, 40}) + std::string(12, 'p');
  EXPECT_EQ(ProbeOne(ike).id, ProtocolId::kIke);
  EXPECT_EQ(ProbeOne(std::string(4, '\0') + ike).id, ProtocolId::kIke);
  Conversation seen(ProtocolId::kQuic);
  PlayAll(seen, {Up(quic), Down("reply")});
  EXPECT_EQ(seen.opaque[0], quic);
  EXPECT_EQ(seen.NameOf(NameKind::kVersion), "QUIC 1");
}

}  // namespace
}  // namespace sluice::protocol
