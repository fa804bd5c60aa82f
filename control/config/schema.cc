#include "control/config/schema.h"

#include <cstdlib>

namespace sluice::config {
namespace {

constexpr uint64_t kMillion = 1'000'000;

constexpr Key kKeys[] = {
    {Section::kTop, "policy", KeyKind::kText, "", 0, 0, "", true, "The compiled policy, made by `sluicec compile`. A relative path counts from the folder of this file."},
    {Section::kTop, "trusted_keys", KeyKind::kTexts, "", 0, 0, "", false, "Public keys (`NAME.pub`, made by `sluicec keygen`). Where there are any, a policy is loaded, and reloaded, only if one of them has signed it. They are read once, at the start. Relative paths count from the folder of this file."},
    {Section::kTop, "signatures", KeyKind::kTexts, "", 0, 0, "", false, "Sets of registered documents (`*.sls`, made by `sluicec fingerprint`) that the policy asks for. They are reloaded with the policy. Relative paths count from the folder of this file."},
    {Section::kTop, "signature_key", KeyKind::kText, "", 0, 0, "", false, "The key file that the sets were made with. Nobody but the appliance's user may read it."},
    {Section::kTop, "ledger", KeyKind::kText, "", 0, 0, "", false, "Where the account of registered documents that have left is kept (an SQLite database). Needed where the policy asks what has `left`. A relative path counts from the folder of this file."},
    {Section::kTop, "ports", KeyKind::kMap, "", 0, 0, "", true, "The ports by name. A name is of letters, digits, `_` and `-`, at most 24."},
    {Section::kTop, "pairs", KeyKind::kList, "", 0, 0, "", false, "Inline pairs: what comes in at one port of a pair goes out of the other, unless the policy says no."},
    {Section::kTop, "taps", KeyKind::kTexts, "", 0, 0, "", false, "Ports that only listen, such as those behind a mirror port. A configuration has pairs or taps, not both."},
    {Section::kTop, "quarantine_port", KeyKind::kText, "", 0, 0, "", false, "With pairs: a third port, by which the frames leave that a quarantine holds back (to a recorder, a decoy), instead of being dropped. What comes in by it is not taken."},
    {Section::kTop, "response_port", KeyKind::kText, "", 0, 0, "", false, "With taps: the port by which resets leave. Without it a tap only reports."},
    {Section::kTop, "hosts", KeyKind::kList, "", 0, 0, "", false, "Whose hosts addresses are: what findings say of a client, and what `client:` in a rule's scope refers to."},
    {Section::kTop, "workers", KeyKind::kMap, "", 0, 0, "", false, "The threads that do the work."},
    {Section::kTop, "memory", KeyKind::kMap, "", 0, 0, "", false, "Where packet buffers lie."},
    {Section::kTop, "tables", KeyKind::kMap, "", 0, 0, "", false, "How much each worker can keep in mind. A full table is counted, and the policy's fail modes decide."},
    {Section::kTop, "decode", KeyKind::kMap, "", 0, 0, "", false, "How far objects are opened (docs/protocols.md). What goes beyond is an anomaly, and the policy's fail mode `uninspectable` decides."},
    {Section::kTop, "output", KeyKind::kMap, "", 0, 0, "", false, "Where records go."},
    {Section::kTop, "control", KeyKind::kMap, "", 0, 0, "", false, "Incidents and whatever people do with them. Without it records go to files only."},
    {Section::kTop, "api", KeyKind::kMap, "", 0, 0, "", false, "The API over TLS, for other machines (docs/api.md). Needs `control`, whose Unix socket serves it to this one."},
    {Section::kTop, "exports", KeyKind::kList, "", 0, 0, "", false, "Receivers of records besides the files of `output` (docs/exports.md). Needs `control`, in whose directory their spools lie."},
    {Section::kTop, "evidence", KeyKind::kMap, "", 0, 0, "", false, "The vault for what rules with `evidence: true` ask to keep (docs/evidence.md). Needs `control`."},

    {Section::kPort, "device", KeyKind::kText, "", 0, 0, "", false, "PCI address of a network card that is bound to `vfio-pci`, as `\"0000:03:00.0\"`. Instead of `driver`."},
    {Section::kPort, "driver", KeyKind::kWord, "", 0, 0, "af_packet|af_xdp|tap|memif|pcap|null", false, "What stands in for a card. Instead of `device`. The word `null` needs quotes in YAML."},
    {Section::kPort, "interface", KeyKind::kText, "", 0, 0, "", false, "af_packet, af_xdp: the kernel interface to use. tap: the one to make."},
    {Section::kPort, "queues", KeyKind::kNumber, "0", 0, 64, "", false, "Receive queues: 0 chooses, 1, or as many as there are workers. With fewer queues than workers a distributor thread spreads the packets."},
    {Section::kPort, "mtu", KeyKind::kNumber, "1500", 576, 9600, "", false, "The largest packet, without the Ethernet header. At least that of the interface."},
    {Section::kPort, "descriptors", KeyKind::kNumber, "1024", 64, 32768, "", false, "Frames that each queue of a device can hold."},
    {Section::kPort, "checksum", KeyKind::kWord, "verify", 0, 0, "verify|offload|ignore", false, "Who answers for received checksums: Sluice, the device, or nobody. `ignore` is for virtual links whose senders leave checksums to hardware that is not there; a segment that the receiver would discard may then be taken for content."},
    {Section::kPort, "rx_file", KeyKind::kText, "", 0, 0, "", false, "pcap: frames that arrive."},
    {Section::kPort, "tx_file", KeyKind::kText, "", 0, 0, "", false, "pcap: where frames go that leave."},
    {Section::kPort, "socket", KeyKind::kText, "", 0, 0, "", false, "memif: path of the control socket."},
    {Section::kPort, "id", KeyKind::kNumber, "0", 0, UINT32_MAX, "", false, "memif: number of the interface on that socket."},
    {Section::kPort, "role", KeyKind::kWord, "client", 0, 0, "client|server", false, "memif: which end of the socket."},
    {Section::kPort, "frame_bytes", KeyKind::kNumber, "64", 60, 1518, "", false, "null: size of the frames that it makes."},
    {Section::kPort, "flows", KeyKind::kNumber, "0", 0, 60000, "", false, "null: of how many flows its frames are, as bare TCP acknowledgements; 0: they are whatever lies in the buffers."},

    {Section::kPair, "ports", KeyKind::kTexts, "", 0, 0, "", true, "The two ports, outside first."},
    {Section::kPair, "propagate_link", KeyKind::kFlag, "true", 0, 0, "", false, "When one side loses its link, the other one's is taken down until it is back."},

    {Section::kHost, "name", KeyKind::kText, "", 0, 0, "", true, "The name, of a host or of a group of them."},
    {Section::kHost, "networks", KeyKind::kTexts, "", 0, 0, "", true, "Addresses and blocks, as `192.0.2.7` or `2001:db8::/32`. Where several hold an address the narrowest one names it."},

    {Section::kWorkers, "count", KeyKind::kNumber, "1", 1, 64, "", false, "Threads that inspect."},
    {Section::kWorkers, "processors", KeyKind::kNumbers, "", 0, 1023, "", false, "The processors to bind them to: one for each worker, and one more where a distributor is needed. Without it Sluice takes those that the process may use, the first one last."},
    {Section::kWorkers, "idle", KeyKind::kWord, "poll", 0, 0, "poll|sleep", false, "What a worker without packets does: ask again at once, or sleep for 50 microseconds. `sleep` is for machines where it shares its processor."},
    {Section::kWorkers, "stall_after", KeyKind::kNumber, "2000", 100, 60000, "", false, "Milliseconds after which a thread that has not gone round is said to stall (docs/reliability.md). A round takes far less than one."},

    {Section::kMemory, "huge_pages", KeyKind::kWord, "auto", 0, 0, "auto|on|off", false, "`auto` uses them where enough are free. A network card needs them."},
    {Section::kMemory, "megabytes", KeyKind::kNumber, "0", 0, 1u << 20, "", false, "For packet buffers and rings; 0: what the tables need."},

    {Section::kTables, "flows", KeyKind::kNumber, "262144", 1024, 64 * kMillion, "", false, "Conversations at a time."},
    {Section::kTables, "held_packets", KeyKind::kNumber, "32768", 256, 4 * kMillion, "", false, "Packets out of order, or inspected and not yet acknowledged."},
    {Section::kTables, "fragments", KeyKind::kNumber, "4096", 64, kMillion, "", false, "IP fragments that wait for the rest of their datagram."},
    {Section::kTables, "objects", KeyKind::kNumber, "65536", 256, 16 * kMillion, "", false, "Objects open at a time (an upload, a page)."},
    {Section::kTables, "sessions", KeyKind::kNumber, "65536", 256, 16 * kMillion, "", false, "Protocol sessions open at a time."},
    {Section::kTables, "records", KeyKind::kNumber, "8192", 64, kMillion, "", false, "Records on their way to the files."},

    {Section::kDecode, "max_depth", KeyKind::kNumber, "16", 1, 16, "", false, "Codings within one another."},
    {Section::kDecode, "free_output_megabytes", KeyKind::kNumber, "64", 1, 1u << 20, "", false, "What an object may always grow to."},
    {Section::kDecode, "max_ratio", KeyKind::kNumber, "100", 1, 100000, "", false, "Beyond that: all its output together may be so many times its input."},
    {Section::kDecode, "free_views", KeyKind::kNumber, "4096", 1, 16 * kMillion, "", false, "Members, parts and readings that an object may always have."},
    {Section::kDecode, "input_bytes_per_view", KeyKind::kNumber, "32", 1, kMillion, "", false, "Beyond that: one more for so many bytes of the object."},
    {Section::kDecode, "names_charset", KeyKind::kWord, "none", 0, 0, "none|gb18030|big5|shift_jis|euc-jp|euc-kr|koi8-r|windows-1251|cp866", false, "The charset in which records show the names that declare none and are not UTF-8, as in zip files that Windows writes in a Chinese locale. What is looked for in names is looked for in every encoding whatever stands here."},
    {Section::kDecode, "chains", KeyKind::kNumber, "65536", 16, 16 * kMillion, "", false, "Objects that are being opened at a time, for each worker."},
    {Section::kDecode, "large_states", KeyKind::kNumber, "10240", 16, kMillion, "", false, "Decoders of deflate and lz4 at a time, 90 KiB each; touched as they are used."},
    {Section::kDecode, "small_states", KeyKind::kNumber, "32768", 16, 16 * kMillion, "", false, "All other decoders at a time, 2 KiB each."},
    {Section::kDecode, "library_megabytes", KeyKind::kNumber, "256", 1, 1u << 20, "", false, "What Brotli, Zstandard, xz and bzip2 may use together."},
    {Section::kDecode, "extractor", KeyKind::kText, "", 0, 0, "", false, "The program that reads PDF, OLE2, 7z and other documents that need all their bytes; without it `sluice-extract` beside `sluiced`. `none`: they are not opened, which is an anomaly. A relative path counts from the folder of this file."},
    {Section::kDecode, "extractors", KeyKind::kNumber, "2", 1, 16, "", false, "Processes of it for each worker; what comes meanwhile waits."},
    {Section::kDecode, "document_megabytes", KeyKind::kNumber, "256", 1, 1024, "", false, "The largest document that is read by it."},
    {Section::kDecode, "document_store_megabytes", KeyKind::kNumber, "1024", 1, 1u << 20, "", false, "Documents that come in or wait for it, of each worker; touched as they are used."},
    {Section::kDecode, "document_seconds", KeyKind::kNumber, "30", 1, 3600, "", false, "What a document may take from its last byte on, its wait included."},
    {Section::kDecode, "hold_documents", KeyKind::kFlag, "true", 0, 0, "", false, "Inline: the packet that ends a document waits until the document is read, and with it whatever follows in its direction. If not, documents are read while they leave, and only what follows can be stopped."},
    {Section::kDecode, "hold_seconds", KeyKind::kNumber, "10", 1, 300, "", false, "The longest such wait; then the policy's fail mode `uninspectable` decides, and what is found later is reported."},

    {Section::kOutput, "findings", KeyKind::kText, "-", 0, 0, "", false, "Findings and anomalies, a JSON object a line, added to the end of the file. `-` is standard output."},
    {Section::kOutput, "objects", KeyKind::kText, "", 0, 0, "", false, "Every object that was seen, likewise."},
    {Section::kOutput, "flows", KeyKind::kText, "", 0, 0, "", false, "Every flow, at its end and each minute, likewise."},
    {Section::kOutput, "stats", KeyKind::kText, "", 0, 0, "", false, "Statistics, one JSON object, replaced at each interval and at the end."},
    {Section::kOutput, "stats_interval", KeyKind::kNumber, "10", 1, 86400, "", false, "Seconds between two writings of `stats`."},
    {Section::kOutput, "object_hashes", KeyKind::kFlag, "false", 0, 0, "", false, "SHA-256 of each object."},

    {Section::kControl, "directory", KeyKind::kText, "", 0, 0, "", true, "Where incidents are kept; made where it is absent. One running `sluiced` can use it at a time."},
    {Section::kControl, "socket", KeyKind::kText, "", 0, 0, "", false, "The Unix socket of the API, which `sluicectl` uses; without it `api.sock` in `directory`."},
    {Section::kControl, "users", KeyKind::kList, "", 0, 0, "", false, "Who may use the API besides root and the user that `sluiced` runs as. The kernel says who is at the other end of the socket."},
    {Section::kControl, "incident_window_minutes", KeyKind::kNumber, "10", 1, 1440, "", false, "Findings of one rule, client, destination and document join one incident, unless so much time passed between two of them."},
    {Section::kControl, "incident_days", KeyKind::kNumber, "365", 1, 36500, "", false, "Incidents are removed so long after their last finding, whatever their state."},
    {Section::kControl, "incident_megabytes", KeyKind::kNumber, "4096", 16, 1u << 20, "", false, "What the incident database may hold; beyond it the oldest incidents are removed."},
    {Section::kControl, "quarantine_minutes", KeyKind::kNumber, "60", 0, 525600, "", false, "How long a rule with `action: quarantine` holds back its client's way to that destination (inline); 0: until somebody releases it."},

    {Section::kUser, "name", KeyKind::kText, "", 0, 0, "", true, "A user of this system."},
    {Section::kUser, "role", KeyKind::kWord, "", 0, 0, "viewer|analyst|evidence_reader|operator|admin", true, "What that user may do (docs/api.md)."},

    {Section::kApi, "listen", KeyKind::kTexts, "", 0, 0, "", true, "Addresses and ports, as `192.0.2.7:8443` or `\"[::]:8443\"`; a list, of a management network."},
    {Section::kApi, "certificate", KeyKind::kText, "", 0, 0, "", true, "What the API shows of itself: a certificate in PEM, with the intermediate ones behind it. Clients compare its subjectAltName with the name that they asked for. Read again at each reload. A relative path counts from the folder of this file."},
    {Section::kApi, "key", KeyKind::kText, "", 0, 0, "", true, "The key of the certificate, in PEM, without a pass phrase. Nobody but its owner and group may read it."},
    {Section::kApi, "authentication", KeyKind::kWord, "", 0, 0, "certificate|token|either|both", true, "What shows who asks: a client certificate, a token (`sluicectl tokens add`), whichever of them is there, or a token over a connection that needs a certificate."},
    {Section::kApi, "client_ca", KeyKind::kText, "", 0, 0, "", false, "The authorities of client certificates, in PEM. Needed unless `authentication` is `token`."},
    {Section::kApi, "client_crl", KeyKind::kText, "", 0, 0, "", false, "Which certificates these have revoked, in PEM. Once it is older than it says of itself no certificate is taken: renew it in time."},
    {Section::kApi, "clients", KeyKind::kList, "", 0, 0, "", false, "Who the holders of certificates are. Read again at each reload. Whoever is not in the list may do nothing."},
    {Section::kApi, "connections", KeyKind::kNumber, "256", 8, 16384, "", false, "Connections at a time. Beyond them one that has not shown who it is, or idles, goes for a new one; what finds no room is refused and counted."},
    {Section::kApi, "connections_per_address", KeyKind::kNumber, "64", 1, 16384, "", false, "Of one IPv4 address, or one /64 of IPv6, at a time."},

    {Section::kApiClient, "certificate", KeyKind::kText, "", 0, 0, "", true, "A name in the certificate, and where it stands there: `cn:` the common name of the subject; `dns:`, `email:` and `uri:` a subjectAltName. As `\"email:li@example.org\"`."},
    {Section::kApiClient, "user", KeyKind::kText, "", 0, 0, "", true, "The user whom it stands for, as the audit log is to name him."},
    {Section::kApiClient, "role", KeyKind::kWord, "", 0, 0, "viewer|analyst|evidence_reader|operator|admin", true, "What that user may do (docs/api.md)."},

    {Section::kExport, "name", KeyKind::kText, "", 0, 0, "", true, "The name of its spool, and in messages: letters, digits, `_` and `-`, at most 24."},
    {Section::kExport, "to", KeyKind::kWord, "", 0, 0, "file|syslog_tcp|syslog_tls|webhook|kafka", true, "How records get there."},
    {Section::kExport, "format", KeyKind::kWord, "jsonl", 0, 0, "jsonl|ocsf|ecs|eve|cef", false, "How they are written."},
    {Section::kExport, "records", KeyKind::kWord, "both", 0, 0, "both|findings|anomalies", false, "Which ones."},
    {Section::kExport, "min_severity", KeyKind::kWord, "info", 0, 0, "info|low|medium|high|critical", false, "Findings below it are not sent. Anomalies have no severity."},
    {Section::kExport, "address", KeyKind::kText, "", 0, 0, "", false, "syslog: `HOST:PORT`. webhook: the URL. kafka: `HOST:PORT`, several with commas between them."},
    {Section::kExport, "path", KeyKind::kText, "", 0, 0, "", false, "file: which one. A relative path counts from the folder of this file, here and below."},
    {Section::kExport, "topic", KeyKind::kText, "", 0, 0, "", false, "kafka: the topic."},
    {Section::kExport, "ca_file", KeyKind::kText, "", 0, 0, "", false, "TLS: certificates (PEM) that the receiver's must descend from; without it those of the system. With kafka it turns TLS on."},
    {Section::kExport, "certificate", KeyKind::kText, "", 0, 0, "", false, "TLS: the certificate (PEM) that we show."},
    {Section::kExport, "key", KeyKind::kText, "", 0, 0, "", false, "TLS: its key (PEM)."},
    {Section::kExport, "token_file", KeyKind::kText, "", 0, 0, "", false, "webhook: a file whose first line is sent as a bearer token. Read once, at the start."},
    {Section::kExport, "batch", KeyKind::kNumber, "500", 1, 10000, "", false, "Records that are sent before one waits for their confirmation, within 1 MiB."},
    {Section::kExport, "spool_megabytes", KeyKind::kNumber, "256", 1, 1u << 20, "", false, "Records that may wait on disk."},
    {Section::kExport, "when_full", KeyKind::kWord, "drop_oldest", 0, 0, "drop_oldest|drop_newest", false, "Which of them go when there are more. They are counted, and an alarm."},

    {Section::kEvidence, "public_key", KeyKind::kText, "", 0, 0, "", true, "The key that evidence is sealed for (`NAME.pub`, made by `sluicectl evidence new-key` on another machine). A relative path counts from the folder of this file."},
    {Section::kEvidence, "directory", KeyKind::kText, "", 0, 0, "", false, "Where the vault is; without it `evidence` in the directory of `control`."},
    {Section::kEvidence, "object_megabytes", KeyKind::kNumber, "16", 1, 1024, "", false, "What is kept of one object; of a larger one its beginning is, and it is said."},
    {Section::kEvidence, "packet_kilobytes", KeyKind::kNumber, "1024", 0, 1u << 20, "", false, "What is kept of the packets of its conversation from its first one on."},
    {Section::kEvidence, "buffer_megabytes", KeyKind::kNumber, "64", 1, 1u << 20, "", false, "For objects that a rule may still ask for, of each worker; touched as they are used."},
    {Section::kEvidence, "items", KeyKind::kNumber, "1024", 1, 65536, "", false, "Such objects at a time, of each worker."},
    {Section::kEvidence, "days", KeyKind::kNumber, "90", 1, 36500, "", false, "Evidence is removed so long after its finding."},
    {Section::kEvidence, "megabytes", KeyKind::kNumber, "10240", 1, 1u << 30, "", false, "What the vault may hold."},
    {Section::kEvidence, "when_full", KeyKind::kWord, "remove_oldest", 0, 0, "remove_oldest|stop", false, "When the vault or its disk is full: the oldest evidence goes, or no more is taken. Both are counted, and the incident says it."},
    {Section::kEvidence, "digest", KeyKind::kWord, "sha256", 0, 0, "sha256|keyed", false, "The digest that incidents show: SHA-256, or HMAC-SHA-256 with a key of the vault, by which nobody else can recognise a document that he has."},
};

std::string_view KindName(const Key& key) {
  switch (key.kind) {
    case KeyKind::kText: return "text";
    case KeyKind::kNumber: return "number";
    case KeyKind::kFlag: return "true or false";
    case KeyKind::kWord: return "word";
    case KeyKind::kTexts: return "list of names";
    case KeyKind::kNumbers: return "list of numbers";
    case KeyKind::kMap: return "map";
    case KeyKind::kList: return "list";
  }
  return "?";
}

std::string Values(const Key& key) {
  if (key.kind == KeyKind::kNumber || key.kind == KeyKind::kNumbers) {
    return std::string(KindName(key)) + ", " + std::to_string(key.min) + " to " + std::to_string(key.max);
  }
  if (key.kind != KeyKind::kWord) return std::string(KindName(key));
  std::string words = "`";
  for (const char c : key.words) words += c == '|' ? std::string("`, `") : std::string(1, c);
  return words + "`";
}

}  // namespace

std::string_view Title(Section section) {
  switch (section) {
    case Section::kTop: return "At the top";
    case Section::kPort: return "A port, under `ports: NAME:`";
    case Section::kPair: return "A pair, in the list `pairs:`";
    case Section::kHost: return "A host, in the list `hosts:`";
    case Section::kWorkers: return "Under `workers:`";
    case Section::kMemory: return "Under `memory:`";
    case Section::kTables: return "Under `tables:`";
    case Section::kDecode: return "Under `decode:`";
    case Section::kOutput: return "Under `output:`";
    case Section::kControl: return "Under `control:`";
    case Section::kUser: return "A user, in the list `control: users:`";
    case Section::kApi: return "Under `api:`";
    case Section::kApiClient: return "A client, in the list `api: clients:`";
    case Section::kExport: return "A receiver, in the list `exports:`";
    case Section::kEvidence: return "Under `evidence:`";
    case Section::kCount: break;
  }
  return "?";
}

std::string_view Description(Section section) {
  switch (section) {
    case Section::kTop: return "the configuration";
    case Section::kPort: return "a port";
    case Section::kPair: return "a pair";
    case Section::kHost: return "a host";
    case Section::kWorkers: return "'workers'";
    case Section::kMemory: return "'memory'";
    case Section::kTables: return "'tables'";
    case Section::kDecode: return "'decode'";
    case Section::kOutput: return "'output'";
    case Section::kControl: return "'control'";
    case Section::kUser: return "a user";
    case Section::kApi: return "'api'";
    case Section::kApiClient: return "a client";
    case Section::kExport: return "an export";
    case Section::kEvidence: return "'evidence'";
    case Section::kCount: break;
  }
  return "?";
}

std::span<const Key> Keys() { return kKeys; }

const Key& FindKey(Section section, std::string_view name) {
  for (const Key& key : kKeys) {
    if (key.section == section && key.name == name) return key;
  }
  std::abort();  // a name that only a programmer can mistype
}

std::string WriteReference() {
  std::string out;
  for (uint8_t s = 0; s < static_cast<uint8_t>(Section::kCount); ++s) {
    const auto section = static_cast<Section>(s);
    out += "### " + std::string(Title(section)) + "\n\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n";
    for (const Key& key : kKeys) {
      if (key.section != section) continue;
      const std::string fallback = key.required ? "required" : key.default_text.empty() ? "–" : "`" + std::string(key.default_text) + "`";
      out += "| `" + std::string(key.name) + "` | " + Values(key) + " | " + fallback + " | " + std::string(key.text) + " |\n";
    }
    out += "\n";
  }
  return out;
}

}  // namespace sluice::config
