// What holds of every import, whatever the file was: the draft can be written, and what was written is in form.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

#include "rules/import/draft_writer.h"
#include "rules/import/formats.h"
#include "rules/syntax/pack_reader.h"
#include "rules/syntax/yaml_reader.h"

namespace sluice::import {

inline void CheckImport(Result<Draft> (*read)(const std::string&), const uint8_t* data, size_t size) {
  const Result<Draft> draft = read(std::string(reinterpret_cast<const char*>(data), size));
  if (!draft) {
    if (draft.error().message().empty()) std::abort();
    return;
  }
  for (const Loss& loss : draft->losses) {
    if (loss.what.empty() || loss.why.empty()) std::abort();
  }
  syntax::SourceSet sources;
  syntax::Diagnostics diagnostics;
  sources.Add("import.yaml", WriteDraft(*draft).text);
  const auto root = syntax::ReadYaml(sources, 0, diagnostics);
  if (!root) std::abort();
  syntax::ReadPack(*root, diagnostics);
  if (diagnostics.has_errors()) std::abort();
}

}  // namespace sluice::import
