// Completion: what a shell offers behind the name of a program, made from the program's own definitions, so that it cannot differ from them.
//
// Each program has a subcommand `completion` that prints it; the package installs what they print. Thread: one. Allocates: yes.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace sluice::completion {

// Scripts for bash (4 or later) and zsh: subcommands and options, and file names where neither fits.
std::string BashScript(const CLI::App& app);
std::string ZshScript(const CLI::App& app);

// `completion bash|zsh`. Last, behind all that it is to know. REQUIRES: `app` outlives the parse.
void AddCommand(CLI::App& app);

}  // namespace sluice::completion
