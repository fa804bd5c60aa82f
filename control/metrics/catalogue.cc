#include "control/metrics/catalogue.h"

#include <algorithm>

namespace sluice::metrics {
namespace {

struct Entry {
  std::string_view name;  // with '*' at its end: a family; the rest of the name says which
  Kind kind;
  std::string_view meaning;
};

constexpr Entry kEntries[] = {
    // Statistics that are more than one number.
    {"packets", Kind::kCounter, "Frames received"},
    {"bytes", Kind::kCounter, "Bytes received; equal to the sum of coverage_bytes when all are settled"},
    {"flows", Kind::kCounter, "Flows that began"},
    {"findings", Kind::kCounter, "Rules that fired"},
    {"anomalies", Kind::kCounter, "Evasions, and things that could not be looked into, that were recorded"},
    {"coverage_bytes", Kind::kCounter, "What became of received bytes, by fate; all but inspected and decoded are reasons for not inspected"},
    {"drops", Kind::kCounter, "Packets that went no further, by reason; a reason appears with its first packet"},
    {"elapsed_seconds", Kind::kGauge, "Since packets run"},
    {"worker_busy_seconds", Kind::kCounter, "Time in rounds that found something to do, by worker (a distributor comes last)"},
    {"worker_stalls", Kind::kCounter, "Times that a worker did not go round for longer than `stall_after`, by worker (a distributor comes last)"},
    {"workers_stalled", Kind::kGauge, "Threads of the data plane that do not go round now"},
    {"added_latency_seconds", Kind::kHistogram, "From the poll that received a packet until the device of the other port had it, of one packet in 64, by the port that it left by"},
    {"control_crashes", Kind::kCounter, "Threads of control that crashed and were stopped; packets go on"},
    {"records_waiting", Kind::kGauge, "Records between a worker and the files, by worker"},
    {"rule_findings", Kind::kCounter, "Findings recorded, by rule and verdict; a rule appears with its first finding"},
    {"rule_hits", Kind::kCounter, "Places that Hyperscan reported for a rule's detectors; a rule appears with its first"},
    {"rule_hits_confirmed", Kind::kCounter, "Of those, places that stood when their surroundings were read; whether the rule fires, its condition says"},
    {"rule_seconds", Kind::kCounter, "Workers' time from those places to findings; what Hyperscan takes to look for all rules at once is not in it"},
    {"policy_generation", Kind::kGauge, "Of the policy in force"},
    {"forwards", Kind::kGauge, "1 while packets run"},
    {"alarms", Kind::kGauge, "Things that somebody should see to, as sluicectl status lists them"},
    // Ports, by name.
    {"port_rx_packets", Kind::kCounter, "Frames taken from the port"},
    {"port_rx_bytes", Kind::kCounter, "Bytes taken from the port"},
    {"port_tx_packets", Kind::kCounter, "Frames given to the port"},
    {"port_tx_bytes", Kind::kCounter, "Bytes given to the port"},
    {"port_rx_missed", Kind::kCounter, "Frames that the device dropped because nobody took them in time"},
    {"port_rx_errors", Kind::kCounter, "Frames that the device refused"},
    {"port_rx_no_buffer", Kind::kCounter, "Frames that found no packet buffer"},
    {"port_tx_errors", Kind::kCounter, "Frames that the device could not send"},
    {"port_link_lost", Kind::kCounter, "Times that an inline port's link was found down"},
    // Pipelines.
    {"pipeline_packets", Kind::kCounter, "Packets that came to a flow"},
    {"pipeline_bytes", Kind::kCounter, "Bytes of those packets"},
    {"forwarded_packets", Kind::kCounter, "Packets that were let through"},
    {"dropped_packets", Kind::kCounter, "Packets that were not let through"},
    {"injected_frames", Kind::kCounter, "Resets and pages that were made"},
    {"injection_failed", Kind::kCounter, "Resets and pages that could not be made; the flow is blocked all the same"},
    {"flows_created", Kind::kCounter, "Flows that began"},
    {"flows_ended", Kind::kCounter, "Flows that ended"},
    {"flows_blocked", Kind::kCounter, "Flows that were stopped"},
    {"bad_tcp_checksum_packets", Kind::kCounter, "Segments whose receiver discards them"},
    {"flow_table_full_packets", Kind::kCounter, "Packets that found no room for their flow"},
    {"quarantined_packets", Kind::kCounter, "Packets that were held back"},
    {"anomalies_folded", Kind::kCounter, "Anomalies counted in a later record of their kind and flow"},
    {"objects", Kind::kCounter, "Objects that were inspected"},
    {"views", Kind::kCounter, "Decoded contents within objects that were inspected"},
    {"documents_deferred", Kind::kCounter, "Documents given to an extractor while their flow went on, or was held"},
    {"flows_held", Kind::kCounter, "Times that a direction of a flow waited for an extractor"},
    {"held_packets_dropped", Kind::kCounter, "Packets dropped in the meantime, which their sender repeats"},
    {"holds_expired", Kind::kCounter, "Waits that were over before the extractor was done"},
    {"holds_full", Kind::kCounter, "Directions that could not wait for want of a place"},
    {"decoder_chains_full", Kind::kCounter, "Objects that were not opened for want of a decoder chain"},
    {"object_table_full", Kind::kCounter, "Objects that found no room"},
    {"session_table_full", Kind::kCounter, "Conversations whose protocol was not followed for want of a session"},
    {"expectations_announced", Kind::kCounter, "Connections that another one spoke of"},
    {"expectations_met", Kind::kCounter, "Of those: came"},
    {"expectations_unmet", Kind::kCounter, "Of those: never came, or came to another worker"},
    {"expectation_table_full", Kind::kCounter, "Of those: found no room"},
    {"name_table_full", Kind::kCounter, "Names that could not be kept for the flow's record"},
    {"tally_table_full", Kind::kCounter, "Objects whose hits could not be kept between runs"},
    {"policy_moved_flows", Kind::kCounter, "Flows judged by the newest policy from the middle on, since theirs had to make room"},
    {"gap_timers_full", Kind::kCounter, "Gaps that wait for no timer"},
    {"scan_failures", Kind::kCounter, "Runs that the matcher refused; never normal"},
    {"hits_over_limit", Kind::kCounter, "Hits of one scan beyond what can be listed"},
    {"findings_over_limit", Kind::kCounter, "Findings of one run beyond what can be recorded; their verdict counts"},
    {"record_ring_full", Kind::kCounter, "Records that found no room on their way to the files"},
    // Families.
    {"parse_*", Kind::kCounter, "Packets by how the reading of their headers ended"},
    {"fragment_*", Kind::kCounter, "IP fragments by what became of them"},
    {"decode_*", Kind::kCounter, "Opened contents by how they ended"},
    {"signature_*", Kind::kCounter, "Comparison with registered documents"},
    {"evidence_*", Kind::kCounter, "Objects that a rule may ask to keep, and their packets, on the workers"},
    {"extraction_*", Kind::kCounter, "Documents that extractors read, and the extractors"},
    {"worker_*", Kind::kCounter, "Frames between ports and pipelines"},
    {"record_lines_lost", Kind::kCounter, "Lines of records that a file refused, as on a full disk"},
    {"records_lost_*", Kind::kCounter, "Records lost because the way to the files was full"},
    {"records_*", Kind::kCounter, "Records on their way to the files"},
    // Control plane.
    {"evidence_stored", Kind::kCounter, "Items of evidence that came to the vault"},
    {"evidence_refused_full", Kind::kCounter, "Items of evidence that found the vault or its disk full"},
    {"evidence_failed", Kind::kCounter, "Items of evidence that could not be written"},
    {"evidence_expired", Kind::kCounter, "Items of evidence removed for their age"},
    {"evidence_removed_for_size", Kind::kCounter, "Items of evidence removed because the vault was full"},
    {"evidence_unfinished", Kind::kCounter, "Items of evidence that were being written when the appliance ended, and were dropped"},
    {"evidence_notes_lost", Kind::kCounter, "Times that it could not be written down why there is no evidence"},
    {"evidence_items", Kind::kGauge, "Items of evidence in the vault"},
    {"evidence_bytes", Kind::kGauge, "What they take up on the disk"},
    {"incidents_created", Kind::kCounter, "Incidents that began"},
    {"incidents_expired", Kind::kCounter, "Incidents removed for their age"},
    {"incidents_removed_for_size", Kind::kCounter, "Incidents removed because the database was full"},
    {"incidents_removed_open", Kind::kCounter, "Removed incidents that nobody had closed"},
    {"databases_set_aside", Kind::kCounter, "Databases that were corrupt"},
    {"incident_findings", Kind::kCounter, "Findings taken for incidents"},
    {"incident_findings_lost", Kind::kCounter, "Findings that belong to no incident because too many subjects waited"},
    {"incident_findings_waiting", Kind::kGauge, "Findings that wait for the disk"},
    {"incident_commits", Kind::kCounter, "Writes of incidents"},
    {"incident_commits_failed", Kind::kCounter, "Writes of incidents that the disk refused; they are tried again"},
    {"export_waiting", Kind::kGauge, "Records that wait for a receiver"},
    {"export_waiting_bytes", Kind::kGauge, "What they take up on the disk"},
    {"export_in_memory", Kind::kGauge, "Of the records that wait, those not on the disk yet"},
    {"export_delivered", Kind::kCounter, "Records that a receiver has taken"},
    {"export_failed_attempts", Kind::kCounter, "Deliveries that a receiver did not take; they are tried again"},
    {"export_dropped", Kind::kCounter, "Records that went because too many waited"},
    {"export_lost", Kind::kCounter, "Records that never came to the disk, because too many waited for it"},
    {"export_unreadable", Kind::kCounter, "Records that the disk did not give back as they were"},
    {"quarantines", Kind::kGauge, "Quarantines in force"},
    {"quarantines_by_rules", Kind::kCounter, "Quarantines that rules made"},
    {"quarantines_refused", Kind::kCounter, "Quarantines that a rule asked for and that were not made"},
    {"policies_removed", Kind::kCounter, "Policies that went because there were too many"},
    {"api_requests", Kind::kCounter, "Requests to the API"},
    {"api_requests_refused", Kind::kCounter, "Requests that the caller's role does not allow, or whose caller is not known"},
    {"api_requests_wrong", Kind::kCounter, "Requests that were not as the API describes them"},
    {"api_requests_failed", Kind::kCounter, "Requests that could not be answered for a fault or a full disk"},
    {"api_connections_refused", Kind::kCounter, "Connections beyond what the API serves at a time at its Unix socket"},
    {"api_streams", Kind::kGauge, "Streams of events that are open"},
    {"api_tokens", Kind::kGauge, "Tokens that there are, expired ones among them"},
    {"api_tls_connections", Kind::kGauge, "Connections over TLS that are open"},
    {"api_tls_connections_accepted", Kind::kCounter, "Connections over TLS that were taken"},
    {"api_tls_connections_refused", Kind::kCounter, "Connections over TLS beyond what is served at a time, in all or of one address"},
    {"api_tls_connections_displaced", Kind::kCounter, "Connections over TLS that had not shown who they are, or idled, and went for new ones"},
    {"api_tls_handshakes_failed", Kind::kCounter, "Connections that did not come to TLS: no certificate or one that is not trusted, an old version, no TLS at all"},
    {"api_tls_deadlines_missed", Kind::kCounter, "Connections over TLS that were ended because a handshake, a request or the taking of an answer took too long"},
    {"api_tls_requests_malformed", Kind::kCounter, "Requests over TLS that cannot be read as HTTP"},
    {"api_tls_requests_busy", Kind::kCounter, "Requests over TLS that found too many others waiting, or their bodies no room"},
    {"api_tls_callers_refused", Kind::kCounter, "Requests over TLS without a token or certificate that is good"},
    {"api_tls_certificate_expiry", Kind::kGauge, "When the certificate of the API over TLS expires, in seconds since 1970"},
    {"api_tls_reloads_failed", Kind::kCounter, "Renewed certificates that were not taken over"},
};

}  // namespace

Description Describe(std::string_view name) {
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return {entry.kind, std::string(entry.meaning)};
  }
  for (const Entry& entry : kEntries) {
    if (entry.name.back() != '*') continue;
    const std::string_view family = entry.name.substr(0, entry.name.size() - 1);
    if (name.substr(0, family.size()) != family) continue;
    std::string which(name.substr(family.size()));
    std::replace(which.begin(), which.end(), '_', ' ');
    return {entry.kind, std::string(entry.meaning) + ": " + which};
  }
  return {};
}

}  // namespace sluice::metrics
