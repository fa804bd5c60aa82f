// Creation, policies, and the protocol side of inspection; objects and matching are in inspector_objects.cc.
#include "dataplane/pipeline/inspector.h"

#include <cstring>

#include "base/stage_clock.h"

namespace sluice::pipeline {

using content::Fate;
using protocol::Piece;

namespace {

template <typename T>
Status MakePool(size_t capacity, std::optional<SlabPool<T>>& pool) {
  auto made = SlabPool<T>::Create(capacity);
  if (!made.ok()) return made.error();
  pool.emplace(std::move(made).value());
  return {};
}

}  // namespace

Result<std::unique_ptr<Inspector>> Inspector::Create(const InspectorOptions& options, std::shared_ptr<const bundle::Bundle> policy,
                                                     uint32_t generation, Recorder* recorder, Statistics* statistics) {
  std::unique_ptr<Inspector> inspector(new Inspector(options, recorder, statistics));
  auto sessions = protocol::SessionPool::Create(options.sessions);
  if (!sessions.ok()) return sessions.error();
  inspector->sessions_.emplace(std::move(sessions).value());
  decode::DecodeOptions decoding = options.decode;
  decoding.extraction.counters = &statistics->extraction;
  auto room = decode::DecodeRoom::Create(decoding);
  if (!room.ok()) return room.error();
  inspector->decode_room_.emplace(std::move(room).value());
  // A tally for each object and for the head before it, in either direction of its flow.
  const size_t objects = options.max_objects;
  for (const Status& made :
       {MakePool(objects, inspector->objects_), MakePool(options.sessions.max_sessions, inspector->names_),
        MakePool(options.sessions.max_sessions, inspector->rare_names_), MakePool(objects, inspector->view_links_), MakePool(3 * objects, inspector->tallies_), MakePool(objects, inspector->type_prefixes_),
        MakePool(options.hash_objects ? objects : 0, inspector->hashes_), MakePool(objects, inspector->prefixes_)}) {
    if (!made.ok()) return made.error();
  }
  auto expectations = ExpectationTable::Create(statistics);
  if (!expectations.ok()) return expectations.error();
  inspector->expectations_.emplace(std::move(expectations).value());
  auto prepared = inspector->Prepare(std::move(policy), generation);
  if (!prepared.ok()) return prepared.error();
  inspector->Adopt(*prepared);
  return inspector;
}

void Inspector::StartRun(const flow::FlowKey& key, FlowContext& flow, content::Direction direction) noexcept {
  task_ = {&key, &flow, nullptr, direction};
  inspection_ = {};
  finding_count_ = 0;
  if (!HasItsPolicy(flow)) [[unlikely]] Move(flow);
  task_.policy = &slots_[flow.policy_slot];
  if (task_.policy->signatures != nullptr) task_.policy->signatures->ForgetDepartures();
}

const Inspection& Inspector::FinishRun() noexcept {
  inspection_.findings = {findings_.data(), finding_count_};
  inspection_.fired_rules = {fired_rules_.data(), finding_count_};
  const signature::Engine* signatures = task_.policy->signatures.get();
  inspection_.departures = signatures != nullptr && !signatures->departures().empty();
  return inspection_;
}

const Inspection& Inspector::Inspect(const flow::FlowKey& key, FlowContext& flow, content::Direction direction, ByteView run,
                              uint64_t gap_before) noexcept {
  const InStage stage(Stage::kProtocol);
  StartRun(key, flow, direction);
  if (gap_before > 0) {
    SkipInOpenObjects(gap_before);
    if (flow.protocol_known) {
      pieces_.Clear();
      flow.session->Gap(direction, gap_before, pieces_);
      TakePieces();
    }
  }
  if (run.empty()) return FinishRun();
  if (flow.protocol_known) {
    const content::ObjectNumber number = flow.session->TakeContent(direction, run.size());
    if (number == 0) {
      FeedSession(run);
    } else {
      ScanObject(FindObject(number), run);
    }
  } else if (flow.probe[content::Index(direction)] == ProbeState::kRaw) {
    FeedRaw(run);
  } else {
    ChooseProtocol(run);
  }
  return FinishRun();
}

// By content of the first bytes, in either direction. While too few have come they are matched as raw bytes, so that
// nothing passes unseen, and kept, so that the protocol gets them from the beginning.
void Inspector::ChooseProtocol(ByteView run) noexcept {
  FlowContext& flow = *task_.flow;
  const size_t d = content::Index(task_.direction);
  ProbePrefix* prefix = flow.prefix[d];
  size_t before = 0;  // bytes of earlier runs
  ByteView seen = run;
  if (flow.transport != packet::Transport::kTcp) return ChooseDatagramProtocol(run);
  if (prefix != nullptr) {
    before = prefix->size;
    const ByteView more = run.First(prefix->bytes.size() - before);
    std::memcpy(prefix->bytes.data() + before, more.data(), more.size());
    prefix->size += static_cast<uint32_t>(more.size());
    seen = {prefix->bytes.data(), prefix->size};
  }
  protocol::ProbeOutcome probe = protocol::Probe(task_.direction, seen);
  // An announced connection carries what was announced, whatever its first bytes look like, unless it is encrypted.
  if (flow.expected != nullptr && probe.id != protocol::ProtocolId::kTls) probe = {protocol::Certainty::kYes, flow.expected->app};
  if (probe.certainty == protocol::Certainty::kYes && probe.id != protocol::ProtocolId::kRawTcp) {
    OpenSession(probe.id);
    if (!flow.protocol_known) return FeedRaw(run);
    FeedOtherPrefix();
    if (before > 0) FeedSession({prefix->bytes.data(), before}, Counting::kCounted);
    FeedSession(run);
  } else if (probe.certainty == protocol::Certainty::kUnsure && run.size() < protocol::kProbePrefix) {
    if (prefix == nullptr && (prefix = flow.prefix[d] = prefixes_->Take()) != nullptr) {
      std::memcpy(prefix->bytes.data(), run.data(), run.size());
      prefix->size = static_cast<uint32_t>(run.size());
    }
    flow.probe[d] = prefix == nullptr ? ProbeState::kRaw : ProbeState::kUnsure;
    FeedRaw(run);
  } else {
    flow.probe[d] = ProbeState::kRaw;
    FeedRaw(run);
  }
  if (flow.prefix[d] != nullptr && flow.probe[d] != ProbeState::kUnsure) {
    prefixes_->Give(flow.prefix[d]);
    flow.prefix[d] = nullptr;
  }
}

// By its own bytes, each datagram apart; ICMP is what it is.
void Inspector::ChooseDatagramProtocol(ByteView datagram) noexcept {
  FlowContext& flow = *task_.flow;
  flow.probe[content::Index(task_.direction)] = ProbeState::kRaw;
  if (flow.transport == packet::Transport::kUdp) {
    protocol::ProbeOutcome probe = protocol::ProbeDatagram(task_.direction, datagram);
    if (flow.expected != nullptr) probe = {protocol::Certainty::kYes, flow.expected->app};
    if (probe.certainty == protocol::Certainty::kYes) OpenSession(probe.id);
  }
  if (flow.protocol_known) FeedSession(datagram);
  else FeedRaw(datagram);
}

// What the other side said before its protocol was known, a greeting: it comes first.
void Inspector::FeedOtherPrefix() noexcept {
  FlowContext& flow = *task_.flow;
  const content::Direction direction = task_.direction;
  ProbePrefix*& prefix = flow.prefix[content::Index(content::Opposite(direction))];
  if (prefix == nullptr) return;
  task_.direction = content::Opposite(direction);
  FeedSession({prefix->bytes.data(), prefix->size}, Counting::kCounted);
  task_.direction = direction;
  prefixes_->Give(prefix);
  prefix = nullptr;
}

void Inspector::OpenSession(protocol::ProtocolId id) noexcept {
  FlowContext& flow = *task_.flow;
  flow.session = sessions_->Open(id);
  if (flow.session == nullptr) {
    statistics_->counters.Add(PipelineCounter::kSessionTableFull);
    flow.probe = {ProbeState::kRaw, ProbeState::kRaw};
    return;
  }
  // What was matched as raw bytes while the protocol was unsure is no object of its own.
  while (flow.objects != nullptr) {
    if (flow.objects->bytes <= protocol::kProbePrefix) {
      FreeObject(flow.objects);
    } else {
      CloseObject(flow.objects, false);
    }
  }
  flow.app = id;
  flow.protocol_known = true;
  flow.probe = {ProbeState::kRaw, ProbeState::kRaw};
}

void Inspector::CloseSession() noexcept {
  FlowContext& flow = *task_.flow;
  if (flow.session != nullptr) sessions_->Close(flow.app, flow.session);
  flow.session = nullptr;
  flow.protocol_known = false;
}

void Inspector::FeedSession(ByteView run, Counting counting) noexcept {
  FlowContext& flow = *task_.flow;
  counting_ = counting;
  while (!run.empty()) {
    pieces_.Clear();
    const protocol::FeedResult fed = flow.session->Feed(task_.direction, run, pieces_);
    TakePieces();
    run = run.From(fed.consumed);
    if (fed.hand_over) {
      // CONNECT, an upgrade: from here on another protocol, found by its own first bytes.
      CloseSession();
      flow.probe = {ProbeState::kUnprobed, ProbeState::kUnprobed};
      if (fed.websocket) OpenSession(protocol::ProtocolId::kWebSocket);
      if (flow.protocol_known) continue;
      if (!run.empty()) ChooseProtocol(run);
      break;
    }
    if (fed.consumed == 0 && pieces_.size() == 0) {
      // A session that neither consumes nor hands on would loop: its bytes are matched as they are.
      FeedRaw(run);
      break;
    }
  }
  counting_ = Counting::kCount;
}

// Without a protocol a direction is one object. Its number is the direction's, out of the way of those that sessions give.
void Inspector::FeedRaw(ByteView run) noexcept {
  const content::ObjectNumber number = kRawObject + static_cast<content::ObjectNumber>(content::Index(task_.direction));
  ObjectState* object = FindObject(number);
  if (object == nullptr) {
    content::ObjectDescription description;
    description.number = number;
    description.direction = task_.direction;
    description.part = task_.flow->transport == packet::Transport::kTcp  ? content::Part::kTcpStream
                       : task_.flow->transport == packet::Transport::kUdp ? content::Part::kUdpPayload
                                                                          : content::Part::kIcmpPayload;
    object = OpenObject(description);
  }
  ScanObject(object, run);
}

void Inspector::TakePieces() noexcept {
  for (const Piece& piece : pieces_) TakePiece(piece);
}

void Inspector::TakePiece(const Piece& piece) noexcept {
  FlowContext& flow = *task_.flow;
  switch (piece.kind) {
    case Piece::Kind::kObjectBegin: OpenObject(*piece.object); break;
    case Piece::Kind::kData: ScanObject(FindObject(piece.number), piece.bytes); break;
    case Piece::Kind::kObjectEnd:
      if (ObjectState* object = FindObject(piece.number); object != nullptr) CloseObject(object, piece.complete);
      break;
    case Piece::Kind::kFraming: Count(Fate::kDecoded, piece.bytes.size()); break;
    case Piece::Kind::kOpaque:
      Count(Fate::kEncrypted, piece.bytes.size());
      flow.payload_class = event::PayloadClass::kEncrypted;
      inspection_.uninspectable = true;
      break;
    case Piece::Kind::kInserted:
      counting_ = Counting::kCounted;
      ScanObject(FindObject(piece.number), piece.bytes);
      counting_ = Counting::kCount;
      break;
    case Piece::Kind::kExpect: Expect(*piece.expectation); break;
    case Piece::Kind::kName: KeepName(piece.name_kind, piece.text); break;
    case Piece::Kind::kAnomaly:
      if (piece.anomaly == protocol::AnomalyKind::kAmbiguousFraming) inspection_.ambiguous_framing = true;
      // What stands across the parts was not seen in one piece. Players and updaters fetch parts all the time.
      if (piece.anomaly == protocol::AnomalyKind::kScatteredFile ||
          (piece.anomaly == protocol::AnomalyKind::kPartialObject && task_.direction == content::Direction::kUpload)) {
        inspection_.uninspectable = true;
      }
      recorder_->Anomaly(*task_.key, flow, GenerationOf(flow), protocol::Name(piece.anomaly), task_.direction, 0,
                         verdict::ActionTaken::kForwarded, FindObject(piece.number));
      break;
  }
}

const Inspection& Inspector::InspectAlternative(const flow::FlowKey& key, FlowContext& flow, content::Direction direction, ByteView bytes) noexcept {
  StartRun(key, flow, direction);
  content::ObjectDescription description;
  description.number = kAlternativeObject;
  description.direction = direction;
  ObjectState* object = OpenObject(description);
  if (object != nullptr) object->stage = DecodeStage::kPlain;
  counting_ = Counting::kCounted;
  ScanObject(object, bytes);
  counting_ = Counting::kCount;
  if (object != nullptr) CloseObject(object, false);
  return FinishRun();
}

const Inspection& Inspector::EndDirection(const flow::FlowKey& key, FlowContext& flow, content::Direction direction) noexcept {
  const InStage stage(Stage::kProtocol);
  StartRun(key, flow, direction);
  if (flow.protocol_known) {
    pieces_.Clear();
    flow.session->End(direction, pieces_);
    TakePieces();
  }
  EndObjects(direction);
  return FinishRun();
}

void Inspector::EndSession(FlowContext& flow) noexcept {
  task_.flow = &flow;
  CloseSession();
}

bool Inspector::IsAnswering(const FlowContext& flow) const noexcept {
  for (const ObjectState* object = flow.objects; object != nullptr; object = object->next) {
    if (object->description.direction == content::Direction::kDownload) return true;
  }
  return false;
}

void Inspector::Release(const flow::FlowKey& key, FlowContext& flow) noexcept {
  StartRun(key, flow, content::Direction::kUpload);
  while (flow.objects != nullptr) FreeObject(flow.objects);
  while (flow.documents != nullptr) FreeDocument(flow.documents);
  CloseSession();
  for (size_t d = 0; d < content::kDirections; ++d) {
    ForgetHead(flow, static_cast<content::Direction>(d));
    ForgetShadowHead(flow, static_cast<content::Direction>(d));
    if (flow.prefix[d] != nullptr) prefixes_->Give(flow.prefix[d]);
    flow.prefix[d] = nullptr;
  }
  SettleEvidence(nullptr);
  ForgetNames(flow);
  --slots_[flow.policy_slot].flows;
}

}  // namespace sluice::pipeline
