#include "rules/compile/required_literals.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "rules/compile/short_literals.h"

namespace sluice::compile {
namespace {

using Kind = Expression::Kind;
// Strings of any length.
using Strings = std::set<RequiredLiteral>;

// Sets that grow beyond this are cut down to shorter strings, which are fewer.
constexpr size_t kMostStrings = 128;
// Sets with a shorter one slow the matcher down for all.
constexpr size_t kShortestString = 3;
// Sets that occur more often by chance are of no use: each occurrence is a look at the expression.
constexpr double kHighestRate = 1e-3;
// Classes of more characters say nothing that helps.
constexpr size_t kLargestClass = 16;
// So many times of a repetition are looked at one by one.
constexpr uint32_t kWrittenOut = 12;
// Sets that are kept of each part, the cheapest first.
constexpr size_t kMostSets = 24;
// What a string in the matcher costs, in looks at the expression for each byte.
constexpr double kRatePerString = 5e-6;

uint32_t Plus(uint32_t a, uint32_t b) {
  return a == Expression::kUnbounded || b == Expression::kUnbounded || a > Expression::kUnbounded - b ? Expression::kUnbounded : a + b;
}
uint32_t Times(uint32_t a, uint32_t n) {
  if (a == 0 || n == 0) return 0;
  return a == Expression::kUnbounded || n == Expression::kUnbounded || a > (Expression::kUnbounded - 1) / n ? Expression::kUnbounded : a * n;
}

// How likely a byte is in the kind of text in which it is most likely: prose, Chinese in UTF-8, ASCII in UTF-16.
double ChanceOf(uint8_t byte, bool ignore_case) {
  if (byte == 0) return 1.0 / 2;
  if (byte == ' ' || (byte >= 'a' && byte <= 'z')) return 1.0 / 12;
  if (byte >= 0xe3 && byte <= 0xe9) return 1.0 / 6;
  if (byte >= 0xa0) return 1.0 / 64;
  return ignore_case ? 1.0 / 20 : 1.0 / 40;
}

double RateOf(const std::vector<RequiredLiteral>& strings) {
  double rate = 0;
  for (const RequiredLiteral& s : strings) {
    double chance = 1;
    for (const char c : s.bytes) chance *= ChanceOf(static_cast<uint8_t>(c), s.ignore_case);
    rate += chance;
  }
  return rate;
}

RequiredLiteral Concatenated(const RequiredLiteral& a, const RequiredLiteral& b) {
  RequiredLiteral joined{a.bytes + b.bytes, a.ignore_case || b.ignore_case};
  if (joined.ignore_case) {
    for (char& c : joined.bytes) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return joined;
}

Strings Cross(const Strings& a, const Strings& b) {
  Strings out;
  for (const RequiredLiteral& x : a) {
    for (const RequiredLiteral& y : b) out.insert(Concatenated(x, y));
  }
  return out;
}

// How strings that are not empty begin, or end.
ShortLiterals CutOf(const Strings& strings, Keep keep) {
  std::vector<ShortLiteral> cut;
  for (const RequiredLiteral& s : strings) {
    if (!s.bytes.empty()) cut.emplace_back(s.bytes, s.ignore_case, keep);
  }
  return ShortLiterals(std::move(cut));
}

// What is known of a part. Every set of strings may hold more than the truth, never less.
struct Facts {
  std::optional<Strings> whole;  // all that the part can be, where that is little
  ShortLiterals begins, ends;    // how each match that is not empty begins and ends; with "" in it: anyhow
  bool can_be_empty = false;
  uint32_t most_bytes = 0;
  std::vector<RequiredLiterals> required;
};

double CostOf(const RequiredLiterals& r) { return r.rate + kRatePerString * static_cast<double>(r.literals.size()); }

void Offer(std::vector<RequiredLiterals>& required, RequiredLiterals offered) {
  const auto is_same = [&](const RequiredLiterals& r) { return r.literals == offered.literals && r.after == offered.after; };
  if (std::any_of(required.begin(), required.end(), is_same)) return;
  const auto at = std::find_if(required.begin(), required.end(), [&](const RequiredLiterals& r) { return CostOf(offered) < CostOf(r); });
  required.insert(at, std::move(offered));
  if (required.size() > kMostSets) required.pop_back();
}

// The strings as a requirement: without those that end with another.
void OfferStrings(std::vector<RequiredLiterals>& required, const ShortLiterals& strings, uint32_t after) {
  const ShortLiterals shortened = strings.CutDownTo(kMostStrings, Keep::kEnd);
  if (shortened.ShortestBytes() < kShortestString) return;
  std::vector<RequiredLiteral> kept;
  for (const ShortLiteral& s : shortened) {
    const bool ends_with_another = std::any_of(shortened.begin(), shortened.end(), [&](const ShortLiteral& other) {
      return other.size() < s.size() && other.ignore_case() == s.ignore_case() && s.bytes().substr(s.size() - other.size()) == other.bytes();
    });
    if (!ends_with_another) kept.push_back({std::string(s.bytes()), s.ignore_case()});
  }
  const double rate = RateOf(kept);
  if (rate <= kHighestRate) Offer(required, {std::move(kept), after, rate});
}

// The same where the strings are how one part ends and the next begins.
void OfferMeeting(std::vector<RequiredLiterals>& required, const ShortLiterals& ends, const ShortLiterals& begins, uint32_t after) {
  // Most joints fail here, before the two are crossed.
  if (ends.ShortestBytes() + begins.ShortestBytes() < kShortestString) return;
  OfferStrings(required, ShortLiterals::CrossedDownTo(kMostStrings, ends, begins, Keep::kEnd), after);
}

Facts FactsOfEmpty() {
  Facts facts;
  facts.whole = Strings{{"", false}};
  facts.can_be_empty = true;
  return facts;
}

Facts FactsOfSet(const CharSet& set) {
  Facts facts;
  facts.most_bytes = 1;
  facts.begins = facts.ends = ShortLiterals::OfEmptyString();
  if (set.Count() > kLargestClass) return facts;
  Strings strings;
  for (const CharRange& range : set.ranges()) {
    for (char32_t c = range.first; c <= range.last; ++c) {
      const bool is_upper = c >= U'A' && c <= U'Z', is_lower = c >= U'a' && c <= U'z';
      const char32_t other = is_upper ? c + 32 : c - 32;
      const bool both_cases = (is_upper || is_lower) && set.Contains(other);
      strings.insert({std::string(1, static_cast<char>(both_cases && is_upper ? other : c)), both_cases});
    }
  }
  facts.begins = facts.ends = CutOf(strings, Keep::kBeginning);
  facts.whole = std::move(strings);
  return facts;
}

ShortLiterals OrEmpty(const ShortLiterals& strings, bool can_be_empty) { return can_be_empty ? strings.WithEmptyString() : strings; }

// How two parts, one behind the other, begin and end; what they require is left to the caller.
Facts Joined(const Facts& a, const Facts& b) {
  Facts facts;
  facts.can_be_empty = a.can_be_empty && b.can_be_empty;
  facts.most_bytes = Plus(a.most_bytes, b.most_bytes);
  if (a.whole && b.whole && a.whole->size() * b.whole->size() <= kMostStrings) {
    facts.whole = Cross(*a.whole, *b.whole);
    facts.begins = CutOf(*facts.whole, Keep::kBeginning);
    facts.ends = CutOf(*facts.whole, Keep::kEnd);
  } else {
    facts.begins = a.whole ? ShortLiterals::CrossedDownTo(kMostStrings, CutOf(*a.whole, Keep::kBeginning), OrEmpty(b.begins, b.can_be_empty), Keep::kBeginning) : a.begins;
    facts.ends = b.whole ? ShortLiterals::CrossedDownTo(kMostStrings, OrEmpty(a.ends, a.can_be_empty), CutOf(*b.whole, Keep::kEnd), Keep::kEnd) : b.ends;
    if (a.can_be_empty) facts.begins = facts.begins.With(b.begins);
    if (b.can_be_empty) facts.ends = facts.ends.With(a.ends);
  }
  facts.begins = facts.begins.CutDownTo(kMostStrings, Keep::kBeginning);
  facts.ends = facts.ends.CutDownTo(kMostStrings, Keep::kEnd);
  return facts;
}

// Bytes that are certain, one after another, are one part.
std::vector<Facts> WithRunsJoined(const std::vector<Facts>& parts) {
  const auto is_certain = [](const Facts& part) { return part.whole && part.whole->size() == 1 && part.most_bytes > 0; };
  std::vector<Facts> joined;
  for (const Facts& part : parts) {
    if (!joined.empty() && is_certain(joined.back()) && is_certain(part)) {
      joined.back() = Joined(joined.back(), part);
    } else {
      joined.push_back(part);
    }
  }
  return joined;
}

// Required is what a part requires, and what stands where two parts meet.
Facts InSequence(const std::vector<Facts>& of_parts) {
  const std::vector<Facts> parts = WithRunsJoined(of_parts);
  std::vector<Facts> behind = {FactsOfEmpty()};  // behind[k]: the last k parts
  for (size_t k = 0; k < parts.size(); ++k) behind.push_back(Joined(parts[parts.size() - 1 - k], behind[k]));
  Facts before = FactsOfEmpty();
  std::vector<RequiredLiterals> required;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Facts& from_here = behind[parts.size() - i];
    const uint32_t bytes_behind = behind[parts.size() - i - 1].most_bytes;
    for (RequiredLiterals of_part : parts[i].required) {
      of_part.after = Plus(of_part.after, bytes_behind);
      Offer(required, std::move(of_part));
    }
    if (parts[i].whole && !parts[i].can_be_empty) OfferStrings(required, CutOf(*parts[i].whole, Keep::kEnd), bytes_behind);
    if (i > 0) {
      const ShortLiterals ends = OrEmpty(before.ends, before.can_be_empty), begins = OrEmpty(from_here.begins, from_here.can_be_empty);
      OfferMeeting(required, ends, begins, from_here.most_bytes);
      if (!parts[i - 1].can_be_empty) OfferMeeting(required, parts[i - 1].ends, begins, from_here.most_bytes);
      if (!parts[i].can_be_empty) OfferMeeting(required, ends, parts[i].begins, from_here.most_bytes);
    }
    before = Joined(before, parts[i]);
    if (before.whole && !before.can_be_empty) OfferStrings(required, CutOf(*before.whole, Keep::kEnd), bytes_behind);
  }
  before.begins = behind.back().begins;
  before.required = std::move(required);
  return before;
}

Facts EitherOf(const Facts& a, const Facts& b) {
  Facts facts;
  facts.can_be_empty = a.can_be_empty || b.can_be_empty;
  facts.most_bytes = std::max(a.most_bytes, b.most_bytes);
  facts.begins = a.begins.With(b.begins).CutDownTo(kMostStrings, Keep::kBeginning);
  facts.ends = a.ends.With(b.ends).CutDownTo(kMostStrings, Keep::kEnd);
  if (a.whole && b.whole) {
    Strings all = *a.whole;
    all.insert(b.whole->begin(), b.whole->end());
    if (all.size() <= kMostStrings) facts.whole = std::move(all);
  }
  if (facts.whole && !facts.can_be_empty) OfferStrings(facts.required, CutOf(*facts.whole, Keep::kEnd), 0);
  if (!a.required.empty() && !b.required.empty()) {
    RequiredLiterals both = a.required[0];
    const RequiredLiterals& other = b.required[0];
    both.literals.insert(both.literals.end(), other.literals.begin(), other.literals.end());
    std::sort(both.literals.begin(), both.literals.end());
    both.literals.erase(std::unique(both.literals.begin(), both.literals.end()), both.literals.end());
    both.after = std::max(both.after, other.after);
    both.rate += other.rate;
    if (both.literals.size() <= kMostStrings && both.rate <= kHighestRate) Offer(facts.required, std::move(both));
  }
  return facts;
}

Facts FactsOf(const Expression& e);

// As many more as there may be, of which none need be there.
Facts FactsOfMore(const Facts& part, uint32_t most) {
  Facts more = EitherOf(FactsOfEmpty(), part);
  // The few forms of a single optional string are worth knowing as a whole; more of them only multiply.
  if (most > 1 || (part.whole && part.whole->size() > 2)) more.whole.reset();
  more.required.clear();
  more.most_bytes = Times(part.most_bytes, most);
  return more;
}

// The first few times written out; the others may be there or not, as far as this says.
Facts FactsOfRepeat(const Expression& e) {
  const Facts part = e.max == 0 ? FactsOfEmpty() : FactsOf(e.parts[0]);
  const uint32_t written = std::min(e.min, kWrittenOut);
  std::vector<Facts> times(written, part);
  const uint32_t rest = e.max == Expression::kUnbounded ? Expression::kUnbounded : e.max - written;
  if (rest > 0) times.push_back(FactsOfMore(part, rest));
  return InSequence(times);
}

Facts FactsOf(const Expression& e) {
  switch (e.kind) {
    case Kind::kSet: return FactsOfSet(e.set);
    case Kind::kRepeat: return FactsOfRepeat(e);
    case Kind::kSequence: {
      std::vector<Facts> parts;
      for (const Expression& part : e.parts) parts.push_back(FactsOf(part));
      return InSequence(parts);
    }
    case Kind::kAlternatives: {
      Facts facts = FactsOf(e.parts[0]);
      for (size_t i = 1; i < e.parts.size(); ++i) facts = EitherOf(facts, FactsOf(e.parts[i]));
      return facts;
    }
    default: return FactsOfEmpty();  // takes no byte
  }
}

}  // namespace

std::vector<RequiredLiterals> FindRequiredLiterals(const Expression& bytes) {
  if (MostBytes(bytes) == Expression::kUnbounded) return {};
  return FactsOf(bytes).required;
}

uint32_t MostBytes(const Expression& bytes) {
  uint32_t most = 0;
  switch (bytes.kind) {
    case Kind::kSet: return 1;
    case Kind::kRepeat: return Times(MostBytes(bytes.parts[0]), bytes.max);
    case Kind::kSequence:
      for (const Expression& part : bytes.parts) most = Plus(most, MostBytes(part));
      return most;
    case Kind::kAlternatives:
      for (const Expression& part : bytes.parts) most = std::max(most, MostBytes(part));
      return most;
    default: return 0;
  }
}

}  // namespace sluice::compile
