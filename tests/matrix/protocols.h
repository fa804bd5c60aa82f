// Conversations that carry one file each, for every protocol that the appliance opens: the rows of the matrix.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/nfs_messages.h"
#include "tests/support/packet_builder.h"
#include "tests/support/smb_messages.h"
#include "tests/support/tcp_session.h"

namespace sluice::testing {

using test::FrameBuilder;
using test::Side;
using test::TcpSession;
using test::TimedFrame;
using Frames = std::vector<TimedFrame>;

// Where a conversation happens: its number keeps it apart from the others.
struct Place {
  uint16_t number = 0;
  std::string client() const { return "10.1." + std::to_string(number / 200) + "." + std::to_string(1 + number % 200); }
  Timestamp start() const { return Timestamp::FromNanoseconds(1'700'000'000'000'000'000 + int64_t{number} * 20'000'000); }
};

inline TcpSession Connect(const Place& place, uint16_t port, uint16_t client_port = 40000) {
  TcpSession session({.client = place.client(), .client_port = client_port, .server_port = port, .start = place.start()});
  session.Handshake();
  return session;
}
inline Frames Datagrams(const Place& place, const std::vector<std::pair<Side, std::string>>& messages, uint16_t port, uint16_t server_port) {
  Frames frames;
  int64_t at = place.start().nanoseconds();
  for (const auto& [side, bytes] : messages) {
    const bool up = side == Side::kClient;
    FrameBuilder frame;
    frame.Ethernet().Ipv4({.src = up ? place.client() : "10.0.0.2", .dst = up ? "10.0.0.2" : place.client()});
    frame.Udp({.src_port = up ? port : server_port, .dst_port = up ? server_port : port}).Payload(bytes);
    frames.push_back({Timestamp::FromNanoseconds(at += 100'000), frame.Build()});
  }
  return frames;
}
inline Frames Upload(const Place& place, uint16_t port, const std::string& bytes) {
  TcpSession session = Connect(place, port);
  session.Upload(bytes).Finish();
  return session.frames();
}

inline Frames Http1(const Place& place, const std::string& file) {
  return Upload(place, 80, "PUT /f HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(file.size()) + "\r\n\r\n" + file);
}
inline Frames Http1Chunked(const Place& place, const std::string& file) {
  std::string body;
  for (size_t at = 0; at < file.size(); at += 100) {
    const std::string chunk = file.substr(at, 100);
    char size[8];
    std::snprintf(size, sizeof(size), "%zx\r\n", chunk.size());
    body += size + chunk + "\r\n";
  }
  return Upload(place, 80, "POST /f HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body + "0\r\n\r\n");
}
inline Frames HttpDownload(const Place& place, const std::string& file) {
  TcpSession session = Connect(place, 80);
  session.Upload("GET /f HTTP/1.1\r\nHost: h\r\n\r\n").Download("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(file.size()) + "\r\n\r\n" + file).Finish();
  return session.frames();
}
inline std::string Http2Frame(uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload) {
  return Be(payload.size(), 3) + Be(type, 1) + Be(flags, 1) + Be(stream, 4) + payload;
}
inline Frames Http2(const Place& place, const std::string& file) {
  // :method PUT as a literal, the rest of the fields by index and as literals (RFC 7541, 6.2.2).
  const auto literal = [](const std::string& name, const std::string& value) { return std::string(1, '\0') + Be(name.size(), 1) + name + Be(value.size(), 1) + value; };
  const std::string head = literal(":method", "PUT") + literal(":path", "/f") + literal(":scheme", "http") + literal(":authority", "h");
  std::string data;
  for (size_t at = 0; at < file.size(); at += 1000) data += Http2Frame(0, at + 1000 >= file.size() ? 1 : 0, 1, file.substr(at, 1000));
  return Upload(place, 80, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Http2Frame(4, 0, 0, "") + Http2Frame(1, 4, 1, head) + data);
}
inline Frames WebSocket(const Place& place, const std::string& file) {
  std::string masked = file;
  const std::string mask = "\x11\x22\x33\x44";
  for (size_t i = 0; i < masked.size(); ++i) masked[i] = static_cast<char>(masked[i] ^ mask[i % 4]);
  TcpSession session = Connect(place, 80);
  session.Upload("GET /s HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      .Download("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      .Upload("\x82\xfe" + Be(file.size(), 2) + mask + masked)
      .Finish();
  return session.frames();
}
// A file in a letter, as mail programs send it.
std::string InLetter(const std::string& file);

inline std::string DotStuffed(const std::string& letter) {
  std::string out;
  for (size_t i = 0; i < letter.size(); ++i) {
    if (letter[i] == '.' && (i == 0 || letter[i - 1] == '\n')) out += '.';
    out += letter[i];
  }
  return out;
}
inline Frames Smtp(const Place& place, const std::string& file) {
  TcpSession session = Connect(place, 25);
  session.Download("220 mail ESMTP\r\n").Upload("EHLO c\r\n").Download("250 ok\r\n").Upload("MAIL FROM:<a@b>\r\n").Download("250 ok\r\n").Upload("RCPT TO:<c@d>\r\n").Download("250 ok\r\n");
  session.Upload("DATA\r\n").Download("354 go\r\n").Upload(DotStuffed(InLetter(file)) + ".\r\n").Download("250 ok\r\n").Finish();
  return session.frames();
}
inline Frames SmtpBdat(const Place& place, const std::string& file) {
  const std::string letter = InLetter(file);
  const size_t cut = letter.size() / 2;
  TcpSession session = Connect(place, 25);
  session.Download("220 mail ESMTP\r\n").Upload("EHLO c\r\n").Download("250 CHUNKING\r\n").Upload("MAIL FROM:<a@b>\r\n").Download("250 ok\r\n");
  session.Upload("BDAT " + std::to_string(cut) + "\r\n" + letter.substr(0, cut)).Download("250 ok\r\n");
  session.Upload("BDAT " + std::to_string(letter.size() - cut) + " LAST\r\n" + letter.substr(cut)).Download("250 ok\r\n").Finish();
  return session.frames();
}
inline Frames Imap(const Place& place, const std::string& file) {
  const std::string letter = InLetter(file);
  TcpSession session = Connect(place, 143);
  session.Download("* OK IMAP4rev1 ready\r\n").Upload("a1 LOGIN u p\r\n").Download("a1 OK\r\n").Upload("a2 APPEND INBOX {" + std::to_string(letter.size()) + "}\r\n").Download("+ go\r\n");
  session.Upload(letter + "\r\n").Download("a2 OK\r\n").Finish();
  return session.frames();
}
inline Frames Pop3(const Place& place, const std::string& file) {
  TcpSession session = Connect(place, 110);
  session.Download("+OK POP3 ready\r\n").Upload("USER u\r\n").Download("+OK\r\n").Upload("RETR 1\r\n").Download("+OK\r\n" + DotStuffed(InLetter(file)) + ".\r\n").Finish();
  return session.frames();
}
inline Frames Ftp(const Place& place, const std::string& file) {
  TcpSession control = Connect(place, 21);
  control.Download("220 FTP ready\r\n").Upload("USER u\r\n").Download("331 p\r\n").Upload("PASV\r\n").Download("227 ok (10,0,0,2,200,10)\r\n").Upload("STOR f\r\n").Download("150 go\r\n");
  Place later = place;
  TcpSession data({.client = later.client(), .client_port = 40001, .server_port = 51210, .start = Timestamp::FromNanoseconds(place.start().nanoseconds() + 10'000'000)});
  data.Handshake().Upload(file).Finish();
  Frames frames = control.frames();
  frames.insert(frames.end(), data.frames().begin(), data.frames().end());
  return frames;
}
inline Frames Tftp(const Place& place, const std::string& file) {
  std::vector<std::pair<Side, std::string>> messages;
  Frames frames = Datagrams(place, {{Side::kClient, std::string("\0\2f\0octet\0", 10)}}, 50000, 69);
  messages.push_back({Side::kServer, std::string("\0\4\0\0", 4)});
  for (size_t at = 0, block = 1; at <= file.size(); at += 512, ++block) messages.push_back({Side::kClient, std::string("\0\3", 2) + Be(block, 2) + file.substr(at, 512)});
  Place later = place;
  Frames blocks = Datagrams(later, messages, 50000, 50001);
  for (TimedFrame& frame : blocks) frame.time = Timestamp::FromNanoseconds(frame.time.nanoseconds() + 1'000'000);
  frames.insert(frames.end(), blocks.begin(), blocks.end());
  return frames;
}
inline Frames SmbWrite(const Place& place, const std::string& file) {
  const std::string id = FileId(3);
  TcpSession session = Connect(place, 445);
  session.Upload(Framed(Smb2Create(1, "f"))).Download(Framed(Smb2Created(1, 3)));
  for (size_t at = 0; at < file.size(); at += 600) session.Upload(Framed(Smb2Write(2 + at, id, at, file.substr(at, 600))));
  session.Upload(Framed(Smb2Close(9999, id))).Finish();
  return session.frames();
}
inline Frames SmbRead(const Place& place, const std::string& file) {
  const std::string id = FileId(3);
  TcpSession session = Connect(place, 445);
  session.Upload(Framed(Smb2Create(1, "f"))).Download(Framed(Smb2Created(1, 3, file.size())));
  for (size_t at = 0; at < file.size(); at += 600) session.Upload(Framed(Smb2Read(2 + at, id, at, 600))).Download(Framed(Smb2ReadAnswer(2 + at, file.substr(at, 600))));
  session.Upload(Framed(Smb2Close(9999, id))).Finish();
  return session.frames();
}
inline Frames Smb1WriteFile(const Place& place, const std::string& file) {
  TcpSession session = Connect(place, 445);
  session.Upload(Framed(Smb1Create(1, "f"))).Download(Framed(Smb1Created(1, 3)));
  for (size_t at = 0; at < file.size(); at += 600) session.Upload(Framed(Smb1Write(3, static_cast<uint32_t>(at), file.substr(at, 600))));
  session.Upload(Framed(Smb1Close(3))).Finish();
  return session.frames();
}
inline Frames Nfs3(const Place& place, const std::string& file) {
  TcpSession session = Connect(place, 2049);
  session.Upload(Record(Nfs3Create(1, "f"))).Download(Record(Nfs3Created(1, "h")));
  uint32_t id = 2;
  for (size_t at = 0; at < file.size(); at += 600) session.Upload(Record(Nfs3Write(id++, "h", at, file.substr(at, 600))));
  session.Upload(Record(Nfs3Commit(id, "h"))).Finish();
  return session.frames();
}
inline Frames Nfs3Datagrams(const Place& place, const std::string& file) {
  std::vector<std::pair<Side, std::string>> messages = {{Side::kClient, Nfs3Create(1, "f")}, {Side::kServer, Nfs3Created(1, "h")}};
  uint32_t id = 2;
  for (size_t at = 0; at < file.size(); at += 600) messages.push_back({Side::kClient, Nfs3Write(id++, "h", at, file.substr(at, 600))});
  return Datagrams(place, messages, 900, 2049);
}
inline Frames Nfs4(const Place& place, const std::string& file) {
  TcpSession session = Connect(place, 2049);
  session.Upload(Record(Compound(1, 4, Sequence4() + PutHandle4("root") + Open4("f") + GetHandle4()))).Download(Record(CompoundAnswer(1, 4, Sequenced4() + Done4(22) + Opened4() + Handle4("h"))));
  uint32_t id = 2;
  for (size_t at = 0; at < file.size(); at += 600) session.Upload(Record(Compound(id++, 3, Sequence4() + PutHandle4("h") + Write4(at, file.substr(at, 600)))));
  session.Upload(Record(Compound(id, 3, Sequence4() + PutHandle4("h") + Close4()))).Finish();
  return session.frames();
}
inline Frames RawTcp(const Place& place, const std::string& file) { return Upload(place, 9000, file); }
inline Frames RawUdp(const Place& place, const std::string& file) {
  std::vector<std::pair<Side, std::string>> messages;
  for (size_t at = 0; at < file.size(); at += 1200) messages.push_back({Side::kClient, file.substr(at, 1200)});
  return Datagrams(place, messages, 40000, 9000);
}
inline Frames IcmpEcho(const Place& place, const std::string& file) {
  Frames frames;
  uint16_t sequence = 1;
  for (size_t at = 0; at < file.size(); at += 1200, ++sequence) {
    FrameBuilder frame;
    frame.Ethernet().Ipv4({.src = place.client(), .dst = "10.0.0.2"}).Icmp(8, 0, 1, sequence).Payload(file.substr(at, 1200));
    frames.push_back({Timestamp::FromNanoseconds(place.start().nanoseconds() + sequence * 100'000), frame.Build()});
  }
  return frames;
}

struct Protocol {
  const char* name;
  std::function<Frames(const Place&, const std::string&)> send;
};
inline const std::vector<Protocol>& Protocols() {
  static const std::vector<Protocol> all = {
      {"HTTP/1 PUT", Http1}, {"HTTP/1 chunked", Http1Chunked}, {"HTTP/1 download", HttpDownload}, {"HTTP/2", Http2}, {"WebSocket", WebSocket},
      {"SMTP DATA", Smtp}, {"SMTP BDAT", SmtpBdat}, {"IMAP APPEND", Imap}, {"POP3 RETR", Pop3}, {"FTP STOR", Ftp}, {"TFTP", Tftp},
      {"SMB 2 write", SmbWrite}, {"SMB 2 read", SmbRead}, {"SMB 1 write", Smb1WriteFile}, {"NFS 3", Nfs3}, {"NFS 3 on UDP", Nfs3Datagrams}, {"NFS 4", Nfs4},
      {"TCP", RawTcp}, {"UDP", RawUdp}, {"ICMP echo", IcmpEcho},
  };
  return all;
}

}  // namespace sluice::testing
