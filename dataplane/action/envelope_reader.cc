#include "dataplane/action/envelope_reader.h"

namespace sluice::action {
namespace {

using packet::LinkType;

// Every step consumes bytes or ends, so this only bounds absurd stacks of tags.
constexpr int kMaxSteps = 48;

constexpr uint16_t kIpv4Type = 0x0800, kArpType = 0x0806, kIpv6Type = 0x86dd, kVlanType = 0x8100,
                   kServiceVlanType = 0x88a8;
constexpr uint16_t kOldQinQType = 0x9100, kMplsType = 0x8847, kMplsMulticastType = 0x8848, kPppoeSessionType = 0x8864;
constexpr uint16_t kBridgedEthernetType = 0x6558, kPppType = 0x880b;
constexpr uint16_t kFirstEtherType = 0x0600;  // below it the field is a length (IEEE 802.3, 3.2.6)
constexpr uint16_t kPppIpv4 = 0x0021, kPppIpv6 = 0x0057, kPppMpls = 0x0281;
constexpr uint16_t kGenevePort = 6081;  // RFC 8926, 3.3

}  // namespace

bool EnvelopeReader::Note(Envelope::Kind kind) noexcept {
  if (envelope_.count_ == Envelope::kMaxLayers || reader_.offset() > UINT16_MAX) return false;
  envelope_.layers_[envelope_.count_++] = {kind, static_cast<uint16_t>(reader_.offset())};
  return true;
}

bool EnvelopeReader::Go(Next next, uint16_t number) noexcept {
  next_ = next;
  number_ = number;
  return true;
}

bool EnvelopeReader::Read() noexcept {
  if (!Begin()) return false;
  for (int step = 0; step < kMaxSteps; ++step) {
    if (next_ == Next::kDone) return true;
    if (!Step()) return false;
  }
  return false;
}

bool EnvelopeReader::Begin() noexcept {
  switch (seen_.link_type) {
    case LinkType::kEthernet:
      return Go(Next::kEthernet);
    case LinkType::kRawIp:
      return Go(Next::kIp);
    case LinkType::kLinuxCooked:
      return ReadCooked();
    case LinkType::kLinuxCooked2:
      return ReadCooked2();
    case LinkType::kNull:
    case LinkType::kLoop:
      return reader_.Skip(4) && Go(Next::kIp);  // address family
    case LinkType::kPpp:
      return Go(Next::kPpp);
  }
  return false;
}

bool EnvelopeReader::Step() noexcept {
  switch (next_) {
    case Next::kEthernet:
      return ReadEthernet();
    case Next::kEtherType:
      return ReadByEtherType();
    case Next::kPpp:
      return ReadPpp();
    case Next::kMpls:
      return ReadMpls();
    case Next::kIp:
      return ReadIp();
    case Next::kIpProtocol:
      return ReadByIpProtocol();
    case Next::kDone:
      return true;
  }
  return false;
}

bool EnvelopeReader::ReadEthernet() noexcept {
  uint16_t type;
  if (!Note(Envelope::Kind::kEthernet) || !reader_.Skip(12)) return false;
  if (reader_.remaining() < 2) return false;
  type = LoadBe16(reader_.Rest().data());
  if (type < kFirstEtherType) return ReadFrameLength();
  return reader_.Skip(2) && Go(Next::kEtherType, type);
}

// 802.3 length, then LLC and SNAP with an EtherType (RFC 1042; IEEE 802.1H).
bool EnvelopeReader::ReadFrameLength() noexcept {
  uint32_t llc_and_oui_head;
  uint16_t oui_tail, type;
  if (!Note(Envelope::Kind::kFrameLength) || !reader_.Skip(2)) return false;
  if (!reader_.ReadBe32(llc_and_oui_head) || !reader_.ReadBe16(oui_tail) || !reader_.ReadBe16(type)) return false;
  if (llc_and_oui_head != 0xaaaa0300 || (oui_tail != 0 && oui_tail != 0x00f8)) return false;
  return Go(Next::kEtherType, type);
}

bool EnvelopeReader::ReadCooked() noexcept {
  uint16_t type;
  if (!Note(Envelope::Kind::kCooked) || !reader_.Skip(14) || !reader_.ReadBe16(type)) return false;
  return Go(Next::kEtherType, type);
}

bool EnvelopeReader::ReadCooked2() noexcept {
  uint16_t type;
  if (!Note(Envelope::Kind::kCooked2) || !reader_.ReadBe16(type) || !reader_.Skip(18)) return false;
  return Go(Next::kEtherType, type);
}

bool EnvelopeReader::ReadByEtherType() noexcept {
  uint16_t type;
  switch (number_) {
    case kIpv4Type:
    case kIpv6Type:
      return Go(Next::kIp);
    case kVlanType:
    case kServiceVlanType:
    case kOldQinQType:
      if (!reader_.Skip(2) || reader_.remaining() < 2) return false;
      type = LoadBe16(reader_.Rest().data());
      if (type < kFirstEtherType) return ReadFrameLength();
      return reader_.Skip(2) && Go(Next::kEtherType, type);
    case kMplsType:
    case kMplsMulticastType:
      return Go(Next::kMpls);
    case kPppoeSessionType:
      return ReadPppoe();
    case kBridgedEthernetType:
      return Go(Next::kEthernet);
    case kPppType:
      return Go(Next::kPpp);
    default:
      return false;
  }
}

bool EnvelopeReader::ReadPppoe() noexcept {
  uint8_t version_and_type, code;
  if (!Note(Envelope::Kind::kPppoe) || !reader_.Read8(version_and_type) || !reader_.Read8(code)) return false;
  if (version_and_type != 0x11 || code != 0) return false;  // RFC 2516, 4: session data only
  return reader_.Skip(4) && Go(Next::kPpp);
}

bool EnvelopeReader::ReadPpp() noexcept {
  uint8_t first;
  ByteReader ahead = reader_;
  uint16_t framing;
  // RFC 1662, 3.1: address and control may be left out, as PPPoE always does.
  if (ahead.ReadBe16(framing) && framing == 0xff03 && !reader_.Skip(2)) return false;
  if (!reader_.Read8(first)) return false;
  uint16_t protocol = first;
  if ((first & 1) == 0) {  // RFC 1661, 2: an odd first byte is the whole (compressed) protocol
    uint8_t second;
    if (!reader_.Read8(second)) return false;
    protocol = static_cast<uint16_t>(first << 8 | second);
  }
  if (protocol == kPppIpv4 || protocol == kPppIpv6) return Go(Next::kIp);
  return protocol == kPppMpls && Go(Next::kMpls);
}

bool EnvelopeReader::ReadMpls() noexcept {
  uint32_t entry;
  do {
    if (!reader_.ReadBe32(entry)) return false;
  } while ((entry & 0x100) == 0);  // RFC 3032, 2.1: bottom of stack
  if (reader_.offset() == seen_.headers.l3_offset) return Go(Next::kIp);
  return ReadBelowMpls();
}

// What stands below the stack is not named: the first nibble tells IP from a pseudowire, and a known EtherType behind
// it tells whether that has a control word (RFC 4385, 3; RFC 4448, 4.6). Where two readings are possible there is none.
bool EnvelopeReader::ReadBelowMpls() noexcept {
  if (reader_.remaining() == 0) return false;
  const unsigned nibble = reader_.Rest()[0] >> 4;
  if (nibble == 4 || nibble == 6) return TypeAhead(12) == Type::kUnknown && Go(Next::kIp);
  if (nibble != 0) return Go(Next::kEthernet);
  const Type behind_control_word = TypeAhead(16);
  if (behind_control_word == Type::kMaybe) return false;
  if (behind_control_word == Type::kUnknown) return Go(Next::kEthernet);
  return Note(Envelope::Kind::kControlWord) && reader_.Skip(4) && Go(Next::kEthernet);
}

EnvelopeReader::Type EnvelopeReader::TypeAhead(size_t skip) const noexcept {
  const ByteView field = reader_.Rest().Sub(skip, 2);
  if (field.size() < 2) return Type::kUnknown;
  switch (LoadBe16(field.data())) {
    case kIpv4Type:
    case kArpType:
    case kIpv6Type:
    case kVlanType:
    case kServiceVlanType:
    case kOldQinQType:
    case kMplsType:
    case kMplsMulticastType:
    case kPppoeSessionType:
      return Type::kKnown;
    default:
      return LoadBe16(field.data()) < kFirstEtherType ? Type::kMaybe : Type::kUnknown;
  }
}

bool EnvelopeReader::ReadIp() noexcept {
  if (reader_.offset() == seen_.headers.l3_offset) {
    envelope_.size_ = reader_.offset();
    return Go(Next::kDone);
  }
  if (reader_.remaining() == 0) return false;
  const uint8_t version = reader_.Rest()[0] >> 4;
  if (version == 4) return ReadIpv4();
  return version == 6 && ReadIpv6();
}

bool EnvelopeReader::ReadIpv4() noexcept {
  ByteView header;
  if (!Note(Envelope::Kind::kIpv4) || !reader_.ReadBytes(20, header)) return false;
  return header[0] == 0x45 && Go(Next::kIpProtocol, header[9]);
}

bool EnvelopeReader::ReadIpv6() noexcept {
  ByteView header;
  if (!Note(Envelope::Kind::kIpv6) || !reader_.ReadBytes(40, header)) return false;
  return Go(Next::kIpProtocol, header[6]);
}

bool EnvelopeReader::ReadByIpProtocol() noexcept {
  switch (number_) {
    case 4:
    case 41:
      return Go(Next::kIp);
    case 0:   // hop-by-hop options
    case 60:  // destination options, as the tunnel encapsulation limit of RFC 2473
      return ReadExtensionHeader();
    case 17:
      return ReadUdp();
    case 47:
      return ReadGre();
    case 137:
      return Go(Next::kMpls);  // RFC 4023
    case 143:
      return Go(Next::kEthernet);  // RFC 8986
    default:
      return false;
  }
}

bool EnvelopeReader::ReadExtensionHeader() noexcept {
  uint8_t next, units;
  if (!reader_.Read8(next) || !reader_.Read8(units)) return false;
  return reader_.Skip(size_t{units} * 8 + 6) && Go(Next::kIpProtocol, next);
}

bool EnvelopeReader::ReadGre() noexcept {
  uint16_t flags, type;
  if (!Note(Envelope::Kind::kGre) || !reader_.ReadBe16(flags) || !reader_.ReadBe16(type)) return false;
  constexpr uint16_t kChecksum = 0x8000, kKey = 0x2000;
  if ((flags & ~(kChecksum | kKey)) != 0) return false;  // RFC 2890; version 1 is PPTP
  if ((flags & kChecksum) != 0 && !reader_.Skip(4)) return false;
  if ((flags & kKey) != 0 && !reader_.Skip(4)) return false;
  return Go(Next::kEtherType, type);
}

bool EnvelopeReader::ReadUdp() noexcept {
  ByteView header;
  if (!Note(Envelope::Kind::kUdp) || !reader_.ReadBytes(8, header)) return false;
  // The parser's ports are configured; what it took for a tunnel tells itself apart by its first byte, but for a Geneve
  // header with 32 bytes of options on a port of its own.
  if (reader_.remaining() == 0) return false;
  const bool like_vxlan = (reader_.Rest()[0] & 0x7f) == 0x08;
  return like_vxlan && LoadBe16(header.data() + 2) != kGenevePort ? ReadVxlan() : ReadGeneve();
}

bool EnvelopeReader::ReadVxlan() noexcept {
  return reader_.Skip(8) && Go(Next::kEthernet);  // RFC 7348, 5
}

bool EnvelopeReader::ReadGeneve() noexcept {
  ByteView header;  // RFC 8926, 3.4
  if (!reader_.ReadBytes(8, header)) return false;
  const size_t option_bytes = size_t{header[0]} % 64 * 4;
  return reader_.Skip(option_bytes) && Go(Next::kEtherType, LoadBe16(header.data() + 2));
}

}  // namespace sluice::action
