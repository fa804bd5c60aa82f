#include <algorithm>
#include <vector>

#include "control/incident/incident_store.h"
#include "perf/control/measured.h"

namespace sluice::perf {
namespace {

using incident::Draft;
using incident::Filter;
using incident::IncidentStore;

constexpr uint64_t kRules = 200, kClients = 60'000, kServers = 5'000, kBatch = 20'000;
constexpr int64_t kBegin = 1'700'000'000'000'000'000, kApart = 3'000'000'000;  // three seconds from one incident to the next

std::string Address(const char* net, uint64_t host) { return net + std::to_string(host / 256) + "." + std::to_string(host % 256); }

// One client in ten thousand incidents is busy for itself: a tenth of all are its own. Critical ones are rare.
Draft MakeDraft(uint64_t number) {
  Draft draft;
  const uint64_t mixed = number * 0x9e3779b97f4a7c15u >> 20;
  draft.subject.rule = "rule." + std::to_string(mixed % kRules);
  draft.subject.client = number % 10 == 0 ? "10.200.0.1" : Address("10.1.", mixed % kClients);
  draft.subject.destination = Address("192.168.", mixed / 7 % kServers);
  draft.subject.port = 443;
  draft.subject.document = "document-" + std::to_string(number) + ".docx";
  draft.key = draft.subject.document;
  draft.app = "http";
  draft.direction = "request";
  draft.media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  draft.severity = number % 1'000'003 == 1 ? model::Severity::kCritical : static_cast<model::Severity>(mixed % 4);
  draft.first = draft.last = Timestamp::FromNanoseconds(kBegin + static_cast<int64_t>(number) * kApart);
  draft.findings = 1;
  draft.references = {number};
  draft.sample = R"({"explain":")" + std::string(480, 'x') + "\"}";
  return draft;
}

void Fill(IncidentStore& store, uint64_t incidents) {
  const double begun = WallSeconds();
  std::vector<Draft> drafts;
  for (uint64_t number = 0; number < incidents; ++number) {
    drafts.push_back(MakeDraft(number));
    if (drafts.size() < kBatch && number + 1 < incidents) continue;
    if (Status applied = store.Apply(drafts); !applied) Stop(applied.error().message());
    drafts.clear();
  }
  std::printf("pages: %lu incidents written in %.0f s\n", incidents, WallSeconds() - begun);
  std::fflush(stdout);
}

// What people do with a few of them.
void Work(IncidentStore& store, uint64_t incidents) {
  Status worked;
  for (uint64_t i = 1; i <= 50 && worked; ++i) {
    const auto id = static_cast<incident::IncidentId>(i * (incidents / 60));
    worked = store.SetState(id, incident::State::kInReview);
    if (worked) worked = store.Assign(id, "chen");
    if (worked) worked = store.AddTag(id, "export-control");
  }
  if (!worked) Stop(worked.error().message());
}

struct Question {
  const char* what;
  Filter filter;
  incident::IncidentId from = 0;
};

std::vector<Question> Questions(uint64_t incidents) {
  const auto at = [&](uint64_t number) { return Timestamp::FromNanoseconds(kBegin + static_cast<int64_t>(number) * kApart); };
  std::vector<Question> questions;
  const auto ask = [&](const char* what) -> Filter& { return questions.emplace_back(Question{what, {}}).filter; };
  ask("all, first page");
  ask("all, from the middle");
  questions.back().from = static_cast<incident::IncidentId>(incidents / 2);
  ask("new ones").state = incident::State::kNew;
  ask("in review (50)").state = incident::State::kInReview;
  ask("false alarms (none)").state = incident::State::kFalseAlarm;
  ask("of high severity at least").min_severity = model::Severity::kHigh;
  ask("critical ones (a few)").min_severity = model::Severity::kCritical;
  ask("of a rule").rule = "rule.17";
  ask("of a rule that never fired").rule = "rule.none";
  ask("of the busy client").client = "10.200.0.1";
  ask("of a client").client = "10.1.3.7";
  ask("to a destination").destination = "192.168.3.7";
  Filter& both = ask("of the busy client and a rule");
  both.client = "10.200.0.1";
  both.rule = "rule.17";
  ask("assigned to chen (50)").assignee = "chen";
  ask("assigned to nobody known").assignee = "nobody";
  ask("tagged (50)").tag = "export-control";
  ask("of the last day").since = at(incidents - std::min<uint64_t>(incidents, 28'800));
  ask("before the last tenth").until = at(incidents - incidents / 10);
  Filter& days = ask("of two hours in the middle");
  days.since = at(incidents / 2);
  days.until = at(incidents / 2 + 2400);
  Filter& old = ask("of the first hour and a client");
  old.until = at(1200);
  old.client = "10.200.0.1";
  return questions;
}

}  // namespace

void MeasurePages(const PagesOptions& options) {
  const WorkFolder folder(options.folder);
  incident::StoreOptions stored_in;
  stored_in.path = options.store.empty() ? folder.File("incidents.db") : options.store;
  stored_in.max_bytes = uint64_t{1} << 40;
  auto opened = IncidentStore::Open(stored_in);
  if (!opened.ok()) Stop(opened.error().message());
  IncidentStore& store = **opened;
  uint64_t incidents = options.incidents;
  if (options.store.empty()) {
    Fill(store, incidents);
  } else {
    const auto newest = store.List({}, 0, 1);
    if (!newest.ok() || newest->incidents.empty()) Stop(options.store + " has no incidents");
    incidents = static_cast<uint64_t>(newest->incidents[0].id);
    std::printf("pages: %lu incidents in %s\n", incidents, options.store.c_str());
  }
  Work(store, incidents);
  std::printf("  %-34s %10s %10s %10s\n", "a page of 50", "rows", "median ms", "worst ms");
  for (const Question& question : Questions(incidents)) {
    std::vector<double> times;
    size_t rows = 0;
    for (int round = 0; round < options.rounds; ++round) {
      const double begun = WallSeconds();
      const auto page = store.List(question.filter, question.from, 50);
      times.push_back((WallSeconds() - begun) * 1e3);
      if (!page.ok()) Stop(page.error().message());
      rows = page->incidents.size();
    }
    std::sort(times.begin(), times.end());
    std::printf("  %-34s %10zu %10.2f %10.2f\n", question.what, rows, times[times.size() / 2], times.back());
  }
}

}  // namespace sluice::perf
