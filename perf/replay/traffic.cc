#include "perf/replay/traffic.h"

#include <zlib.h>

#include <algorithm>
#include <string>

#include "dataplane/packet/parse.h"
#include "perf/support/patterns.h"
#include "tests/support/tcp_session.h"

namespace sluice::perf {
namespace {

test::TcpSessionOptions EndsOf(uint32_t flow) {
  test::TcpSessionOptions options;
  options.client = "10." + std::to_string(1 + flow / 65536) + "." + std::to_string(flow / 256 % 256) + "." + std::to_string(flow % 256);
  options.client_port = static_cast<uint16_t>(20000 + flow % 40000);
  return options;
}

void Append(Traffic& traffic, uint32_t flow, const test::Bytes& bytes) {
  Traffic::Frame frame;
  frame.flow = flow;
  frame.offset = static_cast<uint32_t>(traffic.memory.size());
  frame.length = static_cast<uint32_t>(bytes.size());
  packet::Packet packet;
  packet.data = bytes.data();
  packet.length = packet.wire_length = frame.length;
  packet::Parse(packet, {.verify_checksums = false});
  if (packet.headers.dst_port == 80 && packet.headers.payload_length > 0) {
    frame.payload_offset = frame.offset + packet.headers.payload_offset;
    frame.payload_length = packet.headers.payload_length;
    traffic.payload_bytes += frame.payload_length;
  }
  traffic.memory.insert(traffic.memory.end(), bytes.begin(), bytes.end());
  traffic.frames.push_back(frame);
}

}  // namespace

namespace {

using Body = std::vector<uint8_t>;

Body Gzipped(const Body& plain) {
  Body coded(compressBound(plain.size()) + 64);
  z_stream stream{};
  constexpr int kGzipWrapper = 16;
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzipWrapper, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
  stream.next_in = const_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = coded.data();
  stream.avail_out = static_cast<uInt>(coded.size());
  deflate(&stream, Z_FINISH);
  coded.resize(stream.total_out);
  deflateEnd(&stream);
  return coded;
}

Traffic UploadsOf(uint32_t flows, size_t body_bytes, bool gzipped) {
  std::vector<std::vector<test::TimedFrame>> sessions;
  size_t longest = 0;
  for (uint32_t flow = 0; flow < flows; ++flow) {
    const Body document = Document(body_bytes, flow + 1);
    const Body body = gzipped ? Gzipped(document) : document;
    test::TcpSession session(EndsOf(flow));
    session.Handshake();
    const std::string stream = "PUT /upload HTTP/1.1\r\nHost: files.example\r\nContent-Type: text/plain\r\n" +
                               std::string(gzipped ? "Content-Encoding: gzip\r\n" : "") + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body.begin(), body.end());
    size_t segments = 0;
    for (size_t at = 0; at < stream.size(); at += 1400) {
      session.Send(test::Side::kClient, std::string_view(stream).substr(at, 1400));
      if (++segments % 2 == 0) session.Acknowledge(test::Side::kServer);
    }
    sessions.push_back(session.frames());
    longest = std::max(longest, sessions.back().size());
  }
  Traffic traffic;
  for (size_t i = 0; i < longest; ++i) {
    for (uint32_t flow = 0; flow < flows; ++flow) {
      if (i < sessions[flow].size()) Append(traffic, flow, sessions[flow][i].bytes);
    }
  }
  return traffic;
}

}  // namespace

Traffic Uploads(uint32_t flows, size_t body_bytes) { return UploadsOf(flows, body_bytes, false); }
Traffic GzippedUploads(uint32_t flows, size_t body_bytes) { return UploadsOf(flows, body_bytes, true); }

Traffic ShortFlows(uint32_t flows) {
  Traffic traffic;
  for (uint32_t flow = 0; flow < flows; ++flow) {
    test::TcpSession session(EndsOf(flow));
    session.Handshake();
    session.Send(test::Side::kClient, "GET /index HTTP/1.1\r\nHost: www.example\r\n\r\n");
    session.Send(test::Side::kServer, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    session.Finish();
    for (const test::TimedFrame& frame : session.frames()) Append(traffic, flow, frame.bytes);
  }
  return traffic;
}

}  // namespace sluice::perf
