// Laws: what holds for any segmentation, order, repetition and attack, tried with many fixed seeds.
#include <algorithm>
#include <random>

#include "tests/unit/dataplane/stream/stream_harness.h"

namespace sluice::stream {
namespace {

// Sanitizers make each trial some ten times as long.
#ifdef SLUICE_SANITIZED
constexpr uint32_t kTrials = 20;
#else
constexpr uint32_t kTrials = 100;
#endif

struct Cut {
  uint32_t offset = 0;
  std::string bytes;
  uint8_t flags = TcpFlag::kAck;
};

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(engine_() % n); }
  bool OneIn(uint32_t n) { return Below(n) == 0; }
  uint32_t Any() { return static_cast<uint32_t>(engine_()); }
  std::string Text(size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>('a' + Below(26));
    return text;
  }
  template <typename T>
  void Shuffle(T begin, T end) {
    std::shuffle(begin, end, engine_);
  }

 private:
  std::mt19937 engine_;
};

// A whole message as segments: cut anywhere, repeated with other boundaries, shuffled within a distance.
std::vector<Cut> CutAndMix(Dice& dice, const std::string& message) {
  const uint32_t largest = 1 + dice.Below(dice.OneIn(2) ? 8 : 200);
  std::vector<Cut> cuts;
  for (uint32_t offset = 0; offset < message.size();) {
    const auto size = std::min<uint32_t>(1 + dice.Below(largest), static_cast<uint32_t>(message.size()) - offset);
    cuts.push_back({offset, message.substr(offset, size)});
    offset += size;
  }
  const size_t originals = cuts.size();
  for (size_t i = 0; i < originals / 3; ++i) {
    const uint32_t offset = dice.Below(static_cast<uint32_t>(message.size()));
    cuts.insert(cuts.begin() + dice.Below(static_cast<uint32_t>(cuts.size())),
                {offset, message.substr(offset, 1 + dice.Below(2 * largest))});
  }
  const size_t distance = 1 + dice.Below(30);
  for (size_t i = 0; i < cuts.size(); i += distance) {
    dice.Shuffle(cuts.begin() + static_cast<ptrdiff_t>(i),
                 cuts.begin() + static_cast<ptrdiff_t>(std::min(i + distance, cuts.size())));
  }
  return cuts;
}

// A receiver as RFC 9293 has it, but one that is less careful than any real one: it looks at nothing but the sequence
// number. Overlaps that wait out of order are read by either policy (Ptacek and Newsham, 1998).
class ReferenceReceiver {
 public:
  enum class Policy { kFirstWins, kLastWins };
  ReferenceReceiver(Policy policy, uint32_t first) : policy_(policy), first_(first) {}

  void Take(const packet::Packet& packet) {
    const uint32_t offset = packet.headers.tcp.seq + ((packet.headers.tcp.flags & TcpFlag::kSyn) != 0) - first_;
    const std::string_view bytes = packet.Payload().AsText();
    for (uint32_t i = 0; i < bytes.size(); ++i) TakeByte(offset + i, bytes[i]);
    while (!waiting_.empty() && waiting_.begin()->first == read_.size()) {
      read_ += waiting_.begin()->second;
      waiting_.erase(waiting_.begin());
    }
  }
  const std::string& read() const { return read_; }

 private:
  static constexpr uint32_t kWindow = 1u << 20;
  void TakeByte(uint32_t offset, char byte) {
    if (offset - static_cast<uint32_t>(read_.size()) >= kWindow) return;  // before or behind the window
    if (policy_ == Policy::kLastWins) {
      waiting_[offset] = byte;
    } else {
      waiting_.try_emplace(offset, byte);
    }
  }

  Policy policy_;
  uint32_t first_;
  std::string read_;
  std::map<uint32_t, char> waiting_;
};

class Laws : public ::testing::TestWithParam<Mode> {};
INSTANTIATE_TEST_SUITE_P(TcpReassembler, Laws, ::testing::Values(Mode::kTap, Mode::kInline));

