// InflateDecoder: deflate by ISA-L in its three wrappers: gzip with any number of members, zlib, and none.
//
// Wrappers are parsed here byte by byte (RFC 1952, RFC 1950), the deflate data by isal_inflate (RFC 1951). Checksums are not
// verified: what a receiver might refuse is inspected all the same. Memory: 86 KiB, most of it ISA-L's state.
// Thread: one worker. Allocates: never.
#pragma once

#include <array>

#include <isa-l/igzip_lib.h>

#include "dataplane/decode/decoder.h"

namespace sluice::decode {

class InflateDecoder final : public Decoder {
 public:
  enum class Wrapper : uint8_t { kGzip, kZlib, kNone };

  explicit InflateDecoder(Wrapper wrapper) noexcept;
  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  bool may_end() const noexcept override { return at_ == At::kNextMember; }
  // Without a wrapper, at kEnd: the last of the bytes taken, which stand behind the deflate data.
  ByteView read_ahead() const noexcept { return {read_ahead_.data(), read_ahead_size_}; }

 private:
  enum class At : uint8_t {
    kGzipHeader, kExtraLength, kExtra, kName, kComment, kHeaderCrc, kZlibHeader, kDeflate, kTrailer, kNextMember, kEnd, kCorrupt, kUnsupported
  };

  bool TakeByte(uint8_t byte) noexcept;
  void AfterGzipField(At done) noexcept;
  void StartHeader() noexcept;
  void StartDeflate() noexcept;
  DecodeStep Inflate(ByteView input, std::span<uint8_t> scratch) noexcept;
  void TakeReadAhead() noexcept;

  Wrapper wrapper_;
  At at_ = At::kGzipHeader;
  uint8_t flags_ = 0;
  uint32_t position_ = 0;  // within the wrapper field that is being read
  uint32_t extra_ = 0;
  uint8_t read_ahead_size_ = 0;
  std::array<uint8_t, 8> read_ahead_;
  inflate_state state_;
};

// What begins with a gzip or zlib header; for the table.
bool LooksLikeGzip(ByteView prefix) noexcept;
bool LooksLikeZlib(ByteView prefix) noexcept;

}  // namespace sluice::decode
