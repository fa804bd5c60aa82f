#include "dataplane/protocol/ftp_session.h"

#include <algorithm>

#include "dataplane/protocol/probe_text.h"

namespace sluice::protocol {
namespace {

using content::Direction;

constexpr uint16_t kReady = 220, kPassive = 227, kExtendedPassive = 229, kSecurityDone = 234;

// "h1,h2,h3,h4,p1,p2" of RFC 959, 4.1.2. The address is not used: the pipeline takes that of the host which listens.
bool ReadHostPort(std::string_view text, uint16_t& port) {
  constexpr size_t kNumbers = 6;
  uint64_t numbers[kNumbers];
  for (size_t i = 0; i < kNumbers; ++i) {
    if (i > 0) {
      if (text.empty() || text[0] != ',') return false;
      text.remove_prefix(1);
    }
    if (!ReadDecimal(text, numbers[i]) || numbers[i] > 255) return false;
  }
  port = static_cast<uint16_t>(numbers[4] << 8 | numbers[5]);
  return port != 0;
}

// "|2|::1|5282|" and "|||6446|" of RFC 2428; the delimiter is whatever comes first.
bool ReadExtended(std::string_view text, uint16_t& port) {
  if (text.empty()) return false;
  const char delimiter = text[0];
  for (int fields = 0; fields < 3; ++fields) {
    const size_t at = text.find(delimiter);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + 1);
  }
  uint64_t value = 0;
  if (!ReadDecimal(text, value) || value == 0 || value > 0xffff || text.empty() || text[0] != delimiter) return false;
  port = static_cast<uint16_t>(value);
  return true;
}

// Behind the code of a reply: from the first digit, or from behind the bracket.
std::string_view NumbersOf(std::string_view reply) {
  reply.remove_prefix(std::min<size_t>(4, reply.size()));
  const size_t bracket = reply.find('(');
  if (bracket != std::string_view::npos) return reply.substr(bracket + 1);
  reply.remove_prefix(std::min(reply.find_first_of("0123456789"), reply.size()));
  return reply;
}

constexpr std::string_view kOnlyFtp[] = {"SYST", "FEAT", "PWD", "XPWD", "TYPE", "PASV", "EPSV", "PORT", "EPRT", "CWD", "OPTS", "PBSZ", "PROT"};

// A client that names itself: FTP or POP3, which the next commands tell.
Certainty ProbeLogin(std::string_view text) {
  while (true) {
    const size_t lf = text.find('\n');
    if (lf == std::string_view::npos) return Certainty::kUnsure;
    text.remove_prefix(lf + 1);
    const std::string_view line = text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
    if (line.size() == text.size()) return Certainty::kUnsure;
    for (const std::string_view word : kOnlyFtp) {
      if (StartsWithWord(line, word)) return Certainty::kYes;
    }
    if (!StartsWithWord(line, "PASS") && !StartsWithWord(line, "ACCT")) return Certainty::kNo;
  }
}

}  // namespace

Certainty ProbeFtp(Direction, ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  const Certainty user = MatchWord(text, "USER ");
  if (user == Certainty::kYes) return ProbeLogin(text);
  const Certainty command = MatchAnyWord(text, {"AUTH TLS\r\n", "AUTH SSL\r\n", "AUTH GSSAPI\r\n", "PASV\r\n", "EPSV\r\n", "EPRT |", "TYPE I\r\n", "TYPE A\r\n"});
  const Certainty asked = std::max(user, command);
  if (asked != Certainty::kNo) return asked;
  const Certainty greeting = MatchWord(text, "220");
  if (greeting != Certainty::kYes || text.size() == 3) return greeting == Certainty::kYes ? Certainty::kUnsure : greeting;
  if (text[3] != ' ' && text[3] != '-') return Certainty::kNo;
  const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
  if (line.find("SMTP") != std::string_view::npos) return Certainty::kNo;
  const bool says_so = line.find("FTP") != std::string_view::npos || line.find("FileZilla") != std::string_view::npos;
  return says_so ? Certainty::kYes : Certainty::kUnsure;
}

void FtpSession::OnLine(Context& c, std::string_view line) noexcept {
  if (c.direction == Direction::kUpload) OnCommand(c, line);
  else OnReply(c, line);
}

void FtpSession::OnCommand(Context& c, std::string_view line) noexcept {
  const std::string_view argument = ArgumentOf(line);
  uint16_t port = 0;
  if (StartsWithWord(line, "USER")) {
    c.out.Name(NameKind::kUser, argument);
    expectation_.user.Assign(argument);
  } else if (StartsWithWord(line, "PORT")) {
    const bool readable = ReadHostPort(argument, port);
    Announce(c, true, readable, port);
  } else if (StartsWithWord(line, "EPRT")) {
    const bool readable = ReadExtended(argument, port);
    Announce(c, true, readable, port);
  } else if (StartsWithWord(line, "STOR") || StartsWithWord(line, "APPE") || StartsWithWord(line, "STOU") || StartsWithWord(line, "RETR")) {
    NameTransfer(c, argument);
  } else if (StartsWithWord(line, "LIST") || StartsWithWord(line, "NLST") || StartsWithWord(line, "MLSD")) {
    NameTransfer(c, {});
  } else if (StartsWithWord(line, "AUTH")) {
    asked_security_ = true;
    // The answer will not be seen: the next bytes say whether it was granted.
    if (!c.other.seen) HandOver(c);
  }
}

void FtpSession::OnReply(Context& c, std::string_view line) noexcept {
  uint16_t code = 0;
  bool is_last = false;
  const bool is_code = ReadReplyCode(line, code, is_last);
  // RFC 959, 4.2: within a reply of several lines anything may stand, up to its code and a space.
  if (open_reply_ != 0) {
    if (is_code && is_last && code == open_reply_) open_reply_ = 0;
    return;
  }
  if (!is_code) {
    if (!c.half.control_lossy) Fail(c, AnomalyKind::kMalformedProtocol);
    return;
  }
  if (!is_last) open_reply_ = code;
  uint16_t port = 0;
  if (code == kReady && !greeted_) {
    c.out.Name(NameKind::kVersion, line.substr(std::min<size_t>(4, line.size())));
  } else if (code == kPassive) {
    const bool readable = ReadHostPort(NumbersOf(line), port);
    Announce(c, false, readable, port);
  } else if (code == kExtendedPassive) {
    const bool readable = ReadExtended(NumbersOf(line), port);
    Announce(c, false, readable, port);
  } else if (code == kSecurityDone && asked_security_) {
    HandOver(c);
  }
  greeted_ = true;
  asked_security_ = false;
}

void FtpSession::Announce(Context& c, bool client_listens, bool readable, uint16_t port) noexcept {
  if (!readable) return c.out.Anomaly(AnomalyKind::kMalformedProtocol);
  expectation_.step = Expectation::Step::kAnnounce;
  expectation_.client_listens = client_listens;
  expectation_.port = port;
  expectation_.name.Clear();
  c.out.Expect(expectation_);
  c.pause = true;
}

// One transfer for each announcement, in this order (RFC 959, 3.2); without one there is nothing to be joined.
void FtpSession::NameTransfer(Context& c, std::string_view name) noexcept {
  if (expectation_.port == 0) return;
  expectation_.step = Expectation::Step::kDescribe;
  expectation_.name.Assign(name);
  c.out.Expect(expectation_);
  c.pause = true;
}

}  // namespace sluice::protocol
