// The traffic that Sluice and its peer are compared on, and the limit of both: the matcher alone on the same content.
//
//   compare_traffic make FOLDER --mib 128   captures NAME.pcap, and NAME.payload with what a matcher would have to read
//   compare_traffic mix OUT FILE… --mib 128 captures as they were taken, again and again until there is so much of them
//   compare_traffic limit FILE --words W    processor seconds of hs_scan_stream over FILE in pieces of 1,400 bytes, as JSON
//
// Many flows at a time, interleaved, as on a link; the elephant is one. Each upload holds one of the words now and then, so that
// both sides show that they read. Made by arithmetic from a seed. Cold.
#include <hs/hs.h>
#include <sys/resource.h>
#include <zlib.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "dataplane/replay/capture_writer.h"
#include "perf/compare/mix_capture.h"
#include "perf/support/patterns.h"
#include "tests/support/tcp_session.h"

namespace sluice::perf {
namespace {

using test::Side;
using test::TcpSession;

constexpr size_t kSegment = 1400;
constexpr size_t kFlowsAtATime = 64;

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "compare_traffic: %s\n", why.c_str());
  std::exit(1);
}

std::string Text(size_t bytes, uint32_t seed) {
  const std::vector<uint8_t> document = Document(bytes, seed);
  return {document.begin(), document.end()};
}
std::string Noise(size_t bytes, uint32_t seed) {
  std::string out(bytes, '\0');
  uint64_t state = 0x9e3779b97f4a7c15ULL * (seed + 1);
  for (char& c : out) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = static_cast<char>(state >> 32);
  }
  return out;
}
std::string Gzipped(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) Fail("zlib refuses");
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) Fail("zlib fails");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string Base64(const std::string& bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
    if (i % 57 == 54) out += "\r\n";
  }
  return out + "\r\n";
}

// One of the words, where a reader of the whole content finds it.
std::string Marked(std::string content, const std::vector<std::string>& words, size_t number) {
  const std::string& word = words[number % words.size()];
  if (content.size() > 2 * word.size() + 64) content.replace(content.size() * 2 / 3, word.size() + 2, " " + word + " ");
  return content;
}

TcpSession Client(size_t number, uint16_t port) {
  test::TcpSessionOptions options;
  options.client = "10." + std::to_string(1 + number / 62500 % 200) + "." + std::to_string(number / 250 % 250) + "." + std::to_string(1 + number % 250);
  options.client_port = static_cast<uint16_t>(1024 + number * 7 % 60000);
  options.server_port = port;
  options.segment_bytes = kSegment;
  options.start = Timestamp::FromNanoseconds(1'700'000'000'000'000'000 + static_cast<int64_t>(number) * 1'000'000);
  TcpSession session(options);
  session.Handshake();
  return session;
}
TcpSession HttpUpload(size_t number, const std::string& body, const std::string& fields) {
  TcpSession session = Client(number, 80);
  session.Upload("POST /upload HTTP/1.1\r\nHost: files.example\r\nContent-Type: application/octet-stream\r\n" + fields +
                 "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  session.Download("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").Finish();
  return session;
}
TcpSession Letter(size_t number, const std::string& attachment) {
  TcpSession session = Client(number, 25);
  session.Download("220 mail.example ESMTP\r\n").Upload("EHLO client.example\r\n").Download("250 mail.example\r\n");
  session.Upload("MAIL FROM:<a@example>\r\n").Download("250 ok\r\n").Upload("RCPT TO:<b@example>\r\n").Download("250 ok\r\n").Upload("DATA\r\n").Download("354 go\r\n");
  session.Upload("From: <a@example>\r\nTo: <b@example>\r\nSubject: a report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"limit\"\r\n\r\n--limit\r\n"
                 "Content-Type: text/plain\r\n\r\nSee the report.\r\n--limit\r\nContent-Type: application/octet-stream; name=\"report.txt\"\r\n"
                 "Content-Disposition: attachment; filename=\"report.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Base64(attachment) + "--limit--\r\n.\r\n");
  session.Download("250 ok\r\n").Upload("QUIT\r\n").Download("221 bye\r\n").Finish();
  return session;
}

// A conversation and what in it a matcher has to read.
struct Conversation {
  TcpSession session;
  std::string content;
};
using Maker = std::function<Conversation(size_t number)>;

struct Traffic {
  const char* name;
  size_t flow_bytes;  // of content
  Maker make;
};

std::vector<Traffic> AllTraffic(const std::vector<std::string>& words, size_t elephant) {
  const auto upload = [&words](size_t number, std::string content) {
    content = Marked(std::move(content), words, number);
    return Conversation{HttpUpload(number, content, ""), content};
  };
  return {
      {"text", 1 << 20, [=](size_t n) { return upload(n, Text(1 << 20, static_cast<uint32_t>(n))); }},
      {"binary", 1 << 20, [=](size_t n) { return upload(n, Noise(1 << 20, static_cast<uint32_t>(n))); }},
      {"gzip", 1 << 20, [&words](size_t n) {
         const std::string content = Marked(Text(1 << 20, static_cast<uint32_t>(n)), words, n);
         return Conversation{HttpUpload(n, Gzipped(content), "Content-Encoding: gzip\r\n"), content};
       }},
      {"mail", 1 << 19, [&words](size_t n) {
         const std::string content = Marked(Text(1 << 19, static_cast<uint32_t>(n)), words, n);
         return Conversation{Letter(n, content), content};
       }},
      {"short", 600, [=](size_t n) { return upload(n, Text(600, static_cast<uint32_t>(n))); }},
      {"elephant", elephant, [=](size_t n) { return upload(n, Text(elephant, static_cast<uint32_t>(n))); }},
  };
}

// Round robin over as many conversations as are open at a time.
void WriteCapture(const std::string& folder, const Traffic& traffic, size_t bytes) {
  auto opened = replay::CaptureWriter::Open(folder + "/" + traffic.name + ".pcap");
  if (!opened.ok()) Fail(opened.error().message());
  replay::CaptureWriter writer = std::move(opened).value();
  std::ofstream payload(folder + "/" + traffic.name + ".payload", std::ios::binary);
  const size_t flows = std::max<size_t>(1, bytes / traffic.flow_bytes);
  int64_t at = 1'700'000'000'000'000'000;
  for (size_t first = 0; first < flows; first += kFlowsAtATime) {
    std::vector<Conversation> open;
    for (size_t n = first; n < std::min(flows, first + kFlowsAtATime); ++n) {
      open.push_back(traffic.make(n));
      payload << open.back().content;
    }
    bool any = true;
    for (size_t i = 0; any; ++i) {
      any = false;
      for (const Conversation& conversation : open) {
        const auto& frames = conversation.session.frames();
        if (i >= frames.size()) continue;
        any = true;
        const test::Bytes& frame = frames[i].bytes;
        writer.Write(Timestamp::FromNanoseconds(at += 1000), packet::LinkType::kEthernet, {frame.data(), frame.size()}, static_cast<uint32_t>(frame.size()));
      }
    }
  }
  if (auto closed = writer.Close(); !closed.ok()) Fail(closed.error().message());
}

std::vector<std::string> Words(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> words;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) words.push_back(line);
  }
  if (words.empty()) Fail("no words in " + path);
  return words;
}

double ProcessorSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

int CountMatch(unsigned, unsigned long long, unsigned long long, unsigned, void* count) {
  ++*static_cast<uint64_t*>(count);
  return 0;
}

void Limit(const std::string& path, const std::vector<std::string>& words) {
  std::vector<const char*> patterns;
  std::vector<unsigned> flags, ids;
  std::vector<size_t> lengths;
  for (const std::string& word : words) {
    patterns.push_back(word.c_str());
    lengths.push_back(word.size());
    flags.push_back(0);
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_lit_multi(patterns.data(), flags.data(), ids.data(), lengths.data(), static_cast<unsigned>(words.size()), HS_MODE_STREAM, nullptr, &database, &error) != HS_SUCCESS) Fail(error->message);
  hs_scratch_t* scratch = nullptr;
  hs_stream_t* stream = nullptr;
  if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS || hs_open_stream(database, 0, &stream) != HS_SUCCESS) Fail("no memory for the matcher");
  std::ifstream file(path, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  uint64_t count = 0;
  const double begin = ProcessorSeconds();
  for (size_t at = 0; at < content.size(); at += kSegment) {
    const auto length = static_cast<unsigned>(std::min(kSegment, content.size() - at));
    if (hs_scan_stream(stream, content.data() + at, length, 0, scratch, &CountMatch, &count) != HS_SUCCESS) Fail("the matcher fails");
  }
  const double seconds = ProcessorSeconds() - begin;
  hs_close_stream(stream, scratch, &CountMatch, &count);
  std::printf("{\"seconds\": %.6f, \"bytes\": %zu, \"matches\": %llu}\n", seconds, content.size(), static_cast<unsigned long long>(count));
}

}  // namespace
}  // namespace sluice::perf

int main(int argc, char** argv) {
  CLI::App app("Traffic to compare appliances with");
  app.require_subcommand(1);
  std::string path, words;
  size_t mib = 128;
  CLI::App* make = app.add_subcommand("make", "write the captures");
  make->add_option("folder", path)->required();
  make->add_option("--words", words, "a file with a word in each line")->required();
  make->add_option("--mib", mib, "content of each capture");
  std::vector<std::string> captures;
  CLI::App* mix = app.add_subcommand("mix", "one capture of many, again and again");
  mix->add_option("out", path)->required();
  mix->add_option("captures", captures)->required();
  mix->add_option("--mib", mib, "on the wire, at least");
  CLI::App* limit = app.add_subcommand("limit", "the matcher alone");
  limit->add_option("file", path)->required();
  limit->add_option("--words", words)->required();
  CLI11_PARSE(app, argc, argv);
  if (mix->parsed()) {
    const sluice::Status written = sluice::perf::WriteMix(captures, mib << 20, path);
    if (!written) sluice::perf::Fail(written.error().message());
    return 0;
  }
  const std::vector<std::string> list = sluice::perf::Words(words);
  if (limit->parsed()) {
    sluice::perf::Limit(path, list);
    return 0;
  }
  for (const auto& traffic : sluice::perf::AllTraffic(list, mib << 20)) {
    // A packet costs as much as a whole flow's content here: fewer of them.
    const size_t bytes = std::string_view(traffic.name) == "short" ? (mib << 20) / 8 : mib << 20;
    sluice::perf::WriteCapture(path, traffic, bytes);
  }
  return 0;
}
