// SectionReader: one map of the configuration, read key by key as the schema says: kinds, ranges, words and defaults are there
// and nowhere else.
//
// Thread: value type. Failure: diagnostics; a value that is wrong reads as its default, so that one run shows all mistakes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/config/schema.h"
#include "rules/syntax/map_reader.h"

namespace sluice::config {

class SectionReader {
 public:
  SectionReader(Section section, const syntax::Node& node, std::string what, syntax::Diagnostics& diagnostics);

  // Each: REQUIRES the schema to have the key with that kind.
  syntax::Located<std::string> Text(std::string_view key);
  uint64_t Number(std::string_view key);
  bool Flag(std::string_view key);
  // The index of the word in the schema's list; -1 where the key is absent or wrong and has no default.
  int Word(std::string_view key);
  // The word itself; empty where Word says -1.
  std::string WordText(std::string_view key);
  std::vector<syntax::Located<std::string>> Texts(std::string_view key);
  std::vector<syntax::Located<uint64_t>> Numbers(std::string_view key);
  // nullptr where absent.
  const syntax::Node* Find(std::string_view key);

  bool Has(std::string_view key);
  syntax::Position PositionOf(std::string_view key);
  syntax::Position at() const { return reader_.at(); }
  // Reports the keys that the section does not have. Call last.
  void Finish();

 private:
  const Key& Expect(std::string_view key, KeyKind kind);

  Section section_;
  const syntax::Node& node_;
  syntax::MapReader reader_;
};

}  // namespace sluice::config
