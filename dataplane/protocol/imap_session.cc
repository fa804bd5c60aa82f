#include "dataplane/protocol/imap_session.h"

#include <algorithm>

#include "dataplane/protocol/http_text.h"
#include "dataplane/protocol/probe_text.h"

namespace sluice::protocol {
namespace {

using content::Direction;
using content::Part;

std::string_view FirstWord(std::string_view line) { return line.substr(0, std::min(line.find(' '), line.size())); }

bool ContainsWord(std::string_view line, std::string_view upper) {
  for (size_t at = 0; at + upper.size() <= line.size(); ++at) {
    if (MatchWord(line.substr(at), upper) == Certainty::kYes) return true;
  }
  return false;
}

std::string_view Unquoted(std::string_view word) {
  if (word.size() >= 2 && word.front() == '"' && word.back() == '"') return word.substr(1, word.size() - 2);
  return word;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return UpperOf(c) >= 'A' && UpperOf(c) <= 'Z'; }

}  // namespace

// A greeting that says IMAP, or a tag and a command that only IMAP has (RFC 9051, 2.2.1).
Certainty ProbeImap(Direction, ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  const Certainty greeting = MatchAnyWord(text, {"* OK ", "* PREAUTH "});
  if (greeting == Certainty::kUnsure) return greeting;
  if (greeting == Certainty::kYes) return ContainsWord(text, "IMAP") ? Certainty::kYes : Certainty::kUnsure;
  // Tags as clients write them: a few letters and a number.
  constexpr size_t kMaxLetters = 4, kMaxTag = 12;
  size_t letters = 0;
  while (letters < text.size() && IsLetter(text[letters])) ++letters;
  if (letters == 0 || letters > kMaxLetters) return Certainty::kNo;
  size_t tag = letters;
  while (tag < text.size() && IsDigit(text[tag])) ++tag;
  if (tag == text.size()) return tag <= kMaxTag ? Certainty::kUnsure : Certainty::kNo;
  if (tag == letters || tag > kMaxTag || text[tag] != ' ') return Certainty::kNo;
  return MatchAnyWord(text.substr(tag + 1), {"CAPABILITY\r\n", "AUTHENTICATE ", "STARTTLS\r\n", "EXAMINE ", "UID FETCH ", "APPEND "});
}

void ImapSession::OnLine(Context& c, std::string_view line) noexcept {
  if (c.direction == Direction::kUpload) OnCommand(c, line);
  else OnAnswer(c, line);
}

void ImapSession::OnCommand(Context& c, std::string_view line) noexcept {
  bool& continues = continues_[Index(c.direction)];
  if (!continues) {
    const std::string_view command = ArgumentOf(line), argument = ArgumentOf(command);
    appending_ = StartsWithWord(command, "APPEND");
    if (appending_ && ContainsWord(line, " CATENATE ")) c.out.Anomaly(AnomalyKind::kScatteredFile);
    if (StartsWithWord(command, "LOGIN")) c.out.Name(NameKind::kUser, Unquoted(FirstWord(argument)));
    if (StartsWithWord(command, "STARTTLS")) {
      tls_tag_.Assign(FirstWord(line));
      if (!c.other.seen) return HandOver(c);  // the next bytes say whether it was granted
    }
  }
  begins_letter_[Index(c.direction)] = appending_ && (!continues || !ContainsWord(line, " TEXT "));
  continues = TakeLiteral(c, line, appending_ ? Part::kImapMessage : Part::kImapControl);
}

void ImapSession::OnAnswer(Context& c, std::string_view line) noexcept {
  bool& continues = continues_[Index(c.direction)];
  if (!continues) {
    if (!c.other.seen) c.out.Name(NameKind::kVersion, ArgumentOf(ArgumentOf(line)));
    const bool is_tagged = !line.empty() && line[0] != '*' && line[0] != '+';
    if (is_tagged && awaits_consent_) {
      Refuse(c.other, c.out);
      continues_[Index(Opposite(c.direction))] = false;
    }
    if (is_tagged || (!line.empty() && line[0] == '+')) awaits_consent_ = false;
    if (is_tagged && !tls_tag_.empty() && FirstWord(line) == tls_tag_.view()) {
      tls_tag_.Clear();
      if (StartsWithWord(ArgumentOf(line), "OK")) return HandOver(c);
    }
    fetching_ = !is_tagged && ContainsWord(line, " FETCH ");
  }
  if (fetching_) begins_letter_[Index(c.direction)] = BeginsLetter(c, line);
  continues = TakeLiteral(c, line, fetching_ ? Part::kImapMessage : Part::kImapControl);
}

// RFC 9051, 7.5.2: what stands before a literal says which section of a letter it is. Only the whole, a head, and the head of a part begin with one.
bool ImapSession::BeginsLetter(Context& c, std::string_view line) noexcept {
  std::string_view item = line.substr(0, std::min(line.rfind('{'), line.size()));
  while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
  item = item.substr(item.find_last_of(" (") + 1);
  if (item.ends_with('>')) {
    const size_t from = item.rfind('<');
    if (from == std::string_view::npos) return false;
    if (item.substr(from) != "<0>") {
      c.out.Anomaly(AnomalyKind::kPartialObject);
      return false;
    }
    item = item.substr(0, from);
  }
  if (EqualsIgnoringCase(item, "rfc822") || EqualsIgnoringCase(item, "rfc822.header")) return true;
  if (!item.ends_with(']')) return false;
  const size_t open = item.rfind('[');
  if (open == std::string_view::npos) return false;
  const std::string_view section = item.substr(open + 1, item.size() - open - 2);
  const std::string_view last = section.substr(section.rfind('.') + 1);
  return section.empty() || EqualsIgnoringCase(last, "header") || EqualsIgnoringCase(last, "mime");
}

// RFC 9051, 4.3; RFC 7888: with a plus or a minus the client does not wait for consent.
bool ImapSession::TakeLiteral(Context& c, std::string_view line, Part part) noexcept {
  if (line.empty() || line.back() != '}') return false;
  const size_t open = line.rfind('{');
  if (open == std::string_view::npos) return false;
  std::string_view text = line.substr(open + 1);
  uint64_t bytes = 0;
  if (!ReadDecimal(text, bytes)) {
    // Braces in a text are no literal, but a size that overflows is one to somebody.
    if (text.size() > 1 && text[0] >= '0' && text[0] <= '9') Fail(c, AnomalyKind::kAmbiguousFraming);
    return false;
  }
  const bool waits = text == "}";
  if (!waits && text != "+}" && text != "-}") return false;
  ExpectCounted(c.half, part, bytes);
  if (c.direction == Direction::kUpload) awaits_consent_ = waits && bytes > 0 && c.other.seen;
  return true;
}

}  // namespace sluice::protocol
