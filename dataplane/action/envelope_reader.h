// EnvelopeReader: the walk from the first byte of a frame to its innermost IP header, layer by layer.
//
// It follows the same formats as packet/parse, but notes where each layer lies instead of what it says; a frame on
// which the two disagree cannot be rebuilt. Thread: one. Allocates: never. Failure: false, with the envelope unusable.
#pragma once

#include "dataplane/action/envelope.h"

namespace sluice::action {

class EnvelopeReader {
 public:
  EnvelopeReader(const packet::Packet& seen, Envelope& envelope) noexcept
      : seen_(seen), reader_(seen.Frame()), envelope_(envelope) {}

  bool Read() noexcept;

 private:
  // What the next bytes are; `number_` says which where the kind has several.
  enum class Next : uint8_t { kEthernet, kEtherType, kPpp, kMpls, kIp, kIpProtocol, kDone };

  // What the 16 bits at a distance would mean as an EtherType; a length field may be one.
  enum class Type : uint8_t { kKnown, kMaybe, kUnknown };
  Type TypeAhead(size_t skip) const noexcept;

  bool Begin() noexcept;
  bool Step() noexcept;
  bool ReadEthernet() noexcept;
  bool ReadByEtherType() noexcept;
  bool ReadCooked() noexcept;
  bool ReadCooked2() noexcept;
  bool ReadFrameLength() noexcept;
  bool ReadPppoe() noexcept;
  bool ReadPpp() noexcept;
  bool ReadMpls() noexcept;
  bool ReadBelowMpls() noexcept;
  bool ReadIp() noexcept;
  bool ReadIpv4() noexcept;
  bool ReadIpv6() noexcept;
  bool ReadByIpProtocol() noexcept;
  bool ReadExtensionHeader() noexcept;
  bool ReadGre() noexcept;
  bool ReadUdp() noexcept;
  bool ReadVxlan() noexcept;
  bool ReadGeneve() noexcept;

  bool Note(Envelope::Kind kind) noexcept;
  bool Go(Next next, uint16_t number = 0) noexcept;

  const packet::Packet& seen_;
  ByteReader reader_;
  Envelope& envelope_;
  Next next_ = Next::kEthernet;
  uint16_t number_ = 0;
};

}  // namespace sluice::action
