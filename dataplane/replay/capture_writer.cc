#include "dataplane/replay/capture_writer.h"

#include <cerrno>

namespace sluice::replay {
namespace {

uint32_t Registered(packet::LinkType link_type) {
  switch (link_type) {
    case packet::LinkType::kEthernet: return 1;
    case packet::LinkType::kRawIp: return 101;
    case packet::LinkType::kLinuxCooked: return 113;
    case packet::LinkType::kLinuxCooked2: return 276;
    case packet::LinkType::kNull: return 0;
    case packet::LinkType::kLoop: return 108;
    case packet::LinkType::kPpp: return 9;
  }
  return 1;
}

}  // namespace

void CaptureWriter::FileCloser::operator()(std::FILE* file) const {
  if (file != stdout) std::fclose(file);
}

Result<CaptureWriter> CaptureWriter::Open(const std::string& path) {
  std::FILE* file = path == "-" ? stdout : std::fopen(path.c_str(), "wbe");
  if (file == nullptr) return Error::FromErrno(errno, path);
  return CaptureWriter(file, path);
}

void CaptureWriter::Put(const void* data, size_t size) {
  if (error_ == 0 && std::fwrite(data, 1, size, file_.get()) != size) error_ = errno;
}

void CaptureWriter::WriteHeader(packet::LinkType link_type) {
  link_type_ = link_type;
  uint8_t header[24] = {};
  StoreLe32(header, 0xa1b23c4d);
  StoreLe16(header + 4, 2);
  StoreLe16(header + 6, 4);
  StoreLe32(header + 16, 1u << 18);
  StoreLe32(header + 20, Registered(link_type));
  Put(header, sizeof header);
}

void CaptureWriter::Write(Timestamp time, packet::LinkType link_type, ByteView frame, uint32_t wire_length) {
  if (!link_type_) WriteHeader(link_type);
  if (*link_type_ != link_type) {
    ++left_out_;
    return;
  }
  uint8_t header[16];
  StoreLe32(header, static_cast<uint32_t>(time.nanoseconds() / 1000000000));
  StoreLe32(header + 4, static_cast<uint32_t>(time.nanoseconds() % 1000000000));
  StoreLe32(header + 8, static_cast<uint32_t>(frame.size()));
  StoreLe32(header + 12, wire_length);
  Put(header, sizeof header);
  Put(frame.data(), frame.size());
}

Status CaptureWriter::Close() {
  if (!link_type_) WriteHeader(packet::LinkType::kEthernet);  // an empty capture is still a capture
  if (error_ == 0 && std::fflush(file_.get()) != 0) error_ = errno;
  if (error_ != 0) return Error::FromErrno(error_, path_);
  return {};
}

}  // namespace sluice::replay
