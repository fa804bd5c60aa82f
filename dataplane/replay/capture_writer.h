// CaptureWriter: a pcap file (nanoseconds) of what went out, in the order in which it did.
//
// Thread: one. Failure: Open says why; later errors are kept and told by Close. A pcap file has one link type: frames of
// another one are counted, not written.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "base/byte_view.h"
#include "base/clock.h"
#include "base/result.h"
#include "dataplane/packet/packet.h"

namespace sluice::replay {

class CaptureWriter {
 public:
  static Result<CaptureWriter> Open(const std::string& path);  // "-" is standard output

  void Write(Timestamp time, packet::LinkType link_type, ByteView frame, uint32_t wire_length);
  uint64_t left_out() const { return left_out_; }
  Status Close();

 private:
  struct FileCloser {
    void operator()(std::FILE* file) const;
  };
  CaptureWriter(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}
  void WriteHeader(packet::LinkType link_type);
  void Put(const void* data, size_t size);

  std::unique_ptr<std::FILE, FileCloser> file_;
  std::string path_;
  std::optional<packet::LinkType> link_type_;
  uint64_t left_out_ = 0;
  int error_ = 0;
};

}  // namespace sluice::replay
