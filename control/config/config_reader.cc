#include "control/config/config_reader.h"

#include <filesystem>
#include <memory>

#include "control/config/api_reader.h"
#include "control/config/cross_checks.h"
#include "control/config/codes.h"
#include "control/config/export_reader.h"
#include "control/config/port_reader.h"
#include "control/config/section_reader.h"
#include "rules/compile/network.h"
#include "rules/syntax/yaml_reader.h"

namespace sluice::config {
namespace {

using runtime::DataPlaneOptions;

class Reader {
 public:
  Reader(std::filesystem::path folder, syntax::Diagnostics& diagnostics) : folder_(std::move(folder)), diagnostics_(diagnostics) {}

  Configuration Read(const syntax::Node& root) {
    SectionReader top(Section::kTop, root, "the configuration", diagnostics_);
    configuration_.policy = Resolve(top.Text("policy").value);
    for (const syntax::Located<std::string>& key : top.Texts("trusted_keys")) configuration_.trusted_keys.push_back(Resolve(key.value));
    for (const syntax::Located<std::string>& set : top.Texts("signatures")) configuration_.signatures.sets.push_back(Resolve(set.value));
    configuration_.signatures.key = Resolve(top.Text("signature_key").value);
    configuration_.ledger = Resolve(top.Text("ledger").value);
    ReadPorts(top);
    ReadPlaces(top);
    if (const syntax::Node* hosts = top.Find("hosts")) ReadHosts(*hosts);
    ReadWorkers(top);
    ReadMemory(top);
    ReadTables(top);
    ReadDecode(top);
    ReadOutput(top);
    if (const syntax::Node* control = top.Find("control")) ReadControl(*control);
    if (const syntax::Node* api = top.Find("api")) ReadApiSection(*api);
    if (const syntax::Node* exports = top.Find("exports")) ReadExportList(*exports);
    if (const syntax::Node* evidence = top.Find("evidence")) ReadEvidence(*evidence);
    top.Finish();
    CheckWhole(places_, configuration_, diagnostics_);
    return std::move(configuration_);
  }

 private:
  DataPlaneOptions& data_plane() { return configuration_.data_plane; }

  std::string Resolve(const std::string& path) const {
    if (path.empty() || path == "-") return path;
    return (folder_ / path).lexically_normal().string();
  }

  void ReadPorts(SectionReader& top) {
    const syntax::Node* ports = top.Find("ports");
    if (ports == nullptr) return;
    places_.ports = ports->at;
    if (ports->kind != syntax::Node::Kind::kMap || ports->keys.empty()) {
      diagnostics_.Error(syntax::Code::kWrongType, ports->at, "'ports' must be a map from names to ports, with at least one");
      return;
    }
    for (size_t i = 0; i < ports->keys.size(); ++i) {
      port::PortOptions port = ReadPort(ports->keys[i], ports->items[i], diagnostics_);
      for (std::string* path : {&port.rx_file, &port.tx_file, &port.socket}) *path = Resolve(*path);
      data_plane().ports.push_back(std::move(port));
      places_.port_names.push_back(ports->keys[i].at);
    }
  }

  void ReadPlaces(SectionReader& top) {
    if (const syntax::Node* pairs = top.Find("pairs")) ReadPairs(*pairs);
    places_.taps = top.Texts("taps");
    if (top.Has("quarantine_port")) places_.quarantine_port = top.Text("quarantine_port");
    if (top.Has("response_port")) places_.response_port = top.Text("response_port");
  }

  void ReadPairs(const syntax::Node& pairs) {
    if (pairs.kind != syntax::Node::Kind::kList) {
      diagnostics_.Error(syntax::Code::kWrongType, pairs.at, "'pairs' must be a list",
                         "for example:  pairs: [{ports: [outside, inside]}]");
      return;
    }
    for (const syntax::Node& item : pairs.items) {
      SectionReader reader(Section::kPair, item, "a pair", diagnostics_);
      places_.pairs.push_back({reader.at(), reader.Texts("ports"), reader.Flag("propagate_link")});
      reader.Finish();
    }
  }

  void ReadHosts(const syntax::Node& hosts) {
    if (hosts.kind != syntax::Node::Kind::kList) {
      diagnostics_.Error(syntax::Code::kWrongType, hosts.at, "'hosts' must be a list",
                         "for example:  hosts: [{name: login nodes, networks: [10.1.7.0/24]}]");
      return;
    }
    auto names = std::make_shared<packet::HostNames>();
    for (const syntax::Node& item : hosts.items) {
      SectionReader reader(Section::kHost, item, "a host", diagnostics_);
      const std::string name = reader.Text("name").value;
      for (const syntax::Located<std::string>& network : reader.Texts("networks")) {
        const auto block = compile::AddressBlockFromText(network.value);
        if (!block) {
          diagnostics_.Error(kBadNetwork, network.at, "'" + network.value + "' is neither an address nor a block of addresses",
                             "write it as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, without bits behind the prefix");
          continue;
        }
        names->Add(block->address, block->prefix_bits, name);
      }
      reader.Finish();
    }
    data_plane().hosts = std::move(names);
  }

