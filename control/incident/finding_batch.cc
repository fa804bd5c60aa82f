#include "control/incident/finding_batch.h"

#include <algorithm>
#include <utility>

#include "dataplane/packet/ip_address.h"

namespace sluice::incident {
namespace {

void AppendBytes(const packet::IpAddress& address, std::string& key) {
  key.append(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
}

// Lengths first, so that no two subjects give the same bytes.
void AppendText(std::string_view text, std::string& key) {
  key += std::to_string(text.size()) + ":";
  key += text;
}

void KeyOf(const event::Record& record, std::string& key) {
  key.clear();
  AppendBytes(record.flow.src, key);
  AppendBytes(record.flow.dst, key);
  AppendText(record.body.finding.rule.view(), key);
  AppendText(record.body.finding.object.name.view(), key);
  key += std::to_string(record.flow.dst_port);
}

Draft Begin(const event::Record& record, std::string_view json, std::string_view client_name) {
  const event::Finding& finding = record.body.finding;
  Draft draft;
  draft.subject = {std::string(finding.rule.view()), packet::Format(record.flow.src), packet::Format(record.flow.dst), record.flow.dst_port,
                   std::string(finding.object.name.view())};
  draft.client_name = client_name;
  draft.app = record.flow.app;
  draft.direction = content::Name(finding.direction);
  draft.media_type = finding.object.media_type;
  draft.first = draft.last = record.time;
  draft.sample = json;
  while (!draft.sample.empty() && draft.sample.back() == '\n') draft.sample.pop_back();
  return draft;
}

void AddReference(uint64_t reference, Draft& draft) {
  if (std::find(draft.references.begin(), draft.references.end(), reference) != draft.references.end()) return;
  if (draft.references.size() < FindingBatch::kMaxReferences) {
    draft.references.push_back(reference);
  } else {
    ++draft.references_left_out;
  }
}

// `older` began before.
void Merge(const Draft& newer, Draft& older) {
  older.severity = std::max(older.severity, newer.severity);
  older.verdict = std::max(older.verdict, newer.verdict);
  older.action = std::max(older.action, newer.action);
  older.first = std::min(older.first, newer.first);
  older.last = std::max(older.last, newer.last);
  older.findings += newer.findings;
  older.references_left_out += newer.references_left_out;
  for (const uint64_t reference : newer.references) AddReference(reference, older);
}

}  // namespace

bool FindingBatch::Add(const event::Record& record, std::string_view json, std::string_view client_name) {
  KeyOf(record, key_);
  auto place = index_.find(key_);
  if (place == index_.end()) {
    if (drafts_.size() >= max_groups_) return false;
    place = index_.emplace(key_, drafts_.size()).first;
    drafts_.push_back(Begin(record, json, client_name));
    drafts_.back().key = key_;
  }
  const event::Finding& finding = record.body.finding;
  Draft& draft = drafts_[place->second];
  draft.severity = std::max(draft.severity, finding.severity);
  draft.verdict = std::max(draft.verdict, finding.verdict);
  draft.action = std::max(draft.action, finding.action);
  draft.first = std::min(draft.first, record.time);
  draft.last = std::max(draft.last, record.time);
  ++draft.findings;
  AddReference(finding.incident, draft);
  return true;
}

std::vector<Draft> FindingBatch::Take() {
  index_.clear();
  return std::exchange(drafts_, {});
}

void FindingBatch::PutBack(std::vector<Draft> drafts) {
  std::vector<Draft> newer = std::exchange(drafts_, std::move(drafts));
  index_.clear();
  for (size_t i = 0; i < drafts_.size(); ++i) index_.emplace(drafts_[i].key, i);
  for (Draft& draft : newer) {
    const auto [known, added] = index_.emplace(draft.key, drafts_.size());
    if (added) {
      drafts_.push_back(std::move(draft));
    } else {
      Merge(draft, drafts_[known->second]);
    }
  }
}

}  // namespace sluice::incident
