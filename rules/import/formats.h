// The formats that can be imported, each read into a draft. Untrusted text: each has a fuzz target (tests/fuzz/rules).
//
// Thread: pure. Allocates: yes (cold path). Failure: an Error where the text is not of the format at all; what of it could
// not be carried over is in the draft's losses, by name.
#pragma once

#include <string>

#include "base/result.h"
#include "rules/import/draft.h"

namespace sluice::import {

// A configuration of gitleaks (gitleaks.toml).
Result<Draft> ReadGitleaks(const std::string& text);
// A rule package of Microsoft Purview (urn:mce / http://schemas.microsoft.com/office/2011/mce), in any encoding of XML.
Result<Draft> ReadPurview(const std::string& text);
// Rules of Suricata or Snort, one a line.
Result<Draft> ReadSuricata(const std::string& text);

}  // namespace sluice::import
