// SharedMemory: a sealed piece of anonymous memory that another process may map, too.
//
// Thread: one owner. Allocates: one lazy mapping in Create; pages come as they are touched. Failure: Create says why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace sluice::extract {

class SharedMemory {
 public:
  static Result<SharedMemory> Create(const char* name, size_t bytes);
  SharedMemory() = default;
  SharedMemory(SharedMemory&& other) noexcept { Swap(other); }
  SharedMemory& operator=(SharedMemory&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~SharedMemory();

  uint8_t* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }
  int descriptor() const noexcept { return descriptor_; }

 private:
  void Swap(SharedMemory& other) noexcept;

  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  int descriptor_ = -1;
};

}  // namespace sluice::extract
