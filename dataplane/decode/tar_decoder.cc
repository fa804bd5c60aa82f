#include "dataplane/decode/tar_decoder.h"

#include <algorithm>
#include <cstring>

namespace sluice::decode {
namespace {

constexpr size_t kNameAt = 0, kNameBytes = 100, kSizeAt = 124, kSizeBytes = 12, kChecksumAt = 148, kChecksumBytes = 8, kTypeAt = 156, kPrefixAt = 345,
                 kPrefixBytes = 155;
// POSIX.1-1988 ustar; V7 files have 0 for '0'. 'L': GNU, the next file's name. 'x': pax, records about the next file.
constexpr uint8_t kLongName = 'L', kPaxRecords = 'x';
bool IsFile(uint8_t type) { return type == '0' || type == 0 || type == '7'; }
// Links, devices and folders have no content, whatever their size says.
bool HasContent(uint8_t type) { return !(type >= '1' && type <= '6'); }

std::string_view Text(ByteView field) {
  const std::string_view text = field.AsText();
  return text.substr(0, text.find('\0'));
}

// Octal digits, or binary where the first bit is set (GNU).
bool ReadNumber(ByteView field, uint64_t& value) {
  value = 0;
  if ((field[0] & 0x80) != 0) {
    for (size_t i = field.size() - 8; i < field.size(); ++i) value = value << 8 | field[i];
    return value >> 62 == 0;
  }
  for (const uint8_t c : field) {
    if (c == ' ' || c == 0) continue;
    if (c < '0' || c > '7') return false;
    value = value << 3 | static_cast<uint64_t>(c - '0');
  }
  return true;
}

bool HasRightChecksum(ByteView block) {
  uint64_t stored = 0, sum = 0;
  if (!ReadNumber(block.Sub(kChecksumAt, kChecksumBytes), stored)) return false;
  for (size_t i = 0; i < block.size(); ++i) sum += i >= kChecksumAt && i < kChecksumAt + kChecksumBytes ? ' ' : block[i];
  return sum == stored && stored > 0;
}

}  // namespace

bool LooksLikeTar(ByteView prefix) noexcept {
  return prefix.size() >= TarDecoder::kBlock && prefix[0] != 0 && HasRightChecksum(prefix.First(TarDecoder::kBlock));
}

DecodeStep TarDecoder::Decode(ByteView input, std::span<uint8_t>) noexcept {
  size_t consumed = 0;
  for (;;) {
    const ByteView rest = input.From(consumed);
    switch (at_) {
      case At::kHeader: {
        const ByteView part = rest.First(kBlock - gathered_);
        if (!part.empty()) std::memcpy(block_.data() + gathered_, part.data(), part.size());
        gathered_ = static_cast<uint16_t>(gathered_ + part.size());
        consumed += part.size();
        if (gathered_ < kBlock) return {consumed, {}, DecodeState::kNeedsInput};
        gathered_ = 0;
        const DecodeStep step = ReadHeader(consumed);
        if (step.state != DecodeState::kMoreOutput) return step;
        break;
      }
      case At::kFile: {
        const ByteView content = rest.First(left_);
        left_ -= content.size();
        consumed += content.size();
        if (left_ > 0) return {consumed, content, DecodeState::kNeedsInput};
        file_open_ = false;
        has_long_name_ = false;
        at_ = At::kSkip;
        return {consumed, content, DecodeState::kMemberEnds};
      }
      case At::kName: consumed += TakeName(rest); break;
      case At::kSkip: {
        const size_t skipped = rest.First(left_ + padding_).size();
        consumed += skipped;
        const uint64_t of_content = std::min<uint64_t>(skipped, left_);
        left_ -= of_content;
        padding_ -= skipped - of_content;
        if (left_ + padding_ == 0) at_ = At::kHeader;
        break;
      }
      case At::kCorrupt: return {consumed, {}, DecodeState::kCorrupt};
    }
    if (consumed == input.size()) return {consumed, {}, DecodeState::kNeedsInput};
  }
}

// kMoreOutput: nothing to hand out yet, go on.
DecodeStep TarDecoder::ReadHeader(size_t consumed) noexcept {
  const ByteView block(block_.data(), block_.size());
  const DecodeStep on{consumed, {}, DecodeState::kMoreOutput};
  if (std::all_of(block.begin(), block.end(), [](uint8_t b) { return b == 0; })) return on;
  if (!HasRightChecksum(block) || !ReadNumber(block.Sub(kSizeAt, kSizeBytes), left_)) {
    at_ = At::kCorrupt;
    return {consumed, {}, DecodeState::kCorrupt};
  }
  const uint8_t type = block[kTypeAt];
  if (!HasContent(type)) left_ = 0;
  padding_ = (kBlock - left_ % kBlock) % kBlock;
  if (type == kLongName || type == kPaxRecords) {
    is_pax_ = type == kPaxRecords;
    name_.Clear();
    at_ = At::kName;
    return on;
  }
  if (!IsFile(type)) {
    at_ = At::kSkip;
    return on;
  }
  if (!has_long_name_) {
    name_.Clear();
    const std::string_view prefix = std::memcmp(&block_[257], "ustar", 5) == 0 ? Text(block.Sub(kPrefixAt, kPrefixBytes)) : std::string_view{};
    name_.Append(prefix);
    if (!prefix.empty()) name_.Append("/");
    name_.Append(Text(block.Sub(kNameAt, kNameBytes)));
  }
  at_ = At::kFile;
  file_open_ = true;
  return {consumed, {}, DecodeState::kMemberBegins};
}

size_t TarDecoder::TakeName(ByteView input) noexcept {
  const ByteView part = input.First(left_);
  name_.Append(part.AsText());
  left_ -= part.size();
  if (left_ == 0) EndName();
  return part.size();
}

// Of pax records, "27 path=some/file\n", only the path is of interest.
void TarDecoder::EndName() noexcept {
  InlineText<kMaxName> text = name_;
  std::string_view name = text.view();
  if (is_pax_) {
    const size_t path = name.find(" path=");
    name = path == std::string_view::npos ? std::string_view{} : name.substr(path + 6);
    name = name.substr(0, name.find('\n'));
  }
  name_.Assign(name.substr(0, name.find('\0')));
  has_long_name_ = !name_.empty();
  at_ = At::kSkip;
}

DecodeStep TarDecoder::End(std::span<uint8_t>) noexcept {
  if (!file_open_) return {0, {}, may_end() ? DecodeState::kEnd : DecodeState::kTruncated};
  file_open_ = false;
  return {0, {}, DecodeState::kMemberEnds, DecodeOutcome::kTruncated};
}

}  // namespace sluice::decode
