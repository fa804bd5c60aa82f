// The frames of HTTP/2: their types and flags (RFC 9113, 6).
//
// Thread: constants.
#pragma once

#include <cstdint>

namespace sluice::protocol {

enum Http2FrameType : uint8_t {
  kFrameData = 0, kFrameHeaders = 1, kFrameReset = 3, kFrameSettings = 4, kFramePushPromise = 5, kFrameContinuation = 9,
};
enum Http2FrameFlag : uint8_t { kFlagEndStream = 1, kFlagEndHeaders = 4, kFlagPadded = 8, kFlagPriority = 0x20 };

}  // namespace sluice::protocol
