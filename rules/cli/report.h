// What commands print alike: diagnostics, counts, and the one line at the end.
//
// Thread: one caller. Allocates: yes (cold path).
#pragma once

#include <string>

#include "base/error.h"
#include "rules/compile/compiler.h"

namespace sluice::cli {

// On standard error, each with its line and caret.
void PrintDiagnostics(const syntax::Diagnostics& diagnostics, const syntax::SourceSet& sources);
int Fail(const Error& error);
// "1 rule", "2 rules".
std::string Counted(size_t n, const char* one, const char* many);
// "12 rules in 3 packs".
std::string Summary(const compile::CompileResult& result);

}  // namespace sluice::cli
