// Names that say in which charset they are written (RFC 2047, 2; RFC 2231, 4), as a person reads them: in UTF-8.
//
// Charsets by their IANA names. One that is not known, and bytes that are none of its characters, leave a name as it was: what it holds is looked
// for in every encoding all the same. Thread: pure, after Prepare. Allocates: in Prepare only.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"

namespace sluice::decode {

// The tables that are needed, once for the process (cold).
Status PrepareDeclaredCharsets();

// Writes `text` in UTF-8; the bytes written, or 0 where it stays as it is: unknown charset, undecodable, or no room.
size_t ToUtf8(std::string_view text, std::string_view charset, std::span<char> to) noexcept;

// Those that an operator may declare for names that declare none.
inline constexpr std::array<std::string_view, 8> kNameCharsets = {"gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "koi8-r", "windows-1251", "cp866"};

// A name that declares nothing, as a person reads it: itself where it is UTF-8; else read by `charset` (empty: none is known), written to
// `room`; itself again where it is none of that charset. For showing alone: what is looked for in names is looked for in their bytes.
std::string_view ReadableName(std::string_view name, std::string_view charset, std::span<char> room) noexcept;

}  // namespace sluice::decode
