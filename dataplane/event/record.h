// Record: what leaves the data plane for people and programs: a finding, an anomaly, an object, a flow report.
//
// Fixed in size and trivially copyable; the only thing it points to are constant names of the program. docs/records.md
// describes each field as it is printed.
// A record carries its rank {packet index, sequence}, by which replay merges the records of several workers into one order.
// Matched content is here in masked form only. Thread: value type. Allocates: never.
#pragma once

#include <array>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>

#include "base/clock.h"
#include "base/inline_text.h"
#include "dataplane/content/direction.h"
#include "dataplane/content/fate.h"
#include "dataplane/content/object.h"
#include "dataplane/packet/ip_address.h"
#include "dataplane/packet/packet.h"
#include "dataplane/verdict/verdict.h"
#include "rules/model/marking.h"
#include "rules/model/words.h"

namespace sluice::event {

// Printed as 16 hex digits: a digest of the flow's key and start, the same in every run over the same capture.
using FlowId = uint64_t;

struct FlowRef {
  FlowId id = 0;
  packet::IpAddress src, dst;       // src is the client: it opened the conversation
  uint16_t src_port = 0, dst_port = 0;
  packet::Transport transport = packet::Transport::kNone;
  uint8_t ip_protocol = 0;
  uint16_t vlan = 0;
  std::string_view app;             // a constant name of dataplane/protocol: "http", "tls", "tcp", …
};

struct ObjectRef {
  content::ObjectNumber number = 0;  // 0: the record is about no object
  uint64_t bytes = 0;                // seen up to this record
  std::string_view media_type;       // by content; a constant name of content/media_type
  InlineText<256> name;
  InlineText<256> path;              // elements separated by '\n', outermost first
  bool has_sha256 = false;
  std::array<uint8_t, 32> sha256{};
};

// Adds one element to the path. A line break in it, which would read as two elements, becomes U+FFFD.
void AppendPathElement(ObjectRef& object, std::string_view element) noexcept;

struct Match {
  InlineText<96> masked;             // UTF-8, safe to show to anyone who may see that there was a finding
  uint64_t offset = 0;               // of the match within the object's bytes as matched
  uint32_t length = 0;
  InlineText<24> encoding;           // "utf-8", "gb18030", …
};

// Which registered document it was, and how much of it.
struct DocumentSeen {
  uint32_t number = 0;               // in its set, from 1; 0: none
  uint8_t percent = 0;               // of the document, or of the part of it that was seen
  bool whole = false;                // all of it, byte for byte
  bool departed = false;             // percent and bytes are of what has left so far, over all flows
  uint64_t bytes = 0;                // of the document
  uint64_t run = 0;                  // of the object, without a break
  InlineText<64> set;
  InlineText<200> name;              // may be empty: sets need hold no names
};

// Whether the object of a finding is kept as evidence; the vault says what became of it then.
enum class EvidenceState : uint8_t {
  kNotAsked,    // by the rule
  kKept,        // on its way to the vault
  kNoVault,     // the configuration has none
  kNoPlace,     // too many objects were open that a rule may ask for
  kNotHeld,     // its bytes were gone when the rule fired
};
std::string_view Name(EvidenceState state);  // kNotAsked: ""

struct Finding {
  InlineText<96> rule;
  InlineText<96> detector;
  model::Severity severity = model::Severity::kMedium;
  verdict::Verdict verdict = verdict::Verdict::kAlert;
  verdict::ActionTaken action = verdict::ActionTaken::kForwarded;
  uint8_t confidence = 0;            // 0..100
  uint32_t count = 0;                // hits when the rule fired
  content::Direction direction = content::Direction::kUpload;
  ObjectRef object;
  Match match;
  model::Marking marking;            // none: nation is kNone
  DocumentSeen document;
  InlineText<192> explain;           // the conditions that held
  uint64_t incident = 0;             // printed as 16 hex digits; named on the block page
  EvidenceState evidence = EvidenceState::kNotAsked;
};

struct Anomaly {
  std::string_view kind;             // a constant name: "conflicting_overlap", "reassembly_gap", …
  content::Direction direction = content::Direction::kUpload;
  verdict::ActionTaken action = verdict::ActionTaken::kForwarded;
  uint64_t bytes_uninspected = 0;
  ObjectRef object;
};

struct Object {
  content::Direction direction = content::Direction::kUpload;
  bool complete = false;             // its end was seen and nothing of it was lost
  ObjectRef object;
};

enum class FlowEnd : uint8_t { kNone, kClosed, kReset, kIdle, kBlocked, kEvicted, kShutdown };
std::string_view Name(FlowEnd reason);  // kNone: "" (the flow lives)

// What can be said of a payload from its bytes alone.
enum class PayloadClass : uint8_t { kUnknown, kText, kBinary, kCompressed, kEncrypted };
std::string_view Name(PayloadClass payload_class);

// Pieces of a registered document that went on in one run of an object: for the ledger.
struct Departure {
  static constexpr size_t kPlaces = 240;
  content::Direction direction = content::Direction::kUpload;
  InlineText<64> set;
  InlineText<200> name;              // of the document; may be empty
  uint32_t number = 0;               // in its set, from 1
  std::array<uint8_t, 16> identity{};
  uint32_t places_in_all = 0;        // fingerprints of the document
  uint64_t bytes_in_all = 0;         // that they stand for
  uint16_t count = 0;
  std::array<uint32_t, kPlaces> places{};
};

struct DirectionTotals {
  uint64_t packets = 0, bytes = 0, payload_bytes = 0;
};

struct Flow {
  Timestamp start, last;
  bool final = false;
  FlowEnd reason = FlowEnd::kNone;
  std::array<DirectionTotals, content::kDirections> totals;  // since the last report
  content::FateBytes fates{};                                // since the last report
  InlineText<128> host;              // HTTP Host
  InlineText<128> sni;
  InlineText<64> user;
  InlineText<64> version;            // TLS or SSH version, server or agent software
  InlineText<120> sender;            // of the last letter
  InlineText<248> recipients;        // joined by commas
  InlineText<40> fingerprint;        // JA4
  PayloadClass payload_class = PayloadClass::kUnknown;
  uint32_t findings = 0;
  verdict::Verdict verdict = verdict::Verdict::kAllow;
};

struct Rank {
  uint64_t packet_index = 0;         // Packet::index, or that of the tick, for records that timers made
  uint64_t order = 0;                // within the packet: flow id for timers, then counted up
  uint32_t sequence = 0;
  friend auto operator<=>(const Rank&, const Rank&) = default;
};

enum class RecordKind : uint8_t { kFinding, kAnomaly, kObject, kFlow, kDeparture, kCount };
std::string_view Name(RecordKind kind);

struct Record {
  RecordKind kind = RecordKind::kFinding;
  Rank rank;                         // not printed
  Timestamp time;
  uint32_t generation = 0;           // the policy in force for this flow; the writer knows its digest
  FlowRef flow;
  // Exactly the one that `kind` names is meaningful. A plain struct of all would be larger by half; a union of
  // trivially copyable types keeps the record copyable byte for byte.
  union Body {
    Body() : finding() {}
    Finding finding;
    Anomaly anomaly;
    Object object;
    Flow flow;
    Departure departure;
  } body;
};

static_assert(std::is_trivially_copyable_v<Record> && sizeof(Record) <= 2048);

// The record as new, its body constructed for `kind`. Characters behind the size of an InlineText keep old bytes; nothing
// reads them.
inline void Reset(Record& record, RecordKind kind) noexcept {
  record.kind = kind;
  record.rank = {};
  record.time = {};
  record.generation = 0;
  record.flow = {};
  switch (kind) {
    case RecordKind::kAnomaly: ::new (&record.body.anomaly) Anomaly(); break;
    case RecordKind::kObject: ::new (&record.body.object) Object(); break;
    case RecordKind::kFlow: ::new (&record.body.flow) Flow(); break;
    case RecordKind::kDeparture: ::new (&record.body.departure) Departure(); break;
    case RecordKind::kFinding:
    case RecordKind::kCount: ::new (&record.body.finding) Finding(); break;
  }
}

}  // namespace sluice::event
