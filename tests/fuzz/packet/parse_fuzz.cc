// Any bytes as a frame. The first byte chooses the link type (low bits), whether checksums are verified (bit 3) and
// whether the capture cut the frame (bit 4). Nothing is read past the end, and every byte has one place.
#include <cstdlib>
#include <memory>

#include "dataplane/packet/parse.h"

using namespace sluice::packet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto length = static_cast<uint32_t>(size - 1);
  const auto exact = std::make_unique<uint8_t[]>(length);
  if (length > 0) std::memcpy(exact.get(), data + 1, length);
  Packet packet;
  packet.data = exact.get();
  packet.length = length;
  packet.wire_length = length + ((data[0] & 0x10) != 0 ? 40 : 0);
  packet.link_type = static_cast<LinkType>((data[0] & 7) % 7);
  const ParseOutcome outcome = Parse(packet, {.verify_checksums = (data[0] & 8) != 0});
  const Headers& headers = packet.headers;
  if (outcome >= ParseOutcome::kCount) std::abort();
  if (headers.payload_offset > length || headers.payload_length > length - headers.payload_offset) std::abort();
  if (headers.l3_offset > headers.payload_offset || headers.l4_offset > headers.payload_offset) std::abort();
  if (HeaderBytes(packet) + headers.payload_length + PaddingBytes(packet) != length) std::abort();
  if (headers.is_fragment != (outcome == ParseOutcome::kFragment)) std::abort();
  return 0;
}
