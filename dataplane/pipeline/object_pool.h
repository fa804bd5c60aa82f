// ObjectState: what is kept for an object while its bytes pass: its description, its match stream, what was found so far.
//
// Thread: one worker. Lives in a SlabPool; a full pool is counted and the object's bytes are not inspected for that reason.
#pragma once

#include <sodium/crypto_hash_sha256.h>

#include <array>
#include <cstring>

#include "base/byte_view.h"
#include "dataplane/content/media_type.h"
#include "dataplane/content/object.h"
#include "dataplane/match/matcher.h"
#include "dataplane/verdict/tally.h"

namespace sluice::pipeline {

struct ObjectState {
  ObjectState* next = nullptr;  // among the open objects of its flow
  match::MatchStream* stream = nullptr;
  uint64_t bytes = 0;           // passed so far, lost ones included
  uint32_t lost_ranges = 0;
  bool failed = false;          // the scanner refused: later bytes are not inspected
  bool reported_unopened = false;
  content::MediaType media_type;
  content::ObjectDescription description;
  verdict::Tally tally;
  crypto_hash_sha256_state sha256;
  size_t prefix_size = 0;
  std::array<uint8_t, content::kMediaTypePrefix> prefix;

  // Keeps the first bytes, from which the media type is told; true while that could still change it.
  bool GrowPrefix(ByteView run) noexcept {
    if (prefix_size == prefix.size()) return false;
    const ByteView more = run.First(prefix.size() - prefix_size);
    std::memcpy(prefix.data() + prefix_size, more.data(), more.size());
    prefix_size += more.size();
    return true;
  }
  // As of the first `end` bytes of the object, so that it does not depend on how they were cut into segments.
  content::MediaType MediaTypeAt(uint64_t end) const noexcept {
    return content::DetectMediaType(ByteView(prefix.data(), prefix_size).First(end));
  }
};

}  // namespace sluice::pipeline
