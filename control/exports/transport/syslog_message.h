// AppendSyslogFrame: a message as RFC 5424 has it, behind its length.
//
// Thread: pure. Allocates: yes. Failure: none; a character that the header cannot hold is left out of it.
#pragma once

#include <string>

#include "control/exports/transport/transport.h"

namespace sluice::exports {

void AppendSyslogFrame(const Message& message, const std::string& host, std::string& out);

}  // namespace sluice::exports
