// Calls and answers of ONC RPC, NFS 3 and NFS 4, down to what an inspector of files reads of them.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/wire_fields.h"

namespace sluice::testing {

inline std::string Opaque(std::string_view bytes) {
  return Be(bytes.size(), 4) + std::string(bytes) + std::string((4 - bytes.size() % 4) % 4, '\0');
}
// As on TCP: the last fragment of its record.
inline std::string Record(const std::string& message) { return Be(0x80000000u | message.size(), 4) + message; }

inline std::string RpcCall(uint32_t id, uint32_t version, uint32_t procedure, const std::string& arguments, uint32_t program = 100003) {
  return Be(id, 4) + Be(0, 4) + Be(2, 4) + Be(program, 4) + Be(version, 4) + Be(procedure, 4) + Be(1, 4) + Opaque("credentials of somebody") + Be(0, 8) + arguments;
}
// RFC 2203: `service` 2 is integrity, 3 privacy.
inline std::string GssCall(uint32_t id, uint32_t procedure, uint32_t service, const std::string& arguments) {
  return Be(id, 4) + Be(0, 4) + Be(2, 4) + Be(100003, 4) + Be(3, 4) + Be(procedure, 4) + Be(6, 4) + Opaque(Be(1, 4) + Be(0, 4) + Be(7, 4) + Be(service, 4) + Opaque("ctx")) +
         Be(0, 8) + arguments;
}
inline std::string RpcAnswer(uint32_t id, const std::string& results) { return Be(id, 4) + Be(1, 4) + Be(0, 4) + Be(0, 8) + Be(0, 4) + results; }

inline std::string Nfs3Create(uint32_t id, std::string_view name) { return RpcCall(id, 3, 8, Opaque("dir") + Opaque(name) + Be(0, 4) + Be(0, 24)); }
inline std::string Nfs3Created(uint32_t id, std::string_view handle) { return RpcAnswer(id, Be(0, 4) + Be(1, 4) + Opaque(handle) + Be(0, 4) + Be(0, 8)); }
inline std::string Nfs3Lookup(uint32_t id, std::string_view name) { return RpcCall(id, 3, 3, Opaque("dir") + Opaque(name)); }
inline std::string Nfs3Found(uint32_t id, std::string_view handle) { return RpcAnswer(id, Be(0, 4) + Opaque(handle) + Be(0, 8)); }
inline std::string Nfs3Write(uint32_t id, std::string_view handle, uint64_t offset, std::string_view data, uint32_t stable = 0) {
  return RpcCall(id, 3, 7, Opaque(handle) + Be(offset, 8) + Be(data.size(), 4) + Be(stable, 4) + Opaque(data));
}
inline std::string Nfs3Commit(uint32_t id, std::string_view handle) { return RpcCall(id, 3, 21, Opaque(handle) + Be(0, 12)); }
inline std::string Nfs3Read(uint32_t id, std::string_view handle, uint64_t offset) { return RpcCall(id, 3, 6, Opaque(handle) + Be(offset, 8) + Be(4096, 4)); }
inline std::string Nfs3ReadAnswer(uint32_t id, std::string_view data, bool at_end) {
  return RpcAnswer(id, Be(0, 4) + Be(1, 4) + std::string(84, '\1') + Be(data.size(), 4) + Be(at_end ? 1 : 0, 4) + Opaque(data));
}

inline std::string Compound(uint32_t id, uint32_t operations, const std::string& body) {
  return RpcCall(id, 4, 1, Opaque("tag") + Be(1, 4) + Be(operations, 4) + body);
}
inline std::string CompoundAnswer(uint32_t id, uint32_t operations, const std::string& body) {
  return RpcAnswer(id, Be(0, 4) + Opaque("tag") + Be(operations, 4) + body);
}
inline std::string Stateid() { return std::string(16, '\7'); }
inline std::string Sequence4() { return Be(53, 4) + Stateid() + Be(1, 16); }
inline std::string Sequenced4() { return Be(53, 4) + Be(0, 4) + Stateid() + Be(1, 20); }
inline std::string PutHandle4(std::string_view handle) { return Be(22, 4) + Opaque(handle); }
inline std::string Done4(uint32_t operation) { return Be(operation, 4) + Be(0, 4); }
inline std::string Open4(std::string_view name) {
  return Be(18, 4) + Be(0, 4) + Be(2, 4) + Be(0, 4) + Be(8, 8) + Opaque("owner") + Be(1, 4) + Be(0, 4) + Be(1, 4) + Be(2, 4) + Opaque("mode") + Be(0, 4) + Opaque(name);
}
inline std::string Opened4() { return Done4(18) + Stateid() + Be(1, 4) + Be(1, 8) + Be(2, 8) + Be(0, 4) + Be(1, 4) + Be(2, 4) + Be(0, 4); }
inline std::string GetHandle4() { return Be(10, 4); }
inline std::string Handle4(std::string_view handle) { return Done4(10) + Opaque(handle); }
inline std::string Write4(uint64_t offset, std::string_view data, uint32_t stable = 2) {
  return Be(38, 4) + Stateid() + Be(offset, 8) + Be(stable, 4) + Opaque(data);
}
inline std::string Read4(uint64_t offset) { return Be(25, 4) + Stateid() + Be(offset, 8) + Be(4096, 4); }
inline std::string ReadDone4(std::string_view data, bool at_end) { return Done4(25) + Be(at_end ? 1 : 0, 4) + Opaque(data); }
inline std::string Close4() { return Be(4, 4) + Be(1, 4) + Stateid(); }
inline std::string Attributes4() { return Be(9, 4) + Be(1, 4) + Be(0x18, 4); }

}  // namespace sluice::testing
