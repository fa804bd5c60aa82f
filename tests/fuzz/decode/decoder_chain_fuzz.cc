// A chain over any object: pieces come in order (begin, data, end), the budget holds, and everything is given back.
//
// The first byte chooses what is declared, the second the length of the runs.
#include <algorithm>
#include <cstdlib>
#include <set>
#include <vector>

#include "dataplane/decode/decoder_chain.h"

using namespace sluice::decode;

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

constexpr uint64_t kFreeOutput = 1 << 18;

DecodeRoom& Room() {
  static DecodeRoom room = [] {
    DecodeOptions options;
    options.max_chains = 1;
    options.max_large_states = 4;
    options.max_small_states = 4;
    options.library_bytes = size_t{16} << 20;
    options.free_output_bytes = kFreeOutput;
    options.max_ratio = 20;
    return DecodeRoom::Create(options).value();
  }();
  return room;
}

struct Watch {
  std::set<ViewNumber> open;
  ViewNumber last = 0;
  std::vector<uint8_t> copy;

  void Take(DecoderChain& chain) {
    ViewPiece piece;
    while (chain.Next(piece)) {
      switch (piece.kind) {
        case ViewPiece::Kind::kBegin:
          Require(piece.view == ++last && (piece.parent == 0 || open.count(piece.parent) == 1) && !piece.element.empty());
          open.insert(piece.view);
          break;
        case ViewPiece::Kind::kData:
          Require(open.count(piece.view) == 1 && !piece.bytes.empty());
          copy.assign(piece.bytes.begin(), piece.bytes.end());  // reads every byte
          break;
        case ViewPiece::Kind::kEnd: Require(open.erase(piece.view) == 1); break;
        case ViewPiece::Kind::kDeferred: Require(false); break;  // there is no extractor
        case ViewPiece::Kind::kRefused: Require(piece.view == 0 || open.count(piece.view) == 1); break;
      }
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const char* const declared[] = {"", "gzip", "deflate", "br", "zstd", "br, gzip", "x", "gzip,,deflate"};
  sluice::content::ObjectDescription description;
  description.content_encoding.Assign(declared[data[0] % 8]);
  const size_t cut = data[1] == 0 ? size : data[1];
  DecoderChain* chain = Room().Open(description);
  Require(chain != nullptr);
  Watch watch;
  for (size_t at = 2; at < size; at += cut) {
    const std::vector<uint8_t> exact(data + at, data + at + std::min(cut, size - at));
    chain->Feed(sluice::ByteView(exact.data(), exact.size()));
    watch.Take(*chain);
  }
  chain->End();
  watch.Take(*chain);
  Require(watch.open.empty() && chain->finished());
  Require(chain->output_bytes() <= std::max<uint64_t>(kFreeOutput, size * 20) + 17 * 16384);
  Room().Close(chain);
  Require(Room().open_chains() == 0 && Room().library_bytes_used() == 0);
  return 0;
}
