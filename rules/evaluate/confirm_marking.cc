#include "rules/evaluate/confirm_marking.h"

#include <algorithm>

#include "rules/marking/grammar.h"
#include "rules/text/glyphs.h"

namespace sluice::evaluate {
namespace {

using marking::Reading;

// Beginnings further back are not tried.
constexpr size_t kFarthestBegin = kConfirmWindow - kConfirmAhead;

// The marking that begins at bytes[begin], if one does and it reaches over the whole match. `decided`: behind the last byte
// that was looked at, here or for beginnings tried before.
Confirmation ReadAt(const model::Pattern& pattern, const model::MarkingFilter& filter, const HitText& hit, size_t begin, size_t& decided, Confirmation c) {
  text::GlyphText glyphs;
  glyphs.Read(hit.bytes.First(begin), hit.bytes.From(begin), pattern.encoding, pattern.form);
  if (!glyphs.is_readable()) {
    c.marking.nation = filter.nation;
    return c;
  }
  const Reading reading = marking::ReadMarking(filter.nation, glyphs.text(), glyphs.lead(), hit.complete);
  c.needs_more = reading.outcome == Reading::Outcome::kNeedsMore;
  c.stands = false;
  decided = std::max(decided, begin + glyphs.OffsetOf(reading.farthest));
  if (reading.outcome != Reading::Outcome::kMarking) return c;
  const size_t end = begin + glyphs.OffsetOf(reading.end);
  if (end < hit.end || !Accepts(filter, reading.marking)) return c;
  c.stands = true;
  c.marking = reading.marking;
  c.length = static_cast<uint32_t>(end - begin);
  c.ahead = static_cast<uint32_t>(decided - hit.end);
  c.behind = static_cast<uint32_t>(decided - end);
  return c;
}

}  // namespace

Confirmation ConfirmMarking(const model::Pattern& pattern, const model::MarkingFilter& filter, const HitText& hit, const Confirmation& confirmed) noexcept {
  size_t decided = hit.end;
  if (pattern.length > 0) {
    if (pattern.length <= hit.end) return ReadAt(pattern, filter, hit, hit.end - pattern.length, decided, confirmed);
    // A gap hides its beginning.
    Confirmation c = confirmed;
    c.marking.nation = filter.nation;
    return c;
  }
  // The beginning is not known: the furthest from which a marking reaches over the match.
  Confirmation c = confirmed;
  c.stands = false;
  const size_t farthest = std::min({hit.end, kFarthestBegin, static_cast<size_t>(pattern.max_length)});
  for (size_t length = farthest; length >= std::max<size_t>(pattern.min_length, 1); --length) {
    if (!pattern.CanBeginWith(hit.bytes[hit.end - length])) continue;
    c = ReadAt(pattern, filter, hit, hit.end - length, decided, confirmed);
    if (c.stands || c.needs_more) return c;
  }
  return c;
}

}  // namespace sluice::evaluate
