// Evidence: what the vault knows of an item that a rule asked for: what it is about, and what became of it.
//
// Thread: value types. Allocates: yes (cold).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace sluice::evidence {

using EvidenceId = int64_t;

struct Evidence {
  EvidenceId id = 0;
  Timestamp time;             // of the finding that asked
  // "stored", or why there is nothing: "no_vault", "no_place", "not_held" (the worker had nothing to give), "vault_full", "disk_full",
  // "failed", "unfinished" (the appliance ended meanwhile), "expired", "removed_for_size"; "writing" meanwhile.
  std::string outcome;
  std::string rule, client, destination, name, media_type;
  uint16_t port = 0;          // of the destination
  uint64_t bytes = 0;         // of the object, seen
  uint64_t bytes_kept = 0, bytes_lost = 0;
  bool complete = false;      // its end was seen and nothing of it was lost
  bool over_limit = false, no_buffer = false;  // why less was kept than was seen
  uint64_t packets = 0, packets_left_out = 0;
  std::string digest_kind;    // "sha256" or "hmac-sha256", of the bytes kept
  std::string digest;         // hexadecimal
  uint64_t file_bytes = 0;
  std::vector<uint64_t> references;  // numbers of incidents, as findings name them
};

inline constexpr std::string_view kStored = "stored", kWriting = "writing";

}  // namespace sluice::evidence
