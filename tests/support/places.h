// Where a test finds what lies outside it. Only places.cc knows the paths of this checkout, so that a compiler cache keeps every
// other object of the tests across clones.
#pragma once

#include <string>

namespace sluice::places {

std::string SourceFolder();    // the root of the repository
std::string ProgramsFolder();  // where the programs of this build are
std::string InputsFolder();    // real captures and documents; may be absent, and a test that needs them is skipped then

}  // namespace sluice::places
