// DocumentStore: documents on their way to an extractor, gathered in chunks of memory that extractors can read and not write.
//
// Its size is the budget: when it is full, or a document is too large, Append says so and the document is not opened.
// Thread: one worker. Allocates: in Create only; pages come as they are touched.
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_view.h"
#include "base/result.h"
#include "dataplane/extract/exchange.h"
#include "dataplane/extract/shared_memory.h"

namespace sluice::extract {

// The chunks of one document, linked in the store.
struct StoredDocument {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t first_chunk = kNone, last_chunk = kNone;
  uint32_t chunks = 0;
  uint64_t bytes = 0;
};

class DocumentStore {
 public:
  // `bytes` is rounded up to whole chunks; a document may hold `max_document_bytes` of them.
  static Result<DocumentStore> Create(uint64_t bytes, uint64_t max_document_bytes);

  enum class Status : uint8_t { kStored, kStoreFull, kDocumentTooLarge };
  Status Append(StoredDocument& document, ByteView bytes) noexcept;
  void Free(StoredDocument& document) noexcept;
  // The places of its chunks, in order. REQUIRES: room for document.chunks.
  void ListChunks(const StoredDocument& document, uint32_t* places) const noexcept;

  int descriptor() const noexcept { return memory_.descriptor(); }
  uint64_t capacity() const noexcept { return memory_.size(); }
  uint64_t used() const noexcept { return used_chunks_ * kChunkBytes; }

 private:
  DocumentStore() = default;
  uint32_t ClaimChunk() noexcept;

  SharedMemory memory_;
  uint64_t max_document_bytes_ = 0;
  std::vector<uint32_t> next_;  // of each chunk: within its document, or among the free ones
  uint32_t free_ = StoredDocument::kNone;
  uint32_t untouched_ = 0;      // chunks from here on were never used
  uint64_t used_chunks_ = 0;
};

}  // namespace sluice::extract
