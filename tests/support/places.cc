#include "tests/support/places.h"

namespace sluice::places {

std::string SourceFolder() { return SLUICE_SOURCE_DIR; }
std::string ProgramsFolder() { return SLUICE_PROGRAMS_DIR; }
std::string InputsFolder() { return SLUICE_INPUTS; }

}  // namespace sluice::places
