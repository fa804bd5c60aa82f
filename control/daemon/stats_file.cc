#include "control/daemon/stats_file.h"

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "base/error.h"
#include "base/log.h"

namespace sluice::daemon {
namespace {

bool WriteWhole(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  std::ofstream out(draft, std::ios::trunc);
  out << text << '\n';
  out.close();
  return !out.fail() && std::rename(draft.c_str(), path.c_str()) == 0;
}

}  // namespace

void StatsFile::Write(const pipeline::Totals& totals, std::chrono::steady_clock::time_point now) {
  if (path_.empty()) return;
  next_ = now + interval_;
  if (path_ == "-") {
    std::printf("%s\n", ToJson(totals).c_str());
    std::fflush(stdout);
    return;
  }
  errno = 0;
  const bool failed = !WriteWhole(path_, ToJson(totals));
  if (failed && !failing_) LogError(Error::FromErrno(errno, "statistics " + path_).message());
  failing_ = failed;
}

}  // namespace sluice::daemon
