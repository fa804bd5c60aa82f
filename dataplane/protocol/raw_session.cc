#include "dataplane/protocol/raw_session.h"

#include "dataplane/protocol/piece_writer.h"
#include "dataplane/protocol/probe_text.h"
#include "dataplane/protocol/text_line.h"

namespace sluice::protocol {

Certainty ProbeSyslog(content::Direction, ByteView prefix) noexcept {
  constexpr uint64_t kMaxPriority = 191;
  constexpr size_t kLongest = 5;  // "<191>"
  std::string_view text = prefix.AsText();
  if (text.empty() || text[0] != '<') return Certainty::kNo;
  text.remove_prefix(1);
  uint64_t priority = 0;
  const bool is_number = ReadDecimal(text, priority);
  if (text.empty() && prefix.size() < kLongest) return Certainty::kUnsure;
  if (!is_number || priority > kMaxPriority || text.empty() || text[0] != '>') return Certainty::kNo;
  text.remove_prefix(1);
  if (text.empty()) return Certainty::kUnsure;
  const bool is_letter = (text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= '1' && text[0] <= '9');
  return is_letter ? Certainty::kYes : Certainty::kNo;  // a month or a version
}

// "@RSYNCD: 31.0", which both sides begin with.
Certainty ProbeRsync(content::Direction, ByteView prefix) noexcept { return MatchWord(prefix.AsText(), "@RSYNCD: "); }

FeedResult RawSession::Feed(content::Direction direction, ByteView input, PieceList& out) noexcept {
  constexpr size_t kPiecesNeeded = 2;
  if (input.empty() || out.room() < kPiecesNeeded) return {};
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  if (half.object == 0) {
    half.object = ++last_object_;
    content::ObjectDescription& description = memory_.Describe(part_, direction, half.object);
    description.declared_encoding = !coding_.empty();
    description.content_encoding.Assign(coding_);
    writer.Begin(description);
  }
  writer.Data(half.object, input);
  return {input.size(), false};
}

void RawSession::Gap(content::Direction direction, uint64_t, PieceList&) noexcept {
  halves_[Index(direction)].lossy = true;
}

void RawSession::End(content::Direction direction, PieceList& out) noexcept {
  Half& half = halves_[Index(direction)];
  if (half.object != 0) PieceWriter(out).End(half.object, !half.lossy);
  half = Half();
}

}  // namespace sluice::protocol
