#include "dataplane/replay/capture_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sluice::replay {
namespace {

constexpr uint32_t kPcapMicroseconds = 0xa1b2c3d4, kPcapNanoseconds = 0xa1b23c4d;
constexpr size_t kPcapFileHeader = 24, kPcapRecordHeader = 16;
// Larger records are corruption, not frames (libpcap's own bound for its largest link types is 262,144).
constexpr uint32_t kMaxFrame = 1u << 20;

constexpr uint32_t kSectionHeader = 0x0a0d0d0a, kInterfaceDescription = 1, kObsoletePacket = 2, kSimplePacket = 3, kEnhancedPacket = 6;
constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr size_t kMaxInterfaces = 4096;

// Link types as registered (LINKTYPE_ values).
bool LinkTypeOf(uint32_t registered, packet::LinkType& link_type) {
  using packet::LinkType;
  switch (registered) {
    case 0: link_type = LinkType::kNull; return true;
    case 1: link_type = LinkType::kEthernet; return true;
    case 9: link_type = LinkType::kPpp; return true;
    case 12: case 14: case 101: case 228: case 229: link_type = LinkType::kRawIp; return true;
    case 108: link_type = LinkType::kLoop; return true;
    case 113: link_type = LinkType::kLinuxCooked; return true;
    case 276: link_type = LinkType::kLinuxCooked2; return true;
    default: return false;
  }
}

Timestamp TimeOf(uint64_t ticks, uint64_t ticks_per_second, int64_t offset_seconds) {
  const uint64_t seconds = ticks / ticks_per_second;
  __extension__ using Wide = unsigned __int128;
  const auto fraction = static_cast<uint64_t>(static_cast<Wide>(ticks % ticks_per_second) * 1000000000u / ticks_per_second);
  return Timestamp::FromNanoseconds(static_cast<int64_t>((seconds + static_cast<uint64_t>(offset_seconds)) * 1000000000u + fraction));
}

}  // namespace

uint16_t CaptureReader::Load16(size_t offset) const {
  const uint8_t* p = bytes_.data() + offset;
  return swapped_ ? LoadBe16(p) : LoadLe16(p);
}

uint32_t CaptureReader::Load32(size_t offset) const {
  const uint8_t* p = bytes_.data() + offset;
  return swapped_ ? LoadBe32(p) : LoadLe32(p);
}

CaptureReader::Outcome CaptureReader::Broken(std::string problem) {
  problem_ = std::move(problem) + " at offset " + std::to_string(offset_);
  offset_ = bytes_.size();
  return Outcome::kBroken;
}

CaptureReader::Outcome CaptureReader::Next(CapturedFrame& frame) {
  if (format_ == Format::kUnknown) {
    const Outcome outcome = Start();
    if (outcome != Outcome::kFrame) return outcome;
  }
  return format_ == Format::kPcap ? NextPcap(frame) : NextPcapng(frame);
}

// kFrame: the format is known, go on.
CaptureReader::Outcome CaptureReader::Start() {
  if (bytes_.size() < 4) return Broken("not a capture: expected a pcap or pcapng file, found " + std::to_string(bytes_.size()) + " bytes");
  const uint32_t magic = LoadLe32(bytes_.data());
  if (magic == kSectionHeader) {
    format_ = Format::kPcapng;
    return Outcome::kFrame;
  }
  const uint32_t swapped_magic = __builtin_bswap32(magic);
  swapped_ = swapped_magic == kPcapMicroseconds || swapped_magic == kPcapNanoseconds;
  const uint32_t value = swapped_ ? swapped_magic : magic;
  if (value != kPcapMicroseconds && value != kPcapNanoseconds) return Broken("not a capture: expected the magic number of pcap or pcapng");
  if (bytes_.size() < kPcapFileHeader) return Broken("pcap file header is cut off");
  nanoseconds_ = value == kPcapNanoseconds;
  link_type_ = Load32(20) & 0x0fffffff;  // the upper bits carry the FCS length
  offset_ = kPcapFileHeader;
  format_ = Format::kPcap;
  return Outcome::kFrame;
}

