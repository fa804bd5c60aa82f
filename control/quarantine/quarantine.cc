#include "control/quarantine/quarantine.h"

#include <arpa/inet.h>

#include <array>

namespace sluice::quarantine {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(QuarantineKind::kCount)> kKinds = {"flow", "source", "destination", "pair"};

Error Needs(QuarantineKind kind, const std::string& what) {
  return Error(ErrorCode::kInvalidArgument, "a quarantine of kind " + std::string(Name(kind)) + " needs " + what + " and nothing else");
}

}  // namespace

std::string_view Name(QuarantineKind kind) { return kind < QuarantineKind::kCount ? kKinds[static_cast<size_t>(kind)] : "unknown"; }

std::optional<QuarantineKind> KindFromName(std::string_view name) {
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i] == name) return static_cast<QuarantineKind>(i);
  }
  return std::nullopt;
}

std::optional<packet::IpAddress> AddressFromText(const std::string& text) {
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return packet::IpAddress::FromV4(bytes.data());
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return packet::IpAddress::FromV6(bytes.data());
  return std::nullopt;
}

Result<verdict::QuarantineSubject> SubjectFrom(QuarantineKind kind, const std::string& source, const std::string& destination,
                                               std::optional<uint64_t> flow) {
  verdict::QuarantineSubject subject;
  subject.kind = kind;
  const bool wants_flow = kind == QuarantineKind::kFlow;
  const bool wants_source = kind == QuarantineKind::kSource || kind == QuarantineKind::kPair;
  const bool wants_destination = kind == QuarantineKind::kDestination || kind == QuarantineKind::kPair;
  if (wants_flow != flow.has_value() || wants_source == source.empty() || wants_destination == destination.empty()) {
    return Needs(kind, wants_flow ? "a flow" : !wants_destination ? "a source" : !wants_source ? "a destination" : "a source and a destination");
  }
  if (flow) subject.flow = *flow;
  for (const auto& [text, address] : {std::pair(&source, &subject.source), std::pair(&destination, &subject.destination)}) {
    if (text->empty()) continue;
    const auto read = AddressFromText(*text);
    if (!read) return Error(ErrorCode::kInvalidArgument, "an address is written as 192.0.2.7 or 2001:db8::7");
    *address = *read;
  }
  return subject;
}

}  // namespace sluice::quarantine
