// The law of windows: patterns that are tried only round anchors and digits are found exactly where one look through the whole
// text finds them, wherever the text is cut.
#include <gtest/gtest.h>
#include <hs.h>

#include <memory>
#include <set>

#include "dataplane/match/matcher.h"
#include "rules/compile/memory_scanner.h"
#include "rules/compile/stages.h"
#include "rules/compile/compiler.h"
#include "tests/support/places.h"
#include "tests/unit/rules/compile/match_sampler.h"

namespace sluice::match {
namespace {

using compile::LoweredPattern;
using Hits = std::set<std::pair<uint64_t, uint32_t>>;

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};

bool InWindows(const LoweredPattern& pattern) {
  return pattern.entry.cost == model::CostClass::kNumbers || pattern.entry.cost == model::CostClass::kAnchored;
}

// A policy, and what Hyperscan finds of its patterns in a text that it sees as a whole.
class WindowLaw : public ::testing::Test {
 protected:
  void Prepare(syntax::SourceSet sources) {
    syntax::Diagnostics diagnostics;
    compile::Parse(sources, program_, diagnostics);
    compile::Resolve(program_, diagnostics);
    compile::Encode(program_, diagnostics);
    compile::Lower(program_);
    compile::Place(program_);
    compile::Build(program_, diagnostics);
    for (const syntax::Diagnostic& d : diagnostics.all()) {
      if (d.level == syntax::Level::kError) ADD_FAILURE() << Render(d, sources);
    }
    ASSERT_FALSE(diagnostics.has_errors());
    const std::vector<uint8_t> bytes = compile::Write(sources, program_);
    policy_ = bundle::Parse({bytes.data(), bytes.size()}).value();
    matcher_ = Matcher::Create(policy_, {.max_streams = 2}).value();
    MakeReference();
  }

  void MakeReference() {
    for (unsigned i = 0; i < program_.patterns.size(); ++i) {
      if (InWindows(program_.patterns[i])) windowed_.push_back(i);
    }
    hs_scratch_t* scratch = nullptr;
    for (const compile::BuiltDatabase& built : program_.databases) {
      if (built.mode != bundle::DatabaseMode::kBlock) continue;
      hs_database_t* database = nullptr;
      ASSERT_EQ(hs_deserialize_database(reinterpret_cast<const char*>(built.serialized.data()), built.serialized.size(), &database), HS_SUCCESS);
      reference_.emplace_back(database);
      ASSERT_EQ(hs_alloc_scratch(database, &scratch), HS_SUCCESS);
    }
    scratch_.reset(scratch);
  }

  Hits FindPlainly(const std::string& text) const {
    Hits hits;
    const auto collect = [](unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
      static_cast<Hits*>(context)->emplace(to, id);
      return 0;
    };
    for (const auto& database : reference_) {
      EXPECT_EQ(hs_scan(database.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch_.get(), collect, &hits), HS_SUCCESS);
    }
    return hits;
  }

  void Take(Hits& hits) const {
    EXPECT_EQ(list_.overflow(), 0u);
    for (const Hit& hit : list_.hits()) {
      if (InWindows(program_.patterns[hit.pattern])) hits.emplace(hit.end, hit.pattern);
    }
  }

  Hits FindInPieces(const std::string& text, test::MatchSampler& random, uint32_t longest) {
    Hits hits;
    MatchStream* stream = matcher_->Open();
    for (size_t at = 0; at < text.size();) {
      const ByteView piece = ByteView(text).Sub(at, 1 + random.Below(longest));
      EXPECT_EQ(matcher_->Scan(*stream, piece, list_), ScanStatus::kOk);
      Take(hits);
      at += piece.size();
    }
    EXPECT_EQ(matcher_->Close(stream, list_), ScanStatus::kOk);
    Take(hits);
    return hits;
  }

  // The match of a pattern, often damaged, and other text round it.
  std::string TextRound(const LoweredPattern& pattern, test::MatchSampler& random) const {
    const std::string& expression = pattern.bytes;
    const auto parsed = compile::ParseExpression(std::u32string(expression.begin(), expression.end()), pattern.ignore_case);
    std::string text;
    const auto noise = [&](uint32_t most) {
      static constexpr std::string_view kAlphabet = "0123456789 -.,\n\0aAeyY_=\"'\xe7\xc3";
      for (uint32_t n = random.Below(most); n > 0; --n) text += kAlphabet[random.Below(static_cast<uint32_t>(kAlphabet.size()))];
    };
    if (random.Below(3) > 0) noise(random.Below(4) == 0 ? 300 : 20);
    for (uint32_t n = 1 + random.Below(2); n > 0; --n) {
      std::string match = random.Below(6) == 0 ? "" : std::string(1, " \n"[random.Below(2)]);
      match += random.Sample(std::get<compile::Expression>(parsed));
      if (random.Below(5) == 0 && !match.empty()) match[random.Below(static_cast<uint32_t>(match.size()))] = static_cast<char>(random.Below(256));
      text += match;
      if (random.Below(4) > 0) noise(random.Below(4) == 0 ? 300 : 20);
    }
    return text;
  }

