#include "control/cli/top_frame.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/visible_text.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostTalkers = 5, kMostFates = 4;
constexpr size_t kBarCells = 10;

Json Parse(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}
uint64_t Number(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<uint64_t>() : 0;
}
std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? VisibleText(found->get<std::string>()) : std::string();
}
Json Member(const Json& object, const char* key, const Json& otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->type() == otherwise.type() ? *found : otherwise;
}

// "1.2 k", "34 M": three digits at most before the unit.
std::string Scaled(double value) {
  static constexpr const char* kUnits[] = {"", "k", "M", "G", "T", "P"};
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string Percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

std::string Bar(double share) {
  const auto full = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(kBarCells) + 0.5);
  return "[" + std::string(full, '#') + std::string(kBarCells - full, '.') + "]";
}

// Columns that a character takes (Unicode 15, UAX 11, the blocks that are wide throughout).
size_t WidthOf(uint32_t character) {
  const bool wide = (character >= 0x1100 && character <= 0x115f) || (character >= 0x2e80 && character <= 0xa4cf) || (character >= 0xac00 && character <= 0xd7a3) ||
                    (character >= 0xf900 && character <= 0xfaff) || (character >= 0xfe30 && character <= 0xfe6f) || (character >= 0xff00 && character <= 0xff60) ||
                    (character >= 0xffe0 && character <= 0xffe6) || (character >= 0x1f300 && character <= 0x1faff) || (character >= 0x20000 && character <= 0x3fffd);
  return wide ? 2 : 1;
}

// The bytes of the character at `at`, which is UTF-8 as Visible leaves it.
size_t BytesAt(const std::string& text, size_t at, uint32_t& character) {
  const auto lead = static_cast<uint8_t>(text[at]);
  const size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  character = bytes == 1 ? lead : lead & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes && at + i < text.size(); ++i) character = character << 6 | (static_cast<uint8_t>(text[at + i]) & 0x3f);
  return std::min(bytes, text.size() - at);
}

size_t Width(const std::string& text) {
  size_t columns = 0;
  uint32_t character = 0;
  for (size_t at = 0; at < text.size(); columns += WidthOf(character)) at += BytesAt(text, at, character);
  return columns;
}

// Cut or padded to exactly so many columns.
std::string Cell(const std::string& text, size_t columns) {
  std::string cell = Fit(text, columns);
  return cell + std::string(columns - std::min(columns, Width(cell)), ' ');
}

class Frame {
 public:
  Frame(const TopSample& before, const TopSample& now, const TopSize& size)
      : size_(size),
        seconds_(std::max(now.seconds - before.seconds, 1e-3)),
        status_(Parse(now.status)),
        then_(Parse(before.statistics)),
        now_(Parse(now.statistics)),
        talkers_(Parse(now.talkers)),
        incidents_(Member(Parse(now.incidents), "incidents", Json::array())) {}

  std::vector<std::string> Lines() {
    Head();
    Rates();
    Coverage();
    Talk();
    Incidents();
    if (lines_.size() > size_.rows) lines_.resize(size_.rows);
    return std::move(lines_);
  }

 private:
  void Add(const std::string& line) {
    const std::string fit = Fit(line, size_.columns);
    lines_.push_back(fit.substr(0, fit.find_last_not_of(' ') + 1));
  }
  double Rate(const char* key) const { return static_cast<double>(Number(now_, key) - std::min(Number(then_, key), Number(now_, key))) / seconds_; }

  void Head() {
    const bool forwards = status_.value("forwards", false);
    Add("Sluice  " + std::string(forwards ? "forwards" : "DOES NOT FORWARD") + ", " + TextOf(status_, "mode") + "   since " + TextOf(status_, "started").substr(0, 19) + "   policy " +
        TextOf(Member(status_, "policy", Json::object()), "digest").substr(0, 8) + " (" +
        std::to_string(Number(Member(status_, "policy", Json::object()), "generation")) + ")");
    const Json alarms = Member(status_, "alarms", Json::array());
    if (alarms.empty()) return Add("alarms none");
    Add("ALARMS " + std::to_string(alarms.size()) + ": " + (alarms[0].is_string() ? VisibleText(alarms[0].get<std::string>()) : ""));
  }