  void ReadWorkers(SectionReader& top) {
    static const syntax::Node kAbsent = EmptyMap();
    const syntax::Node* node = top.Find("workers");
    SectionReader reader(Section::kWorkers, node != nullptr ? *node : kAbsent, "'workers'", diagnostics_);
    data_plane().workers.count = static_cast<uint16_t>(reader.Number("count"));
    places_.processors = reader.Numbers("processors");
    for (const syntax::Located<uint64_t>& processor : places_.processors) {
      data_plane().workers.processors.push_back(static_cast<int>(processor.value));
    }
    data_plane().workers.sleep_when_idle = reader.Word("idle") == 1;
    data_plane().workers.stall_after = std::chrono::milliseconds(reader.Number("stall_after"));
    reader.Finish();
  }

  void ReadMemory(SectionReader& top) {
    static const syntax::Node kAbsent = EmptyMap();
    const syntax::Node* node = top.Find("memory");
    SectionReader reader(Section::kMemory, node != nullptr ? *node : kAbsent, "'memory'", diagnostics_);
    data_plane().memory.huge_pages = static_cast<port::HugePages>(reader.Word("huge_pages"));
    data_plane().memory.megabytes = static_cast<uint32_t>(reader.Number("megabytes"));
    places_.huge_pages = reader.PositionOf("huge_pages");
    reader.Finish();
  }

  void ReadTables(SectionReader& top) {
    static const syntax::Node kAbsent = EmptyMap();
    const syntax::Node* node = top.Find("tables");
    SectionReader reader(Section::kTables, node != nullptr ? *node : kAbsent, "'tables'", diagnostics_);
    runtime::TableOptions& tables = data_plane().tables;
    tables.flows = static_cast<uint32_t>(reader.Number("flows"));
    tables.held_packets = static_cast<uint32_t>(reader.Number("held_packets"));
    tables.fragments = static_cast<uint32_t>(reader.Number("fragments"));
    tables.objects = static_cast<uint32_t>(reader.Number("objects"));
    tables.sessions = static_cast<uint32_t>(reader.Number("sessions"));
    tables.records = static_cast<uint32_t>(reader.Number("records"));
    reader.Finish();
  }

  void ReadDecode(SectionReader& top) {
    static const syntax::Node kAbsent = EmptyMap();
    const syntax::Node* node = top.Find("decode");
    SectionReader reader(Section::kDecode, node != nullptr ? *node : kAbsent, "'decode'", diagnostics_);
    decode::DecodeOptions& decode = data_plane().decode;
    decode.max_depth = static_cast<uint8_t>(reader.Number("max_depth"));
    decode.free_output_bytes = reader.Number("free_output_megabytes") << 20;
    decode.max_ratio = static_cast<uint32_t>(reader.Number("max_ratio"));
    decode.free_views = static_cast<uint32_t>(reader.Number("free_views"));
    decode.input_bytes_per_view = static_cast<uint32_t>(reader.Number("input_bytes_per_view"));
    if (const std::string charset = reader.WordText("names_charset"); charset != "none") decode.names_charset.Assign(charset);
    decode.max_chains = static_cast<uint32_t>(reader.Number("chains"));
    decode.max_large_states = static_cast<uint32_t>(reader.Number("large_states"));
    decode.max_small_states = static_cast<uint32_t>(reader.Number("small_states"));
    decode.library_bytes = reader.Number("library_megabytes") << 20;
    ReadExtraction(reader, decode.extraction);
    data_plane().hold_for_documents = reader.Flag("hold_documents");
    data_plane().longest_hold = std::chrono::seconds(reader.Number("hold_seconds"));
    reader.Finish();
  }

  void ReadExtraction(SectionReader& reader, extract::ExtractionOptions& extraction) {
    const auto program = reader.Text("extractor");
    extraction.program = program.value.empty() ? extract::ExtractorBesideProgram() : program.value == "none" ? std::string() : Resolve(program.value);
    extraction.cells = static_cast<uint32_t>(reader.Number("extractors"));
    extraction.max_document_bytes = reader.Number("document_megabytes") << 20;
    extraction.store_bytes = reader.Number("document_store_megabytes") << 20;
    extraction.longest_wait = std::chrono::seconds(reader.Number("document_seconds"));
    extraction.waits = false;
  }

  void ReadOutput(SectionReader& top) {
    static const syntax::Node kAbsent = EmptyMap();
    const syntax::Node* node = top.Find("output");
    SectionReader reader(Section::kOutput, node != nullptr ? *node : kAbsent, "'output'", diagnostics_);
    runtime::OutputOptions& output = data_plane().output;
    output.findings = Resolve(reader.Text("findings").value);
    output.objects = Resolve(reader.Text("objects").value);
    output.flows = Resolve(reader.Text("flows").value);
    output.stats = Resolve(reader.Text("stats").value);
    output.stats_interval = std::chrono::seconds(reader.Number("stats_interval"));
    output.hash_objects = reader.Flag("object_hashes");
    reader.Finish();
  }

