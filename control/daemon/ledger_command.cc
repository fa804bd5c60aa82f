#include "control/daemon/ledger_command.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "control/ledger/ledger_file.h"

namespace sluice::daemon {
namespace {

using ledger::Account;
using ledger::AccountKey;
using ledger::Accounts;
using ledger::LedgerFile;

int Fail(const Error& error) {
  std::fprintf(stderr, "sluiced: %s\n", error.message().c_str());
  return 1;
}

std::string Printed(int64_t nanoseconds) {
  const auto seconds = static_cast<std::time_t>(nanoseconds / 1'000'000'000);
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "?";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Result<Accounts> Load(const std::string& path) {
  const Result<std::unique_ptr<LedgerFile>> file = LedgerFile::Open(path, LedgerFile::Mode::kReadOnly);
  if (!file) return file.error();
  return (*file)->Load();
}

size_t PartiesOf(const Account& account, ledger::Role role) {
  return static_cast<size_t>(std::count_if(account.parties.begin(), account.parties.end(), [&](const auto& p) { return p.first.first == role; }));
}

int Show(const std::string& path) {
  const Result<Accounts> accounts = Load(path);
  if (!accounts) return Fail(accounts.error());
  std::printf("set\tdirection\tpercent\tbytes\tfirst\tlast\tdays\tsources\tdestinations\tdocument\n");
  for (const auto& [key, account] : *accounts) {
    const uint64_t count = account.departed.CountSince(ledger::kEver);
    std::printf("%s\t%s\t%llu\t%llu\t%s\t%s\t%zu\t%zu\t%zu\t%s\n", key.set.c_str(), std::string(content::Name(key.direction)).c_str(),
                static_cast<unsigned long long>(account.places == 0 ? 100 : count * 100 / account.places), static_cast<unsigned long long>(account.BytesOf(count)),
                Printed(account.first).c_str(), Printed(account.last).c_str(), account.departed.days().size(),
                PartiesOf(account, ledger::Role::kSource), PartiesOf(account, ledger::Role::kDestination), account.name.empty() ? "(no name)" : account.name.c_str());
  }
  return 0;
}

int Merge(const std::string& output, const std::vector<std::string>& paths) {
  if (std::filesystem::exists(output)) return Fail(Error{ErrorCode::kInvalidArgument, output + " is there already; a merged ledger is a new file"});
  Accounts merged;
  std::set<AccountKey> all;
  for (const std::string& path : paths) {
    const Result<Accounts> accounts = Load(path);
    if (!accounts) return Fail(accounts.error());
    for (const auto& [key, account] : *accounts) {
      merged[key].Merge(account);
      all.insert(key);
    }
  }
  const Result<std::unique_ptr<LedgerFile>> file = LedgerFile::Open(output, LedgerFile::Mode::kReadWrite);
  if (!file) return Fail(file.error());
  if (const Status stored = (*file)->Store(merged, all); !stored) return Fail(stored.error());
  std::printf("%s: %zu accounts of %zu ledgers\n", output.c_str(), merged.size(), paths.size());
  return 0;
}

}  // namespace

void AddLedgerCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("ledger", "the account of registered documents that have left");
  command->require_subcommand(1);
  auto path = std::make_shared<std::string>();
  CLI::App* show = command->add_subcommand("show", "one line for each document and direction, fields separated by tabs");
  show->add_option("LEDGER", *path, "a ledger")->required();
  show->callback([path, &exit_code] { exit_code = Show(*path); });
  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* merge = command->add_subcommand("merge", "put the ledgers of several appliances together");
  merge->add_option("NEW", *path, "where the new one goes")->required();
  merge->add_option("LEDGER", *paths, "ledgers")->required();
  merge->callback([path, paths, &exit_code] { exit_code = Merge(*path, *paths); });
}

}  // namespace sluice::daemon
