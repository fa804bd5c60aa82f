// upload_stream OUT.pcap RATE CLIENTS MARKED-EACH [COUNT]: uploads without end (or COUNT of them), so many a second, as a capture that is
// written while it is read: OUT.pcap may be a pipe that a `pcap` port of the appliance reads. Client after client of CLIENTS
// uploads a document of its own name; every MARKED-EACH-th one has the marking of upload_rules.yaml.
//
// The tests of the running appliance need findings that keep coming and nothing else: no namespace, no server. A reader that goes away
// ends it. Stopped (SIGSTOP) it leaves the appliance's worker waiting in the driver, as one whose device does not answer.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "tests/support/tcp_session.h"

namespace sluice {
namespace {

constexpr char kMark[] = "机密★10年";
constexpr std::chrono::milliseconds kTurn{5};

struct Plan {
  uint64_t rate = 0, clients = 0, marked_each = 0, count = 0;
};

void Put32(uint32_t value, std::FILE* out) { std::fwrite(&value, sizeof value, 1, out); }

// draft-ietf-opsawg-pcap, section 4: magic (nanoseconds), version 2.4, zone, accuracy, longest frame, link type Ethernet.
void WriteFileHeader(std::FILE* out) {
  for (const uint32_t word : {0xa1b23c4du, 0x00040002u, 0u, 0u, 65535u, 1u}) Put32(word, out);
}

void WriteFrame(const test::TimedFrame& frame, std::FILE* out) {
  const int64_t time = frame.time.nanoseconds();
  const auto size = static_cast<uint32_t>(frame.bytes.size());
  Put32(static_cast<uint32_t>(time / 1'000'000'000), out);
  Put32(static_cast<uint32_t>(time % 1'000'000'000), out);
  Put32(size, out);
  Put32(size, out);
  std::fwrite(frame.bytes.data(), 1, frame.bytes.size(), out);
}

test::TcpSession Upload(uint64_t number, const Plan& plan) {
  const uint64_t client = number % plan.clients, turn = number / plan.clients;
  test::TcpSessionOptions options;
  options.client = "10." + std::to_string(client >> 16 & 255) + "." + std::to_string(client >> 8 & 255) + "." + std::to_string(client & 255);
  options.server = "192.0.2.9";
  options.client_port = static_cast<uint16_t>(1024 + turn % 60000);
  const std::string body = "a report of the second quarter " + std::string(number % plan.marked_each == 0 ? kMark : "") + " and what follows from it\n";
  test::TcpSession session(options);
  session.Handshake()
      .Upload("PUT /files/report-" + std::to_string(client) + ".txt HTTP/1.1\r\nHost: files.test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
      .Download("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
      .Finish();
  return session;
}

int Write(const Plan& plan, std::FILE* out) {
  WriteFileHeader(out);
  const auto begin = std::chrono::steady_clock::now();
  for (uint64_t number = 0; plan.count == 0 || number < plan.count;) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    for (const auto due = static_cast<uint64_t>(elapsed.count() * static_cast<double>(plan.rate)) + 1; number < due && (plan.count == 0 || number < plan.count); ++number) {
      const test::TcpSession session = Upload(number, plan);
      for (const test::TimedFrame& frame : session.frames()) WriteFrame(frame, out);
    }
    if (std::fflush(out) != 0) return 1;
    std::this_thread::sleep_for(kTurn);
  }
  return std::fclose(out) == 0 ? 0 : 1;
}

uint64_t Number(const char* text) { return std::strtoull(text, nullptr, 10); }

int Run(int argc, char** argv) {
  Plan plan{Number(argv[2]), Number(argv[3]), Number(argv[4]), argc > 5 ? Number(argv[5]) : 0};
  if (plan.rate == 0 || plan.clients == 0 || plan.marked_each == 0) return 2;
  std::FILE* out = std::fopen(argv[1], "wb");
  if (out != nullptr) return Write(plan, out);
  std::perror(argv[1]);
  return 1;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  if (argc == 5 || argc == 6) return sluice::Run(argc, argv);
  std::fprintf(stderr, "usage: upload_stream OUT.pcap RATE CLIENTS MARKED-EACH [COUNT]\n");
  return 2;
}
