#include "control/evidence/item_reader.h"

#include <algorithm>
#include <vector>

#include "base/byte_order.h"
#include "control/evidence/item_format.h"

namespace sluice::evidence {
namespace {

Error Corrupt(const char* what) { return Error(ErrorCode::kCorrupt, std::string("the item of evidence is corrupt: ") + what); }

class Reader {
 public:
  explicit Reader(ByteView bytes) : left_(bytes) {}
  ~Reader() { sodium_memzero(&stream_, sizeof stream_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Status ReadHead(const OpeningKey& key) {
    if (left_.size() < kMagic.size() + kSealedKeyBytes + kStreamHeadBytes) return Corrupt("it is too short");
    if (!std::equal(kMagic.begin(), kMagic.end(), left_.data())) return Error(ErrorCode::kCorrupt, "this is no item of evidence: its first bytes differ");
    std::array<uint8_t, kItemKeyBytes> item_key;
    const SealingKey sealing = key.sealing_key();
    const uint8_t* sealed = left_.data() + kMagic.size();
    if (crypto_box_seal_open(item_key.data(), sealed, kSealedKeyBytes, sealing.bytes.data(), key.bytes()) != 0) {
      return Error(ErrorCode::kPermissionDenied, "the item was sealed for another key than " + Fingerprint(sealing) + ", or its beginning was changed");
    }
    const int begun = crypto_secretstream_xchacha20poly1305_init_pull(&stream_, sealed + kSealedKeyBytes, item_key.data());
    sodium_memzero(item_key.data(), item_key.size());
    if (begun != 0) return Corrupt("its head is none");
    left_ = left_.From(kMagic.size() + kSealedKeyBytes + kStreamHeadBytes);
    return {};
  }

  // The next block in `plain_`; false behind the last one.
  Result<bool> Next() {
    if (ended_) return left_.empty() ? Result<bool>(false) : Result<bool>(Corrupt("there are bytes behind its end"));
    if (left_.size() < kLengthBytes) return Corrupt("its end is missing");
    const size_t length = LoadLe32(left_.data());
    left_ = left_.From(kLengthBytes);
    if (length < kBlockOverhead || length > kBlockBytes + kBlockOverhead || length > left_.size()) return Corrupt("a block is cut, or says a wrong length");
    plain_.resize(length - crypto_secretstream_xchacha20poly1305_ABYTES);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&stream_, plain_.data(), nullptr, &tag, left_.data(), length, first_ ? kMagic.data() : nullptr,
                                                   first_ ? kMagic.size() : 0) != 0) {
      return Corrupt("a block was changed");
    }
    first_ = false;
    left_ = left_.From(length);
    ended_ = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return true;
  }

  BlockKind kind() const { return static_cast<BlockKind>(plain_[0]); }
  bool ended() const { return ended_; }
  void AppendTo(std::string& text) const { text.append(reinterpret_cast<const char*>(plain_.data()) + 1, plain_.size() - 1); }

 private:
  ByteView left_;
  crypto_secretstream_xchacha20poly1305_state stream_{};
  std::vector<uint8_t> plain_;
  bool first_ = true, ended_ = false;
};

}  // namespace

Result<OpenedItem> OpenItem(ByteView item, const OpeningKey& key) {
  Reader reader(item);
  if (Status status = reader.ReadHead(key); !status) return status.error();
  OpenedItem opened;
  while (true) {
    const Result<bool> more = reader.Next();
    if (!more) return more.error();
    if (!*more) return opened;
    if (reader.ended() != (reader.kind() == BlockKind::kEnd)) return Corrupt("its end is not where it should be");
    switch (reader.kind()) {
      case BlockKind::kFacts: reader.AppendTo(opened.facts); break;
      case BlockKind::kObject: reader.AppendTo(opened.object); break;
      case BlockKind::kCapture: reader.AppendTo(opened.capture); break;
      case BlockKind::kEnd: reader.AppendTo(opened.end); break;
      default: return Corrupt("it has a block of an unknown kind");
    }
  }
}

}  // namespace sluice::evidence
