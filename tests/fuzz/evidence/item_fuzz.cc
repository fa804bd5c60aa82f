// An item of evidence from anywhere, as it is, and with blocks that are sealed rightly whatever stands in them, so that the fuzzer gets
// past the seal: an Error or an item, and never a read past the bytes.
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_order.h"
#include "control/evidence/item_format.h"
#include "control/evidence/item_reader.h"

namespace {

using namespace sluice::evidence;

const OpeningKey& Key() {
  static const OpeningKey kKey = OpeningKey::Generate().value();
  return kKey;
}

// Each block: one byte for its length, one for its tag, then its bytes.
std::vector<uint8_t> Seal(const uint8_t* data, size_t size) {
  std::array<uint8_t, kItemKeyBytes> key{};
  std::vector<uint8_t> item(kMagic.begin(), kMagic.end());
  item.resize(kMagic.size() + kSealedKeyBytes + kStreamHeadBytes);
  const SealingKey sealing = Key().sealing_key();
  crypto_box_seal(item.data() + kMagic.size(), key.data(), key.size(), sealing.bytes.data());
  crypto_secretstream_xchacha20poly1305_state state;
  crypto_secretstream_xchacha20poly1305_init_push(&state, item.data() + kMagic.size() + kSealedKeyBytes, key.data());
  for (bool first = true; size >= 2; first = false) {
    const size_t length = data[0] < size - 2 ? data[0] : size - 2;
    const size_t at = item.size();
    item.resize(at + kLengthBytes + length + crypto_secretstream_xchacha20poly1305_ABYTES);
    sluice::StoreLe32(item.data() + at, static_cast<uint32_t>(length + crypto_secretstream_xchacha20poly1305_ABYTES));
    crypto_secretstream_xchacha20poly1305_push(&state, item.data() + at + kLengthBytes, nullptr, data + 2, length, first ? kMagic.data() : nullptr,
                                               first ? kMagic.size() : 0, data[1] & 3);
    data += 2 + length;
    size -= 2 + length;
  }
  return item;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static_cast<void>(OpenItem({data, size}, Key()));
  const std::vector<uint8_t> sealed = Seal(data, size);
  static_cast<void>(OpenItem({sealed.data(), sealed.size()}, Key()));
  return 0;
}