  void ExpectTheSameFor(const LoweredPattern& pattern, test::MatchSampler& random, size_t& total) {
    const std::string text = TextRound(pattern, random);
    const Hits expected = FindPlainly(text);
    total += expected.size();
    for (const uint32_t longest : {1u, 40u, 4000u}) {
      ASSERT_EQ(FindInPieces(text, random, longest), expected) << pattern.bytes << "\n" << testing::PrintToString(text) << " pieces of " << longest;
    }
    Hits whole;
    ASSERT_EQ(matcher_->ScanWhole(ByteView(text), list_), ScanStatus::kOk);
    Take(whole);
    ASSERT_EQ(whole, expected) << pattern.bytes << "\n" << testing::PrintToString(text);
  }

  compile::Program program_;
  std::shared_ptr<const bundle::Bundle> policy_;
  std::unique_ptr<Matcher> matcher_;
  std::vector<std::unique_ptr<hs_database_t, FreeDatabase>> reference_;  // of the patterns that are tried in windows
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch_;
  std::vector<unsigned> windowed_;
  HitList list_;
};

TEST_F(WindowLaw, HoldsForEachPatternOfTheShippedPacks) {
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  compile::CollectSources({places::SourceFolder() + "/rules/packs"}, sources, diagnostics);
  Prepare(std::move(sources));
  ASSERT_GT(windowed_.size(), 100u);
  for (const LoweredPattern& pattern : program_.patterns) {
    EXPECT_NE(pattern.entry.cost, model::CostClass::kExpressions) << "runs over every byte: " << program_.policy.detectors[pattern.entry.detector].id;
  }
  test::MatchSampler random(11);
  size_t total = 0;
  for (const unsigned i : windowed_) {
    for (int round = 0; round < 2; ++round) ExpectTheSameFor(program_.patterns[i], random, total);
  }
  EXPECT_GT(total, windowed_.size());
}

TEST_F(WindowLaw, HoldsForGeneratedExpressions) {
  test::MatchSampler random(12);
  std::string yaml = "rules:\n  - {id: a.b, title: t, detect: d}\ndetectors:\n  d:\n    encodings: [utf-8, utf-16le, utf-16be]\n    regex:\n";
  for (int i = 0; i < 24; ++i) {
    static constexpr const char* kParts[] = {"[0-9]{3}", "[0-9]{2}", " ?", "[ -]?", "key", "AB", "[A-Z]{1,4}", "(?:ab|cd)", "[0-9]{6}", "_", "(?i:tok)", "[0-9a-f]{0,9}", "x{2,3}"};
    yaml += random.Below(6) == 0 ? "      - '^" : random.Below(3) == 0 ? "      - '\\b" : "      - '";
    for (uint32_t n = 3 + random.Below(6); n > 0; --n) yaml += kParts[random.Below(std::size(kParts))];
    yaml += random.Below(2) == 0 ? "[0-9]{6}'\n" : "token'\n";
  }
  syntax::SourceSet sources;
  sources.Add("generated.yaml", yaml);
  Prepare(std::move(sources));
  ASSERT_GT(windowed_.size(), 24u);
  size_t total = 0;
  for (const unsigned i : windowed_) {
    for (int round = 0; round < 4; ++round) ExpectTheSameFor(program_.patterns[i], random, total);
  }
  EXPECT_GT(total, windowed_.size());
}

TEST_F(WindowLaw, HoldsAcrossGapsAsIfNothingStoodBefore) {
  syntax::SourceSet sources;
  sources.Add("gap.yaml", "rules:\n  - {id: a.b, title: t, detect: {regex: ['\\b[0-9]{6}x', '^token[0-9]{2}', 'token[0-9]{2}'], encodings: [utf-8]}}\n");
  Prepare(std::move(sources));
  MatchStream* stream = matcher_->Open();
  ASSERT_EQ(matcher_->Scan(*stream, ByteView(std::string_view("tok")), list_), ScanStatus::kOk);
  matcher_->Skip(*stream, 10);
  Hits hits;
  ASSERT_EQ(matcher_->Scan(*stream, ByteView(std::string_view("token12 en12")), list_), ScanStatus::kOk);
  Take(hits);
  matcher_->Skip(*stream, 5);
  ASSERT_EQ(matcher_->Scan(*stream, ByteView(std::string_view("123456x ")), list_), ScanStatus::kOk);
  Take(hits);
  ASSERT_EQ(matcher_->Close(stream, list_), ScanStatus::kOk);
  // Not ^token behind the gap, and token once; the number stands behind the second gap by itself.
  EXPECT_EQ(hits.size(), 2u);
}

}  // namespace
}  // namespace sluice::match