CaptureReader::Outcome CaptureReader::NextPcap(CapturedFrame& frame) {
  while (offset_ < bytes_.size()) {
    if (bytes_.size() - offset_ < kPcapRecordHeader) return Broken("record header is cut off");
    const uint32_t length = Load32(offset_ + 8), wire_length = Load32(offset_ + 12);
    if (length > kMaxFrame) return Broken("record claims a frame of " + std::to_string(length) + " bytes");
    if (bytes_.size() - offset_ - kPcapRecordHeader < length) return Broken("frame is cut off");
    const uint64_t fraction_ns = uint64_t{Load32(offset_ + 4)} * (nanoseconds_ ? 1 : 1000);
    const size_t data_offset = offset_ + kPcapRecordHeader;
    frame.time = Timestamp::FromNanoseconds(static_cast<int64_t>(uint64_t{Load32(offset_)} * 1000000000u + fraction_ns));
    offset_ = data_offset + length;
    if (Fill(link_type_, data_offset, length, wire_length, frame)) return Outcome::kFrame;
  }
  return Outcome::kEnd;
}

bool CaptureReader::Fill(uint32_t link_type, uint64_t data_offset, uint32_t length, uint32_t wire_length, CapturedFrame& frame) {
  if (!LinkTypeOf(link_type, frame.link_type)) {
    if (unsupported_frames_++ == 0) unsupported_link_type_ = link_type;
    return false;
  }
  ++frames_;
  frame.data = const_cast<uint8_t*>(bytes_.data() + data_offset);
  frame.length = length;
  frame.wire_length = wire_length < length ? length : wire_length;
  return true;
}

CaptureReader::Outcome CaptureReader::NextPcapng(CapturedFrame& frame) {
  while (offset_ < bytes_.size()) {
    if (bytes_.size() - offset_ < 12) return Broken("pcapng block is cut off");
    // A section header says in its body how the section, its own length included, is to be read.
    const bool is_section = LoadLe32(bytes_.data() + offset_) == kSectionHeader;
    if (is_section && !StartSection(bytes_.From(offset_ + 8))) return Broken("pcapng section header has no byte-order magic");
    const uint32_t type = Load32(offset_), total = Load32(offset_ + 4);
    if (total < 12 || total % 4 != 0) return Broken("pcapng block claims a length of " + std::to_string(total));
    if (total > bytes_.size() - offset_) return Broken("pcapng block is cut off");
    const size_t body_offset = offset_ + 8;
    const ByteView body = bytes_.Sub(body_offset, total - 12);
    offset_ += total;
    if (type == kInterfaceDescription) AddInterface(body);
    if (interfaces_.size() > kMaxInterfaces) return Broken("pcapng section has more than 4096 interfaces");
    if (PacketFromBlock(type, body, frame)) return Outcome::kFrame;
  }
  return Outcome::kEnd;
}

bool CaptureReader::StartSection(ByteView body) {
  const uint32_t magic = LoadLe32(body.data());
  if (magic != kByteOrderMagic && __builtin_bswap32(magic) != kByteOrderMagic) return false;
  swapped_ = magic != kByteOrderMagic;
  interfaces_.clear();
  return true;
}

