#include "dataplane/port/driver_log.h"

#include <sys/types.h>

#include <mutex>
#include <string_view>
#include <utility>

#include "base/log.h"

namespace sluice::port {
namespace {

struct FirstLine {
  std::mutex mutex;
  std::string text;
};

FirstLine& First() {
  static auto* first = new FirstLine;  // outlives every thread that may still log at exit
  return *first;
}

ssize_t Write(void*, const char* data, size_t size) {
  std::string_view rest(data, size);
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty()) continue;
    LogWarning("dpdk: " + std::string(line));
    const std::lock_guard<std::mutex> lock(First().mutex);
    if (First().text.empty()) First().text = line;
  }
  return static_cast<ssize_t>(size);
}

}  // namespace

std::FILE* OpenDriverLog() {
  cookie_io_functions_t functions{};
  functions.write = Write;
  std::FILE* stream = fopencookie(nullptr, "w", functions);
  if (stream != nullptr) std::setvbuf(stream, nullptr, _IOLBF, BUFSIZ);
  return stream;
}

std::string TakeFirstDriverLine() {
  const std::lock_guard<std::mutex> lock(First().mutex);
  return std::exchange(First().text, {});
}

}  // namespace sluice::port
