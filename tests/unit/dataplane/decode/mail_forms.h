// What mail programs pack documents into, written by hand: cryptographic messages, winmail.dat, yEnc, mailboxes.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/dataplane/decode/encoders.h"

namespace sluice::decode {

// X.690: an element of known length; with `open`, one that ends with two zeros.
inline std::string BerElement(uint8_t tag, const std::string& content, bool open = false) {
  std::string out(1, static_cast<char>(tag));
  if (open) return out + "\x80" + content + std::string(2, '\0');
  if (content.size() < 0x80) return out + static_cast<char>(content.size()) + content;
  std::string length;
  for (size_t n = content.size(); n > 0; n >>= 8) length.insert(length.begin(), static_cast<char>(n & 0xFF));
  return out + static_cast<char>(0x80 | length.size()) + length + content;
}

enum class CmsType : uint8_t { kData = 1, kSigned = 2, kEnveloped = 3, kDigested = 5, kEncrypted = 6, kCompressed = 9, kAuthEnveloped = 23 };

inline std::string CmsOid(CmsType type) {
  const bool is_smime = type == CmsType::kCompressed || type == CmsType::kAuthEnveloped;
  const std::string arc = is_smime ? "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01" : "\x2A\x86\x48\x86\xF7\x0D\x01\x07";
  return BerElement(0x06, arc + static_cast<char>(type));
}

// RFC 5652; `open` as a writer that streams has it: lengths unknown, content in strings of `piece` bytes.
inline std::string MakeCms(CmsType type, const std::string& content, bool open = false, size_t piece = 1000) {
  std::string octets = BerElement(0x04, content);
  if (open) {
    std::string pieces;
    for (size_t at = 0; at < content.size(); at += piece) pieces += BerElement(0x04, content.substr(at, piece));
    octets = BerElement(0x24, pieces, true);
  }
  const std::string version = BerElement(0x02, "\x01");
  const std::string algorithm = BerElement(0x30, BerElement(0x06, "\x60\x86\x48\x01\x65\x03\x04\x02\x01") + BerElement(0x05, ""));
  const std::string within = BerElement(0x30, CmsOid(CmsType::kData) + BerElement(0xA0, octets, open), open);
  const std::string certificate = BerElement(0xA0, BerElement(0x30, BerElement(0x30, BerElement(0xA0, version) + std::string("\x04\x03xyz", 5)) + std::string(300, '\x05')));
  std::string body;
  switch (type) {
    case CmsType::kData: body = octets; break;
    case CmsType::kSigned:
      body = BerElement(0x30, version + BerElement(0x31, algorithm) + within + certificate + BerElement(0x31, BerElement(0x30, version + BerElement(0x04, std::string(256, 's')))), open);
      break;
    case CmsType::kDigested: body = BerElement(0x30, version + algorithm + within + BerElement(0x04, std::string(32, 'd')), open); break;
    case CmsType::kCompressed:
      body = BerElement(0x30, BerElement(0x02, std::string(1, '\0')) + BerElement(0x30, BerElement(0x06, "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x03\x08")) + within, open);
      break;
    default:
      body = BerElement(0x30, version + BerElement(0x31, BerElement(0x30, std::string(200, '\x02'))) + BerElement(0x30, CmsOid(CmsType::kData) + algorithm + BerElement(0x80, content)), open);
      break;
  }
  return BerElement(0x30, CmsOid(type) + BerElement(0xA0, body, open), open);
}

struct TnefFile {
  std::string name, content;
};

inline std::string LittleEndian(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}
// MS-OXTNEF, 2.1.3.
inline std::string TnefAttribute(uint8_t level, uint32_t id, const std::string& value) {
  uint16_t sum = 0;
  for (const char c : value) sum = static_cast<uint16_t>(sum + static_cast<uint8_t>(c));
  return std::string(1, static_cast<char>(level)) + LittleEndian(id, 4) + LittleEndian(value.size(), 4) + value + LittleEndian(sum, 2);
}
inline std::string MakeTnef(const std::vector<TnefFile>& files, const std::string& properties = "properties") {
  std::string out = LittleEndian(0x223E9F78, 4) + LittleEndian(7, 2) + TnefAttribute(1, 0x00089006, LittleEndian(0x10000, 4)) +
                    TnefAttribute(1, 0x00018004, std::string("report", 7)) + TnefAttribute(1, 0x00069003, properties);
  for (const TnefFile& file : files) {
    out += TnefAttribute(2, 0x00069002, std::string(14, '\x01')) + TnefAttribute(2, 0x00018010, file.name + '\0') + TnefAttribute(2, 0x0006800F, file.content) +
           TnefAttribute(2, 0x00069005, "attachment's");
  }
  return out;
}

// yEnc draft 1.3.
inline std::string YencEncode(const std::string& bytes, size_t line = 128) {
  std::string out = "=ybegin line=" + std::to_string(line) + " size=" + std::to_string(bytes.size()) + " name=report.bin\r\n";
  size_t column = 0;
  for (const char b : bytes) {
    const auto c = static_cast<uint8_t>(static_cast<uint8_t>(b) + 42);
    if (c == 0 || c == '\n' || c == '\r' || c == '=') {
      out += '=';
      out += static_cast<char>(static_cast<uint8_t>(c + 64));
      ++column;
    } else {
      out += static_cast<char>(c);
    }
    if (++column < line) continue;
    out += "\r\n";
    column = 0;
  }
  return out + (column > 0 ? "\r\n" : "") + "=yend size=" + std::to_string(bytes.size()) + "\r\n";
}

inline std::string MakeMbox(const std::vector<std::string>& letters) {
  std::string out;
  for (const std::string& letter : letters) out += "From ann@lab.example Mon Nov 23 07:52:13 2026\n" + letter + "\n";
  return out;
}

}  // namespace sluice::decode
