#include "dataplane/packet/ip_reassembly.h"

#include <algorithm>
#include <random>

#include "tests/unit/dataplane/packet/parsed.h"

namespace sluice::packet {

inline void PrintTo(ReassemblyOutcome outcome, std::ostream* out) { *out << Name(outcome); }

namespace {

using test::Bytes;
using test::FrameBuilder;

constexpr auto kText = "This datagram is longer than its pieces, so it takes several of them to carry it all.";

Timestamp At(int seconds) { return Timestamp::FromNanoseconds(int64_t{seconds} * 1'000'000'000); }

std::vector<Packet*> ToVector(Packet* list) {
  std::vector<Packet*> all;
  for (; list != nullptr; list = list->next) all.push_back(list);
  return all;
}

FrameBuilder Datagram(bool v6, std::string_view text = kText) {
  FrameBuilder builder;
  builder.Ethernet();
  v6 ? builder.Ipv6() : builder.Ipv4();
  return builder.Udp({.src_port = 1000, .dst_port = 2000}).Payload(text);
}

// One reassembler and the frames it is fed with.
class Reassembly {
 public:
  explicit Reassembly(const ReassemblyOptions& options = {}) : reassembler(IpReassembler::Create(options).value()) {}

  Packet* Parsed(const Bytes& frame) {
    Packet* packet = store.Add(frame);
    EXPECT_EQ(Parse(*packet, {.verify_checksums = false}), ParseOutcome::kFragment);
    return packet;
  }
  ReassemblyResult Push(const Bytes& frame, Timestamp now = At(1)) { return reassembler.Push(Parsed(frame), now); }
  uint64_t count(ReassemblyOutcome outcome) const { return reassembler.counters().value(outcome); }

  test::PacketStore store;
  IpReassembler reassembler;
};

// Bytes of an IP payload as a fragment of its own, anywhere.
Bytes Piece(bool v6, uint16_t offset, bool more, std::string_view data, uint16_t id = 9) {
  FrameBuilder builder;
  builder.Ethernet();
  if (v6) return builder.Ipv6().Fragment(id, offset, more).Payload(data).Build();
  builder.Ipv4({.id = id, .more_fragments = more, .fragment_offset = offset, .protocol = 17});
  return builder.Payload(data).Build();
}

TEST(IpReassembler, PutsADatagramTogetherInAnyOrder) {
  for (const bool v6 : {false, true}) {
    std::vector<Bytes> pieces = Datagram(v6).BuildFragments(24, 5);
    ASSERT_EQ(pieces.size(), 4u);
    std::vector<size_t> order = {0, 1, 2, 3};
    do {
      Reassembly r;
      ReassemblyResult last;
      for (size_t i = 0; i < order.size(); ++i) {
        last = r.Push(pieces[order[i]]);
        ASSERT_EQ(last.outcome, i < 3 ? ReassemblyOutcome::kHeld : ReassemblyOutcome::kCompleted);
        ASSERT_EQ(last.refused, nullptr);
      }
      ASSERT_NE(last.datagram, nullptr);
      ASSERT_EQ(Parse(*last.datagram, {}), ParseOutcome::kTransport);  // with its checksum over the whole
      ASSERT_EQ(last.datagram->Payload().AsText(), kText);
      ASSERT_EQ(last.datagram->headers.dst_port, 2000);
      const std::vector<Packet*> frames = ToVector(last.datagram->fragments);
      ASSERT_EQ(frames.size(), 4u);
      for (size_t i = 1; i < 4; ++i) {
        ASSERT_LT(frames[i - 1]->headers.fragment_offset, frames[i]->headers.fragment_offset);
      }
      ASSERT_EQ(r.reassembler.datagrams_in_progress(), 0u);
      ASSERT_EQ(r.reassembler.held_fragments(), 0u);
      ASSERT_EQ(r.reassembler.held_bytes(), 0u);
      ASSERT_EQ(r.reassembler.ready_datagrams(), 1u);
      r.reassembler.Release(last.datagram);
      ASSERT_EQ(r.reassembler.ready_datagrams(), 0u);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(IpReassembler, DatagramIsTheOneThatWasCut) {
  for (const bool v6 : {false, true}) {
    const Bytes whole = Datagram(v6).Build();
    Reassembly r;
    ReassemblyResult last;
    for (const Bytes& piece : Datagram(v6).BuildFragments(16, 0)) last = r.Push(piece);
    ASSERT_NE(last.datagram, nullptr);
    Bytes expected(whole.begin() + 14, whole.end());
    if (!v6) {  // the builder's whole datagram says "don't fragment", its pieces do not
      StoreBe16(expected.data() + 6, 0);
      StoreBe16(expected.data() + 10, 0);
      StoreBe16(expected.data() + 10, test::PlainChecksum(expected.data(), 20));
    }
    EXPECT_EQ(Bytes(last.datagram->data, last.datagram->data + last.datagram->length), expected);
    EXPECT_EQ(last.datagram->wire_length, last.datagram->length);
  }
}

TEST(IpReassembler, KeepsIpv4OptionsAndDropsIpv6FragmentHeaders) {
  Reassembly r;
  ReassemblyResult last;
  const FrameBuilder with_options =
      FrameBuilder().Ethernet().Ipv4({.options = {7, 3, 4, 0}}).Tcp().Payload("0123456789abcdef0123456789");
  for (const Bytes& piece : with_options.BuildFragments(16, 1)) last = r.Push(piece);
  ASSERT_NE(last.datagram, nullptr);
  EXPECT_EQ(last.datagram->data[0], 0x46);
  EXPECT_EQ(Parse(*last.datagram, {}), ParseOutcome::kTransport);
  const FrameBuilder with_extensions =
      FrameBuilder().Ethernet().Ipv6().HopByHop().Routing(24).DestinationOptions().Tcp().Payload("0123456789abcdef");
  for (const Bytes& piece : with_extensions.BuildFragments(16, 1)) last = r.Push(piece);
  ASSERT_NE(last.datagram, nullptr);
  EXPECT_EQ(Parse(*last.datagram, {}), ParseOutcome::kTransport);
  EXPECT_EQ(last.datagram->Payload().AsText(), "0123456789abcdef");
}

TEST(IpReassembler, DatagramKeepsWhatItCameThrough) {
  const FrameBuilder inner = FrameBuilder().Ethernet().Vlan(9).Ipv4().Vxlan(42).Ethernet().Ipv4().Udp().Payload(kText);
  Reassembly r;
  ReassemblyResult last;
  Packet* piece = nullptr;
  for (const Bytes& bytes : inner.BuildFragments(48, 3)) {
    piece = r.Parsed(bytes);
    piece->port = 4;
    piece->time = At(77);
    last = r.reassembler.Push(piece, At(77));
  }
  ASSERT_NE(last.datagram, nullptr);
  ASSERT_EQ(Parse(*last.datagram, {}), ParseOutcome::kTransport);
  EXPECT_EQ(last.datagram->headers.vlan, 9);
  EXPECT_EQ(last.datagram->headers.tunnel_id, piece->headers.tunnel_id);
  EXPECT_NE(last.datagram->headers.tunnel_id, 0u);
  EXPECT_EQ(last.datagram->headers.tunnel_depth, 1);
  EXPECT_TRUE(last.datagram->is_datagram);
  EXPECT_EQ(last.datagram->link_type, LinkType::kRawIp);
  EXPECT_EQ(last.datagram->port, 4);
  EXPECT_EQ(last.datagram->time, At(77));
  EXPECT_EQ(last.datagram->index, piece->index);
}

TEST(IpReassembler, TakesNestedFragmentsApart) {
  // A datagram cut in two, each half through a tunnel that cuts again.
  const std::vector<Bytes> inner = FrameBuilder().Ipv4().Udp().Payload(kText).BuildFragments(48, 1);
  ASSERT_EQ(inner.size(), 2u);
  Reassembly r;
  ReassemblyResult last;
  for (size_t i = 0; i < inner.size(); ++i) {
    const FrameBuilder outer =
        FrameBuilder().Ethernet().Ipv4({.protocol = 4}).Payload(inner[i]);
    for (const Bytes& piece : outer.BuildFragments(40, static_cast<uint32_t>(100 + i))) last = r.Push(piece);
    ASSERT_NE(last.datagram, nullptr);
    ASSERT_EQ(Parse(*last.datagram, {}), ParseOutcome::kFragment);
    last = r.reassembler.Push(last.datagram, At(1));
  }
  ASSERT_EQ(last.outcome, ReassemblyOutcome::kCompleted);
  ASSERT_EQ(Parse(*last.datagram, {}), ParseOutcome::kTransport);
  EXPECT_EQ(last.datagram->Payload().AsText(), kText);
  EXPECT_EQ(ToVector(last.datagram->fragments).size(), 4u);  // the frames of the wire
  EXPECT_EQ(r.reassembler.ready_datagrams(), 1u);            // the inner buffers are back
}

TEST(IpReassembler, KeepsDatagramsApartByEveryPartOfTheKey) {
  const auto first_half = [](test::Ipv4Spec spec, uint16_t vlan, int64_t gre_key) {
    spec.more_fragments = true;
    if (spec.protocol < 0) spec.protocol = 17;
    FrameBuilder builder;
    builder.Ethernet();
    if (vlan != 0) builder.Vlan(vlan);
    if (gre_key >= 0) builder.Ipv4().Gre({.key = gre_key});
    return builder.Ipv4(spec).Payload("12345678").Build();
  };
  Reassembly r;
  for (const Bytes& frame : {first_half({}, 0, -1), first_half({.src = "10.9.9.9"}, 0, -1),
                             first_half({.dst = "10.9.9.9"}, 0, -1), first_half({.id = 5}, 0, -1),
                             first_half({.protocol = 6}, 0, -1), first_half({}, 7, -1), first_half({}, 0, 1),
                             first_half({}, 0, 2)}) {
    EXPECT_EQ(r.Push(frame).outcome, ReassemblyOutcome::kHeld);
  }
  EXPECT_EQ(r.reassembler.datagrams_in_progress(), 8u);
}

TEST(IpReassembler, Ipv6FragmentsMayNameDifferentProtocols) {
  // RFC 8200, 4.5: only the first fragment's counts.
  std::vector<Bytes> pieces = Datagram(true).BuildFragments(48, 1);
  pieces[1][14 + 40] = 59;
  Reassembly r;
  r.Push(pieces[0]);
  const ReassemblyResult last = r.Push(pieces[1]);
  ASSERT_NE(last.datagram, nullptr);
  EXPECT_EQ(Parse(*last.datagram, {}), ParseOutcome::kTransport);
}

TEST(IpReassembler, ExactDuplicateIsSimplyLeftOut) {
  for (const bool v6 : {false, true}) {
    Reassembly r;
    const std::vector<Bytes> pieces = Datagram(v6).BuildFragments(48, 1);
    r.Push(pieces[0]);
    const ReassemblyResult copy = r.Push(pieces[0]);
    EXPECT_EQ(copy.outcome, ReassemblyOutcome::kDuplicate);
    EXPECT_EQ(ToVector(copy.refused).size(), 1u);
    EXPECT_EQ(r.Push(pieces[1]).outcome, ReassemblyOutcome::kCompleted);
  }
}

struct Overlap {
  const char* name;
  uint16_t offset;
  bool more;
  std::string_view data;
};
constexpr Overlap kOverlaps[] = {
    {"same place, other bytes", 16, true, "ABCDEFGHIJKLMNOX"},
    {"begins inside", 24, true, "IJKLMNOPQRSTUVWX"},
    {"ends inside", 8, true, "ijklmnopABCDEFGH"},
    {"surrounds", 8, true, "ijklmnopABCDEFGHIJKLMNOPQRSTUVWX"},
    {"lies inside", 24, true, "IJKLMNOP"},
    {"ends the datagram before what is held", 8, false, "ijklmnop"},
    {"same bytes, but as the last", 16, false, "ABCDEFGHIJKLMNOP"},
};

TEST(IpReassembler, ConflictingOverlapCondemnsTheDatagram) {
  for (const bool v6 : {false, true}) {
    for (const Overlap& overlap : kOverlaps) {
      SCOPED_TRACE(overlap.name);
      Reassembly r;
      r.Push(Piece(v6, 0, true, "abcdefgh"));
      r.Push(Piece(v6, 16, true, "ABCDEFGHIJKLMNOP"));
      const ReassemblyResult result = r.Push(Piece(v6, overlap.offset, overlap.more, overlap.data));
      EXPECT_EQ(result.outcome, ReassemblyOutcome::kConflictingOverlap);
      EXPECT_EQ(ToVector(result.refused).size(), 3u);
      EXPECT_EQ(r.count(ReassemblyOutcome::kConflictingOverlap), 3u);
      EXPECT_EQ(r.reassembler.held_fragments(), 0u);
      // What comes later is known, until it has aged out.
      const ReassemblyResult late = r.Push(Piece(v6, 8, true, "ijklmnop"), At(20));
      EXPECT_EQ(late.outcome, ReassemblyOutcome::kCondemned);
      EXPECT_EQ(ToVector(late.refused).size(), 1u);
      EXPECT_EQ(r.reassembler.Expire(At(32)), nullptr);
      EXPECT_EQ(r.Push(Piece(v6, 8, true, "ijklmnop"), At(33)).outcome, ReassemblyOutcome::kHeld);
    }
  }
}

TEST(IpReassembler, SecondEndCondemnsTheDatagram) {
  Reassembly r;
  r.Push(Piece(false, 16, false, "the end"));
  EXPECT_EQ(r.Push(Piece(false, 32, false, "another end")).outcome, ReassemblyOutcome::kConflictingOverlap);
  r.Push(Piece(true, 16, false, "the end"));
  EXPECT_EQ(r.Push(Piece(true, 24, true, "past it.")).outcome, ReassemblyOutcome::kConflictingOverlap);
}

TEST(IpReassembler, RefusesFragmentsThatCannotBe) {
  for (const bool v6 : {false, true}) {
    Reassembly r;
    const auto expect = [&](const Bytes& frame, ReassemblyOutcome outcome) {
      const ReassemblyResult result = r.Push(frame);
      EXPECT_EQ(result.outcome, outcome);
      EXPECT_EQ(ToVector(result.refused).size(), 1u);
      EXPECT_EQ(r.reassembler.datagrams_in_progress(), 0u);
    };
    expect(Piece(v6, 8, true, ""), ReassemblyOutcome::kTinyFragment);
    expect(Piece(v6, 8, false, ""), ReassemblyOutcome::kTinyFragment);
    expect(Piece(v6, 8, true, "123456789"), ReassemblyOutcome::kUnalignedFragment);
    expect(Piece(v6, 65528, false, "12345678"), ReassemblyOutcome::kPastMaximumLength);
  }
  Reassembly r;  // 65,535 less the header of 20
  EXPECT_EQ(r.Push(Piece(false, 65512, false, "123")).outcome, ReassemblyOutcome::kHeld);
  EXPECT_EQ(r.Push(Piece(false, 65512, false, "1234", 10)).outcome, ReassemblyOutcome::kPastMaximumLength);
  EXPECT_EQ(r.Push(Piece(true, 65528, false, "1234567")).outcome, ReassemblyOutcome::kHeld);
}

TEST(IpReassembler, RefusesTinyFragmentsAsConfigured) {
  Reassembly r({.min_fragment_bytes = 24});
  EXPECT_EQ(r.Push(Piece(false, 0, true, "0123456789abcdef")).outcome, ReassemblyOutcome::kTinyFragment);
  EXPECT_EQ(r.Push(Piece(false, 0, true, "0123456789abcdef01234567")).outcome, ReassemblyOutcome::kHeld);
  EXPECT_EQ(r.Push(Piece(false, 24, false, "end")).outcome, ReassemblyOutcome::kCompleted);
}

TEST(IpReassembler, FirstHeaderMayMakeTheDatagramTooLong) {
  Reassembly r;
  r.Push(Piece(false, 65512, false, "123"));
  const std::string middle(65504, 'm');
  Bytes huge = FrameBuilder().Ethernet().Ipv4({.id = 9, .more_fragments = true, .fragment_offset = 8, .protocol = 17,
                                               .total_length = 0}).Payload(middle).Build();
  ASSERT_EQ(r.Push(huge).outcome, ReassemblyOutcome::kHeld);
  const ReassemblyResult result =
      r.Push(FrameBuilder().Ethernet().Ipv4({.id = 9, .more_fragments = true, .options = Bytes(40, 1), .protocol = 17})
                 .Payload("12345678").Build());
  EXPECT_EQ(result.outcome, ReassemblyOutcome::kPastMaximumLength);
  EXPECT_EQ(ToVector(result.refused).size(), 3u);
}

TEST(IpReassembler, PutsTheLongestDatagramTogether) {
  for (const bool v6 : {false, true}) {
    Reassembly r;
    const std::string text((v6 ? 65535 : 65515) - 8, 'x');
    ReassemblyResult last;
    const std::vector<Bytes> pieces = Datagram(v6, text).BuildFragments(1400, 5);
    for (const Bytes& piece : pieces) last = r.Push(piece);
    ASSERT_EQ(last.outcome, ReassemblyOutcome::kCompleted);
    EXPECT_EQ(Parse(*last.datagram, {}), ParseOutcome::kTransport);
    EXPECT_EQ(last.datagram->Payload().AsText(), text);
  }
}

TEST(IpReassembler, RefusesWhatTheCaptureCut) {
  Reassembly r;
  Packet* packet = r.store.AddCut(Piece(false, 0, true, "0123456789abcdef"), 42);
  ASSERT_EQ(Parse(*packet, {}), ParseOutcome::kFragment);
  const ReassemblyResult result = r.reassembler.Push(packet, At(1));
  EXPECT_EQ(result.outcome, ReassemblyOutcome::kCutByCapture);
  EXPECT_EQ(result.refused, packet);
}

TEST(IpReassembler, LimitsFragmentsOfADatagram) {
  Reassembly r({.max_fragments_per_datagram = 3});
  for (uint16_t i = 0; i < 3; ++i) r.Push(Piece(false, static_cast<uint16_t>(i * 16), true, "01234567"));
  const ReassemblyResult result = r.Push(Piece(false, 64, true, "01234567"));
  EXPECT_EQ(result.outcome, ReassemblyOutcome::kTooManyFragments);
  EXPECT_EQ(ToVector(result.refused).size(), 4u);
  EXPECT_EQ(r.Push(Piece(false, 8, true, "01234567")).outcome, ReassemblyOutcome::kCondemned);
}

TEST(IpReassembler, EvictsTheOldestWhenTheTableIsFull) {
  Reassembly r({.max_datagrams = 2});
  r.Push(Piece(false, 0, true, "first...", 1));
  r.Push(Piece(false, 16, true, "first...", 1));
  r.Push(Piece(false, 0, true, "second..", 2));
  const ReassemblyResult result = r.Push(Piece(false, 0, true, "third...", 3));
  EXPECT_EQ(result.outcome, ReassemblyOutcome::kHeld);
  const std::vector<Packet*> evicted = ToVector(result.evicted);
  ASSERT_EQ(evicted.size(), 2u);
  EXPECT_EQ(evicted[0]->headers.fragment_id, 1u);
  EXPECT_EQ(r.count(ReassemblyOutcome::kEvicted), 2u);
  EXPECT_EQ(r.reassembler.datagrams_in_progress(), 2u);
}

TEST(IpReassembler, EvictsOthersWhenTooMuchIsHeld) {
  Reassembly by_number({.max_fragments_per_datagram = 4, .max_held_fragments = 4});
  by_number.Push(Piece(false, 0, true, "01234567", 1));
  for (uint16_t id = 2; id <= 4; ++id) by_number.Push(Piece(false, 0, true, "01234567", id));
  // The datagram that grows is itself the oldest: the next one goes.
  const ReassemblyResult result = by_number.Push(Piece(false, 8, true, "01234567", 1));
  EXPECT_EQ(result.outcome, ReassemblyOutcome::kHeld);
  ASSERT_EQ(ToVector(result.evicted).size(), 1u);
  EXPECT_EQ(result.evicted->headers.fragment_id, 2u);

  Reassembly by_bytes({.max_held_bytes = 131'070});
  const std::string big(60'000, 'b');
  by_bytes.Push(Piece(false, 0, true, big, 1));
  by_bytes.Push(Piece(false, 0, true, big, 2));
  const ReassemblyResult third = by_bytes.Push(Piece(false, 0, true, big, 3));
  ASSERT_EQ(ToVector(third.evicted).size(), 1u);
  EXPECT_EQ(third.evicted->headers.fragment_id, 1u);
  EXPECT_LE(by_bytes.reassembler.held_bytes(), 131'070u);
}

TEST(IpReassembler, OneDatagramCannotHoldMoreThanTheLimit) {
  Reassembly r({.max_held_bytes = 131'070});
  ReassemblyResult result;
  for (uint16_t i = 0; i < 3 && result.outcome == ReassemblyOutcome::kHeld; ++i) {
    // Small pieces in large frames: what is held is the frame.
    result = r.Push(FrameBuilder().Ethernet().Ipv4({.id = 1, .more_fragments = true,
                                                    .fragment_offset = static_cast<uint16_t>(i * 8), .protocol = 17})
                        .Payload("01234567").LinkPadding(60'000).Build());
  }
  EXPECT_EQ(result.outcome, ReassemblyOutcome::kTooManyFragments);
  EXPECT_EQ(ToVector(result.refused).size(), 3u);
  EXPECT_EQ(r.reassembler.held_bytes(), 0u);
}

TEST(IpReassembler, NamesAMissingBuffer) {
  Reassembly r({.max_ready_datagrams = 1});
  const auto finish = [&](uint16_t id) {
    r.Push(Piece(false, 0, true, "01234567", id));
    return r.Push(Piece(false, 8, false, "end", id));
  };
  const ReassemblyResult first = finish(1);
  ASSERT_EQ(first.outcome, ReassemblyOutcome::kCompleted);
  const ReassemblyResult second = finish(2);
  EXPECT_EQ(second.outcome, ReassemblyOutcome::kNoReadyBuffer);
  EXPECT_EQ(ToVector(second.refused).size(), 2u);
  r.reassembler.Release(first.datagram);
  EXPECT_EQ(finish(3).outcome, ReassemblyOutcome::kCompleted);
}

TEST(IpReassembler, ExpiresOldestFirstByItsFirstFragment) {
  Reassembly r({.max_age = std::chrono::seconds(10)});
  r.Push(Piece(false, 0, true, "01234567", 1), At(1));
  r.Push(Piece(false, 0, true, "01234567", 2), At(2));
  r.Push(Piece(false, 8, true, "01234567", 1), At(9));  // does not make it younger
  r.Push(Piece(false, 0, true, "01234567", 3), At(9));
  EXPECT_EQ(r.reassembler.Expire(At(10)), nullptr);
  const std::vector<Packet*> expired = ToVector(r.reassembler.Expire(At(12)));
  ASSERT_EQ(expired.size(), 3u);
  EXPECT_EQ(expired[0]->headers.fragment_id, 1u);
  EXPECT_EQ(expired[1]->headers.fragment_offset, 8u);
  EXPECT_EQ(expired[2]->headers.fragment_id, 2u);
  EXPECT_EQ(r.count(ReassemblyOutcome::kExpired), 3u);
  EXPECT_EQ(ToVector(r.reassembler.Drain()).size(), 1u);
  EXPECT_EQ(r.reassembler.datagrams_in_progress(), 0u);
}

TEST(IpReassembler, RefusesOptionsOutOfRange) {
  for (const ReassemblyOptions& options :
       {ReassemblyOptions{.max_datagrams = 0}, ReassemblyOptions{.max_fragments_per_datagram = 1},
        ReassemblyOptions{.max_held_fragments = 3}, ReassemblyOptions{.max_held_bytes = 1000},
        ReassemblyOptions{.max_ready_datagrams = 0}, ReassemblyOptions{.max_age = std::chrono::seconds(0)}}) {
    const Result<IpReassembler> result = IpReassembler::Create(options);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(result.error().message().find("max_"), std::string::npos);
  }
}

// Law: whatever is pushed comes back exactly once, and counters and gauges agree with it.
TEST(IpReassembler, EveryPushedPacketComesBackOnce) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    Reassembly r({.max_datagrams = 4, .max_fragments_per_datagram = 6, .max_held_fragments = 12,
                  .max_ready_datagrams = 2, .max_age = std::chrono::seconds(5)});
    std::vector<int> returned(400, 0);
    const auto note = [&](Packet* list) {
      for (Packet* p : ToVector(list)) ++returned[p->index];
    };
    std::vector<Packet*> ready;
    for (int i = 0; i < 400; ++i) {
      const auto offset = static_cast<uint16_t>(random() % 6 * 8);
      const bool v6 = random() % 2 != 0, more = offset == 0 || random() % 4 != 0;
      const std::string data(more ? 8 : 1 + random() % 8, random() % 20 == 0 ? 'x' : 'y');
      const ReassemblyResult result =
          r.Push(Piece(v6, offset, more, data, static_cast<uint16_t>(random() % 6)), At(i / 20));
      note(result.refused);
      note(result.evicted);
      if (result.datagram != nullptr) ready.push_back(result.datagram);
      if (!ready.empty() && random() % 3 == 0) {
        note(ready.back()->fragments);
        r.reassembler.Release(ready.back());
        ready.pop_back();
      }
      if (i % 50 == 0) note(r.reassembler.Expire(At(i / 20)));
    }
    for (Packet* packet : ready) note(packet->fragments);
    note(r.reassembler.Drain());
    EXPECT_EQ(returned, std::vector<int>(400, 1));
    EXPECT_EQ(r.reassembler.held_fragments(), 0u);
    EXPECT_EQ(r.reassembler.held_bytes(), 0u);
    EXPECT_EQ(r.reassembler.datagrams_in_progress(), 0u);
  }
}

TEST(ReassemblyOutcome, EveryOutcomeHasItsOwnName) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < static_cast<size_t>(ReassemblyOutcome::kCount); ++i) {
    names.push_back(Name(static_cast<ReassemblyOutcome>(i)));
    EXPECT_FALSE(names.back().empty());
    EXPECT_NE(names.back(), "unknown");
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace sluice::packet
