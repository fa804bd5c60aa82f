// ShadowReport: what would have been different under a policy that is only tried: numbers, and a few examples.
//
// Thread: value type, control. Allocates: yes (cold).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/inline_text.h"
#include "dataplane/content/direction.h"
#include "dataplane/packet/ip_address.h"
#include "dataplane/verdict/verdict.h"

namespace sluice::pipeline {

enum class ShadowChange : uint8_t {
  kNewlyFires,      // the tried policy's rule fires, and none of that id in force does
  kNoLongerFires,
  kOtherVerdict,    // both fire, and ask for different things
  kCount,
};
std::string_view Name(ShadowChange change);  // "newly_fires", "no_longer_fires", "other_verdict"

struct ShadowExample {
  ShadowChange change = ShadowChange::kNewlyFires;
  uint32_t rule = 0;                  // index into ShadowReport::rules
  verdict::Verdict before = verdict::Verdict::kAllow, after = verdict::Verdict::kAllow;
  Timestamp time;
  uint64_t flow = 0;
  packet::IpAddress client, server;
  uint16_t server_port = 0;
  content::Direction direction = content::Direction::kUpload;
  std::string_view app, media_type;   // constant names
  InlineText<128> name;               // of the object
  InlineText<96> masked;              // of what the rule found, masked
};

struct ShadowRule {
  std::string id;
  bool compared = true;               // false: asks for registered documents, which are looked for once only
  uint64_t same = 0, newly_fires = 0, no_longer_fires = 0, other_verdict = 0;  // objects
};

struct ShadowReport {
  uint64_t objects = 0;               // that both policies saw from beginning to end
  uint64_t objects_not_compared = 0;  // for want of room, or because the tried policy's matcher refused
  uint64_t would_block = 0;           // objects that went on, and would not have
  uint64_t would_let_pass = 0;        // the other way round
  std::vector<ShadowRule> rules;      // of either policy
  std::vector<ShadowExample> examples;  // a few of each rule and worker
};

}  // namespace sluice::pipeline
