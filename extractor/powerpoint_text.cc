#include "extractor/powerpoint_text.h"

#include <algorithm>

#include "base/byte_view.h"
#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

using extract::Outcome;

constexpr uint16_t kTextChars = 0x0FA0, kTextBytes = 0x0FA8, kString = 0x0FBA, kEncryption = 0x2F14, kObject = 0x1011;

// All records of a stream, containers opened: their content follows their header, so that no depth need be kept.
template <typename OnRecord>
bool ForEachRecord(std::string_view stream, OnRecord on_record) {
  ByteReader reader{ByteView(stream)};
  while (reader.remaining() > 0) {
    uint16_t version = 0, type = 0;
    uint32_t bytes = 0;
    // Fewer bytes than a head are padding.
    if (!reader.ReadLe16(version) || !reader.ReadLe16(type) || !reader.ReadLe32(bytes)) return true;
    constexpr uint16_t kContainer = 0x0F;
    if ((version & 0x0F) == kContainer && type != kEncryption) continue;
    const ByteView content = reader.Rest().First(bytes);
    on_record(version, type, content);
    if (!reader.Skip(bytes)) return false;
  }
  return true;
}

void AppendText(std::string_view text, std::string& all) {
  // 2.9.44: a paragraph ends with CR, a line within it with VT.
  for (const char c : text) {
    if (c == '\r' || c == '\v') all += '\n';
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') all += c;
  }
  all += '\n';
}

// 2.3.2: the token says whether the document is encrypted.
bool IsEncrypted(std::string_view current_user) {
  constexpr uint32_t kToken = 0xF3D1C4DF;
  constexpr size_t kTokenOffset = 12;
  return current_user.size() >= kTokenOffset + 4 && LoadLe32(ByteView(current_user).data() + kTokenOffset) == kToken;
}

}  // namespace

DocumentText PowerPointText(std::string_view document, std::string_view current_user) {
  DocumentText read;
  if (IsEncrypted(current_user)) read.outcome = Outcome::kEncrypted;
  const bool whole = ForEachRecord(document, [&](uint16_t, uint16_t type, ByteView content) {
    if (type == kTextChars || type == kString) AppendText(Utf16LeToUtf8(content), read.text);
    if (type == kTextBytes) AppendText(Latin1ToUtf8(content), read.text);
    if (type == kEncryption) read.outcome = Outcome::kEncrypted;
  });
  if (!whole && read.outcome == Outcome::kComplete) read.outcome = Outcome::kTruncated;
  return read;
}

// 2.10.34: compressed where the instance is 1, behind its size.
std::vector<PackedObject> PowerPointObjects(std::string_view document) {
  std::vector<PackedObject> objects;
  ForEachRecord(document, [&](uint16_t version, uint16_t type, ByteView content) {
    if (type == kObject) objects.push_back({content.From((version >> 4) == 1 ? 4 : 0).AsText()});
  });
  return objects;
}

}  // namespace sluice::extractor
