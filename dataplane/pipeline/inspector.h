// Inspector: from in-order bytes to findings: protocol → decode → match → verdict. The inner rooms of the story.
//
// Each run of a flow is given to its protocol, which hands on pieces of objects; each object's bytes are matched, hits
// confirmed, rules decided. What fired comes back with the run, so that the caller can act before it records.
// Every byte of a run gets its fate here. Thread: one worker, Prepare by control. Allocates: in Create and Prepare only.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>

#include "base/result.h"
#include "base/slab_pool.h"
#include "dataplane/decode/decoder_chain.h"
#include "dataplane/packet/host_names.h"
#include "dataplane/pipeline/expectation_table.h"
#include "dataplane/pipeline/flow_context.h"
#include "dataplane/pipeline/policy_state.h"
#include "dataplane/pipeline/recorder.h"
#include "dataplane/pipeline/rule_costs.h"
#include "dataplane/pipeline/shadow.h"
#include "dataplane/protocol/protocol_table.h"

namespace sluice::pipeline {

struct InspectorOptions {
  protocol::SessionPool::Options sessions;
  uint32_t max_objects = 1u << 18;
  bool hash_objects = false;
  bool record_objects = false;
  decode::DecodeOptions decode;
  std::shared_ptr<const packet::HostNames> hosts;  // null: no host has a name
  event::EvidenceShelf* evidence = nullptr;        // null: none is kept
  std::shared_ptr<RuleCosts> rule_costs;           // null: nobody asks
};

// What an inspected run came to. `findings` stays valid until the next call.
struct Inspection {
  std::span<event::Finding> findings;     // what fired, in order; action not yet filled in
  std::span<const uint32_t> fired_rules;  // beside them, indices into the policy's rules
  verdict::Verdict verdict = verdict::Verdict::kAllow;  // the highest of them
  // Causes for which the policy may want the flow stopped although nothing was found.
  bool scanner_failed = false;
  bool ambiguous_framing = false;
  bool uninspectable = false;
  bool documents_wait = false;  // a document was given to an extractor: TakeDocuments, in turns
  bool evidence = false;  // an object that may be kept began or ended: KeepEvidence
  bool departures = false;  // pieces of registered documents are about to leave: RecordDepartures, or ForgetDepartures

  bool IsUneventful() const noexcept {
    return findings.empty() && verdict == verdict::Verdict::kAllow && !scanner_failed && !ambiguous_framing && !uninspectable && !departures &&
           !documents_wait && !evidence;
  }
};

class Inspector {
 public:
  static constexpr uint32_t kMaxDocuments = 1024;  // with extractors at a time

  static Result<std::unique_ptr<Inspector>> Create(const InspectorOptions& options, std::shared_ptr<const bundle::Bundle> policy,
                                                   uint32_t generation, Recorder* recorder, Statistics* statistics);

  // A policy made ready for this inspector; may run beside everything else. Failure: its matcher could not be made.
  Result<PolicyState> Prepare(std::shared_ptr<const bundle::Bundle> policy, uint32_t generation) const;
  // Flows that begin from now on use this policy; `prepared` then holds what nobody uses any more. Where flows of older policies take
  // every slot, those of the oldest one move (inspector_policies.cc). True always. REQUIRES: `prepared` was made by this inspector,
  // with a generation greater than any before.
  bool Adopt(PolicyState& prepared) noexcept;
  static constexpr size_t kPolicySlots = 4;
  // From now on objects that begin are judged by it as well, which changes nothing for them; nullptr: by none. Its owner keeps it until
  // another one was given.
  void JudgeBeside(Shadow* shadow) noexcept { shadow_ = shadow; }
  // The flow was stopped: nothing more of its objects will be seen by either policy. After the call that said so, before the next.
  void CompareStopped(FlowContext& flow) noexcept;
  void Begin(FlowContext& flow) noexcept;  // a new flow takes the newest policy
  const bundle::Bundle& NewestPolicy() const noexcept;
  // Of a flow whose policy gave its slot up: the newest, to which it moves when it is touched next.
  const bundle::Bundle& PolicyOf(const FlowContext& flow) const noexcept;
  uint32_t GenerationOf(const FlowContext& flow) const noexcept;
  // Of the rule that blocked the flow; empty where its policy is gone.
  std::string_view TitleOf(const FlowContext& flow, uint32_t rule) const noexcept;

