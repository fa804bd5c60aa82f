#include "rules/model/encoding.h"

#include <array>
#include <cstddef>

namespace sluice::model {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Encoding::kCount)> kEncodings = {
    "bytes",  "utf-8",  "utf-16le", "utf-16be",     "gb18030", "big5",         "shift-jis", "euc-jp",
    "euc-kr", "koi8-r", "windows-1251", "cp866", "windows-1252", "hz", "iso-2022-jp", "utf-7"};

constexpr std::array<std::string_view, static_cast<size_t>(TransferForm::kCount)> kForms = {
    "plain",    "percent",     "quoted-printable", "html-decimal", "html-hex",
    "json-escape", "base64", "base64+1", "base64+2"};

}  // namespace

std::string_view Name(Encoding encoding) {
  const auto i = static_cast<size_t>(encoding);
  return i < kEncodings.size() ? kEncodings[i] : "?";
}

std::string_view Name(TransferForm form) {
  const auto i = static_cast<size_t>(form);
  return i < kForms.size() ? kForms[i] : "?";
}

std::optional<Encoding> EncodingFromName(std::string_view name) {
  for (size_t i = 0; i < kEncodings.size(); ++i) {
    if (kEncodings[i] == name) return static_cast<Encoding>(i);
  }
  return std::nullopt;
}

bool NeedsAlignment(Encoding encoding) {
  switch (encoding) {
    case Encoding::kGb18030:
    case Encoding::kBig5:
    case Encoding::kShiftJis:
    case Encoding::kEucJp:
    case Encoding::kEucKr:
      return true;
    default:
      return false;
  }
}

}  // namespace sluice::model
