#include "control/exports/format/record_fields.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <iterator>

namespace sluice::exports {
namespace {

const nlohmann::json* Find(const nlohmann::json& record, std::string_view path) {
  const nlohmann::json* at = &record;
  while (at != nullptr && !path.empty()) {
    const size_t slash = path.find('/');
    const std::string key(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    at = found == at->end() ? nullptr : &*found;
  }
  return at;
}

}  // namespace

std::string TextOf(const nlohmann::json& record, const char* path) {
  const nlohmann::json* value = Find(record, path);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

uint64_t NumberOf(const nlohmann::json& record, const char* path) {
  const nlohmann::json* value = Find(record, path);
  return value != nullptr && value->is_number_unsigned() ? value->get<uint64_t>() : 0;
}

int SeverityOf(const nlohmann::json& record) {
  static constexpr std::array<std::string_view, 5> kWords = {"info", "low", "medium", "high", "critical"};
  const std::string word = TextOf(record, "severity");
  for (size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<int>(i);
  }
  return 0;
}

std::string TitleOf(const nlohmann::json& record) {
  if (!IsFinding(record)) return TextOf(record, "kind");
  const std::string name = TextOf(record, "object/name");
  return TextOf(record, "rule") + (name.empty() ? "" : ": " + name);
}

int64_t MillisecondsOf(const nlohmann::json& record) {
  const std::string time = TextOf(record, "time");
  std::tm date{};
  int millisecond = 0;
  // RFC 3339, UTC, as JsonText writes it.
  if (std::sscanf(time.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &date.tm_year, &date.tm_mon, &date.tm_mday, &date.tm_hour, &date.tm_min, &date.tm_sec,
                  &millisecond) < 6) {
    return 0;
  }
  date.tm_year -= 1900;
  date.tm_mon -= 1;
  return int64_t{timegm(&date)} * 1000 + millisecond;
}

void SetText(nlohmann::ordered_json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

std::string OnOneLine(const nlohmann::ordered_json& value) {
  // All but ASCII is escaped: characters that would steer a terminal stay escaped, as they were in the record.
  return value.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sluice::exports
