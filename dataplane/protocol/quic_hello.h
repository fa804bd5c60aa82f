// QuicHello: a ClientHello put together from the CRYPTO frames of Initial packets, which come in any order.
//
// Thread: value type. Allocates: never. Failure: frames behind one that does not belong into an Initial packet, or that lies about
// its length, are left out; so is what lies beyond kMaxBytes. Source: RFC 9000 (12.4, 19).
#pragma once

#include <array>
#include <cstdint>

#include "base/byte_view.h"

namespace sluice::protocol {

class QuicHello {
 public:
  static constexpr size_t kMaxBytes = 4096;

  void Take(ByteView frames) noexcept;
  // All of it is there, or as much as is kept.
  bool IsWhole() const noexcept;
  // The handshake message, as far as it is there from its beginning on without a hole.
  ByteView message() const noexcept { return {bytes_.data(), contiguous_}; }

 private:
  void Add(uint64_t offset, ByteView bytes) noexcept;

  size_t contiguous_ = 0;
  std::array<uint64_t, kMaxBytes / 64> present_{};  // a bit for each byte
  std::array<uint8_t, kMaxBytes> bytes_;
};

}  // namespace sluice::protocol
