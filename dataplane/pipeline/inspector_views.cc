// What objects are opened into: decode → views, each matched and judged as an object of its own within the object.
//
// A view that could not be opened, or not to its end, is an anomaly with the path to it: "could not look" is never "clean".
#include <algorithm>
#include <utility>

#include "base/stage_clock.h"
#include "dataplane/decode/base64_runs_decoder.h"
#include "dataplane/decode/member_place.h"
#include "dataplane/pipeline/inspector.h"

namespace sluice::pipeline {

using content::Fate;
using decode::DecodeOutcome;
using decode::ViewPiece;

namespace {

// Packed, but nothing that a decoder would open: pixels and sound.
bool IsPicture(std::string_view type) { return type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/"); }

}  // namespace

// The first bytes of an object are together, or nearly: is there something to decode? REQUIRES: the prefix has `bytes` too.
void Inspector::Consider(ObjectState& object, ByteView bytes) noexcept {
  const InStage stage(Stage::kDecode);
  const ByteView prefix{object.prefix->bytes.data(), object.prefix->size};
  const decode::Prospect prospect = content::IsReportedAsObject(object.description.part)
                                        ? decode::ProspectOf(prefix, false, object.description)
                                        : decode::Prospect::kPlain;
  if (prospect == decode::Prospect::kCoded && OpenChain(object)) {
    const uint64_t before = object.bytes - bytes.size();
    if (before > 0) {
      const Counting counting = std::exchange(counting_, Counting::kCounted);
      Decode(object, prefix.First(before));
      counting_ = counting;
    }
    if (object.stage == DecodeStage::kOpen) return Decode(object, bytes);
  }
  if (prospect == decode::Prospect::kPlain) {
    object.stage = DecodeStage::kPlain;
    SearchAgain(object, prefix.First(object.bytes - bytes.size()));
    return object.stage == DecodeStage::kOpen ? Decode(object, bytes) : Search(object, bytes);
  }
  // While it is not known what they begin, these bytes are matched as they are, and that is all.
  const Fate fate = prospect == decode::Prospect::kNeedsMore ? Fate::kInspected : FateOf(object);
  Count(fate, bytes.size());
  if (!content::IsInspected(fate)) inspection_.uninspectable = true;
}

// Bytes that nothing undoes, and that were matched as they are: up to where a container begins within them.
void Inspector::Search(ObjectState& object, ByteView bytes) noexcept {
  const bool seeks = object.stage == DecodeStage::kPlain && content::IsReportedAsObject(object.description.part);
  const std::optional<decode::EmbeddedSeeker::Found> found = seeks ? object.seeker.Find(bytes) : std::nullopt;
  const ByteView plain = !found ? bytes : found->at < 0 ? ByteView() : bytes.First(static_cast<size_t>(found->at));
  Fate fate = FateOf(object);
  Count(fate, plain.size());
  if (!plain.empty() && !content::IsInspected(fate)) inspection_.uninspectable = true;
  if (!found) return;
  const ByteView rest = bytes.From(plain.size());
  if (OpenChain(object)) {
    object.chain->BeginWithin(object.seeker, *found);
    return Decode(object, rest);
  }
  fate = FateOf(object);
  Count(fate, rest.size());
  inspection_.uninspectable = true;
}

// Bytes that have their fate: the first of an object, kept until it was known what it is.
void Inspector::SearchAgain(ObjectState& object, ByteView bytes) noexcept {
  if (bytes.empty()) return;
  const Counting counting = std::exchange(counting_, Counting::kCounted);
  Search(object, bytes);
  counting_ = counting;
}

// The object is over before its prefix was complete: all of it is there, and has its fate.
void Inspector::ConsiderAtEnd(ObjectState& object) noexcept {
  const ByteView prefix{object.prefix->bytes.data(), object.prefix->size};
  const bool whole = object.lost_ranges == 0 && object.prefix->size == object.bytes && content::IsReportedAsObject(object.description.part);
  const bool coded = whole && decode::ProspectOf(prefix, true, object.description) == decode::Prospect::kCoded;
  if (!coded) {
    object.stage = DecodeStage::kPlain;
    if (object.lost_ranges == 0) SearchAgain(object, prefix);
    return;
  }
  if (!OpenChain(object)) {  // stays spoilt: nobody looked inside
    inspection_.uninspectable = true;
    return;
  }
  const Counting counting = std::exchange(counting_, Counting::kCounted);
  Decode(object, prefix);
  counting_ = counting;
}

// What a target says is what stands behind its escapes (RFC 3986, 2.1), in whichever way they are written; and a value of a query, a cookie or any other
// field may be a document in base64.
void Inspector::ReadEscapes(ObjectState& head, ByteView bytes) noexcept {
  if (head.opened) return;
  const bool has_escapes = bytes.AsText().find('%') != std::string_view::npos;
  if (!has_escapes && !decode::HasBase64Run(bytes, decode::Base64RunsDecoder::kShortest)) return;
  if (OpenChain(head)) head.chain->ResumeAs(has_escapes ? decode::Coding::kForm : decode::Coding::kBase64Runs);
}

bool Inspector::OpenChain(ObjectState& object) noexcept {
  object.chain = decode_room_->Open(object.description);
  object.stage = object.chain != nullptr ? DecodeStage::kOpen : DecodeStage::kSpoilt;
  if (object.chain == nullptr) statistics_->counters.Add(PipelineCounter::kDecoderChainsFull);
  return object.chain != nullptr;
}

void Inspector::Decode(ObjectState& object, ByteView bytes) noexcept {
  const InStage stage(Stage::kDecode);
  decode::DecoderChain& chain = *object.chain;
  chain.Feed(bytes);
  TakeViews(object);
  const decode::OpaqueInput opaque = chain.TakeOpaqueInput();
  const uint64_t encrypted = std::min<uint64_t>(opaque.encrypted, bytes.size());
  const uint64_t unopened = std::min<uint64_t>(opaque.unopened, bytes.size() - encrypted);
  Fate fate = Fate::kInspected;  // matched as it is, and read otherwise too; or not yet known what it begins
  if (chain.finished()) fate = FateOf(object);
  else if (chain.is_open() && chain.kind() != decode::CodingKind::kReading) fate = Fate::kDecoded;
  Count(Fate::kEncrypted, encrypted);
  Count(Fate::kUnopenedContainer, unopened);
  const uint64_t withheld = std::min<uint64_t>(opaque.withheld, bytes.size() - encrypted - unopened);
  if (counting_ == Counting::kCount) object.withheld += withheld;
  Count(fate, bytes.size() - encrypted - unopened - withheld);
  if (encrypted + unopened > 0 || !content::IsInspected(fate)) inspection_.uninspectable = true;
  if (!chain.finished()) return;
  Count(fate, std::exchange(object.withheld, 0));
  object.seeker = chain.seeker();
  decode_room_->Close(std::exchange(object.chain, nullptr));
  if (object.stage == DecodeStage::kOpen) object.stage = DecodeStage::kPlain;
}

void Inspector::TakeViews(ObjectState& object) noexcept {
  ViewPiece piece;
  while (object.chain->Next(piece)) {
    switch (piece.kind) {
      case ViewPiece::Kind::kBegin: OpenView(object, piece); break;
      case ViewPiece::Kind::kData: ScanView(FindView(object, piece.view), piece.bytes); break;
      case ViewPiece::Kind::kEnd: CloseView(object, piece); break;
      case ViewPiece::Kind::kRefused: {
        ObjectState* where = piece.view == 0 ? &object : FindView(object, piece.view);
        if (where != nullptr) NoteOutcome(object, *where, piece);
        break;
      }
      case ViewPiece::Kind::kDeferred: {
        ObjectState* where = piece.view == 0 ? &object : FindView(object, piece.view);
        if (where != nullptr) Defer(object, *where, piece);
        else decode_room_->Close(piece.deferred);
        break;
      }
    }
  }
}

void Inspector::EndDecoding(ObjectState& object, bool complete) noexcept {
  const InStage stage(Stage::kDecode);
  ends_complete_ = complete;
  object.chain->End();
  TakeViews(object);
  ends_complete_ = true;
  AbandonDecoding(object);
}

// Bytes were lost. Only of a zip file can what follows be read: from its next entry on. What held a container was plain before it.
void Inspector::BreakDecoding(ObjectState& object) noexcept {
  const bool is_zip = object.chain->is_open() && object.chain->coding() == decode::Coding::kZip;
  const bool was_embedded = object.chain->is_embedded();
  EndDecoding(object, false);
  object.seeker.Restart();
  object.stage = was_embedded ? DecodeStage::kPlain : DecodeStage::kSpoilt;
  if (was_embedded) return;
  if (is_zip && OpenChain(object)) object.chain->ResumeAs(decode::Coding::kZip);
}

void Inspector::AbandonDecoding(ObjectState& object) noexcept {
  while (object.views != nullptr) FreeView(object, object.views);
  Settle(object);
  if (object.chain != nullptr) decode_room_->Close(std::exchange(object.chain, nullptr));
}

// Bytes whose fate was withheld get it: what the decoder did not say by now it will not say any more.
void Inspector::Settle(ObjectState& object) noexcept {
  const uint64_t withheld = std::exchange(object.withheld, 0);
  if (withheld == 0) return;
  const decode::OpaqueInput opaque = object.chain->TakeOpaqueInput();
  const uint64_t encrypted = std::min(opaque.encrypted, withheld);
  const uint64_t unopened = object.chain->is_open() ? withheld - encrypted : std::min(opaque.unopened, withheld - encrypted);
  const Counting counting = std::exchange(counting_, Counting::kCount);
  Count(Fate::kEncrypted, encrypted);
  Count(Fate::kUnopenedContainer, unopened);
  Count(Fate::kDecoded, withheld - encrypted - unopened);
  counting_ = counting;
}

ObjectState* Inspector::FindView(ObjectState& object, decode::ViewNumber number) noexcept {
  ObjectState* view = object.views;
  while (view != nullptr && view->link->number != number) view = view->next;
  return view;
}

// Without room for it the view's data finds no object, which ScanView counts.
void Inspector::OpenView(ObjectState& object, const ViewPiece& piece) noexcept {
  ObjectState* parent = piece.parent == 0 ? &object : FindView(object, piece.parent);
  ObjectState* view = parent == nullptr ? nullptr : objects_->Take();
  if (view == nullptr) return;
  parent->opened = true;
  view->next = object.views;
  object.views = view;
  view->description = parent->description;
  if (!piece.name.empty()) view->description.name.Assign(piece.readable_name);
  view->media_type = piece.type;
  view->link = view_links_->Take();
  if (view->link == nullptr || !Equip(*view)) return FreeView(object, view);
  view->link->parent = parent;
  view->link->number = piece.view;
  view->link->is_reading = piece.is_reading;
  view->link->where = decode::WhereOf(piece.element, piece.is_reading, parent->link != nullptr ? parent->link->where : model::Where::kBody);
  view->link->element.Assign(piece.element);
  statistics_->counters.Add(PipelineCounter::kViews);
  MatchName(*view, piece.name);
}

void Inspector::ScanView(ObjectState* view, ByteView bytes) noexcept {
  if (view == nullptr) {
    statistics_->counters.Add(PipelineCounter::kObjectTableFull);
    inspection_.scanner_failed = true;
    return;
  }
  view->bytes += bytes.size();
  if (view->sha256 != nullptr) crypto_hash_sha256_update(view->sha256, bytes.data(), bytes.size());
  if (view->trace != nullptr) Trace(*view, bytes);
  Match(*view, bytes);
}

void Inspector::CloseView(ObjectState& object, const ViewPiece& piece) noexcept {
  ObjectState* view = FindView(object, piece.view);
  if (view == nullptr) {
    statistics_->decoded.Add(piece.outcome);
    return;
  }
  if (task_.policy->matcher->Close(std::exchange(view->stream, nullptr), hits_) == match::ScanStatus::kFailed) {
    statistics_->counters.Add(PipelineCounter::kScanFailures);
    inspection_.scanner_failed = true;
  }
  const bool complete = ends_complete_ && piece.outcome == DecodeOutcome::kComplete;
  if (view->trace != nullptr) EndTrace(*view, complete && !view->link->is_reading);
  // What is absent from a reading is not absent from the object.
  Judge(*view, !view->link->is_reading || view->tally != nullptr);
  EndBeside(*view, !view->link->is_reading);
  NoteOutcome(object, *view, piece);
  if (!view->link->is_reading) {
    if (options_.record_objects) recorder_->Object(*task_.key, *task_.flow, task_.policy->generation, *view, complete);
    if (piece.outcome == DecodeOutcome::kComplete) ReportUnopened(*view);
  }
  FreeView(object, view);
}

void Inspector::FreeView(ObjectState& object, ObjectState* view) noexcept {
  ObjectState** link = &object.views;
  while (*link != view) link = &(*link)->next;
  *link = view->next;
  ReleaseParts(*view);
  objects_->Give(view);
}

// A view, or the opening of one, ended. `where` it says so: the view itself, or what was not opened.
void Inspector::NoteOutcome(ObjectState& object, ObjectState& where, const ViewPiece& piece) noexcept {
  statistics_->decoded.Add(piece.outcome);
  if (piece.outcome == DecodeOutcome::kComplete) return;
  where.opened = true;
  // An object that breaks off says nothing about what it carried; its end is recorded as such.
  if (piece.outcome == DecodeOutcome::kTruncated && !ends_complete_) return;
  const bool of_object = &where == &object || where.link->parent == &object;
  if (of_object && object.chain->is_open() && object.chain->kind() == decode::CodingKind::kContent) object.stage = DecodeStage::kSpoilt;
  if (&where == &object && (!object.chain->is_embedded() || piece.outcome == DecodeOutcome::kOverBudget)) object.stage = DecodeStage::kSpoilt;
  if (piece.outcome != DecodeOutcome::kTruncated) inspection_.uninspectable = true;
  if (piece.outcome == DecodeOutcome::kNotOpened && object.description.direction != content::Direction::kUpload) return;
  recorder_->Anomaly(*task_.key, *task_.flow, task_.policy->generation, decode::Name(piece.outcome), object.description.direction,
                     piece.opaque_bytes, verdict::ActionTaken::kForwarded, &where);
}

// Packed or encrypted as a whole, and nothing looked inside.
void Inspector::ReportUnopened(ObjectState& object) noexcept {
  const bool is_view = object.link != nullptr;
  if (object.opened || object.description.direction != content::Direction::kUpload) return;
  if (is_view && (object.media_type.openness == content::Openness::kPlain || IsPicture(object.media_type.name))) return;
  const Fate fate = FateOf(object);
  if (fate != Fate::kUnopenedContainer && fate != Fate::kEncrypted) return;
  if (is_view) inspection_.uninspectable = true;
  const bool is_opaque = object.media_type.openness == content::Openness::kOpaque && object.stage != DecodeStage::kSpoilt;
  const std::string_view kind = fate == Fate::kEncrypted ? "encrypted_container" : is_opaque ? "opaque_content" : "unopened_container";
  recorder_->Anomaly(*task_.key, *task_.flow, task_.policy->generation, kind, object.description.direction, object.bytes,
                     verdict::ActionTaken::kForwarded, &object);
}

}  // namespace sluice::pipeline
