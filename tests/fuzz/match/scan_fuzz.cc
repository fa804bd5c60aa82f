// Any bytes, cut anywhere, through matcher, confirmer and decider: no fault, and the same rules fire as for the whole.
//
// Input: a length byte n, n cut widths (each 0..255, used in turn), then the content.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

#include "dataplane/content/media_type.h"
#include "dataplane/verdict/decide.h"
#include "tests/unit/dataplane/match/policy_builder.h"

namespace {

using namespace sluice;
using model::Encoding;
using Row = std::tuple<uint32_t, uint32_t, uint64_t, uint32_t, std::string>;

std::shared_ptr<const bundle::Bundle> MakePolicy() {
  test::PolicyBuilder builder;
  const auto mark = builder.AddDetector("mark");
  builder.AddLiteral(mark, "机密★");
  builder.AddLiteral(mark, "\xbb\xfa\xc3\xdc", Encoding::kGb18030);
  builder.AddLiteral(mark, "\xaf\xb5\xb1\x4b", Encoding::kBig5);
  builder.AddLiteral(mark, "\x8b\x40\x96\xa7", Encoding::kShiftJis);
  builder.AddLiteral(mark, std::string_view("\x3a\x67\xc6\x5b", 4), Encoding::kUtf16Le);
  builder.AddLiteral(mark, "%E6%9C%BA", Encoding::kUtf8, model::TransferForm::kPercent);
  const auto number = builder.AddDetector("number");
  builder.AddExpression(number, "[0-9]{4}-[0-9]{2}");
  builder.AddExpression(number, "^HEAD");
  builder.AddExpression(number, "TAIL$");
  builder.AddRule(test::RuleOn(mark, "mark"));
  builder.AddRule(test::RuleOn(mark, "marks", 2));
  builder.AddRule(test::RuleOn(number, "number"));
  model::Rule sized = test::RuleOn(mark, "sized");
  sized.scope.min_bytes = 40;
  builder.AddRule(sized);
  return builder.Build();
}

class Chain {
 public:
  std::vector<Row> Run(ByteView content, ByteView widths) {
    rows_.clear();
    tally_ = {};
    position_ = 0;
    overflow_ = false;
    match::MatchStream* stream = matcher_->Open();
    ByteView rest = content;
    for (size_t i = 0; !rest.empty(); ++i) {
      const size_t width = widths.empty() ? rest.size() : widths[i % widths.size()];
      // Widths of nothing but 0 would never end.
      const ByteView run = rest.First(width > 0 || i % 2 == 0 ? width : 1);
      Check(matcher_->Scan(*stream, run, hits_) == match::ScanStatus::kOk);
      position_ += run.size();
      Take();
      rest = rest.From(run.size());
    }
    Check(matcher_->Close(stream, hits_) == match::ScanStatus::kOk);
    Take();
    decider_->DecideAtEnd(tally_, {}, position_, fired_);
    Append();
    return rows_;
  }
  // How many hits fit in a list does depend on the cuts.
  bool overflow() const { return overflow_; }

  static void Check(bool holds) {
    if (!holds) std::abort();
  }

 private:
  void Take() {
    overflow_ = overflow_ || hits_.overflow() > 0;
    confirmer_->Confirm(*matcher_, hits_, findings_);
    decider_->Decide(tally_, {}, findings_.findings(), position_, fired_);
    Append();
  }
  void Append() {
    for (const auto& f : fired_.rules()) rows_.emplace_back(f.rule, f.count, f.offset, f.length, std::string(f.masked.view()));
  }

  std::shared_ptr<const bundle::Bundle> policy_ = MakePolicy();
  std::unique_ptr<match::Matcher> matcher_ = match::Matcher::Create(policy_, {.max_streams = 1}).value();
  std::unique_ptr<match::Confirmer> confirmer_ = match::Confirmer::Create(policy_).value();
  std::unique_ptr<verdict::Decider> decider_ = verdict::Decider::Create(policy_).value();
  match::HitList hits_;
  match::FindingList findings_;
  verdict::Tally tally_;
  verdict::FiredList fired_;
  std::vector<Row> rows_;
  uint64_t position_ = 0;
  bool overflow_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Chain whole, cut;
  if (size == 0 || size > 1 << 16) return 0;
  const ByteView input(data, size);
  const ByteView widths = input.Sub(1, input[0]);
  const ByteView content = input.From(1 + widths.size());
  const std::vector<Row> expected = whole.Run(content, {});
  const std::vector<Row> seen = cut.Run(content, widths);
  Chain::Check(whole.overflow() || cut.overflow() || expected == seen);
  return 0;
}
