// Fate: what became of a received byte. Each byte has exactly one; the sums equal what the ports received (a law).
//
// kInspected and kDecoded are the two good ones; every other value is a reason for "could not look" and is printed under
// coverage.not_inspected by its name. Thread: pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::content {

enum class Fate : uint8_t {
  kInspected,              // matched as it was, including headers that were parsed and repeats equal to what was inspected
  kDecoded,                // framing or encoded bytes whose decoded content was matched
  // Reasons for not inspected:
  kEncrypted,              // TLS, SSH, QUIC, …: recognised, content not visible
  kUnopenedContainer,      // a compressed or packed object that no decoder opened (its raw bytes were matched, which proves little)
  kExemptByPolicy,
  kFlowTableFull,
  kReassemblyLimit,        // held data over a limit
  kReassemblyGap,          // bytes of a held or later packet that could not be placed
  kUnverifiedRepeat,       // retransmission of data no longer held for comparison
  kConflictingOverlap,     // a copy that disagrees with what was inspected
  kInvalidSegment,         // out of window, old timestamp, no ACK flag, data after FIN or RST: a receiver ignores it
  kMalformedPacket,        // rejected by the parser (the reject's own counter says why)
  kFragmentLimit,          // IP fragments over a limit, expired, or conflicting
  kNotIp,                  // ARP, LLDP, …
  kOtherTransport,         // IP payload of a transport that is not opened
  kLinkPadding,            // bytes of the frame behind the IP packet
  kScannerFailed,
  kObjectTableFull,
  kOverload,               // worker behind: fail mode decided
  kBlockedFlow,            // dropped unseen because its flow is already blocked
  kQuarantined,
  kHeldForDocument,        // dropped unseen while an extractor read what its flow had sent before: its sender repeats it
  kShutdown,               // still held when the program stopped
  kCount,
};
constexpr size_t kFates = static_cast<size_t>(Fate::kCount);

// The documented name: "inspected", "encrypted", "reassembly_gap", …
std::string_view Name(Fate fate);
constexpr bool IsInspected(Fate fate) { return fate == Fate::kInspected || fate == Fate::kDecoded; }

using FateBytes = std::array<uint64_t, kFates>;

}  // namespace sluice::content
