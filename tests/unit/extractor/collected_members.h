// CollectedMembers: what a parser found, as a value.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "extractor/member_sink.h"

namespace sluice::extractor {

class CollectedMembers final : public MemberSink {
 public:
  void Begin(std::string_view name) override {
    EXPECT_FALSE(open_);
    open_ = true;
    name_ = std::string(name);
    names.push_back(name_);
  }
  void Write(ByteView bytes) override {
    EXPECT_TRUE(open_);
    content[name_] += bytes.AsText();
  }
  void End(Outcome outcome) override {
    EXPECT_TRUE(open_);
    open_ = false;
    outcomes[name_] = outcome;
  }

  std::vector<std::string> names;
  std::map<std::string, std::string> content;
  std::map<std::string, Outcome> outcomes;

 private:
  bool open_ = false;
  std::string name_;
};

}  // namespace sluice::extractor
