// cef: ArcSight Common Event Format, version 0; the message part of a syslog line.
#include <iterator>

#include "control/exports/format/format.h"
#include "control/exports/format/record_fields.h"

namespace sluice::exports {
namespace {

// CEF, "Character Encoding": a backslash before `\` and `|` in the header and before `\` and `=` in the extension. Control characters,
// bidirectional ones among them, would turn the line around in whatever shows it: they become a space.
std::string Escaped(const std::string& text, char special) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<uint8_t>(text[i]);
    const auto byte = [&](size_t k) { return i + k < text.size() ? static_cast<uint8_t>(text[i + k]) : uint8_t{0}; };
    // U+0080 to U+009F; U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F; U+FEFF.
    const bool second_controls = c == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f;
    const bool turns = c == 0xe2 && ((byte(1) == 0x80 && ((byte(2) >= 0x8b && byte(2) <= 0x8f) || (byte(2) >= 0xa8 && byte(2) <= 0xae))) ||
                                     (byte(1) == 0x81 && byte(2) >= 0xa0 && byte(2) <= 0xaf));
    const bool mark = c == 0xef && byte(1) == 0xbb && byte(2) == 0xbf;
    if (c < 0x20 || c == 0x7f || second_controls || turns || mark) {
      out += ' ';
      i += second_controls ? 1u : turns || mark ? 2u : 0u;
      continue;
    }
    if (text[i] == '\\' || text[i] == special) out += '\\';
    out += text[i];
  }
  return out;
}

void Add(const char* key, const std::string& value, std::string& out) {
  if (value.empty()) return;
  if (!out.empty()) out += ' ';
  out += std::string(key) + "=" + Escaped(value, '=');
}

void AddLabelled(const char* key, const char* label, const std::string& value, std::string& out) {
  if (value.empty()) return;
  Add(key, value, out);
  Add((std::string(key) + "Label").c_str(), label, out);
}

}  // namespace

std::string WriteCef(const Source& source) {
  // Of 0 to 10: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high.
  static constexpr int kSeverities[] = {1, 3, 5, 8, 10};
  const nlohmann::json& record = source.record;
  const std::string name = IsFinding(record) ? TextOf(record, "rule") : TextOf(record, "kind");
  const std::string header = "CEF:0|Sluice|Sluice|1|" + Escaped(name, '|') + "|" + Escaped(TitleOf(record), '|') + "|" + std::to_string(kSeverities[SeverityOf(record)]) + "|";
  std::string out;
  Add("rt", std::to_string(MillisecondsOf(record)), out);
  Add("externalId", source.id, out);
  Add("cat", TextOf(record, "event"), out);
  Add("act", TextOf(record, "action"), out);
  Add("src", TextOf(record, "flow/src_ip"), out);
  Add("spt", std::to_string(NumberOf(record, "flow/src_port")), out);
  Add("shost", TextOf(record, "flow/client"), out);
  Add("dst", TextOf(record, "flow/dst_ip"), out);
  Add("dpt", std::to_string(NumberOf(record, "flow/dst_port")), out);
  Add("proto", TextOf(record, "flow/transport"), out);
  Add("app", TextOf(record, "flow/app"), out);
  if (record.contains("object")) {
    Add("fname", TextOf(record, "object/name"), out);
    Add("fsize", std::to_string(NumberOf(record, "object/bytes")), out);
    Add("fileType", TextOf(record, "object/media_type"), out);
    Add("fileHash", TextOf(record, "object/sha256"), out);
  }
  AddLabelled("cs1", "incident", TextOf(record, "incident"), out);
  AddLabelled("cs2", "verdict", TextOf(record, "verdict"), out);
  AddLabelled("cs3", "masked", TextOf(record, "match/masked"), out);
  AddLabelled("cs4", "policy", TextOf(record, "policy/digest"), out);
  AddLabelled("cs5", "direction", TextOf(record, "direction"), out);
  if (!IsFinding(record)) AddLabelled("cn1", "bytesUninspected", std::to_string(NumberOf(record, "bytes_uninspected")), out);
  Add("msg", TextOf(record, "explain"), out);
  return header + out;
}

}  // namespace sluice::exports
