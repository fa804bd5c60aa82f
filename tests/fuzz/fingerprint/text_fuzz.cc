// Any bytes in any cut: the same places are chosen, each within the content, whatever charset it turns out to be.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <tuple>
#include <vector>

#include "rules/fingerprint/document.h"
#include "rules/text/character.h"

namespace {

using namespace sluice;
using namespace sluice::fingerprint;
using Place = std::tuple<uint64_t, Kind, Fingerprint>;

const Secrets& TheSecrets() {
  static const bool prepared = text::PrepareCharacters(model::Encoding::kGb18030).ok();
  static const std::shared_ptr<const Secrets> secrets = Secrets::Make(Key(std::array<uint8_t, kKeyBytes>{1}));
  static_cast<void>(prepared);
  return *secrets;
}

std::vector<Place> Select(ByteView content, size_t run) {
  const Selector selector(TheSecrets());
  SelectorState state;
  selector.Begin(state);
  std::vector<Place> places;
  for (size_t at = 0; at < content.size(); at += run) {
    selector.Feed(state, content.Sub(at, run), [&](const Selected& s) { places.emplace_back(s.end, s.kind, s.fingerprint); });
  }
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteView content(data, size);
  const std::vector<Place> whole = Select(content, size + 1);
  if (Select(content, 1) != whole || Select(content, 7) != whole) std::abort();
  if (!whole.empty() && std::get<0>(whole.back()) > size) std::abort();
  ContentCollector collector(TheSecrets(), ContentCollector::Keep::kAll);
  collector.Add(content);
  static_cast<void>(collector.TakeParts().size());
  return 0;
}
