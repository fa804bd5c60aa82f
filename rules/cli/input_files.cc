#include "rules/cli/input_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlock = size_t{1} << 16;

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number > STDERR_FILENO) ::close(number);
  }
};

// What lies in `folder` and below, in any order. Each folder by itself, so that one that is closed to us hides no other.
void AddFilesBelow(const std::string& folder, std::vector<std::string>& files, std::vector<std::string>& problems) {
  std::vector<fs::path> folders = {folder};
  while (!folders.empty()) {
    const fs::path here = std::move(folders.back());
    folders.pop_back();
    std::error_code error;
    for (fs::directory_iterator it(here, error), end; !error && it != end; it.increment(error)) {
      std::error_code ignored;
      const fs::file_status status = it->symlink_status(ignored);
      if (fs::is_directory(status)) folders.push_back(it->path());
      if (it->is_regular_file(ignored)) files.push_back(it->path().string());
    }
    if (error) problems.push_back("cannot read the folder " + here.string() + ": " + error.message());
  }
}

Error TooLarge(const std::string& path) {
  return {ErrorCode::kResourceExhausted, path + " is larger than " + std::to_string(kLargestInput) + " bytes and was not looked into"};
}

}  // namespace

std::vector<std::string> FilesOf(const std::vector<std::string>& paths, std::vector<std::string>& problems) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (path == "-" || !fs::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    AddFilesBelow(path, inside, problems);
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), std::make_move_iterator(inside.begin()), std::make_move_iterator(inside.end()));
  }
  return files;
}

Result<std::string> ReadInput(const std::string& path) {
  const Descriptor file{path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status {};
  if (file.number < 0 || ::fstat(file.number, &status) != 0) return Error::FromErrno(errno, "cannot read " + path);
  if (S_ISREG(status.st_mode) && static_cast<uint64_t>(status.st_size) > kLargestInput) return TooLarge(path);
  std::string text;
  // The size is a hint: files grow and shrink while they are read, and pipes have none.
  size_t size = 0, room = static_cast<size_t>(status.st_size) + 1;
  for (;;) {
    if (size == text.size()) text.resize(size + std::max(room, kBlock));
    room = size;  // from here on by doubling
    const ssize_t n = ::read(file.number, text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error::FromErrno(errno, "cannot read " + path);
    if (n == 0) break;
    size += static_cast<size_t>(n);
    if (size > kLargestInput) return TooLarge(path);
  }
  text.resize(size);
  return text;
}

}  // namespace sluice::cli
