// Rules of Suricata and Snort: their contents and expressions become detectors, all of which must hit in one object.
#include <algorithm>
#include <map>
#include <set>

#include "rules/import/formats.h"
#include "rules/import/suricata_parser.h"

namespace sluice::import {
namespace {

using Kind = Loss::Kind;

// Options that say nothing of what is looked for.
const std::set<std::string_view> kSilent = {"msg", "sid", "rev", "gid", "classtype", "priority", "reference", "metadata", "target", "fast_pattern", "rawbytes"};

// Where a hit counts, by sticky buffer or by the modifier of Snort 2. Empty: such a part is not told apart.
const std::map<std::string_view, std::string_view>& Buffers() {
  static const std::map<std::string_view, std::string_view> kBuffers = {
      {"http.request_body", "body"},  {"http.response_body", "body"}, {"file.data", "body"},       {"file_data", "body"},       {"pkt_data", "body"},
      {"http_client_body", "body"},   {"http_server_body", "body"},   {"file.name", "name"},       {"filename", "name"},        {"http.uri", "header"},
      {"http.uri.raw", "header"},     {"http_uri", "header"},         {"http_raw_uri", "header"},  {"http.header", "header"},   {"http.header.raw", "header"},
      {"http_header", "header"},      {"http_raw_header", "header"},  {"http.cookie", "header"},   {"http_cookie", "header"},   {"http.user_agent", "header"},
      {"http_user_agent", "header"},  {"http.host", "header"},        {"http_host", "header"},     {"http.referer", "header"},  {"http.content_type", "header"},
      {"http.method", ""},            {"http_method", ""},            {"http.stat_code", ""},      {"http_stat_code", ""},      {"http.request_line", "header"},
      {"dns.query", ""},              {"dns_query", ""},              {"tls.sni", ""},             {"tls.cert_subject", ""},    {"tls.cert_issuer", ""},
      {"ja3.hash", ""},               {"ssh.software", ""},           {"email.subject", "subject"},
  };
  return kBuffers;
}

const std::set<std::string_view> kPositions = {"offset", "depth", "distance", "within", "startswith", "endswith", "bsize", "isdataat", "dsize", "urilen"};
const std::set<std::string_view> kApplications = {"http", "smtp", "ftp", "ssh", "tls", "dns", "smb", "imap", "pop3"};
const std::set<std::string_view> kTransports = {"tcp", "udp", "ip", "tcp-pkt", "tcp-stream", "pkthdr"};

bool IsPrintable(const std::string& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string Hex(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// One rule, option by option.
class RuleReader {
 public:
  RuleReader(const SuricataRule& source, RuleDraft& rule, Draft& draft, const std::string& name) : source_(source), rule_(rule), draft_(draft), name_(name) {}

  bool Run() {
    rule_.condition.kind = ConditionDraft::Kind::kAll;
    for (const SuricataOption& option : source_.options) {
      if (!ReadOption(option)) return false;
    }
    const auto positive = [](const ConditionDraft& c) { return c.kind == ConditionDraft::Kind::kDetector; };
    if (std::none_of(rule_.condition.children.begin(), rule_.condition.children.end(), positive)) {
      return Drop("it looks for nothing in what is sent (no content, no pcre)");
    }
    ReadHead();
    return true;
  }

 private:
  bool Drop(const std::string& why) {
    draft_.Lose(Kind::kRule, rule_.origin, "the rule", why);
    return false;
  }

  bool ReadOption(const SuricataOption& option) {
    if (option.name == "content" || option.name == "uricontent") return ReadContent(option);
    if (option.name == "pcre") return ReadExpression(option);
    if (option.name == "nocase") return ReadNocase();
    if (option.name == "flow") {
      ReadFlow(option.value);
      return true;
    }
    const auto buffer = Buffers().find(option.name);
    if (buffer != Buffers().end()) return ReadBuffer(option, buffer->second);
    if (kSilent.count(option.name) != 0) return true;
    const bool is_position = kPositions.count(option.name) != 0;
    draft_.Lose(is_position ? Kind::kApproximate : Kind::kPart, rule_.origin, option.name,
                is_position ? "a hit counts wherever it stands; the rule fires more often" : "this condition is not asked for; the rule fires more often");
    return true;
  }

  // Modifiers of Snort 2 (http_uri) follow their content; sticky buffers (http.uri) come before.
  bool ReadBuffer(const SuricataOption& option, std::string_view where) {
    if (where.empty()) return Drop("it looks into " + option.name + ", which Sluice does not tell apart");
    const bool follows = option.name.compare(0, 5, "http_") == 0;
    if (follows && last_ != nullptr) {
      last_->where = {std::string(where)};
    } else {
      where_ = where;
    }
    return true;
  }

  DetectorDraft& NewDetector() {
    DetectorDraft detector;
    detector.id = "suricata-" + name_ + "-" + std::to_string(++detectors_);
    detector.as_bytes = true;
    draft_.detectors.push_back(std::move(detector));
    return draft_.detectors.back();
  }

  void Use(bool negated) {
    ConditionDraft use;
    use.detector = draft_.detectors.back().id;
    if (!where_.empty()) use.where = {where_};
    if (negated) {
      ConditionDraft inverse;
      inverse.kind = ConditionDraft::Kind::kNot;
      inverse.children.push_back(std::move(use));
      use = std::move(inverse);
    }
    rule_.condition.children.push_back(std::move(use));
    ConditionDraft& added = rule_.condition.children.back();
    last_ = negated ? &added.children.front() : &added;
  }

  bool ReadContent(const SuricataOption& option) {
    const std::optional<std::string> bytes = ContentBytes(option.value);
    if (!bytes || bytes->empty() || !option.quoted) return Drop("its content is malformed: " + option.name);
    DetectorDraft& detector = NewDetector();
    if (IsPrintable(*bytes)) {
      detector.literals = {*bytes};
    } else {
      detector.bytes = {Hex(*bytes)};
      detector.as_bytes = false;
    }
    Use(option.negated);
    return true;
  }

  bool ReadNocase() {
    if (draft_.detectors.empty() || detectors_ == 0) return true;
    DetectorDraft& detector = draft_.detectors.back();
    if (detector.bytes.empty()) {
      detector.ignore_case = true;
    } else {
      draft_.Lose(Kind::kPart, rule_.origin, "nocase", "bytes in hexadecimal are looked for as they are; the rule fires less often");
    }
    return true;
  }

  // "/expression/flags"
  bool ReadExpression(const SuricataOption& option) {
    const size_t close = option.value.rfind('/');
    if (option.value.empty() || option.value[0] != '/' || close == 0) return Drop("its pcre is malformed");
    std::string inline_flags;
    for (const char flag : option.value.substr(close + 1)) {
      if (flag == 'i' || flag == 's' || flag == 'm') {
        inline_flags += flag;
      } else if (flag == 'x' || flag == 'A' || flag == 'E' || flag == 'G') {
        return Drop(std::string("its pcre has the flag ") + flag + ", which changes what the expression means");
      } else {
        draft_.Lose(Kind::kApproximate, rule_.origin, std::string("pcre flag ") + flag, "a hit counts wherever it stands; the rule fires more often");
      }
    }
    DetectorDraft& detector = NewDetector();
    detector.expressions = {(inline_flags.empty() ? "" : "(?" + inline_flags + ")") + option.value.substr(1, close - 1)};
    Use(option.negated);
    return true;
  }

  void ReadFlow(const std::string& value) {
    const auto says = [&](std::string_view word) { return value.find(word) != value.npos; };
    if (says("to_server") || says("from_client")) rule_.direction = "upload";
    if (says("to_client") || says("from_server")) rule_.direction = "download";
    for (const char* lost : {"stateless", "not_established", "only_stream", "no_stream"}) {
      if (says(lost)) draft_.Lose(Kind::kPart, rule_.origin, std::string("flow:") + lost, "content is looked at in order, as one stream");
    }
  }

  void ReadHead() {
    if (source_.action == "drop" || source_.action == "reject" || source_.action == "rejectsrc" || source_.action == "rejectdst" || source_.action == "rejectboth") rule_.action = "block";
    if (source_.action == "pass") rule_.action = "allow";
    if (kApplications.count(source_.protocol) != 0) {
      rule_.applications = {source_.protocol};
    } else if (kTransports.count(source_.protocol) == 0) {
      draft_.Lose(Kind::kPart, rule_.origin, "protocol " + source_.protocol, "the rule is for any protocol");
    }
    const bool swapped = rule_.direction == "download";
    ReadAddresses(swapped ? source_.destination : source_.source, rule_.sources);
    ReadAddresses(swapped ? source_.source : source_.destination, rule_.destinations);
    for (const std::string& port : {source_.source_port, source_.destination_port}) {
      if (port != "any") draft_.Lose(Kind::kPart, rule_.origin, "port " + port, "protocols are told by content, not by port");
    }
  }

  void ReadAddresses(const std::string& text, std::vector<std::string>& into) {
    if (text == "any") return;
    std::string_view rest = text;
    if (!rest.empty() && rest.front() == '[' && rest.back() == ']') rest = rest.substr(1, rest.size() - 2);
    std::vector<std::string> blocks;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(','), rest.size());
      std::string block(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      block.erase(std::remove(block.begin(), block.end(), ' '), block.end());
      const bool plain = !block.empty() && block.find_first_not_of("0123456789abcdefABCDEF.:/") == block.npos;
      if (!plain) {
        draft_.Lose(Kind::kPart, rule_.origin, "address " + text, "variables and negated addresses are not carried over; the rule is for any address");
        return;
      }
      blocks.push_back(std::move(block));
    }
    into = std::move(blocks);
  }

  const SuricataRule& source_;
  RuleDraft& rule_;
  Draft& draft_;
  std::string name_;
  std::string where_;
  ConditionDraft* last_ = nullptr;  // of the content that was read last; valid until the next is added
  size_t detectors_ = 0;
};

// Priorities of Suricata's own classification.config.
std::string SeverityOf(const SuricataRule& rule) {
  const std::string priority = rule.Value("priority");
  if (priority == "1") return "high";
  if (priority == "2") return "medium";
  if (priority == "3") return "low";
  return priority.empty() ? "medium" : "info";
}

}  // namespace

Result<Draft> ReadSuricata(const std::string& text) {
  Draft draft;
  draft.id = "suricata";
  draft.title = "Imported from Suricata rules";
  UniqueIds ids;
  for (const SuricataLine& line : SuricataLines(text)) {
    ++draft.found;
    const std::string place = "line " + std::to_string(line.number);
    const Result<SuricataRule> source = ParseSuricataRule(line.text);
    if (!source) {
      draft.Lose(Loss::Kind::kRule, place, "the rule", source.error().message());
      continue;
    }
    RuleDraft rule;
    const std::string sid = source->Value("sid");
    rule.origin = sid.empty() ? place : "sid " + sid;
    rule.title = source->Value("msg");
    rule.severity = SeverityOf(*source);
    for (const SuricataOption& option : source->options) {
      if (option.name == "reference") rule.references.push_back(option.value);
    }
    const std::string name = ids.Take(sid.empty() ? "line-" + std::to_string(line.number) : sid);
    rule.id = "suricata.sid-" + name;
    if (RuleReader(*source, rule, draft, name).Run()) draft.rules.push_back(std::move(rule));
  }
  if (draft.found == 0) return Error{ErrorCode::kCorrupt, "there are no rules in this file: expected lines such as  alert tcp any any -> any any (content:\"x\"; sid:1;)"};
  return draft;
}

}  // namespace sluice::import
