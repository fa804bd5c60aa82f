// Messages of SMB 2 and SMB 1 as a client and a server send them, down to what an inspector of files reads of them.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/wire_fields.h"

namespace sluice::testing {

// Behind the length that NetBIOS puts before a message.
inline std::string Framed(const std::string& message) { return Be(message.size(), 4) + message; }

struct Smb2Header {
  uint16_t command = 0;
  uint64_t message = 1;
  bool response = false;
  uint32_t status = 0;
  uint32_t next = 0;
  bool related = false;
  uint32_t tree = 5;
};
inline std::string Smb2(const Smb2Header& h, const std::string& body) {
  return std::string("\xfeSMB") + Le(64, 2) + Le(0, 2) + Le(h.status, 4) + Le(h.command, 2) + Le(1, 2) +
         Le((h.response ? 1u : 0u) | (h.related ? 4u : 0u), 4) + Le(h.next, 4) + Le(h.message, 8) + Le(0, 4) + Le(h.tree, 4) + Le(9, 8) +
         std::string(16, '\0') + body;
}
inline std::string FileId(uint64_t number) { return Le(number, 8) + Le(number, 8); }
inline const std::string kRelatedFile(16, '\xff');

inline std::string Smb2Create(uint64_t message, std::string_view name, uint32_t next = 0) {
  const std::string wide = Wide(name);
  return Smb2({.command = 5, .message = message, .next = next}, Le(57, 2) + std::string(42, '\0') + Le(64 + 56, 2) + Le(wide.size(), 2) + Le(0, 8) + wide);
}
inline std::string Smb2Created(uint64_t message, uint64_t file, uint64_t size = 0) {
  return Smb2({.command = 5, .message = message, .response = true}, Le(89, 2) + std::string(46, '\0') + Le(size, 8) + Le(0, 8) + FileId(file) + Le(0, 8));
}
inline std::string Smb2Write(uint64_t message, const std::string& file, uint64_t offset, const std::string& data, bool related = false, uint32_t next = 0) {
  return Smb2({.command = 9, .message = message, .next = next, .related = related},
              Le(49, 2) + Le(112, 2) + Le(data.size(), 4) + Le(offset, 8) + file + std::string(16, '\0') + data);
}
inline std::string Smb2Read(uint64_t message, const std::string& file, uint64_t offset, uint32_t length) {
  return Smb2({.command = 8, .message = message}, Le(49, 2) + Le(80, 1) + Le(0, 1) + Le(length, 4) + Le(offset, 8) + file + std::string(17, '\0'));
}
inline std::string Smb2ReadAnswer(uint64_t message, const std::string& data) {
  return Smb2({.command = 8, .message = message, .response = true}, Le(17, 2) + Le(80, 1) + Le(0, 1) + Le(data.size(), 4) + Le(0, 8) + data);
}
inline std::string Smb2Close(uint64_t message, const std::string& file, bool related = false) {
  return Smb2({.command = 6, .message = message, .related = related}, Le(24, 2) + Le(0, 6) + file);
}
inline std::string Smb2Error(uint64_t message, uint16_t command, uint32_t status) {
  return Smb2({.command = command, .message = message, .response = true, .status = status}, Le(9, 2) + Le(0, 7));
}

inline std::string Smb1(uint8_t command, bool response, uint16_t multiplex, const std::string& words, const std::string& bytes) {
  return std::string("\xffSMB") + Le(command, 1) + Le(0, 4) + Le(response ? 0x80 : 0, 1) + Le(0x8000, 2) + std::string(12, '\0') + Le(1, 2) + Le(1, 2) +
         Le(1, 2) + Le(multiplex, 2) + Le(words.size() / 2, 1) + words + Le(bytes.size(), 2) + bytes;
}
inline std::string Smb1Create(uint16_t multiplex, std::string_view name) {
  const std::string wide = Wide(name);
  return Smb1(0xa2, false, multiplex, Le(0xff, 4) + Le(0, 1) + Le(wide.size(), 2) + std::string(41, '\0'), Le(0, 1) + wide);
}
inline std::string Smb1Created(uint16_t multiplex, uint16_t file) {
  return Smb1(0xa2, true, multiplex, Le(0xff, 4) + Le(0, 1) + Le(file, 2) + std::string(61, '\0'), "");
}
inline std::string Smb1Write(uint16_t file, uint32_t offset, const std::string& data) {
  constexpr uint16_t kAt = 32 + 1 + 28 + 2 + 1;
  return Smb1(0x2f, false, 7, Le(0xff, 4) + Le(file, 2) + Le(offset, 4) + Le(0, 8) + Le(data.size() >> 16, 2) + Le(data.size() & 0xffff, 2) + Le(kAt, 2) + Le(0, 4),
              std::string(1, '\0') + data);
}
inline std::string Smb1Read(uint16_t multiplex, uint16_t file, uint32_t offset) {
  return Smb1(0x2e, false, multiplex, Le(0xff, 4) + Le(file, 2) + Le(offset, 4) + Le(4096, 2) + Le(0, 8), "");
}
inline std::string Smb1ReadAnswer(uint16_t multiplex, const std::string& data) {
  constexpr uint16_t kAt = 32 + 1 + 24 + 2;
  return Smb1(0x2e, true, multiplex, Le(0xff, 4) + Le(0, 6) + Le(data.size() & 0xffff, 2) + Le(kAt, 2) + Le(data.size() >> 16, 2) + Le(0, 8), data);
}
inline std::string Smb1Close(uint16_t file) { return Smb1(0x04, false, 9, Le(file, 2) + Le(0, 4), ""); }

}  // namespace sluice::testing
