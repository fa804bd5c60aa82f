// Sandbox: the walls that the process puts up around itself before it sees a document. There is no way back.
//
// What remains possible: computing, memory of its own, waiting for bells and ringing them, ending. Any other system call ends
// the process, but those that open or look for files: they fail, for libraries probe for files that they can do without.
// Thread: one, and there are no others. Failure: Lock says what could not be put up; the process must then end.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace sluice::extractor {

Status Lock();

// Processor time for one document: a signal ends the process when it is spent.
void StartClock(uint32_t milliseconds) noexcept;
void StopClock() noexcept;

}  // namespace sluice::extractor
