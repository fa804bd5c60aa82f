// Any bytes end in a word; and differential: a raw deflate stream that zlib reads to its end gives the same bytes here.
#include <zlib.h>

#include "tests/fuzz/decode/run_decoder.h"

namespace {

using namespace sluice::decode;

// True when zlib reads one raw deflate stream to its end within the bound.
bool InflateWithZlib(sluice::ByteView input, std::string& output) {
  z_stream stream{};
  if (inflateInit2(&stream, -15) != Z_OK) std::abort();
  stream.next_in = const_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  output.resize(size_t{1} << 19);
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  const int result = inflate(&stream, Z_FINISH);
  output.resize(stream.total_out);
  inflateEnd(&stream);
  return result == Z_STREAM_END;
}

}  // namespace

// The first byte chooses the wrapper.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Coding wrappers[] = {Coding::kGzip, Coding::kZlib, Coding::kDeflate};
  const Coding coding = wrappers[data[0] % 3];
  const sluice::ByteView input(data + 1, size - 1);
  RequireSameInAnyCut(coding, input);
  std::string expected;
  if (coding == Coding::kDeflate && InflateWithZlib(input, expected)) {
    const DecoderRun run = RunDecoder(coding, input, input.size() + 1, 4096);
    Require(run.output == expected);
  }
  return 0;
}
