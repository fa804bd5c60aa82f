// An incident as one JSON object (docs/openapi.json, Incident). With the sample only for those who may see it.
//
// Thread: pure. Allocates: yes.
#pragma once

#include "control/incident/incident.h"
#include "dataplane/event/json_text.h"

namespace sluice::api {

enum class Detail { kListed, kWhole };

// Appends the members; the object is the caller's.
void AppendIncident(event::JsonText& json, const incident::Incident& incident, Detail detail, bool with_sample);

}  // namespace sluice::api
