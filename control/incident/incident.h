// Incident: findings that belong together, as a person works on them, and the words for how far that work is.
//
// Thread: value types. Allocates: yes (cold).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "dataplane/verdict/verdict.h"
#include "rules/model/words.h"

namespace sluice::incident {

using IncidentId = int64_t;

// Findings join an incident while its state is one of the first three; afterwards they begin a new one.
enum class State : uint8_t { kNew, kInReview, kConfirmed, kFalseAlarm, kClosed, kCount };
std::string_view Name(State state);  // "new", "in_review", …
std::optional<State> StateFromName(std::string_view name);

// What makes findings one incident, besides the window of time.
struct Subject {
  std::string rule;
  std::string client, destination;  // addresses
  uint16_t port = 0;                // of the destination
  std::string document;             // the name of the object; empty where it has none

  friend auto operator<=>(const Subject&, const Subject&) = default;
};

struct Comment {
  Timestamp time;
  std::string author, text;
};

struct Incident {
  IncidentId id = 0;
  State state = State::kNew;
  Subject subject;
  std::string client_name;  // whose host it is, where the configuration says
  std::string app, direction, media_type;
  model::Severity severity = model::Severity::kInfo;                      // the highest of its findings, like the next two
  verdict::Verdict verdict = verdict::Verdict::kAllow;
  verdict::ActionTaken action = verdict::ActionTaken::kForwarded;
  Timestamp first, last;    // of its findings
  uint64_t findings = 0;
  std::string assignee;
  std::vector<std::string> tags;  // in order of the alphabet
  std::string sample;       // its first finding as a record, masked: one JSON object

  // Only where one incident is asked for.
  std::vector<Comment> comments;        // oldest first
  std::vector<uint64_t> references;     // as block pages and findings name it; the first ones
  uint64_t references_left_out = 0;     // beyond those that are kept
};

struct Filter {
  std::optional<State> state;
  std::optional<model::Severity> min_severity;
  std::string rule, client, destination, assignee, tag;  // empty: any
  std::optional<Timestamp> since, until;                 // of the last finding
};

// Newest first; `next` begins the page after this one, 0 where there is none. A page may be short, or empty, and have a next one.
struct Page {
  std::vector<Incident> incidents;
  IncidentId next = 0;
};

}  // namespace sluice::incident
