// ShippedFiles: the files that a library wants to read while it works, in memory before the walls go up: poppler's character
// maps (CMaps, CID to Unicode). fopen is defined here for the whole program: it finds these and nothing else once locked.
//
// Thread: one. Allocates: mappings in LoadFolder. Failure: what cannot be read is not there, as it would be without.
#pragma once

#include <string>

namespace sluice::extractor {

// All files below. REQUIRES: not locked.
void LoadFolder(const std::string& folder);
// From here on no file is opened that is not loaded.
void LockFiles() noexcept;

}  // namespace sluice::extractor
