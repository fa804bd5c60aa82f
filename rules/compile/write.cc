#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "rules/bundle/bundle_writer.h"
#include "rules/compile/compiler.h"
#include "rules/compile/stages.h"

namespace sluice::compile {
namespace {

// Everything or an errno.
int WriteAll(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes = bytes.From(static_cast<size_t>(n));
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

std::vector<uint8_t> Write(const syntax::SourceSet& sources, const Program& program) {
  bundle::Contents contents;
  contents.platform = program.platform;
  contents.policy = program.policy;
  for (const LoweredPattern& pattern : program.patterns) contents.patterns.push_back(pattern.entry);
  for (const LoweredAnchor& anchor : program.anchors) contents.anchors.push_back(anchor.entry);
  for (const BuiltDatabase& built : program.databases) {
    contents.databases.push_back({built.mode, built.cost, built.pattern_count, built.stream_state_bytes, {built.serialized.data(), built.serialized.size()}});
  }
  for (uint32_t i = 0; i < sources.size(); ++i) {
    contents.sources.push_back({sources.file(i).name(), sources.file(i).text(), sources.file(i).kind()});
  }
  return bundle::WriteBundle(contents);
}

Status WriteFileAtomically(const std::string& path, ByteView bytes) {
  const std::string temporary = path + ".tmp." + std::to_string(::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Error::FromErrno(errno, "cannot write " + temporary);
  const int write_error = WriteAll(fd, bytes);
  const int close_error = ::close(fd) == 0 ? 0 : errno;
  int error = write_error != 0 ? write_error : close_error;
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(temporary.c_str());
  return Error::FromErrno(error, "cannot write " + path);
}

}  // namespace sluice::compile
