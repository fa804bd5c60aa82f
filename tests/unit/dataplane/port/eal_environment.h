// SharedEal: DPDK as tests use it, without huge pages, devices or privileges; started at the first call, once per program.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "dataplane/port/eal.h"

namespace sluice::test {

inline std::shared_ptr<port::Eal> SharedEal() {
  static const std::shared_ptr<port::Eal> eal = [] {
    port::EalOptions options;
    options.huge_pages = port::HugePages::kOff;
    options.megabytes = 256;
    Result<std::shared_ptr<port::Eal>> started = port::Eal::Start(options);
    if (!started) ADD_FAILURE() << started.error().message();
    return started ? *started : nullptr;
  }();
  return eal;
}

}  // namespace sluice::test
