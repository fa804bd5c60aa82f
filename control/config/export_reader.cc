#include "control/config/export_reader.h"

#include <algorithm>
#include <set>

#include "control/config/codes.h"

namespace sluice::config {
namespace {

// Which keys a way of sending needs, and which it can use besides those that all have.
struct Use {
  std::string_view to;
  std::vector<std::string_view> needs, takes;
};

const std::vector<Use>& Uses() {
  static const std::vector<Use> kUses = {
      {"file", {"path"}, {}},
      {"syslog_tcp", {"address"}, {}},
      {"syslog_tls", {"address"}, {"ca_file", "certificate", "key"}},
      {"webhook", {"address"}, {"ca_file", "certificate", "key", "token_file"}},
      {"kafka", {"address", "topic"}, {"ca_file", "certificate", "key"}},
  };
  return kUses;
}

bool Has(const std::vector<std::string_view>& names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

void CheckUse(SectionReader& reader, const std::string& to, syntax::Diagnostics& diagnostics) {
  for (const Use& use : Uses()) {
    if (use.to != to) continue;
    for (const std::string_view key : use.needs) {
      if (!reader.Has(key)) diagnostics.Error(kExportNeedsKey, reader.at(), "an export with 'to: " + to + "' needs the key '" + std::string(key) + "'");
    }
    for (const std::string_view key : {"address", "path", "topic", "ca_file", "certificate", "key", "token_file"}) {
      if (!reader.Has(key) || Has(use.needs, key) || Has(use.takes, key)) continue;
      diagnostics.Error(kExportHasNoUse, reader.PositionOf(key), "an export with 'to: " + to + "' has no use for '" + std::string(key) + "'");
    }
  }
  if (reader.Has("certificate") != reader.Has("key")) {
    diagnostics.Error(kExportNeedsKey, reader.at(), "'certificate' and 'key' go together");
  }
}

bool IsName(const std::string& name) {
  return !name.empty() && name.size() <= 24 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

ExportOptions ReadOne(SectionReader& reader, const std::filesystem::path& folder, syntax::Diagnostics& diagnostics) {
  const auto resolved = [&](std::string_view key) {
    const std::string path = reader.Text(key).value;
    return path.empty() ? path : (folder / path).lexically_normal().string();
  };
  ExportOptions out;
  const syntax::Located<std::string> name = reader.Text("name");
  out.name = name.value;
  if (!name.value.empty() && !IsName(name.value)) {
    diagnostics.Error(kBadExportName, name.at, "'" + name.value + "' is no name of an export", "letters, digits, '_' and '-', at most 24");
  }
  out.to = reader.WordText("to");
  out.format = reader.WordText("format");
  const std::string records = reader.WordText("records");
  out.findings = records != "anomalies";
  out.anomalies = records != "findings";
  out.min_severity = static_cast<model::Severity>(reader.Word("min_severity"));
  out.address = reader.Text("address").value;
  out.topic = reader.Text("topic").value;
  out.path = resolved("path");
  out.ca_file = resolved("ca_file");
  out.certificate = resolved("certificate");
  out.key = resolved("key");
  out.token_file = resolved("token_file");
  out.batch = static_cast<uint32_t>(reader.Number("batch"));
  out.spool_bytes = reader.Number("spool_megabytes") << 20;
  out.drop_newest = reader.WordText("when_full") == "drop_newest";
  return out;
}

}  // namespace

std::vector<ExportOptions> ReadExports(const syntax::Node& node, const std::filesystem::path& folder, syntax::Diagnostics& diagnostics) {
  std::vector<ExportOptions> out;
  if (node.kind != syntax::Node::Kind::kList) {
    diagnostics.Error(syntax::Code::kWrongType, node.at, "'exports' must be a list",
                      "for example:  exports: [{name: siem, to: syslog_tls, format: cef, address: \"siem.example:6514\"}]");
    return out;
  }
  std::set<std::string> names;
  for (const syntax::Node& item : node.items) {
    SectionReader reader(Section::kExport, item, "an export", diagnostics);
    ExportOptions one = ReadOne(reader, folder, diagnostics);
    CheckUse(reader, one.to, diagnostics);
    reader.Finish();
    if (!names.insert(one.name).second) {
      diagnostics.Error(kBadExportName, reader.PositionOf("name"), "there is another export '" + one.name + "'", "each has a spool of its own");
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace sluice::config
