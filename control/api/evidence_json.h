// Evidence as JSON, the same wherever the API shows it: what there is, or why there is nothing. Never what is in it.
//
// Thread: pure. Allocates: yes.
#pragma once

#include <span>

#include "control/evidence/evidence.h"
#include "dataplane/event/json_text.h"

namespace sluice::api {

// A list, as the member "evidence" of the object that is open in `json`.
void AppendEvidence(event::JsonText& json, std::span<const evidence::Evidence> all);

}  // namespace sluice::api
