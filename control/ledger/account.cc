#include "control/ledger/account.h"

#include <algorithm>

namespace sluice::ledger {
namespace {

void Widen(int64_t& first, int64_t& last, int64_t other_first, int64_t other_last) {
  first = first == 0 ? other_first : std::min(first, other_first);
  last = std::max(last, other_last);
}

}  // namespace

void Account::Meet(Role role, const packet::IpAddress& host, int64_t time) {
  const std::pair key(role, host.bytes);
  auto it = parties.find(key);
  if (it == parties.end()) {
    const auto of_role = std::count_if(parties.begin(), parties.end(), [&](const auto& p) { return p.first.first == role; });
    if (static_cast<size_t>(of_role) >= kMostParties) {
      ++parties_left_out;
      return;
    }
    it = parties.emplace(key, Party()).first;
  }
  Widen(it->second.first, it->second.last, time, time);
  ++it->second.pieces;
}

void Account::Merge(const Account& other) {
  if (name.empty()) name = other.name;
  if (places == 0) {
    places = other.places;
    bytes = other.bytes;
  }
  Widen(first, last, other.first, other.last);
  parties_left_out = std::max(parties_left_out, other.parties_left_out);
  for (const auto& [day, set] : other.departed.days()) departed.Add(day, set);
  for (const auto& [key, party] : other.parties) {
    Party& mine = parties[key];
    Widen(mine.first, mine.last, party.first, party.last);
    mine.pieces = std::max(mine.pieces, party.pieces);
  }
}

}  // namespace sluice::ledger
