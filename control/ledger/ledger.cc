#include "control/ledger/ledger.h"

#include <algorithm>

#include "rules/evaluate/evaluate.h"

namespace sluice::ledger {
namespace {

constexpr int64_t kNanosecondsPerDay = int64_t{86'400} * 1'000'000'000;

Day DayOf(Timestamp time) {
  const int64_t ns = time.nanoseconds();
  return ns >= 0 ? ns / kNanosecondsPerDay : -((-ns + kNanosecondsPerDay - 1) / kNanosecondsPerDay);
}

bool Names(const model::Rule& rule, model::DetectorIndex detector) {
  return std::any_of(rule.condition.nodes.begin(), rule.condition.nodes.end(), [&](const model::ConditionNode& node) {
    return node.kind == model::ConditionNode::Kind::kDetector && node.detector == detector;
  });
}

// Findings of one document that has left belong together, whichever flow the last piece went in.
uint64_t IncidentOf(const AccountKey& key, std::string_view rule) {
  uint64_t h = 0xcbf29ce484222325ULL;  // FNV-1a
  const auto add = [&h](uint8_t byte) { h = (h ^ byte) * 0x100000001b3ULL; };
  for (const uint8_t byte : key.document) add(byte);
  for (const char c : rule) add(static_cast<uint8_t>(c));
  return h;
}

AccountKey KeyOf(const event::Departure& departure) { return {std::string(departure.set.view()), departure.identity, departure.direction}; }

}  // namespace

bool AsksWhatHasLeft(const bundle::Bundle& policy) {
  return std::any_of(policy.detectors().begin(), policy.detectors().end(), [](const model::Detector& d) { return d.signature.left.is_asked(); });
}

Result<std::shared_ptr<Ledger>> Ledger::Open(const std::string& path) {
  std::unique_ptr<LedgerFile> file;
  if (!path.empty()) {
    Result<std::unique_ptr<LedgerFile>> opened = LedgerFile::Open(path, LedgerFile::Mode::kReadWrite);
    if (!opened) return opened.error();
    file = std::move(*opened);
  }
  std::shared_ptr<Ledger> ledger(new Ledger(std::move(file)));
  if (ledger->file_ != nullptr) {
    Result<Accounts> accounts = ledger->file_->Load();
    if (!accounts) return accounts.error();
    ledger->accounts_ = std::move(*accounts);
  }
  return ledger;
}

void Ledger::Follow(std::shared_ptr<const bundle::Bundle> policy) {
  const std::lock_guard<std::mutex> lock(mutex_);
  policy_ = std::move(policy);
  watches_.clear();
  numbers_.clear();
  const std::shared_ptr<const bundle::SignatureSets>& signatures = policy_->signatures();
  if (signatures == nullptr) return;
  for (const auto& set : signatures->sets()) {
    for (uint32_t d = 0; d < set->documents().size(); ++d) {
      for (size_t direction = 0; direction < content::kDirections; ++direction) {
        numbers_[{std::string(set->name()), set->documents()[d].identity, static_cast<content::Direction>(direction)}] = d;
      }
    }
  }
  for (const bundle::SignatureSets::Use& use : signatures->uses()) {
    if (use.board == nullptr) continue;
    Watch watch;
    watch.detector = use.detector;
    watch.left = policy_->detectors()[use.detector].signature.left;
    watch.set = use.set;
    watch.board = use.board;
    for (const uint32_t rule : policy_->RulesOf(use.detector)) {
      const model::Direction direction = policy_->rules()[rule].scope.direction;
      if (direction != model::Direction::kDownload) watch.directions[content::Index(content::Direction::kUpload)] = true;
      if (direction != model::Direction::kUpload) watch.directions[content::Index(content::Direction::kDownload)] = true;
    }
    watches_.push_back(std::move(watch));
  }
  // What has left until now, as of the last day on which anything did.
  for (const auto& [key, account] : accounts_) {
    if (!account.departed.days().empty()) today_ = std::max(today_, account.departed.days().rbegin()->first);
  }
  if (today_ != kEver) BeginDay(today_);
}

Day Ledger::FirstDayOf(const Watch& watch) const { return watch.left.days == 0 ? kEver : today_ - watch.left.days + 1; }

void Ledger::Publish(Watch& watch, const AccountKey& key, bool over) {
  if (over) watch.over.insert(key);
  else watch.over.erase(key);
  const auto number = numbers_.find(key);
  if (number == numbers_.end()) return;
  const bool any = std::any_of(watch.over.begin(), watch.over.end(), [&](const AccountKey& k) { return k.set == key.set && k.document == key.document; });
  watch.board->Set(number->second, any);
}

bool Ledger::IsAbout(const Watch& watch, const AccountKey& key) const {
  return watch.directions[content::Index(key.direction)] && policy_->signatures()->sets()[watch.set]->name() == key.set;
}

// Whether it begins to hold now.
bool Ledger::Weigh(Watch& watch, const AccountKey& key, const Account& account) {
  if (watch.left.percent == 0 || account.places == 0) return false;
  const bool over = watch.counts[key] * 100 >= uint64_t{watch.left.percent} * account.places;
  const bool before = watch.over.count(key) > 0;
  if (over != before) Publish(watch, key, over);
  return over && !before;
}

bool Ledger::WeighSet(Watch& watch) {
  if (watch.left.bytes == 0) return false;
  const bool before = watch.set_is_over;
  watch.set_is_over = watch.set_bytes >= watch.left.bytes;
  watch.board->SetAll(watch.set_is_over);
  return watch.set_is_over && !before;
}

void Ledger::Recount(Watch& watch) {
  watch.counts.clear();
  watch.set_bytes = 0;
  for (const auto& [key, account] : accounts_) {
    if (!IsAbout(watch, key)) continue;
    const uint64_t count = account.departed.CountSince(FirstDayOf(watch));
    watch.counts[key] = count;
    watch.set_bytes += account.BytesOf(count);
    Weigh(watch, key, account);
  }
  WeighSet(watch);
}

// What left long ago no longer counts where a rule asks for the last days.
void Ledger::BeginDay(Day day) {
  today_ = day;
  for (Watch& watch : watches_) Recount(watch);
}

Account& Ledger::AccountOf(const AccountKey& key, const event::Departure& departure) {
  Account& account = accounts_[key];
  if (!departure.name.view().empty()) account.name = departure.name.view();
  account.places = departure.places_in_all;
  account.bytes = departure.bytes_in_all;
  return account;
}

// Whether some place had not left on that day before.
bool Ledger::AddPlaces(const event::Departure& departure, const AccountKey& key, Account& account, Day day) {
  bool is_new = false;
  for (size_t i = 0; i < std::min<size_t>(departure.count, event::Departure::kPlaces); ++i) {
    const uint32_t place = departure.places[i];
    if (place >= std::max(account.places, 1u)) continue;
    for (Watch& watch : watches_) {
      if (!IsAbout(watch, key) || day < FirstDayOf(watch) || account.departed.HasSince(FirstDayOf(watch), place)) continue;
      uint64_t& count = watch.counts[key];
      watch.set_bytes += account.BytesOf(count + 1) - account.BytesOf(count);
      ++count;
    }
    is_new = account.departed.Add(day, place) || is_new;
  }
  return is_new;
}

void Ledger::Take(const event::Record& record, std::vector<event::Record>& findings) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const event::Departure& departure = record.body.departure;
  const AccountKey key = KeyOf(departure);
  const Day day = DayOf(record.time);
  // Records of several workers come a little out of order; the day never goes back.
  if (day > today_) BeginDay(day);
  Account& account = AccountOf(key, departure);
  const bool is_new = AddPlaces(departure, key, account, day);
  const int64_t time = record.time.nanoseconds();
  account.first = account.first == 0 ? time : std::min(account.first, time);
  account.last = std::max(account.last, time);
  const bool upload = departure.direction == content::Direction::kUpload;
  account.Meet(Role::kSource, upload ? record.flow.src : record.flow.dst, time);
  account.Meet(Role::kDestination, upload ? record.flow.dst : record.flow.src, time);
  changed_.insert(key);
  if (!is_new) return;
  for (Watch& watch : watches_) {
    if (!IsAbout(watch, key)) continue;
    const bool begins = Weigh(watch, key, account);
    if (WeighSet(watch) || begins) Tell(watch, record, account, findings);
  }
}

bool Ledger::Concerns(const model::Rule& rule, const Watch& watch, const event::Record& record) const {
  if (!Names(rule, watch.detector)) return false;
  const bool upload = record.body.departure.direction == content::Direction::kUpload;
  evaluate::ObjectFacts facts{.direction = upload ? model::Direction::kUpload : model::Direction::kDownload,
                              .source = upload ? record.flow.src.bytes : record.flow.dst.bytes,
                              .destination = upload ? record.flow.dst.bytes : record.flow.src.bytes,
                              .application = record.flow.app,
                              .media_type = {},
                              .client = {},
                              .bytes = 0,
                              .complete = false};
  if (evaluate::InScope(rule.scope, facts) == evaluate::Truth::kFalse) return false;
  if (evaluate::FindException(rule, facts, record.time.nanoseconds() / 1'000'000'000) != nullptr) return false;
  const evaluate::Hit hit{.detector = watch.detector};
  return evaluate::Evaluate(rule.condition, std::span<const evaluate::Hit>(&hit, 1), false) == evaluate::Truth::kTrue;
}

void Ledger::Tell(const Watch& watch, const event::Record& record, const Account& account, std::vector<event::Record>& findings) const {
  const event::Departure& departure = record.body.departure;
  const uint64_t count = account.departed.CountSince(FirstDayOf(watch));
  for (const model::Rule& rule : policy_->rules()) {
    if (!Concerns(rule, watch, record)) continue;
    event::Record told = record;
    event::Reset(told, event::RecordKind::kFinding);
    told.rank = record.rank;
    told.time = record.time;
    told.generation = record.generation;
    told.flow = record.flow;
    event::Finding& finding = told.body.finding;
    finding.rule.Assign(rule.id);
    finding.detector.Assign(policy_->detectors()[watch.detector].id);
    finding.severity = rule.severity;
    finding.verdict = static_cast<verdict::Verdict>(rule.action);
    finding.action = verdict::ActionTaken::kForwarded;
    finding.confidence = rule.confidence;
    finding.count = 1;
    finding.direction = departure.direction;
    finding.document.number = departure.number;
    finding.document.set.Assign(departure.set.view());
    finding.document.name.Assign(departure.name.view());
    finding.document.departed = true;
    finding.document.percent = static_cast<uint8_t>(account.places == 0 ? 100 : std::min<uint64_t>(100, count * 100 / account.places));
    finding.document.bytes = account.BytesOf(count);
    finding.explain.Assign(policy_->detectors()[watch.detector].id);
    finding.explain.Append(watch.left.percent > 0 ? ": so much of the document has left over all flows" : ": so much of the set has left over all flows");
    finding.incident = IncidentOf(KeyOf(departure), rule.id);
    findings.push_back(told);
  }
}

Status Ledger::Settle() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (file_ == nullptr || changed_.empty()) return {};
  Status stored = file_->Store(accounts_, changed_);
  if (stored) changed_.clear();
  return stored;
}

}  // namespace sluice::ledger
