#include "rules/compile/charset.h"

#include <iconv.h>

#include <cerrno>

namespace sluice::compile {
namespace {

using model::Encoding;

// iconv's failure value, which its interface spells as a pointer made of -1.
iconv_t NoConverter() { return reinterpret_cast<iconv_t>(static_cast<intptr_t>(-1)); }

const char* IconvName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf16Le: return "UTF-16LE";
    case Encoding::kUtf16Be: return "UTF-16BE";
    case Encoding::kGb18030: return "GB18030";
    case Encoding::kBig5: return "BIG5";
    case Encoding::kShiftJis: return "CP932";
    case Encoding::kEucJp: return "EUC-JP";
    case Encoding::kEucKr: return "CP949";
    case Encoding::kKoi8R: return "KOI8-R";
    case Encoding::kWindows1251: return "WINDOWS-1251";
    case Encoding::kCp866: return "CP866";
    case Encoding::kWindows1252: return "WINDOWS-1252";
    case Encoding::kIso2022Jp: return "ISO-2022-JP";
    case Encoding::kUtf7: return "UTF-7";
    default: return nullptr;
  }
}

}  // namespace

CharsetEncoder::CharsetEncoder() {
  for (size_t i = 0; i < converters_.size(); ++i) {
    const char* name = IconvName(static_cast<Encoding>(i));
    const iconv_t converter = name == nullptr ? NoConverter() : iconv_open(name, "UTF-8");
    converters_[i] = converter == NoConverter() ? nullptr : converter;
  }
}

CharsetEncoder::~CharsetEncoder() {
  for (void* converter : converters_) {
    if (converter != nullptr) iconv_close(converter);
  }
}

std::optional<std::string> CharsetEncoder::Encode(std::string_view utf8, Encoding encoding) {
  if (encoding == Encoding::kUtf8 || encoding == Encoding::kBytes) return std::string(utf8);
  void* converter = converters_[static_cast<size_t>(encoding)];
  if (converter == nullptr) return std::nullopt;
  iconv(converter, nullptr, nullptr, nullptr, nullptr);  // back to the initial shift state
  std::string in(utf8);
  std::string out(utf8.size() * 8 + 16, '\0');
  char* from = in.data();
  size_t from_left = in.size();
  char* to = out.data();
  size_t to_left = out.size();
  // A positive result counts characters replaced by look-alikes: that text would not be the author's.
  if (iconv(converter, &from, &from_left, &to, &to_left) != 0 || from_left != 0) return std::nullopt;
  if (iconv(converter, nullptr, nullptr, &to, &to_left) != 0) return std::nullopt;
  out.resize(out.size() - to_left);
  return out;
}

}  // namespace sluice::compile
