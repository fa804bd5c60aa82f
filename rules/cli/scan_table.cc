#include "rules/cli/scan_table.h"

#include "rules/cli/report.h"
#include "rules/marking/describe.h"

namespace sluice::cli {
namespace {

// Where in the file: the file itself needs no words, nor does the first step, which is the file.
std::string PlaceOf(const std::vector<std::string>& path, uint64_t line) {
  std::string place;
  for (size_t i = 1; i < path.size(); ++i) place += (i > 1 ? " > " : "") + path[i];
  if (line > 0) place += (place.empty() ? "line " : ", line ") + std::to_string(line);
  return place.empty() ? "-" : place;
}

std::string DocumentsOf(const std::vector<ShownDocument>& documents) {
  std::string text;
  for (const ShownDocument& document : documents) {
    const std::string name = document.name.empty() ? "document " + std::to_string(document.number) : document.name;
    text += (text.empty() ? "" : "; ") + document.set + "/" + name + " " + (document.whole ? "whole" : std::to_string(document.percent) + " %");
  }
  return text;
}

std::string WhatOf(const FiredRule& fired) {
  std::string what = marking::InOneLine(fired.marking);
  const std::string documents = DocumentsOf(fired.documents);
  if (!documents.empty()) what += (what.empty() ? "" : "; ") + documents;
  if (fired.first) what += (what.empty() ? "" : ": ") + fired.first->masked;
  return what.empty() ? "what it wants absent is not there" : what;
}

}  // namespace

ScanTable::ScanTable(const bundle::Bundle& bundle) : bundle_(bundle), rows_({"FILE", "WHERE", "SEVERITY", "RULE", "HITS", "WHAT"}) {}

void ScanTable::AddFinding(const FileOutcome& file, const FiredRule& fired) {
  const model::Rule& rule = bundle_.rules()[fired.rule];
  rows_.Add({file.path, PlaceOf(fired.path, fired.first ? fired.first->line : 0), std::string(Name(rule.severity)), rule.id, std::to_string(fired.count), WhatOf(fired)});
}

void ScanTable::Add(const FileOutcome& file) {
  ++files_;
  bytes_ += file.bytes;
  findings_ += file.fired.size();
  files_with_findings_ += file.fired.empty() ? 0 : 1;
  not_looked_into_ += file.unopened.size();
  unreadable_ += file.problem.empty() ? 0 : 1;
  for (const FiredRule& fired : file.fired) AddFinding(file, fired);
  for (const Unopened& unopened : file.unopened) {
    rows_.Add({file.path, PlaceOf(unopened.path, 0), "-", unopened.kind, "-", "not looked into: " + std::to_string(unopened.bytes) + " bytes"});
  }
}

std::string ScanTable::Render() const {
  std::string text = rows_.size() > 0 ? rows_.Render() + "\n" : "";
  text += Counted(findings_, "finding", "findings") + " in " + std::to_string(files_with_findings_) + " of " + Counted(files_, "file", "files") + " (" + std::to_string(bytes_) + " bytes); " +
          Counted(not_looked_into_, "part", "parts") + " not looked into, " + Counted(unreadable_, "file", "files") + " not readable\n";
  return text;
}

}  // namespace sluice::cli
