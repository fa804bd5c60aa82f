// Differential: where ChunkFraming reads a chunked body to its end, llhttp reads the same bytes of data; and any cut of the
// input gives the same reading.
#include <llhttp.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "dataplane/protocol/chunk_framing.h"

namespace {

using sluice::ByteView;
using sluice::protocol::ChunkFraming;

struct Reading {
  std::string data;
  size_t consumed = 0;
  bool done = false;
  bool operator==(const Reading&) const = default;
};

Reading ReadWithUs(ByteView input, size_t cut) {
  Reading reading;
  ChunkFraming framing;
  while (reading.consumed < input.size() && !framing.done()) {
    const ByteView rest = input.From(reading.consumed).First(cut);
    const ChunkFraming::Step step = framing.Next(rest);
    if (step.kind == ChunkFraming::Kind::kInvalid) break;
    if (step.consumed == 0 || step.consumed > rest.size()) std::abort();
    if (step.kind == ChunkFraming::Kind::kData) reading.data += rest.First(step.consumed).AsText();
    reading.consumed += step.consumed;
  }
  reading.done = framing.done();
  return reading;
}

bool ReadWithLlhttp(ByteView input, std::string& data) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_body = [](llhttp_t* parser, const char* at, size_t length) {
    static_cast<std::string*>(parser->data)->append(at, length);
    return 0;
  };
  settings.on_message_complete = [](llhttp_t*) -> int { return HPE_PAUSED; };
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &data;
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  if (llhttp_execute(&parser, head.data(), head.size()) != HPE_OK) std::abort();
  return llhttp_execute(&parser, input.AsText().data(), input.size()) == HPE_PAUSED;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteView input(data, size);
  const Reading whole = ReadWithUs(input, size);
  for (size_t cut = 1; cut < 6; ++cut) {
    if (!(ReadWithUs(input, cut) == whole)) std::abort();
  }
  std::string theirs;
  // llhttp is stricter about what stands within extensions and trailers; where it accepts, it must have read the same.
  if (whole.done && ReadWithLlhttp(input.First(whole.consumed), theirs) && theirs != whole.data) std::abort();
  return 0;
}
