// Schema: every key of `sluice.yaml`, once: from this table come validation, defaults and docs/configuration.md.
//
// Thread: constant data. Allocates: only WriteReference.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::config {

enum class KeyKind : uint8_t { kText, kNumber, kFlag, kWord, kTexts, kNumbers, kMap, kList };

// Where a key stands.
enum class Section : uint8_t { kTop, kPort, kPair, kHost, kWorkers, kMemory, kTables, kDecode, kOutput, kControl, kUser, kApi, kApiClient, kExport, kEvidence, kCount };
std::string_view Title(Section section);        // as a heading: "A port under `ports:`"
std::string_view Description(Section section);  // as messages name it: "a port"

struct Key {
  Section section;
  std::string_view name;
  KeyKind kind;
  std::string_view default_text;  // as one would write it; empty: none
  uint64_t min, max;              // kNumber, kNumbers
  std::string_view words;         // kWord: "a|b|c"; kTexts of two or more words likewise
  bool required;
  std::string_view text;          // what it means, one or two sentences
};

std::span<const Key> Keys();
// REQUIRES: there is such a key.
const Key& FindKey(Section section, std::string_view name);

// The reference part of docs/configuration.md: a table for each section.
std::string WriteReference();

}  // namespace sluice::config