TEST_P(Laws, AnySegmentationOrderAndRepetitionGivesTheSameStream) {
  for (uint32_t seed = 1; seed <= kTrials; ++seed) {
    Dice dice(seed);
    const std::string message = dice.Text(1 + dice.Below(4000));
    StreamHarness s(GetParam());
    s.Open(dice.OneIn(2) ? 0xffffffffu - dice.Below(4000) : dice.Any());
    ReferenceReceiver receiver(ReferenceReceiver::Policy::kFirstWins, s.client());
    for (const Cut& cut : CutAndMix(dice, message)) {
      for (const Delivery& d : s.Data(cut.offset, cut.bytes)) {
        ASSERT_EQ(d.action, PacketAction::kForward);
        ASSERT_FALSE(d.is_anomaly) << Name(d.note) << " seed " << seed;
        receiver.Take(*d.packet);
      }
      if (dice.OneIn(4)) s.Ack(static_cast<uint32_t>(receiver.read().size()));
    }
    ASSERT_EQ(s.stream(), message) << "seed " << seed;
    ASSERT_EQ(receiver.read(), message) << "seed " << seed;
  }
}

// What an insider may try. Every segment is made of the wrong bytes, or is one that receivers treat differently.
SegmentSpec Attack(Dice& dice, const StreamHarness& s, uint32_t reached, std::string& bytes) {
  const uint32_t offset = reached + dice.Below(400) - 200;
  bytes = dice.Text(1 + dice.Below(60));
  SegmentSpec spec{.seq = s.client() + offset, .ack = s.server(), .payload = bytes};
  switch (dice.Below(12)) {
    case 0:
      spec.flags = 0;
      break;
    case 1:
      spec.flags = TcpFlag::kRst | TcpFlag::kAck;
      spec.seq += 1u << 25;
      break;
    case 2:
      spec.flags = TcpFlag::kAck | TcpFlag::kUrg;
      spec.urgent_pointer = 3;
      break;
    case 3:
      spec.flags = TcpFlag::kSyn;
      break;
    case 4:
      spec.seq = dice.Any();
      break;
    case 5:
      spec.ack = dice.Any();
      break;
    case 6:
      spec.seq = s.client() + reached - 1;
      spec.payload = spec.payload.substr(0, 1);
      break;
    case 7:
      spec.flags = TcpFlag::kSyn | TcpFlag::kFin | TcpFlag::kAck;
      break;
    case 8:
      spec.flags = TcpFlag::kFin | TcpFlag::kAck;
      spec.seq = s.client() + reached - 30;
      spec.payload = spec.payload.substr(0, 5);
      break;
    default:
      break;
  }
  return spec;
}

// What was read is a beginning of what was delivered, but for zeros where they may be.
bool IsReadingOf(const std::string& delivered, const std::string& read, bool zeros_allowed) {
  if (read.size() > delivered.size()) return false;
  for (size_t i = 0; i < read.size(); ++i) {
    if (read[i] != delivered[i] && !(zeros_allowed && read[i] == 0)) return false;
  }
  return true;
}

TEST(TcpReassembler, InlineLetsReceiversReadNothingButWhatWasDelivered) {
  uint64_t conflicts = 0, scrubbed = 0, read = 0;
  for (uint32_t seed = 1; seed <= kTrials; ++seed) {
    Dice dice(seed);
    const std::string message = dice.Text(500 + dice.Below(3000));
    TcpOptions options = StreamHarness::WithMode(Mode::kInline);
    if (dice.OneIn(3)) options.max_held_per_direction = 1 + dice.Below(5);
    if (dice.OneIn(3)) options.max_retained_per_direction = 1 + dice.Below(5);
    StreamHarness s(options);
    s.Open(dice.Any());
    const bool forged = dice.OneIn(4);  // somebody acknowledges in the receiver's name what it has not got
    ReferenceReceiver first(ReferenceReceiver::Policy::kFirstWins, s.client());
    ReferenceReceiver last(ReferenceReceiver::Policy::kLastWins, s.client());
    const auto wire = [&](const std::vector<Delivery>& deliveries) {
      for (const Delivery& d : deliveries) {
        if (d.action == PacketAction::kReject || d.direction == Direction::kDownload || dice.OneIn(10))
          continue;  // or lost
        first.Take(*d.packet);
        last.Take(*d.packet);
      }
    };
    for (int round = 0; round < 3; ++round) {
      for (const Cut& cut : CutAndMix(dice, message)) {
        const auto reached = static_cast<uint32_t>(first.read().size());
        std::string bytes;
        if (dice.OneIn(2)) wire(s.Push(Attack(dice, s, reached, bytes)));
        wire(s.Data(cut.offset, cut.bytes));
        if (dice.OneIn(4)) s.Ack(reached);
        if (forged && dice.OneIn(20)) s.Ack(reached + dice.Below(3000));
        if (dice.OneIn(20))
          s.Ack(static_cast<uint32_t>(s.stream().size()) + 1 + dice.Below(3000));  // not forwarded yet
      }
    }
    ASSERT_TRUE(IsReadingOf(s.stream(), first.read(), forged)) << "seed " << seed;
    ASSERT_TRUE(IsReadingOf(s.stream(), last.read(), forged)) << "seed " << seed;
    conflicts += s.Count(SegmentNote::kConflictingOverlap);
    scrubbed += s.Count(SegmentNote::kOldDataScrubbed);
    read += first.read().size();
  }
  EXPECT_GT(conflicts, 5 * kTrials);
  EXPECT_GT(scrubbed, 5 * kTrials);
  EXPECT_GT(read, 500 * kTrials);
}

