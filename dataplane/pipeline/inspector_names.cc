// What is learnt about flows as a whole: the names of who takes part, and the connections that they announce.
#include <array>
#include <cstring>

#include "dataplane/pipeline/inspector.h"

namespace sluice::pipeline {

using protocol::NameKind;

namespace {

// As many bytes as descriptions keep.
constexpr size_t kLongestName = 256;

}  // namespace

void Inspector::KeepName(NameKind kind, std::string_view text) noexcept {
  FlowContext& flow = *task_.flow;
  if (flow.names == nullptr && (flow.names = names_->Take()) == nullptr) {
    statistics_->counters.Add(PipelineCounter::kNameTableFull);
    return;
  }
  FlowNames& names = *flow.names;
  switch (kind) {
    case NameKind::kHost:
    case NameKind::kSni:
      if (names.server.empty()) names.server_is_sni = kind == NameKind::kSni;
      if (names.server_is_sni == (kind == NameKind::kSni)) {
        names.server.Assign(text);
      } else {
        KeepRareName(kind, text);
      }
      break;
    case NameKind::kUser: names.user.Assign(text); break;
    case NameKind::kUserAgent:
    case NameKind::kVersion:
      if (names.version.empty()) names.version.Assign(text);
      break;
    case NameKind::kAlpn:
      names.version.Append(" ");
      names.version.Append(text);
      break;
    case NameKind::kSender:
    case NameKind::kRecipient:
    case NameKind::kFingerprint: KeepRareName(kind, text); break;
    case NameKind::kCount: break;
  }
}

// REQUIRES: the flow has names.
void Inspector::KeepRareName(NameKind kind, std::string_view text) noexcept {
  FlowNames& names = *task_.flow->names;
  if (names.rare == nullptr && (names.rare = rare_names_->Take()) == nullptr) {
    statistics_->counters.Add(PipelineCounter::kNameTableFull);
    return;
  }
  RareNames& rare = *names.rare;
  if (kind == NameKind::kHost || kind == NameKind::kSni) {
    rare.other_server.Assign(text);
  } else if (kind == NameKind::kFingerprint) {
    rare.fingerprint.Assign(text);
  } else if (kind == NameKind::kSender) {
    rare.sender.Assign(text);
    rare.recipients.Clear();
  } else {
    if (!rare.recipients.empty()) rare.recipients.Append(",");
    rare.recipients.Append(text);
  }
}

// What an object is called is matched like a content of its own, as a path that begins with a slash, and counts with the object's. Elsewhere a name is seen as it was written, in a
// head or in its container; so this is for rules that ask where.
void Inspector::MatchName(ObjectState& object, std::string_view name) noexcept {
  if (name.empty()) return;
  std::array<char, 1 + kLongestName> path;
  size_t size = name.front() == '/' ? 0 : 1;
  path[0] = '/';
  name = name.substr(0, kLongestName);
  std::memcpy(path.data() + size, name.data(), name.size());
  size += name.size();
  name = {path.data(), size};
  in_name_ = true;
  if (task_.policy->decider->AsksForNames()) {
    if (task_.policy->matcher->ScanWhole(ByteView(name), hits_) == match::ScanStatus::kFailed) {
      statistics_->counters.Add(PipelineCounter::kScanFailures);
      inspection_.scanner_failed = true;
    }
    Judge(object, false);
  }
  MatchNameBeside(object, name);
  in_name_ = false;
}

void Inspector::ForgetNames(FlowContext& flow) noexcept {
  if (flow.names != nullptr && flow.names->rare != nullptr) rare_names_->Give(flow.names->rare);
  if (flow.names != nullptr) names_->Give(flow.names);
  flow.names = nullptr;
  expectations_->Give(flow.expected);
  flow.expected = nullptr;
}

// Only between the two hosts of the conversation: a third one named in it (RFC 2577, 3: the bounce attack) is not believed,
// and an address that a translator rewrote is that of the host which gave it.
void Inspector::Expect(const protocol::Expectation& expectation) noexcept {
  const flow::FlowKey& key = *task_.key;
  const FlowContext& flow = *task_.flow;
  const bool low_listens = (flow.client == flow::KeySide::kLow) == expectation.client_listens;
  Endpoint at;
  at.address = low_listens ? key.low : key.high;
  at.port = expectation.port != 0 ? expectation.port : low_listens ? key.low_port : key.high_port;
  at.transport = flow.transport;
  const bool announces = expectation.step == protocol::Expectation::Step::kAnnounce;
  ExpectedFlow* expected = announces ? expectations_->Announce(at, flow.last) : expectations_->Find(at);
  if (expected == nullptr) return;
  if (announces) {
    expected->client_listens = expectation.client_listens;
    expected->app = flow.app == protocol::ProtocolId::kFtp ? protocol::ProtocolId::kFtpData : flow.app;
  }
  expected->name.Assign(expectation.name.view());
  expected->user.Assign(expectation.user.view());
}

void Inspector::Meet(const flow::FlowKey& key, FlowContext& flow, Timestamp now) noexcept {
  if (expectations_->empty()) return;
  flow.expected = expectations_->Meet({key.low, key.low_port, flow.transport}, now);
  bool low_listens = true;
  if (flow.expected == nullptr) {
    flow.expected = expectations_->Meet({key.high, key.high_port, flow.transport}, now);
    low_listens = false;
  }
  if (flow.expected == nullptr) return;
  // The client of the announcing conversation is the client here too, also where the server calls.
  flow.client = low_listens == flow.expected->client_listens ? flow::KeySide::kLow : flow::KeySide::kHigh;
}

// The name may have been said after the connection came; that of the first bytes counts.
void Inspector::TakeExpectedName(content::ObjectDescription& description) noexcept {
  const ExpectedFlow& expected = *task_.flow->expected;
  if (description.name.empty()) description.name.Assign(expected.name.view());
  if (!expected.user.empty()) KeepName(NameKind::kUser, expected.user.view());
}

}  // namespace sluice::pipeline
