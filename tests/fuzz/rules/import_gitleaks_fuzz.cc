// A foreign rule file from anywhere, through the importer of gitleaks.
#include "tests/fuzz/rules/import_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::import::CheckImport(sluice::import::ReadGitleaks, data, size);
  return 0;
}