  void ReadControl(const syntax::Node& node) {
    SectionReader reader(Section::kControl, node, "'control'", diagnostics_);
    ControlOptions& control = configuration_.control.emplace();
    control.directory = Resolve(reader.Text("directory").value);
    const std::string socket = reader.Text("socket").value;
    control.socket = socket.empty() ? control.directory + "/api.sock" : Resolve(socket);
    if (const syntax::Node* users = reader.Find("users")) ReadUsers(*users);
    control.incident_window = std::chrono::minutes(reader.Number("incident_window_minutes"));
    control.keep_incidents = std::chrono::hours(24 * reader.Number("incident_days"));
    control.quarantine_time = std::chrono::minutes(reader.Number("quarantine_minutes"));
    control.incident_bytes = reader.Number("incident_megabytes") << 20;
    reader.Finish();
  }

  void ReadApiSection(const syntax::Node& api) {
    configuration_.api = ReadApi(api, folder_, diagnostics_);
    if (configuration_.control) return;
    diagnostics_.Error(kApiNeedsControl, api.at, "'api' needs 'control'", "what the API works with is kept in the folder 'control: directory'");
  }

  void ReadExportList(const syntax::Node& exports) {
    configuration_.exports = ReadExports(exports, folder_, diagnostics_);
    if (configuration_.control || configuration_.exports.empty()) return;
    diagnostics_.Error(kExportNeedsControl, exports.at, "'exports' needs 'control'", "records wait for their receivers in the folder 'control: directory'");
  }

  void ReadEvidence(const syntax::Node& node) {
    SectionReader reader(Section::kEvidence, node, "'evidence'", diagnostics_);
    EvidenceOptions& evidence = configuration_.evidence.emplace();
    evidence.public_key = Resolve(reader.Text("public_key").value);
    evidence.directory = Resolve(reader.Text("directory").value);
    evidence.limits.object_bytes = reader.Number("object_megabytes") << 20;
    evidence.limits.packet_bytes = reader.Number("packet_kilobytes") << 10;
    evidence.limits.buffer_bytes = reader.Number("buffer_megabytes") << 20;
    evidence.limits.items = static_cast<uint32_t>(reader.Number("items"));
    evidence.keep = std::chrono::hours(24 * reader.Number("days"));
    evidence.max_bytes = reader.Number("megabytes") << 20;
    evidence.stop_when_full = reader.WordText("when_full") == "stop";
    evidence.keyed_digest = reader.WordText("digest") == "keyed";
    reader.Finish();
    if (configuration_.control) {
      if (evidence.directory.empty()) evidence.directory = configuration_.control->directory + "/evidence";
      return;
    }
    diagnostics_.Error(kEvidenceNeedsControl, node.at, "'evidence' needs 'control'", "incidents say what evidence there is, and the API hands it out");
  }

  void ReadUsers(const syntax::Node& users) {
    if (users.kind != syntax::Node::Kind::kList) {
      diagnostics_.Error(syntax::Code::kWrongType, users.at, "'users' must be a list", "for example:  users: [{name: li, role: analyst}]");
      return;
    }
    for (const syntax::Node& item : users.items) {
      SectionReader reader(Section::kUser, item, "a user", diagnostics_);
      ControlUser user;
      user.name = reader.Text("name").value;
      user.role = reader.WordText("role");
      configuration_.control->users.push_back(std::move(user));
      reader.Finish();
    }
  }

  static syntax::Node EmptyMap() {
    syntax::Node node;
    node.kind = syntax::Node::Kind::kMap;
    return node;
  }

  std::filesystem::path folder_;
  syntax::Diagnostics& diagnostics_;
  Configuration configuration_;
  Places places_;
};

}  // namespace

std::optional<Configuration> ReadConfiguration(const syntax::SourceSet& sources, uint32_t file, syntax::Diagnostics& diagnostics) {
  const std::optional<syntax::Node> root = syntax::ReadYaml(sources, file, diagnostics);
  if (!root) return std::nullopt;
  const std::filesystem::path folder = std::filesystem::path(sources.file(file).name()).parent_path();
  Configuration configuration = Reader(folder, diagnostics).Read(*root);
  if (diagnostics.has_errors()) return std::nullopt;
  return configuration;
}

LoadedConfiguration LoadConfiguration(const std::string& path) {
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  LoadedConfiguration loaded;
  Result<std::string> text = syntax::SourceSet::ReadFile(path);
  const uint32_t file = sources.Add(path, text ? std::move(*text) : std::string());
  if (text) {
    loaded.configuration = ReadConfiguration(sources, file, diagnostics);
  } else {
    diagnostics.Error(syntax::Code::kCannotRead, {file, 0, 0}, text.error().message());
  }
  diagnostics.Sort();
  for (const syntax::Diagnostic& diagnostic : diagnostics.all()) loaded.diagnostics += syntax::Render(diagnostic, sources);
  loaded.errors = diagnostics.error_count();
  return loaded;
}

}  // namespace sluice::config
