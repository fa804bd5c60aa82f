#include "control/daemon/service_notice.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>

#include "control/daemon/worker_watch.h"

namespace sluice::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The service manager's end: a real datagram socket, named in the environment.
class Supervisor {
 public:
  explicit Supervisor(std::string name) : name_(std::move(name)), descriptor_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name_[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  ~Supervisor() {
    close(descriptor_);
    if (name_[0] == '/') std::filesystem::remove(name_);
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // The next datagram; empty: there is none.
  std::string Heard() const {
    std::array<char, 256> text;
    const ssize_t size = recv(descriptor_, text.data(), text.size(), 0);
    return size < 0 ? "" : std::string(text.data(), static_cast<size_t>(size));
  }

 private:
  std::string name_;
  int descriptor_;
};

std::string FreshPath() { return testing::TempDir() + "notify-" + std::to_string(getpid()); }

TEST(ServiceNotice, SaysWhatHappensInItsOrder) {
  const Supervisor supervisor(FreshPath());
  ServiceNotice notice;
  notice.Ready();
  notice.Reloading();
  notice.Stopping();
  EXPECT_EQ(supervisor.Heard(), "READY=1");
  EXPECT_EQ(supervisor.Heard(), "RELOADING=1");
  EXPECT_EQ(supervisor.Heard(), "STOPPING=1");
  EXPECT_EQ(supervisor.Heard(), "");
}

TEST(ServiceNotice, ReachesAnAbstractAddress) {
  const Supervisor supervisor("@sluice-notify-" + std::to_string(getpid()));
  ServiceNotice notice;
  notice.Ready();
  EXPECT_EQ(supervisor.Heard(), "READY=1");
}

TEST(ServiceNotice, LeavesNothingInTheEnvironmentForChildren) {
  const Supervisor supervisor(FreshPath());
  setenv("WATCHDOG_USEC", "1000000", 1);
  const ServiceNotice notice;
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(std::getenv("WATCHDOG_USEC"), nullptr);
}

TEST(ServiceNotice, SaysThatItLivesTwiceInTheWatchdogsTime) {
  const Supervisor supervisor(FreshPath());
  setenv("WATCHDOG_USEC", "4000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  ServiceNotice notice;
  EXPECT_EQ(notice.watchdog(), seconds(4));
  const ServiceNotice::Clock::time_point begin{seconds(100)};
  int said = 0;
  for (milliseconds at{0}; at < seconds(8); at += milliseconds(200)) {
    notice.Alive(begin + at);
    if (supervisor.Heard() == "WATCHDOG=1") ++said;
  }
  EXPECT_EQ(said, 4);
}

TEST(ServiceNotice, IsNotWatchedByAnothersWatchdog) {
  const Supervisor supervisor(FreshPath());
  setenv("WATCHDOG_USEC", "4000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  ServiceNotice notice;
  notice.Alive(ServiceNotice::Clock::now());
  EXPECT_EQ(supervisor.Heard(), "");
}

TEST(ServiceNotice, IsSilentWhereNobodyListens) {
  unsetenv("NOTIFY_SOCKET");
  ServiceNotice notice;
  notice.Ready();
  EXPECT_EQ(notice.watchdog().count(), 0);
}

// As the main thread does it: what a stalled worker costs is the sign of life.
TEST(ServiceNotice, FallsSilentWhileAWorkerStalls) {
  const Supervisor supervisor(FreshPath());
  setenv("WATCHDOG_USEC", "4000000", 1);
  ServiceNotice notice;
  WorkerWatch watch(seconds(2));
  const auto said_in = [&](seconds from, seconds to, bool second_lives) {
    static std::vector<uint64_t> heartbeats{0, 0};
    int said = 0;
    for (milliseconds at = from; at < to; at += milliseconds(200)) {
      heartbeats[0] += 20;
      if (second_lives) heartbeats[1] += 20;
      const WorkerWatch::Clock::time_point now{at};
      if (watch.Look(heartbeats, now)) notice.Alive(now);
      if (!supervisor.Heard().empty()) ++said;
    }
    return said;
  };
  EXPECT_EQ(said_in(seconds(100), seconds(110), true), 5);
  said_in(seconds(110), seconds(113), false);  // the stall is not yet seen, or just
  EXPECT_EQ(said_in(seconds(113), seconds(130), false), 0);
  EXPECT_GT(said_in(seconds(130), seconds(134), true), 0);
}

}  // namespace
}  // namespace sluice::daemon
