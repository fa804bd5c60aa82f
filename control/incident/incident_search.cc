#include "control/incident/incident_search.h"

namespace sluice::incident {

using database::Statement;

namespace {

using Clock = std::chrono::steady_clock;
using Take = std::function<void(const Statement&)>;

void BindValue(Statement& statement, int position, const std::variant<int64_t, std::string>& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) statement.Bind(position, *number);
  if (const auto* text = std::get_if<std::string>(&value)) statement.Bind(position, *text);
}

// Hands on at most `room` rows; `one_more` becomes the number of the row behind them, 0 where there is none. The number is column 0.
Status TakeRows(Statement& rows, size_t room, const Take& take, size_t& taken, IncidentId& one_more) {
  one_more = 0;
  while (true) {
    const Result<bool> row = rows.Step();
    if (!row) return row.error();
    if (!*row) return {};
    if (taken == room) {
      one_more = rows.Number(0);
      rows.Reset();
      return {};
    }
    take(rows);
    ++taken;
  }
}

}  // namespace

IncidentSearch::IncidentSearch(database::Database& database, const Filter& filter, SearchLimits limits) : database_(database), limits_(limits) {
  AddConditions(filter);
}

// A plus before a column keeps SQLite from using its index, which it would choose without knowing how many rows it has.
void IncidentSearch::AddEqual(const char* column, const std::string& value) {
  if (value.empty()) return;
  conditions_.push_back({std::string(column) + "=?", "+" + std::string(column) + "=?", true, {value}});
}

void IncidentSearch::AddConditions(const Filter& filter) {
  AddEqual("client", filter.client);
  AddEqual("destination", filter.destination);
  AddEqual("rule", filter.rule);
  // The index leaves out incidents that nobody works on, and SQLite uses it where the condition does so too.
  if (!filter.assignee.empty()) conditions_.push_back({"assignee=? AND assignee<>''", "+assignee=?", true, {filter.assignee}});
  if (!filter.tag.empty()) {
    conditions_.push_back({"id IN (SELECT incident FROM tag WHERE tag=?)", "EXISTS(SELECT 1 FROM tag WHERE incident=incident.id AND tag=?)", false,
                           {filter.tag}});
  }
  if (filter.state) conditions_.push_back({"state=?", "+state=?", true, {static_cast<int64_t>(*filter.state)}});
  if (filter.min_severity) conditions_.push_back({"severity>=?", "+severity>=?", false, {static_cast<int64_t>(*filter.min_severity)}});
  if (filter.since || filter.until) {
    const int64_t since = filter.since ? filter.since->nanoseconds() : INT64_MIN, until = filter.until ? filter.until->nanoseconds() : INT64_MAX;
    // `until` itself is not meant, but where there is none the last moment is.
    const char* indexed = filter.until ? "last>=? AND last<?" : "last>=? AND last<=?";
    const char* tried = filter.until ? "+last>=? AND +last<?" : "+last>=? AND +last<=?";
    conditions_.push_back({indexed, tried, false, {since, until}});
  }
}

Result<size_t> IncidentSearch::CountUpToFew(const Condition& condition) {
  Result<Statement> count = database_.Prepare("SELECT count(*) FROM (SELECT 1 FROM incident WHERE " + condition.indexed + " LIMIT " +
                                              std::to_string(limits_.few + 1) + ")");
  if (!count) return count.error();
  int position = 1;
  for (const auto& value : condition.values) BindValue(*count, position++, value);
  const Result<bool> row = count->Step();
  if (!row) return row.error();
  return static_cast<size_t>(count->Number(0));
}

// That with the fewest incidents where they are few; otherwise the first whose index is in order of the numbers.
Status IncidentSearch::ChooseDriver() {
  size_t fewest = limits_.few + 1;
  for (const Condition& condition : conditions_) {
    const Result<size_t> count = CountUpToFew(condition);
    if (!count) return count.error();
    if (*count < fewest) {
      fewest = *count;
      driver_ = &condition;
    }
  }
  few_ = driver_ != nullptr;
  if (few_) return {};
  for (const Condition& condition : conditions_) {
    if (driver_ == nullptr && condition.equal) driver_ = &condition;
  }
  return {};
}

std::string IncidentSearch::Where() const {
  std::string text;
  for (const Condition& condition : conditions_) text += " AND " + (&condition == driver_ ? condition.indexed : condition.tried);
  return text;
}

// The bounds of the numbers and the values of Where.
void IncidentSearch::Bind(Statement& statement, IncidentId below, IncidentId from) const {
  statement.Bind(1, from).Bind(2, below);
  int position = 3;
  for (const Condition& condition : conditions_) {
    for (const auto& value : condition.values) BindValue(statement, position++, value);
  }
}

Result<IncidentId> IncidentSearch::Page(std::string_view columns, IncidentId from, size_t limit, const Take& take) {
  if (Status chosen = ChooseDriver(); !chosen) return chosen.error();
  if (from == 0) {
    const Result<int64_t> greatest = database_.Number("SELECT ifnull(max(id), 0) FROM incident");
    if (!greatest) return greatest.error();
    from = *greatest;
  }
  return few_ ? AmongFew(columns, from, limit, take) : InStretches(columns, from, limit, take);
}

Result<IncidentId> IncidentSearch::AmongFew(std::string_view columns, IncidentId from, size_t limit, const Take& take) {
  Result<Statement> rows = database_.Prepare("SELECT " + std::string(columns) + " FROM incident WHERE +id<=?1 AND +id>?2" + Where() +
                                             " ORDER BY +id DESC LIMIT " + std::to_string(limit + 1));
  if (!rows) return rows.error();
  Bind(*rows, 0, from);
  size_t taken = 0;
  IncidentId next = 0;
  if (Status status = TakeRows(*rows, limit, take, taken, next); !status) return status.error();
  return next;
}

Result<IncidentId> IncidentSearch::InStretches(std::string_view columns, IncidentId from, size_t limit, const Take& take) {
  Result<Statement> rows =
      database_.Prepare("SELECT " + std::string(columns) + " FROM incident WHERE id<=?1 AND id>?2" + Where() + " ORDER BY id DESC");
  if (!rows) return rows.error();
  const Result<int64_t> least = database_.Number("SELECT ifnull(min(id), 1) FROM incident");
  if (!least) return least.error();
  Clock::time_point begun = Clock::now();
  const Clock::time_point end = begun + limits_.time;
  size_t taken = 0;
  int64_t stretch = limits_.first_stretch;
  IncidentId next = from;
  do {
    const IncidentId below = next > stretch ? next - stretch : 0;
    Bind(*rows, below, next);
    IncidentId one_more = 0;
    if (Status status = TakeRows(*rows, limit, take, taken, one_more); !status) return status.error();
    if (one_more != 0) return one_more;
    next = below;
    // Twice as far where that was quick: rows that are not in memory make the same stretch a hundred times longer.
    const Clock::time_point now = Clock::now();
    if (now - begun < limits_.time / 8 && stretch <= INT64_MAX / 2) stretch *= 2;
    begun = now;
  } while (next >= *least && begun < end);
  return next >= *least ? next : 0;
}

}  // namespace sluice::incident
