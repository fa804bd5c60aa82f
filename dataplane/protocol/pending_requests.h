// PendingRequests: which file a request was about, until its answer comes, which does not say so itself.
//
// Thread: one worker. Allocates: never. Bounds: kCapacity; the oldest request is forgotten, and an answer to it is then one about
// a file that nobody knows (FileBook).
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/file_book.h"

namespace sluice::protocol {

struct PendingRequest {
  bool waits = false;
  uint8_t command = 0;
  uint64_t id = 0;
  uint64_t offset = 0;          // of the first byte asked for
  FileBook::Reference file;
};

class PendingRequests {
 public:
  static constexpr size_t kCapacity = 64;

  void Add(uint64_t id, uint8_t command, const FileBook::Reference& file, uint64_t offset) noexcept {
    entries_[next_] = {true, command, id, offset, file};
    next_ = (next_ + 1) % kCapacity;
  }
  // nullptr: nobody asked, as far as was seen.
  PendingRequest* Find(uint64_t id, uint8_t command) noexcept {
    for (PendingRequest& entry : entries_) {
      if (entry.waits && entry.id == id && entry.command == command) return &entry;
    }
    return nullptr;
  }
  // The request, which waits no more; nobody's file and offset 0 where it was not seen.
  PendingRequest Take(uint64_t id, uint8_t command) noexcept {
    PendingRequest* entry = Find(id, command);
    if (entry == nullptr) return {};
    entry->waits = false;
    return *entry;
  }

 private:
  std::array<PendingRequest, kCapacity> entries_{};
  size_t next_ = 0;
};

}  // namespace sluice::protocol