TEST(TcpReassembler, TapLeavesNoOtherReadingSilent) {
  uint64_t alternatives = 0;
  for (uint32_t seed = 1; seed <= kTrials; ++seed) {
    Dice dice(seed);
    const std::string message = dice.Text(500 + dice.Below(3000));
    TcpOptions options = StreamHarness::WithMode(Mode::kTap);
    if (dice.OneIn(3)) options.max_held_per_direction = 1 + dice.Below(5);
    if (dice.OneIn(3)) options.max_retained_per_direction = 1 + dice.Below(5);
    if (dice.OneIn(5)) options.retain_in_tap = false;
    StreamHarness s(options);
    s.Open(dice.Any());
    for (const Cut& cut : CutAndMix(dice, message)) {
      std::string bytes;
      const auto reached = static_cast<uint32_t>(s.stream().size());
      if (dice.OneIn(3)) s.Push(Attack(dice, s, reached, bytes));
      s.Data(cut.offset, cut.bytes);
      if (dice.OneIn(6)) s.Ack(static_cast<uint32_t>(s.stream().size()));
    }
    s.Flush();
    for (const Delivery& d : s.deliveries()) {
      if (d.direction == Direction::kDownload || d.note == SegmentNote::kKeepAlive) continue;
      const std::string_view bytes = d.packet->Payload().AsText();
      const uint32_t offset = d.packet->headers.tcp.seq - s.client();
      EXPECT_EQ(d.unverified_bytes, 0u);
      alternatives += !d.alternative.empty();
      for (uint32_t i = static_cast<uint32_t>(d.alternative.size()); i < bytes.size(); ++i) {
        ASSERT_LT(offset + i, s.stream().size()) << Name(d.note) << " seed " << seed;
        ASSERT_EQ(s.stream()[offset + i], bytes[i]) << Name(d.note) << " seed " << seed;
      }
    }
  }
  EXPECT_GT(alternatives, 30 * kTrials);
}

TEST(TcpReassembler, TapCountsEveryLostByte) {
  for (uint32_t seed = 1; seed <= kTrials; ++seed) {
    Dice dice(seed);
    const std::string message = dice.Text(500 + dice.Below(3000));
    StreamHarness s(Mode::kTap);
    s.Open(dice.Any());
    uint32_t sent = 0, lost = 0;
    while (sent < message.size()) {
      const auto size = std::min<uint32_t>(1 + dice.Below(50), static_cast<uint32_t>(message.size()) - sent);
      if (dice.OneIn(10)) {
        lost += size;
      } else {
        s.Data(sent, std::string_view(message).substr(sent, size));
      }
      sent += size;
      if (dice.OneIn(3)) s.Ack(sent);
    }
    s.Ack(sent);
    s.Data(sent, "", TcpFlag::kAck | TcpFlag::kFin);
    s.Ack(sent + 1);
    ASSERT_EQ(s.stream().size(), message.size()) << "seed " << seed;
    ASSERT_EQ(static_cast<uint32_t>(std::count(s.stream().begin(), s.stream().end(), '?')), lost) << "seed " << seed;
    for (size_t i = 0; i < message.size(); ++i) ASSERT_TRUE(s.stream()[i] == '?' || s.stream()[i] == message[i]);
  }
}

}  // namespace
}  // namespace sluice::stream