  const Inspection& Inspect(const flow::FlowKey& key, FlowContext& flow, content::Direction direction, ByteView run, uint64_t gap_before) noexcept;
  // Bytes that another reader of the same stream might see instead: matched apart, as raw bytes.
  const Inspection& InspectAlternative(const flow::FlowKey& key, FlowContext& flow, content::Direction direction, ByteView bytes) noexcept;
  // The direction ended: what can only be decided at the end of an object is.
  const Inspection& EndDirection(const flow::FlowKey& key, FlowContext& flow, content::Direction direction) noexcept;
  // A flow begins: whether another announced it, and so who of the two is its client. Before its first bytes.
  void Meet(const flow::FlowKey& key, FlowContext& flow, Timestamp now) noexcept;
  // What extractors have said since of the flow's documents. BeginTurn comes first, once for all flows.
  void BeginTurn() noexcept { decode_room_->BeginTurn(); }
  const Inspection& TakeDocuments(const flow::FlowKey& key, FlowContext& flow) noexcept;
  // Both directions have ended: the session goes back to its pool. What comes all the same is inspected as raw bytes.
  void EndSession(FlowContext& flow) noexcept;
  // Whether the server has begun an answer: a page of ours would fall into it.
  bool IsAnswering(const FlowContext& flow) const noexcept;
  // The flow is about to be reported for the last time: bytes whose fate still depended on what comes have it now. Documents that are
  // still with extractors are given up.
  void SettleAll(const flow::FlowKey& key, FlowContext& flow) noexcept;
  // The run at hand went on, or was stopped. After the call that said so, before the next.
  void RecordDepartures(const flow::FlowKey& key, const FlowContext& flow, content::Direction direction) noexcept;
  void ForgetDepartures(const FlowContext& flow) noexcept;
  // After the call that said so: the packet at hand (may be null) belongs to it; what has ended, or was stopped, is handed over.
  void KeepEvidence(FlowContext& flow, const packet::Packet* packet) noexcept;
  // A packet of a flow in which an object may be kept. False: there is none any more.
  bool KeepPacket(FlowContext& flow, const packet::Packet& packet) noexcept;
  // Nothing more will be looked at: gives back everything that the flow holds.
  void Release(const flow::FlowKey& key, FlowContext& flow) noexcept;

 private:
  // The run at hand, so that the rooms below need not pass it all on.
  struct Task {
    const flow::FlowKey* key = nullptr;
    FlowContext* flow = nullptr;
    PolicyState* policy = nullptr;
    content::Direction direction = content::Direction::kUpload;
  };

  Inspector(const InspectorOptions& options, Recorder* recorder, Statistics* statistics)
      : options_(options), recorder_(recorder), statistics_(statistics) {}

  // Whether the bytes at hand still need a fate, or got it when they came (a prefix matched as raw bytes first).
  enum class Counting : uint8_t { kCount, kCounted };

  // policies (inspector_policies.cc)
  uint8_t SlotForAnother() const noexcept;
  bool HasItsPolicy(const FlowContext& flow) const noexcept { return slots_[flow.policy_slot].generation == flow.policy_generation; }
  const PolicyState& StateOf(const FlowContext& flow) const noexcept { return slots_[HasItsPolicy(flow) ? flow.policy_slot : newest_slot_]; }
  void Move(FlowContext& flow) noexcept;
  void MoveAll(ObjectState* objects) noexcept;
  void MoveObject(ObjectState& object) noexcept;

