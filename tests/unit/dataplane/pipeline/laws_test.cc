// The laws that users rely on, as properties over random cases: segmentation, reordering and repeats change no finding;
// bytes in = sum of fates; one worker or several say the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::test {
namespace {

using Random = std::mt19937;

size_t Below(Random& random, size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); }

std::string Words(Random& random, size_t bytes) {
  static const std::vector<std::string> kWords = {"report ", "数据", "watch-thi", "机密", "★ ", "engine\n", "0123456789", "TOPSECRET-MAR"};
  std::string text;
  while (text.size() < bytes) text += kWords[Below(random, kWords.size())];
  return text;
}

// A keep-alive conversation of several uploads, some with things to find.
std::string Conversation(Random& random) {
  std::string stream;
  const size_t messages = 1 + Below(random, 4);
  for (size_t i = 0; i < messages; ++i) {
    std::string body = Words(random, Below(random, 3000));
    if (Below(random, 2) == 0) body += "watch-this";
    if (Below(random, 3) == 0) body += "机密★10年";
    body += Words(random, Below(random, 500));
    if (Below(random, 2) == 0) {
      stream += "PUT /f" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      continue;
    }
    stream += "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (size_t at = 0; at < body.size();) {
      const size_t n = std::min(body.size() - at, 1 + Below(random, 700));
      char size[16];
      std::snprintf(size, sizeof size, "%zx\r\n", n);
      stream += size + body.substr(at, n) + "\r\n";
      at += n;
    }
    stream += "0\r\n\r\n";
  }
  return stream;
}

// Segments of random size, some repeated with other boundaries, some swapped with their neighbours.
std::vector<TimedFrame> Disturbed(Random& random, const std::string& stream, bool reorder) {
  TcpSession session;
  session.Handshake();
  std::vector<std::pair<size_t, size_t>> segments;
  for (size_t at = 0; at < stream.size();) {
    const size_t n = std::min(stream.size() - at, 1 + Below(random, Below(random, 4) == 0 ? 3 : 1400));
    segments.emplace_back(at, n);
    at += n;
    if (Below(random, 8) == 0) {
      const size_t from = Below(random, at);
      segments.emplace_back(from, 1 + Below(random, std::min<size_t>(at - from, 1400)));
    }
  }
  if (reorder) {
    for (size_t i = 0; i + 1 < segments.size(); ++i) {
      if (Below(random, 4) == 0) std::swap(segments[i], segments[std::min(segments.size() - 1, i + 1 + Below(random, 3))]);
    }
  }
  for (const auto& [at, n] : segments) session.Segment(Side::kClient, static_cast<int64_t>(at), stream.substr(at, n));
  return session.frames();
}

std::vector<SeenFinding> WithoutAction(std::vector<SeenFinding> findings) {
  for (SeenFinding& finding : findings) finding.action = verdict::ActionTaken::kForwarded;
  return findings;
}

class Laws : public testing::TestWithParam<unsigned> {};

TEST_P(Laws, SegmentationReorderingAndRepeatsChangeNoFinding) {
  Random random(GetParam());
  const std::string stream = Conversation(random);
  const Seen plain = Play(TcpSession().Handshake().Upload(stream).frames(), BlockingPolicy());
  for (int i = 0; i < 4; ++i) {
    const Seen disturbed = Play(Disturbed(random, stream, i % 2 == 1), BlockingPolicy());
    EXPECT_EQ(WithoutAction(disturbed.findings), WithoutAction(plain.findings));
    EXPECT_EQ(disturbed.totals.bytes, disturbed.totals.AccountedBytes());
  }
}

TEST_P(Laws, InlineNoReceiverEverHoldsTheMark) {
  Random random(GetParam() + 1000);
  const std::string stream = Conversation(random);
  const Seen plain = Play(TcpSession().Handshake().Upload(stream).frames(), BlockingPolicy());
  const bool marked = std::any_of(plain.findings.begin(), plain.findings.end(), [](const SeenFinding& f) { return f.rule == "cn.mark"; });
  const Seen seen = Play(Disturbed(random, stream, true), BlockingPolicy(), {.mode = stream::Mode::kInline});
  const std::string served = Received(seen.sent, 80);
  EXPECT_EQ(stream.compare(0, served.size(), served), 0) << "what went out is the stream's beginning, unaltered";
  EXPECT_EQ(seen.totals.bytes, seen.totals.AccountedBytes());
  if (marked) {
    EXPECT_EQ(seen.totals.counters.at("flows_blocked"), 1u);
  } else {
    EXPECT_EQ(served, stream);
  }
}

TEST_P(Laws, AnyNumberOfWorkersSaysTheSame) {
  Random random(GetParam() + 2000);
  std::vector<TimedFrame> frames;
  for (uint16_t i = 0; i < 40; ++i) {
    TcpSession session({.client = "10.0.1." + std::to_string(1 + i), .client_port = static_cast<uint16_t>(20000 + i)});
    session.Handshake().Upload(Conversation(random)).Finish();
    frames.insert(frames.end(), session.frames().begin(), session.frames().end());
  }
  std::stable_sort(frames.begin(), frames.end(), [](const TimedFrame& a, const TimedFrame& b) { return a.time < b.time; });
  const Seen one = Play(frames, BlockingPolicy(), {.workers = 1, .flows = true, .objects = true});
  const Seen two = Play(frames, BlockingPolicy(), {.workers = 2, .flows = true, .objects = true});
  const Seen five = Play(frames, BlockingPolicy(), {.workers = 5, .flows = true, .objects = true});
  EXPECT_FALSE(one.json.empty());
  EXPECT_EQ(one.json, two.json);
  EXPECT_EQ(one.json, five.json);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Laws, testing::Range(0u, 12u));

}  // namespace
}  // namespace sluice::test
