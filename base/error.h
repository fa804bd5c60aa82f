// An error that a person will read: one sentence with what was wrong, what was expected and where.
//
// Thread: value type. Allocates: yes (cold paths only). The hot path uses word enums instead.
// Messages never contain inspected content (docs/architecture.md, Errors).
#pragma once

#include <string>
#include <string_view>

namespace sluice {

enum class ErrorCode {
  kInvalidArgument,     // the caller or the user asked for something that makes no sense
  kNotFound,            // a file, device or name does not exist
  kPermissionDenied,    // exists, but we may not
  kCorrupt,             // bytes that do not follow their format
  kVersionMismatch,     // a format of another version
  kUnsupported,         // valid, but not for this machine or build
  kResourceExhausted,   // memory, descriptors, disk
  kIo,                  // the system refused a read or write
  kInternal,            // a broken promise inside Sluice
};

std::string_view Name(ErrorCode code);

class Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same error with "context: " in front, as it climbs.
  Error WithContext(std::string_view context) const;

  // From errno, as "what: No such file or directory".
  static Error FromErrno(int error_number, std::string_view what);

 private:
  ErrorCode code_;
  std::string message_;
};

}  // namespace sluice
