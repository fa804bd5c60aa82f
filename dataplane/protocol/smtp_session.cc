#include "dataplane/protocol/smtp_session.h"

#include <algorithm>

#include "dataplane/protocol/probe_text.h"

namespace sluice::protocol {
namespace {

using content::Direction;
using content::Part;

constexpr uint16_t kReady = 220, kStartInput = 354, kRefused = 400;

// "<a@example.com> SIZE=…" behind "FROM:": RFC 5321, 4.1.2. A null path stays "<>".
std::string_view PathOf(std::string_view argument) {
  argument.remove_prefix(std::min(argument.find(':'), argument.size()));
  argument.remove_prefix(std::min(argument.find_first_not_of(": "), argument.size()));
  if (argument.substr(0, 2) == "<>") return argument.substr(0, 2);
  const bool bracketed = !argument.empty() && argument[0] == '<';
  if (bracketed) argument.remove_prefix(1);
  return argument.substr(0, std::min(argument.find_first_of(bracketed ? ">" : " "), argument.size()));
}

}  // namespace

// A greeting is SMTP's when it says so: FTP begins with the same number. Others wait for the client's first word.
Certainty ProbeSmtp(Direction, ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  const Certainty command = MatchAnyWord(text, {"EHLO ", "HELO ", "LHLO ", "MAIL FROM:"});
  if (command != Certainty::kNo) return command;
  const std::string_view greeting = "220";
  if (text.substr(0, greeting.size()) != greeting.substr(0, std::min(text.size(), greeting.size()))) return Certainty::kNo;
  if (text.size() <= greeting.size()) return Certainty::kUnsure;
  if (text[3] != ' ' && text[3] != '-') return Certainty::kNo;
  const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
  if (line.find("SMTP") != std::string_view::npos || line.find("LMTP") != std::string_view::npos) return Certainty::kYes;
  return line.find("FTP") != std::string_view::npos ? Certainty::kNo : Certainty::kUnsure;
}

void SmtpSession::Describe(content::ObjectDescription& description) noexcept { description.claimed_type.Assign("message/rfc822"); }

// The letter awaits its reply (RFC 5321, 4.1.1.4).
void SmtpSession::OnContentEnd(Context&) noexcept {
  ++unanswered_;
  until_data_ = 0;
}

void SmtpSession::OnLine(Context& c, std::string_view line) noexcept {
  if (c.direction == Direction::kUpload) OnCommand(c, line);
  else OnReply(c, line);
}

void SmtpSession::OnCommand(Context& c, std::string_view line) noexcept {
  // RFC 3207, 4.2: what was said before TLS is forgotten; a server that keeps it takes it for said within (CVE-2011-0411).
  if (asked_tls_ && unanswered_ > 0) c.out.Anomaly(AnomalyKind::kAmbiguousFraming);
  asked_tls_ = false;
  ++unanswered_;
  if (auth_ != Auth::kNone) return ReadCredential(c, line);
  const std::string_view argument = ArgumentOf(line);
  if (StartsWithWord(line, "EHLO") || StartsWithWord(line, "HELO") || StartsWithWord(line, "LHLO")) {
    c.out.Name(NameKind::kHost, argument.substr(0, std::min(argument.find(' '), argument.size())));
  } else if (StartsWithWord(line, "MAIL")) {
    EndContent(c.half, false, c.out);  // of chunks without a last one
    c.out.Name(NameKind::kSender, PathOf(argument));
  } else if (StartsWithWord(line, "RCPT")) {
    c.out.Name(NameKind::kRecipient, PathOf(argument));
  } else if (StartsWithWord(line, "DATA")) {
    EndContent(c.half, false, c.out);
    ExpectDotted(c.half, Part::kSmtpMessage);
    until_data_ = unanswered_;
  } else if (StartsWithWord(line, "BDAT")) {
    BeginChunk(c, argument);
  } else if (StartsWithWord(line, "RSET")) {
    EndContent(c.half, false, c.out);
  } else if (StartsWithWord(line, "AUTH")) {
    BeginAuth(c, argument);
  } else if (StartsWithWord(line, "STARTTLS")) {
    asked_tls_ = true;
    // The answer will not be seen: the next bytes say whether it was granted.
    if (!c.other.seen) HandOver(c);
  }
}

// RFC 3030, 2: the chunk follows its command at once, whatever the server says.
void SmtpSession::BeginChunk(Context& c, std::string_view argument) noexcept {
  uint64_t bytes = 0;
  if (!ReadDecimal(argument, bytes) || (!argument.empty() && argument[0] != ' ')) return Fail(c, AnomalyKind::kAmbiguousFraming);
  argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
  const bool is_last = StartsWithWord(argument, "LAST");
  ExpectCounted(c.half, Part::kSmtpMessage, bytes);
  c.half.is_last = is_last;
  if (bytes == 0 && is_last) EndContent(c.half, !c.half.content_lossy, c.out);
}

// RFC 4954, 4; PLAIN is RFC 4616.
void SmtpSession::BeginAuth(Context& c, std::string_view argument) noexcept {
  const std::string_view initial = ArgumentOf(argument);
  auth_ = StartsWithWord(argument, "PLAIN") ? Auth::kPlain : StartsWithWord(argument, "LOGIN") ? Auth::kLoginName : Auth::kNone;
  if (auth_ != Auth::kNone && !initial.empty()) ReadCredential(c, initial);
}

void SmtpSession::ReadCredential(Context& c, std::string_view text) noexcept {
  std::string_view decoded(credential_, DecodeBase64(text, credential_, sizeof(credential_)));
  c.pause = true;
  switch (auth_) {
    case Auth::kPlain: {
      decoded.remove_prefix(std::min(decoded.find('\0') + 1, decoded.size()));
      c.out.Name(NameKind::kUser, decoded.substr(0, std::min(decoded.find('\0'), decoded.size())));
      auth_ = Auth::kNone;
      break;
    }
    case Auth::kLoginName:
      c.out.Name(NameKind::kUser, decoded);
      auth_ = Auth::kLoginSecret;
      break;
    case Auth::kLoginSecret:
    case Auth::kNone: auth_ = Auth::kNone; break;
  }
}

void SmtpSession::OnReply(Context& c, std::string_view line) noexcept {
  uint16_t code = 0;
  bool is_last = false;
  if (!ReadReplyCode(line, code, is_last)) {
    if (!c.half.control_lossy) Fail(c, AnomalyKind::kMalformedProtocol);
    return;
  }
  if (!c.other.seen) c.out.Name(NameKind::kVersion, line.substr(std::min<size_t>(4, line.size())));
  if (!is_last) return;
  const bool tls_granted = asked_tls_ && unanswered_ <= 1 && code == kReady;
  if (unanswered_ > 0) --unanswered_;
  if (code >= kRefused) auth_ = Auth::kNone;
  if (asked_tls_ && unanswered_ == 0) asked_tls_ = false;
  if (tls_granted) return HandOver(c);
  if (until_data_ == 0) return;
  if (code == kStartInput) {
    until_data_ = 0;
  } else if (--until_data_ == 0 && code >= kRefused) {
    Refuse(c.other, c.out);
  }
}

}  // namespace sluice::protocol
