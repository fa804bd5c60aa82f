#include "control/api/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

namespace sluice::api {
namespace {

std::optional<uint64_t> Digits(std::string_view text, int base) {
  uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

bool IsPlain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
  });
}

}  // namespace

std::optional<uint64_t> Hex64FromText(std::string_view text) { return text.size() == 16 ? Digits(text, 16) : std::nullopt; }

std::optional<Timestamp> TimeFromText(std::string_view text) {
  // 2026-01-31T23:59:59, then a fraction, then Z.
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z') {
    return std::nullopt;
  }
  constexpr std::array<std::pair<size_t, size_t>, 6> kParts = {{{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}};
  std::array<int, 6> values{};
  for (size_t i = 0; i < kParts.size(); ++i) {
    const auto value = Digits(text.substr(kParts[i].first, kParts[i].second), 10);
    if (!value) return std::nullopt;
    values[i] = static_cast<int>(*value);
  }
  uint64_t nanoseconds = 0;
  const std::string_view fraction = text.substr(19, text.size() - 20);
  if (!fraction.empty()) {
    if (fraction[0] != '.' || fraction.size() < 2 || fraction.size() > 10) return std::nullopt;
    const auto value = Digits(fraction.substr(1), 10);
    if (!value) return std::nullopt;
    nanoseconds = *value;
    for (size_t i = fraction.size(); i < 10; ++i) nanoseconds *= 10;
  }
  using namespace std::chrono;
  const year_month_day date{year(values[0]), month(static_cast<unsigned>(values[1])), day(static_cast<unsigned>(values[2]))};
  // 64 bits of nanoseconds end in 2262.
  if (!date.ok() || values[0] < 1970 || values[0] > 2261 || values[3] > 23 || values[4] > 59 || values[5] > 60) return std::nullopt;
  const auto seconds = sys_days(date).time_since_epoch() + hours(values[3]) + minutes(values[4]) + std::chrono::seconds(values[5]);
  return Timestamp::FromNanoseconds(duration_cast<std::chrono::nanoseconds>(seconds).count() + static_cast<int64_t>(nanoseconds));
}

std::string QueryReader::Text(const std::string& name) {
  asked_.insert(name);
  const auto found = request_.query.find(name);
  return found == request_.query.end() ? std::string() : found->second;
}

std::optional<uint64_t> QueryReader::Number(const std::string& name, uint64_t min, uint64_t max) {
  const std::string text = Text(name);
  if (text.empty()) return std::nullopt;
  const auto value = Digits(text, 10);
  if (value && *value >= min && *value <= max) return value;
  Refuse(name, "a number from " + std::to_string(min) + " to " + std::to_string(max));
  return std::nullopt;
}

std::optional<Timestamp> QueryReader::Time(const std::string& name) {
  const std::string text = Text(name);
  if (text.empty()) return std::nullopt;
  const auto time = TimeFromText(text);
  if (!time) Refuse(name, "a time as 2026-01-31T23:59:59Z");
  return time;
}

std::optional<uint64_t> QueryReader::Hex64(const std::string& name) {
  const std::string text = Text(name);
  if (text.empty()) return std::nullopt;
  const auto value = Hex64FromText(text);
  if (!value) Refuse(name, "16 hexadecimal digits");
  return value;
}

void QueryReader::Refuse(const std::string& name, std::string_view expected) {
  if (problem_.empty()) problem_ = "the parameter '" + name + "' must be " + std::string(expected);
}

bool QueryReader::Finish() {
  for (const auto& [name, value] : request_.query) {
    if (asked_.count(name) > 0 || !problem_.empty()) continue;
    problem_ = "there is no parameter '" + name + "' here; known:";
    for (const std::string& known : asked_) problem_ += " " + known;
  }
  return problem_.empty();
}

struct BodyReader::Json {
  nlohmann::json value;
};

BodyReader::BodyReader(const Request& request) : json_(std::make_unique<Json>()) {
  json_->value = nlohmann::json::parse(request.body, nullptr, false);
  if (!json_->value.is_object()) problem_ = "the body must be a JSON object";
}
BodyReader::~BodyReader() = default;

std::optional<std::string> BodyReader::Text(const std::string& name, size_t max_bytes) {
  asked_.insert(name);
  if (!json_->value.is_object() || !json_->value.contains(name)) return std::nullopt;
  const nlohmann::json& member = json_->value[name];
  if (member.is_string()) {
    std::string text = member.get<std::string>();
    if (text.size() <= max_bytes && IsPlain(text)) return text;
  }
  Refuse(name, "text of at most " + std::to_string(max_bytes) + " bytes without control characters");
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> BodyReader::Texts(const std::string& name, size_t max_members, size_t max_name_bytes) {
  asked_.insert(name);
  std::vector<std::pair<std::string, std::string>> texts;
  if (!json_->value.is_object() || !json_->value.contains(name)) return texts;
  const nlohmann::json& member = json_->value[name];
  bool good = member.is_object() && member.size() <= max_members;
  if (good) {
    for (const auto& [key, value] : member.items()) {
      good = good && value.is_string() && !key.empty() && IsPlainText(key, max_name_bytes);
      if (good) texts.emplace_back(key, value.get<std::string>());
    }
  }
  if (good) return texts;
  Refuse(name, "an object of at most " + std::to_string(max_members) + " names and texts");
  return {};
}

bool BodyReader::IsPlainText(const std::string& text, size_t max_bytes) { return text.size() <= max_bytes && IsPlain(text); }

std::optional<uint64_t> BodyReader::Number(const std::string& name, uint64_t max) {
  asked_.insert(name);
  if (!json_->value.is_object() || !json_->value.contains(name)) return std::nullopt;
  const nlohmann::json& member = json_->value[name];
  if (member.is_number_unsigned() && member.get<uint64_t>() <= max) return member.get<uint64_t>();
  Refuse(name, "a whole number of at most " + std::to_string(max));
  return std::nullopt;
}

void BodyReader::Refuse(const std::string& name, std::string_view expected) {
  if (problem_.empty()) problem_ = "'" + name + "' must be " + std::string(expected);
}

bool BodyReader::Finish() {
  if (!json_->value.is_object()) return false;
  for (const auto& [name, value] : json_->value.items()) {
    if (asked_.count(name) > 0 || !problem_.empty()) continue;
    problem_ = "an unknown member is in the body; known:";
    for (const std::string& known : asked_) problem_ += " " + known;
  }
  return problem_.empty();
}

}  // namespace sluice::api
