// MemberCounter: members that must stand one after the other, and no more than a bound of them.
#pragma once

#include <cstdlib>

#include "extractor/member_sink.h"

namespace sluice::extractor {

class MemberCounter final : public MemberSink {
 public:
  ~MemberCounter() override { Require(!open_); }
  void Begin(std::string_view) override {
    Require(!open_);
    open_ = true;
  }
  void Write(ByteView bytes) override {
    Require(open_);
    // Each byte is read, so that a read past its end is seen.
    for (const uint8_t byte : bytes) sum_ = sum_ + byte;
  }
  void End(Outcome) override {
    Require(open_);
    open_ = false;
  }

 private:
  static void Require(bool condition) {
    if (!condition) std::abort();
  }
  bool open_ = false;
  uint64_t sum_ = 0;
};

}  // namespace sluice::extractor
