// An extractor that does what a document tells it to: to break down, to hang, to break out, to lie. The walls around it are the real ones.
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "extractor/service.h"

namespace sluice::extractor {
namespace {

[[noreturn]] void LoopForEver() {
  for (;;) asm volatile("");
}

// On a bell that nobody rings.
void Sleep() {
  static uint32_t bell = 0;
  syscall(SYS_futex, &bell, 0, 0, nullptr, nullptr, 0);
}

Outcome EatMemory() {
  std::vector<std::string> eaten;
  for (;;) eaten.emplace_back(size_t{1} << 20, 'x');
}

Outcome Flood(MemberSink& sink) {
  const std::string block(32 * 1024, 'y');
  sink.Begin("text");
  for (;;) sink.Write(block);
}

Outcome TryFile(MemberSink& sink) {
  const long opened = syscall(SYS_openat, -100, "/etc/passwd", 0);
  sink.Member("text", opened < 0 && errno == EACCES && std::fopen("/etc/passwd", "r") == nullptr ? "refused" : "opened");
  return Outcome::kComplete;
}

Outcome Obey(std::string_view word, ByteView rest, MemberSink& sink) {
  if (word == "echo") sink.Member("text", rest.AsText());
  if (word == "reverse") sink.Member("text", std::string(rest.AsText().rbegin(), rest.AsText().rend()));
  if (word == "nest") sink.Member("inner", std::string("%PDF-1.4 ") + std::string(rest.AsText()));
  if (word == "loop") LoopForEver();
  if (word == "hog") return EatMemory();
  if (word == "flood") return Flood(sink);
  if (word == "file") return TryFile(sink);
  if (word == "socket") static_cast<void>(socket(AF_INET, SOCK_STREAM, 0));
  if (word == "fork") static_cast<void>(syscall(SYS_fork));
  if (word == "code") static_cast<void>(mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (word == "silence") Sleep();
  if (word == "orphan") sink.Write(ByteView(std::string_view("data of no member")));
  if (word == "members") {
    for (;;) sink.Member("m", "x");
  }
  if (word == "half") {
    sink.Begin("text");
    sink.Write(rest);
    std::abort();
  }
  return Outcome::kComplete;
}

// "%PDF-1.4 WORD the rest"
Outcome Open(const extract::Order&, ByteView document, MemberSink& sink) {
  std::string_view text = document.AsText();
  text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return Obey(word, ByteView(text), sink);
}

}  // namespace
}  // namespace sluice::extractor

int main() { return sluice::extractor::Serve({[] {}, sluice::extractor::Open}); }
