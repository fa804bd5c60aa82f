#include "perf/support/patterns.h"

#include <array>
#include <random>
#include <string_view>

namespace sluice::perf {
namespace {

constexpr std::array<std::string_view, 20> kFirst = {"amber",  "basalt", "cobalt", "drift",  "ember",  "falcon", "garnet",
                                                     "harbor", "indigo", "jasper", "kestrel", "lumen", "mistral", "nickel",
                                                     "onyx",   "prairie", "quartz", "raven", "saffron", "tundra"};
constexpr std::array<std::string_view, 15> kSecond = {"anvil",  "beacon", "citadel", "dynamo", "engine", "furnace", "gantry", "hammer",
                                                      "ingot",  "jetty",  "keel",    "lattice", "mortar", "nozzle",  "orbit"};
constexpr std::array<std::string_view, 5> kLevels = {"绝密", "机密", "秘密", "商密", "内部"};
constexpr std::array<std::string_view, 10> kPeriods = {"★长期", "★30年", "★20年", "★10年", "★5年", "★3年", "★1年", "★6个月", "★公布前", "★启用前"};
constexpr std::array<std::string_view, 10> kExpressions = {
    "project-NAME-[0-9]{3,6}",          "NAME (draft|final) [0-9]{1,2}\\\\.[0-9]{1,2}", "contract/NAME/[A-Z]{2}[0-9]{4}",
    "(ref|file):NAME-[a-f0-9]{8}",      "NAME_[a-z]{2,12}@internal",                    "X-NAME-Label: [A-Za-z]{3,20}",
    "NAME:(red|amber|green)",           "invoice NAME [0-9]{6}",                        "serial NAME-[0-9A-F]{4}-[0-9A-F]{4}",
    "NAME clearance (level )?[1-5]"};

// What every data-loss policy has beside names and markings: numbers and keys that begin with no word of their own.
constexpr std::array<std::string_view, 12> kNumbers = {
    "\\b[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\\b",  // resident identity, China
    "\\b1[3-9][0-9]{9}\\b",                                                                      // mobile telephone, China
    "\\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\\b",                                     // payment card
    "[a-z0-9]@[a-z0-9-]+\\.(com|org|net|gov|cn)\\b",                                                 // mail address
    "\\b[A-Z]{2}[0-9]{2}[A-Z0-9]{4}[0-9]{7}[A-Z0-9]{0,16}\\b",                                    // IBAN
    "\\bey[A-Za-z0-9_-]{10,}\\.ey[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{20}",                         // JSON web token
    "-----BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY-----",
    "\\b(AKIA|ASIA)[A-Z2-7]{16}\\b",                                                             // cloud access key
    "\\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\\b",                                                     // social security, USA
    "(password|passwd|secret) ?[:=] ?[A-Za-z0-9+/]{8,40}",
    "\\bxox[abposr]-[A-Za-z0-9-]{10,72}\\b",                                                      // chat token
    "\\bgh[pousr]_[A-Za-z0-9]{36}\\b"};                                                          // source hosting token

constexpr std::array<std::string_view, 40> kWords = {
    "the",     "report", "of",      "and",   "to",     "meeting", "was",    "a",       "in",      "figures", "quarter", "that", "team", "with",
    "for",     "plan",   "on",      "is",    "budget", "review",  "by",     "service", "we",      "from",    "network", "this", "have", "are",
    "summary", "order",  "changes", "which", "next",   "office",  "system", "at",      "project", "table",   "as",      "data"};
constexpr std::array<std::string_view, 16> kChineseWords = {"会议", "报告", "关于", "项目", "我们", "工作", "计划", "数据",
                                                            "的",   "和",   "在",   "年度", "预算", "系统", "部门", "，"};

std::string CodeName(size_t i) {
  return std::string(kFirst[i % kFirst.size()]) + "-" + std::string(kSecond[i / kFirst.size() % kSecond.size()]);
}

std::string Expression(size_t i) {
  std::string text(kExpressions[i % kExpressions.size()]);
  return text.replace(text.find("NAME"), 4, CodeName(i * 3 + 1));
}

void AppendLiterals(std::string& yaml) {
  yaml += "  codenames:\n    encodings: [utf-8]\n    transfer: [none]\n    literals:\n";
  for (size_t i = 0; i < 300; ++i) yaml += "      - \"" + CodeName(i) + "\"\n";
  yaml += "  markings:\n    encodings: [utf-8, gb18030]\n    transfer: [none]\n    literals:\n";
  for (const std::string_view level : kLevels) {
    for (const std::string_view period : kPeriods) yaml += "      - \"" + std::string(level) + std::string(period) + "\"\n";
  }
}

void AppendExpressions(std::string& yaml, size_t count) {
  yaml += "  references:\n    encodings: [utf-8]\n    transfer: [none]\n    regex:\n";
  for (size_t i = 0; i < count; ++i) yaml += "      - \"" + Expression(i) + "\"\n";
}

void AppendNumbers(std::string& yaml) {
  yaml += "  numbers:\n    encodings: [utf-8]\n    transfer: [none]\n    regex:\n";
  for (const std::string_view number : kNumbers) yaml += "      - '" + std::string(number) + "'\n";
}

}  // namespace

std::string BlockedMark() { return std::string(kLevels[1]) + std::string(kPeriods[3]); }

namespace {

std::string Pack(bool with_numbers) {
  std::string yaml = "pack: {id: perf-mixed, title: Patterns that speed is measured with}\n"
                     "fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,\n"
                     "       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}\n"
                     "detectors:\n";
  AppendLiterals(yaml);
  constexpr size_t kExpressionCount = 100;
  AppendExpressions(yaml, kExpressionCount - (with_numbers ? kNumbers.size() : 0));
  if (with_numbers) AppendNumbers(yaml);
  yaml += "rules:\n"
          "  - {id: perf.mark, title: A marking, action: block, detect: markings, match: [\"" + BlockedMark() + "\"]}\n"
          "  - {id: perf.name, title: A code name, action: alert, detect: [codenames, references" + (with_numbers ? ", numbers" : "") + "], match: [\"" + CodeName(0) + "\"]}\n";
  return yaml;
}

}  // namespace

std::string MixedPack() { return Pack(true); }
std::string StrongPack() { return Pack(false); }

std::vector<uint8_t> Document(size_t bytes, uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  std::string text;
  text.reserve(bytes + 256);
  while (text.size() < bytes) {
    const bool chinese = below(4) == 0;
    for (int i = 0; i < 12; ++i) {
      text += chinese ? kChineseWords[below(kChineseWords.size())] : kWords[below(kWords.size())];
      if (!chinese) text += ' ';
    }
    if (below(3) == 0) text += std::to_string(below(100000)) + "." + std::to_string(below(100)) + "\t";
    if (below(1000) == 0) text += CodeName(below(300));
    text += below(6) == 0 ? "\r\n" : chinese ? "。" : ". ";
  }
  while ((static_cast<uint8_t>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return {text.begin(), text.begin() + static_cast<ptrdiff_t>(bytes)};
}

}  // namespace sluice::perf
