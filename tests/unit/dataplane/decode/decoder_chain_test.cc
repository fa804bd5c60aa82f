#include "dataplane/decode/decoder_chain.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/dataplane/decode/encoders.h"

namespace sluice::decode {
namespace {

struct SeenView {
  ViewNumber parent = 0;
  std::string element, type, bytes;
  bool ended = false;
  DecodeOutcome outcome = DecodeOutcome::kComplete;
  bool operator==(const SeenView&) const = default;
};
struct Refusal {
  ViewNumber view;
  std::string element;
  DecodeOutcome outcome;
  bool operator==(const Refusal&) const = default;
};
struct Seen {
  std::map<ViewNumber, SeenView> views;
  std::vector<Refusal> refusals;
  bool finished_early = false;
  bool operator==(const Seen& o) const { return views == o.views && refusals == o.refusals; }
};

DecodeOptions SmallOptions() {
  DecodeOptions options;
  options.max_chains = 4;
  options.max_large_states = 20;
  options.max_small_states = 20;
  options.library_bytes = size_t{64} << 20;
  return options;
}

class Chains : public testing::Test {
 protected:
  explicit Chains(const DecodeOptions& options = SmallOptions()) : room_(DecodeRoom::Create(options).value()) {}

  Seen Decode(const std::string& object, const std::string& declared = "", size_t cut = 1 << 30) {
    content::ObjectDescription description;
    description.content_encoding.Assign(declared);
    DecoderChain* chain = room_.Open(description);
    Seen seen;
    if (chain == nullptr) return seen;
    for (size_t at = 0; at < object.size(); at += cut) {
      const std::string part = object.substr(at, cut);  // its own allocation
      chain->Feed(ByteView(std::string_view(part)));
      Take(*chain, seen);
      seen.finished_early = seen.finished_early || chain->finished();
    }
    chain->End();
    Take(*chain, seen);
    EXPECT_TRUE(chain->finished());
    for (const auto& [number, view] : seen.views) EXPECT_TRUE(view.ended) << number;
    room_.Close(chain);
    return seen;
  }

  // The same whole and in cuts.
  Seen DecodeInAnyCut(const std::string& object, const std::string& declared = "") {
    const Seen whole = Decode(object, declared);
    for (const size_t cut : {size_t{1}, size_t{5}, size_t{64}, size_t{1400}}) {
      if (object.size() / cut > 20000) continue;
      EXPECT_TRUE(Decode(object, declared, cut) == whole) << "cut " << cut;
    }
    return whole;
  }

  static void Take(DecoderChain& chain, Seen& seen) {
    ViewPiece piece;
    while (chain.Next(piece)) {
      SeenView& view = seen.views[piece.view];
      switch (piece.kind) {
        case ViewPiece::Kind::kBegin:
          view.parent = piece.parent;
          view.element = piece.element;
          view.type = piece.type.name;
          break;
        case ViewPiece::Kind::kData:
          EXPECT_FALSE(view.ended);
          EXPECT_FALSE(view.element.empty()) << "data before its view began";
          view.bytes += piece.bytes.AsText();
          break;
        case ViewPiece::Kind::kEnd:
          EXPECT_FALSE(view.ended);
          view.ended = true;
          view.outcome = piece.outcome;
          break;
        case ViewPiece::Kind::kDeferred: FAIL() << "there is no extractor";
        case ViewPiece::Kind::kRefused:
          if (piece.view == 0) seen.views.erase(0);
          seen.refusals.push_back({piece.view, std::string(piece.element), piece.outcome});
          break;
      }
    }
  }

