// MemberSink: where a parser writes what it found in a document: members, one after the other, each with a name and bytes.
//
// Thread: one. Failure: none to handle: a sink that will take no more ends the process, for what follows is not wanted.
#pragma once

#include <string_view>

#include "base/byte_view.h"
#include "dataplane/extract/exchange.h"

namespace sluice::extractor {

using extract::Limits;
using extract::Outcome;

class MemberSink {
 public:
  virtual ~MemberSink() = default;
  virtual void Begin(std::string_view name) = 0;
  virtual void Write(ByteView bytes) = 0;
  virtual void End(Outcome outcome) = 0;

  void Write(std::string_view text) { Write(ByteView(text)); }
  // A whole member; nothing where it is empty.
  void Member(std::string_view name, std::string_view content) {
    if (content.empty()) return;
    Begin(name);
    Write(ByteView(content));
    End(Outcome::kComplete);
  }
};

}  // namespace sluice::extractor
