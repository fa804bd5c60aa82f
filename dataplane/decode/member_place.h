// WhereOf: in which part of a document a member stands, as rules ask for it with `where`.
//
// A document's properties and labels, the subject of a mail. They are content too, so that a rule that asks for the body misses nothing that
// somebody calls so. Thread: pure. Allocates: never.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::decode {

// `element`: of the path, as ViewPiece has it ("zip:docProps/core.xml"). `parent`: of what holds it; a reading stands where that does.
// Bits of model::Where.
uint8_t WhereOf(std::string_view element, bool is_reading, uint8_t parent) noexcept;

}  // namespace sluice::decode
