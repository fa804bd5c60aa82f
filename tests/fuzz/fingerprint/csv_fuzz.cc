// Any text as a table: the reader comes to its end, lines only go up, and a row is fields or a problem.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "rules/fingerprint/csv_reader.h"
#include "rules/fingerprint/row_values.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::fingerprint;
  static const std::shared_ptr<const Secrets> secrets = Secrets::Make(Key(std::array<uint8_t, kKeyBytes>{1}));
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CsvReader csv(text);
  std::vector<std::string> fields;
  std::string problem;
  size_t rows = 0, line = 0;
  while (csv.Next(fields, problem)) {
    if (++rows > size + 1 || csv.line() < line || fields.empty() == problem.empty()) std::abort();
    line = csv.line();
    for (const std::string& field : fields) static_cast<void>(RowValueOf(*secrets, field).has_value());
  }
  return 0;
}
