#include "dataplane/decode/zip_decoder.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "dataplane/decode/bzip2_decoder.h"
#include "dataplane/decode/xz_decoder.h"
#include "dataplane/decode/zstd_decoder.h"

namespace sluice::decode {
namespace {

constexpr uint32_t kLocalHeader = 0x04034B50, kDirectory = 0x02014B50, kEndOfDirectory = 0x06054B50, kDirectory64 = 0x06064B50;
constexpr uint32_t kDescriptorSignature = 0x08074B50, kExtraRecord = 0x08064B50, kSpanMarker = 0x30304B50;
constexpr uint16_t kStoredMethod = 0, kDeflateMethod = 8, kBzip2Method = 12, kZstdMethod = 93, kXzMethod = 95, kAesMethod = 99;
constexpr size_t kSignatureBytes = 4, kDescriptorBytes = 16, kDescriptor64Bytes = 24;

}  // namespace

bool LooksLikeZip(ByteView prefix) noexcept {
  if (prefix.size() < kSignatureBytes) return false;
  const uint32_t first = LoadLe32(prefix.data());
  if (first == kLocalHeader || first == kEndOfDirectory) return true;
  return (first == kDescriptorSignature || first == kSpanMarker) && prefix.size() >= 2 * kSignatureBytes &&
         LoadLe32(prefix.data() + kSignatureBytes) == kLocalHeader;
}

ZipDecoder::~ZipDecoder() { DropInner(); }

void ZipDecoder::DropInner() noexcept {
  if (inner_ != nullptr) inner_->~Decoder();
  inner_ = nullptr;
}

DecodeStep ZipDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t consumed = 0, opaque = 0;
  Replay();
  while (!seen_directory_) {
    const ByteView rest = input.From(consumed);
    DecodeStep step;
    switch (at_) {
      case At::kSignature: consumed += TakeSignature(rest); break;
      case At::kDescriptor: consumed += TakeDescriptor(rest); break;
      case At::kSeek: {
        const size_t passed = Seek(rest);
        consumed += passed;
        opaque += lost_ ? passed : 0;
        break;
      }
      case At::kHeader:
        consumed += header_.Take(rest);
        if (!header_.done()) break;
        step = BeginEntry(consumed);
        step.opaque = opaque;
        if (step.state == DecodeState::kMemberBegins) return step;
        break;
      default:
        if (at_ == At::kContent) step = Content(rest, scratch);
        else if (at_ == At::kStored) step = Stored(rest);
        else if (at_ == At::kStoredOpen) step = StoredOpen(rest, scratch);
        else step = Unreadable(rest);
        step.consumed += consumed;
        step.opaque += opaque;
        return step;
    }
    if (consumed == input.size() && !seen_directory_) return {consumed, {}, DecodeState::kNeedsInput, DecodeOutcome::kComplete, opaque};
  }
  // The directory repeats what the local headers said, and is no archive.
  return {consumed, {}, DecodeState::kEnd, DecodeOutcome::kComplete, opaque};
}

// A record begins, or should.
size_t ZipDecoder::TakeSignature(ByteView input) noexcept {
  size_t taken = 0;
  while (taken < input.size() && gathered_ < kSignatureBytes) window_[gathered_++] = input[taken++];
  if (gathered_ < kSignatureBytes) return taken;
  const uint32_t signature = LoadLe32(window_.data());
  switch (signature) {
    case kLocalHeader:
      gathered_ = 0;
      header_.Begin();
      at_ = At::kHeader;
      break;
    case kSpanMarker:
    case kDescriptorSignature: gathered_ = 0; break;  // before the first record of a spanned archive
    default:
      seen_directory_ = signature == kDirectory || signature == kEndOfDirectory || signature == kDirectory64;
      lost_ = signature != kExtraRecord && !seen_directory_;
      at_ = At::kSeek;  // what is gathered is part of the search
  }
  return taken;
}

size_t ZipDecoder::Seek(ByteView input) noexcept {
  size_t taken = 0;
  for (;;) {
    while (gathered_ > 0) {  // only what may be the beginning of a signature stays
      const bool may_be = std::memcmp(window_.data(), "PK\x03\x04", std::min<size_t>(gathered_, 4)) == 0 ||
                          std::memcmp(window_.data(), "PK\x01\x02", std::min<size_t>(gathered_, 4)) == 0;
      if (may_be) break;
      std::memmove(window_.data(), window_.data() + 1, --gathered_);
    }
    if (gathered_ == kSignatureBytes) {
      at_ = At::kSignature;  // decides what it is
      return taken;
    }
    if (gathered_ == 0) {
      const ByteView rest = input.From(taken);
      const void* next = rest.empty() ? nullptr : std::memchr(rest.data(), 'P', rest.size());
      if (next == nullptr) return input.size();
      taken += static_cast<size_t>(static_cast<const uint8_t*>(next) - rest.data());
    }
    if (taken == input.size()) return taken;
    window_[gathered_++] = input[taken++];
  }
}