  // protocol
  void StartRun(const flow::FlowKey& key, FlowContext& flow, content::Direction direction) noexcept;
  const Inspection& FinishRun() noexcept;
  void ChooseProtocol(ByteView run) noexcept;
  void ChooseDatagramProtocol(ByteView datagram) noexcept;
  void FeedOtherPrefix() noexcept;
  void OpenSession(protocol::ProtocolId id) noexcept;
  void CloseSession() noexcept;
  void FeedSession(ByteView run, Counting counting = Counting::kCount) noexcept;
  void FeedRaw(ByteView run) noexcept;
  void TakePieces() noexcept;
  void TakePiece(const protocol::Piece& piece) noexcept;

  // names (inspector_names.cc)
  void KeepName(protocol::NameKind kind, std::string_view text) noexcept;
  void MatchName(ObjectState& object, std::string_view name) noexcept;
  void KeepRareName(protocol::NameKind kind, std::string_view text) noexcept;
  void ForgetNames(FlowContext& flow) noexcept;
  void Expect(const protocol::Expectation& expectation) noexcept;
  void TakeExpectedName(content::ObjectDescription& description) noexcept;

  // objects
  bool Equip(ObjectState& object) noexcept;
  ObjectState* OpenObject(const content::ObjectDescription& description) noexcept;
  ObjectState* FindObject(content::ObjectNumber number) noexcept;
  void CloseObject(ObjectState* object, bool complete) noexcept;
  void EndObjects(content::Direction direction) noexcept;
  void FreeObject(ObjectState* object) noexcept;
  void RememberHead(ObjectState& head) noexcept;
  void GrowPrefix(ObjectState& object, ByteView bytes) noexcept;
  void ForgetHead(FlowContext& flow, content::Direction direction) noexcept;
  void SkipInOpenObjects(uint64_t gap) noexcept;

  // decode (inspector_views.cc)
  void Consider(ObjectState& object, ByteView bytes) noexcept;
  void ConsiderAtEnd(ObjectState& object) noexcept;
  void Search(ObjectState& object, ByteView bytes) noexcept;
  void SearchAgain(ObjectState& object, ByteView bytes) noexcept;
  void ReadEscapes(ObjectState& head, ByteView bytes) noexcept;
  bool OpenChain(ObjectState& object) noexcept;
  void Decode(ObjectState& object, ByteView bytes) noexcept;
  void TakeViews(ObjectState& object) noexcept;
  void EndDecoding(ObjectState& object, bool complete) noexcept;
  void BreakDecoding(ObjectState& object) noexcept;
  void AbandonDecoding(ObjectState& object) noexcept;
  void Settle(ObjectState& object) noexcept;
  void OpenView(ObjectState& object, const decode::ViewPiece& piece) noexcept;
  ObjectState* FindView(ObjectState& object, decode::ViewNumber number) noexcept;
  void ScanView(ObjectState* view, ByteView bytes) noexcept;
  void CloseView(ObjectState& object, const decode::ViewPiece& piece) noexcept;
  void FreeView(ObjectState& object, ObjectState* view) noexcept;
  void NoteOutcome(ObjectState& object, ObjectState& where, const decode::ViewPiece& piece) noexcept;
  void ReportUnopened(ObjectState& object) noexcept;

  // documents with extractors (inspector_documents.cc)
  void Defer(ObjectState& object, ObjectState& where, const decode::ViewPiece& piece) noexcept;
  bool EquipDocument(ObjectState& document, const ObjectState& where) noexcept;
  void FreeDocument(ObjectState* document) noexcept;

  // evidence (inspector_evidence.cc)
  static std::vector<model::Scope> EvidenceScopes(const bundle::Bundle& policy);
  void BeginEvidence(ObjectState& object) noexcept;
  void Watch(ObjectState& object, ByteView bytes) noexcept;
  void AskForEvidence(const ObjectState& object, const model::Rule& rule, event::Finding& finding) noexcept;
  void LeaveEvidence(ObjectState& object) noexcept;
  void SettleEvidence(const packet::Packet* packet) noexcept;

