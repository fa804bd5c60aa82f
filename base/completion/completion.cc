#include "base/completion/completion.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

namespace sluice::completion {
namespace {

// What can follow some words of a command line.
struct Word {
  std::string text, meaning;
};
struct Place {
  std::string path;  // " incidents list"; empty: right behind the program
  std::vector<Word> subcommands, options;
};

std::string OneLine(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

// A command's own meaning comes before that of whoever stands above it.
void AddOnce(Word word, std::vector<Word>& words) {
  const bool known = std::any_of(words.begin(), words.end(), [&](const Word& one) { return one.text == word.text; });
  if (!known) words.push_back(std::move(word));
}

void AddOptions(const CLI::App& app, std::vector<Word>& options) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) AddOnce({"--" + name, OneLine(option->get_description())}, options);
    for (const std::string& name : option->get_snames()) AddOnce({"-" + name, OneLine(option->get_description())}, options);
  }
}

// Options of whoever stands above count where a command hands on what it does not know.
void Walk(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
  Place place;
  place.path = path;
  AddOptions(app, place.options);
  const CLI::App* above = &app;
  while (above->get_fallthrough() && above->get_parent() != nullptr) AddOptions(*(above = above->get_parent()), place.options);
  const auto all = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : all) place.subcommands.push_back({sub->get_name(), OneLine(sub->get_description())});
  places.push_back(std::move(place));
  for (const CLI::App* sub : all) Walk(*sub, path + " " + sub->get_name(), places);
}

std::vector<Place> PlacesOf(const CLI::App& app) {
  std::vector<Place> places;
  Walk(app, "", places);
  return places;
}

std::string FunctionName(const CLI::App& app) {
  std::string name = "_" + app.get_name();
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

// In single quotes, as both shells read them.
std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// The lines that find the path of subcommands among the words before the one at hand.
std::string PathCases(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    for (const Word& sub : place.subcommands) text += "      " + Quoted(place.path + " " + sub.text) + ") at=\"$at $word\" ;;\n";
  }
  return text;
}

}  // namespace

std::string BashScript(const CLI::App& app) {
  const std::vector<Place> places = PlacesOf(app);
  const std::string function = FunctionName(app);
  std::string out = "# bash completion of " + app.get_name() + ", made by `" + app.get_name() + " completion bash`.\n" + function +
                    "() {\n  local now=${COMP_WORDS[COMP_CWORD]} at='' word words='' i\n  COMPREPLY=()\n"
                    "  for ((i = 1; i < COMP_CWORD; ++i)); do\n    word=${COMP_WORDS[i]}\n    case \"$at $word\" in\n" +
                    PathCases(places) + "      *) ;;\n    esac\n  done\n  case $at in\n";
  for (const Place& place : places) {
    std::string words;
    for (const auto* list : {&place.subcommands, &place.options}) {
      for (const Word& word : *list) words += (words.empty() ? "" : " ") + word.text;
    }
    out += "    " + Quoted(place.path) + ") words=" + Quoted(words) + " ;;\n";
  }
  return out +
         "  esac\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$now\")\n"
         "  if [[ ${#COMPREPLY[@]} -eq 0 && $now != -* ]]; then mapfile -t COMPREPLY < <(compgen -f -- \"$now\"); fi\n}\ncomplete -o filenames -F " +
         function + " " + app.get_name() + "\n";
}

std::string ZshScript(const CLI::App& app) {
  const std::vector<Place> places = PlacesOf(app);
  const std::string function = FunctionName(app);
  const auto described = [](const std::vector<Word>& words) {
    std::string text;
    for (const Word& word : words) text += " " + Quoted(word.text + ":" + word.meaning);
    return text;
  };
  std::string out = "#compdef " + app.get_name() + "\n# zsh completion, made by `" + app.get_name() + " completion zsh`.\n" + function +
                    "() {\n  local at='' word i\n  local -a subcommands options\n  for ((i = 2; i < CURRENT; ++i)); do\n    word=${words[i]}\n"
                    "    case \"$at $word\" in\n" +
                    PathCases(places) + "      *) ;;\n    esac\n  done\n  case $at in\n";
  for (const Place& place : places) {
    out += "    " + Quoted(place.path) + ") subcommands=(" + described(place.subcommands) + " ); options=(" + described(place.options) + " ) ;;\n";
  }
  return out +
         "  esac\n  if [[ ${words[CURRENT]} == -* ]]; then _describe option options; return; fi\n"
         "  (( ${#subcommands} )) && _describe command subcommands || _files\n}\n" +
         function + " \"$@\"\n";
}

void AddCommand(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "what a shell needs to complete this command line, as a script");
  command->add_option("shell", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  command->callback([&app, shell] { std::fputs((*shell == "bash" ? BashScript(app) : ZshScript(app)).c_str(), stdout); });
}

}  // namespace sluice::completion
