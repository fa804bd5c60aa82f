// Tricks with the framing of HTTP: where a body ends, what its coding is, which of two fields counts; and its younger relatives.
#include <sodium.h>

#include <cstdio>

#include "tests/evasion/evasion.h"
#include "tests/unit/dataplane/decode/encoders.h"

namespace sluice::test {
namespace {

using decode::GzipEncode;
using decode::ZlibEncode;

std::string InBase64(const std::string& bytes, int variant) {
  std::string coded(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(coded.data(), coded.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
  coded.pop_back();
  return coded;
}
Wire Sent(std::string_view stream, size_t segment = 1400) { return std::move(Wire().Open().Send(stream, segment)); }

std::string Post(std::string_view fields, std::string_view body) {
  return "POST /report HTTP/1.1\r\nHost: files.example\r\n" + std::string(fields) + "\r\n" + std::string(body);
}
std::string PostChunked(std::string_view body, std::string_view field = "Transfer-Encoding: chunked\r\n") { return Post(field, body); }

std::string Percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    char coded[8];
    std::snprintf(coded, sizeof coded, "%%%02X", static_cast<unsigned>(static_cast<uint8_t>(c)));
    out += coded;
  }
  return out;
}

// Two uploads of one file, each with half of the mark.
Wire InTwoRanges(bool backwards = false) {
  const std::string text = Document();
  const size_t cut = text.find(kMark) + 4, size = text.size();
  const auto part = [&](size_t from, size_t to) {
    return Put(text.substr(from, to - from), "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(to - 1) + "/" + std::to_string(size) + "\r\n");
  };
  return Sent(backwards ? part(cut, size) + part(0, cut) : part(0, cut) + part(cut, size));
}

std::string Frame2(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string out;
  for (const int shift : {16, 8, 0}) out += static_cast<char>(payload.size() >> shift);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(stream >> shift);
  return out + std::string(payload);
}
std::string Field2(std::string_view name, std::string_view value) {  // literal without indexing (RFC 7541, 6.2.2)
  return std::string(1, '\0') + static_cast<char>(name.size()) + std::string(name) + static_cast<char>(value.size()) + std::string(value);
}
std::string Head2() { return Field2(":method", "PUT") + Field2(":scheme", "http") + Field2(":path", "/report") + Field2(":authority", "files.example"); }

// DATA frames of `piece` bytes, padded when asked, with frames of other kinds between.
Wire Http2(size_t piece, bool padded, bool continued) {
  const std::string body = Document(), head = Head2();
  std::string stream = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame2(4, 0, 0, "");
  if (continued) {
    stream += Frame2(1, 0, 1, head.substr(0, 1));
    for (size_t at = 1; at < head.size(); ++at) stream += Frame2(9, at + 1 == head.size() ? 4 : 0, 1, head.substr(at, 1));
  } else {
    stream += Frame2(1, 4, 1, head);
  }
  for (size_t at = 0; at < body.size(); at += piece) {
    const std::string bytes = body.substr(at, piece);
    const uint8_t end = at + piece >= body.size() ? 1 : 0;
    stream += padded ? Frame2(0, static_cast<uint8_t>(end | 8), 1, std::string(1, '\x40') + bytes + std::string(64, '\0')) : Frame2(0, end, 1, bytes);
    if (at / piece % 3 == 0 && end == 0) stream += Frame2(6, 0, 0, "pingping") + Frame2(0xee, 0, 0, "unknown");
  }
  return Sent(stream);
}
// Two streams take turns, a few bytes each.
Wire Http2Interleaved() {
  const std::string body = Document(), clean(body.size(), 'c');
  std::string stream = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame2(4, 0, 0, "") + Frame2(1, 4, 1, Head2()) + Frame2(1, 4, 3, Head2());
  for (size_t at = 0; at < body.size(); at += 5) {
    const uint8_t end = at + 5 >= body.size() ? 1 : 0;
    stream += Frame2(0, end, 3, clean.substr(at, 5)) + Frame2(0, end, 1, body.substr(at, 5));
  }
  return Sent(stream);
}

std::string MaskedFrame(uint8_t first, std::string_view payload) {
  std::string out(1, static_cast<char>(first));
  out += static_cast<char>(0x80 | 126);
  out += static_cast<char>(payload.size() >> 8);
  out += static_cast<char>(payload.size());
  const std::string key = "\x1f\x2e\x3d\x4c";
  out += key;
  for (size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ key[i % 4]);
  return out;
}
Wire WebSocket(size_t piece) {
  Wire wire;
  wire.Open().Send("GET /chat HTTP/1.1\r\nHost: files.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Version: 13\r\n\r\n");
  wire.FromServer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  const std::string body = Document();
  std::string stream;
  for (size_t at = 0; at < body.size(); at += piece) {
    const bool last = at + piece >= body.size();
    stream += MaskedFrame(static_cast<uint8_t>((last ? 0x80 : 0) | (at == 0 ? 1 : 0)), body.substr(at, piece));
    if (!last && at / piece % 4 == 1) stream += MaskedFrame(0x89, "ping");
  }
  return std::move(wire.Send(stream));
}

Wire Tunnel() {
  Wire wire;
  wire.Open().Send("CONNECT files.example:80 HTTP/1.1\r\nHost: files.example:80\r\n\r\n").FromServer("HTTP/1.1 200 OK\r\n\r\n");
  return std::move(wire.Send(Document()));
}
Wire UnknownUpgrade() {
  Wire wire;
  wire.Open().Send("GET / HTTP/1.1\r\nHost: files.example\r\nUpgrade: own/1\r\nConnection: Upgrade\r\n\r\n");
  wire.FromServer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: own/1\r\nConnection: Upgrade\r\n\r\n");
  return std::move(wire.Send(Document()));
}

}  // namespace

std::vector<Evasion> HttpEvasions() {
  const std::string text = Document(), kSmuggling = "Linhart et al. 2005", kFraming = "RFC 9112", kCoding = "RFC 9110, 8.4", kH2 = "RFC 9113";
  const std::string length = "Content-Length: " + std::to_string(text.size()) + "\r\n";
  const std::string gzip = GzipEncode(text);
  const std::string gzip_length = "Content-Length: " + std::to_string(gzip.size()) + "\r\n";
  return {
      {"http/one-byte-chunks", "each byte of the body a chunk", kFraming, Sent(PostChunked(Chunked(text, 1)))},
      {"http/chunk-extensions", "an extension of 300 bytes at each chunk", kFraming, Sent(PostChunked(Chunked(text, 37, ";e=" + std::string(300, 'x'))))},
      {"http/chunk-extension-quoted", "an extension with a line end in quotes", "RFC 9112, 7.1.1", Sent(PostChunked(Chunked(text, 37, ";e=\"a\\\"b\""))), Demand::kFound,
       Demand::kFound},
      {"http/chunk-size-zeros", "chunk sizes with twelve zeros before them", kFraming,
       Sent(PostChunked("000000000000" + Chunked(text, text.size())))},
      {"http/chunk-size-overflow", "a chunk size beyond 64 bits", "RFC 9112, 7.1", Sent(PostChunked("1ffffffffffffffff0\r\n" + text)), Demand::kNamed, Demand::kNamed},
      {"http/trailers", "the mark in a field behind the last chunk", kFraming,
       Sent(PostChunked(Chunked("clean", 5).substr(0, 13) + "X-Note: " + std::string(kMark) + "10\r\n\r\n")), Demand::kFound, Demand::kFound},
      {"http/length-and-chunked", "both, chunked counts", kSmuggling, Sent(Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", Chunked(text, 500))), Demand::kNamed,
       Demand::kNamed},
      {"http/chunked-and-length", "both, the other way round", kSmuggling, Sent(Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Chunked(text, 500))),
       Demand::kNamed, Demand::kNamed},
      {"http/two-lengths", "two lengths that disagree", kSmuggling, Sent(Post("Content-Length: 5\r\n" + length, text)), Demand::kNamed, Demand::kNamed},
      {"http/length-with-sign", "+ before the length", "Kettle 2019", Sent(Post("Content-Length: +" + std::to_string(text.size()) + "\r\n", text)), Demand::kNamed, Demand::kNamed},
      {"http/odd-transfer-coding", "a transfer coding that is nearly chunked", "Kettle 2019", Sent(Post("Transfer-Encoding: xchunked\r\n" + length, text)), Demand::kNamed,
       Demand::kNamed},
      {"http/space-before-colon", "Transfer-Encoding : chunked", "Kettle 2019", Sent(Post("Transfer-Encoding : chunked\r\n", Chunked(text, 500))), Demand::kNamed, Demand::kNamed},
      {"http/folded-field", "the coding on a folded line", "RFC 9112, 5.2", Sent(Post("Transfer-Encoding:\r\n chunked\r\n", Chunked(text, 500))), Demand::kNamed, Demand::kNamed},
      {"http/bare-line-feeds", "lines end with LF alone", "RFC 9112, 2.2", Sent("PUT /report HTTP/1.1\nHost: files.example\nContent-Length: " + std::to_string(text.size()) + "\n\n" + text),
       Demand::kNamed, Demand::kNamed},
      {"http/bare-carriage-return", "a CR alone within a field", "RFC 9112, 2.2", Sent(Post("X-A: b\rContent-Length: 0\r\n" + length, text)), Demand::kNamed, Demand::kNamed},
      {"http/empty-lines-first", "empty lines before the request", "RFC 9112, 2.2", Sent("\r\n\r\n" + Put(text))},
      {"http/version-0.9", "a request of one line", "RFC 1945", Sent("GET /" + Percent(kMark) + "\r\n")},
      {"http/unknown-method", "a method nobody knows", "RFC 9110, 9", Sent("STASH /report HTTP/1.1\r\nHost: files.example\r\n" + length + "\r\n" + text)},
      {"http/second-request", "the mark in the second of three pipelined requests", kFraming, Sent(Put("clean") + Put(text) + Put("clean"))},
      {"http/expect-continue", "the body without waiting for 100 Continue", "RFC 9110, 10.1.1", Sent(Put(text, "Expect: 100-continue\r\n"))},
      {"http/mark-in-target", "the mark percent-encoded in the target", "exfiltration by GET", Sent("GET /q?d=" + Percent(kMark) + "10 HTTP/1.1\r\nHost: files.example\r\n\r\n")},
      {"http/document-in-cookie", "the document in a cookie, in gzip and base64", "exfiltration by GET", Sent("GET / HTTP/1.1\r\nHost: files.example\r\nCookie: a=b; s=" + InBase64(decode::GzipEncode(Document()), sodium_base64_VARIANT_ORIGINAL) + "\r\n\r\n")},
      {"http/document-in-query", "the document in a query, in gzip and base64url", "exfiltration by GET", Sent("GET /t.gif?d=" + InBase64(decode::GzipEncode(Document()), sodium_base64_VARIANT_URLSAFE_NO_PADDING) + "&n=1 HTTP/1.1\r\nHost: files.example\r\n\r\n")},
      {"http/mark-in-cookie", "the mark in a cookie, in base64", "exfiltration by GET", Sent("GET / HTTP/1.1\r\nHost: files.example\r\nCookie: s=5py65a+G4piF\r\n\r\n")},
      {"http/long-head", "60,000 bytes of fields before the mark's", "what tools do",
       Sent("GET / HTTP/1.1\r\nHost: files.example\r\nX-Pad: " + std::string(60000, 'p') + "\r\nX-Note: " + std::string(kMark) + "\r\n\r\n"), Demand::kFound, Demand::kFound},
      {"http/gzip", "the body compressed", kCoding, Sent(Put(gzip, "Content-Encoding: gzip\r\n"))},
      {"http/gzip-undeclared", "compressed, and nothing says so", kCoding, Sent(Put(gzip))},
      {"http/gzip-declared-as-br", "compressed with another coding than declared", kCoding, Sent(Put(gzip, "Content-Encoding: br\r\n"))},
      {"http/identity-declared-as-gzip", "declared as compressed, plain", kCoding, Sent(Put(text, "Content-Encoding: gzip\r\n"))},
      {"http/zlib-as-deflate", "deflate with the header that the standard asks for", "RFC 9110, 8.4.1.2", Sent(Put(ZlibEncode(text, 15), "Content-Encoding: deflate\r\n"))},
      {"http/raw-deflate", "deflate without it, as browsers take it", "RFC 9110, 8.4.1.2", Sent(Put(ZlibEncode(text, -15), "Content-Encoding: deflate\r\n"))},
      {"http/gzip-twice", "gzip of gzip", kCoding, Sent(Put(GzipEncode(gzip), "Content-Encoding: gzip, gzip\r\n"))},
      {"http/gzip-in-one-byte-chunks", "compressed, chunked by single bytes, in segments of 3", kCoding,
       Sent(PostChunked(Chunked(gzip, 1), "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 3)},
      {"http/gzip-as-transfer-coding", "gzip, chunked as transfer codings", "RFC 9112, 7.2", Sent(PostChunked(Chunked(gzip, 300), "Transfer-Encoding: gzip, chunked\r\n"))},
      {"http/ranges", "one file in two uploads, cut within the mark", "RFC 9110, 14.4", InTwoRanges()},
      {"http/ranges-backwards", "the second part first", "RFC 9110, 14.4", InTwoRanges(true), Demand::kNamed, Demand::kNamed},
      {"http/connect-tunnel", "behind CONNECT", "RFC 9110, 9.3.6", Tunnel()},
      {"http/unknown-upgrade", "behind an upgrade to a protocol of their own", "RFC 9110, 7.8", UnknownUpgrade()},
      {"http/other-port-prefix", "a line that is no HTTP before the request", "protocol detection", Sent("hello\r\n" + Put(text))},
      {"http2/small-frames", "DATA frames of 7 bytes, pings and unknown frames between", kH2, Http2(7, false, false)},
      {"http2/padding", "every DATA frame padded", kH2, Http2(50, true, false)},
      {"http2/continuations", "the head in one-byte continuations", kH2, Http2(1000, false, true)},
      {"http2/interleaved", "two streams take turns, five bytes each", kH2, Http2Interleaved()},
      {"websocket/fragments", "a message in frames of 10 bytes, pings between", "RFC 6455", WebSocket(10)},
      {"websocket/one-byte-frames", "a message in frames of one byte", "RFC 6455", WebSocket(1)},
  };
}

}  // namespace sluice::test
