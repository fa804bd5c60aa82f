// Any bytes end in a word, with members one after the other.
#include "extractor/ole_members.h"

#include "tests/fuzz/extract/member_counter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::extractor::MemberCounter members;
  sluice::extractor::Limits limits;
  limits.operations = 10'000;
  sluice::extractor::OleMembers(sluice::ByteView(data, size), limits, members);
  return 0;
}
