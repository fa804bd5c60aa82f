// DecodeOutcome: how a view ended, or why one was not begun.
//
// Everything but kComplete means that something could not be looked at; its name is the kind of the anomaly that says so.
// Thread: constant data. Allocates: never.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::decode {

enum class DecodeOutcome : uint8_t {
  kComplete,
  kTruncated,      // the input ended first
  kCorrupt,        // the coded data breaks off the rules; what came before was good
  kUnsupported,    // a coding, method, window or dictionary that is not offered
  kNotAsDeclared,  // the declared coding is not what the bytes are
  kOverBudget,     // more came out, or more members, than DecodeOptions allows for what went in
  kTooDeep,        // more codings within one another than max_depth
  kPoolEmpty,      // no state or memory left for one more decoder
  kEncrypted,      // recognised, content not visible
  kNotOpened,      // recognised, and nothing here opens it
  kExtractorBusy,  // no extractor, or no memory for the document, was free
  kExtractorDied,  // the extractor ended over it; what it had handed out was inspected
  kExtractorLimit, // larger than a document may be, or more work, memory or members than one may take
  kNotAwaited,     // its flow was over, or gave way, before the extractor had answered
  kCount,
};
// "complete", "truncated_container", "corrupt_container", "unsupported_coding", "not_as_declared", "decompression_budget",
// "nesting_limit", "decoder_pool_empty", "encrypted_container", "unopened_container", "extractor_busy", "extractor_died",
// "extractor_limit", "not_awaited"
std::string_view Name(DecodeOutcome outcome);

}  // namespace sluice::decode