  DecodeRoom room_;
};

TEST_F(Chains, APlainObjectHasNoViewsAndIsFinishedAtOnce) {
  const Seen seen = DecodeInAnyCut(SomeText(3000));
  EXPECT_TRUE(seen.views.empty());
  EXPECT_TRUE(Decode(SomeText(3000), "", 100).finished_early);
}

TEST_F(Chains, OpensByContentWithoutADeclaration) {
  const std::string text = SomeText(30000);
  for (const std::string& object : {GzipEncode(text), ZlibEncode(text, 15), ZstdEncode(text)}) {
    const Seen seen = DecodeInAnyCut(object);
    ASSERT_EQ(seen.views.size(), 1u);
    EXPECT_EQ(seen.views.at(1).bytes, text);
    EXPECT_EQ(seen.views.at(1).parent, 0u);
    EXPECT_EQ(seen.views.at(1).type, "text/plain");
    EXPECT_EQ(seen.views.at(1).outcome, DecodeOutcome::kComplete);
  }
}

TEST_F(Chains, OpensByDeclarationWhatHasNoSign) {
  const std::string text = SomeText(30000);
  EXPECT_EQ(DecodeInAnyCut(BrotliEncode(text), "br").views.at(1).bytes, text);
  EXPECT_EQ(DecodeInAnyCut(DeflateEncode(text), "deflate").views.at(1).bytes, text);
  EXPECT_EQ(DecodeInAnyCut(ZlibEncode(text, 15, 1), "Deflate").views.at(1).bytes, text);
}

TEST_F(Chains, UndoesDeclaredCodingsLastFirst) {
  const std::string text = SomeText(5000);
  const Seen seen = DecodeInAnyCut(GzipEncode(BrotliEncode(DeflateEncode(text))), "deflate, br, gzip");
  ASSERT_EQ(seen.views.size(), 3u);
  EXPECT_EQ(seen.views.at(1).element, "gzip");
  EXPECT_EQ(seen.views.at(2).element, "br");
  EXPECT_EQ(seen.views.at(3).element, "deflate");
  EXPECT_EQ(seen.views.at(3).parent, 2u);
  EXPECT_EQ(seen.views.at(3).bytes, text);
}

// Amazon S3 names its own coding first, though it is the one applied last.
TEST_F(Chains, UndoesAwsChunkedFirstThoughItIsNamedFirst) {
  const std::string text = SomeText(4000);
  const Seen seen = DecodeInAnyCut(AwsChunkedEncode(BrotliEncode(text), false), "aws-chunked,br");
  ASSERT_EQ(seen.views.size(), 2u);
  EXPECT_EQ(seen.views.at(1).element, "aws-chunked");
  EXPECT_EQ(seen.views.at(2).bytes, text);
  // A client that signs its chunks and does not declare them.
  EXPECT_EQ(DecodeInAnyCut(AwsChunkedEncode(text, true)).views.at(1).bytes, text);
}

TEST_F(Chains, ContentOutranksTheDeclaration) {
  EXPECT_EQ(DecodeInAnyCut(GzipEncode("hello hello"), "zstd").views.at(1).bytes, "hello hello");
}

TEST_F(Chains, SaysWhenTheDeclarationIsWrongOrUnknown) {
  EXPECT_EQ(DecodeInAnyCut("plain text, not gzip at all", "gzip").refusals,
            (std::vector<Refusal>{{0, "declared", DecodeOutcome::kNotAsDeclared}}));
  EXPECT_EQ(DecodeInAnyCut("whatever this may be, indeed", "compress").refusals,
            (std::vector<Refusal>{{0, "declared", DecodeOutcome::kUnsupported}}));
  EXPECT_TRUE(DecodeInAnyCut("plain text, and said to be so", "identity").refusals.empty());
}

TEST_F(Chains, OpensToADepthOfSixteenAndNamesTheNext) {
  std::string object = "the marking inside";
  for (int i = 0; i < 17; ++i) object = i % 2 == 0 ? GzipEncode(object) : ZstdEncode(object);
  const Seen seen = DecodeInAnyCut(object);
  EXPECT_EQ(seen.views.size(), 16u);
  EXPECT_EQ(seen.refusals, (std::vector<Refusal>{{16, "gzip", DecodeOutcome::kTooDeep}}));
  const Seen fits = DecodeInAnyCut(seen.views.at(1).bytes);
  EXPECT_EQ(fits.views.at(16).bytes, "the marking inside");
}

TEST_F(Chains, ATruncatedObjectGivesWhatWasReadable) {
  const std::string text = SomeText(30000);
  std::string object = GzipEncode(text);
  object.resize(object.size() / 2);
  const Seen seen = DecodeInAnyCut(object);
  EXPECT_EQ(seen.views.at(1).outcome, DecodeOutcome::kTruncated);
  EXPECT_GT(seen.views.at(1).bytes.size(), 10000u);
  EXPECT_EQ(seen.views.at(1).bytes, text.substr(0, seen.views.at(1).bytes.size()));
}

TEST_F(Chains, ACorruptObjectGivesWhatCameBefore) {
  std::string object = ZstdEncode(RandomBytes(400000));
  object[300000] = static_cast<char>(~object[300000]);
  object.replace(262144, 64, std::string(64, '\xFF'));
  const Seen seen = Decode(object);
  EXPECT_EQ(seen.views.at(1).outcome, DecodeOutcome::kCorrupt);
  EXPECT_GT(seen.views.at(1).bytes.size(), 100000u);
}

TEST_F(Chains, WhatFollowsCodedDataIsLeftToTheObject) {
  const Seen seen = DecodeInAnyCut(GzipEncode(GzipEncode("inner") + "between") + "behind");
  ASSERT_EQ(seen.views.size(), 2u);
  EXPECT_EQ(seen.views.at(1).bytes, GzipEncode("inner") + "between");
  EXPECT_EQ(seen.views.at(2).bytes, "inner");
  EXPECT_EQ(seen.views.at(1).outcome, DecodeOutcome::kComplete);
}

TEST_F(Chains, AnEmptyViewBeginsAndEnds) {
  const Seen seen = DecodeInAnyCut(GzipEncode(""));
  ASSERT_EQ(seen.views.size(), 1u);
  EXPECT_TRUE(seen.views.at(1).bytes.empty());
  EXPECT_EQ(seen.views.at(1).outcome, DecodeOutcome::kComplete);
}

TEST_F(Chains, ClosingMidwayGivesEverythingBack) {
  const std::string object = GzipEncode(ZstdEncode(SomeText(100000)));
  for (int i = 0; i < 100; ++i) {
    DecoderChain* chain = room_.Open({});
    ASSERT_NE(chain, nullptr);
    const std::string part = object.substr(0, 500);
    chain->Feed(ByteView(std::string_view(part)));
    ViewPiece piece;
    while (chain->Next(piece)) continue;
    room_.Close(chain);
  }
  EXPECT_EQ(room_.open_chains(), 0u);
  EXPECT_EQ(room_.library_bytes_used(), 0u);
}

TEST_F(Chains, CountsChainsThatCouldNotBeOpened) {
  std::vector<DecoderChain*> chains;
  for (int i = 0; i < 4; ++i) chains.push_back(room_.Open({}));
  EXPECT_EQ(room_.Open({}), nullptr);
  EXPECT_EQ(room_.chains_full(), 1u);
  for (DecoderChain* chain : chains) room_.Close(chain);
  room_.Close(nullptr);
  EXPECT_EQ(room_.open_chains(), 0u);
}

class FewStates : public Chains {
 protected:
  static DecodeOptions One() {
    DecodeOptions options = SmallOptions();
    options.max_large_states = 1;
    return options;
  }
  FewStates() : Chains(One()) {}
};

TEST_F(FewStates, AnEmptyPoolIsNamedAndTheOuterViewGoesOn) {
  const Seen seen = DecodeInAnyCut(GzipEncode(GzipEncode("inner")));
  EXPECT_EQ(seen.views.at(1).bytes, GzipEncode("inner"));
  EXPECT_EQ(seen.refusals, (std::vector<Refusal>{{1, "gzip", DecodeOutcome::kPoolEmpty}}));
  EXPECT_GT(room_.outcomes().value(DecodeOutcome::kPoolEmpty), 0u);
}

class TightBudget : public Chains {
 protected:
  static DecodeOptions Tight() {
    DecodeOptions options = SmallOptions();
    options.free_output_bytes = 1 << 20;
    options.max_ratio = 50;
    return options;
  }
  TightBudget() : Chains(Tight()) {}
};

TEST_F(TightBudget, BombsEndWithinTheirBudget) {
  const std::string zeros(size_t{64} << 20, '\0');
  const std::string bombs[] = {GzipEncode(zeros), ZstdEncode(zeros), GzipEncode(GzipEncode(zeros)), BrotliEncode(zeros)};
  for (const std::string& bomb : bombs) {
    const Seen seen = Decode(bomb, &bomb == &bombs[3] ? "br" : "", 1400);
    size_t output = 0;
    bool over = false;
    for (const auto& [number, view] : seen.views) {
      output += view.bytes.size();
      over = over || view.outcome == DecodeOutcome::kOverBudget;
    }
    EXPECT_TRUE(over);
    const size_t allowed = std::max<size_t>(1 << 20, bomb.size() * 50);
    EXPECT_LE(output, allowed + 4 * 16384);
  }
}

TEST_F(TightBudget, LargeObjectsOfOrdinaryRatioPass) {
  const std::string text = SomeText(8 << 20);
  const Seen seen = Decode(GzipEncode(text), "", 1400);
  EXPECT_EQ(seen.views.at(1).outcome, DecodeOutcome::kComplete);
  EXPECT_TRUE(seen.views.at(1).bytes == text);
}

TEST(DecodeRoom, RefusesADepthItDoesNotHave) {
  DecodeOptions options;
  options.max_depth = 17;
  EXPECT_FALSE(DecodeRoom::Create(options).ok());
  options.max_depth = 0;
  EXPECT_FALSE(DecodeRoom::Create(options).ok());
}

TEST(DecodeOutcome, EveryOneHasAName) {
  for (size_t i = 0; i < static_cast<size_t>(DecodeOutcome::kCount); ++i) EXPECT_NE(Name(static_cast<DecodeOutcome>(i)), "unknown");
}

}  // namespace
}  // namespace sluice::decode
