// What tags and entities mean for the text that a person reads. For MarkupDecoder.
//
// Thread: constant data, pure functions. Allocates: never. Sources: HTML living standard, ECMA-376, OASIS ODF 1.3, GB/T 33190.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::decode {

// Whether the text before and behind a tag are apart. `name` as it stands, with its prefix.
bool BreaksText(std::string_view name, bool is_html) noexcept;
// <script>, <style>: what is inside is no text.
bool HidesText(std::string_view name) noexcept;
// How a word is read, above it (HTML, 4.5.12 and 4.5.13): no part of the text, up to the next tag.
bool IsAnnotation(std::string_view name) noexcept;
// Nobody sees it, and it parts nothing: joiners, soft hyphens, marks of direction, selectors of variants.
bool IsInvisible(uint32_t character) noexcept;
bool EqualsIgnoringCase(std::string_view text, std::string_view lower) noexcept;

// The character of "amp", "#31192", "#x79D8"; 0 where it is none.
uint32_t CharacterOf(std::string_view entity) noexcept;

}  // namespace sluice::decode
