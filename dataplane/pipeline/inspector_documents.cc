// Documents that extractors read in their own time (dataplane/extract): each is an object of its flow that goes on by itself, while the
// object that it stood in may be over.
//
// The worker asks for what was found in turns. The bytes of such a document have no fate until the extractor has answered.
#include <utility>

#include "dataplane/pipeline/inspector.h"

namespace sluice::pipeline {

using content::Fate;
using decode::DecodeOutcome;
using decode::ViewPiece;

// `where`: the object itself, or the view that is the document.
void Inspector::Defer(ObjectState& object, ObjectState& where, const ViewPiece& piece) noexcept {
  where.opened = true;
  const bool has_room = documents_ < kMaxDocuments;
  ObjectState* document = has_room ? objects_->Take() : nullptr;
  if (document != nullptr) {
    document->chain = piece.deferred;
    document->stage = DecodeStage::kOpen;
    document->opened = true;
    if (&where == &object) document->withheld = std::exchange(object.withheld, 0);
    document->next = task_.flow->documents;
    task_.flow->documents = document;
    ++documents_;
  }
  if (document == nullptr || !EquipDocument(*document, where)) {
    ViewPiece refusal = piece;
    refusal.outcome = has_room ? DecodeOutcome::kPoolEmpty : DecodeOutcome::kExtractorBusy;
    NoteOutcome(object, where, refusal);
    if (document != nullptr) return FreeDocument(document);
    decode_room_->Close(piece.deferred);
    Count(Fate::kUnopenedContainer, std::exchange(object.withheld, 0));
    return;
  }
  statistics_->counters.Add(PipelineCounter::kDocumentsDeferred);
  // What its bytes show may ask for the object they came in, which may be over by then.
  const ObjectState* whole = &object;
  while (whole->link != nullptr && whole->link->parent != nullptr) whole = whole->link->parent;
  if ((document->kept = whole->kept) != nullptr) ++document->kept->holders;
  inspection_.documents_wait = true;
}

bool Inspector::EquipDocument(ObjectState& document, const ObjectState& where) noexcept {
  document.description = where.description;
  document.media_type = where.media_type;
  document.bytes = where.bytes;
  if ((document.link = view_links_->Take()) == nullptr) return false;
  // The way to it in one piece, for what stands on it will be gone by the time it is asked for.
  event::ObjectRef place;
  Describe(where, 0, place);
  const std::string_view path = place.path.view();
  const size_t within = path.find('\n');
  if (within != std::string_view::npos) document.link->element.Assign(path.substr(within + 1));
  return true;
}

const Inspection& Inspector::TakeDocuments(const flow::FlowKey& key, FlowContext& flow) noexcept {
  StartRun(key, flow, content::Direction::kUpload);
  for (ObjectState* document = flow.documents; document != nullptr;) {
    ObjectState* next = document->next;
    task_.direction = document->description.direction;
    TakeViews(*document);
    if (document->chain->finished()) FreeDocument(document);
    document = next;
  }
  return FinishRun();
}

void Inspector::SettleAll(const flow::FlowKey& key, FlowContext& flow) noexcept {
  StartRun(key, flow, content::Direction::kUpload);
  for (ObjectState* object = flow.objects; object != nullptr; object = object->next) Settle(*object);
  while (flow.documents != nullptr) {
    ViewPiece given_up;
    given_up.outcome = DecodeOutcome::kNotAwaited;
    given_up.opaque_bytes = flow.documents->withheld;
    NoteOutcome(*flow.documents, *flow.documents, given_up);
    FreeDocument(flow.documents);
  }
}

void Inspector::FreeDocument(ObjectState* document) noexcept {
  ObjectState** link = &task_.flow->documents;
  while (*link != document) link = &(*link)->next;
  *link = document->next;
  AbandonDecoding(*document);
  ReleaseParts(*document);
  objects_->Give(document);
  --documents_;
}

}  // namespace sluice::pipeline
