// The commands of `sluicec`. Each prints for people on standard error, results on standard output, and returns the exit
// code: 0 clean, 1 errors in the input, 2 bad usage.
#pragma once

#include <string>
#include <vector>

namespace sluice::cli {

int RunCheck(const std::vector<std::string>& paths);
int RunCompile(const std::vector<std::string>& paths, const std::string& output);
int RunTest(const std::vector<std::string>& paths);
// Findings as JSON lines; findings are no error. `-` is standard input.
int RunScan(const std::string& policy, const std::vector<std::string>& paths);
// `what` is a diagnostic code or a bundle's path.
int RunExplain(const std::string& what);

}  // namespace sluice::cli
