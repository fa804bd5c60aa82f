// What the tests of document signatures share: a key, text and bytes made to order, sets of them.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "rules/fingerprint/set_writer.h"
#include "rules/text/character.h"
#include "rules/text/character_table.h"

namespace sluice::test {

inline std::shared_ptr<const fingerprint::Secrets> TestSecrets(uint8_t seed = 1) {
  static_cast<void>(text::PrepareCharacters(model::Encoding::kGb18030).ok());
  std::array<uint8_t, fingerprint::kKeyBytes> bytes{};
  bytes.fill(seed);
  return fingerprint::Secrets::Make(fingerprint::Key(bytes));
}

// Words as people write them: lengths of English, letters of their usual frequency.
inline std::string EnglishText(size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  constexpr std::string_view kLetters = "eeeeeeeeeeeetttttttttaaaaaaaaooooooooiiiiiiinnnnnnnsssssshhhhhhrrrrrrddddllllcccuuummwwffggyyppbbvk";
  std::string text;
  for (size_t word = 1; text.size() < bytes; ++word) {
    const size_t length = 2 + random() % 9;
    for (size_t i = 0; i < length; ++i) text += kLetters[random() % kLetters.size()];
    text += word % 11 == 0 ? ".\n" : word % 5 == 0 ? ", " : " ";
  }
  text.resize(bytes);
  return text;
}

inline std::string BinaryData(size_t bytes, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string data;
  while (data.size() < bytes) {
    const uint64_t word = random();
    data.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  data.resize(bytes);
  return data;
}

// Ideographs of GB 2312, level 1, as UTF-8.
inline std::string ChineseText(size_t characters, unsigned seed) {
  static_cast<void>(TestSecrets());
  const text::CharacterTable* table = text::TableOf(model::Encoding::kGb18030);
  std::mt19937 random(seed);
  std::string text;
  for (size_t i = 0; i < characters; ++i) {
    const uint32_t c = table->Pair(static_cast<uint8_t>(0xB0 + random() % 0x27), static_cast<uint8_t>(0xA1 + random() % 0x5E));
    text += static_cast<char>(0xE0 | c >> 12);
    text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
    if (i % 17 == 16) text += "，";
  }
  return text;
}

struct NamedContent {
  std::string name, content;
};

inline fingerprint::Document DocumentOf(const fingerprint::Secrets& secrets, const NamedContent& named) {
  fingerprint::ContentCollector content(secrets, fingerprint::ContentCollector::Keep::kAll);
  content.Add(ByteView(named.content));
  fingerprint::DocumentCollector collector(secrets);
  collector.AddFile(content);
  fingerprint::Document document = collector.Take();
  document.name = named.name;
  document.path_hash = fingerprint::PathHash(secrets, named.name);
  return document;
}

// A set in memory, with its bytes.
struct HeldSet {
  std::shared_ptr<const std::vector<uint8_t>> bytes;
  std::shared_ptr<const fingerprint::Set> set;
};

inline HeldSet SetOf(const std::string& name, const std::vector<NamedContent>& documents, const std::shared_ptr<const fingerprint::Secrets>& secrets = TestSecrets()) {
  fingerprint::SetContents contents;
  contents.name = name;
  for (const NamedContent& document : documents) contents.documents.push_back(DocumentOf(*secrets, document));
  HeldSet held;
  held.bytes = std::make_shared<std::vector<uint8_t>>(*fingerprint::WriteSet(contents, *secrets));
  held.set = *fingerprint::Set::Parse({held.bytes->data(), held.bytes->size()}, secrets);
  return held;
}

}  // namespace sluice::test
