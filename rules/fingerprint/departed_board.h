// DepartedBoard: of which documents so much has left that a rule wants to know. Written by the ledger, read by workers.
//
// One for each detector that asks for what has left. Thread: any reads, the ledger writes; nobody waits. Allocates: when made.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace sluice::fingerprint {

class DepartedBoard {
 public:
  explicit DepartedBoard(size_t documents) : size_(documents), documents_(std::make_unique<std::atomic<bool>[]>(documents)) {}

  // Of the whole set at once (so many bytes of all its documents together).
  void SetAll(bool over) noexcept { all_.store(over, std::memory_order_relaxed); }
  void Set(uint32_t document, bool over) noexcept {
    if (document < size_) documents_[document].store(over, std::memory_order_relaxed);
  }
  bool IsOver(uint32_t document) const noexcept {
    return all_.load(std::memory_order_relaxed) || (document < size_ && documents_[document].load(std::memory_order_relaxed));
  }

 private:
  size_t size_;
  std::atomic<bool> all_{false};
  std::unique_ptr<std::atomic<bool>[]> documents_;
};

}  // namespace sluice::fingerprint
