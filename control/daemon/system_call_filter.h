// SystemCallFilter: what a running appliance never asks the kernel for is refused to it, so that whoever takes it over by a packet gains
// little: no other process looked into, no file system mounted, no module, no name space, no clock, no keys, no io_uring; and no memory that
// it has written becomes code.
//
// A list of what is refused, not of what is allowed: drivers, TLS, Kafka and SQLite libraries change what they call with every update, and a
// call refused by mistake would stop the link (docs/decisions/system-calls-refused-after-start.md). seccomp(2), filter mode.
// Thread: any; holds for all threads of the process and all its children, for ever. Failure: the kernel's.
#pragma once

#include "base/result.h"

namespace sluice::daemon {

struct SystemCallRules {
  bool may_start_programs = false;  // extractors are started anew when they die
};

// EPERM for every refused call from now on; privileges can no longer be gained by a program that is started. Children keep it.
Status RefuseSystemCalls(const SystemCallRules& rules);

}  // namespace sluice::daemon
