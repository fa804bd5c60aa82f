#include "dataplane/extract/document_store.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace sluice::extract {

Result<DocumentStore> DocumentStore::Create(uint64_t bytes, uint64_t max_document_bytes) {
  if (max_document_bytes > kMaxChunks * kChunkBytes) {
    return Error(ErrorCode::kInvalidArgument, "a document of " + std::to_string(max_document_bytes) + " bytes is more than an order can name (" +
                                                  std::to_string(kMaxChunks * kChunkBytes) + ")");
  }
  const uint64_t chunks = (bytes + kChunkBytes - 1) / kChunkBytes;
  if (chunks == 0 || chunks >= StoredDocument::kNone) return Error(ErrorCode::kInvalidArgument, "the store of documents has no sensible size");
  auto memory = SharedMemory::Create("sluice-documents", static_cast<size_t>(chunks * kChunkBytes));
  if (!memory.ok()) return memory.error();
  DocumentStore store;
  store.memory_ = std::move(memory).value();
  store.max_document_bytes_ = max_document_bytes;
  store.next_.assign(static_cast<size_t>(chunks), StoredDocument::kNone);
  return store;
}

uint32_t DocumentStore::ClaimChunk() noexcept {
  uint32_t chunk = free_;
  if (chunk != StoredDocument::kNone) {
    free_ = next_[chunk];
  } else if (untouched_ < next_.size()) {
    chunk = untouched_++;
  } else {
    return StoredDocument::kNone;
  }
  ++used_chunks_;
  next_[chunk] = StoredDocument::kNone;
  return chunk;
}

DocumentStore::Status DocumentStore::Append(StoredDocument& document, ByteView bytes) noexcept {
  if (document.bytes + bytes.size() > max_document_bytes_) return Status::kDocumentTooLarge;
  while (!bytes.empty()) {
    const size_t at = static_cast<size_t>(document.bytes % kChunkBytes);
    if (at == 0) {
      const uint32_t chunk = ClaimChunk();
      if (chunk == StoredDocument::kNone) return Status::kStoreFull;
      (document.last_chunk == StoredDocument::kNone ? document.first_chunk : next_[document.last_chunk]) = chunk;
      document.last_chunk = chunk;
      ++document.chunks;
    }
    const ByteView part = bytes.First(kChunkBytes - at);
    std::memcpy(memory_.data() + size_t{document.last_chunk} * kChunkBytes + at, part.data(), part.size());
    document.bytes += part.size();
    bytes = bytes.From(part.size());
  }
  return Status::kStored;
}

// The last freed is used first: its pages are there.
void DocumentStore::Free(StoredDocument& document) noexcept {
  if (document.last_chunk != StoredDocument::kNone) {
    next_[document.last_chunk] = free_;
    free_ = document.first_chunk;
    used_chunks_ -= document.chunks;
  }
  document = StoredDocument();
}

void DocumentStore::ListChunks(const StoredDocument& document, uint32_t* places) const noexcept {
  uint32_t chunk = document.first_chunk;
  for (uint32_t i = 0; i < document.chunks; ++i, chunk = next_[chunk]) places[i] = chunk;
}

}  // namespace sluice::extract
