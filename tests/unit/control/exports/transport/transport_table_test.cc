#include <gtest/gtest.h>

#include "control/exports/transport/transport.h"

namespace sluice::exports {
namespace {

TEST(TransportKinds, AreFoundByName) {
  for (const TransportKind& kind : TransportKinds()) EXPECT_EQ(FindTransport(kind.name), &kind);
  EXPECT_EQ(FindTransport("pigeon"), nullptr);
}

}  // namespace
}  // namespace sluice::exports
