// Parsed: one frame put through Parse, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "dataplane/packet/parse.h"
#include "tests/support/packet_builder.h"

namespace sluice::packet {

// So that a failed expectation shows the outcome's word.
inline void PrintTo(ParseOutcome outcome, std::ostream* out) { *out << Name(outcome); }

struct Parsed {
  explicit Parsed(const test::Bytes& frame, LinkType link_type = LinkType::kEthernet, const ParseOptions& options = {})
      : packet(store.Add(frame, {}, link_type)), outcome(Parse(*packet, options)), headers(packet->headers) {}

  std::string payload() const { return std::string(packet->Payload().AsText()); }

  test::PacketStore store;
  Packet* packet;
  ParseOutcome outcome;
  Headers& headers;
};

}  // namespace sluice::packet
