// What document signatures cost: the text and binary paths beside a bare rolling hash over the same bytes in the same run, look-ups in a
// set of any size, loading it, and digests. perf/README.md says how to run it; the figures are in docs/signatures.md.
#include <sodium.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "rules/fingerprint/checksum.h"
#include "rules/fingerprint/line_table.h"
#include "rules/fingerprint/set_writer.h"
#include "rules/text/character.h"

namespace sluice::perf {
namespace {

using namespace sluice::fingerprint;

constexpr size_t kRun = 1400, kBytes = size_t{16} << 20;
constexpr int kRounds = 9;

[[noreturn]] void Stop(const std::string& what) {
  std::fprintf(stderr, "signature_perf: %s\n", what.c_str());
  std::exit(1);
}

double ProcessorSeconds() {
  timespec time{};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

uint64_t sink = 0;  // keeps what is measured from being left out

template <typename Work>
double SecondsOf(Work work) {
  const double begin = ProcessorSeconds();
  sink ^= work();
  return ProcessorSeconds() - begin;
}

std::string English(size_t bytes) {
  std::mt19937 random(1);
  constexpr std::string_view kLetters = "eeeeeeeeeeeetttttttttaaaaaaaaooooooooiiiiiiinnnnnnnsssssshhhhhhrrrrrrddddllllcccuuummwwffggyyppbbvk";
  std::string text;
  while (text.size() < bytes) {
    for (size_t i = 2 + random() % 9; i > 0; --i) text += kLetters[random() % kLetters.size()];
    text += ' ';
  }
  text.resize(bytes);
  return text;
}

std::string Chinese(size_t bytes) {
  std::mt19937 random(2);
  std::string text;
  while (text.size() < bytes) {
    const uint32_t c = 0x4E00 + static_cast<uint32_t>(random() % 8000);
    text += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
  }
  return text;
}

std::string Random(size_t bytes) {
  std::mt19937_64 random(3);
  std::string data(bytes, '\0');
  for (size_t at = 0; at + 8 <= bytes; at += 8) StoreLe64(reinterpret_cast<uint8_t*>(data.data()) + at, random());
  return data;
}

#ifdef __clang__
#define SLUICE_ALIGNED_LOOPS [[gnu::noinline]]
#else
#define SLUICE_ALIGNED_LOOPS [[gnu::noinline, gnu::optimize("align-loops=64")]]
#endif

// The least that any fingerprinting does: one table, one shift, one addition and one comparison for each byte.
// Never unrolled into its callers, and its loop at the beginning of a line of the cache: it is what everything is measured by.
SLUICE_ALIGNED_LOOPS uint64_t BareHash(const Secrets& secrets, ByteView run, unsigned shift, uint64_t& hash) {
  uint64_t chosen = 0;
  uint64_t h = hash;
  for (const uint8_t byte : run) {
    h = (h << shift) + secrets.binary_gear[byte];
    if (h < UINT64_MAX / 2048) ++chosen;
  }
  hash = h;
  return chosen;
}

template <typename Run>
uint64_t InRuns(const std::string& bytes, Run run) {
  for (ByteView rest(bytes); !rest.empty(); rest = rest.From(kRun)) run(rest.First(kRun));
  return 0;
}

std::shared_ptr<const Secrets> TheSecrets() {
  static const std::shared_ptr<const Secrets> secrets = Secrets::Make(Key(std::array<uint8_t, kKeyBytes>{1}));
  return secrets;
}

// A set of so many fingerprints that nobody made of anything, for look-ups.
std::vector<uint8_t> SetOfSize(uint64_t entries) {
  std::mt19937_64 random(4);
  SetContents contents;
  contents.name = "measured";
  constexpr uint64_t kOfOne = 1'000'000;
  for (uint64_t made = 0; made < entries; made += kOfOne) {
    Document document;
    document.parts.push_back({Kind::kBinary, kOfOne * 2560, {}});
    std::vector<Fingerprint>& fingerprints = document.parts[0].fingerprints;
    fingerprints.resize(std::min(kOfOne, entries - made));
    for (Fingerprint& f : fingerprints) f = random() & kFingerprintMask;
    contents.documents.push_back(std::move(document));
  }
  Result<std::vector<uint8_t>> bytes = WriteSet(contents, *TheSecrets());
  if (!bytes) Stop(bytes.error().message());
  return std::move(*bytes);
}

void Paths(uint64_t set_entries) {
  const std::vector<uint8_t> bytes = SetOfSize(set_entries);
  const auto set = Set::Parse({bytes.data(), bytes.size()}, TheSecrets());
  if (!set) Stop(set.error().message());
  const Secrets& secrets = *TheSecrets();
  const Selector selector(secrets);
  std::printf("%-26s %10s %10s %8s   with look-ups in %llu fingerprints, GB/s, medians of %d\n", "path", "bare hash", "path", "ratio", static_cast<unsigned long long>(set_entries), kRounds);
  const struct {
    const char* name;
    std::string content;
    unsigned shift;
  } inputs[] = {{"text, English", English(kBytes), 2}, {"text, Chinese in UTF-8", Chinese(kBytes), 2}, {"binary, random bytes", Random(kBytes), 1}};
  for (const auto& input : inputs) {
    std::vector<double> bare, path, ratio;
    for (int round = 0; round < kRounds; ++round) {
      uint64_t hash = 1;
      bare.push_back(SecondsOf([&] { return InRuns(input.content, [&](ByteView run) { sink ^= BareHash(secrets, run, input.shift, hash); }), hash; }));
      path.push_back(SecondsOf([&] {
        SelectorState state;
        selector.Begin(state);
        std::array<Fingerprint, Set::kBatch> batch;
        std::array<Set::Found, Set::kBatch> found;
        size_t size = 0;
        uint64_t hits = 0;
        const auto look_up = [&] {
          (*set)->FindAll({batch.data(), size}, found);
          for (size_t i = 0; i < size; ++i) hits += found[i].count;
          size = 0;
        };
        InRuns(input.content, [&](ByteView run) {
          selector.Feed(state, run, [&](const Selected& s) {
            batch[size++] = s.fingerprint;
            if (size == batch.size()) look_up();
          });
          if (size > 0) look_up();
        });
        return hits;
      }));
      ratio.push_back(bare.back() / path.back());
    }
    const auto median = [](std::vector<double> v) {
      std::nth_element(v.begin(), v.begin() + kRounds / 2, v.end());
      return v[kRounds / 2];
    };
    std::printf("%-26s %10.2f %10.2f %8.2f\n", input.name, static_cast<double>(kBytes) / median(bare) * 1e-9, static_cast<double>(kBytes) / median(path) * 1e-9, median(ratio));
  }
}

void LookUps(uint64_t entries) {
  const std::string path = (std::filesystem::temp_directory_path() / "signature_perf.").string() + std::to_string(::getpid()) + ".sls";
  {
    const std::vector<uint8_t> bytes = SetOfSize(entries);
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size() || std::fclose(file) != 0) Stop("cannot write " + path);
    std::printf("%llu fingerprints: %.2f bytes each\n", static_cast<unsigned long long>(entries), static_cast<double>(bytes.size()) / static_cast<double>(entries));
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto set = Set::Open(path, TheSecrets());
  const double load = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ::unlink(path.c_str());
  if (!set) Stop(set.error().message());
  std::printf("opened in %.2f s, its pages in memory\n", load);
  std::mt19937_64 random(5);
  constexpr size_t kLookUps = size_t{1} << 20;
  std::vector<Fingerprint> absent(kLookUps), present;
  for (Fingerprint& f : absent) f = random() & kFingerprintMask;
  (*set)->ForEachEntry([&](Fingerprint f, uint32_t) {
    if (present.size() < kLookUps && random() % (entries / kLookUps + 1) == 0) present.push_back(f);
  });
  std::shuffle(present.begin(), present.end(), random);
  const auto median_of = [](const auto& work) {
    std::vector<double> taken;
    for (int round = 0; round < kRounds; ++round) taken.push_back(SecondsOf(work));
    std::nth_element(taken.begin(), taken.begin() + kRounds / 2, taken.end());
    return taken[kRounds / 2] * 1e9 / static_cast<double>(kLookUps);
  };
  const auto measure = [&](const char* what, const std::vector<Fingerprint>& wanted) {
    std::array<Set::Found, Set::kBatch> found;
    const size_t batches = wanted.size() / Set::kBatch;
    const double median = median_of([&] {
      uint64_t hits = 0;
      for (size_t b = 0; b < batches; ++b) {
        (*set)->FindAll({wanted.data() + b * Set::kBatch, Set::kBatch}, found);
        for (const Set::Found& f : found) hits += f.count;
      }
      return hits;
    });
    std::printf("%s: %.1f ns a look-up, in batches of %zu\n", what, median * static_cast<double>(kLookUps) / static_cast<double>(batches * Set::kBatch), Set::kBatch);
  };
  // What memory itself takes for as many lines at random: of an area as large as the filter, and of one as large as the table behind it.
  const std::vector<uint8_t> filter(entries * kFilterBitsPerEntry / 8 + kLineBytes, 1), table(LineShape::For(entries).homes() * kLineBytes, 1);
  const auto line_of = [&](const std::vector<uint8_t>& area, uint64_t random_word) { return &area[FilterBlock(random_word, static_cast<uint32_t>(area.size() / kLineBytes)) * kLineBytes]; };
  const double filter_alone = median_of([&] {
    uint64_t sum = 0;
    for (size_t b = 0; b + Set::kBatch <= kLookUps; b += Set::kBatch) {
      for (size_t i = b; i < b + Set::kBatch; ++i) __builtin_prefetch(line_of(filter, absent[i]));
      for (size_t i = b; i < b + Set::kBatch; ++i) sum += *line_of(filter, absent[i]);
    }
    return sum;
  });
  const double both = median_of([&] {
    uint64_t sum = 0;
    for (size_t b = 0; b + Set::kBatch <= kLookUps; b += Set::kBatch) {
      for (size_t i = b; i < b + Set::kBatch; ++i) __builtin_prefetch(line_of(filter, absent[i]));
      for (size_t i = b; i < b + Set::kBatch; ++i) {
        sum += *line_of(filter, absent[i]);
        __builtin_prefetch(line_of(table, absent[i]));
      }
      for (size_t i = b; i < b + Set::kBatch; ++i) sum += *line_of(table, absent[i]);
    }
    return sum;
  });
  std::printf("memory alone, prefetched in such batches: %.1f ns for a line at random of an area like the filter, %.1f ns with one of an area like the table behind it\n", filter_alone, both);
  measure("absent", absent);
  measure("present", present);
}

void Digests() {
  const std::string content = Random(kBytes);
  const auto report = [&](const char* name, double seconds) { std::printf("%-24s %6.2f GB/s\n", name, static_cast<double>(kBytes) / seconds * 1e-9); };
  report("BLAKE2b, keyed", SecondsOf([&] {
           Digester digester;
           digester.Begin(*TheSecrets());
           digester.Add(ByteView(content));
           return digester.Word();
         }));
  report("SHA-256", SecondsOf([&] {
           std::array<uint8_t, 32> out{};
           crypto_hash_sha256(out.data(), reinterpret_cast<const uint8_t*>(content.data()), content.size());
           return LoadLe64(out.data());
         }));
  report("checksum of sections", SecondsOf([&] { return Checksum(ByteView(content), 1); }));
}

int Main(int argc, char** argv) {
  CLI::App app{"What document signatures cost"};
  app.require_subcommand(1);
  uint64_t entries = 1'000'000;
  CLI::App* paths = app.add_subcommand("paths", "text and binary beside a bare rolling hash");
  paths->add_option("--set", entries, "fingerprints in the set");
  CLI::App* look_ups = app.add_subcommand("lookups", "size, loading and look-ups of a set");
  look_ups->add_option("--set", entries, "fingerprints in the set");
  CLI::App* digests = app.add_subcommand("digests", "digests of whole contents");
  CLI11_PARSE(app, argc, argv);
  if (const Status status = text::PrepareCharacters(model::Encoding::kGb18030); !status) Stop(status.error().message());
  if (paths->parsed()) Paths(entries);
  if (look_ups->parsed()) LookUps(entries);
  if (digests->parsed()) Digests();
  return sink == 42 ? 1 : 0;
}

}  // namespace
}  // namespace sluice::perf

int main(int argc, char** argv) { return sluice::perf::Main(argc, argv); }
