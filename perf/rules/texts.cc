#include "perf/rules/texts.h"

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace sluice::perf {
namespace {

constexpr std::string_view kFail =
    "fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,\n"
    "       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}\n";

// Ordinary words, among them those that markings and credentials are made of.
constexpr std::array<std::string_view, 72> kWords = {
    "the",     "of",      "and",     "to",      "in",       "a",        "is",     "that",     "for",    "it",      "was",      "on",       "with",    "as",      "be",
    "at",      "by",      "this",    "have",    "from",     "or",       "one",    "had",      "report", "meeting", "figures",  "quarter",  "team",    "plan",    "budget",
    "review",  "service", "network", "office",  "system",   "project",  "table",  "data",     "order",  "secret",  "official", "internal", "password", "card",   "number",
    "social",  "security", "token",  "key",     "access",   "control",  "United", "States",   "North",  "class",   "section",  "part",     "between", "through", "because",
    "account", "payment", "contract", "company", "customer", "analysis", "turbine", "pressure", "engine", "results", "Figure",   "Table"};
constexpr std::u32string_view kHan =
    U"的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严密秘绝";

class Random {
 public:
  explicit Random(uint32_t seed) : random_(seed) {}
  size_t Below(size_t n) { return static_cast<size_t>(random_() % n); }

 private:
  std::mt19937 random_;
};

void AppendHan(char32_t c, std::string& out) {
  out += {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)), static_cast<char>(0x80 | (c & 0x3f))};
}

std::string English(size_t bytes) {
  Random random(1);
  std::string text;
  while (text.size() < bytes) {
    for (size_t i = 4 + random.Below(14); i > 0; --i) text += std::string(kWords[random.Below(kWords.size())]) + (i == 1 ? "" : " ");
    if (random.Below(3) == 0) text += " " + std::to_string(random.Below(100000)) + "." + std::to_string(random.Below(100));
    text += random.Below(5) == 0 ? ".\r\n" : ". ";
  }
  return text.substr(0, bytes);
}

std::string Chinese(size_t bytes) {
  Random random(2);
  std::string text;
  while (text.size() < bytes) {
    for (size_t i = 3 + random.Below(15); i > 0; --i) AppendHan(kHan[random.Below(kHan.size())], text);
    if (random.Below(6) == 0) text += std::to_string(random.Below(3000));
    AppendHan(random.Below(3) == 0 ? U'。' : U'，', text);
    if (random.Below(8) == 0) text += "\r\n";
  }
  return text;
}

std::string RandomBytes(size_t bytes) {
  Random random(3);
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(random.Below(256));
  return text;
}

std::string Base64(size_t bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Random random(4);
  std::string text;
  for (size_t i = 0; i < bytes; ++i) {
    text += kAlphabet[random.Below(64)];
    if (i % 76 == 75) text += "\r\n";
  }
  return text;
}

std::string Word(Random& random, size_t letters) {
  std::string word;
  for (size_t i = 0; i < letters; ++i) word += static_cast<char>('a' + random.Below(26));
  return word;
}

std::string HanTerm(Random& random, size_t characters) {
  std::string term;
  for (size_t i = 0; i < characters; ++i) AppendHan(kHan[random.Below(kHan.size())], term);
  return term;
}

}  // namespace

std::vector<NamedText> MeasuredTexts(size_t bytes) {
  return {{"English", English(bytes)}, {"Chinese", Chinese(bytes)}, {"base64", Base64(bytes)}, {"random", RandomBytes(bytes)}};
}

std::string PlainLiteralsPack() {
  Random random(5);
  std::string yaml = std::string(kFail) + "detectors:\n  words:\n    encodings: [utf-8]\n    transfer: [none]\n    literals:\n";
  std::string first;
  for (size_t i = 0; i < 200; ++i) {
    const std::string word = Word(random, 8 + random.Below(9));
    if (i == 0) first = word;
    yaml += "      - " + (i % 2 == 0 ? word : HanTerm(random, 4)) + "\n";
  }
  return yaml + "rules:\n  - {id: perf.word, title: A word, detect: words, match: [" + first + "]}\n";
}

std::string ManyLiteralsPack(size_t literals) {
  Random random(6);
  std::string yaml = std::string(kFail) + "budget: {stream_state_bytes: 65536}\ndetectors:\n  terms:\n    literals:\n";
  std::string first;
  for (size_t i = 0; i < literals; ++i) {
    std::string term;
    if (i % 2 == 0) {
      term = Word(random, 6 + random.Below(6)) + " " + Word(random, 5 + random.Below(5));
    } else {
      term = HanTerm(random, 4 + random.Below(4));
    }
    if (i == 0) first = term;
    yaml += "      - \"" + term + "\"\n";
  }
  return yaml + "rules:\n  - {id: perf.term, title: A term, detect: terms, match: [\"" + first + "\"]}\n";
}

}  // namespace sluice::perf
