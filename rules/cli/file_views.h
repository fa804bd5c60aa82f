// ReadViews: what a file is opened into, by the data plane's own decoders: members of archives, parts of mails, text of pages.
//
// Thread: one caller for each room. Allocates: yes (cold path): what is decoded is kept in memory until its view ends.
// Failure: what could not be opened is listed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/byte_view.h"
#include "dataplane/decode/decode_room.h"
#include "rules/model/condition.h"

namespace sluice::cli {

// Another reading of the same content.
struct Reading {
  std::vector<std::string> path;
  std::string bytes;
};
// `where`: bits of model::Where.
struct View {
  std::vector<std::string> path;  // as a finding names it: ["file", "zip:word/document.xml"]
  ByteView bytes;
  bool is_coded = false;          // stands for something else: nobody reads it as it is
  std::vector<Reading> readings;
  std::string name;               // that its container, or the folder, has for it
  uint8_t where = model::Where::kBody;
};
struct Unopened {
  std::string kind;               // of the anomaly
  std::vector<std::string> path;
  uint64_t bytes = 0;
};

// Calls `on_view` for each view when it is complete, members before what holds them, the file itself last.
std::vector<Unopened> ReadViews(decode::DecodeRoom& room, const std::string& name, ByteView file, const std::function<void(const View&)>& on_view);

}  // namespace sluice::cli
