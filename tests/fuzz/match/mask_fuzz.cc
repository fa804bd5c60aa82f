// Any bytes in any encoding and form: the mask is at most one plain character and four marks.
//
// Input: encoding, form, then what was matched.
#include <cstdint>
#include <cstdlib>

#include "dataplane/match/mask.h"
#include "rules/text/character.h"

using namespace sluice;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto encoding = static_cast<model::Encoding>(data[0] % static_cast<unsigned>(model::Encoding::kCount));
  const auto form = static_cast<model::TransferForm>(data[1] % static_cast<unsigned>(model::TransferForm::kCount));
  if (!text::PrepareCharacters(encoding)) std::abort();
  const char32_t shown = match::ShownCharacter({data + 2, size - 2}, encoding, form);
  if (shown != 0 && !text::IsPlainPrintable(shown)) std::abort();
  const match::MaskedText mask = match::Mask(shown);
  if (mask.truncated() || mask.view().size() > 8 || mask.view().substr(mask.view().size() - 4) != "****") std::abort();
  return 0;
}