// The header is complete: how the content is read. Folders are no members.
DecodeStep ZipDecoder::BeginEntry(size_t consumed) noexcept {
  gathered_ = 0;
  passed_ = 0;
  left_ = header_.coded_bytes();
  if (header_.is_folder()) {
    at_ = At::kSignature;
    return {};
  }
  DropInner();
  const bool stored = header_.method() == kStoredMethod;
  if (header_.is_encrypted() || header_.method() == kAesMethod) {
    unreadable_ = DecodeOutcome::kEncrypted;
    content_at_ = At::kUnreadable;
  } else if (stored) {
    content_at_ = header_.knows_size() ? At::kStored : At::kStoredOpen;
  } else if ((inner_ = MakeInner()) != nullptr) {
    content_at_ = At::kContent;
  } else {
    unreadable_ = DecodeOutcome::kUnsupported;
    content_at_ = At::kUnreadable;
  }
  at_ = content_at_;
  entry_open_ = true;
  return {consumed, {}, DecodeState::kMemberBegins};
}

Decoder* ZipDecoder::MakeInner() noexcept {
  static_assert(sizeof(ZstdDecoder) <= sizeof(InflateDecoder) && sizeof(XzDecoder) <= sizeof(InflateDecoder) &&
                sizeof(Bzip2Decoder) <= sizeof(InflateDecoder));
  void* slot = inner_state_.data();
  if (header_.method() == kDeflateMethod) return new (slot) InflateDecoder(InflateDecoder::Wrapper::kNone);
  // These may be followed by more of their kind: only the size says where they end.
  if (!header_.knows_size()) return nullptr;
  if (header_.method() == kZstdMethod) return new (slot) ZstdDecoder(heap_);
  if (header_.method() == kXzMethod) return new (slot) XzDecoder(heap_, XzDecoder::Format::kXz);
  if (header_.method() == kBzip2Method) return new (slot) Bzip2Decoder(heap_);
  return nullptr;
}

DecodeStep ZipDecoder::EndEntry(DecodeStep step, DecodeOutcome outcome) noexcept {
  entry_open_ = false;
  DropInner();
  step.state = DecodeState::kMemberEnds;
  step.member_outcome = outcome;
  gathered_ = 0;
  if (at_ != At::kSeek) at_ = header_.has_descriptor() && content_at_ != At::kStoredOpen ? At::kDescriptor : At::kSignature;
  return step;
}

// Deflate says itself where it ends: a size that lies is passed by. Of the others the size decides.
DecodeStep ZipDecoder::Content(ByteView input, std::span<uint8_t> scratch) noexcept {
  const bool by_size = header_.method() != kDeflateMethod;
  const ByteView allowed = by_size ? input.First(left_) : input;
  DecodeStep step = inner_->Decode(allowed, scratch);
  left_ -= std::min<uint64_t>(left_, step.consumed);
  if (step.state == DecodeState::kMoreOutput) return step;
  if (step.state == DecodeState::kNeedsInput) {
    if (!by_size || left_ > 0) return step;
    return EndEntry(step, inner_->may_end() ? DecodeOutcome::kComplete : DecodeOutcome::kTruncated);
  }
  if (step.state == DecodeState::kEnd) {
    if (by_size) {
      if (left_ > 0) at_ = At::kSeek;
      return EndEntry(step, DecodeOutcome::kComplete);
    }
    const InflateDecoder& inflate = static_cast<const InflateDecoder&>(*inner_);
    const size_t in_step = std::min(inflate.read_ahead().size(), step.consumed);
    replay_size_ = static_cast<uint8_t>(inflate.read_ahead().size() - in_step);
    for (size_t i = 0; i < replay_size_; ++i) replay_[i] = inflate.read_ahead()[i];
    step.consumed -= in_step;
    return EndEntry(step, DecodeOutcome::kComplete);
  }
  // Where in this run deflate broke off is not known: the search for the next entry begins with the run.
  step.consumed = 0;
  at_ = At::kSeek;
  lost_ = true;
  return EndEntry(step, step.state == DecodeState::kPoolEmpty ? DecodeOutcome::kPoolEmpty : DecodeOutcome::kCorrupt);
}

// Bytes behind deflate data that came with an earlier run: fewer than a header or a descriptor.
void ZipDecoder::Replay() noexcept {
  ByteView bytes(replay_.data(), std::exchange(replay_size_, uint8_t{0}));
  while (!bytes.empty() && !seen_directory_) {
    size_t taken = bytes.size();
    if (at_ == At::kSignature) taken = TakeSignature(bytes);
    else if (at_ == At::kDescriptor) taken = TakeDescriptor(bytes);
    else if (at_ == At::kHeader) taken = header_.Take(bytes);
    else if (at_ == At::kSeek) taken = Seek(bytes);
    bytes = bytes.From(taken);
  }
}

