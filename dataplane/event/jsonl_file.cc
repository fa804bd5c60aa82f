#include "dataplane/event/jsonl_file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.h"

namespace sluice::event {
namespace {

uint64_t CountLines(std::string_view bytes) {
  return static_cast<uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

}  // namespace

Result<JsonlFile> JsonlFile::Open(const std::string& path, Start start) {
  if (path == "-") return JsonlFile(STDOUT_FILENO, "standard output");
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (start == Start::kEmpty ? O_TRUNC : O_APPEND);
  // Names and masked matches are nobody else's business.
  const int descriptor = open(path.c_str(), flags, 0640);
  if (descriptor < 0) return Error::FromErrno(errno, path);
  return JsonlFile(descriptor, path);
}

JsonlFile::JsonlFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {
  buffer_.reserve(kBufferBytes);
}

JsonlFile::JsonlFile(JsonlFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)),
      lines_written_(other.lines_written_),
      lines_lost_(other.lines_lost_),
      failing_(other.failing_),
      mid_line_(other.mid_line_) {
  other.buffer_.clear();
}

JsonlFile::~JsonlFile() { (void)Close(); }

void JsonlFile::Write(std::string_view lines) {
  buffer_ += lines;
  if (buffer_.size() >= kBufferBytes) Flush();
}

void JsonlFile::Flush() {
  if (buffer_.empty()) return;
  if (mid_line_) {
    // Ends the broken line, so that the next one is whole.
    if (WriteOut("\n") == 1) mid_line_ = false;
  }
  const std::string_view bytes = buffer_;
  const size_t written = mid_line_ ? 0 : WriteOut(bytes);
  const uint64_t out = CountLines(bytes.substr(0, written));
  lines_written_ += out;
  lines_lost_ += CountLines(bytes.substr(written));
  failing_ = written < bytes.size();
  if (failing_ && written > 0) mid_line_ = bytes[written - 1] != '\n';
  buffer_.clear();
}

size_t JsonlFile::WriteOut(std::string_view bytes) {
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = write(descriptor_, bytes.data() + written, bytes.size() - written);
    if (n >= 0) {
      written += static_cast<size_t>(n);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // A standard output that someone made non-blocking.
      pollfd ready{descriptor_, POLLOUT, 0};
      (void)poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      if (!failing_) LogError(Error::FromErrno(errno, name_).message() + "; lines that cannot be written are counted");
      failing_ = true;
      break;
    }
  }
  return written;
}

Status JsonlFile::Close() {
  if (descriptor_ < 0) return {};
  Flush();
  const int descriptor = std::exchange(descriptor_, -1);
  const bool closed = descriptor == STDOUT_FILENO || close(descriptor) == 0;
  if (lines_lost_ > 0) {
    return Error(ErrorCode::kIo, name_ + ": " + std::to_string(lines_lost_) + " of " +
                                     std::to_string(lines_lost_ + lines_written_) + " lines could not be written");
  }
  if (!closed) return Error::FromErrno(errno, name_);
  return {};
}

}  // namespace sluice::event
