// demo_capture OUT.pcap DOCUMENT…: a capture in which a client uploads each document to a server by HTTP PUT, in one
// connection each. The demo replays it where no network can be made.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "dataplane/replay/capture_writer.h"
#include "tests/support/tcp_session.h"

namespace sluice {
namespace {

std::string ReadWhole(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

test::TcpSession Upload(const char* path, uint16_t client_port, Timestamp start) {
  const std::string document = ReadWhole(path);
  const std::string name = std::filesystem::path(path).filename();
  test::TcpSessionOptions options;
  options.client = "10.9.0.1";
  options.server = "10.9.0.2";
  options.client_port = client_port;
  options.start = start;
  test::TcpSession session(options);
  session.Handshake()
      .Upload("PUT /files/" + name + " HTTP/1.1\r\nHost: 10.9.0.2\r\nContent-Length: " + std::to_string(document.size()) +
              "\r\n\r\n" + document)
      .Download("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
      .Finish();
  return session;
}

int Run(int argc, char** argv) {
  auto writer = replay::CaptureWriter::Open(argv[1]);
  if (!writer.ok()) {
    std::fprintf(stderr, "demo_capture: %s\n", writer.error().message().c_str());
    return 1;
  }
  Timestamp start = test::TcpSessionOptions().start;
  for (int i = 2; i < argc; ++i) {
    const test::TcpSession session = Upload(argv[i], static_cast<uint16_t>(40000 + i), start);
    for (const test::TimedFrame& frame : session.frames()) {
      writer->Write(frame.time, packet::LinkType::kEthernet, {frame.bytes.data(), frame.bytes.size()},
                    static_cast<uint32_t>(frame.bytes.size()));
    }
    start = session.now() + std::chrono::seconds(1);
  }
  const Status closed = writer->Close();
  if (!closed.ok()) std::fprintf(stderr, "demo_capture: %s\n", closed.error().message().c_str());
  return closed.ok() ? 0 : 1;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  if (argc >= 3) return sluice::Run(argc, argv);
  std::fprintf(stderr, "usage: demo_capture OUT.pcap DOCUMENT…\n");
  return 2;
}
