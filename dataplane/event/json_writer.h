// JsonWriter: a record as one line of JSON, as docs/records.md and docs/schema describe it. Last room of the story.
//
// The order of keys never changes, so that equal records give equal lines. Thread: one owner (the cold thread, or
// replay's merger). Allocates: yes. Failure: none; any bytes in a record give valid JSON.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "dataplane/event/record.h"
#include "dataplane/packet/host_names.h"

namespace sluice::event {

class JsonWriter {
 public:
  // The digest printed for records of that generation. Told before the first record of the generation is written; a
  // generation never told prints the digest as "unknown".
  void SetPolicy(uint32_t generation, std::string digest) { digests_[generation] = std::move(digest); }

  // Names of hosts: what a record then says of its client.
  void SetHosts(std::shared_ptr<const packet::HostNames> hosts) { hosts_ = std::move(hosts); }

  // Appends the object and a line break.
  void Append(const Record& record, std::string& out) const;

 private:
  std::map<uint32_t, std::string> digests_;
  std::shared_ptr<const packet::HostNames> hosts_;
};

}  // namespace sluice::event
