// RequestTarget: path and query of a request line, with their escapes undone (RFC 3986, 2.1 and 3.4).
//
// Thread: pure. Allocates: yes. Failure: false where it is not "/path?query", has an escape that is none, or a control character in its path.
#pragma once

#include <string_view>

#include "control/api/message.h"

namespace sluice::remote {

// Fills in `path` and `query`.
bool ReadTarget(std::string_view target, api::Request& request);

}  // namespace sluice::remote
