#include "dataplane/signature/engine.h"

#include <algorithm>
#include <utility>

#include "rules/text/character.h"

namespace sluice::signature {

using fingerprint::Fingerprint;
using fingerprint::Kind;
using fingerprint::PartRecord;
using fingerprint::Selected;
using fingerprint::Set;

namespace {

// Of pieces that leave one by one, with what came before to speak for them.
constexpr uint32_t kLeastTextPieces = 2, kLeastBinaryPieces = 1;
constexpr size_t kMostWatches = 32;  // bits of Evidence::reported

uint32_t Least(Kind kind, uint32_t text, uint32_t binary, uint32_t count) { return std::min(kind == Kind::kText ? text : binary, std::max(count, 2u)); }

}  // namespace

std::string_view Name(SignatureCounter counter) {
  switch (counter) {
    case SignatureCounter::kLookups: return "lookups";
    case SignatureCounter::kHits: return "hits";
    case SignatureCounter::kSightings: return "sightings";
    case SignatureCounter::kTracesFull: return "traces_full";
    case SignatureCounter::kDocumentsOverLimit: return "documents_over_limit";
    case SignatureCounter::kSightingsOverLimit: return "sightings_over_limit";
    case SignatureCounter::kDeparturesOverLimit: return "departures_over_limit";
    case SignatureCounter::kCount: break;
  }
  return "unknown";
}

Result<std::unique_ptr<Engine>> Engine::Create(const bundle::Bundle& policy, size_t max_objects, CounterSet<SignatureCounter>* counters) {
  const std::shared_ptr<const bundle::SignatureSets>& signatures = policy.signatures();
  if (signatures == nullptr) return std::unique_ptr<Engine>();
  if (const Status status = text::PrepareCharacters(model::Encoding::kGb18030); !status) return status.error();
  std::unique_ptr<Engine> engine(new Engine());
  engine->counters_ = counters;
  engine->sets_ = signatures->sets();
  for (const auto& set : engine->sets_) engine->watched_.push_back({set.get(), {}, false});
  for (const bundle::SignatureSets::Use& use : signatures->uses()) {
    const model::SignatureFilter& filter = policy.detectors()[use.detector].signature;
    if (filter.asks_for_rows()) continue;
    WatchedSet& watched = engine->watched_[use.set];
    if (watched.watches.size() == kMostWatches) return Error{ErrorCode::kUnsupported, "more than 32 detectors ask for the signature set '" + filter.set + "'"};
    watched.watches.push_back({use.detector, &filter, use.board.get()});
    watched.follows_departures = watched.follows_departures || use.board != nullptr;
  }
  // Rows alone are a matter of confirming hits (dataplane/match).
  if (std::all_of(engine->watched_.begin(), engine->watched_.end(), [](const WatchedSet& w) { return w.watches.empty(); })) return std::unique_ptr<Engine>();
  if (engine->sets_.size() > UINT8_MAX) return Error{ErrorCode::kUnsupported, "a policy can ask for 255 signature sets"};
  engine->secrets_ = &engine->sets_.front()->secrets();
  engine->selector_.emplace(*engine->secrets_);
  auto traces = SlabPool<Trace>::Create(max_objects);
  if (!traces.ok()) return traces.error();
  engine->traces_.emplace(std::move(traces).value());
  return engine;
}

Trace* Engine::Open() noexcept {
  Trace* trace = traces_->Take();
  if (trace == nullptr) {
    counters_->Add(SignatureCounter::kTracesFull);
    return nullptr;
  }
  selector_->Begin(trace->selector);
  trace->digester.Begin(*secrets_);
  return trace;
}

void Engine::Feed(Trace& trace, ByteView bytes, uint64_t offset) noexcept {
  if (trace.hashing != Trace::Hashing::kOver) Hash(trace, bytes);
  if (trace.selector.offset != offset) selector_->Begin(trace.selector, offset);
  selector_->Feed(trace.selector, bytes, [&](const Selected& selected) {
    batch_[batch_size_++] = selected;
    if (batch_size_ == kBatch) LookUp(trace);
  });
  if (batch_size_ > 0) LookUp(trace);
}

void Engine::Skip(Trace& trace, uint64_t offset) noexcept {
  trace.hashing = Trace::Hashing::kOver;
  selector_->Begin(trace.selector, offset);
}

bool Engine::AnyBeginsWith(uint64_t begin) const noexcept {
  return std::any_of(sets_.begin(), sets_.end(), [&](const auto& set) { return !set->MembersThatBegin(begin).empty(); });
}

void Engine::Hash(Trace& trace, ByteView bytes) noexcept {
  if (trace.hashing == Trace::Hashing::kBegin) {
    const ByteView first = bytes.First(static_cast<size_t>(fingerprint::kBeginBytes - trace.digester.bytes()));
    trace.digester.Add(first);
    if (trace.digester.bytes() < fingerprint::kBeginBytes) return;
    bytes = bytes.From(first.size());
    trace.begin = trace.digester.Word();
    trace.hashing = AnyBeginsWith(trace.begin) ? Trace::Hashing::kAll : Trace::Hashing::kOver;
  }
  if (trace.hashing == Trace::Hashing::kAll) trace.digester.Add(bytes);
}

void Engine::End(Trace& trace) noexcept {
  if (trace.hashing == Trace::Hashing::kOver || trace.digester.bytes() == 0) return;
  const fingerprint::ContentDigest digest = trace.digester.Digest();
  if (trace.hashing == Trace::Hashing::kBegin) trace.begin = LoadLe64(digest.data());
  for (size_t set = 0; set < sets_.size(); ++set) {
    for (const fingerprint::MemberRecord& member : sets_[set]->MembersThatBegin(trace.begin)) {
      if (member.digest == digest) TellWhole(trace, static_cast<uint8_t>(set), member.document, trace.digester.bytes());
    }
  }
}

void Engine::LookUp(Trace& trace) noexcept {
  const size_t size = std::exchange(batch_size_, 0);
  counters_->Add(SignatureCounter::kLookups, size);
  std::array<Fingerprint, kBatch> fingerprints;
  for (size_t i = 0; i < size; ++i) fingerprints[i] = batch_[i].fingerprint;
  std::array<Set::Found, kBatch> found;
  for (size_t set = 0; set < sets_.size(); ++set) {
    sets_[set]->FindAll({fingerprints.data(), size}, {found.data(), size});
    for (size_t i = 0; i < size; ++i) {
      for (size_t k = 0; k < found[i].count; ++k) Credit(trace, static_cast<uint8_t>(set), found[i].ordinals[k], batch_[i]);
    }
  }
}

// The part's evidence; a new one takes the place of the one with least to show, unless that is enough by itself.
Evidence* Engine::EvidenceOf(Trace& trace, uint8_t set, const PartRecord& part) noexcept {
  const auto number = static_cast<uint32_t>(&part - sets_[set]->parts().data());
  const auto begin = trace.evidence.begin(), end = begin + trace.evidence_count;
  const auto known = std::find_if(begin, end, [&](const Evidence& e) { return e.part == number && e.set == set; });
  if (known != end) return &*known;
  Evidence* place = nullptr;
  if (trace.evidence_count < Trace::kEvidence) {
    place = &trace.evidence[trace.evidence_count++];
  } else {
    counters_->Add(SignatureCounter::kDocumentsOverLimit);
    place = &*std::min_element(begin, end, [](const Evidence& a, const Evidence& b) { return a.hits < b.hits; });
    if (place->enough) return nullptr;
  }
  *place = Evidence();
  place->part = number;
  place->document = part.document;
  place->set = set;
  return place;
}

void Engine::Credit(Trace& trace, uint8_t set, uint32_t ordinal, const Selected& selected) noexcept {
  const PartRecord* part = sets_[set]->PartOf(ordinal);
  if (part == nullptr || part->kind != static_cast<uint32_t>(selected.kind)) return;
  counters_->Add(SignatureCounter::kHits);
  Evidence* evidence = EvidenceOf(trace, set, *part);
  if (evidence == nullptr) return;
  const uint32_t place = ordinal - part->first_ordinal;
  const uint32_t hits_before = evidence->hits;
  const bool is_new = evidence->Add(*part, place, selected.end);
  const bool is_first_passage = !evidence->enough && evidence->IsPassage(*part);
  evidence->enough = evidence->enough || is_first_passage;
  if (!is_new && !is_first_passage) return;
  if (is_new && watched_[set].follows_departures && evidence->hits >= Least(selected.kind, kLeastTextPieces, kLeastBinaryPieces, part->count)) {
    const uint32_t first = part->first_ordinal - sets_[set]->parts()[sets_[set]->documents()[part->document].first_part].first_ordinal;
    // What waited for a second hit to speak for it.
    if (hits_before == 1 && selected.kind == Kind::kText) Depart(set, part->document, first + evidence->first);
    Depart(set, part->document, first + place);
  }
  Weigh(trace, *evidence, *part, selected.end);
}

void Engine::Depart(uint8_t set, uint32_t document, uint32_t place) noexcept {
  if (departure_count_ == kMostDepartures) return counters_->Add(SignatureCounter::kDeparturesOverLimit);
  departures_[departure_count_++] = {document, place, set};
}

bool Engine::Holds(const Watch& watch, const Evidence& evidence, const PartRecord& part) const noexcept {
  const model::SignatureFilter& filter = *watch.filter;
  const Kind kind = static_cast<Kind>(part.kind);
  if (watch.board != nullptr) {
    return evidence.hits >= Least(kind, kLeastTextPieces, kLeastBinaryPieces, part.count) && watch.board->IsOver(evidence.document);
  }
  if (filter.whole || !evidence.enough) return false;
  return evidence.run_bytes() >= filter.run && (filter.bytes == 0 || evidence.BytesOf(part) >= filter.bytes) &&
         (filter.percent == 0 || evidence.PercentOf(part.count) >= filter.percent);
}

bool Engine::WasReported(const Trace& trace, uint8_t set, uint32_t document, uint32_t bit) noexcept {
  const std::span known(trace.evidence.data(), trace.evidence_count);
  return std::any_of(known.begin(), known.end(), [&](const Evidence& e) { return e.set == set && e.document == document && (e.reported & bit) != 0; });
}

void Engine::Weigh(Trace& trace, Evidence& evidence, const PartRecord& part, uint64_t end) noexcept {
  const std::vector<Watch>& watches = watched_[evidence.set].watches;
  for (size_t i = 0; i < watches.size(); ++i) {
    const uint32_t bit = 1u << i;
    if ((evidence.reported & bit) != 0 || !Holds(watches[i], evidence, part)) continue;
    const bool known = WasReported(trace, evidence.set, evidence.document, bit);
    evidence.reported |= bit;
    if (known) continue;
    Sighting sighting;
    sighting.document = evidence.document;
    sighting.set = evidence.set;
    sighting.percent = static_cast<uint8_t>(evidence.PercentOf(part.count));
    sighting.end = end;
    sighting.begin = evidence.best_begin;
    sighting.length = evidence.run_bytes();
    sighting.bytes = evidence.BytesOf(part);
    Tell(trace, watches[i], sighting);
  }
}

void Engine::TellWhole(Trace& trace, uint8_t set, uint32_t document, uint64_t end) noexcept {
  const std::vector<Watch>& watches = watched_[set].watches;
  const fingerprint::DocumentRecord& record = sets_[set]->documents()[document];
  if (watched_[set].follows_departures) {
    const uint32_t count = sets_[set]->FingerprintsOf(record);
    // Those of a document that is too short for fingerprints: it has left as a whole.
    if (count == 0) Depart(set, document, 0);
  }
  for (size_t i = 0; i < watches.size(); ++i) {
    if (watches[i].board != nullptr && !watches[i].board->IsOver(document)) continue;
    if (WasReported(trace, set, document, 1u << i)) continue;
    Sighting sighting;
    sighting.document = document;
    sighting.set = set;
    sighting.whole = true;
    sighting.percent = 100;
    sighting.end = end;
    sighting.length = end;
    sighting.bytes = end;
    Tell(trace, watches[i], sighting);
  }
}

void Engine::Tell(Trace& trace, const Watch& watch, const Sighting& sighting) noexcept {
  counters_->Add(SignatureCounter::kSightings);
  if (trace.sighting_count < Trace::kSightings) {
    Sighting& kept = trace.sightings[trace.sighting_count++];
    kept = sighting;
    kept.detector = watch.detector;
  }
  if (told_count_ == kMostTold) return counters_->Add(SignatureCounter::kSightingsOverLimit);
  told_[told_count_++] = {watch.detector, sighting.document, sighting.end};
}

void Engine::TakeFindings(match::FindingList& findings) noexcept {
  const size_t count = std::exchange(told_count_, 0);
  for (size_t i = 0; i < count; ++i) {
    if (findings.full()) {
      counters_->Add(SignatureCounter::kSightingsOverLimit);
      continue;
    }
    match::Finding finding;
    finding.detector = told_[i].detector;
    finding.pattern = UINT32_MAX;  // none; orders it behind hits that end where it does
    finding.offset = finding.end = told_[i].end;
    finding.term = told_[i].document;
    finding.value = told_[i].document;
    findings.Add(finding);
  }
  findings.Arrange();
}

const Sighting* Engine::SightingOf(const Trace& trace, model::DetectorIndex detector, uint32_t count) noexcept {
  const Sighting* found = nullptr;
  for (size_t i = 0; i < trace.sighting_count && count > 0; ++i) {
    if (trace.sightings[i].detector != detector) continue;
    found = &trace.sightings[i];
    --count;
  }
  return found;
}

}  // namespace sluice::signature
