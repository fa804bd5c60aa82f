// ShortLiterals: a set of byte strings of at most twelve bytes each, which is as much as is worth knowing of how a match
// begins or ends.
//
// An expression can begin in thousands of ways, and sets are crossed and cut at every joint of it: so the strings lie in place, in one
// sorted array. Thread: value type. Allocates: yes (cold path).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sluice::compile {

// Which end of a string stays when it is cut.
enum class Keep : uint8_t { kBeginning, kEnd };

// Ordered as its bytes are, then by whether case is ignored. Bytes of strings that ignore case are in lower case.
class ShortLiteral {
 public:
  static constexpr size_t kMostBytes = 12;

  ShortLiteral() = default;
  // What `keep` leaves of longer ones.
  ShortLiteral(std::string_view bytes, bool ignore_case, Keep keep);

  std::string_view bytes() const { return {bytes_.data(), size_}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool ignore_case() const { return ignore_case_ != 0; }

  // At most `most` bytes of it.
  ShortLiteral Cut(size_t most, Keep keep) const;
  // `a` and `b` behind it, cut; ignores case where one of them does.
  static ShortLiteral Joined(const ShortLiteral& a, const ShortLiteral& b, Keep keep);

  // Bytes that are not there are zero, so that a beginning stands before what it begins; nothing lies between the members.
  friend bool operator==(const ShortLiteral& a, const ShortLiteral& b) { return std::memcmp(&a, &b, sizeof(ShortLiteral)) == 0; }
  friend bool operator<(const ShortLiteral& a, const ShortLiteral& b) { return std::memcmp(&a, &b, sizeof(ShortLiteral)) < 0; }

 private:
  std::array<char, kMostBytes> bytes_{};
  uint8_t size_ = 0;
  uint8_t ignore_case_ = 0;
};

static_assert(std::has_unique_object_representations_v<ShortLiteral>);

// Sorted, each once.
class ShortLiterals {
 public:
  ShortLiterals() = default;
  explicit ShortLiterals(std::vector<ShortLiteral> strings);  // in any order
  static ShortLiterals OfEmptyString() { return ShortLiterals({ShortLiteral()}); }

  size_t size() const { return strings_.size(); }
  bool empty() const { return strings_.empty(); }
  auto begin() const { return strings_.begin(); }
  auto end() const { return strings_.end(); }
  // Bytes of the shortest; 0 for an empty set.
  size_t ShortestBytes() const;

  ShortLiterals With(const ShortLiterals& others) const;
  ShortLiterals WithEmptyString() const { return With(OfEmptyString()); }
  // Cut shorter and shorter until there are at most `most`.
  ShortLiterals CutDownTo(size_t most, Keep keep) const;
  // Each of `a` with each of `b` behind it, cut down the same way.
  static ShortLiterals CrossedDownTo(size_t most, const ShortLiterals& a, const ShortLiterals& b, Keep keep);

 private:
  // What `each` hands over, as the set in which it falls, unless that would hold more than `most`.
  template <typename Each>
  static std::optional<ShortLiterals> AtMost(size_t most, const Each& each);

  std::vector<ShortLiteral> strings_;
};

}  // namespace sluice::compile
