// Any bytes as the text round a hit, in any encoding and form, read by every grammar: no fault, and what a grammar says of a
// part, once it says something, it says of the whole.
//
// Input: nation, encoding, form, where the part ends, where the hit begins, then the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rules/marking/describe.h"
#include "rules/marking/grammar.h"
#include "rules/text/character.h"
#include "rules/text/glyphs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  if (size < 5) return 0;
  const auto nation = static_cast<model::Nation>(1 + data[0] % (static_cast<unsigned>(model::Nation::kCount) - 1));
  const auto encoding = static_cast<model::Encoding>(data[1] % static_cast<unsigned>(model::Encoding::kCount));
  const auto form = static_cast<model::TransferForm>(data[2] % static_cast<unsigned>(model::TransferForm::kCount));
  if (!text::PrepareCharacters(encoding)) std::abort();
  const ByteView bytes(data + 5, size - 5);
  const size_t begin = data[4] < bytes.size() ? data[4] : bytes.size();
  text::GlyphText glyphs;
  glyphs.Read(bytes.First(begin), bytes.From(begin), encoding, form);
  if (!glyphs.is_readable()) return 0;
  const std::u32string_view whole = glyphs.text();
  const marking::Reading all = marking::ReadMarking(nation, whole, glyphs.lead(), true);
  if (all.outcome == marking::Reading::Outcome::kNeedsMore || all.end > all.farthest || all.farthest > whole.size()) std::abort();
  if (glyphs.OffsetOf(all.farthest) > bytes.size()) std::abort();
  (void)marking::Describe(all.marking);
  const size_t cut = glyphs.lead() + data[3] % (whole.size() - glyphs.lead() + 1);
  const marking::Reading part = marking::ReadMarking(nation, whole.substr(0, cut), glyphs.lead(), false);
  if (part.outcome == marking::Reading::Outcome::kNeedsMore) return 0;
  if (part.outcome != all.outcome || part.end != all.end || part.farthest != all.farthest || part.marking.level != all.marking.level) std::abort();
  return 0;
}
