#include "base/completion/completion.h"

#include <gtest/gtest.h>

namespace sluice::completion {
namespace {

TEST(Completion, NamesWhatTheDefinitionsNameAtItsPlace) {
  CLI::App app("test");
  app.name("pro-gram");
  app.fallthrough();
  bool flag = false;
  app.add_flag("--json", flag, "as it's said");
  CLI::App* outer = app.add_subcommand("outer", "the outer one");
  CLI::App* inner = outer->add_subcommand("inner", "the inner one");
  inner->add_flag("-d,--deep", flag, "deep");
  AddCommand(app);
  const std::string bash = BashScript(app);
  EXPECT_NE(bash.find("    '') words='outer completion --help -h --json' ;;\n"), std::string::npos) << bash;
  EXPECT_NE(bash.find("    ' outer inner') words='--help -h --deep -d --json'"), std::string::npos) << bash;
  EXPECT_NE(bash.find("complete -o filenames -F _pro_gram pro-gram\n"), std::string::npos);
  const std::string zsh = ZshScript(app);
  EXPECT_EQ(zsh.rfind("#compdef pro-gram\n", 0), 0u);
  EXPECT_NE(zsh.find("'--json:as it'\\''s said'"), std::string::npos) << zsh;
}

}  // namespace
}  // namespace sluice::completion