void CaptureReader::AddInterface(ByteView body) {
  Interface added;
  const auto base = static_cast<size_t>(body.data() - bytes_.data());
  if (body.size() >= 8) added.link_type = Load16(base);
  // Options: code, length, value padded to four bytes; if_tsresol = 9, if_tsoffset = 14.
  for (size_t at = 8; at + 4 <= body.size();) {
    const uint16_t code = Load16(base + at), length = Load16(base + at + 2);
    if (code == 0 || length > body.size() - at - 4) break;
    if (code == 9 && length >= 1) {
      const uint8_t resolution = body[at + 4];
      const unsigned exponent = resolution & 0x7f;
      if ((resolution & 0x80) != 0 && exponent < 63) added.ticks_per_second = uint64_t{1} << exponent;
      if ((resolution & 0x80) == 0 && exponent <= 18) {
        added.ticks_per_second = 1;
        for (unsigned i = 0; i < exponent; ++i) added.ticks_per_second *= 10;
      }
    }
    if (code == 14 && length >= 8) {
      const uint8_t* p = body.data() + at + 4;
      added.offset_seconds = static_cast<int64_t>(swapped_ ? LoadBe64(p) : LoadLe64(p));
    }
    at += 4 + ((size_t{length} + 3) & ~size_t{3});
  }
  interfaces_.push_back(added);
}

bool CaptureReader::Damaged() {
  ++damaged_blocks_;
  return false;
}

bool CaptureReader::PacketFromBlock(uint32_t type, ByteView body, CapturedFrame& frame) {
  const auto base = static_cast<size_t>(body.data() - bytes_.data());
  size_t header = 0;
  uint32_t interface_id = 0, length = 0, wire_length = 0;
  uint64_t ticks = 0;
  if (type == kEnhancedPacket || type == kObsoletePacket) {
    header = 20;
    if (body.size() < header) return Damaged();
    interface_id = type == kEnhancedPacket ? Load32(base) : Load16(base);
    ticks = (uint64_t{Load32(base + 4)} << 32) | Load32(base + 8);
    length = Load32(base + 12);
    wire_length = Load32(base + 16);
  } else if (type == kSimplePacket) {
    header = 4;
    if (body.size() < header) return Damaged();
    wire_length = Load32(base);
    length = static_cast<uint32_t>(body.size() - header);
    if (wire_length < length) length = wire_length;
  } else {
    return false;
  }
  if (length > body.size() - header || interface_id >= interfaces_.size()) return Damaged();
  const Interface& interface = interfaces_[interface_id];
  frame.time = TimeOf(ticks, interface.ticks_per_second, interface.offset_seconds);
  return Fill(interface.link_type, base + header, length, wire_length, frame);
}

Result<CaptureFile> CaptureFile::Open(const std::string& path) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error::FromErrno(errno, path);
  struct stat info {};
  uint8_t* data = nullptr;
  size_t size = 0;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    size = static_cast<size_t>(info.st_size);
    void* mapped = size == 0 ? nullptr : mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
    const int map_error = errno;
    if (fd != STDIN_FILENO) ::close(fd);
    if (mapped == MAP_FAILED) return Error::FromErrno(map_error, path);
    return CaptureFile(static_cast<uint8_t*>(mapped), size);
  }
  if (S_ISDIR(info.st_mode)) {
    ::close(fd);
    return Error(ErrorCode::kInvalidArgument, path + ": is a directory, expected a capture file");
  }
  // A pipe: read to its end into anonymous memory that grows by doubling.
  size_t capacity = size_t{1} << 20;
  data = static_cast<uint8_t*>(mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  while (data != MAP_FAILED) {
    if (size == capacity) {
      data = static_cast<uint8_t*>(mremap(data, capacity, capacity * 2, MREMAP_MAYMOVE));
      capacity *= 2;
      continue;
    }
    const ssize_t n = ::read(fd, data + size, capacity - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<size_t>(n);
  }
  if (fd != STDIN_FILENO) ::close(fd);
  if (data == MAP_FAILED) return Error::FromErrno(ENOMEM, path);
  if (size == 0) {
    munmap(data, capacity);
    return CaptureFile(nullptr, 0);
  }
  return CaptureFile(static_cast<uint8_t*>(mremap(data, capacity, size, 0)), size);
}

CaptureFile::CaptureFile(CaptureFile&& other) noexcept : data_(other.data_), size_(other.size_) {
  other.data_ = nullptr;
  other.size_ = 0;
}

CaptureFile::~CaptureFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace sluice::replay
