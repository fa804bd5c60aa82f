// sluicec: the rule compiler. Reads packs, says what is wrong with them, and makes bundles for sluiced.
#include <CLI/CLI.hpp>

#include "base/completion/completion.h"
#include "dataplane/decode/declared_charset.h"
#include "rules/cli/commands.h"
#include "rules/cli/fingerprint.h"

namespace {

using namespace sluice::cli;

constexpr int kBadUsage = 2;
constexpr const char* kPackPath = "A pack or a folder of packs";

// Everything that a command line can say. Which members count depends on the command.
struct Arguments {
  std::vector<std::string> paths, keys, benign;
  std::string output, key, policy, what;
  bool check = false, as_table = false;
  FingerprintOptions fingerprint;
  sluice::bundle::SignatureFiles signatures;
};

using Commands = std::vector<std::pair<CLI::App*, std::function<int()>>>;

void AddPackCommands(CLI::App& app, Arguments& a, Commands& commands) {
  CLI::App* check = app.add_subcommand("check", "Report every mistake in packs");
  check->add_option("PATH", a.paths, kPackPath)->required();
  commands.emplace_back(check, [&a] { return RunCheck(a.paths); });

  CLI::App* test = app.add_subcommand("test", "Try the rules' own examples, and that they are silent on benign files");
  test->add_option("PATH", a.paths, kPackPath)->required();
  test->add_option("--benign", a.benign, "A folder of files in which no rule may alarm; may be repeated")->allow_extra_args(false);
  commands.emplace_back(test, [&a] { return RunTest(a.paths, a.benign); });

  CLI::App* compile = app.add_subcommand("compile", "Compile packs into a bundle, after trying their own examples");
  compile->add_option("PATH", a.paths, kPackPath)->required();
  compile->add_option("-o,--output", a.output, "Where the bundle goes")->required();
  compile->add_option("--sign", a.key, "A secret key (NAME.key) to sign the bundle with");
  commands.emplace_back(compile, [&a] { return RunCompile(a.paths, a.output, a.key); });
}

void AddAuthorCommands(CLI::App& app, Arguments& a, Commands& commands) {
  CLI::App* fmt = app.add_subcommand("fmt", "Rewrite packs in canonical form, comments kept");
  fmt->add_option("PATH", a.paths, "A pack, a folder of packs, or - for standard input to standard output")->required();
  fmt->add_flag("--check", a.check, "Change nothing; name the files that are not in canonical form, and exit with 1");
  commands.emplace_back(fmt, [&a] { return RunFormat(a.paths, a.check); });

  CLI::App* import = app.add_subcommand("import", "Make a pack of foreign rules, and say what was lost");
  import->add_option("FORMAT", a.what, "gitleaks, purview or suricata")->required()->check(CLI::IsMember({"gitleaks", "purview", "suricata"}));
  import->add_option("FILE", a.policy, "gitleaks.toml, a rule package in XML, or a file of rules")->required();
  import->add_option("-o,--output", a.output, "Where the pack goes")->required();
  import->add_option("--report", a.key, "Where the loss report goes, besides standard error");
  commands.emplace_back(import, [&a] { return RunImport({a.what, a.policy, a.output, a.key}); });

  CLI::App* schema = app.add_subcommand("schema", "Print the JSON Schema of packs, for editors");
  commands.emplace_back(schema, [] { return RunSchema(); });
}

void AddBundleCommands(CLI::App& app, Arguments& a, Commands& commands) {
  CLI::App* explain = app.add_subcommand("explain", "Explain a bundle, or a diagnostic code such as SL1003");
  explain->add_option("WHAT", a.what, "A bundle or a code")->required();
  commands.emplace_back(explain, [&a] { return RunExplain(a.what); });

  CLI::App* scan = app.add_subcommand("scan", "Look through files at rest");
  scan->add_option("--policy", a.policy, "A bundle")->required();
  scan->add_option("--key", a.keys, "A public key (NAME.pub) that must have signed the bundle; may be repeated")->allow_extra_args(false);
  scan->add_option("--signatures", a.signatures.sets, "A set of registered documents (*.sls) that the policy asks for; may be repeated")->allow_extra_args(false);
  scan->add_option("--signature-key", a.signatures.key, "The key file that the sets were made with");
  scan->add_option("--names-charset", a.what, "The charset in which names in containers are shown that declare none, such as gb18030")->check(CLI::IsMember(sluice::decode::kNameCharsets));
  scan->add_option("PATH", a.paths, "A file, a folder, or - for standard input")->required();
  scan->add_flag("--table", a.as_table, "A table for people when all is done, instead of JSON lines");
  commands.emplace_back(scan, [&a] { return RunScan({a.policy, a.paths, a.keys, a.signatures, a.what, a.as_table}); });

  CLI::App* rebuild = app.add_subcommand("rebuild", "Compile a bundle's own sources for this machine");
  rebuild->add_option("BUNDLE", a.policy, "A bundle, for whichever processor it was built")->required();
  rebuild->add_option("-o,--output", a.output, "Where the new bundle goes")->required();
  rebuild->add_option("--sign", a.key, "A secret key (NAME.key) to sign the new bundle with");
  rebuild->add_option("--key", a.keys, "A public key (NAME.pub) that must have signed the old bundle; may be repeated")->allow_extra_args(false);
  commands.emplace_back(rebuild, [&a] { return RunRebuild(a.policy, {a.output, a.key, a.keys}); });
}

void AddSetCommands(CLI::App& fingerprint, FingerprintOptions& o, Commands& commands) {
  const auto add = [&](const char* name, const char* text, const char* paths, const char* of_paths) {
    CLI::App* command = fingerprint.add_subcommand(name, text);
    command->add_option(paths, o.paths, of_paths)->required();
    command->add_option("--key", o.key, "The key file of the sets")->required();
    return command;
  };
  CLI::App* inspect = add("inspect", "Say what is in sets", "SET", "Sets (*.sls)");
  inspect->add_flag("--documents", o.show_documents, "List the documents");
  commands.emplace_back(inspect, [&o] { return RunInspectSet(o); });
  CLI::App* merge = add("merge", "Make one set of several", "SET", "Sets (*.sls)");
  merge->add_option("-o,--output", o.output, "Where the new set goes")->required();
  merge->add_option("--name", o.name, "What the new set is called in rules; the file's name without it");
  commands.emplace_back(merge, [&o] { return RunMergeSets(o); });
  CLI::App* remove = add("remove", "Take documents out of a set", "SET NAME", "The set, then the names of documents");
  remove->add_option("-o,--output", o.output, "Where the new set goes; into its place without it");
  commands.emplace_back(remove, [&o] { return RunRemoveFromSet(o); });
  CLI::App* diff = add("diff", "Say which documents only one of two sets has; exit 1 where there are any", "SET", "Two sets");
  commands.emplace_back(diff, [&o] { return RunCompareSets(o); });
  CLI::App* new_key = fingerprint.add_subcommand("new-key", "Make the secret key that sets are made with");
  new_key->add_option("FILE", o.key, "Where it goes; must not be there")->required();
  commands.emplace_back(new_key, [&o] { return RunNewSignatureKey(o.key); });
}

void AddFingerprintCommand(CLI::App& app, FingerprintOptions& o, Commands& commands) {
  CLI::App* fingerprint = app.add_subcommand("fingerprint", "Register documents that must not leave, as a set of signatures");
  AddSetCommands(*fingerprint, o, commands);
  fingerprint->require_subcommand(0, 1);
  fingerprint->add_option("PATH", o.paths, "Files and folders");
  fingerprint->add_option("--list", o.lists, "A file with a path on each line; may be repeated")->allow_extra_args(false);
  fingerprint->add_option("--table", o.tables, "A table (CSV, the first line names the columns) whose rows are registered; may be repeated")->allow_extra_args(false);
  fingerprint->add_option("-o,--output", o.output, "Where the set goes; one that is there is brought up to date");
  fingerprint->add_option("--key", o.key, "The key file (`sluicec fingerprint new-key`)");
  fingerprint->add_option("--name", o.name, "What the set is called in rules; the file's name without it");
  fingerprint->add_option("--benign", o.benign, "A folder of harmless files, or a set of them: what they hold is left out; may be repeated")->allow_extra_args(false);
  fingerprint->add_option("--largest", o.largest_file, "Larger files, in bytes, are left out; 64 GiB without it");
  fingerprint->add_flag("--no-names", o.leave_out_names, "Do not keep the documents' names in the set");
  commands.emplace_back(fingerprint, [&o] { return RunFingerprint(o); });
}

void AddKeyCommands(CLI::App& app, Arguments& a, Commands& commands) {
  CLI::App* keygen = app.add_subcommand("keygen", "Make a key pair to sign bundles with: NAME.key and NAME.pub");
  keygen->add_option("NAME", a.output, "Path of both files, without what comes after the dot")->required();
  commands.emplace_back(keygen, [&a] { return RunKeygen(a.output); });

  CLI::App* verify = app.add_subcommand("verify", "Check that a bundle is whole and signed with a key that is trusted");
  verify->add_option("--key", a.keys, "A public key (NAME.pub); may be repeated, one must be the signer's")->required()->allow_extra_args(false);
  verify->add_option("BUNDLE", a.policy, "A bundle")->required();
  commands.emplace_back(verify, [&a] { return RunVerify(a.policy, a.keys); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The Sluice rule compiler", "sluicec"};
  app.require_subcommand(1);
  Arguments arguments;
  Commands commands;
  AddPackCommands(app, arguments, commands);
  AddAuthorCommands(app, arguments, commands);
  AddBundleCommands(app, arguments, commands);
  AddKeyCommands(app, arguments, commands);
  AddFingerprintCommand(app, arguments.fingerprint, commands);
  sluice::completion::AddCommand(app);
  commands.emplace_back(app.get_subcommand("completion"), [] { return 0; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kBadUsage;
  }
  for (const auto& [command, run] : commands) {
    if (command->parsed()) return run();
  }
  return kBadUsage;
}
