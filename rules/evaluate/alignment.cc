#include "rules/evaluate/alignment.h"

namespace sluice::evaluate {
namespace {

using model::Encoding;

// Could this byte be the first of a multi-byte character? GB 18030-2005 and CP949: 81..FE; Big5: 81..FE;
// Shift_JIS (CP932): 81..9F, E0..FC; EUC-JP: A1..FE, 8E, 8F.
bool CanLead(Encoding encoding, uint8_t b) noexcept {
  switch (encoding) {
    case Encoding::kShiftJis: return (b >= 0x81 && b <= 0x9f) || (b >= 0xe0 && b <= 0xfc);
    case Encoding::kEucJp: return (b >= 0xa1 && b <= 0xfe) || b == 0x8e || b == 0x8f;
    default: return b >= 0x81 && b <= 0xfe;
  }
}

// Bytes of the character that begins at text[0]. REQUIRES: !text.empty().
size_t CharacterLength(Encoding encoding, ByteView text) noexcept {
  const uint8_t lead = text[0];
  if (!CanLead(encoding, lead)) return 1;
  if (encoding == Encoding::kEucJp && lead == 0x8f) return 3;  // JIS X 0212
  // A four-byte character of GB 18030 has a digit second.
  if (encoding == Encoding::kGb18030 && text.size() > 1 && text[1] >= 0x30 && text[1] <= 0x39) return 4;
  return 2;
}

}  // namespace

Alignment CheckAlignment(Encoding encoding, ByteView before, bool from_start) noexcept {
  if (!model::NeedsAlignment(encoding)) return Alignment::kAligned;
  const ByteView window = before.From(before.size() > kAlignmentWindow ? before.size() - kAlignmentWindow : 0);
  const bool reaches_start = from_start && window.size() == before.size();
  // After a byte that cannot lead, a character begins: the byte was a whole one, or the end of one.
  size_t start = window.size();
  while (start > 0 && CanLead(encoding, window[start - 1])) --start;
  if (start == 0 && !reaches_start) return Alignment::kUnknown;
  while (start < window.size()) start += CharacterLength(encoding, window.From(start));
  return start == window.size() ? Alignment::kAligned : Alignment::kAstride;
}

}  // namespace sluice::evaluate
