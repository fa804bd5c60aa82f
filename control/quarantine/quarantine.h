// Quarantine: who or what is held back, by whom, why and until when.
//
// Thread: value types. Allocates: yes (cold).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "dataplane/verdict/quarantine_set.h"

namespace sluice::quarantine {

using QuarantineId = int64_t;
using verdict::QuarantineKind;

std::string_view Name(QuarantineKind kind);  // "flow", "source", "destination", "pair"
std::optional<QuarantineKind> KindFromName(std::string_view name);

struct Quarantine {
  QuarantineId id = 0;
  verdict::QuarantineSubject subject;
  std::string author;              // a user, or "rule ID"
  std::string reason;
  Timestamp begun;
  std::optional<Timestamp> until;  // nothing: until somebody releases it
  verdict::QuarantineSet::Dropped dropped;  // since then
};

// As an address is written, IPv4 or IPv6.
std::optional<packet::IpAddress> AddressFromText(const std::string& text);

// What a kind needs, from what was given: "10.0.0.1", "192.0.2.7", "00c0ffee00000001". Errors say what is missing or too much.
Result<verdict::QuarantineSubject> SubjectFrom(QuarantineKind kind, const std::string& source, const std::string& destination,
                                               std::optional<uint64_t> flow);

}  // namespace sluice::quarantine
