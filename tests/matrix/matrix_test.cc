// Protocol × container × encoding: the same marked text in every way that is opened, through the whole pipeline. Each cell is found.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "tests/matrix/containers.h"
#include "tests/matrix/protocols.h"
#include "tests/support/places.h"
#include "tests/unit/dataplane/pipeline/fixture.h"

namespace sluice::testing {

std::string InLetter(const std::string& file) { return Letter("application/octet-stream", "base64", Base64(file)); }

namespace {

// Simplified and traditional characters, each for the charsets that have them.
constexpr char kSimplified[] = "机密★10年", kTraditional[] = "機密★10年";
struct Charset {
  const char* name;
  const char* mark;
};
constexpr Charset kCharsets[] = {{"UTF-8", kSimplified},     {"UTF-16LE", kSimplified}, {"UTF-16BE", kSimplified}, {"GB18030", kSimplified},
                                 {"BIG5", kTraditional},     {"EUC-JP", kTraditional},  {"SHIFT_JIS", kTraditional}, {"EUC-KR", kTraditional}};

std::shared_ptr<const bundle::Bundle> Policy() {
  return test::PolicyOf(R"(
pack: {id: matrix, title: Matrix}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors:
  mark: {literals: [机密★, 機密★]}
rules:
  - {id: matrix.mark, title: A mark, severity: critical, action: alert, scope: {direction: both}, detect: mark}
)");
}

// The text of one cell; what is around the mark is the same everywhere.
std::string TextIn(const Charset& charset, bool is_marked) {
  std::string text;
  for (int i = 0; i < 12; ++i) text += "line " + std::to_string(i * 7919) + " of a report\n";
  return InCharset(text + (is_marked ? charset.mark : "\xE2\x98\x85") + "\nand the rest of it\n", charset.name);
}

// One row: all containers and charsets, each in a conversation of its own; which clients sent something that was found.
std::set<std::string> FoundIn(const Protocol& protocol, const std::shared_ptr<const bundle::Bundle>& policy, bool is_marked = true) {
  Frames frames;
  uint16_t number = 0;
  for (const Container& container : Containers()) {
    for (const Charset& charset : kCharsets) {
      const Place place{number++};
      if (container.only_utf8 && std::string_view(charset.name) != "UTF-8") continue;
      const Frames more = protocol.send(place, container.pack(TextIn(charset, is_marked)));
      frames.insert(frames.end(), more.begin(), more.end());
    }
  }
  test::PlayOptions options;
  options.decode.extraction.program = places::ProgramsFolder() + "/sluice-extract";
  options.decode.extraction.store_bytes = uint64_t{64} << 20;
  const test::Seen seen = test::Play(frames, policy, options);
  EXPECT_EQ(seen.totals.AccountedBytes(), seen.totals.bytes) << protocol.name;
  std::set<std::string> found;
  for (const test::SeenFinding& finding : seen.findings) {
    // "address/port address/port"; either may be the client.
    for (size_t at = 0; at < finding.flow.size();) {
      const size_t end = std::min(finding.flow.find(' ', at), finding.flow.size());
      found.insert(finding.flow.substr(at, finding.flow.rfind('/', end) - at));
      at = end + 1;
    }
  }
  return found;
}

TEST(Matrix, EveryCellIsFound) {
  const auto policy = Policy();
  std::cout << "| protocol |";
  for (const Container& container : Containers()) std::cout << " " << container.name << " |";
  std::cout << "\n";
  for (const Protocol& protocol : Protocols()) {
    const std::set<std::string> found = FoundIn(protocol, policy);
    std::cout << "| " << protocol.name << " |";
    uint16_t number = 0;
    for (const Container& container : Containers()) {
      size_t cells = 0, hits = 0;
      for (const Charset& charset : kCharsets) {
        const Place place{number++};
        if (container.only_utf8 && std::string_view(charset.name) != "UTF-8") continue;
        ++cells;
        const bool is_found = found.count(place.client()) > 0;
        hits += is_found ? 1 : 0;
        EXPECT_TRUE(is_found) << protocol.name << ", " << container.name << ", " << charset.name;
      }
      std::cout << " " << hits << "/" << cells << " |";
    }
    std::cout << std::endl;
  }
}

// What the other test finds is the mark and nothing else.
TEST(Matrix, NothingIsFoundWithoutTheMark) {
  const auto policy = Policy();
  for (const Protocol& protocol : Protocols()) EXPECT_TRUE(FoundIn(protocol, policy, false).empty()) << protocol.name;
}

}  // namespace
}  // namespace sluice::testing
