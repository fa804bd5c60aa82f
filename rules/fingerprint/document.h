// Document: what registration keeps of a document: fingerprints of its parts and digests of its whole contents.
//
// Thread: value types. Allocates: yes (cold path).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_view.h"
#include "rules/fingerprint/digester.h"
#include "rules/fingerprint/seen_fingerprints.h"
#include "rules/fingerprint/selector.h"

namespace sluice::fingerprint {

struct Part {
  Kind kind = Kind::kText;
  uint64_t bytes = 0;                      // that the fingerprints stand for
  std::vector<Fingerprint> fingerprints;   // in order, each once in its part
};

struct Whole {
  uint64_t begin = 0;
  ContentDigest digest{};
};

// A value in a column of a table's row.
struct RowValue {
  uint64_t value = 0;
  uint32_t row = 0;
  uint16_t column = 0;
};

struct Document {
  std::string name;
  ContentDigest identity{};
  uint64_t path_hash = 0;
  uint64_t source_bytes = 0;
  int64_t source_time = 0;
  std::vector<Part> parts;
  std::vector<Whole> wholes;
  std::vector<RowValue> rows;  // of a table
};

// A content that stands in fewer bytes says too little to be known by itself.
inline constexpr size_t kLeastDocumentBytes = 64, kLeastMemberBytes = 512;

// Takes in one content: a file, a member, a reading. Runs in order; all but the last a multiple of kRunUnit.
class ContentCollector {
 public:
  static constexpr size_t kRunUnit = Selector::kEpoch;
  enum class Keep : uint8_t { kAll, kTextOnly };

  ContentCollector(const Secrets& secrets, Keep keep);
  void Add(ByteView run);
  uint64_t bytes() const { return bytes_; }
  ContentDigest Digest() const { return digester_.Digest(); }
  Whole TakeWhole() const;
  std::vector<Part> TakeParts();

 private:
  void KeepOne(const Selected& selected, ByteView run, uint64_t run_at);

  Selector selector_;
  SelectorState state_;
  Keep keep_;
  Digester digester_;
  uint64_t bytes_ = 0;
  uint64_t begin_ = 0;
  std::array<Part, 2> parts_;
  std::array<SeenFingerprints, 2> seen_;
};

// Takes in the contents of a document, one after the other.
class DocumentCollector {
 public:
  explicit DocumentCollector(const Secrets& secrets) : secrets_(&secrets) {}

  // The file as it is. Its identity is its digest.
  void AddFile(ContentCollector& file);
  // The content of a member; `has_reading`: AddReading says what its text is.
  void AddMember(ByteView bytes, bool has_reading);
  // A reading of it as a person has it: only its text counts.
  void AddReading(ByteView bytes);
  Document Take();

 private:
  void AddParts(ContentCollector& content);

  const Secrets* secrets_;
  Document document_;
};

// Keyed, so that a set does not say where documents lie.
uint64_t PathHash(const Secrets& secrets, const std::string& path);

}  // namespace sluice::fingerprint
