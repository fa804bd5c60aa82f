// IncidentSearch: the incidents that a filter means, newest first, in bounded time however many others there are.
//
// Where one condition alone leaves few incidents, its index finds them and the rest of the filter is tried on those. Where all leave many,
// matches are near: they are looked for in stretches of numbers downwards, until the page is full or its time is over.
// Thread: that of the connection. Allocates: yes (cold). Failure: as in control/database.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/database/database.h"
#include "control/incident/incident.h"

namespace sluice::incident {

struct SearchLimits {
  size_t few = 4000;                   // incidents of one condition that are all looked at
  int64_t first_stretch = 4096;        // numbers; twice as many after a stretch that was quick
  std::chrono::milliseconds time{12};  // after which no further stretch is begun
};

class IncidentSearch {
 public:
  // REQUIRES: database and filter outlive it.
  IncidentSearch(database::Database& database, const Filter& filter, SearchLimits limits);

  // Calls `take` with `columns` of at most `limit` incidents, beginning with number `from` (0: the newest). Returns the number with which
  // to go on, 0 where nothing is left. Fewer than `limit` and something left: the time was over.
  Result<IncidentId> Page(std::string_view columns, IncidentId from, size_t limit, const std::function<void(const database::Statement&)>& take);

 private:
  struct Condition {
    std::string indexed;   // as its index answers it
    std::string tried;     // as it is tried on an incident that another one found
    bool equal = false;    // its index is in order of the numbers
    std::vector<std::variant<int64_t, std::string>> values;
  };

  void AddConditions(const Filter& filter);
  void AddEqual(const char* column, const std::string& value);
  Status ChooseDriver();
  Result<size_t> CountUpToFew(const Condition& condition);
  std::string Where() const;
  void Bind(database::Statement& statement, IncidentId below, IncidentId from) const;  // numbers above `below`, up to `from`
  Result<IncidentId> AmongFew(std::string_view columns, IncidentId from, size_t limit, const std::function<void(const database::Statement&)>& take);
  Result<IncidentId> InStretches(std::string_view columns, IncidentId from, size_t limit, const std::function<void(const database::Statement&)>& take);

  database::Database& database_;
  const SearchLimits limits_;
  std::vector<Condition> conditions_;
  const Condition* driver_ = nullptr;  // whose index is used; nullptr: that of the numbers
  bool few_ = false;
};

}  // namespace sluice::incident
