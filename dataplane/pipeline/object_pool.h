// ObjectState: what is kept for an object while its bytes pass: its description, its match stream, what was found so far.
//
// Thread: one worker. Lives in a SlabPool; a full pool is counted and the object's bytes are not inspected for that reason.
#pragma once

#include <sodium/crypto_hash_sha256.h>

#include <array>
#include <cstring>

#include "base/byte_view.h"
#include "base/inline_text.h"
#include "dataplane/content/media_type.h"
#include "dataplane/content/object.h"
#include "dataplane/decode/decoder_chain.h"
#include "dataplane/event/evidence_shelf.h"
#include "dataplane/match/matcher.h"
#include "dataplane/signature/trace.h"
#include "dataplane/verdict/tally.h"
#include "rules/model/condition.h"

namespace sluice::pipeline {

// The first bytes of an object, from which its media type is told. Given back when they are complete.
struct TypePrefix {
  size_t size = 0;
  std::array<uint8_t, content::kMediaTypePrefix> bytes;

  bool complete() const noexcept { return size == bytes.size(); }
  void Grow(ByteView run) noexcept {
    const ByteView more = run.First(bytes.size() - size);
    std::memcpy(bytes.data() + size, more.data(), more.size());
    size += more.size();
  }
};

struct ViewLink;
struct ShadowObject;

// How far an object is in finding out whether there is something to decode.
enum class DecodeStage : uint8_t {
  kUndecided,  // too few bytes have come
  kPlain,      // nothing to decode, or nothing any more
  kOpen,       // its chain is at work
  kSpoilt,     // decoding ended before the object did: what follows is matched as it is, which proves little
};

// What most open objects do not need lies in pools of its own, so that a million of them fit: `prefix` while fewer than
// kMediaTypePrefix bytes came, `tally` once something was hit, `sha256` where objects are hashed.
struct ObjectState {
  ObjectState* next = nullptr;  // among the open objects of its flow
  match::MatchStream* stream = nullptr;
  TypePrefix* prefix = nullptr;
  verdict::Tally* tally = nullptr;
  crypto_hash_sha256_state* sha256 = nullptr;
  event::EvidenceItem* kept = nullptr;  // where a rule may ask for it as evidence
  signature::Trace* trace = nullptr;  // where the policy asks for registered documents
  ShadowObject* shadow = nullptr;     // of the shadow of that generation, where another policy is tried on it
  uint64_t bytes = 0;           // passed so far, lost ones included
  uint32_t lost_ranges = 0;
  uint32_t shadow_generation = 0;
  bool watched = false;         // `sha256` or `kept` is there
  bool no_evidence_place = false;  // a rule may ask for it, and it is not kept
  bool failed = false;          // the scanner refused: later bytes are not inspected
  DecodeStage stage = DecodeStage::kPlain;
  bool opened = false;          // views of its content began, or it was said why not
  uint64_t unmatched = 0;       // bytes that were decoded and not matched as they stood, since the last that were
  uint64_t withheld = 0;        // bytes that were counted under no fate yet: the decoder says at its end whether it could read them
  decode::DecoderChain* chain = nullptr;
  decode::EmbeddedSeeker seeker;  // in what no chain sees
  ObjectState* views = nullptr; // open ones, the deepest first, linked by `next`
  ViewLink* link = nullptr;     // of a view
  content::MediaType media_type;
  content::ObjectDescription description;

  // As of the first `end` bytes of the object, so that it does not depend on how they were cut into segments.
  content::MediaType MediaTypeAt(uint64_t end) const noexcept {
    if (prefix == nullptr || end >= prefix->size) return media_type;
    return content::DetectMediaType(ByteView(prefix->bytes.data(), prefix->size).First(end));
  }
};

// What makes an object a view: decoded content within another object, inspected as an object of its own.
struct ViewLink {
  const ObjectState* parent = nullptr;  // nullptr: it goes on without one, and `element` is all of its path
  decode::ViewNumber number = 0;
  bool is_reading = false;      // another reading of what the parent holds: what the parent found is not found again
  uint8_t where = model::Where::kBody;  // in which part of the document it stands (decode/member_place.h)
  InlineText<192> element;      // of the path
};

}  // namespace sluice::pipeline
