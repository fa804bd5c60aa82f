#include "rules/compile/digit_proof.h"

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::compile {
namespace {

using Kind = Expression::Kind;

// Bytes differ only in these four ways here; a set of them is a mask.
constexpr uint8_t kDigit = 1, kSign = 2, kZero = 4, kOther = 8, kAnyByte = 15;
constexpr uint8_t kByteKinds[] = {kDigit, kSign, kZero, kOther};

// An expression that takes more states, or a walk that takes more steps, is not looked into.
constexpr size_t kMostStates = 4096;
constexpr size_t kMostSteps = 20'000;

uint8_t KindsIn(const CharSet& set) {
  const CharSet digits = CharSet::Digits(), signs = {{U'-', U'/'}, {U':', U':'}}, zero = {{0, 0}};
  CharSet known = digits;
  known.Add(signs);
  known.Add(zero);
  const auto meets = [&](const CharSet& other) { return !set.Intersect(other).empty(); };
  return static_cast<uint8_t>((meets(digits) ? kDigit : 0) | (meets(signs) ? kSign : 0) | (meets(zero) ? kZero : 0) | (meets(known.Complement()) ? kOther : 0));
}

// A nondeterministic automaton; each state has ways that take nothing and at most one that takes a byte.
class Automaton {
 public:
  struct State {
    std::vector<uint32_t> free;
    uint8_t kinds = 0;
    uint32_t next = 0;
  };

  // Nothing when it would be too large.
  static std::optional<Automaton> Of(const Expression& expression) {
    Automaton a;
    const uint32_t begin = a.NewState();
    a.end_ = a.Append(expression, begin);
    if (a.states_.size() > kMostStates) return std::nullopt;
    return a;
  }
  static constexpr uint32_t kBegin = 0;
  uint32_t end() const { return end_; }
  const State& operator[](uint32_t i) const { return states_[i]; }

 private:
  uint32_t NewState() {
    states_.emplace_back();
    return static_cast<uint32_t>(states_.size() - 1);
  }
  // From `from` through the expression; where that ends.
  uint32_t Append(const Expression& e, uint32_t from) {
    if (states_.size() > kMostStates) return from;
    switch (e.kind) {
      case Kind::kSet: {
        const uint32_t to = NewState();
        const uint32_t at = NewState();
        states_[from].free.push_back(at);
        states_[at].kinds = KindsIn(e.set);
        states_[at].next = to;
        return to;
      }
      case Kind::kSequence:
        for (const Expression& part : e.parts) from = Append(part, from);
        return from;
      case Kind::kAlternatives: {
        const uint32_t to = NewState();
        for (const Expression& part : e.parts) {
          const uint32_t branch = NewState();
          states_[from].free.push_back(branch);
          const uint32_t branch_end = Append(part, branch);
          states_[branch_end].free.push_back(to);
        }
        return to;
      }
      case Kind::kRepeat: return AppendRepeat(e, from);
      default: return from;  // takes no byte; that it may refuse a match only helps
    }
  }
  uint32_t AppendRepeat(const Expression& e, uint32_t from) {
    for (uint32_t i = 0; i < e.min && states_.size() <= kMostStates; ++i) from = Append(e.parts[0], from);
    if (e.max == Expression::kUnbounded) {
      const uint32_t loop = NewState();
      states_[from].free.push_back(loop);
      const uint32_t again = Append(e.parts[0], loop);
      states_[again].free.push_back(loop);
      return loop;
    }
    const uint32_t to = NewState();
    for (uint32_t i = e.min; i < e.max && states_.size() <= kMostStates; ++i) {
      states_[from].free.push_back(to);
      const uint32_t branch = NewState();
      states_[from].free.push_back(branch);
      from = Append(e.parts[0], branch);
    }
    states_[from].free.push_back(to);
    return to;
  }

  std::vector<State> states_;
  uint32_t end_ = 0;
};

using Steps = std::vector<uint8_t>;  // kinds of byte, one after another

// The groups as steps: d a digit, g anything else, n what is no sign of dates either.
constexpr const char* kGroups[] = {"dddddd", "dddgddd", "ddnddndd", "ddndddd", "ddddndd", "dddgddgdddd"};

// A character may be one of several pairs of bytes in UTF-16.
std::vector<Steps> FormsOf(char character, bool wide, bool big_endian) {
  constexpr uint8_t kNoDigit = kAnyByte & ~kDigit, kNoZero = kAnyByte & ~kZero, kNeither = kNoDigit & ~kSign;
  if (!wide) return {{character == 'd' ? kDigit : character == 'g' ? kNoDigit : kNeither}};
  std::vector<Steps> forms;
  if (character == 'd') forms = {{kDigit, kZero}};
  // No digit is whatever is not that pair: another first byte, or another second one.
  if (character == 'g') forms = {{kNoDigit, kAnyByte}, {kDigit, kNoZero}};
  if (character == 'n') forms = {{kNeither, kAnyByte}, {kDigit, kNoZero}};
  if (big_endian) {
    for (Steps& form : forms) std::reverse(form.begin(), form.end());
  }
  return forms;
}

void AddGroup(const char* group, bool wide, bool big_endian, std::vector<Steps>& all) {
  std::vector<Steps> sequences = {{}};
  for (; *group != '\0'; ++group) {
    std::vector<Steps> longer;
    for (const Steps& sequence : sequences) {
      for (const Steps& form : FormsOf(*group, wide, big_endian)) {
        longer.push_back(sequence);
        longer.back().insert(longer.back().end(), form.begin(), form.end());
      }
    }
    sequences = std::move(longer);
  }
  all.insert(all.end(), sequences.begin(), sequences.end());
}

// How far each group has come in what was read; bit 0 of each is always set, since one can begin anywhere.
class GroupWatch {
 public:
  static constexpr size_t kBits = 576;
  using Progress = std::bitset<kBits>;

  GroupWatch() {
    std::vector<Steps> groups;
    for (const char* group : kGroups) {
      AddGroup(group, false, false, groups);
      AddGroup(group, true, false, groups);
      AddGroup(group, true, true, groups);
    }
    for (const Steps& group : groups) {
      starts_.set(steps_.size());
      for (size_t i = 0; i < group.size(); ++i) {
        if (i + 1 == group.size()) lasts_.set(steps_.size());
        steps_.push_back(group[i]);
      }
    }
  }

  Progress Begin() const { return starts_; }
  // Nothing: a group is complete.
  std::optional<Progress> Read(const Progress& progress, uint8_t byte) const {
    Progress taken;
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (progress[i] && (steps_[i] & byte) != 0) taken.set(i);
    }
    if ((taken & lasts_).any()) return std::nullopt;
    return (taken << 1) | starts_;
  }

 private:
  Steps steps_;
  Progress starts_, lasts_;
};

}  // namespace

bool AlwaysHoldsDigitGroup(const Expression& bytes) {
  const std::optional<Automaton> automaton = Automaton::Of(bytes);
  if (!automaton) return false;
  static const GroupWatch watch;
  std::set<std::pair<uint32_t, std::string>> seen;  // progress as text, which has an order
  std::deque<std::pair<uint32_t, GroupWatch::Progress>> open;
  const auto visit = [&](uint32_t state, const GroupWatch::Progress& progress) {
    if (seen.emplace(state, progress.to_string()).second) open.emplace_back(state, progress);
  };
  visit(Automaton::kBegin, watch.Begin());
  for (; !open.empty(); open.pop_front()) {
    const auto [state, progress] = open.front();
    if (state == automaton->end() || seen.size() > kMostSteps) return false;
    const Automaton::State& s = (*automaton)[state];
    for (const uint32_t next : s.free) visit(next, progress);
    for (const uint8_t kind : kByteKinds) {
      if ((s.kinds & kind) == 0) continue;
      if (const auto further = watch.Read(progress, kind)) visit(s.next, *further);
    }
  }
  return true;
}

}  // namespace sluice::compile
