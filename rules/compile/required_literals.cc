#include "rules/compile/required_literals.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace sluice::compile {
namespace {

using Kind = Expression::Kind;
using Strings = std::set<RequiredLiteral>;

// Sets that grow beyond this are cut down to shorter strings, which are fewer.
constexpr size_t kMostStrings = 128;
// More of a string says little more; the matcher looks at eight bytes first. Sets with a shorter one than the least slow it down for all.
constexpr size_t kLongestString = 12, kShortestString = 3;
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

double RateOf(const Strings& strings) {
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

enum class Keep : uint8_t { kBeginning, kEnd };

// Strings of the same length or shorter until they are few enough.
Strings CutDown(const Strings& strings, Keep keep) {
  Strings cut;
  for (size_t longest = kLongestString;; --longest) {
    cut.clear();
    for (const RequiredLiteral& s : strings) {
      const size_t size = std::min(longest, s.bytes.size());
      cut.insert({keep == Keep::kBeginning ? s.bytes.substr(0, size) : s.bytes.substr(s.bytes.size() - size), s.ignore_case});
    }
    if (cut.size() <= kMostStrings || longest == 0) return cut;
  }
}

Strings Cross(const Strings& a, const Strings& b) {
  Strings out;
  for (const RequiredLiteral& x : a) {
    for (const RequiredLiteral& y : b) out.insert(Concatenated(x, y));
  }
  return out;
}

Strings Union(Strings a, const Strings& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// What is known of a part. Every set of strings may hold more than the truth, never less.
struct Facts {
  std::optional<Strings> whole;  // all that the part can be, where that is little
  Strings begins, ends;          // how each match that is not empty begins and ends; with "" in it: anyhow
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
void OfferStrings(std::vector<RequiredLiterals>& required, const Strings& strings, uint32_t after) {
  const Strings shortened = CutDown(strings, Keep::kEnd);
  Strings kept;
  for (const RequiredLiteral& s : shortened) {
    const bool ends_with_another = std::any_of(shortened.begin(), shortened.end(), [&](const RequiredLiteral& other) {
      return other.bytes.size() < s.bytes.size() && other.ignore_case == s.ignore_case && std::string_view(s.bytes).substr(s.bytes.size() - other.bytes.size()) == other.bytes;
    });
    if (!ends_with_another) kept.insert(s);
  }
  const double rate = RateOf(kept);
  const bool too_short = std::any_of(kept.begin(), kept.end(), [](const RequiredLiteral& s) { return s.bytes.size() < kShortestString; });
  if (!kept.empty() && !too_short && rate <= kHighestRate) Offer(required, {{kept.begin(), kept.end()}, after, rate});
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
  facts.begins = facts.ends = Strings{{"", false}};
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
  facts.begins = facts.ends = strings;
  facts.whole = std::move(strings);
  return facts;
}

Strings NotEmpty(Strings strings) {
  strings.erase({"", false});
  strings.erase({"", true});
  return strings;
}

Strings OrEmpty(const Strings& strings, bool can_be_empty) { return can_be_empty ? Union(strings, {{"", false}}) : strings; }

// How two parts, one behind the other, begin and end; what they require is left to the caller.
Facts Joined(const Facts& a, const Facts& b) {
  Facts facts;
  facts.can_be_empty = a.can_be_empty && b.can_be_empty;
  facts.most_bytes = Plus(a.most_bytes, b.most_bytes);
  if (a.whole && b.whole && a.whole->size() * b.whole->size() <= kMostStrings) {
    facts.whole = Cross(*a.whole, *b.whole);
    facts.begins = facts.ends = NotEmpty(*facts.whole);
  } else {
    facts.begins = a.whole ? Cross(NotEmpty(*a.whole), OrEmpty(b.begins, b.can_be_empty)) : a.begins;
    facts.ends = b.whole ? Cross(OrEmpty(a.ends, a.can_be_empty), NotEmpty(*b.whole)) : b.ends;
    if (a.can_be_empty) facts.begins = Union(facts.begins, b.begins);
    if (b.can_be_empty) facts.ends = Union(facts.ends, a.ends);
  }
  facts.begins = CutDown(facts.begins, Keep::kBeginning);
  facts.ends = CutDown(facts.ends, Keep::kEnd);
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
    if (parts[i].whole && !parts[i].can_be_empty) OfferStrings(required, *parts[i].whole, bytes_behind);
    if (i > 0) {
      const Strings ends = OrEmpty(before.ends, before.can_be_empty), begins = OrEmpty(from_here.begins, from_here.can_be_empty);
      OfferStrings(required, Cross(ends, begins), from_here.most_bytes);
      if (!parts[i - 1].can_be_empty) OfferStrings(required, Cross(parts[i - 1].ends, begins), from_here.most_bytes);
      if (!parts[i].can_be_empty) OfferStrings(required, Cross(ends, parts[i].begins), from_here.most_bytes);
    }
    before = Joined(before, parts[i]);
    if (before.whole) OfferStrings(required, *before.whole, bytes_behind);
  }
  before.begins = behind.back().begins;
  before.required = std::move(required);
  return before;
}

Facts EitherOf(const Facts& a, const Facts& b) {
  Facts facts;
  facts.can_be_empty = a.can_be_empty || b.can_be_empty;
  facts.most_bytes = std::max(a.most_bytes, b.most_bytes);
  facts.begins = CutDown(Union(a.begins, b.begins), Keep::kBeginning);
  facts.ends = CutDown(Union(a.ends, b.ends), Keep::kEnd);
  if (a.whole && b.whole) {
    Strings all = Union(*a.whole, *b.whole);
    if (all.size() <= kMostStrings) facts.whole = std::move(all);
  }
  if (facts.whole) OfferStrings(facts.required, *facts.whole, 0);
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
