// Tricks with datagrams: fragments that overlap, come late or backwards, decoys that die on the way, headers that lie.
#include "tests/evasion/evasion.h"

namespace sluice::test {
namespace {

constexpr size_t kCut = 1200;  // of the stream, a datagram

Wire Fragmented(size_t fragment_bytes, bool reverse, bool ipv6 = false) {
  Wire wire({.ipv6 = ipv6});
  const std::string stream = Put(Document());
  wire.Open().Means(stream);
  for (size_t at = 0; at < stream.size(); at += kCut) {
    wire.At(static_cast<int64_t>(at), stream.substr(at, kCut), {.fragment_bytes = fragment_bytes, .reverse_fragments = reverse});
  }
  return wire;
}

// Fragments of the datagram that carries the mark, with another copy of the second one whose text is harmless.
Wire OverlappingFragments(bool decoy_first, bool shifted, bool ipv6 = false) {
  Wire wire({.ipv6 = ipv6});
  const std::string stream = Put(Document());
  const size_t mark = stream.find(kMark), begin = mark - 600;
  wire.Open().Send(stream.substr(0, begin));
  std::string harmless = stream.substr(begin, kCut);
  harmless.replace(mark - begin, kMark.size(), "nothing..");
  const Twist twist{.fragment_bytes = 400};
  std::vector<Bytes> real = wire.Datagram(static_cast<int64_t>(begin), stream.substr(begin, kCut), twist).BuildFragments(400, 77);
  const std::vector<Bytes> decoys = wire.Datagram(static_cast<int64_t>(begin), harmless, twist).BuildFragments(shifted ? 200 : 400, 77);
  // The TCP header is in the first fragment; the mark 620 bytes behind it.
  const size_t real_index = 1, decoy_index = shifted ? 3 : 1;
  wire.Frame(real[0]);
  if (decoy_first) wire.Frame(decoys[decoy_index]);
  wire.Frame(real[real_index]);
  if (!decoy_first) wire.Frame(decoys[decoy_index]);
  for (size_t i = 2; i < real.size(); ++i) wire.Frame(real[i]);
  wire.Means(stream);
  for (size_t at = begin + kCut; at < stream.size(); at += kCut) wire.At(static_cast<int64_t>(at), stream.substr(at, kCut));
  return wire;
}

// Before each datagram another with harmless text that no host takes, or that dies before it reaches one.
Wire Decoys(Twist twist) {
  Wire wire;
  const std::string stream = Put(Document());
  wire.Open().Means(stream);
  for (size_t at = 0; at < stream.size(); at += kCut) {
    const std::string piece = stream.substr(at, kCut);
    wire.At(static_cast<int64_t>(at), std::string(piece.size(), 'x'), twist);
    wire.At(static_cast<int64_t>(at), piece);
  }
  return wire;
}

Wire WithOptions(Bytes options) {
  Wire wire;
  const std::string stream = Put(Document());
  wire.Open().Means(stream);
  for (size_t at = 0; at < stream.size(); at += kCut) wire.At(static_cast<int64_t>(at), stream.substr(at, kCut), {.ip_options = options});
  return wire;
}

// All fragments of the marked datagram but the last; the connection goes on without it.
Wire LastFragmentNeverComes() {
  Wire wire;
  const std::string stream = Put(Document());
  const size_t mark = stream.find(kMark), begin = mark - 600;
  wire.Open().Send(stream.substr(0, begin));
  std::vector<Bytes> pieces = wire.Datagram(static_cast<int64_t>(begin), stream.substr(begin, kCut), {.fragment_bytes = 400}).BuildFragments(400, 77);
  pieces.pop_back();
  for (const Bytes& piece : pieces) wire.Frame(piece);
  wire.Means(stream).Wait(std::chrono::seconds(70)).At(static_cast<int64_t>(begin + kCut), stream.substr(begin + kCut, 200));
  return wire;
}

Wire BehindExtensionHeaders() {
  Wire wire({.ipv6 = true});
  const std::string stream = Put(Document());
  wire.Open().Means(stream);
  for (size_t at = 0; at < stream.size(); at += kCut) {
    FrameBuilder frame;
    frame.Ethernet().Ipv6().HopByHop(16).DestinationOptions(24).Fragment(static_cast<uint32_t>(at), 0, false).DestinationOptions(8);
    frame.Tcp({.src_port = 40000, .dst_port = 80, .seq = 1001 + static_cast<uint32_t>(at), .ack = 5001}).Payload(std::string_view(stream).substr(at, kCut));
    wire.Frame(frame.Build());
  }
  return wire;
}

}  // namespace

std::vector<Evasion> IpEvasions() {
  const std::string kPaper = "Ptacek & Newsham 1998";
  return {
      {"ip/fragments", "every datagram in pieces of 256 bytes", kPaper, Fragmented(256, false)},
      {"ip/fragments-backwards", "the last piece of each datagram first", kPaper, Fragmented(256, true)},
      {"ip/tiny-fragments", "pieces of 8 bytes: the TCP header in three of them", "RFC 1858", Fragmented(8, false), Demand::kNamed, Demand::kNamed},
      {"ip/overlap-decoy-first", "a piece twice, first with harmless text", kPaper, OverlappingFragments(true, false), Demand::kNamed, Demand::kNamed},
      {"ip/overlap-decoy-last", "a piece twice, then with harmless text", kPaper, OverlappingFragments(false, false), Demand::kNamed, Demand::kNamed},
      {"ip/overlap-other-boundaries-first", "a harmless piece across the boundary of two, before them", "Novak & Sturges 2007", OverlappingFragments(true, true), Demand::kNamed,
       Demand::kNamed},
      {"ip/overlap-other-boundaries-last", "a harmless piece across the boundary of two, after them", "Novak & Sturges 2007", OverlappingFragments(false, true), Demand::kNamed,
       Demand::kNamed},
      {"ip/last-fragment-never-comes", "most of the marked datagram, never its end", kPaper, LastFragmentNeverComes(), Demand::kNamed, Demand::kHarmless},
      {"ip/low-ttl-decoys", "harmless copies that a router on the way throws away", kPaper, Decoys({.ttl = 1}), Demand::kFound, Demand::kNamed},
      {"ip/bad-header-checksum-decoys", "harmless copies with a wrong IP checksum", kPaper, Decoys({.bad_ip_checksum = true})},
      {"ip/options", "record route in every header", kPaper, WithOptions({7, 7, 4, 0, 0, 0, 0, 1})},
      {"ip/source-route", "loose source route in every header", kPaper, WithOptions({131, 7, 4, 10, 0, 0, 2, 1})},
      {"ip6/fragments", "every datagram in pieces of 256 bytes", "RFC 8200", Fragmented(256, false, true)},
      {"ip6/fragments-backwards", "the last piece of each datagram first", "RFC 8200", Fragmented(256, true, true)},
      {"ip6/overlap", "a piece twice, first with harmless text", "RFC 5722", OverlappingFragments(true, false, true), Demand::kNamed, Demand::kNamed},
      {"ip6/extension-headers", "options, atomic fragments and options again before TCP", "RFC 6946, RFC 7112", BehindExtensionHeaders()},
  };
}

}  // namespace sluice::test
