// Real documents, opened as the data plane opens them, against the text that other programs found in them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>

#include "dataplane/decode/decoder_chain.h"
#include "tests/support/places.h"

namespace sluice::extractor {
namespace {

namespace fs = std::filesystem;
using decode::ViewPiece;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Sample {
  std::string path;
  std::string truth;  // path
};

// Documents whose text is known, from the list of what is there.
std::vector<Sample> Samples() {
  std::vector<Sample> samples;
  std::ifstream manifest(places::InputsFolder() + "/MANIFEST.tsv");
  for (std::string line; std::getline(manifest, line);) {
    const size_t truth = line.find("plain text: truth/");
    if (truth == std::string::npos) continue;
    const size_t name = truth + std::string("plain text: ").size();
    samples.push_back({line.substr(0, line.find('\t')), line.substr(name, line.find(".txt", name) + 4 - name)});
  }
  return samples;
}

struct Opened {
  std::string text;  // of all views
  std::vector<std::string> outcomes;
};

Opened Open(decode::DecodeRoom& room, const std::string& bytes) {
  decode::DecoderChain* chain = room.Open({});
  Opened opened;
  opened.text = bytes + "\n";
  const auto take = [&] {
    ViewPiece piece;
    while (chain->Next(piece)) {
      if (piece.kind == ViewPiece::Kind::kBegin) opened.text += "\n";
      if (piece.kind == ViewPiece::Kind::kData) opened.text += piece.bytes.AsText();
      const bool ended = piece.kind == ViewPiece::Kind::kEnd || piece.kind == ViewPiece::Kind::kRefused;
      if (ended && piece.outcome != decode::DecodeOutcome::kComplete) opened.outcomes.emplace_back(Name(piece.outcome));
    }
  };
  chain->Feed(ByteView(bytes));
  take();
  if (!chain->finished()) chain->End();
  take();
  room.Close(chain);
  return opened;
}

// Layout is not text: where lines break and how far columns stand apart differs from program to program. So are the zero-width
// and no-break variants of a space, the byte order mark and form feeds.
std::string WithoutLayout(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) <= ' ') continue;
    const std::string_view rest = std::string_view(text).substr(i);
    const auto skip = [&](std::string_view mark) { return rest.substr(0, mark.size()) == mark ? (i += mark.size() - 1, true) : false; };
    if (skip("\xC2\xA0") || skip("\xE2\x80\x8B") || skip("\xEF\xBB\xBF") || skip("\xC2\xAD")) continue;
    out += text[i];
  }
  return out;
}

// What a program shows and no document says: bullets of lists, and numbers in the form that a cell's format gives them (a date, a time,
// a percentage); the number itself is there.
bool IsShownOnly(const std::string& word) {
  constexpr std::string_view kBullets[] = {"\xE2\x80\xA2", "\xE2\x97\xA6", "\xE2\x96\xAA"};
  for (const std::string_view bullet : kBullets) {
    if (word == bullet) return true;
  }
  const bool number = word.find_first_not_of("0123456789.-/:%") == std::string::npos;
  return number && word.find_first_of("/:%") != std::string::npos;
}

// As the binary parts of some documents hold text, and as it is matched there.
std::string AsUtf16(const std::string& utf8) {
  std::string out;
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : 3;
    uint32_t c = bytes == 1 ? lead : bytes == 2 ? lead & 0x1Fu : lead & 0x0Fu;
    for (size_t k = 1; k < bytes && i + k < utf8.size(); ++k) c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
    out += static_cast<char>(c);
    out += static_cast<char>(c >> 8);
    i += bytes;
  }
  return out;
}

struct Share {
  size_t found = 0, words = 0;
  std::string first_missing;
  bool IsComplete() const { return found * 100 >= words * 98; }
};

Share Compare(const std::string& truth, const std::string& text) {
  const std::string whole = WithoutLayout(text);
  Share share;
  // Cells of a sheet stand between commas, in quotes where they hold one.
  std::string separate = truth;
  std::replace_if(separate.begin(), separate.end(), [](char c) { return c == ',' || c == '"'; }, ' ');
  std::istringstream words(separate);
  for (std::string word; words >> word;) {
    const std::string wanted = WithoutLayout(word);
    if (wanted.empty() || IsShownOnly(wanted)) continue;
    ++share.words;
    const bool found = whole.find(wanted) != std::string::npos || text.find(AsUtf16(wanted)) != std::string::npos;
    share.found += found ? 1 : 0;
    if (!found && share.first_missing.size() < 100) share.first_missing += " " + word;
  }
  return share;
}

TEST(Documents, TextIsAsCompleteAsThatOfOtherProgramsAndNothingCrashes) {
  const std::vector<Sample> samples = Samples();
  if (samples.empty()) GTEST_SKIP() << "the documents are not here: " << places::InputsFolder();
  decode::DecodeOptions options;
  options.max_chains = 2;
  options.max_large_states = options.max_small_states = 64;
  options.extraction.program = places::ProgramsFolder() + "/sluice-extract";
  decode::DecodeRoom room = decode::DecodeRoom::Create(options).value();
  size_t complete = 0;
  std::ostringstream missing;
  for (const Sample& sample : samples) {
    const std::string truth = ReadFile(fs::path(places::InputsFolder()) / sample.truth);
    const Opened opened = Open(room, ReadFile(fs::path(places::InputsFolder()) / sample.path));
    const Share share = Compare(truth, opened.text);
    EXPECT_EQ(std::count(opened.outcomes.begin(), opened.outcomes.end(), "extractor_died"), 0) << sample.path;
    if (share.IsComplete()) ++complete;
    else missing << "  " << sample.path << ": " << share.found << " of " << share.words << " words; missing:" << share.first_missing << "\n";
  }
  std::cout << complete << " of " << samples.size() << " documents complete; not so:\n" << missing.str();
  RecordProperty("complete", static_cast<int>(complete));
  EXPECT_GE(complete * 100, samples.size() * 95) << missing.str();
}

}  // namespace
}  // namespace sluice::extractor
