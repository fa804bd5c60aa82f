// RequestQueue: the methods of requests that await their responses, oldest first, two bits each.
//
// Thread: value type. Allocates: never. Bounds: kCapacity pipelined requests; Push says when there is no room.
#pragma once

#include <cstdint>

#include "dataplane/protocol/http1_head.h"

namespace sluice::protocol {

class RequestQueue {
 public:
  static constexpr uint32_t kCapacity = 64;

  bool empty() const noexcept { return size_ == 0; }
  uint32_t size() const noexcept { return size_; }

  [[nodiscard]] bool Push(RequestMethod method) noexcept {
    if (size_ == kCapacity) return false;
    Set((head_ + size_++) % kCapacity, method);
    return true;
  }
  // Of an unseen request: kOther.
  RequestMethod Front() const noexcept {
    if (empty()) return RequestMethod::kOther;
    if ((connects_ >> head_ & 1) != 0) return RequestMethod::kConnect;
    return (heads_ >> head_ & 1) != 0 ? RequestMethod::kHead : RequestMethod::kOther;
  }
  void Pop() noexcept {
    if (empty()) return;
    head_ = (head_ + 1) % kCapacity;
    --size_;
  }
  void Clear() noexcept { size_ = 0; }

 private:
  void Set(uint32_t slot, RequestMethod method) noexcept {
    const uint64_t bit = uint64_t{1} << slot;
    heads_ = method == RequestMethod::kHead ? heads_ | bit : heads_ & ~bit;
    connects_ = method == RequestMethod::kConnect ? connects_ | bit : connects_ & ~bit;
  }

  uint64_t heads_ = 0;
  uint64_t connects_ = 0;
  uint32_t head_ = 0;
  uint32_t size_ = 0;
};

}  // namespace sluice::protocol
