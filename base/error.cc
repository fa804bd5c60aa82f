#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace sluice {

std::string_view Name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid argument";
    case ErrorCode::kNotFound: return "not found";
    case ErrorCode::kPermissionDenied: return "permission denied";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kVersionMismatch: return "version mismatch";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kResourceExhausted: return "resource exhausted";
    case ErrorCode::kIo: return "i/o error";
    case ErrorCode::kInternal: return "internal error";
  }
  return "unknown error";
}

Error Error::WithContext(std::string_view context) const { return Error(code_, std::string(context) + ": " + message_); }

Error Error::FromErrno(int error_number, std::string_view what) {
  ErrorCode code = ErrorCode::kIo;
  if (error_number == ENOENT) code = ErrorCode::kNotFound;
  if (error_number == EACCES || error_number == EPERM) code = ErrorCode::kPermissionDenied;
  if (error_number == ENOMEM || error_number == ENOSPC || error_number == EMFILE) code = ErrorCode::kResourceExhausted;
  return Error(code, std::string(what) + ": " + std::generic_category().message(error_number));
}

}  // namespace sluice
