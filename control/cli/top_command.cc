// sluicectl top: the appliance at a glance, anew each interval, until q. The picture is top_frame.cc; here are the terminal and the clock.
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "control/cli/commands.h"
#include "control/cli/top_frame.h"

namespace sluice::cli {
namespace {

constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l", kLeave[] = "\x1b[?25h\x1b[?1049l", kHome[] = "\x1b[H", kClearLine[] = "\x1b[K", kClearRest[] = "\x1b[J";
constexpr size_t kIncidents = 40;  // more than a screen shows

volatile std::sig_atomic_t wants_end = 0;

struct Wanted {
  double interval = 2;
  bool once = false;
  TopSize size;
};

Result<TopSample> Ask(const ApiClient& client) {
  TopSample sample;
  sample.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  for (const auto& [path, into] : {std::pair(std::string("/v1/status"), &sample.status), {"/v1/statistics", &sample.statistics}, {"/v1/talkers", &sample.talkers},
                                   {"/v1/incidents" + Query({{"limit", std::to_string(kIncidents)}}), &sample.incidents}}) {
    Result<std::string> answer = client.Get(path);
    if (!answer) return answer.error();
    *into = std::move(*answer);
  }
  return sample;
}

// Single keys, no echo, another screen; all as it was when it goes.
class Terminal {
 public:
  Terminal() {
    tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    std::fputs(kEnter, stdout);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, [](int) { wants_end = 1; });
  }
  ~Terminal() {
    std::fputs(kLeave, stdout);
    std::fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  static TopSize Size(const TopSize& otherwise) {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return otherwise;
    return {size.ws_col, size.ws_row};
  }
  // What the last line shows stays within the screen: no line break behind it, and the last column stays free.
  static bool Show(const std::vector<std::string>& lines) {
    std::string out = kHome;
    for (size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? "" : "\r\n") + lines[i] + kClearLine;
    out += kClearRest;
    return std::fputs(out.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  }
  // False: somebody wants to end. True at the end of the wait, and at once where the size changed.
  static bool Wait(std::chrono::duration<double> time, const TopSize& shown, const TopSize& otherwise) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) {
      pollfd keys{STDIN_FILENO, POLLIN, 0};
      char key = 0;
      if (poll(&keys, 1, 100) > 0 && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q')) return false;
      if (wants_end != 0) return false;
      const TopSize size = Size(otherwise);
      if (size.columns != shown.columns || size.rows != shown.rows) return true;
    }
    return true;
  }

 private:
  termios before_{};
};

Status ShowOnce(const ApiClient& client, const Wanted& wanted) {
  const Result<TopSample> before = Ask(client);
  if (!before) return before.error();
  std::this_thread::sleep_for(std::chrono::duration<double>(wanted.interval));
  const Result<TopSample> now = Ask(client);
  if (!now) return now.error();
  for (const std::string& line : TopFrame(*before, *now, wanted.size)) std::printf("%s\n", line.c_str());
  return {};
}

Status ShowUntilAsked(const ApiClient& client, const Wanted& wanted) {
  Result<TopSample> before = Ask(client);
  if (!before) return before.error();
  const Terminal terminal;
  while (true) {
    Result<TopSample> now = Ask(client);
    if (!now) return now.error();
    const TopSize size = Terminal::Size(wanted.size);
    if (!Terminal::Show(TopFrame(*before, *now, size))) return {};
    if (now->seconds - before->seconds >= wanted.interval / 2) before = std::move(now);
    if (!Terminal::Wait(std::chrono::duration<double>(wanted.interval), size, wanted.size)) return {};
  }
}

}  // namespace

void AddTopCommand(CLI::App& app, Session& session) {
  auto wanted = std::make_shared<Wanted>();
  CLI::App* top = app.add_subcommand("top", "rates, workers, coverage, who is busy and what was found, on the whole screen; q ends it");
  top->add_option("--interval", wanted->interval, "seconds between two pictures")->capture_default_str()->check(CLI::Range(0.2, 3600.0));
  top->add_flag("--once", wanted->once, "one picture as text, for scripts");
  top->add_option("--columns", wanted->size.columns, "with --once: how wide")->capture_default_str()->check(CLI::Range(20, 1000));
  top->add_option("--rows", wanted->size.rows, "with --once: how high")->capture_default_str()->check(CLI::Range(5, 1000));
  top->callback([&session, wanted] {
    if (!wanted->once && (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0)) {
      return session.Fail(Error(ErrorCode::kInvalidArgument, "top needs a terminal; --once prints one picture without"));
    }
    if (Status status = wanted->once ? ShowOnce(session.client(), *wanted) : ShowUntilAsked(session.client(), *wanted); !status) session.Fail(status.error());
  });
}

}  // namespace sluice::cli
