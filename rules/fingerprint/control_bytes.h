// ControlBytes: how many bytes of content no text has, by which a Selector tells text from other content.
//
// Thread: pure. Allocates: never.
#pragma once

#include <cstdint>

#include "base/byte_view.h"

namespace sluice::fingerprint {

struct ControlBytes {
  uint32_t controls = 0;  // but for layout (tab, line and page ends, escape) and zeros
  uint32_t zeros = 0;
};

ControlBytes CountControls(ByteView bytes) noexcept;

}  // namespace sluice::fingerprint
