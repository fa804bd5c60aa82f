#include "dataplane/protocol/pop3_session.h"

#include <algorithm>

#include "dataplane/protocol/probe_text.h"

namespace sluice::protocol {

Certainty ProbePop3(content::Direction, ByteView prefix) noexcept {
  const std::string_view text = prefix.AsText();
  return MatchAnyWord(text, {"+OK ", "CAPA\r\n", "APOP ", "STLS\r\n"});
}

void Pop3Session::Await(Answer answer) noexcept {
  if (count_ < kMaxPending) awaited_[(first_ + count_++) % kMaxPending] = answer;
}

Pop3Session::Answer Pop3Session::TakeAwaited() noexcept {
  if (count_ == 0) return Answer::kLine;
  const Answer answer = awaited_[first_];
  first_ = (first_ + 1) % kMaxPending;
  --count_;
  return answer;
}

void Pop3Session::OnLine(Context& c, std::string_view line) noexcept {
  if (c.direction == content::Direction::kUpload) {
    const std::string_view argument = ArgumentOf(line);
    if (StartsWithWord(line, "USER") || StartsWithWord(line, "APOP")) {
      c.out.Name(NameKind::kUser, argument.substr(0, std::min(argument.find(' '), argument.size())));
    }
    const bool lists = StartsWithWord(line, "CAPA") || ((StartsWithWord(line, "LIST") || StartsWithWord(line, "UIDL")) && argument.empty());
    if (StartsWithWord(line, "RETR") || StartsWithWord(line, "TOP")) Await(Answer::kLetter);
    else if (StartsWithWord(line, "STLS")) Await(Answer::kTls);
    else Await(lists ? Answer::kListing : Answer::kLine);
    return;
  }
  const bool granted = StartsWithWord(line, "+OK");
  if (!granted && !StartsWithWord(line, "-ERR") && line.substr(0, 1) != "+") {
    if (!c.half.control_lossy) Fail(c, AnomalyKind::kMalformedProtocol);
    return;
  }
  if (!c.other.seen) return c.out.Name(NameKind::kVersion, ArgumentOf(line));  // the greeting answers nothing
  const Answer answer = TakeAwaited();
  if (!granted) return;
  if (answer == Answer::kLetter) ExpectDotted(c.half, content::Part::kPop3Message);
  else if (answer == Answer::kListing) ExpectDotted(c.half, content::Part::kPop3Control);
  else if (answer == Answer::kTls) HandOver(c);
}

}  // namespace sluice::protocol
