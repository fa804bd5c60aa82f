// NameTable: what the packs of a policy call by name: detectors, lists of terms, groups of addresses.
//
// Thread: one caller. Allocates: yes (cold path). Failure: diagnostics, with the nearest known name.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "rules/compile/program.h"

namespace sluice::compile {

class NameTable {
 public:
  // Reports names that are given twice.
  NameTable(const Program& program, syntax::Diagnostics& diagnostics);

  // nullptr when there is none; reported.
  const syntax::DetectorSource* FindDetector(const syntax::Located<std::string>& name);
  // A detector's literals, with the entries of a list in the place of its name.
  std::vector<syntax::ContentSource> ExpandLists(const syntax::DetectorSource& detector);
  // Names of groups, and address blocks.
  std::vector<model::AddressBlock> ResolveBlocks(const std::vector<syntax::Located<std::string>>& names);

 private:
  template <typename T>
  const T* Find(const std::map<std::string, const T*>& table, const syntax::Located<std::string>& name, syntax::Code code, const char* what);
  void AddBlock(const syntax::Located<std::string>& text, std::vector<model::AddressBlock>& blocks);

  syntax::Diagnostics& diagnostics_;
  std::map<std::string, const syntax::DetectorSource*> detectors_;
  std::map<std::string, const syntax::ListSource*> lists_;
  std::map<std::string, const syntax::ListSource*> groups_;
};

}  // namespace sluice::compile
