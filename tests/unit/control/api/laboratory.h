// An Api over real stores, with an appliance that says what it is told; for the tests of the API.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "control/api/api.h"
#include "tests/unit/control/incident/findings.h"

namespace sluice::api::testing {

using Json = nlohmann::json;

class StillAppliance : public Appliance {
 public:
  ApplianceState State() const override { return state; }
  std::string Statistics() const override { return statistics; }
  pipeline::Totals Counters() const override { return totals; }
  ApplianceState state;
  std::string statistics = "{}";
  pipeline::Totals totals;
};

// A real finding, as records have it.
// A policy's source.
inline std::string PackOf(const std::string& literal) {
  return "pack: {id: test, title: Test}\n"
         "fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,\n"
         "       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}\n"
         "detectors: {mark: {literals: [" + literal + "]}}\n"
         "rules:\n  - {id: cn.mark, title: A mark, severity: critical, action: block, scope: {direction: both}, detect: mark}\n";
}

// With the rule of the findings that tests make, written so that lines can be put in.
inline std::string PackOfFindings() {
  std::string pack = PackOf("THIRD-MARK");
  return pack.substr(0, pack.find("rules:")) +
         "rules:\n  - id: cn.secret\n    title: A mark\n    severity: critical\n    action: block\n    scope: {direction: both}\n    detect: mark\n";
}

inline constexpr char kSample[] =
    R"({"time":"2026-01-31T23:59:59.000000001Z","event":"finding","schema":1,"policy":{"digest":"ab","generation":1},"rule":"cn.secret",)"
    R"("severity":"high","verdict":"block","action":"block_page","detector":"d","confidence":90,"count":1,"flow":{"id":"0000000000000abc",)"
    R"("src_ip":"10.0.0.1","src_port":1,"dst_ip":"192.0.2.9","dst_port":443,"transport":"tcp","app":"http","vlan":0},"direction":"upload",)"
    R"("object":{"id":1,"name":"plan.docx","media_type":"text/plain","bytes":9,"path":["http.request.body"]},"match":{"masked":"机**",)"
    R"("offset":0,"length":3,"encoding":"utf-8"},"explain":"because","incident":"0000000000000abc"})";

class Laboratory {
 public:
  explicit Laboratory(const OuterDoor* outer_door = nullptr) {
    incident::StoreOptions options;
    options.path = folder_.File("incidents.db");
    store = incident::IncidentStore::Open(options).value();
    recorder = std::make_unique<incident::IncidentRecorder>(*store, incident::RecorderOptions());
    log = audit::AuditLog::Open(folder_.File("audit.jsonl")).value();
    book = quarantine::QuarantineBook::Open(folder_.File("quarantine.db")).value();
    EXPECT_TRUE(book->Begin(2, Timestamp()).ok());
    appliance.state.forwards = true;
    appliance.state.is_inline = true;
    Rooms rooms;
    rooms.appliance = &appliance;
    rooms.incidents = store.get();
    rooms.recorder = recorder.get();
    rooms.audit = log.get();
    rooms.quarantines = book.get();
    rooms.quarantine_counters = &keeper_counters;
    deployment = deploy::Deployment::Open({folder_.File(""), {}, {}}).value();
    deployment->Connect(&target);
    rooms.deployment = deployment.get();
    rooms.rules = &rules;
    rooms.talkers = &talkers;
    vault_room = event::EvidenceRoom::Create({.items = 4, .object_bytes = 1000, .packet_bytes = 1000, .buffer_bytes = 1 << 20}, 1).value();
    vault = evidence::Vault::Open(VaultOf(folder_.File("evidence"))).value();
    keeper = std::make_unique<evidence::VaultKeeper>(*vault, vault_room);
    rooms.vault = vault.get();
    rooms.vault_keeper = keeper.get();
    rooms.connections_refused = &connections_refused;
    tokens = access::TokenStore::Open(folder_.File("tokens.db")).value();
    rooms.tokens = tokens.get();
    rooms.outer_door = outer_door;
    api = std::make_unique<Api>(rooms);
  }

  // An incident for each finding that differs in its subject.
  void Happen(const std::vector<incident::testing::FindingOf>& findings) {
    incident::FindingBatch batch(1000);
    for (const auto& finding : findings) batch.Add(incident::testing::Make(finding), kSample, "desk 7");
    ASSERT_TRUE(store->Apply(batch.Take()));
  }
  static evidence::VaultOptions VaultOf(const std::string& directory) {
    evidence::VaultOptions options;
    options.directory = directory;
    options.key = evidence::OpeningKey::Generate()->sealing_key();
    options.keep = std::chrono::hours(24 * 365 * 100);
    return options;
  }
  // An object that a rule asked to keep.
  evidence::EvidenceId Keep(const std::string& object, uint64_t reference) {
    event::EvidenceShelf& shelf = *vault_room->shelves()[0];
    event::EvidenceItem* item = shelf.Begin();
    shelf.AddObject(*item, {reinterpret_cast<const uint8_t*>(object.data()), object.size()});
    item->time = Timestamp::FromNanoseconds(1'700'000'000'000'000'000);
    item->Refer(reference);
    const evidence::EvidenceId id = vault->Store(*item).value();
    shelf.LetGo(item);
    return id;
  }
  Response Ask(const std::string& method, const std::string& path, const std::string& body = "", Role role = Role::kAdmin) {
    Request request;
    request.method = method;
    const size_t question = path.find('?');
    request.path = path.substr(0, question);
    if (question != std::string::npos) {
      const std::string pair = path.substr(question + 1);
      request.query.emplace(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
    }
    request.type = "application/json";
    request.body = body;
    request.caller = {"li", role, {}};
    return api->Handle(request);
  }
  std::string File(const std::string& name) const { return folder_.File(name); }

 private:
  incident::testing::Folder folder_{"api"};

 public:
  StillAppliance appliance;
  std::unique_ptr<incident::IncidentStore> store;
  std::unique_ptr<incident::IncidentRecorder> recorder;
  std::unique_ptr<audit::AuditLog> log;
  std::unique_ptr<quarantine::QuarantineBook> book;
  quarantine::KeeperCounters keeper_counters;
  struct StillTarget : deploy::Target {
    Result<uint32_t> Publish(std::shared_ptr<const bundle::Bundle> policy) override {
      digest = policy->digest();
      return ++generation;
    }
    Status Try(std::shared_ptr<const bundle::Bundle> policy) override {
      tried = policy != nullptr ? policy->digest() : "";
      return {};
    }
    pipeline::ShadowReport TrialReport() override { return report; }
    std::string tried;
    pipeline::ShadowReport report;
    std::string digest;
    uint32_t generation = 1;
  } target;
  std::unique_ptr<deploy::Deployment> deployment;
  metrics::RuleTally rules;
  metrics::Talkers talkers;
  std::shared_ptr<event::EvidenceRoom> vault_room;
  std::unique_ptr<evidence::Vault> vault;
  std::unique_ptr<evidence::VaultKeeper> keeper;
  std::atomic<uint64_t> connections_refused{0};
  std::unique_ptr<access::TokenStore> tokens;
  std::unique_ptr<Api> api;
};

}  // namespace sluice::api::testing
