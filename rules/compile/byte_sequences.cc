#include "rules/compile/byte_sequences.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "rules/compile/letter_case.h"

namespace sluice::compile {
namespace {

constexpr CharRange kSurrogates = {0xd800, 0xdfff};

using StringIterator = std::vector<std::string>::const_iterator;

// Of the strings in [begin, end), which are sorted and agree before `depth`.
std::string ExpressionOfTails(StringIterator begin, StringIterator end, size_t depth) {
  // First bytes that go on in the same way are one class.
  std::map<std::string, std::bitset<256>> by_tail;
  for (auto it = begin; it != end;) {
    const auto byte = static_cast<uint8_t>((*it)[depth]);
    const auto next = std::find_if(it, end, [&](const std::string& s) { return static_cast<uint8_t>(s[depth]) != byte; });
    by_tail[it->size() == depth + 1 ? std::string() : ExpressionOfTails(it, next, depth + 1)].set(byte);
    it = next;
  }
  std::string out;
  for (const auto& [tail, bytes] : by_tail) out += (out.empty() ? "" : "|") + ByteClass(bytes) + tail;
  return by_tail.size() == 1 ? out : "(?:" + out + ")";
}

// A run of ranges for all byte strings from `low` to `high`, which have the same length, where every continuation byte goes
// from `least` to `most`.
void SplitByBytes(const std::string& low, const std::string& high, size_t depth, ByteClassRun& prefix, uint8_t least, uint8_t most,
                  std::vector<ByteClassRun>& out) {
  const auto byte_at = [](const std::string& s, size_t i) { return static_cast<uint8_t>(s[i]); };
  if (depth == low.size()) {
    out.push_back(prefix);
    return;
  }
  const uint8_t first = byte_at(low, depth), last = byte_at(high, depth);
  const auto descend = [&](uint8_t a, uint8_t b, const std::string& l, const std::string& h) {
    prefix.push_back({a, b});
    SplitByBytes(l, h, depth + 1, prefix, least, most, out);
    prefix.pop_back();
  };
  if (first == last) return descend(first, last, low, high);
  const std::string all_least = low.substr(0, depth + 1) + std::string(low.size() - depth - 1, static_cast<char>(least));
  const std::string all_most = low.substr(0, depth + 1) + std::string(low.size() - depth - 1, static_cast<char>(most));
  const bool low_whole = low.substr(depth + 1) == all_least.substr(depth + 1);
  const bool high_whole = high.substr(depth + 1) == all_most.substr(depth + 1);
  const int middle_first = low_whole ? first : first + 1;
  const int middle_last = high_whole ? last : last - 1;
  if (!low_whole) descend(first, first, low, all_most);
  if (middle_first <= middle_last) descend(static_cast<uint8_t>(middle_first), static_cast<uint8_t>(middle_last), all_least, all_most);
  if (!high_whole) descend(last, last, all_least, high);
}

std::string Utf16Be(char32_t c) {
  const auto unit = [](char32_t u) { return std::string{static_cast<char>(u >> 8), static_cast<char>(u & 0xff)}; };
  if (c < 0x10000) return unit(c);
  const char32_t rest = c - 0x10000;
  return unit(0xd800 + (rest >> 10)) + unit(0xdc00 + (rest & 0x3ff));
}

// Code points whose forms have one length and whose bytes nest: [first, last] of each class of length.
std::vector<CharRange> CutAt(const CharSet& set, const std::vector<CharRange>& classes) {
  std::vector<CharRange> cut;
  for (const CharRange& c : classes) {
    const CharSet part = set.Intersect(CharSet{c});
    cut.insert(cut.end(), part.ranges().begin(), part.ranges().end());
  }
  return cut;
}

// Supplementary characters have two units, and the second goes through its own range for each value of the first.
void AddSurrogateRuns(CharRange range, std::vector<ByteClassRun>& runs) {
  while (range.first <= range.last) {
    const char32_t same_high_last = std::min<char32_t>(range.last, range.first | 0x3ff);
    // Whole blocks of 1024 share their low units.
    char32_t last = same_high_last;
    if ((range.first & 0x3ff) == 0 && range.last - range.first >= 0x3ff) last = range.first + (((range.last - range.first + 1) >> 10) << 10) - 1;
    const std::string low = Utf16Be(range.first), high = Utf16Be(last);
    ByteClassRun prefix;
    std::vector<ByteClassRun> highs, lows;
    SplitByBytes(low.substr(0, 2), high.substr(0, 2), 0, prefix, 0x00, 0xff, highs);
    SplitByBytes(low.substr(2), high.substr(2), 0, prefix, 0x00, 0xff, lows);
    for (const ByteClassRun& h : highs) {
      for (const ByteClassRun& l : lows) {
        ByteClassRun run = h;
        run.insert(run.end(), l.begin(), l.end());
        runs.push_back(run);
      }
    }
    range.first = last + 1;
  }
}

}  // namespace

std::string EscapeByte(uint8_t byte) {
  const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
  if (plain) return std::string(1, static_cast<char>(byte));
  static constexpr char kDigits[] = "0123456789abcdef";
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

std::string ByteClass(const std::bitset<256>& bytes) {
  std::string out;
  for (size_t i = 0; i < 256; ++i) {
    if (!bytes[i]) continue;
    size_t last = i;
    while (last + 1 < 256 && bytes[last + 1]) ++last;
    out += EscapeByte(static_cast<uint8_t>(i));
    if (last > i) out += "-" + EscapeByte(static_cast<uint8_t>(last));
    i = last;
  }
  return bytes.count() == 1 ? out : "[" + out + "]";
}

std::string ExpressionOfStrings(std::vector<std::string> strings) {
  std::sort(strings.begin(), strings.end());
  strings.erase(std::unique(strings.begin(), strings.end()), strings.end());
  return ExpressionOfTails(strings.begin(), strings.end(), 0);
}

std::string ExpressionOfRuns(const std::vector<ByteClassRun>& runs) {
  // Single bytes are one class, and so are the first bytes of runs that go on in the same way.
  std::map<std::string, std::bitset<256>> by_tail;
  for (const ByteClassRun& run : runs) {
    std::string tail;
    for (size_t i = 1; i < run.size(); ++i) {
      std::bitset<256> bytes;
      for (int b = run[i].first; b <= run[i].last; ++b) bytes.set(static_cast<size_t>(b));
      tail += ByteClass(bytes);
    }
    for (int b = run[0].first; b <= run[0].last; ++b) by_tail[tail].set(static_cast<size_t>(b));
  }
  std::string out;
  for (const auto& [tail, bytes] : by_tail) out += (out.empty() ? "" : "|") + ByteClass(bytes) + tail;
  return by_tail.size() == 1 ? out : "(?:" + out + ")";
}

std::vector<ByteClassRun> Utf8Runs(const CharSet& set) {
  static const std::vector<CharRange> kLengths = {
      {0, 0x7f}, {0x80, 0x7ff}, {0x800, kSurrogates.first - 1}, {kSurrogates.last + 1, 0xffff}, {0x10000, CharSet::kLastCharacter}};
  std::vector<ByteClassRun> runs;
  for (const CharRange& range : CutAt(set, kLengths)) {
    std::string low, high;
    AppendUtf8(range.first, low);
    AppendUtf8(range.last, high);
    ByteClassRun prefix;
    SplitByBytes(low, high, 0, prefix, 0x80, 0xbf, runs);
  }
  return runs;
}

std::vector<ByteClassRun> Utf16Runs(const CharSet& set, bool big_endian) {
  std::vector<ByteClassRun> runs;
  for (const CharRange& range : CutAt(set, {{0, kSurrogates.first - 1}, {kSurrogates.last + 1, 0xffff}})) {
    ByteClassRun prefix;
    SplitByBytes(Utf16Be(range.first), Utf16Be(range.last), 0, prefix, 0x00, 0xff, runs);
  }
  for (const CharRange& range : CutAt(set, {{0x10000, CharSet::kLastCharacter}})) AddSurrogateRuns(range, runs);
  if (!big_endian) {
    for (ByteClassRun& run : runs) {
      for (size_t i = 0; i + 1 < run.size(); i += 2) std::swap(run[i], run[i + 1]);
    }
  }
  return runs;
}

}  // namespace sluice::compile
