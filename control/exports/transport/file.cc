// file: lines at the end of a file that a collector follows. Synced before they count as delivered; opened for each batch, so
// that a rotation needs no signal.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "control/exports/transport/transport.h"

namespace sluice::exports {
namespace {

class FileTransport final : public Transport {
 public:
  explicit FileTransport(std::string path) : path_(std::move(path)) {}

  Status Deliver(std::span<const Message> messages) override {
    const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR | S_IRGRP);
    if (file < 0) return Error::FromErrno(errno, path_);
    std::string lines;
    for (const Message& message : messages) lines += message.text + "\n";
    const Status written = WriteAll(file, lines);
    close(file);
    return written;
  }

 private:
  // A batch that was cut short by a full disk is taken back, so that the next attempt does not begin within a line.
  Status WriteAll(int file, const std::string& lines) const {
    const off_t before = lseek(file, 0, SEEK_END);
    size_t done = 0;
    while (done < lines.size()) {
      const ssize_t count = write(file, lines.data() + done, lines.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        const int error = errno;
        if (before >= 0 && ftruncate(file, before) != 0) return Error::FromErrno(errno, path_ + ", cutting off an unfinished line");
        return Error::FromErrno(error, path_);
      }
      done += static_cast<size_t>(count);
    }
    if (fdatasync(file) != 0 && errno != EINVAL) return Error::FromErrno(errno, path_);  // EINVAL: a pipe or a device
    return {};
  }

  const std::string path_;
};

}  // namespace

Result<std::unique_ptr<Transport>> MakeFile(const config::ExportOptions& options) {
  return std::unique_ptr<Transport>(std::make_unique<FileTransport>(options.path));
}

}  // namespace sluice::exports
