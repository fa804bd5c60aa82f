#include "dataplane/event/json_writer.h"

#include "dataplane/event/json_text.h"
#include "rules/marking/describe.h"

namespace sluice::event {
namespace {

constexpr uint64_t kSchemaVersion = 1;

std::string_view TransportName(packet::Transport transport) {
  switch (transport) {
    case packet::Transport::kTcp: return "tcp";
    case packet::Transport::kUdp: return "udp";
    case packet::Transport::kSctp: return "sctp";
    case packet::Transport::kIcmp: return "icmp";
    case packet::Transport::kIcmpV6: return "icmpv6";
    case packet::Transport::kNone: return "none";
    case packet::Transport::kOther: break;
  }
  return "other";
}

// A record's flow, and whose host its client is where that is known.
struct NamedFlow {
  const FlowRef& ref;
  std::string_view client;
};

void AppendFlowRef(JsonText& json, const NamedFlow& named) {
  const FlowRef& flow = named.ref;
  json.BeginObject("flow");
  json.Hex64("id", flow.id);
  json.Text("src_ip", packet::Format(flow.src));
  json.Number("src_port", flow.src_port);
  json.Text("dst_ip", packet::Format(flow.dst));
  json.Number("dst_port", flow.dst_port);
  json.Text("transport", TransportName(flow.transport));
  json.Text("app", flow.app);
  json.Number("vlan", flow.vlan);
  if (!named.client.empty()) json.Text("client", named.client);
  json.EndObject();
}

void AppendPath(JsonText& json, const InlineText<256>& path) {
  json.BeginList("path");
  std::string_view rest = path.view();
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const bool last = end == std::string_view::npos;
    json.Element(rest.substr(0, end), last && path.truncated());
    rest.remove_prefix(last ? rest.size() : end + 1);
  }
  json.EndList();
}

void AppendSha256(JsonText& json, const ObjectRef& object) {
  if (object.has_sha256) json.HexBytes("sha256", object.sha256.data(), object.sha256.size());
}

void AppendObjectRef(JsonText& json, const ObjectRef& object) {
  json.BeginObject("object");
  json.Number("id", object.number);
  json.Text("name", object.name);
  json.Text("media_type", object.media_type);
  json.Number("bytes", object.bytes);
  AppendPath(json, object.path);
  AppendSha256(json, object);
  json.EndObject();
}

void AppendMatch(JsonText& json, const Match& match) {
  json.BeginObject("match");
  json.Text("masked", match.masked);
  json.Number("offset", match.offset);
  json.Number("length", match.length);
  json.Text("encoding", match.encoding);
  json.EndObject();
}

// Keys without a value are left out.
void AppendMarking(JsonText& json, const model::Marking& marking) {
  const marking::MarkingWords words = marking::Describe(marking);
  const auto add = [&json](std::string_view key, const std::string& value) {
    if (!value.empty()) json.Text(key, value);
  };
  json.BeginObject("marking");
  add("nation", words.nation);
  add("kind", words.kind);
  add("level", words.level);
  if (!words.caveats.empty()) {
    json.BeginList("caveats");
    for (const std::string& caveat : words.caveats) json.Element(caveat);
    json.EndList();
  }
  add("period", words.period);
  add("condition", words.condition);
  add("expires", words.expires);
  add("label", words.label);
  json.EndObject();
}

void AppendDocument(JsonText& json, const DocumentSeen& document) {
  json.BeginObject("document");
  json.Text("set", document.set);
  json.Number("number", document.number);
  if (!document.name.view().empty()) json.Text("name", document.name);
  json.Number("percent", document.percent);
  json.Number("bytes", document.bytes);
  if (document.departed) json.Bool("departed", true);
  else json.Number("run", document.run);
  if (document.whole) json.Bool("whole", true);
  json.EndObject();
}

void AppendFinding(JsonText& json, const NamedFlow& flow, const Finding& finding) {
  json.Text("rule", finding.rule);
  json.Text("severity", model::Name(finding.severity));
  json.Text("verdict", verdict::Name(finding.verdict));
  json.Text("action", verdict::Name(finding.action));
  json.Text("detector", finding.detector);
  json.Number("confidence", finding.confidence);
  json.Number("count", finding.count);
  AppendFlowRef(json, flow);
  json.Text("direction", content::Name(finding.direction));
  AppendObjectRef(json, finding.object);
  AppendMatch(json, finding.match);
  if (finding.marking.exists()) AppendMarking(json, finding.marking);
  if (finding.document.number != 0) AppendDocument(json, finding.document);
  json.Text("explain", finding.explain);
  json.Hex64("incident", finding.incident);
  if (finding.evidence != EvidenceState::kNotAsked) json.Text("evidence", Name(finding.evidence));
}

void AppendAnomaly(JsonText& json, const NamedFlow& flow, const Anomaly& anomaly) {
  json.Text("kind", anomaly.kind);
  json.Text("action", verdict::Name(anomaly.action));
  AppendFlowRef(json, flow);
  json.Text("direction", content::Name(anomaly.direction));
  if (anomaly.object.number != 0) AppendObjectRef(json, anomaly.object);
  json.Number("bytes_uninspected", anomaly.bytes_uninspected);
}

void AppendObject(JsonText& json, const NamedFlow& flow, const Object& object) {
  AppendFlowRef(json, flow);
  json.Text("app", flow.ref.app);
  json.Text("direction", content::Name(object.direction));
  json.Number("id", object.object.number);
  json.Text("name", object.object.name);
  json.Text("media_type", object.object.media_type);
  json.Number("bytes", object.object.bytes);
  json.Bool("complete", object.complete);
  AppendPath(json, object.object.path);
  AppendSha256(json, object.object);
}

void AppendDeparture(JsonText& json, const NamedFlow& flow, const Departure& departure) {
  AppendFlowRef(json, flow);
  json.Text("direction", content::Name(departure.direction));
  json.BeginObject("document");
  json.Text("set", departure.set);
  json.Number("number", departure.number);
  if (!departure.name.view().empty()) json.Text("name", departure.name);
  json.EndObject();
  json.Number("pieces", departure.count);
  json.Number("pieces_in_all", departure.places_in_all);
}

void AppendFates(JsonText& json, const content::FateBytes& fates) {
  json.BeginObject("fate");
  for (size_t i = 0; i < fates.size(); ++i) {
    if (fates[i] != 0) json.Number(content::Name(static_cast<content::Fate>(i)), fates[i]);
  }
  json.EndObject();
}

void AppendNames(JsonText& json, const Flow& flow) {
  json.BeginObject("names");
  if (!flow.sni.empty()) json.Text("sni", flow.sni);
  if (!flow.host.empty()) json.Text("host", flow.host);
  if (!flow.user.empty()) json.Text("user", flow.user);
  if (!flow.version.empty()) json.Text("version", flow.version);
  if (!flow.sender.empty()) json.Text("sender", flow.sender);
  if (!flow.recipients.empty()) json.Text("recipients", flow.recipients);
  if (!flow.fingerprint.empty()) json.Text("ja4", flow.fingerprint);
  json.EndObject();
}

void AppendFlow(JsonText& json, const NamedFlow& ref, const Flow& flow) {
  AppendFlowRef(json, ref);
  json.Time("start", flow.start);
  json.Time("last", flow.last);
  json.Bool("final", flow.final);
  if (flow.reason == FlowEnd::kNone) {
    json.Null("reason");
  } else {
    json.Text("reason", Name(flow.reason));
  }
  for (const auto direction : {content::Direction::kUpload, content::Direction::kDownload}) {
    const DirectionTotals& totals = flow.totals[content::Index(direction)];
    json.BeginObject(content::Name(direction));
    json.Number("packets", totals.packets);
    json.Number("bytes", totals.bytes);
    json.Number("payload_bytes", totals.payload_bytes);
    json.EndObject();
  }
  AppendFates(json, flow.fates);
  AppendNames(json, flow);
  json.Text("payload_class", Name(flow.payload_class));
  json.Number("findings", flow.findings);
  json.Text("verdict", verdict::Name(flow.verdict));
}

}  // namespace

void JsonWriter::Append(const Record& record, std::string& out) const {
  JsonText json(out);
  json.BeginObject();
  json.Time("time", record.time);
  json.Text("event", Name(record.kind));
  json.Number("schema", kSchemaVersion);
  json.BeginObject("policy");
  const auto digest = digests_.find(record.generation);
  json.Text("digest", digest == digests_.end() ? std::string_view("unknown") : std::string_view(digest->second));
  json.Number("generation", record.generation);
  json.EndObject();
  const NamedFlow flow{record.flow, hosts_ != nullptr ? hosts_->Find(record.flow.src) : std::string_view()};
  switch (record.kind) {
    case RecordKind::kFinding: AppendFinding(json, flow, record.body.finding); break;
    case RecordKind::kAnomaly: AppendAnomaly(json, flow, record.body.anomaly); break;
    case RecordKind::kObject: AppendObject(json, flow, record.body.object); break;
    case RecordKind::kFlow: AppendFlow(json, flow, record.body.flow); break;
    case RecordKind::kDeparture: AppendDeparture(json, flow, record.body.departure); break;
    case RecordKind::kCount: break;
  }
  json.EndObject();
  out += '\n';
}

}  // namespace sluice::event
