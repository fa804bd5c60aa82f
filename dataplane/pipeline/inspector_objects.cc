// Objects and what is found in them: match → confirm → decide → fire. The protocol side is in inspector.cc, what objects
// are opened into in inspector_views.cc.
#include "dataplane/pipeline/inspector.h"

#include <algorithm>
#include <utility>

#include "base/stage_clock.h"
#include "dataplane/decode/declared_charset.h"
#include "dataplane/verdict/tally_book.h"

namespace sluice::pipeline {

using content::Direction;
using content::Fate;
using content::Part;

namespace {

bool IsHead(Part part) { return part == Part::kHttpRequestHead || part == Part::kHttpResponseHead; }

event::PayloadClass ClassOf(const content::MediaType& type) {
  if (type.openness == content::Openness::kContainer) return event::PayloadClass::kCompressed;
  if (type.openness == content::Openness::kEncrypted) return event::PayloadClass::kEncrypted;
  if (type.openness == content::Openness::kOpaque) return event::PayloadClass::kUnknown;
  return type.name.substr(0, 5) == "text/" ? event::PayloadClass::kText : event::PayloadClass::kBinary;
}

// Stable across runs and machines: the incident of a rule in a flow.
uint64_t IncidentOf(event::FlowId flow, std::string_view rule) {
  uint64_t h = 0xcbf29ce484222325ULL ^ flow;  // FNV-1a
  for (const char c : rule) h = (h ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  return h;
}

}  // namespace

// What the object needs from the other pools; what was taken stays with it also on failure, for FreeObject.
bool Inspector::Equip(ObjectState& object) noexcept {
  object.stream = task_.policy->matcher->Open();
  OpenShadow(object);
  // What a head is, is known.
  if (IsHead(object.description.part)) {
    object.media_type = {"message/http", content::Openness::kPlain};
  } else if (object.link == nullptr) {
    if ((object.prefix = type_prefixes_->Take()) == nullptr) return false;
    object.stage = DecodeStage::kUndecided;
  }
  if (task_.policy->signatures != nullptr && content::IsReportedAsObject(object.description.part)) {
    object.trace = task_.policy->signatures->Open();
    // Not compared is not clean.
    if (object.trace == nullptr) inspection_.scanner_failed = true;
  }
  if (options_.hash_objects && (object.sha256 = hashes_->Take()) != nullptr) crypto_hash_sha256_init(object.sha256);
  if (!task_.policy->evidence.empty()) BeginEvidence(object);
  object.watched = object.sha256 != nullptr || object.kept != nullptr;
  return object.stream != nullptr;
}

ObjectState* Inspector::OpenObject(const content::ObjectDescription& description) noexcept {
  FlowContext& flow = *task_.flow;
  ObjectState* object = objects_->Take();
  if (object == nullptr) {
    statistics_->counters.Add(PipelineCounter::kObjectTableFull);
    return nullptr;
  }
  object->description = description;
  if (flow.expected != nullptr) TakeExpectedName(object->description);
  object->next = flow.objects;
  flow.objects = object;
  if (!Equip(*object)) {
    statistics_->counters.Add(PipelineCounter::kObjectTableFull);
    FreeObject(object);
    return nullptr;
  }
  verdict::Tally* head = flow.heads[content::Index(description.direction)];
  if (head != nullptr && !IsHead(description.part)) {
    if ((object->tally = tallies_->Take()) != nullptr) object->tally->BeginBehindHead(*head);
    ForgetHead(flow, description.direction);
  }
  if (!IsHead(description.part)) BeginShadowBehindHead(*object);
  if (content::IsReportedAsObject(description.part)) statistics_->counters.Add(PipelineCounter::kObjects);
  MatchName(*object, object->description.name.view());
  std::array<char, 256> room;
  const std::string_view readable = decode::ReadableName(object->description.name.view(), options_.decode.names_charset.view(), room);
  if (readable.data() == room.data()) object->description.name.Assign(readable);
  return object;
}

ObjectState* Inspector::FindObject(content::ObjectNumber number) noexcept {
  ObjectState* object = task_.flow->objects;
  while (object != nullptr && object->description.number != number) object = object->next;
  return object;
}

void Inspector::FreeObject(ObjectState* object) noexcept {
  ObjectState** link = &task_.flow->objects;
  while (*link != object) link = &(*link)->next;
  *link = object->next;
  AbandonDecoding(*object);
  ReleaseParts(*object);
  objects_->Give(object);
}

void Inspector::ReleaseParts(ObjectState& object) noexcept {
  CompareBeside(object);
  if (object.stream != nullptr) task_.policy->matcher->Abandon(object.stream);
  if (object.prefix != nullptr) type_prefixes_->Give(object.prefix);
  if (object.tally != nullptr) tallies_->Give(object.tally);
  if (object.sha256 != nullptr) hashes_->Give(object.sha256);
  if (object.trace != nullptr) task_.policy->signatures->Give(object.trace);
  if (object.kept != nullptr) LeaveEvidence(object);
  if (object.link != nullptr) view_links_->Give(object.link);
}

void Inspector::RememberHead(ObjectState& head) noexcept {
  if (head.tally == nullptr || head.tally->empty()) return;
  ForgetHead(*task_.flow, head.description.direction);
  task_.flow->heads[content::Index(head.description.direction)] = std::exchange(head.tally, nullptr);
}

void Inspector::ForgetHead(FlowContext& flow, Direction direction) noexcept {
  verdict::Tally*& kept = flow.heads[content::Index(direction)];
  if (kept != nullptr) tallies_->Give(kept);
  kept = nullptr;
}

void Inspector::Count(Fate fate, uint64_t bytes) noexcept {
  if (counting_ == Counting::kCounted) return;
  statistics_->fates.Add(fate, bytes);
  task_.flow->fates[static_cast<size_t>(fate)] += bytes;
}

Fate Inspector::FateOf(const ObjectState& object) const noexcept {
  if (object.failed) return Fate::kScannerFailed;
  if (object.stage == DecodeStage::kSpoilt) return Fate::kUnopenedContainer;
  // Plain bytes behind coded ones.
  if (object.opened) return Fate::kInspected;
  if (object.media_type.openness == content::Openness::kEncrypted) return Fate::kEncrypted;
  if (object.media_type.openness != content::Openness::kPlain || object.description.declared_encoding) return Fate::kUnopenedContainer;
  return Fate::kInspected;
}

void Inspector::ScanObject(ObjectState* object, ByteView bytes) noexcept {
  if (object == nullptr) {
    Count(Fate::kObjectTableFull, bytes.size());
    inspection_.scanner_failed = true;
    return;
  }
  if (object->prefix != nullptr) GrowPrefix(*object, bytes);
  object->bytes += bytes.size();
  if (object->watched) Watch(*object, bytes);
  if (object->trace != nullptr) Trace(*object, bytes);
  // What stands for something else is read by nobody as it is.
  if (object->stage == DecodeStage::kOpen && object->chain->kind() == decode::CodingKind::kContent) {
    object->unmatched += bytes.size();
    if (object->trace != nullptr && task_.policy->signatures->has_findings()) {
      hits_.Clear();
      Judge(*object, false);
    }
  } else {
    Match(*object, bytes);
  }
  if (object->stage == DecodeStage::kPlain && object->description.part == Part::kHttpRequestHead) ReadEscapes(*object, bytes);
  if (object->stage == DecodeStage::kUndecided) {
    Consider(*object, bytes);
  } else if (object->stage == DecodeStage::kOpen) {
    Decode(*object, bytes);
  } else {
    Search(*object, bytes);
  }
  if (object->prefix != nullptr && object->prefix->complete()) {
    type_prefixes_->Give(object->prefix);
    object->prefix = nullptr;
  }
}

void Inspector::Match(ObjectState& object, ByteView bytes) noexcept {
  const uint64_t unmatched = std::exchange(object.unmatched, 0);
  if (unmatched > 0) task_.policy->matcher->Skip(*object.stream, unmatched);
  if (task_.policy->matcher->Scan(*object.stream, bytes, hits_) == match::ScanStatus::kFailed) {
    statistics_->counters.Add(PipelineCounter::kScanFailures);
    object.failed = true;
    inspection_.scanner_failed = true;
  }
  Judge(object, false);
  MatchBeside(object, bytes, unmatched);
}

void Inspector::GrowPrefix(ObjectState& object, ByteView bytes) noexcept {
  object.prefix->Grow(bytes);
  object.media_type = content::DetectMediaType({object.prefix->bytes.data(), object.prefix->size});
  if (task_.flow->payload_class == event::PayloadClass::kUnknown) task_.flow->payload_class = ClassOf(object.media_type);
}

void Inspector::SkipInOpenObjects(uint64_t gap) noexcept {
  for (ObjectState* object = task_.flow->objects; object != nullptr; object = object->next) {
    if (object->description.direction != task_.direction) continue;
    if (object->stage == DecodeStage::kOpen) BreakDecoding(*object);
    const uint64_t skipped = std::exchange(object->unmatched, 0) + gap;
    task_.policy->matcher->Skip(*object->stream, skipped);
    SkipBeside(*object, skipped);
    object->bytes += gap;
    if (object->kept != nullptr) options_.evidence->AddGap(*object->kept, gap);
    ++object->lost_ranges;
    if (object->trace != nullptr) task_.policy->signatures->Skip(*object->trace, object->bytes);
  }
}

void Inspector::CloseObject(ObjectState* object, bool complete) noexcept {
  complete = complete && object->lost_ranges == 0;
  if (object->kept != nullptr) object->kept->complete = complete;
  if (object->stage == DecodeStage::kUndecided) ConsiderAtEnd(*object);
  if (object->stream != nullptr) {
    if (task_.policy->matcher->Close(object->stream, hits_) == match::ScanStatus::kFailed) {
      statistics_->counters.Add(PipelineCounter::kScanFailures);
      inspection_.scanner_failed = true;
    }
    object->stream = nullptr;
  }
  if (object->trace != nullptr) EndTrace(*object, complete);
  Judge(*object, true);
  EndBeside(*object, true);
  if (object->stage == DecodeStage::kOpen) EndDecoding(*object, complete);
  FlowContext& flow = *task_.flow;
  if (IsHead(object->description.part)) {
    RememberHead(*object);
    RememberShadowHead(*object);
  }
  // An alternative reading is evidence, not an object.
  if (content::IsReportedAsObject(object->description.part) && object->description.number != kAlternativeObject) {
    if (options_.record_objects) recorder_->Object(*task_.key, flow, task_.policy->generation, *object, complete);
    ReportUnopened(*object);
  }
  FreeObject(object);
}

void Inspector::EndObjects(Direction direction) noexcept {
  for (ObjectState* object = task_.flow->objects; object != nullptr;) {
    ObjectState* next = object->next;
    // Without a protocol the end of the direction is the end of its object.
    if (object->description.direction == direction) CloseObject(object, !task_.flow->protocol_known);
    object = next;
  }
}

verdict::ObjectFacts Inspector::FactsOf(const ObjectState& object) const noexcept {
  const flow::FlowKey& key = *task_.key;
  const FlowContext& flow = *task_.flow;
  const bool low_sends = (flow.client == flow::KeySide::kLow) == (object.description.direction == Direction::kUpload);
  verdict::ObjectFacts facts;
  facts.direction = object.description.direction;
  facts.where = in_name_ ? model::Where::kName : IsHead(object.description.part) ? model::Where::kHeader : object.link != nullptr ? object.link->where : model::Where::kBody;
  facts.source = low_sends ? key.low : key.high;
  facts.destination = low_sends ? key.high : key.low;
  facts.application = protocol::Name(flow.app);
  facts.media_type = object.media_type.name;
  if (options_.hosts != nullptr) facts.client = options_.hosts->Find(flow.client == flow::KeySide::kLow ? key.low : key.high);
  facts.now = flow.last;  // of the packet at hand
  return facts;
}

// The object's hits of the last scan, in order; at its end also what could only be decided then.
void Inspector::Judge(ObjectState& object, bool at_end) noexcept {
  const InStage stage(Stage::kVerdict);
  // Nearly every run of nearly every object: nothing was hit, and nothing that was hit before can be decided now.
  const bool documents = object.trace != nullptr && !in_name_ && task_.policy->signatures->has_findings();
  if (hits_.hits().empty() && !documents) {
    const verdict::Decider& decider = *task_.policy->decider;
    const bool waits = at_end ? object.tally != nullptr || decider.MayFireOnNothing()
                              : object.tally != nullptr && decider.AwaitsOffset(*object.tally, object.bytes);
    if (!waits) return;
  }
  if (hits_.overflow() > 0) statistics_->counters.Add(PipelineCounter::kHitsOverLimit, hits_.overflow());
  if ((documents || !hits_.hits().empty()) && object.tally == nullptr && (object.tally = tallies_->Take()) == nullptr) {
    statistics_->counters.Add(PipelineCounter::kTallyTableFull);
  }
  if (object.tally == nullptr) empty_tally_ = verdict::Tally();
  verdict::Tally& tally = object.tally != nullptr ? *object.tally : empty_tally_;
  task_.policy->confirmer->Confirm(*task_.policy->matcher, hits_, confirmed_);
  if (documents) task_.policy->signatures->TakeFindings(confirmed_);
  const verdict::ObjectFacts facts = FactsOf(object);
  task_.policy->decider->Decide(tally, facts, confirmed_.findings(), object.bytes, fired_);
  for (const verdict::FiredRule& fired : fired_.rules()) Fire(object, fired);
  inspection_.verdict = std::max(inspection_.verdict, fired_.strongest());
  if (!at_end) return;
  task_.policy->decider->DecideAtEnd(tally, facts, object.bytes, fired_);
  for (const verdict::FiredRule& fired : fired_.rules()) Fire(object, fired);
  inspection_.verdict = std::max(inspection_.verdict, fired_.strongest());
}

// Registered documents in the run at hand; Judge says what follows from it.
void Inspector::Trace(ObjectState& object, ByteView bytes) noexcept {
  task_.policy->signatures->Feed(*object.trace, bytes, object.bytes - bytes.size());
}

void Inspector::EndTrace(ObjectState& object, bool complete) noexcept {
  if (complete) task_.policy->signatures->End(*object.trace);
}

// Which document it was, where the detector asks for registered ones.
void Inspector::DescribeDocument(const ObjectState& object, const verdict::FiredRule& fired, event::Finding& finding) const noexcept {
  const signature::Sighting* sighting = signature::Engine::SightingOf(*object.trace, fired.detector, fired.count);
  if (sighting == nullptr) return;
  const fingerprint::Set& set = task_.policy->signatures->set(sighting->set);
  event::DocumentSeen& seen = finding.document;
  seen.number = sighting->document + 1;
  seen.set.Assign(set.name());
  seen.name.Assign(set.NameOf(set.documents()[sighting->document]));
  seen.percent = sighting->percent;
  seen.whole = sighting->whole;
  seen.bytes = sighting->bytes;
  seen.run = sighting->length;
  finding.match.offset = sighting->begin;
  finding.match.length = static_cast<uint32_t>(std::min<uint64_t>(sighting->length, UINT32_MAX));
  finding.object.bytes = std::max(finding.object.bytes, sighting->end);
}

// A record for the pieces of each document; those of one stand beside each other.
void Inspector::RecordDepartures(const flow::FlowKey& key, const FlowContext& flow, Direction direction) noexcept {
  signature::Engine& signatures = *slots_[flow.policy_slot].signatures;
  event::Departure* departure = nullptr;
  const signature::Departure* before = nullptr;
  for (const signature::Departure& piece : signatures.departures()) {
    const bool goes_on = before != nullptr && before->set == piece.set && before->document == piece.document && departure != nullptr && departure->count < event::Departure::kPlaces;
    if (!goes_on) {
      if (departure != nullptr) recorder_->PublishDeparture();
      departure = recorder_->BeginDeparture(key, flow, slots_[flow.policy_slot].generation);
      if (departure == nullptr) break;
      const fingerprint::Set& set = signatures.set(piece.set);
      const fingerprint::DocumentRecord& document = set.documents()[piece.document];
      departure->direction = direction;
      departure->set.Assign(set.name());
      departure->name.Assign(set.NameOf(document));
      departure->number = piece.document + 1;
      departure->identity = document.identity;
      for (const fingerprint::PartRecord& part : set.PartsOf(document)) {
        departure->places_in_all += part.count;
        departure->bytes_in_all += part.bytes;
      }
    }
    departure->places[departure->count++] = piece.place;
    before = &piece;
  }
  if (departure != nullptr) recorder_->PublishDeparture();
  signatures.ForgetDepartures();
}

void Inspector::ForgetDepartures(const FlowContext& flow) noexcept { slots_[flow.policy_slot].signatures->ForgetDepartures(); }

void Inspector::Fire(const ObjectState& object, const verdict::FiredRule& fired) noexcept {
  // What was found in the bytes is not found again in another reading of them, nor in a name or a subject that stands in them.
  const bool stands_in_parent = object.link != nullptr && (object.link->is_reading || in_name_ || (object.link->where & model::Where::kSubject) != 0);
  if (stands_in_parent && object.link->parent != nullptr && object.link->parent->tally != nullptr &&
      verdict::TallyBook(*object.link->parent->tally).HasFired(fired.rule, fired.verdict)) {
    return;
  }
  ++task_.flow->findings;
  if (ShadowObject* shadow = ShadowOf(object); shadow != nullptr) shadow_->NoteInForce(*shadow, fired);
  if (finding_count_ == kMaxFindings) {
    statistics_->counters.Add(PipelineCounter::kFindingsOverLimit);
    return;
  }
  const bundle::Bundle& policy = task_.policy->matcher->policy();
  const model::Rule& rule = policy.rules()[fired.rule];
  event::Finding& finding = findings_[finding_count_];
  finding = event::Finding{};
  finding.rule.Assign(rule.id);
  finding.detector.Assign(policy.detectors()[fired.detector].id);
  finding.severity = rule.severity;
  finding.verdict = fired.verdict;
  finding.confidence = fired.confidence;
  finding.count = fired.count;
  finding.direction = object.description.direction;
  const uint64_t end = fired.count == 0 ? object.bytes : fired.offset + fired.length;
  Describe(object, end, finding.object);
  if (in_name_) event::AppendPathElement(finding.object, "name");
  finding.match.masked.Assign(fired.masked.view());
  finding.match.offset = fired.offset;
  finding.match.length = fired.length;
  finding.match.encoding.Assign(model::Name(fired.encoding));
  if (fired.form != model::TransferForm::kPlain) {
    finding.match.encoding.Append("+");
    finding.match.encoding.Append(model::Name(fired.form));
  }
  finding.marking = fired.marking;
  if (object.trace != nullptr) DescribeDocument(object, fired, finding);
  finding.explain.Assign(fired.explain.view());
  finding.incident = IncidentOf(task_.flow->id, rule.id);
  if (rule.evidence) AskForEvidence(object, rule, finding);
  fired_rules_[finding_count_++] = fired.rule;
}

}  // namespace sluice::pipeline
