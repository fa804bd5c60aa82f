// Any bytes end in a word, with members one after the other.
#include "extractor/pdf_members.h"

#include "tests/fuzz/extract/member_counter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool prepared = (sluice::extractor::PreparePdf(), true);
  static_cast<void>(prepared);
  sluice::extractor::MemberCounter members;
  sluice::extractor::Limits limits;
  limits.operations = 10'000;
  sluice::extractor::PdfMembers(sluice::ByteView(data, size), limits, members);
  return 0;
}
