// HpackReader: header blocks of one direction of an HTTP/2 connection, decoded by nghttp2 in memory of fixed size.
//
// Lives in a scratch slot with its arena: the library's table and buffers come from there and from nowhere else. A block that
// needs more fails (kExhausted): no connection takes memory from another.
// Thread: one worker. Allocates: in its own arena. Sources: RFC 7541; nghttp2 1.52.
#pragma once

#include <nghttp2/nghttp2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_view.h"

namespace sluice::protocol {

// Blocks of powers of two out of one array; freed blocks are reused at their size.
class HpackArena {
 public:
  static constexpr size_t kBytes = 96 * 1024;  // a table of 4 KiB with all its entries, and fields of 16 KiB

  void* Allocate(size_t bytes) noexcept;
  void Free(void* block) noexcept;
  void* Resize(void* block, size_t bytes) noexcept;
  bool exhausted() const noexcept { return exhausted_; }

 private:
  static constexpr size_t kSmallest = 32, kClasses = 12, kHeader = 16;
  static size_t ClassOf(size_t bytes) noexcept;

  std::array<void*, kClasses> free_{};
  size_t next_ = 0;
  bool exhausted_ = false;
  alignas(16) std::array<uint8_t, kBytes> bytes_;
};

class HpackReader {
 public:
  enum class Outcome : uint8_t {
    kField,      // `name` and `value`, valid until the next call
    kMore,       // the input is used up
    kEnd,        // of the block
    kMalformed,  // RFC 7541, 2.1: the connection's state is lost
    kExhausted,  // the arena is
  };
  struct Step {
    Outcome outcome = Outcome::kMalformed;
    size_t consumed = 0;
    std::string_view name, value;
  };
  HpackReader() noexcept;
  ~HpackReader();
  HpackReader(const HpackReader&) = delete;
  HpackReader& operator=(const HpackReader&) = delete;

  // `is_last`: the block ends with this input.
  Step Next(ByteView input, bool is_last) noexcept;

 private:
  // RFC 9113, 6.5.2: what the other side may have allowed. Browsers say this much; the table grows only when it is used.
  static constexpr size_t kMaxTable = 64 * 1024;

  HpackArena arena_;
  nghttp2_mem memory_;
  nghttp2_hd_inflater* inflater_ = nullptr;
};

}  // namespace sluice::protocol
