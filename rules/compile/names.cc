#include "rules/compile/names.h"

#include "rules/compile/network.h"

namespace sluice::compile {

using syntax::Code;

NameTable::NameTable(const Program& program, syntax::Diagnostics& diagnostics) : diagnostics_(diagnostics) {
  const auto add = [&](auto& table, const auto& source, const syntax::Located<std::string>& name, const char* what) {
    if (table.emplace(name.value, &source).second) return;
    diagnostics_.Error(Code::kDuplicateDetector, name.at, std::string(what) + " called '" + name.value + "' is already defined",
                       "names are shared by all packs of a policy; give this one another");
  };
  for (const syntax::PackSource& pack : program.packs) {
    for (const syntax::DetectorSource& detector : pack.detectors) add(detectors_, detector, detector.id, "a detector");
    for (const syntax::ListSource& list : pack.lists) add(lists_, list, list.name, "a list");
    for (const syntax::ListSource& group : pack.groups) add(groups_, group, group.name, "a group");
  }
}

template <typename T>
const T* NameTable::Find(const std::map<std::string, const T*>& table, const syntax::Located<std::string>& name, Code code, const char* what) {
  const auto it = table.find(name.value);
  if (it != table.end()) return it->second;
  std::vector<std::string_view> known;
  for (const auto& [key, value] : table) known.push_back(key);
  const std::string nearest = syntax::NearestName(name.value, known);
  diagnostics_.Error(code, name.at, "no " + std::string(what) + " is called '" + name.value + "'",
                     nearest.empty() ? "define it under '" + std::string(what) + "s' of this or another pack" : "did you mean '" + nearest + "'?");
  return nullptr;
}

const syntax::DetectorSource* NameTable::FindDetector(const syntax::Located<std::string>& name) {
  return Find(detectors_, name, Code::kUnknownDetector, "detector");
}

std::vector<syntax::ContentSource> NameTable::ExpandLists(const syntax::DetectorSource& detector) {
  std::vector<syntax::ContentSource> literals;
  for (const syntax::ContentSource& literal : detector.literals) {
    if (literal.kind != syntax::ContentSource::Kind::kList) {
      literals.push_back(literal);
      continue;
    }
    const syntax::ListSource* list = Find(lists_, literal.value, Code::kUnknownList, "list");
    if (list == nullptr) continue;
    for (const syntax::Located<std::string>& entry : list->entries) literals.push_back({syntax::ContentSource::Kind::kText, entry});
  }
  return literals;
}

void NameTable::AddBlock(const syntax::Located<std::string>& text, std::vector<model::AddressBlock>& blocks) {
  if (const std::optional<model::AddressBlock> block = AddressBlockFromText(text.value)) {
    blocks.push_back(*block);
    return;
  }
  diagnostics_.Error(Code::kBadAddress, text.at, "'" + text.value + "' is not an address block", "write it as 192.0.2.0/24 or 2001:db8::/32, with no bits set beyond the prefix");
}

std::vector<model::AddressBlock> NameTable::ResolveBlocks(const std::vector<syntax::Located<std::string>>& names) {
  std::vector<model::AddressBlock> blocks;
  for (const syntax::Located<std::string>& name : names) {
    if (groups_.count(name.value) == 0 && name.value.find_first_of("./:") != std::string::npos) {
      AddBlock(name, blocks);
    } else if (const syntax::ListSource* group = Find(groups_, name, Code::kUnknownList, "group")) {
      for (const syntax::Located<std::string>& entry : group->entries) AddBlock(entry, blocks);
    }
  }
  return blocks;
}

}  // namespace sluice::compile
