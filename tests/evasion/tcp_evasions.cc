// Tricks with segments: cuts, order, copies that disagree, decoys that no host takes, connections that begin or end oddly.
#include <algorithm>
#include <random>

#include "tests/evasion/evasion.h"

namespace sluice::test {
namespace {

using packet::TcpFlag;

std::string Stream() { return Put(Document()); }
size_t MarkOf(const std::string& stream) { return stream.find(kMark); }

struct Piece {
  size_t at, bytes;
};
std::vector<Piece> Cuts(size_t size, size_t segment) {
  std::vector<Piece> pieces;
  for (size_t at = 0; at < size; at += segment) pieces.push_back({at, std::min(segment, size - at)});
  return pieces;
}

Wire InOrder(size_t segment) { return std::move(Wire().Open().Send(Stream(), segment)); }

Wire InOrderOf(std::vector<Piece> pieces) {
  Wire wire;
  const std::string stream = Stream();
  wire.Open().Means(stream);
  for (const Piece& piece : pieces) wire.At(static_cast<int64_t>(piece.at), stream.substr(piece.at, piece.bytes));
  return wire;
}

Wire Backwards(size_t segment) {
  std::vector<Piece> pieces = Cuts(Stream().size(), segment);
  std::reverse(pieces.begin(), pieces.end());
  return InOrderOf(std::move(pieces));
}
Wire Shuffled(size_t segment) {
  std::vector<Piece> pieces = Cuts(Stream().size(), segment);
  std::mt19937 random(7);
  std::shuffle(pieces.begin(), pieces.end(), random);
  return InOrderOf(std::move(pieces));
}
Wire EverythingTwice() {
  std::vector<Piece> pieces;
  for (const Piece& piece : Cuts(Stream().size(), 500)) {
    pieces.push_back(piece);
    pieces.push_back({piece.at > 250 ? piece.at - 250 : 0, piece.bytes});
  }
  return InOrderOf(std::move(pieces));
}

// The segment with the mark, and a copy of it with harmless text in its place, at the same place in the stream.
Wire Disagreeing(bool decoy_first, bool ahead, int64_t shift = 0) {
  Wire wire;
  const std::string stream = Stream();
  const size_t mark = MarkOf(stream), begin = mark - 100, hole = ahead ? 50 : 0;
  const std::string real = stream.substr(begin, 400), decoy(real.size(), 'x');
  wire.Open().Send(stream.substr(0, begin - hole)).Means(stream);
  if (decoy_first) wire.At(static_cast<int64_t>(begin) + shift, decoy);
  wire.At(static_cast<int64_t>(begin), real);
  if (!decoy_first) wire.At(static_cast<int64_t>(begin) + shift, decoy);
  if (ahead) wire.At(static_cast<int64_t>(begin - hole), stream.substr(begin - hole, hole));
  wire.At(static_cast<int64_t>(begin + 400), stream.substr(begin + 400));
  return wire;
}

// Before each segment one with harmless text that hosts throw away.
Wire Decoys(Twist twist, WireOptions options = {}) {
  Wire wire(options);
  const std::string stream = Stream();
  wire.Open().Means(stream);
  for (const Piece& piece : Cuts(stream.size(), 700)) {
    wire.At(static_cast<int64_t>(piece.at), std::string(piece.bytes, 'x'), twist);
    wire.At(static_cast<int64_t>(piece.at), stream.substr(piece.at, piece.bytes));
  }
  return wire;
}

// Up to the mark, then something odd, then the rest.
template <typename Odd>
Wire OddBeforeMark(Odd&& odd, size_t before = 4) {
  Wire wire;
  const std::string stream = Stream();
  const size_t at = MarkOf(stream) + before;
  wire.Open().Send(stream.substr(0, at));
  odd(wire, static_cast<int64_t>(at));
  return std::move(wire.Send(stream.substr(at)).Means(stream));
}

Wire WrapsWithinMark() {
  const std::string stream = Stream();
  return std::move(Wire({.client_isn = 0u - 1u - static_cast<uint32_t>(MarkOf(stream) + 3)}).Open().Send(stream, 700));
}

Wire UrgentByteInMark() {
  // BSD and Linux take the urgent byte out of the stream: what the application reads is the mark.
  const std::string stream = Stream();
  const size_t in_mark = MarkOf(stream) + 4;
  std::string sent = stream;
  sent.insert(in_mark, "X");
  Wire wire;
  wire.Open().Means(stream).At(0, sent.substr(0, in_mark - 100));
  wire.At(static_cast<int64_t>(in_mark - 100), sent.substr(in_mark - 100, 101), {.flags = TcpFlag::kAck | TcpFlag::kUrg, .urgent_pointer = 101});
  wire.At(static_cast<int64_t>(in_mark + 1), sent.substr(in_mark + 1));
  return wire;
}

Wire DataOnSyn() {
  Wire opened;
  const std::string stream = Stream();
  opened.Frame(opened.Datagram(-1, stream.substr(0, 1000), {.flags = TcpFlag::kSyn, .acknowledge = 0}).Build());
  opened.Frame(FrameBuilder().Ethernet().Ipv4({.src = "10.0.0.2", .dst = "10.0.0.1"}).Tcp({.src_port = 80, .dst_port = 40000, .seq = 5000, .ack = 2001,
                 .flags = TcpFlag::kSyn | TcpFlag::kAck, .mss = 1460, .window_shift = 7}).Build());
  opened.At(1000, "", {.flags = TcpFlag::kAck});
  for (const Piece& piece : Cuts(stream.size() - 1000, 1400)) opened.At(static_cast<int64_t>(1000 + piece.at), stream.substr(1000 + piece.at, piece.bytes));
  return std::move(opened.Means(stream));
}

Wire Midstream() {
  Wire wire;
  const std::string stream = Stream();
  wire.Means(stream);
  for (const Piece& piece : Cuts(stream.size(), 1000)) wire.At(static_cast<int64_t>(piece.at), stream.substr(piece.at, piece.bytes));
  return wire;
}

Wire SplitHandshake() {
  Wire wire;
  wire.Frame(wire.Datagram(-1, "", {.flags = TcpFlag::kSyn, .acknowledge = 0}).Build());
  const auto from_server = [&](uint8_t flags, uint32_t ack) {
    wire.Frame(FrameBuilder().Ethernet().Ipv4({.src = "10.0.0.2", .dst = "10.0.0.1"}).Tcp({.src_port = 80, .dst_port = 40000, .seq = 5000, .ack = ack, .flags = flags,
                 .mss = 1460, .window_shift = 7}).Build());
  };
  from_server(TcpFlag::kSyn, 0);
  wire.Frame(wire.Datagram(-1, "", {.flags = TcpFlag::kSyn | TcpFlag::kAck}).Build());
  wire.Frame(FrameBuilder().Ethernet().Ipv4({.src = "10.0.0.2", .dst = "10.0.0.1"}).Tcp({.src_port = 80, .dst_port = 40000, .seq = 5001, .ack = 1001}).Build());
  return std::move(wire.Send(Stream()));
}

Wire DataAfterFin() {
  Wire wire;
  const std::string stream = Stream();
  const size_t cut = MarkOf(stream) - 50;
  wire.Open().Send(stream.substr(0, cut)).At(static_cast<int64_t>(cut), "", {.flags = TcpFlag::kFin | TcpFlag::kAck});
  wire.At(static_cast<int64_t>(cut), stream.substr(cut)).Means(stream);
  return wire;
}

Wire HoleNeverFilled() {
  Wire wire;
  const std::string stream = Stream();
  const size_t mark = MarkOf(stream);
  wire.Open().Send(stream.substr(0, mark)).At(static_cast<int64_t>(mark + 1), stream.substr(mark + 1));
  return std::move(wire.Means(stream).Acknowledged(static_cast<int64_t>(mark)).Wait(std::chrono::seconds(120)).Acknowledged(static_cast<int64_t>(mark)));
}

Wire LostForTheTap() {  // acknowledged by the server, never seen here
  Wire wire;
  const std::string stream = Stream();
  const size_t mark = MarkOf(stream);
  wire.Open().Send(stream.substr(0, mark)).Acknowledged(static_cast<int64_t>(mark + 4)).At(static_cast<int64_t>(mark + 4), stream.substr(mark + 4));
  return std::move(wire.Means(stream).Acknowledged(static_cast<int64_t>(stream.size())));
}

Wire SlowDrip() {
  Wire wire;
  const std::string stream = Stream();
  wire.Open().Means(stream);
  for (const Piece& piece : Cuts(stream.size(), 200)) wire.Wait(std::chrono::seconds(50)).At(static_cast<int64_t>(piece.at), stream.substr(piece.at, piece.bytes));
  return wire;
}

Wire OneSided() {  // none of the server's packets is seen
  Wire wire;
  const std::string stream = Stream();
  wire.Frame(wire.Datagram(-1, "", {.flags = TcpFlag::kSyn, .acknowledge = 0}).Build());
  wire.Means(stream);
  for (const Piece& piece : Cuts(stream.size(), 1200)) wire.At(static_cast<int64_t>(piece.at), stream.substr(piece.at, piece.bytes));
  return wire;
}

}  // namespace

std::vector<Evasion> TcpEvasions() {
  const std::string kPaper = "Ptacek & Newsham 1998", kHandley = "Handley, Paxson & Kreibich 2001", kOrder = "RFC 9293";
  const Twist kReset{.flags = TcpFlag::kRst}, kFin{.flags = TcpFlag::kFin | TcpFlag::kAck};
  return {
      {"tcp/segments-of-one-byte", "every byte a segment", kPaper, InOrder(1)},
      {"tcp/segments-of-three-bytes", "every character a segment", kPaper, InOrder(3)},
      {"tcp/backwards", "the last segment first", kPaper, Backwards(700)},
      {"tcp/shuffled", "segments of 64 bytes in random order", kPaper, Shuffled(64)},
      {"tcp/everything-twice", "each byte twice, with other boundaries", kPaper, EverythingTwice()},
      {"tcp/decoy-then-real", "harmless text, then the mark at the same place", kPaper, Disagreeing(true, false), Demand::kFound, Demand::kNamed},
      {"tcp/real-then-decoy", "the mark, then harmless text at the same place", kPaper, Disagreeing(false, false)},
      {"tcp/decoy-then-real-ahead", "the same, ahead of a hole", "Novak & Sturges 2007", Disagreeing(true, true), Demand::kNamed, Demand::kNamed},
      {"tcp/real-then-decoy-ahead", "the mark, then harmless text, ahead of a hole", "Novak & Sturges 2007", Disagreeing(false, true), Demand::kNamed, Demand::kNamed},
      {"tcp/decoy-overlaps-from-behind", "harmless text that begins before the mark's segment", "Novak & Sturges 2007", Disagreeing(true, true, -20), Demand::kNamed, Demand::kNamed},
      {"tcp/decoy-overlaps-from-ahead", "harmless text that ends after it", "Novak & Sturges 2007", Disagreeing(true, true, 60), Demand::kNamed, Demand::kNamed},
      {"tcp/bad-checksum-decoys", "harmless copies with a wrong checksum", kPaper, Decoys({.bad_tcp_checksum = true})},
      {"tcp/no-flags-decoys", "harmless copies without any flag", kHandley, Decoys({.flags = 0})},
      {"tcp/no-ack-decoys", "harmless copies with PSH alone", kPaper, Decoys({.flags = TcpFlag::kPsh})},
      {"tcp/future-ack-decoys", "harmless copies that acknowledge what was never sent", kOrder, Decoys({.acknowledge = 900'000'000}), Demand::kFound, Demand::kNamed},
      {"tcp/old-timestamp-decoys", "harmless copies with a timestamp long past", "RFC 7323", Decoys({.timestamp = 1}, {.timestamps = true})},
      {"tcp/md5-option-decoys", "harmless copies with an MD5 signature nobody asked for", "Wang et al. 2017",
       Decoys({.tcp_options = {19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}), Demand::kFound, Demand::kNamed},
      {"tcp/out-of-window-reset", "a reset far outside the window before the mark", "RFC 5961",
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at + 100'000'000, "", kReset); })},
      {"tcp/in-window-reset", "a reset a little ahead, which hosts challenge", "RFC 5961", OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at + 50, "", kReset); })},
      {"tcp/bad-checksum-reset", "a reset with a wrong checksum", kPaper,
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at, "", {.bad_tcp_checksum = true, .flags = TcpFlag::kRst}); })},
      {"tcp/low-ttl-reset", "a reset that dies on the way", "Khattak et al. 2013",
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at, "", {.ttl = 1, .flags = TcpFlag::kRst}); }), Demand::kFound, Demand::kNamed},
      {"tcp/out-of-window-fin", "an end of stream far outside the window", "Khattak et al. 2013",
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at + 100'000'000, "", kFin); })},
      {"tcp/low-ttl-fin", "an end of stream that dies on the way", "Khattak et al. 2013",
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at, "", {.ttl = 1, .flags = TcpFlag::kFin | TcpFlag::kAck}); }), Demand::kNamed, Demand::kNamed},
      {"tcp/syn-with-other-number", "a new SYN within the connection", "Wang et al. 2017",
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at + 5'000'000, "", {.flags = TcpFlag::kSyn}); })},
      {"tcp/syn-ack-from-client", "a SYN-ACK from the client within the connection", "Wang et al. 2017",
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at + 5'000'000, "", {.flags = TcpFlag::kSyn | TcpFlag::kAck}); })},
      {"tcp/keep-alive-within-mark", "a keep-alive with another byte between the bytes of the mark", "RFC 9293, 3.8.4",
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at - 1, "x"); })},
      {"tcp/out-of-window-data", "harmless text outside the window", kPaper,
       OddBeforeMark([&](Wire& wire, int64_t at) { wire.At(at + 100'000'000, "harmless"); })},
      {"tcp/urgent-byte-in-mark", "a byte that applications do not read, in the middle of the mark", "RFC 6093", UrgentByteInMark(), Demand::kNamed, Demand::kHarmless},
      {"tcp/sequence-wraps-in-mark", "sequence numbers pass 2^32 between two bytes of the mark", kOrder, WrapsWithinMark()},
      {"tcp/data-on-syn", "the request begins in the SYN", "RFC 7413", DataOnSyn()},
      {"tcp/no-handshake", "the connection is seen from its middle on", kPaper, Midstream()},
      {"tcp/split-handshake", "the server answers with a SYN of its own", "Beardsley & Qian 2010", SplitHandshake()},
      {"tcp/one-side-only", "none of the server's packets is seen", "asymmetric routing", OneSided()},
      {"tcp/data-after-fin", "the mark comes behind an end of stream", kHandley, DataAfterFin(), Demand::kNamed, Demand::kHarmless},
      {"tcp/hole-never-filled", "one byte of the mark is never sent", kPaper, HoleNeverFilled(), Demand::kHarmless, Demand::kHarmless},
      {"tcp/hole-acknowledged", "bytes of the mark that only the server saw", "Paxson 1999", LostForTheTap(), Demand::kNamed, Demand::kHarmless},
      {"tcp/slow-drip", "200 bytes every 50 seconds", "what botnets do", SlowDrip()},
  };
}

}  // namespace sluice::test
