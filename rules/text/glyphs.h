// GlyphText: a stretch of bytes as characters, read through its transfer form and encoding, each with where it ended.
//
// Tags of markup are passed over. For what stands round a hit: grammars read characters, records speak of bytes. A character that is cut off at the end is left
// out, one that cannot be read is U+FFFD. Thread: value type; pure, after PrepareCharacters. Allocates: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "rules/model/encoding.h"

namespace sluice::text {

class GlyphText {
 public:
  static constexpr size_t kCapacity = 320;

  // What begins with source[0]; `before`, contiguous with it or not, is what stands before. base64 needs of it the digits that
  // share a group with the first.
  void Read(ByteView before, ByteView source, model::Encoding encoding, model::TransferForm form);

  std::u32string_view text() const { return {glyphs_.data(), size_}; }
  // Of the source: behind the character before text()[i]; 0 for the ones that stand before the source.
  size_t OffsetOf(size_t i) const { return i == 0 ? 0 : ends_[i - 1]; }
  // Characters of text() that stand before the source: ASCII only, for a look back.
  size_t lead() const { return lead_; }
  // False: not all that is needed to read the source was there.
  bool is_readable() const { return readable_; }

 private:
  struct Octets;

  void Add(char32_t c, size_t end);
  void ReadLead(ByteView before, model::Encoding encoding);
  void ReadOctets(const Octets& octets, model::Encoding encoding);
  void ReadShifted(const Octets& octets, model::Encoding encoding);
  void ReadEntities(ByteView source, model::Encoding encoding);
  void ReadJson(ByteView source, model::Encoding encoding);

  std::array<char32_t, kCapacity> glyphs_;
  std::array<uint16_t, kCapacity> ends_;
  size_t size_ = 0, lead_ = 0;
  bool readable_ = true;
};

}  // namespace sluice::text
