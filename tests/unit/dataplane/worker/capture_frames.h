// Capture files for tests: written and read frame by frame, in the classic pcap format, microseconds.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/byte_view.h"

namespace sluice::test {

using Frame = std::vector<uint8_t>;

inline void AppendLe32(std::string& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

inline void WriteCapture(const std::string& path, const std::vector<Frame>& frames) {
  std::string out;
  for (const uint32_t word : {0xa1b2c3d4u, 0x00040002u, 0u, 0u, 65535u, 1u}) AppendLe32(out, word);
  uint32_t time = 0;
  for (const Frame& frame : frames) {
    const auto size = static_cast<uint32_t>(frame.size());
    for (const uint32_t word : {1'700'000'000u, time++, size, size}) AppendLe32(out, word);
    out.append(frame.begin(), frame.end());
  }
  std::ofstream(path, std::ios::binary) << out;
}

inline std::vector<Frame> ReadCapture(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  ByteReader reader{ByteView(bytes)};
  std::vector<Frame> frames;
  if (!reader.Skip(24)) return frames;
  uint32_t captured = 0;
  ByteView frame;
  while (reader.Skip(8) && reader.ReadLe32(captured) && reader.Skip(4) && reader.ReadBytes(captured, frame)) {
    frames.emplace_back(frame.begin(), frame.end());
  }
  return frames;
}

}  // namespace sluice::test
