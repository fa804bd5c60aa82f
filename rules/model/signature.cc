#include "rules/model/signature.h"

#include <charconv>

namespace sluice::model {
namespace {

// Words of a text, divided by spaces; a number and what follows it are words of their own.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  bool empty() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    return rest_.empty();
  }
  bool Number(uint64_t& number) {
    if (empty()) return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return true;
  }
  bool Word(std::string_view word) {
    if (empty() || rest_.substr(0, word.size()) != word) return false;
    if (rest_.size() > word.size() && rest_[word.size()] != ' ') return false;
    rest_.remove_prefix(word.size());
    return true;
  }

 private:
  std::string_view rest_;
};

constexpr uint64_t kMostAmount = 1'000'000;

bool Amount(Words& words, Departed& departed) {
  uint64_t number = 0;
  if (!words.Number(number) || number == 0 || number > kMostAmount) return false;
  if (words.Word("%")) {
    departed.percent = static_cast<uint8_t>(number <= 100 ? number : 0);
    return number <= 100;
  }
  constexpr struct {
    std::string_view name;
    uint64_t bytes;
  } kUnits[] = {{"B", 1}, {"kB", 1'000}, {"KB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}};
  for (const auto& unit : kUnits) {
    if (!words.Word(unit.name)) continue;
    departed.bytes = number * unit.bytes;
    return true;
  }
  return false;
}

}  // namespace

std::optional<Departed> DepartedFromText(std::string_view text) {
  Words words(text);
  Departed departed;
  if (!Amount(words, departed)) return std::nullopt;
  if (departed.bytes > 0 && words.Word("of") && !(words.Word("this") && words.Word("set"))) return std::nullopt;
  if (words.Word("in")) {
    uint64_t days = 0;
    if (!words.Number(days) || days == 0 || days > kMostDays || !(words.Word("days") || (days == 1 && words.Word("day")))) return std::nullopt;
    departed.days = static_cast<uint32_t>(days);
  }
  if (!words.empty()) return std::nullopt;
  return departed;
}

}  // namespace sluice::model
