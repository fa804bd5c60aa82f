// MappedArray<T>: a fixed array of zero-filled T straight from the kernel; pages nobody touched cost no memory.
//
// Thread: one owner. Allocates: once, in Create. Failure: kResourceExhausted from Create.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.h"

namespace sluice::flow {

template <typename T>
class MappedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>, "all-zero bytes must be a T");

 public:
  // `prefault` takes all memory now, in huge pages where the system gives them, so that no page fault comes later.
  static Result<MappedArray> Create(size_t size, bool prefault, std::string_view what) {
    if (size > SIZE_MAX / sizeof(T)) return Error(ErrorCode::kInvalidArgument, std::string(what) + ": size overflows");
    MappedArray array;
    array.bytes_ = size * sizeof(T);
    if (array.bytes_ == 0) return array;
    void* memory =
        mmap(nullptr, array.bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      return Error(ErrorCode::kResourceExhausted,
                   std::string(what) + ": the system refused " + std::to_string(array.bytes_) + " bytes of memory");
    }
    array.data_ = static_cast<T*>(memory);
    if (prefault && !array.Prefault()) {
      return Error(ErrorCode::kResourceExhausted,
                   std::string(what) + ": the machine has no " + std::to_string(array.bytes_) + " bytes of memory left");
    }
    return array;
  }

  MappedArray(MappedArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MappedArray& operator=(MappedArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedArray() {
    if (data_ != nullptr) munmap(data_, bytes_);
  }

  size_t size() const noexcept { return bytes_ / sizeof(T); }
  size_t bytes() const noexcept { return bytes_; }
  // REQUIRES: i < size().
  T& operator[](size_t i) noexcept { return data_[i]; }
  const T& operator[](size_t i) const noexcept { return data_[i]; }

 private:
  static constexpr int kPopulateWrite = 23;  // MADV_POPULATE_WRITE, Linux 5.14; absent from older headers

  MappedArray() = default;

  [[nodiscard]] bool Prefault() {
    (void)madvise(data_, bytes_, MADV_HUGEPAGE);  // advice: without it the table works, with more TLB misses
    if (madvise(data_, bytes_, kPopulateWrite) == 0) return true;
    if (errno != EINVAL) return false;
    // An older kernel: writing is what takes a page.
    std::memset(static_cast<void*>(data_), 0, bytes_);
    return true;
  }

  T* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace sluice::flow
