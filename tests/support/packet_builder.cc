#include "tests/support/packet_builder.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/byte_order.h"

namespace sluice::test {
namespace {

constexpr uint16_t kEtherTypeIpv4 = 0x0800, kEtherTypeIpv6 = 0x86dd, kEtherTypeMpls = 0x8847, kEtherTypePppoe = 0x8864;
constexpr uint16_t kEtherTypeBridged = 0x6558, kEtherTypeExperimental = 0x88b5;

void Put8(Bytes& out, unsigned v) { out.push_back(static_cast<uint8_t>(v)); }
void Put16(Bytes& out, unsigned v) {
  Put8(out, v >> 8);
  Put8(out, v & 0xff);
}
void Put32(Bytes& out, uint32_t v) {
  Put16(out, v >> 16);
  Put16(out, v & 0xffff);
}
void PutAddress(Bytes& out, std::string_view text, bool v4) {
  const packet::IpAddress address = Address(text);
  if (address.IsV4() != v4) std::abort();
  out.insert(out.end(), address.bytes.begin() + (v4 ? 12 : 0), address.bytes.end());
}
void Pad(Bytes& out, size_t multiple) {
  while (out.size() % multiple != 0) Put8(out, 0);
}

Bytes TcpOptions(const TcpSpec& spec) {
  Bytes out;
  if (spec.mss >= 0) {
    Put16(out, 0x0204);
    Put16(out, static_cast<unsigned>(spec.mss));
  }
  if (spec.sack_permitted) Put16(out, 0x0402);
  if (spec.has_timestamp) {
    Put16(out, 0x080a);
    Put32(out, spec.timestamp_value);
    Put32(out, spec.timestamp_echo);
  }
  if (spec.window_shift >= 0) {
    Put16(out, 0x0303);
    Put8(out, static_cast<unsigned>(spec.window_shift));
  }
  out.insert(out.end(), spec.raw_options.begin(), spec.raw_options.end());
  Pad(out, 4);
  return out;
}

}  // namespace

Bytes ToBytes(std::string_view text) { return {text.begin(), text.end()}; }

packet::IpAddress Address(std::string_view text) {
  const std::string copy(text);
  uint8_t raw[16];
  if (inet_pton(AF_INET, copy.c_str(), raw) == 1) return packet::IpAddress::FromV4(raw);
  if (inet_pton(AF_INET6, copy.c_str(), raw) == 1) return packet::IpAddress::FromV6(raw);
  std::fprintf(stderr, "not an IP address: %s\n", copy.c_str());
  std::abort();
}

uint16_t PlainChecksum(const uint8_t* data, size_t size, uint32_t initial) {
  uint64_t sum = initial;
  for (size_t i = 0; i < size; i += 2) {
    sum += static_cast<uint64_t>(data[i]) << 8;
    if (i + 1 < size) sum += data[i + 1];
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

FrameBuilder& FrameBuilder::Add(Layer layer) {
  layers_.push_back(std::move(layer));
  return *this;
}

FrameBuilder& FrameBuilder::Ethernet() {
  Bytes h = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1};
  Put16(h, 0);
  return Add({.kind = Kind::kEthernet, .header = h});
}

FrameBuilder& FrameBuilder::Snap() {
  return Add({.kind = Kind::kSnap, .header = {0xaa, 0xaa, 0x03, 0, 0, 0, 0, 0}});
}

FrameBuilder& FrameBuilder::Vlan(uint16_t id, uint16_t tag_protocol) {
  Bytes h;
  Put16(h, id);
  Put16(h, 0);
  return Add({.kind = Kind::kVlan, .header = h, .number = tag_protocol});
}

FrameBuilder& FrameBuilder::Mpls(uint32_t label) {
  Bytes h;
  Put32(h, label << 12 | 64);
  return Add({.kind = Kind::kMpls, .header = h, .number = kEtherTypeMpls});
}

FrameBuilder& FrameBuilder::PseudoWireControlWord() {
  return Add({.kind = Kind::kControlWord, .header = {0, 0, 0, 1}});
}

FrameBuilder& FrameBuilder::Pppoe() {
  return Add({.kind = Kind::kPppoe, .header = {0x11, 0, 0, 7, 0, 0, 0, 0}, .number = kEtherTypePppoe});
}

FrameBuilder& FrameBuilder::Ppp() { return Add({.kind = Kind::kPpp, .header = {0xff, 0x03, 0, 0}}); }

FrameBuilder& FrameBuilder::LinuxCooked() {
  return Add({.kind = Kind::kCooked, .header = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0}});
}

FrameBuilder& FrameBuilder::LinuxCooked2() {
  return Add({.kind = Kind::kCooked2, .header = {0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}});
}

FrameBuilder& FrameBuilder::NullLink() { return Add({.kind = Kind::kNull, .header = {0, 0, 0, 0}}); }
FrameBuilder& FrameBuilder::LoopLink() { return Add({.kind = Kind::kLoop, .header = {0, 0, 0, 0}}); }

FrameBuilder& FrameBuilder::EtherType(uint16_t type) {
  return Add({.kind = Kind::kRawType, .header = {}, .number = type});
}

FrameBuilder& FrameBuilder::Ipv4(Ipv4Spec spec) {
  Pad(spec.options, 4);
  Bytes h;
  Put8(h, 0x40 | static_cast<unsigned>(5 + spec.options.size() / 4));
  Put8(h, 0);
  Put16(h, 0);
  Put16(h, spec.id);
  Put16(h, (spec.dont_fragment ? 0x4000u : 0u) | (spec.more_fragments ? 0x2000u : 0u) | spec.fragment_offset / 8u);
  Put8(h, spec.ttl);
  Put8(h, 0);
  Put16(h, 0);
  PutAddress(h, spec.src, true);
  PutAddress(h, spec.dst, true);
  h.insert(h.end(), spec.options.begin(), spec.options.end());
  return Add({.kind = Kind::kIpv4,
              .header = h,
              .number = kEtherTypeIpv4,
              .next_override = spec.protocol,
              .length_override = spec.total_length,
              .bad_checksum = spec.bad_checksum});
}

FrameBuilder& FrameBuilder::Ipv6(Ipv6Spec spec) {
  Bytes h;
  Put32(h, 0x60000000);
  Put16(h, 0);
  Put8(h, 0);
  Put8(h, spec.hop_limit);
  PutAddress(h, spec.src, false);
  PutAddress(h, spec.dst, false);
  return Add({.kind = Kind::kIpv6,
              .header = h,
              .number = kEtherTypeIpv6,
              .next_override = spec.next_header,
              .length_override = spec.payload_length});
}

FrameBuilder& FrameBuilder::Extension(uint8_t number, size_t bytes) {
  Bytes h(bytes, 0);
  h[1] = static_cast<uint8_t>(bytes / 8 - 1);
  if (number == 0 || number == 60) {  // PadN fills the options (RFC 8200, 4.2)
    h[2] = 1;
    h[3] = static_cast<uint8_t>(std::min<size_t>(bytes - 4, 255));
  }
  return Add({.kind = Kind::kExtension, .header = h, .number = number});
}

FrameBuilder& FrameBuilder::HopByHop(size_t bytes) { return Extension(0, bytes); }
FrameBuilder& FrameBuilder::Routing(size_t bytes) { return Extension(43, bytes); }
FrameBuilder& FrameBuilder::DestinationOptions(size_t bytes) { return Extension(60, bytes); }
FrameBuilder& FrameBuilder::Mobility(size_t bytes) { return Extension(135, bytes); }
FrameBuilder& FrameBuilder::Hip(size_t bytes) { return Extension(139, bytes); }
FrameBuilder& FrameBuilder::Shim6(size_t bytes) { return Extension(140, bytes); }

FrameBuilder& FrameBuilder::Authentication(size_t bytes) {
  Bytes h(bytes, 0);
  h[1] = static_cast<uint8_t>(bytes / 4 - 2);  // RFC 4302, 2.2: in 4-byte units, minus 2
  return Add({.kind = Kind::kExtension, .header = h, .number = 51});
}

FrameBuilder& FrameBuilder::Fragment(uint32_t id, uint16_t offset, bool more) {
  Bytes h = {0, 0};
  Put16(h, offset | (more ? 1u : 0u));
  Put32(h, id);
  return Add({.kind = Kind::kExtension, .header = h, .number = 44});
}

FrameBuilder& FrameBuilder::Gre(GreSpec spec) {
  Bytes h;
  Put16(h, (spec.has_checksum ? 0x8000u : 0u) | (spec.key >= 0 ? 0x2000u : 0u) | (spec.has_sequence ? 0x1000u : 0u));
  Put16(h, 0);
  if (spec.has_checksum) Put32(h, 0);
  if (spec.key >= 0) Put32(h, static_cast<uint32_t>(spec.key));
  if (spec.has_sequence) Put32(h, 1);
  return Add({.kind = Kind::kGre, .header = h, .number = 47});
}

FrameBuilder& FrameBuilder::Pptp(uint16_t call_id) {
  Bytes h;
  Put16(h, 0x3001);  // K, S, version 1 (RFC 2637, 4.1)
  Put16(h, 0x880b);
  Put16(h, 0);  // payload length, set in Finish
  Put16(h, call_id);
  Put32(h, 1);
  return Add({.kind = Kind::kPptp, .header = h, .number = 47});
}

FrameBuilder& FrameBuilder::Erspan(uint16_t vlan, uint16_t session) {
  Bytes h;
  Put16(h, 0x1000);
  Put16(h, 0x88be);
  Put32(h, 1);
  Put16(h, 0x1000u | vlan);
  Put16(h, session & 0x3ffu);
  Put32(h, 0);
  return Add({.kind = Kind::kErspan, .header = h, .number = 47});
}

FrameBuilder& FrameBuilder::Vxlan(uint32_t vni) {
  Bytes h;
  Put32(h, 0xc0004789 & 0xffff0000u);
  StoreBe16(h.data() + 2, 4789);
  Put32(h, 0);
  Put32(h, 0x08000000);  // the I flag (RFC 7348, 5)
  Put32(h, vni << 8);
  return Add({.kind = Kind::kVxlan, .header = h, .number = 17});
}

FrameBuilder& FrameBuilder::Geneve(uint32_t vni, size_t option_bytes) {
  Bytes h;
  Put16(h, 0xc000);
  Put16(h, 6081);
  Put32(h, 0);
  Put8(h, static_cast<unsigned>(option_bytes / 4));
  Put8(h, 0);
  Put16(h, kEtherTypeBridged);
  Put32(h, vni << 8);
  h.resize(h.size() + option_bytes / 4 * 4);
  return Add({.kind = Kind::kGeneve, .header = h, .number = 17});
}

FrameBuilder& FrameBuilder::Tcp(TcpSpec spec) {
  const Bytes options = TcpOptions(spec);
  const size_t words = spec.data_offset >= 0 ? static_cast<size_t>(spec.data_offset) : 5 + options.size() / 4;
  Bytes h;
  Put16(h, spec.src_port);
  Put16(h, spec.dst_port);
  Put32(h, spec.seq);
  Put32(h, spec.ack);
  Put8(h, static_cast<unsigned>(words << 4));
  Put8(h, spec.flags);
  Put16(h, spec.window);
  Put16(h, 0);
  Put16(h, spec.urgent_pointer);
  h.insert(h.end(), options.begin(), options.end());
  return Add({.kind = Kind::kTcp, .header = h, .number = 6, .bad_checksum = spec.bad_checksum});
}

FrameBuilder& FrameBuilder::Udp(UdpSpec spec) {
  Bytes h;
  Put16(h, spec.src_port);
  Put16(h, spec.dst_port);
  Put32(h, 0);
  return Add({.kind = Kind::kUdp,
              .header = h,
              .number = 17,
              .length_override = spec.length,
              .bad_checksum = spec.bad_checksum,
              .zero_checksum = spec.zero_checksum});
}

FrameBuilder& FrameBuilder::Icmp(uint8_t type, uint8_t code, uint16_t id, uint16_t sequence) {
  Bytes h = {type, code, 0, 0};
  Put16(h, id);
  Put16(h, sequence);
  const int ip = Find(Kind::kIpv4, Kind::kIpv6);
  const bool v6 = ip >= 0 && layers_[static_cast<size_t>(ip)].kind == Kind::kIpv6;
  return Add({.kind = Kind::kIcmp, .header = h, .number = static_cast<uint16_t>(v6 ? 58 : 1)});
}

FrameBuilder& FrameBuilder::Sctp(uint16_t src_port, uint16_t dst_port) {
  Bytes h;
  Put16(h, src_port);
  Put16(h, dst_port);
  Put32(h, 0x01020304);
  Put32(h, 0);
  return Add({.kind = Kind::kSctp, .header = h, .number = 132});
}

FrameBuilder& FrameBuilder::Payload(std::string_view text) { return Payload(ToBytes(text)); }
FrameBuilder& FrameBuilder::Payload(Bytes bytes) {
  payload_ = std::move(bytes);
  return *this;
}
FrameBuilder& FrameBuilder::LinkPadding(size_t bytes) {
  link_padding_ = bytes;
  return *this;
}

int FrameBuilder::Find(Kind a, Kind b) const {
  for (size_t i = layers_.size(); i-- > 0;) {
    if (layers_[i].kind == a || layers_[i].kind == b) return static_cast<int>(i);
  }
  return -1;
}

uint16_t FrameBuilder::NextEtherType(size_t index) const {
  if (index + 1 >= layers_.size()) return kEtherTypeExperimental;
  const Layer& next = layers_[index + 1];
  if (next.kind == Kind::kEthernet) return kEtherTypeBridged;
  return next.number;
}

uint8_t FrameBuilder::NextProtocol(size_t index) const {
  if (layers_[index].next_override >= 0) return static_cast<uint8_t>(layers_[index].next_override);
  if (index + 1 >= layers_.size()) return layers_[index].kind == Kind::kIpv4 ? 253 : 59;
  const Layer& next = layers_[index + 1];
  if (next.kind == Kind::kIpv4) return 4;
  if (next.kind == Kind::kIpv6) return 41;
  if (next.kind == Kind::kEthernet) return 143;
  if (next.kind == Kind::kMpls) return 137;
  return static_cast<uint8_t>(next.number);
}

Bytes FrameBuilder::Wrap(size_t begin, size_t end, Bytes body) const {
  for (size_t i = end; i-- > begin;) {
    body.insert(body.begin(), layers_[i].header.begin(), layers_[i].header.end());
    Finish(i, body);
  }
  return body;
}

void FrameBuilder::Finish(size_t index, Bytes& bytes) const {
  const Layer& layer = layers_[index];
  uint8_t* p = bytes.data();
  const bool next_is_v6 = index + 1 < layers_.size() && layers_[index + 1].kind == Kind::kIpv6;
  const bool next_is_mpls = NextEtherType(index) == kEtherTypeMpls;
  const auto ppp_protocol = static_cast<uint16_t>(next_is_v6 ? 0x0057 : next_is_mpls ? 0x0281 : 0x0021);
  switch (layer.kind) {
    case Kind::kEthernet: {
      const bool snap = index + 1 < layers_.size() && layers_[index + 1].kind == Kind::kSnap;
      StoreBe16(p + 12, snap ? static_cast<uint16_t>(bytes.size() - 14) : NextEtherType(index));
      return;
    }
    case Kind::kSnap: StoreBe16(p + 6, NextEtherType(index)); return;
    case Kind::kVlan: StoreBe16(p + 2, NextEtherType(index)); return;
    case Kind::kMpls:
      if (index + 1 >= layers_.size() || layers_[index + 1].kind != Kind::kMpls) p[2] |= 1;  // bottom of stack
      return;
    case Kind::kPppoe:
      StoreBe16(p + 4, static_cast<uint16_t>(bytes.size() - 6));
      StoreBe16(p + 6, ppp_protocol);
      return;
    case Kind::kPpp: StoreBe16(p + 2, ppp_protocol); return;
    case Kind::kCooked: StoreBe16(p + 14, NextEtherType(index)); return;
    case Kind::kCooked2: StoreBe16(p, NextEtherType(index)); return;
    case Kind::kNull: StoreLe32(p, next_is_v6 ? 30 : 2); return;
    case Kind::kLoop: StoreBe32(p, next_is_v6 ? 24 : 2); return;
    case Kind::kIpv4:
    case Kind::kIpv6: FinishIp(layer, NextProtocol(index), bytes); return;
    case Kind::kExtension: p[0] = NextProtocol(index); return;
    case Kind::kGre:
      StoreBe16(p + 2, NextEtherType(index));
      if ((p[0] & 0x80) != 0) StoreBe16(p + 4, PlainChecksum(p, bytes.size()));
      return;
    case Kind::kPptp: StoreBe16(p + 4, static_cast<uint16_t>(bytes.size() - layer.header.size())); return;
    case Kind::kVxlan:
    case Kind::kGeneve:
      StoreBe16(p + 4, static_cast<uint16_t>(bytes.size()));
      if (layer.kind == Kind::kGeneve) StoreBe16(p + 10, NextEtherType(index));
      return;
    case Kind::kTcp: FinishTransport(index, 16, bytes); return;
    case Kind::kUdp:
      StoreBe16(p + 4, static_cast<uint16_t>(layer.length_override >= 0 ? layer.length_override
                                                                       : static_cast<int>(bytes.size())));
      if (!layer.zero_checksum) FinishTransport(index, 6, bytes);
      return;
    case Kind::kIcmp: FinishTransport(index, 2, bytes); return;
    case Kind::kErspan:
    case Kind::kControlWord:
    case Kind::kRawType:
    case Kind::kSctp: return;
  }
}

void FrameBuilder::FinishIp(const Layer& layer, uint16_t protocol, Bytes& bytes) const {
  uint8_t* p = bytes.data();
  if (layer.kind == Kind::kIpv6) {
    const int length = layer.length_override >= 0 ? layer.length_override : static_cast<int>(bytes.size()) - 40;
    StoreBe16(p + 4, static_cast<uint16_t>(length));
    p[6] = static_cast<uint8_t>(protocol);
    return;
  }
  const int length = layer.length_override >= 0 ? layer.length_override : static_cast<int>(bytes.size());
  StoreBe16(p + 2, static_cast<uint16_t>(length));
  p[9] = static_cast<uint8_t>(protocol);
  StoreBe16(p + 10, 0);
  const uint16_t sum = PlainChecksum(p, layer.header.size());
  StoreBe16(p + 10, static_cast<uint16_t>(layer.bad_checksum ? sum ^ 0x5555 : sum));
}

void FrameBuilder::FinishTransport(size_t index, size_t checksum_offset, Bytes& bytes) const {
  const Layer& layer = layers_[index];
  const Layer* ip = nullptr;
  for (size_t i = 0; i < index; ++i) {
    if (layers_[i].kind == Kind::kIpv4 || layers_[i].kind == Kind::kIpv6) ip = &layers_[i];
  }
  if (ip == nullptr) std::abort();
  uint32_t pseudo = 0;
  if (layer.number != 1) {  // ICMPv4 has no pseudo-header
    const bool v6 = ip->kind == Kind::kIpv6;
    for (size_t i = v6 ? 8 : 12; i < (v6 ? 40u : 20u); i += 2) pseudo += LoadBe16(ip->header.data() + i);
    pseudo += layer.number + static_cast<uint32_t>(bytes.size());
  }
  uint16_t sum = PlainChecksum(bytes.data(), bytes.size(), pseudo);
  if (layer.kind == Kind::kUdp && sum == 0) sum = 0xffff;  // RFC 768
  if (layer.bad_checksum) sum = static_cast<uint16_t>(sum ^ 0x5555);
  StoreBe16(bytes.data() + checksum_offset, sum);
}

Bytes FrameBuilder::Build() const {
  Bytes frame = Wrap(0, layers_.size(), payload_);
  frame.resize(frame.size() + link_padding_);
  return frame;
}

std::vector<Bytes> FrameBuilder::BuildFragments(size_t fragment_bytes, uint32_t id) const {
  const int found = Find(Kind::kIpv4, Kind::kIpv6);
  if (found < 0 || fragment_bytes < 8) std::abort();
  auto last = static_cast<size_t>(found);
  const bool v6 = layers_[last].kind == Kind::kIpv6;
  while (last + 1 < layers_.size() && layers_[last + 1].kind == Kind::kExtension &&
         (layers_[last + 1].number == 0 || layers_[last + 1].number == 43)) {
    ++last;  // RFC 8200, 4.5: the per-fragment headers
  }
  const Bytes body = Wrap(last + 1, layers_.size(), payload_);
  std::vector<Bytes> fragments;
  for (size_t at = 0, step = fragment_bytes / 8 * 8; at < body.size(); at += step) {
    const size_t n = std::min(step, body.size() - at);
    const bool more = at + n < body.size();
    FrameBuilder piece;
    piece.layers_.assign(layers_.begin(), layers_.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    const uint8_t protocol = NextProtocol(last);
    if (v6) {
      piece.Fragment(id, static_cast<uint16_t>(at), more);
    } else {
      Bytes& header = piece.layers_.back().header;
      StoreBe16(header.data() + 4, static_cast<uint16_t>(id));
      StoreBe16(header.data() + 6, static_cast<uint16_t>(at / 8 | (more ? 0x2000u : 0u)));
    }
    piece.layers_.back().next_override = protocol;
    const auto begin = body.begin() + static_cast<std::ptrdiff_t>(at);
    piece.payload_.assign(begin, begin + static_cast<std::ptrdiff_t>(n));
    piece.link_padding_ = link_padding_;
    fragments.push_back(piece.Build());
  }
  return fragments;
}

}  // namespace sluice::test
