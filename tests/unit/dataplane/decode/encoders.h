// Reference encoders for tests and benchmarks, none of them the library that is tested for deflate.
#pragma once

#include <brotli/encode.h>
#include <bzlib.h>
#include <lzma.h>
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

inline std::string XzEncode(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  size_t size = 0;
  if (lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                              reinterpret_cast<uint8_t*>(out.data()), &size, out.size()) != LZMA_OK) {
    throw std::runtime_error("xz");
  }
  out.resize(size);
  return out;
}

inline std::string Bzip2Encode(const std::string& text) {
  std::string out(text.size() * 102 / 100 + 700, '\0');
  auto size = static_cast<unsigned>(out.size());
  if (BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()), static_cast<unsigned>(text.size()), 1, 0, 0) != BZ_OK) {
    throw std::runtime_error("bzip2");
  }
  out.resize(size);
  return out;
}

// A frame of lz4 blocks, each with literals and one match to whatever stands 1 to 40,000 bytes before; checksums are not real.
inline std::string Lz4Encode(const std::string& text) {
  const auto le = [](uint64_t value, size_t bytes) {
    std::string out;
    for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
  };
  const auto length = [](size_t n) {
    std::string out;
    if (n < 15) return out;
    for (n -= 15; n >= 255; n -= 255) out += '\xFF';
    return out + static_cast<char>(n);
  };
  const auto sequence = [&](const std::string& literals, size_t match, size_t offset) {
    const size_t code = match == 0 ? 0 : match - 4;
    std::string out(1, static_cast<char>(std::min<size_t>(literals.size(), 15) << 4 | std::min<size_t>(code, 15)));
    out += length(literals.size()) + literals;
    return match == 0 ? out : out + le(offset, 2) + length(code);
  };
  std::string out = le(0x184D2204, 4) + std::string("\x5C\x40", 2) + le(text.size(), 8) + "c";
  for (size_t at = 0, block = 0; at < text.size(); ++block) {
    if (block % 5 == 4) {
      const std::string stored = text.substr(at, 100);
      at += stored.size();
      out += le(stored.size() | 0x80000000u, 4) + stored + "crc!";
      continue;
    }
    std::string coded;
    for (size_t n = 0; n < 20 && at < text.size(); ++n) {
      // As long as the text repeats itself at this distance.
      const size_t literals = std::min<size_t>(text.size() - at, 1 + (block * 7 + n * 13) % 40), offset = 1 + (n * 977) % 40000;
      const size_t from = at + literals;
      size_t match = 0;
      while (offset <= from && from + match < text.size() && text[from + match] == text[from + match - offset]) ++match;
      if (match < 4) match = 0;
      const bool last = match == 0;
      coded += sequence(text.substr(at, literals), match, offset);
      at = from + match;
      if (last) break;
    }
    out += le(coded.size(), 4) + coded + "crc!";
  }
  return out + le(0, 4) + "sum!";
}

// Chunks of an uneven size, signed or not, with a trailing checksum.
inline std::string AwsChunkedEncode(const std::string& text, bool is_signed, size_t chunk = 1021) {
  const std::string signature = is_signed ? ";chunk-signature=" + std::string(64, 'a') : "";
  std::string out;
  for (size_t at = 0; at < text.size(); at += chunk) {
    const std::string part = text.substr(at, chunk);
    char size[17];
    std::snprintf(size, sizeof size, "%zx", part.size());
    out += size + signature + "\r\n" + part + "\r\n";
  }
  return out + "0" + signature + "\r\n";
}

inline std::string UuEncode(const std::string& text) {
  const auto code = [](uint32_t bits) { return bits == 0 ? '`' : static_cast<char>(bits + 0x20); };
  std::string out = "begin 644 name with spaces\n";
  for (size_t at = 0; at < text.size(); at += 45) {
    const std::string line = text.substr(at, 45);
    out += code(static_cast<uint32_t>(line.size()));
    for (size_t i = 0; i < line.size(); i += 3) {
      uint32_t all = 0;
      for (size_t k = 0; k < 3; ++k) all = all << 8 | (i + k < line.size() ? static_cast<uint8_t>(line[i + k]) : 0u);
      for (int shift = 18; shift >= 0; shift -= 6) out += code(all >> shift & 0x3F);
    }
    out += "\n";
  }
  return out + "`\nend\n";
}

// One member: lzma with an end mark, between a head of its own and a checksum.
inline std::string LzipEncode(const std::string& text) {
  lzma_options_lzma options;
  lzma_lzma_preset(&options, 6);
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_alone_encoder(&stream, &options) != LZMA_OK) throw std::runtime_error("lzma");
  std::string coded(text.size() * 2 + 1000, '\0');
  stream.next_in = reinterpret_cast<const uint8_t*>(text.data());
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<uint8_t*>(coded.data());
  stream.avail_out = coded.size();
  if (lzma_code(&stream, LZMA_FINISH) != LZMA_STREAM_END) throw std::runtime_error("lzma");
  coded.resize(stream.total_out);
  lzma_end(&stream);
  const auto le = [](uint64_t value, size_t bytes) {
    std::string out;
    for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
  };
  constexpr size_t kAloneHead = 13, kHead = 6, kTail = 20;
  constexpr char kDictionary = 23;  // of 8 MiB, as the preset has
  const std::string member = coded.substr(kAloneHead);
  const uint32_t check = lzma_crc32(reinterpret_cast<const uint8_t*>(text.data()), text.size(), 0);
  return std::string("LZIP\1") + kDictionary + member + le(check, 4) + le(text.size(), 8) + le(kHead + member.size() + kTail, 8);
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
