// CaptureFile: the frames of a pcap or pcapng file, one after the other, straight from the mapped file.
//
// Reads pcap (microseconds and nanoseconds, either byte order) and pcapng (sections of either byte order, several
// interfaces, enhanced, simple and obsolete packet blocks). The memory is private and writable: what inline mode rewrites never reaches the
// file. Thread: one. Allocates: the interface list. Failure: a file that is broken or cut off yields every frame before the
// break, then kBroken with a sentence. Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_view.h"
#include "base/clock.h"
#include "base/result.h"
#include "dataplane/packet/packet.h"

namespace sluice::replay {

struct CapturedFrame {
  uint8_t* data = nullptr;
  uint32_t length = 0;
  uint32_t wire_length = 0;
  Timestamp time;
  packet::LinkType link_type = packet::LinkType::kEthernet;
};

// Frames of a link type that Sluice does not parse are counted and left out.
class CaptureReader {
 public:
  enum class Outcome : uint8_t { kFrame, kEnd, kBroken };

  // `bytes` must stay; they are only written through CapturedFrame::data by whoever asked for frames.
  explicit CaptureReader(ByteView bytes) : bytes_(bytes) {}

  Outcome Next(CapturedFrame& frame);
  // After kBroken: what was wrong and at which offset.
  const std::string& problem() const { return problem_; }
  uint64_t frames() const { return frames_; }
  uint64_t damaged_blocks() const { return damaged_blocks_; }  // pcapng: packet blocks that contradict themselves, left out
  uint64_t unsupported_frames() const { return unsupported_frames_; }
  uint32_t unsupported_link_type() const { return unsupported_link_type_; }  // of the first such frame

 private:
  struct Interface {
    uint32_t link_type = 0;
    uint64_t ticks_per_second = 1000000;
    int64_t offset_seconds = 0;
  };
  enum class Format : uint8_t { kUnknown, kPcap, kPcapng };

  Outcome Start();
  Outcome NextPcap(CapturedFrame& frame);
  Outcome NextPcapng(CapturedFrame& frame);
  Outcome Broken(std::string problem);
  bool StartSection(ByteView body);
  void AddInterface(ByteView body);
  bool PacketFromBlock(uint32_t type, ByteView body, CapturedFrame& frame);
  bool Damaged();
  bool Fill(uint32_t link_type, uint64_t data_offset, uint32_t length, uint32_t wire_length, CapturedFrame& frame);
  uint16_t Load16(size_t offset) const;
  uint32_t Load32(size_t offset) const;

  ByteView bytes_;
  size_t offset_ = 0;
  Format format_ = Format::kUnknown;
  bool swapped_ = false;      // of the file (pcap) or the section (pcapng)
  bool nanoseconds_ = false;  // pcap
  uint32_t link_type_ = 0;    // pcap
  std::vector<Interface> interfaces_;
  std::string problem_;
  uint64_t frames_ = 0;
  uint64_t damaged_blocks_ = 0;
  uint64_t unsupported_frames_ = 0;
  uint32_t unsupported_link_type_ = 0;
};

// The file as private, writable memory.
class CaptureFile {
 public:
  static Result<CaptureFile> Open(const std::string& path);  // "-" reads standard input to its end
  CaptureFile(CaptureFile&& other) noexcept;
  CaptureFile& operator=(CaptureFile&&) = delete;
  ~CaptureFile();

  ByteView bytes() const { return {data_, size_}; }

 private:
  CaptureFile(uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint8_t* data_;
  size_t size_;
};

}  // namespace sluice::replay
