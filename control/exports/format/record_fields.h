// RecordFields: what formats ask of a record, by our own keys; and JSON written on one line.
//
// Thread: pure. Allocates: yes. Failure: none; what is absent or of another kind reads as empty.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.h"

namespace sluice::exports {

// "flow/src_ip": keys from the outermost inwards. "" where there is none.
std::string TextOf(const nlohmann::json& record, const char* path);
uint64_t NumberOf(const nlohmann::json& record, const char* path);
inline bool IsFinding(const nlohmann::json& record) { return TextOf(record, "event") == "finding"; }
// Whether something of it did not go on.
inline bool WasStopped(const nlohmann::json& record) { return TextOf(record, "action") != "forwarded"; }

// 0 (info, and anomalies) to 4 (critical).
int SeverityOf(const nlohmann::json& record);
// A name for people: "cn.secret: plan.docx", or the kind of the anomaly.
std::string TitleOf(const nlohmann::json& record);
// Of `time`: 1000000000 for 2001-09-09T01:46:40; 0 where it cannot be read.
int64_t MillisecondsOf(const nlohmann::json& record);

// Sets the key where the text is not empty.
void SetText(nlohmann::ordered_json& object, const char* key, const std::string& text);
std::string OnOneLine(const nlohmann::ordered_json& value);

}  // namespace sluice::exports
