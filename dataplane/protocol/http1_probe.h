// Does this begin like HTTP/1? Used to choose the protocol and to find a position again after lost bytes.
//
// Thread: pure functions. Allocates: never. Sources: RFC 9112, 3 and 4; methods as llhttp knows them.
#pragma once

#include "base/byte_view.h"
#include "dataplane/protocol/protocol_table.h"

namespace sluice::protocol {

Certainty ProbeRequestLine(ByteView prefix) noexcept;
Certainty ProbeStatusLine(ByteView prefix) noexcept;

// Either of the two: a flow that was picked up midstream may have its directions swapped.
Certainty ProbeHttp1(content::Direction direction, ByteView prefix) noexcept;

}  // namespace sluice::protocol
