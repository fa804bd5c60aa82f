// What goes out: the head of an answer and the chunks of a stream (RFC 9112, 4 and 7.1).
//
// Thread: pure. Allocates: yes.
#pragma once

#include <string>
#include <string_view>

#include "control/api/message.h"

namespace sluice::remote {

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Up to and with the empty line. A stream has no length, and comes in chunks.
std::string HeadOf(const api::Response& response, bool keep_alive);
// REQUIRES: not empty, for an empty one would be the last.
std::string Chunk(std::string_view bytes);

}  // namespace sluice::remote