  // match → verdict
  void ScanObject(ObjectState* object, ByteView bytes) noexcept;
  void Match(ObjectState& object, ByteView bytes) noexcept;
  void Trace(ObjectState& object, ByteView bytes) noexcept;
  void EndTrace(ObjectState& object, bool complete) noexcept;
  void DescribeDocument(const ObjectState& object, const verdict::FiredRule& fired, event::Finding& finding) const noexcept;
  void ReleaseParts(ObjectState& object) noexcept;
  verdict::ObjectFacts FactsOf(const ObjectState& object) const noexcept;
  void Judge(ObjectState& object, bool at_end) noexcept;
  void Fire(const ObjectState& object, const verdict::FiredRule& fired) noexcept;
  content::Fate FateOf(const ObjectState& object) const noexcept;
  void Count(content::Fate fate, uint64_t bytes) noexcept;

  // a policy that is only tried (inspector_shadow.cc)
  ShadowObject* ShadowOf(const ObjectState& object) const noexcept;
  const ShadowObject* ShadowReadBefore(const ObjectState& object) const noexcept;
  void OpenShadow(ObjectState& object) noexcept;
  void BeginShadowBehindHead(ObjectState& object) noexcept;
  void RememberShadowHead(ObjectState& object) noexcept;
  void ForgetShadowHead(FlowContext& flow, content::Direction direction) noexcept;
  void MatchBeside(ObjectState& object, ByteView bytes, uint64_t unmatched_before) noexcept;
  void MatchNameBeside(ObjectState& object, std::string_view name) noexcept;
  void SkipBeside(ObjectState& object, uint64_t gap) noexcept;
  void EndBeside(ObjectState& object, bool at_end) noexcept;
  void CompareBeside(ObjectState& object) noexcept;
  void ForgetShadow(ObjectState& object) noexcept;
  ShadowExample ExampleOf(const ObjectState& object) const noexcept;

  // Numbers of objects that no session gave.
  static constexpr content::ObjectNumber kRawObject = 0xfffffff0, kAlternativeObject = 0xffffffff;
  static constexpr size_t kMaxFindings = 32;  // of one run; what fires beyond keeps its verdict and is counted

  uint32_t documents_ = 0;  // with extractors
  event::EvidenceItem* leaving_ = nullptr;  // nobody holds them any more
  const InspectorOptions options_;
  Recorder* recorder_;
  Statistics* statistics_;
  std::array<PolicyState, kPolicySlots> slots_;
  uint8_t newest_slot_ = 0;
  Shadow* shadow_ = nullptr;
  std::optional<protocol::SessionPool> sessions_;
  std::optional<SlabPool<ObjectState>> objects_;
  std::optional<SlabPool<ViewLink>> view_links_;
  std::optional<decode::DecodeRoom> decode_room_;
  std::optional<SlabPool<FlowNames>> names_;
  std::optional<SlabPool<RareNames>> rare_names_;
  std::optional<ExpectationTable> expectations_;
  std::optional<SlabPool<verdict::Tally>> tallies_;  // of objects, and of heads until their body comes
  std::optional<SlabPool<TypePrefix>> type_prefixes_;
  std::optional<SlabPool<crypto_hash_sha256_state>> hashes_;
  verdict::Tally empty_tally_;  // stands for an object without hits, at its end
  std::optional<SlabPool<ProbePrefix>> prefixes_;
  protocol::PieceList pieces_;
  match::HitList hits_;
  match::FindingList confirmed_;
  verdict::FiredList fired_;
  Task task_;
  Counting counting_ = Counting::kCount;
  bool in_name_ = false;  // what is judged is what the object is called
  bool ends_complete_ = true;  // of the object whose decoding ends
  Inspection inspection_;
  size_t finding_count_ = 0;
  std::array<event::Finding, kMaxFindings> findings_;
  std::array<uint32_t, kMaxFindings> fired_rules_{};
};

}  // namespace sluice::pipeline
