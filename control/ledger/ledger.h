// Ledger: keeps account of which parts of registered documents have left, over all flows and restarts, and says when it was too much.
//
// Takes departures from the thread that writes records, in their order; a rule that asks for `left:` then holds from the piece that makes it
// hold: a finding is told at once, and the board tells workers, whose later pieces the rule decides about like any other finding. Time is that
// of the records, so that replay gives the same for any number of workers.
// Thread: Follow from control, all else from one; a lock makes them one after the other. Allocates: yes (cold). Failure: Result.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/ledger/account.h"
#include "control/ledger/ledger_file.h"
#include "dataplane/event/departure_sink.h"
#include "rules/bundle/bundle.h"

namespace sluice::ledger {

// Whether some detector asks what has left, so that a ledger is needed.
bool AsksWhatHasLeft(const bundle::Bundle& policy);

class Ledger final : public event::DepartureSink {
 public:
  // In memory only where `path` is empty.
  static Result<std::shared_ptr<Ledger>> Open(const std::string& path);

  // Before the policy is put in force: its boards say what has left until now. Its rules are those that findings name.
  void Follow(std::shared_ptr<const bundle::Bundle> policy);
  const std::shared_ptr<const bundle::Bundle>& policy() const { return policy_; }

  void Take(const event::Record& departure, std::vector<event::Record>& findings) override;
  Status Settle() override;
  const Accounts& accounts() const { return accounts_; }

 private:
  // A detector that asks for what has left.
  struct Watch {
    model::DetectorIndex detector = 0;
    model::Departed left;
    uint32_t set = 0;
    std::array<bool, content::kDirections> directions{};  // that its rules speak of
    std::shared_ptr<fingerprint::DepartedBoard> board;
    std::map<AccountKey, uint64_t> counts;  // places that left within its days, of each account
    uint64_t set_bytes = 0;                 // and what those of all accounts stand for
    std::set<AccountKey> over;
    bool set_is_over = false;
  };

  explicit Ledger(std::unique_ptr<LedgerFile> file) : file_(std::move(file)) {}
  Account& AccountOf(const AccountKey& key, const event::Departure& departure);
  void BeginDay(Day day);
  bool IsAbout(const Watch& watch, const AccountKey& key) const;
  bool AddPlaces(const event::Departure& departure, const AccountKey& key, Account& account, Day day);
  void Recount(Watch& watch);
  bool Weigh(Watch& watch, const AccountKey& key, const Account& account);
  bool WeighSet(Watch& watch);
  void Publish(Watch& watch, const AccountKey& key, bool over);
  Day FirstDayOf(const Watch& watch) const;
  void Tell(const Watch& watch, const event::Record& departure, const Account& account, std::vector<event::Record>& findings) const;
  bool Concerns(const model::Rule& rule, const Watch& watch, const event::Record& departure) const;

  std::mutex mutex_;
  std::unique_ptr<LedgerFile> file_;  // null: in memory only
  Accounts accounts_;
  std::set<AccountKey> changed_;
  std::shared_ptr<const bundle::Bundle> policy_;
  std::vector<Watch> watches_;
  // For boards: which document of a set an account is of.
  std::map<AccountKey, uint32_t> numbers_;
  Day today_ = kEver;
};

}  // namespace sluice::ledger
