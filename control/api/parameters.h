// What a request brings along, checked: query parameters and members of a JSON body. The first mistake is kept.
//
// Thread: value type. Allocates: yes. Failure: ok() is false and problem() says what was wrong; values then read as absent.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "control/api/message.h"

namespace sluice::api {

class QueryReader {
 public:
  explicit QueryReader(const Request& request) : request_(request) {}

  std::string Text(const std::string& name);
  std::optional<uint64_t> Number(const std::string& name, uint64_t min, uint64_t max);
  // "2026-01-31T23:59:59Z", with or without a fraction.
  std::optional<Timestamp> Time(const std::string& name);
  // 64 bits as 16 hexadecimal digits.
  std::optional<uint64_t> Hex64(const std::string& name);
  // For values that only the caller can judge.
  void Refuse(const std::string& name, std::string_view expected);
  // Refuses names that were never asked for. Call last.
  bool Finish();

  Response problem() const { return Problem(400, problem_); }

 private:
  const Request& request_;
  std::set<std::string> asked_;
  std::string problem_;
};

class BodyReader {
 public:
  explicit BodyReader(const Request& request);
  ~BodyReader();
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  // Nothing where the member is absent. Longer than `max_bytes`, or with control characters other than line breaks and tabs: refused.
  std::optional<std::string> Text(const std::string& name, size_t max_bytes);
  std::optional<uint64_t> Number(const std::string& name, uint64_t max);
  // The members of an object, all of them texts; any characters. Nothing where the member is absent.
  std::vector<std::pair<std::string, std::string>> Texts(const std::string& name, size_t max_members, size_t max_name_bytes);
  void Refuse(const std::string& name, std::string_view expected);
  bool Finish();

  Response problem() const { return Problem(400, problem_); }
  // Without control characters other than line breaks and tabs.
  static bool IsPlainText(const std::string& text, size_t max_bytes);

 private:
  struct Json;
  std::unique_ptr<Json> json_;
  std::set<std::string> asked_;
  std::string problem_;
};

// RFC 3339 in UTC.
std::optional<Timestamp> TimeFromText(std::string_view text);
std::optional<uint64_t> Hex64FromText(std::string_view text);

}  // namespace sluice::api
