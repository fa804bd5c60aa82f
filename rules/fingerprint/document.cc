#include "rules/fingerprint/document.h"

#include <algorithm>
#include <utility>

namespace sluice::fingerprint {
namespace {

// A block of fewer different bytes is filling, as it is in many files.
constexpr size_t kFewestDifferentBytes = 12;

bool IsFilling(ByteView block) {
  std::array<bool, 256> seen{};
  size_t different = 0;
  for (const uint8_t byte : block) different += std::exchange(seen[byte], true) ? 0 : 1;
  return different < kFewestDifferentBytes;
}

}  // namespace

ContentCollector::ContentCollector(const Secrets& secrets, Keep keep) : selector_(secrets), keep_(keep) {
  selector_.Begin(state_);
  digester_.Begin(secrets);
}

void ContentCollector::KeepOne(const Selected& selected, ByteView run, uint64_t run_at) {
  const auto kind = static_cast<size_t>(selected.kind);
  if (keep_ == Keep::kTextOnly && selected.kind != Kind::kText) return;
  const bool whole_block = selected.end >= run_at + kBlockBytes;
  if (selected.kind == Kind::kBinary && whole_block && IsFilling(run.Sub(selected.end - run_at - kBlockBytes, kBlockBytes))) return;
  if (seen_[kind].Add(selected.fingerprint)) parts_[kind].fingerprints.push_back(selected.fingerprint);
}

void ContentCollector::Add(ByteView run) {
  const uint64_t run_at = bytes_;
  if (bytes_ == 0) {
    Digester first = digester_;
    first.Add(run.First(kBeginBytes));
    begin_ = first.Word();
  }
  digester_.Add(run);
  std::vector<Selected> zone;  // what is chosen where it is not yet known which way the content reads
  for (size_t at = 0; at < run.size(); at += Selector::kZone) {
    const ByteView step = run.Sub(at, Selector::kZone);
    const bool looking = bytes_ % Selector::kEpoch == 0;
    selector_.Feed(state_, step, [&](const Selected& selected) {
      if (looking) zone.push_back(selected);
      else KeepOne(selected, run, run_at);
    });
    // A content that ends within the zone is judged as if it went on.
    const bool is_text = looking && step.size() < Selector::kZone ? Selector::ReadsAsText(step) : state_.reads_as_text;
    for (const Selected& selected : zone) {
      if ((selected.kind == Kind::kText) == is_text) KeepOne(selected, run, run_at);
    }
    zone.clear();
    parts_[is_text ? 0 : 1].bytes += step.size();
    bytes_ += step.size();
  }
}

Whole ContentCollector::TakeWhole() const { return {begin_, digester_.Digest()}; }

std::vector<Part> ContentCollector::TakeParts() {
  std::vector<Part> parts;
  for (size_t kind = 0; kind < parts_.size(); ++kind) {
    if (parts_[kind].fingerprints.empty()) continue;
    parts_[kind].kind = static_cast<Kind>(kind);
    parts.push_back(std::move(parts_[kind]));
  }
  return parts;
}

void DocumentCollector::AddParts(ContentCollector& content) {
  for (Part& part : content.TakeParts()) document_.parts.push_back(std::move(part));
}

void DocumentCollector::AddFile(ContentCollector& file) {
  document_.identity = file.Digest();
  document_.source_bytes = file.bytes();
  if (file.bytes() >= kLeastDocumentBytes) document_.wholes.push_back(file.TakeWhole());
  AddParts(file);
}

void DocumentCollector::AddMember(ByteView bytes, bool has_reading) {
  ContentCollector content(*secrets_, ContentCollector::Keep::kAll);
  content.Add(bytes);
  if (bytes.size() >= kLeastMemberBytes) document_.wholes.push_back(content.TakeWhole());
  if (!has_reading) AddParts(content);
}

void DocumentCollector::AddReading(ByteView bytes) {
  ContentCollector content(*secrets_, ContentCollector::Keep::kTextOnly);
  content.Add(bytes);
  AddParts(content);
}

Document DocumentCollector::Take() { return std::exchange(document_, Document()); }

uint64_t PathHash(const Secrets& secrets, const std::string& path) {
  Digester digester;
  digester.Begin(secrets);
  digester.Add(ByteView(path));
  return digester.Word();
}

}  // namespace sluice::fingerprint