DecodeStep ZipDecoder::Stored(ByteView input) noexcept {
  const ByteView content = input.First(left_);
  left_ -= content.size();
  const DecodeStep step{content.size(), content, DecodeState::kNeedsInput};
  return left_ == 0 ? EndEntry(step, DecodeOutcome::kComplete) : step;
}

// The window holds bytes that may be a descriptor whose size is what was passed so far; all others are content.
DecodeStep ZipDecoder::StoredOpen(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t taken = 0, written = 0;
  while (written < scratch.size()) {
    if (gathered_ > 0 && !CandidateMayFit()) {
      scratch[written++] = window_[0];
      std::memmove(window_.data(), window_.data() + 1, --gathered_);
      ++passed_;
      continue;
    }
    const size_t whole = header_.is_zip64() ? kDescriptor64Bytes : kDescriptorBytes;
    if (gathered_ == whole) return EndEntry({taken, {scratch.data(), written}}, DecodeOutcome::kComplete);
    if (taken == input.size()) return {taken, {scratch.data(), written}, DecodeState::kNeedsInput};
    if (gathered_ > 0) {
      window_[gathered_++] = input[taken++];
      continue;
    }
    const ByteView rest = input.From(taken).First(scratch.size() - written);
    const void* next = std::memchr(rest.data(), 'P', rest.size());
    const size_t plain = next == nullptr ? rest.size() : static_cast<size_t>(static_cast<const uint8_t*>(next) - rest.data());
    if (plain > 0) std::memcpy(scratch.data() + written, rest.data(), plain);
    taken += plain;
    written += plain;
    passed_ += plain;
    if (next != nullptr) window_[gathered_++] = input[taken++];
  }
  return {taken, {scratch.data(), written}, DecodeState::kMoreOutput};
}

// 4.3.9: signature, CRC, coded size, plain size; the sizes with 8 bytes for zip64.
bool ZipDecoder::CandidateMayFit() const noexcept {
  constexpr size_t kSizeAt = 8;
  if (std::memcmp(window_.data(), "PK\x07\x08", std::min<size_t>(gathered_, 4)) != 0) return false;
  std::array<uint8_t, 8> size;
  for (size_t i = 0; i < size.size(); ++i) size[i] = static_cast<uint8_t>(passed_ >> (8 * i));
  const size_t known = gathered_ < kSizeAt ? 0 : std::min<size_t>(gathered_ - kSizeAt, header_.is_zip64() ? 8 : 4);
  return std::memcmp(window_.data() + kSizeAt, size.data(), known) == 0;
}

DecodeStep ZipDecoder::Unreadable(ByteView input) noexcept {
  DecodeStep step;
  step.encrypted = unreadable_ == DecodeOutcome::kEncrypted;
  if (!header_.knows_size()) {
    at_ = At::kSeek;
    lost_ = true;  // up to the next header, all of it is opaque
    return EndEntry(step, unreadable_);
  }
  step.consumed = step.opaque = input.First(left_).size();
  left_ -= step.consumed;
  return left_ == 0 ? EndEntry(step, unreadable_) : step;
}

// With its signature or without (4.3.9.3). What does not fit is found out at the next signature.
size_t ZipDecoder::TakeDescriptor(ByteView input) noexcept {
  const size_t whole = header_.is_zip64() ? kDescriptor64Bytes : kDescriptorBytes;
  size_t taken = 0;
  while (taken < input.size() && gathered_ < whole) {
    window_[gathered_++] = input[taken++];
    if (gathered_ != kSignatureBytes) continue;
    const uint32_t first = LoadLe32(window_.data());
    if (first == kDescriptorSignature) continue;
    if (first == kLocalHeader || first == kDirectory) {  // none was written
      at_ = At::kSignature;
      return taken;
    }
    std::memmove(window_.data() + kSignatureBytes, window_.data(), kSignatureBytes);
    gathered_ = 2 * kSignatureBytes;  // as if the signature had stood before it
  }
  if (gathered_ == whole) {
    gathered_ = 0;
    at_ = At::kSignature;
  }
  return taken;
}

DecodeStep ZipDecoder::End(std::span<uint8_t> scratch) noexcept {
  Replay();
  if (!entry_open_) return {0, {}, seen_directory_ ? DecodeState::kEnd : DecodeState::kTruncated};
  // What looked like the beginning of a descriptor was content.
  const size_t held = content_at_ == At::kStoredOpen ? gathered_ : 0;
  if (held > 0) std::memcpy(scratch.data(), window_.data(), held);
  at_ = At::kSeek;
  return EndEntry({0, {scratch.data(), held}}, content_at_ == At::kUnreadable ? unreadable_ : DecodeOutcome::kTruncated);
}

}  // namespace sluice::decode