  void Rates() {
    Add("");
    Add("packets " + Cell(Scaled(Rate("packets")) + "/s", 12) + "bits " + Cell(Scaled(8 * Rate("bytes")) + "/s", 12) + "new flows " +
        Cell(Scaled(Rate("flows")) + "/s", 12) + "findings " + Scaled(Rate("findings")) + "/s");
    const Json busy = Member(now_, "worker_busy_seconds", Json::array()), busy_then = Member(then_, "worker_busy_seconds", Json::array());
    std::string line = "workers ";
    for (size_t i = 0; i < busy.size(); ++i) {
      const double before = i < busy_then.size() ? busy_then[i].get<double>() : 0;
      const double share = std::clamp((busy[i].get<double>() - before) / seconds_, 0.0, 1.0);
      line += std::to_string(i) + " " + Bar(share) + " " + Cell(Percent(share), 9);
    }
    Add(line);
  }

  void Coverage() {
    const Json coverage = Member(now_, "coverage", Json::object()), reasons = Member(coverage, "not_inspected", Json::object());
    const double bytes = std::max<double>(1, static_cast<double>(Number(now_, "bytes")));
    const double seen = static_cast<double>(Number(coverage, "inspected_bytes") + Number(coverage, "decoded_bytes"));
    std::vector<std::pair<uint64_t, std::string>> not_seen;
    for (const auto& [name, value] : reasons.items()) {
      if (value.is_number()) not_seen.emplace_back(value.get<uint64_t>(), VisibleText(name));
    }
    std::sort(not_seen.rbegin(), not_seen.rend());
    std::string line = "coverage " + Bar(seen / bytes) + " " + Percent(seen / bytes) + " inspected";
    for (size_t i = 0; i < std::min(not_seen.size(), kMostFates); ++i) line += ", " + not_seen[i].second + " " + Percent(static_cast<double>(not_seen[i].first) / bytes);
    Add(line);
  }

  static std::string Name(const Json& talker) {
    const std::string name = TextOf(talker, "name");
    return TextOf(talker, "ip") + (name.empty() ? "" : " (" + name + ")");
  }

  void Talk() {
    const Json clients = Member(talkers_, "clients", Json::array()), destinations = Member(talkers_, "destinations", Json::array());
    const size_t half = size_.columns / 2, name = half > 22 ? half - 22 : half;
    const auto cells = [&](const Json& list, size_t i) {
      if (i >= list.size() || !list[i].is_object()) return std::string(half, ' ');
      return Cell(Cell(Name(list[i]), name) + " " + Cell(Scaled(static_cast<double>(Number(list[i], "bytes"))) + "B", 9) + Cell(std::to_string(Number(list[i], "findings")), 9), half);
    };
    const auto head = [&](const char* what) { return Cell(Cell(what, name) + " " + Cell("BYTES", 9) + Cell("FINDINGS", 9), half); };
    Add("");
    Add(head("CLIENTS") + head("DESTINATIONS"));
    for (size_t i = 0; i < kMostTalkers; ++i) Add(cells(clients, i) + cells(destinations, i));
  }

  void Incidents() {
    Add("");
    const bool wide = size_.columns >= 100;
    const auto row = [&](const std::array<std::string, 8>& cells) {
      Add(Cell(cells[0], 5) + Cell(cells[1], 9) + Cell(cells[2], 9) + (wide ? Cell(cells[3], 11) : "") + Cell(cells[4], 5) + Cell(cells[5], wide ? 24 : 15) + " " +
          Cell(cells[6], wide ? 32 : 17) + " " + cells[7]);
    };
    row({"ID", "LAST", "SEVERITY", "ACTION", "HITS", "CLIENT", "RULE", "DOCUMENT"});
    for (const Json& one : incidents_) {
      if (!one.is_object()) continue;
      const std::string last = TextOf(one, "last");
      row({std::to_string(Number(one, "id")), last.size() > 19 ? last.substr(11, 8) : last, TextOf(one, "severity"), TextOf(one, "action"),
           std::to_string(Number(one, "findings")), Name(Member(one, "client", Json::object())), TextOf(one, "rule"),
           TextOf(Member(one, "document", Json::object()), "name")});
    }
  }

  const TopSize size_;
  const double seconds_;
  const Json status_, then_, now_, talkers_, incidents_;
  std::vector<std::string> lines_;
};

}  // namespace

std::string Fit(const std::string& text, size_t columns) {
  size_t taken = 0, at = 0;
  while (at < text.size()) {
    uint32_t character = 0;
    const size_t bytes = BytesAt(text, at, character);
    if (taken + WidthOf(character) > columns) break;
    taken += WidthOf(character);
    at += bytes;
  }
  return text.substr(0, at);
}

std::vector<std::string> TopFrame(const TopSample& before, const TopSample& now, const TopSize& size) { return Frame(before, now, size).Lines(); }

}  // namespace sluice::cli
