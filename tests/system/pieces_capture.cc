// pieces_capture OUT.pcap form FILE | raw FILE | pieces FILE COUNT FIRST LAST: how a registered document may leave, as a capture.
//
// `form`: pasted into a web form. `raw`: sent without any protocol. `pieces`: cut into COUNT pieces, of which those from FIRST up to LAST (not
// with it) are sent, each in a connection of its own, by one of a hundred clients, forty minutes after the piece before.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "dataplane/replay/capture_writer.h"
#include "tests/support/tcp_session.h"

namespace sluice {
namespace {

constexpr int kClients = 100;
constexpr auto kApart = std::chrono::minutes(40);

std::string ReadWhole(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string FormEncoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) encoded += c;
    else if (c == ' ') encoded += '+';
    else encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

test::TcpSession Form(const std::string& text) {
  const std::string body = "title=hello&text=" + FormEncoded(text);
  test::TcpSession session;
  session.Handshake()
      .Upload("POST /comment HTTP/1.1\r\nHost: forum.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
      .Download("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      .Finish();
  return session;
}

test::TcpSession Raw(const std::string& bytes, test::TcpSessionOptions options) {
  options.server_port = 9000;
  test::TcpSession session(options);
  session.Handshake().Upload(bytes).Finish();
  return session;
}

test::TcpSession Piece(const std::string& document, int number, int count) {
  const size_t size = (document.size() + static_cast<size_t>(count) - 1) / static_cast<size_t>(count);
  test::TcpSessionOptions options;
  options.client = "10.1.2." + std::to_string(1 + number % kClients);
  options.client_port = static_cast<uint16_t>(20000 + number);
  options.start = options.start + number * kApart;
  const size_t at = std::min(document.size(), static_cast<size_t>(number) * size);
  return Raw(document.substr(at, size), options);
}

void Write(replay::CaptureWriter& writer, const test::TcpSession& session) {
  for (const test::TimedFrame& frame : session.frames()) {
    writer.Write(frame.time, packet::LinkType::kEthernet, {frame.bytes.data(), frame.bytes.size()}, static_cast<uint32_t>(frame.bytes.size()));
  }
}

int Run(const char* output, std::string_view how, const std::string& document, int count, int first, int last) {
  auto writer = replay::CaptureWriter::Open(output);
  if (!writer.ok()) {
    std::fprintf(stderr, "pieces_capture: %s\n", writer.error().message().c_str());
    return 1;
  }
  if (how == "form") Write(*writer, Form(document));
  if (how == "raw") Write(*writer, Raw(document, {}));
  for (int number = first; number < last; ++number) Write(*writer, Piece(document, number, count));
  const Status closed = writer->Close();
  if (!closed.ok()) std::fprintf(stderr, "pieces_capture: %s\n", closed.error().message().c_str());
  return closed.ok() ? 0 : 1;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  const std::string_view how = argc >= 4 ? argv[2] : "";
  const bool whole = (how == "form" || how == "raw") && argc == 4;
  const bool pieces = how == "pieces" && argc == 7;
  if (whole) return sluice::Run(argv[1], how, sluice::ReadWhole(argv[3]), 1, 0, 0);
  if (pieces && std::atoi(argv[4]) > 0) return sluice::Run(argv[1], how, sluice::ReadWhole(argv[3]), std::atoi(argv[4]), std::atoi(argv[5]), std::atoi(argv[6]));
  std::fprintf(stderr, "usage: pieces_capture OUT.pcap form FILE | raw FILE | pieces FILE COUNT FIRST LAST\n");
  return 2;
}
