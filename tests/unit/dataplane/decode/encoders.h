// Reference encoders for tests and benchmarks, none of them the library that is tested for deflate.
#pragma once

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>

namespace sluice::decode {

// `window_bits` as zlib wants them: 15 + 16 gzip, 15 zlib, -15 raw deflate.
inline std::string ZlibEncode(const std::string& text, int window_bits, int level = 6) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
inline std::string GzipEncode(const std::string& text, int level = 6) { return ZlibEncode(text, 15 + 16, level); }
inline std::string DeflateEncode(const std::string& text, int level = 6) { return ZlibEncode(text, -15, level); }

inline std::string BrotliEncode(const std::string& text, int quality = 5, int window = 22) {
  size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
  std::string out(size, '\0');
  if (BrotliEncoderCompress(quality, window, BROTLI_MODE_GENERIC, text.size(), reinterpret_cast<const uint8_t*>(text.data()),
                            &size, reinterpret_cast<uint8_t*>(out.data())) == BROTLI_FALSE) {
    throw std::runtime_error("brotli");
  }
  out.resize(size);
  return out;
}

inline std::string ZstdEncode(const std::string& text, int level = 3) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level);
  if (ZSTD_isError(size) != 0) throw std::runtime_error("zstd");
  out.resize(size);
  return out;
}

// Words with some order in them, the same for a seed.
inline std::string SomeText(size_t bytes, uint32_t seed = 1) {
  static const char* const kWords[] = {"marking ", "document ", "\xE6\x9C\xBA\xE5\xAF\x86", "secret ", "engine ", "0x1F ", "\n", "pressure "};
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < bytes) text += kWords[random() % 8];
  text.resize(bytes);
  return text;
}
inline std::string RandomBytes(size_t bytes, uint32_t seed = 1) {
  std::mt19937 random(seed);
  std::string out;
  while (out.size() < bytes) out += static_cast<char>(random());
  return out;
}

}  // namespace sluice::decode
