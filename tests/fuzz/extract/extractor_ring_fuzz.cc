// What an extractor that was taken over may write into the ring: any bytes, any position, at any time.
#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "dataplane/extract/result_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::extract;
  // The positions that are published come from the first bytes, two for each step; the rest fills the ring.
  constexpr size_t kSteps = 8;
  if (size < 2 * kSteps + 1) return 0;
  const std::vector<uint8_t> ring(data + 2 * kSteps, data + size);
  std::atomic<uint64_t> written{0};
  ResultReader reader({ring.data(), ring.size()}, &written);
  bool violated = false;
  for (size_t step = 0; step < kSteps; ++step) {
    written += static_cast<uint64_t>(data[2 * step] | data[2 * step + 1] << 8);
    for (size_t records = 0; records < size; ++records) {
      RecordHead head;
      const ResultReader::Status status = reader.Next(head);
      if (violated && status != ResultReader::Status::kViolation) std::abort();
      violated = status == ResultReader::Status::kViolation;
      if (status != ResultReader::Status::kRecord) break;
      if (head.payload_bytes > kMaxPayload || head.outcome >= Outcome::kCount) std::abort();
      std::array<uint8_t, 100> into{};
      if (reader.TakePayload(into).size() > into.size()) std::abort();
    }
  }
  return 0;
}
