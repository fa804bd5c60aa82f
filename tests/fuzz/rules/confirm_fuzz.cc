// Hits in untrusted bytes: alignment, validators, entropy and values over any window, and conditions over what they give.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rules/evaluate/confirm.h"

// Bytes: encoding, form, validator, least and greatest length, flags, then the window.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  if (size < 6) return 0;
  model::Pattern pattern;
  pattern.encoding = static_cast<model::Encoding>(data[0] % static_cast<int>(model::Encoding::kCount));
  pattern.form = static_cast<model::TransferForm>(data[1] % static_cast<int>(model::TransferForm::kCount));
  pattern.min_length = data[3];
  pattern.max_length = data[3] + data[4];
  pattern.length = data[4] == 0 ? data[3] : 0;
  pattern.confirm_alignment = NeedsAlignment(pattern.encoding);
  pattern.first_bytes.fill(~uint64_t{0});
  model::Detector detector;
  detector.validator = static_cast<model::ValidatorKind>(data[2] % static_cast<int>(model::ValidatorKind::kCount));
  detector.min_entropy_millibits = (data[5] & 1) != 0 ? 3000 : 0;
  const ByteView window{data + 6, size - 6};
  const evaluate::Confirmation c = evaluate::Confirm(pattern, detector, window, (data[5] & 2) != 0);
  // What is said of a value lies within what was seen, except for a literal longer than the window.
  if (c.stands && pattern.length == 0 && size_t{c.length} + c.behind > window.size()) std::abort();
  return 0;
}
