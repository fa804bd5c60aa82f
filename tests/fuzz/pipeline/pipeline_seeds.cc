// Writes the attempts of tests/evasion that are short as seeds, each named after its attempt.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/evasion/evasion.h"
#include "tests/fuzz/pipeline/script.h"

namespace sluice::test {
namespace {

// Long captures are mutated badly.
constexpr size_t kLongestSeed = 6000;

// By turns on a tap and inline, by one worker and by two, with checksums verified and not.
void WriteAll(const std::vector<Evasion>& evasions, const std::string& folder) {
  uint8_t options = 0;
  for (const Evasion& evasion : evasions) {
    const Bytes script = WriteScript(options, evasion.wire.frames());
    if (script.size() > kLongestSeed) continue;
    std::string name = evasion.name;
    std::replace(name.begin(), name.end(), '/', '_');
    std::replace(name.begin(), name.end(), '-', '_');
    std::ofstream(folder + "/" + name, std::ios::binary).write(reinterpret_cast<const char*>(script.data()), static_cast<std::streamsize>(script.size()));
    options = static_cast<uint8_t>((options + 1) % 64);
  }
}

}  // namespace
}  // namespace sluice::test

int main(int argc, char** argv) {
  using namespace sluice::test;
  if (argc != 2) {
    std::fprintf(stderr, "usage: pipeline_seeds FOLDER\n");
    return 2;
  }
  for (const auto& group : {IpEvasions(), TcpEvasions(), HttpEvasions(), MailEvasions(), ContainerEvasions(), EncodingEvasions()}) WriteAll(group, argv[1]);
  return 0;
}
