// Incidents on disk: what joins what, the work of people, pages, retention, and databases that are broken.
#include "control/incident/incident_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/unit/control/incident/findings.h"

namespace sluice::incident {
namespace {

using testing::Drafts;
using testing::FindingOf;

class Store : public ::testing::Test {
 protected:
  void Open() {
    store_.reset();
    options_.path = folder_.File("incidents.db");
    auto opened = IncidentStore::Open(options_);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    store_ = std::move(*opened);
  }
  void Apply(const std::vector<FindingOf>& findings) {
    const Status status = store_->Apply(Drafts(findings));
    ASSERT_TRUE(status) << status.error().message();
  }
  std::vector<Incident> All(const Filter& filter = {}) {
    Result<Page> page = store_->List(filter, 0, 100);
    EXPECT_TRUE(page.ok());
    return page->incidents;
  }

  testing::Folder folder_{"incident_store"};
  StoreOptions options_;
  std::unique_ptr<IncidentStore> store_;
};

// What the filter means, said once more in plain words.
bool Means(const Filter& filter, const Incident& incident) {
  if (filter.state && incident.state != *filter.state) return false;
  if (filter.min_severity && incident.severity < *filter.min_severity) return false;
  if (!filter.rule.empty() && incident.subject.rule != filter.rule) return false;
  if (!filter.client.empty() && incident.subject.client != filter.client) return false;
  if (!filter.destination.empty() && incident.subject.destination != filter.destination) return false;
  if (!filter.assignee.empty() && incident.assignee != filter.assignee) return false;
  if (!filter.tag.empty() && std::find(incident.tags.begin(), incident.tags.end(), filter.tag) == incident.tags.end()) return false;
  if (filter.since && incident.last < *filter.since) return false;
  return !filter.until || incident.last < *filter.until;
}

Filter RandomFilter(std::mt19937& random) {
  const auto one_in = [&](uint32_t n) { return random() % n == 0; };
  const auto at = [&] { return Timestamp::FromNanoseconds(static_cast<int64_t>(random() % 400) * testing::kSecond); };
  Filter filter;
  if (one_in(4)) filter.state = static_cast<State>(random() % static_cast<uint32_t>(State::kCount));
  if (one_in(4)) filter.min_severity = static_cast<model::Severity>(random() % 5);
  if (one_in(4)) filter.rule = "rule." + std::to_string(random() % 6);
  if (one_in(4)) filter.client = "10.0.0." + std::to_string(random() % 12);
  if (one_in(4)) filter.destination = "192.0.2." + std::to_string(random() % 5);
  if (one_in(6)) filter.assignee = one_in(2) ? "chen" : "nobody";
  if (one_in(6)) filter.tag = one_in(2) ? "urgent" : "none";
  if (one_in(4)) filter.since = at();
  if (one_in(4)) filter.until = at();
  return filter;
}

std::string SaidOf(const Filter& filter) {
  const auto number = [](const auto& value) { return value ? std::to_string(static_cast<int>(*value)) : "any"; };
  const auto seconds = [](const std::optional<Timestamp>& time) { return time ? std::to_string(time->nanoseconds() / testing::kSecond) : "any"; };
  return "state " + number(filter.state) + ", severity " + number(filter.min_severity) + ", rule '" + filter.rule + "', client '" + filter.client +
         "', destination '" + filter.destination + "', assignee '" + filter.assignee + "', tag '" + filter.tag + "', since " + seconds(filter.since) +
         ", until " + seconds(filter.until);
}

std::vector<IncidentId> Numbers(const std::vector<Incident>& incidents) {
  std::vector<IncidentId> numbers;
  for (const Incident& incident : incidents) numbers.push_back(incident.id);
  return numbers;
}

// Whatever condition drives the search, and however soon its time is over: the pages together are what the filter means.
TEST_F(Store, PagesOfAnyFilterAreWhatItMeans) {
  std::mt19937 random(20261123);
  Open();
  std::vector<FindingOf> findings;
  for (int i = 0; i < 300; ++i) {
    FindingOf& finding = findings.emplace_back();
    finding.rule = "rule." + std::to_string(random() % 5);
    finding.client = static_cast<uint8_t>(random() % 40 == 0 ? 11 : random() % 10);
    finding.destination = static_cast<uint8_t>(random() % 4);
    finding.document = std::to_string(i);
    finding.reference = static_cast<uint64_t>(i) + 1;
    finding.seconds = i + static_cast<int64_t>(random() % 9);
    finding.severity = static_cast<model::Severity>(random() % 50 == 0 ? 4 : random() % 4);
  }
  Apply(findings);
  for (IncidentId id = 1; id <= 300; ++id) {
    Status worked;
    if (random() % 5 == 0) worked = store_->SetState(id, static_cast<State>(random() % 5));
    if (worked && random() % 9 == 0) worked = store_->Assign(id, "chen");
    if (worked && random() % 9 == 0) worked = store_->AddTag(id, "urgent");
    ASSERT_TRUE(worked);
  }
  const std::vector<Incident> all = store_->List({}, 0, 1000)->incidents;
  ASSERT_EQ(all.size(), 300u);
  size_t short_pages = 0;
  for (int round = 0; round < 400; ++round) {
    if (round % 20 == 0) {
      options_.search = {random() % 40, 1 + static_cast<int64_t>(random() % 50), std::chrono::milliseconds(random() % 2 == 0 ? 0 : 1000)};
      Open();
    }
    const Filter filter = RandomFilter(random);
    const size_t limit = 1 + random() % 30;
    std::vector<Incident> found;
    IncidentId from = 0;
    do {
      const Result<Page> page = store_->List(filter, from, limit);
      ASSERT_TRUE(page.ok()) << page.error().message();
      ASSERT_LE(page->incidents.size(), limit);
      short_pages += page->next != 0 && page->incidents.size() < limit;
      ASSERT_TRUE(from == 0 || page->next < from);
      from = page->next;
      found.insert(found.end(), page->incidents.begin(), page->incidents.end());
    } while (from != 0);
    std::vector<Incident> meant;
    std::copy_if(all.begin(), all.end(), std::back_inserter(meant), [&](const Incident& incident) { return Means(filter, incident); });
    ASSERT_EQ(Numbers(found), Numbers(meant)) << "round " << round << ", " << SaidOf(filter) << ", limits " << options_.search.few << ' ' << options_.search.first_stretch;
  }
  EXPECT_GT(short_pages, 100u);
}

TEST_F(Store, JoinsFindingsOfOneSubjectWithinTheWindow) {
  Open();
  FindingOf finding;
  Apply({finding});
  finding.seconds += 599;
  Apply({finding});
  ASSERT_EQ(All().size(), 1u);
  EXPECT_EQ(All()[0].findings, 2u);
  finding.seconds += 601;
  Apply({finding});
  EXPECT_EQ(All().size(), 2u);
}

TEST_F(Store, BeginsANewIncidentOnceTheOldOneIsClosed) {
  Open();
  Apply({{}});
  ASSERT_TRUE(store_->SetState(1, State::kConfirmed));
  Apply({{}});
  EXPECT_EQ(All().size(), 1u);
  ASSERT_TRUE(store_->SetState(1, State::kClosed));
  Apply({{}});
  EXPECT_EQ(All().size(), 2u);
}

TEST_F(Store, TakesTheBodyOfAFormAndItsFileForOneIncident) {
  Open();
  FindingOf body, file;
  body.document = "";
  Apply({body, file});
  ASSERT_EQ(All().size(), 1u);
  EXPECT_EQ(All()[0].subject.document, "plan.docx");
  EXPECT_EQ(All()[0].findings, 2u);
  FindingOf other_file = file;
  other_file.document = "other.docx";
  Apply({other_file});
  EXPECT_EQ(All().size(), 2u) << "another document of the same connection is another incident";
}

TEST_F(Store, FindsTheIncidentThatABlockPageNames) {
  Open();
  FindingOf high;
  high.reference = 0xfedcba9876543210;
  Apply({high});
  EXPECT_EQ(store_->FindByReference(high.reference).value(), (std::vector<IncidentId>{1}));
  EXPECT_TRUE(store_->FindByReference(1).value().empty());
  EXPECT_EQ(store_->Get(1)->references, (std::vector<uint64_t>{high.reference}));
}

TEST_F(Store, KeepsABoundedNumberOfReferencesAndCountsTheRest) {
  Open();
  for (uint64_t i = 0; i < FindingBatch::kMaxReferences + 7; ++i) {
    FindingOf finding;
    finding.reference = i + 1;
    Apply({finding, finding});
  }
  const Incident incident = store_->Get(1).value();
  EXPECT_EQ(incident.references.size(), FindingBatch::kMaxReferences);
  EXPECT_EQ(incident.references_left_out, 7u);
}

TEST_F(Store, KeepsTheWorkOfPeopleAcrossARestart) {
  Open();
  Apply({{}});
  ASSERT_TRUE(store_->SetState(1, State::kInReview));
  ASSERT_TRUE(store_->Assign(1, "li"));
  ASSERT_TRUE(store_->AddComment(1, {Timestamp::FromNanoseconds(5), "li", "asked the sender"}));
  ASSERT_TRUE(store_->AddTag(1, "legal"));
  ASSERT_TRUE(store_->AddTag(1, "legal"));
  ASSERT_TRUE(store_->AddTag(1, "abroad"));
  Open();
  const Incident incident = store_->Get(1).value();
  EXPECT_EQ(incident.state, State::kInReview);
  EXPECT_EQ(incident.assignee, "li");
  ASSERT_EQ(incident.comments.size(), 1u);
  EXPECT_EQ(incident.comments[0].text, "asked the sender");
  EXPECT_EQ(incident.tags, (std::vector<std::string>{"abroad", "legal"}));
  ASSERT_TRUE(store_->RemoveTag(1, "legal"));
  EXPECT_EQ(store_->Get(1)->tags, (std::vector<std::string>{"abroad"}));
}

TEST_F(Store, SaysWhenThereIsNoSuchIncidentOrTag) {
  Open();
  Apply({{}});
  EXPECT_EQ(store_->Get(2).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(store_->SetState(2, State::kClosed).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(store_->AddComment(2, {}).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(store_->AddTag(2, "x").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(store_->RemoveTag(1, "x").error().code(), ErrorCode::kNotFound);
}

TEST_F(Store, PagesNewestFirstWithoutLeavingOneOut) {
  Open();
  std::vector<FindingOf> findings(25);
  for (size_t i = 0; i < findings.size(); ++i) findings[i].client = static_cast<uint8_t>(i), findings[i].reference = i;
  Apply(findings);
  IncidentId from = 0, expected = 25;
  do {
    const Page page = store_->List({}, from, 10).value();
    for (const Incident& incident : page.incidents) EXPECT_EQ(incident.id, expected--);
    from = page.next;
  } while (from != 0);
  EXPECT_EQ(expected, 0);
}

TEST_F(Store, FiltersByEachThingThatIsAsked) {
  Open();
  std::vector<FindingOf> findings(3);
  findings[1].rule = "us.top";
  findings[1].client = 2;
  findings[1].severity = model::Severity::kCritical;
  findings[1].seconds = 5000;
  findings[1].reference = 2;
  findings[2].destination = 77;
  findings[2].reference = 3;
  Apply(findings);
  ASSERT_TRUE(store_->SetState(3, State::kClosed));
  ASSERT_TRUE(store_->AddTag(3, "done"));
  ASSERT_TRUE(store_->Assign(1, "wu"));
  const auto ids = [&](auto change) {
    Filter filter;
    change(filter);
    std::string text;
    for (const Incident& incident : All(filter)) text += std::to_string(incident.id);
    return text;
  };
  EXPECT_EQ(ids([](Filter& f) { f.rule = "us.top"; }), "2");
  EXPECT_EQ(ids([](Filter& f) { f.client = "10.0.0.1"; }), "31");
  EXPECT_EQ(ids([](Filter& f) { f.destination = "192.0.2.77"; }), "3");
  EXPECT_EQ(ids([](Filter& f) { f.state = State::kNew; }), "21");
  EXPECT_EQ(ids([](Filter& f) { f.min_severity = model::Severity::kCritical; }), "2");
  EXPECT_EQ(ids([](Filter& f) { f.tag = "done"; }), "3");
  EXPECT_EQ(ids([](Filter& f) { f.assignee = "wu"; }), "1");
  EXPECT_EQ(ids([](Filter& f) { f.since = Timestamp::FromNanoseconds(2000 * testing::kSecond); }), "2");
  EXPECT_EQ(ids([](Filter& f) { f.until = Timestamp::FromNanoseconds(2000 * testing::kSecond); }), "31");
}

TEST_F(Store, RemovesWhatIsTooOldAndCountsWhatNobodyHadClosed) {
  options_.keep = std::chrono::hours(1);
  Open();
  std::vector<FindingOf> findings(3);
  findings[1].client = 2;
  findings[2].client = 3;
  findings[2].seconds = 9000;
  Apply(findings);
  ASSERT_TRUE(store_->SetState(1, State::kClosed));
  EXPECT_FALSE(store_->Retain(Timestamp::FromNanoseconds(9001 * testing::kSecond)).value());
  ASSERT_EQ(All().size(), 1u);
  EXPECT_EQ(All()[0].id, 3);
  EXPECT_EQ(store_->counters().incidents_expired.load(), 2u);
  EXPECT_EQ(store_->counters().incidents_removed_open.load(), 1u);
}

TEST_F(Store, RemovesTheOldestWhenItGrowsTooLarge) {
  options_.max_bytes = 1024 * 1024;
  Open();
  for (uint64_t i = 0; i < 5000; i += 100) {
    std::vector<FindingOf> findings(100);
    for (uint64_t k = 0; k < 100; ++k) findings[k].document = std::to_string(i + k), findings[k].reference = i + k;
    Apply(findings);
  }
  while (store_->Retain(Timestamp::FromNanoseconds(1001 * testing::kSecond)).value()) {
  }
  EXPECT_GE(store_->counters().incidents_removed_for_size.load(), 1000u);
  ASSERT_FALSE(All().empty());
  EXPECT_EQ(All()[0].id, 5000) << "the newest stay";
}

TEST_F(Store, SetsACorruptDatabaseAsideAndBeginsANewOneWithAnAlarm) {
  std::ofstream(folder_.File("incidents.db")) << std::string(100000, '?');
  Open();
  EXPECT_EQ(store_->counters().databases_set_aside.load(), 1u);
  ASSERT_EQ(store_->Alarms().size(), 1u);
  Apply({{}});
  EXPECT_EQ(All().size(), 1u);
}

TEST_F(Store, BeginsANewDatabaseWhenAReaderMetRottenPages) {
  Open();
  std::vector<FindingOf> findings(200);
  for (size_t i = 0; i < findings.size(); ++i) findings[i].document = std::to_string(i), findings[i].reference = i;
  Apply(findings);
  Open();  // what was in the log is in the file now
  {
    std::fstream file(folder_.File("incidents.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    for (int page = 1; page < 40; ++page) file << std::string(4096, '?');
  }
  EXPECT_EQ(store_->List({}, 0, 10).error().code(), ErrorCode::kCorrupt);
  Apply({{}});
  EXPECT_EQ(store_->counters().databases_set_aside.load(), 1u);
  EXPECT_EQ(All().size(), 1u);
}

TEST_F(Store, OpensLaterWhatSomebodyElseHoldsAtTheStart) {
  Open();
  Apply({{}});
  store_.reset();
  Result<database::Database> other = database::Database::Open(folder_.File("incidents.db"), database::Database::Access::kAlone);
  ASSERT_TRUE(other.ok() && other->Number("SELECT count(*) FROM incident").ok());
  Open();
  ASSERT_EQ(store_->Alarms().size(), 1u);
  EXPECT_EQ(store_->List({}, 0, 10).error().code(), ErrorCode::kIo);
  other = Error(ErrorCode::kNotFound, "let go");
  FindingOf second;
  second.document = "another";
  Apply({second});
  EXPECT_TRUE(store_->Alarms().empty());
  EXPECT_EQ(All().size(), 2u);
}

TEST_F(Store, RefusesADatabaseThatIsNotItsOwn) {
  {
    auto other = database::Database::Open(folder_.File("incidents.db"), database::Database::Access::kWrite);
    ASSERT_TRUE(other->Execute("CREATE TABLE somebody(elses)"));
  }
  options_.path = folder_.File("incidents.db");
  const auto opened = IncidentStore::Open(options_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kVersionMismatch);
}

TEST_F(Store, TellsTheFeedWhatChanged) {
  Open();
  Apply({{}});
  ASSERT_TRUE(store_->Assign(1, "wu"));
  const auto changes = store_->feed().Wait(0, std::chrono::milliseconds(0));
  EXPECT_EQ(changes.incidents, (std::vector<IncidentId>{1}));
  EXPECT_EQ(changes.next, 2u);
}

}  // namespace
}  // namespace sluice::incident
