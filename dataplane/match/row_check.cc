#include "dataplane/match/row_check.h"

#include <algorithm>

#include "rules/fingerprint/row_values.h"
#include "rules/text/glyphs.h"

namespace sluice::match {

std::vector<const fingerprint::Set*> RowSetsOf(const bundle::Bundle& policy) {
  std::vector<const fingerprint::Set*> sets(policy.detectors().size(), nullptr);
  if (policy.signatures() == nullptr) return sets;
  for (const bundle::SignatureSets::Use& use : policy.signatures()->uses()) {
    if (policy.detectors()[use.detector].signature.asks_for_rows()) sets[use.detector] = policy.signatures()->sets()[use.set].get();
  }
  return sets;
}

bool HasRow(const fingerprint::Set* set, const model::SignatureFilter& filter, const model::Pattern& pattern, const RowText& text) noexcept {
  if (set == nullptr) return false;
  const size_t begin = text.end - std::min<size_t>(text.end, filter.within);
  const ByteView window = text.bytes.Sub(begin, text.end - begin + filter.within);
  text::GlyphText glyphs;
  glyphs.Read({}, window, pattern.encoding, pattern.form);
  size_t end = 0;
  while (end < glyphs.text().size() && glyphs.OffsetOf(end) < text.end - begin) ++end;
  return fingerprint::ColumnsRound(*set, glyphs.text(), end) >= filter.columns;
}

}  // namespace sluice::match
