// Account: what is known of one registered document's way out in one direction: how much, when, from where and to where.
//
// A document is known by the keyed digest of its content, so an account outlives the set that names it, and accounts of several
// appliances with the same key are of the same document. Thread: value types. Allocates: yes (cold).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "control/ledger/departed_map.h"
#include "dataplane/content/direction.h"
#include "dataplane/packet/ip_address.h"

namespace sluice::ledger {

struct AccountKey {
  std::string set;
  std::array<uint8_t, 16> document{};
  content::Direction direction = content::Direction::kUpload;
  friend auto operator<=>(const AccountKey& a, const AccountKey& b) {
    return std::tie(a.set, a.document, a.direction) <=> std::tie(b.set, b.document, b.direction);
  }
  friend bool operator==(const AccountKey&, const AccountKey&) = default;
};

enum class Role : uint8_t { kSource, kDestination };

// A host that had a part in it.
struct Party {
  int64_t first = 0, last = 0;  // nanoseconds since 1970
  uint64_t pieces = 0;
};

struct Account {
  static constexpr size_t kMostParties = 4096;  // of each role; beyond, pieces count and hosts do not

  std::string name;
  uint32_t places = 0;     // fingerprints of the document
  uint64_t bytes = 0;      // that they stand for
  int64_t first = 0, last = 0;
  uint64_t parties_left_out = 0;
  DepartedMap departed;
  std::map<std::pair<Role, std::array<uint8_t, 16>>, Party> parties;

  uint64_t BytesOf(uint64_t count) const { return places == 0 ? 0 : bytes / places * count + bytes % places * count / places; }
  void Meet(Role role, const packet::IpAddress& host, int64_t time);
  // Of another ledger. Merging the same one twice changes nothing.
  void Merge(const Account& other);
};

using Accounts = std::map<AccountKey, Account>;

}  // namespace sluice::ledger
