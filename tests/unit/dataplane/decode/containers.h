// Containers made to order for tests: zip entries with every choice that the format leaves, tar archives, views as values.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "dataplane/decode/decoder_chain.h"
#include "tests/unit/dataplane/decode/encoders.h"

namespace sluice::decode {

inline std::string Le(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

struct ZipEntry {
  std::string name, text;
  bool deflated = false;
  bool encrypted = false;
  enum class Descriptor { kNone, kSigned, kUnsigned } descriptor = Descriptor::kNone;
  bool zip64 = false;
  int64_t lie = 0;  // added to the coded size in the header
};

// The directory has only its signatures: nothing reads more of it.
inline std::string MakeZip(const std::vector<ZipEntry>& entries) {
  std::string zip;
  for (const ZipEntry& entry : entries) {
    const std::string coded = entry.deflated ? DeflateEncode(entry.text) : entry.text;
    const bool described = entry.descriptor != ZipEntry::Descriptor::kNone;
    const uint64_t size = described ? 0 : static_cast<uint64_t>(static_cast<int64_t>(coded.size()) + entry.lie);
    const uint16_t flags = static_cast<uint16_t>((entry.encrypted ? 1 : 0) | (described ? 8 : 0));
    const std::string extra = entry.zip64 ? Le(1, 2) + Le(16, 2) + Le(entry.text.size(), 8) + Le(size, 8) : "";
    zip += "PK\x03\x04" + Le(45, 2) + Le(flags, 2) + Le(entry.deflated ? 8 : 0, 2) + Le(0, 4) + Le(0, 4);
    zip += (entry.zip64 ? Le(0xFFFFFFFF, 4) + Le(0xFFFFFFFF, 4) : Le(size, 4) + Le(described ? 0 : entry.text.size(), 4));
    zip += Le(entry.name.size(), 2) + Le(extra.size(), 2) + entry.name + extra + coded;
    if (entry.descriptor == ZipEntry::Descriptor::kSigned) zip += "PK\x07\x08";
    if (described) zip += Le(0x12345678, 4) + Le(coded.size(), entry.zip64 ? 8 : 4) + Le(entry.text.size(), entry.zip64 ? 8 : 4);
  }
  return zip + "PK\x01\x02" + std::string(42, '\0') + "PK\x05\x06" + std::string(18, '\0');
}

inline std::string MakeTarHeader(const std::string& name, uint64_t size, char type = '0') {
  std::string header(512, '\0');
  char octal[16];
  header.replace(0, name.size(), name);
  std::snprintf(octal, sizeof octal, "%011llo", static_cast<unsigned long long>(size));
  header.replace(124, 11, octal);
  header[156] = type;
  header.replace(257, 8, std::string("ustar\0" "00", 8));
  header.replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<uint8_t>(c);
  std::snprintf(octal, sizeof octal, "%06o", sum);
  header.replace(148, 7, std::string(octal, 6) + '\0');
  return header;
}
inline std::string MakeTar(const std::map<std::string, std::string>& files) {
  std::string tar;
  for (const auto& [name, text] : files) {
    tar += MakeTarHeader(name, text.size()) + text;
    tar.resize((tar.size() + 511) / 512 * 512, '\0');
  }
  return tar + std::string(1024, '\0');
}

struct Opened {
  // By path, "zip:a/text": the bytes of each view. A path that comes again is marked.
  std::map<std::string, std::string> views;
  std::map<std::string, std::string> outcomes;  // of those that are not complete; "zip!" for what was refused in it
  uint64_t encrypted = 0, unopened = 0;
  uint64_t output = 0;
  friend bool operator==(const Opened& a, const Opened& b) { return a.views == b.views && a.outcomes == b.outcomes; }
};

inline std::ostream& operator<<(std::ostream& out, const Opened& opened) {
  for (const auto& [path, bytes] : opened.views) out << path << " = " << bytes.substr(0, 200) << "\n";
  for (const auto& [path, outcome] : opened.outcomes) out << path << " ended " << outcome << "\n";
  return out;
}

class Opener {
 public:
  explicit Opener(const DecodeOptions& options = Small()) : room_(DecodeRoom::Create(options).value()) {}
  static DecodeOptions Small() {
    DecodeOptions options;
    options.max_chains = 2;
    options.max_large_states = options.max_small_states = 20;
    options.library_bytes = size_t{32} << 20;
    return options;
  }

  Opened Open(const std::string& object, size_t first_cut = SIZE_MAX, size_t cut = SIZE_MAX, const content::ObjectDescription& description = {}) {
    DecoderChain* chain = room_.Open(description);
    Opened opened;
    std::map<ViewNumber, std::string> paths;
    for (size_t at = 0, n = first_cut; at < object.size(); n = cut) {
      const std::string part = object.substr(at, n);  // its own allocation
      at += part.size();
      chain->Feed(ByteView(std::string_view(part)));
      Take(*chain, paths, opened);
    }
    chain->End();
    Take(*chain, paths, opened);
    EXPECT_TRUE(chain->finished());
    opened.output = chain->output_bytes();
    room_.Close(chain);
    EXPECT_EQ(room_.library_bytes_used(), 0u);
    return opened;
  }

  // Whole, in single bytes, and cut in two at each place.
  Opened OpenInAnyCut(const std::string& object, const content::ObjectDescription& description = {}) {
    const Opened whole = Open(object, SIZE_MAX, SIZE_MAX, description);
    EXPECT_EQ(Open(object, 1, 1, description), whole) << "single bytes";
    const size_t step = object.size() / 1500 + 1;
    for (size_t at = 1; at < object.size() && !testing::Test::HasFailure(); at += step) {
      EXPECT_EQ(Open(object, at, SIZE_MAX, description), whole) << "cut at " << at;
    }
    return whole;
  }

  // Any beginning is read as far as it goes: what comes out is a beginning of what the whole gives, but for the last bytes,
  // which may have waited for what is missing (half an escape, half a delimiter).
  void ExpectReadableWhenTruncated(const std::string& object) {
    const Opened whole = Open(object);
    for (size_t size = 0; size < object.size(); size += object.size() / 300 + 1) {
      for (const auto& [path, bytes] : Open(object.substr(0, size)).views) {
        const auto full = whole.views.find(path);
        // A field that is cut within an encoded word is shown as it stands.
        if (full == whole.views.end() || path.ends_with(":header")) continue;
        const size_t sure = bytes.size() - std::min<size_t>(bytes.size(), 40);
        EXPECT_EQ(bytes.substr(0, sure), full->second.substr(0, sure)) << path << " at " << size;
      }
    }
  }

 private:
  static void Take(DecoderChain& chain, std::map<ViewNumber, std::string>& paths, Opened& opened) {
    ViewPiece piece;
    while (chain.Next(piece)) {
      std::string& path = paths[piece.view];
      if (piece.kind == ViewPiece::Kind::kBegin) {
        path = (piece.parent == 0 ? "" : paths[piece.parent] + "/") + std::string(piece.element);
        while (opened.views.count(path) > 0) path += "'";
        opened.views[path];
      } else if (piece.kind == ViewPiece::Kind::kData) {
        opened.views[path] += piece.bytes.AsText();
      } else if (piece.kind == ViewPiece::Kind::kEnd) {
        if (piece.outcome != DecodeOutcome::kComplete) opened.outcomes[path] = Name(piece.outcome);
      } else {
        opened.outcomes[path + "!"] = Name(piece.outcome);
      }
    }
    const OpaqueInput opaque = chain.TakeOpaqueInput();
    opened.encrypted += opaque.encrypted;
    opened.unopened += opaque.unopened;
  }

  DecodeRoom room_;
};

}  // namespace sluice::decode
