// Evasion: one attempt to carry a marked document past the appliance, and what must come of it.
//
// Each group of attempts is a table of its own (ip_evasions.cc, tcp_evasions.cc, …) that reads as a list: a name, the trick in
// a few words, where it was described, and the frames. evasion_test.cc plays each of them on a tap and inline and writes
// docs/evasion.md from what came of it.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/evasion/wire.h"

namespace sluice::test {

// What must be said of an attempt, at least. Silence is never enough.
enum class Demand : uint8_t {
  kFound,    // tap: the mark is found. Inline: and no receiver ever holds it
  kNamed,    // an anomaly says what could not be looked into
  kHarmless, // no receiver would read the mark: nothing need be said, and nobody may come to hold it
};

struct Evasion {
  std::string name;    // "tcp/segments-of-one-byte"
  std::string trick;
  std::string source;  // paper, RFC, or what users do
  Wire wire;
  Demand tap = Demand::kFound, inspected = Demand::kFound;
};

// What a failing test calls it.
inline void PrintTo(const Evasion& evasion, std::ostream* out) { *out << evasion.name; }

std::vector<Evasion> IpEvasions();
std::vector<Evasion> TcpEvasions();
std::vector<Evasion> HttpEvasions();
std::vector<Evasion> MailEvasions();
std::vector<Evasion> ContainerEvasions();
std::vector<Evasion> EncodingEvasions();

// The mark that the policy of the suite stops, in UTF-8, and a document that has it behind two thirds of its text.
inline constexpr std::string_view kMark = "\xE6\x9C\xBA\xE5\xAF\x86\xE2\x98\x85";
std::string Document(std::string_view mark = kMark);
std::string Put(std::string_view body, std::string_view fields = "", std::string_view target = "/report");
std::string Chunked(std::string_view body, size_t chunk, std::string_view extension = "");

}  // namespace sluice::test
