#include "base/slab.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

Slab MakeSlab(size_t slot_bytes, size_t slots) {
  Result<Slab> slab = Slab::Create(slot_bytes, slots);
  EXPECT_TRUE(slab.ok());
  return std::move(slab).value();
}

TEST(Slab, SaysWhenEverySlotIsInUse) {
  Slab slab = MakeSlab(100, 2);
  void* first = slab.Claim();
  void* second = slab.Claim();
  EXPECT_NE(first, nullptr);
  EXPECT_NE(second, nullptr);
  EXPECT_EQ(slab.Claim(), nullptr);
  slab.Release(first);
  EXPECT_EQ(slab.Claim(), first);
}

TEST(Slab, ReusesTheWarmestSlotFirst) {
  Slab slab = MakeSlab(64, 8);
  void* a = slab.Claim();
  void* b = slab.Claim();
  slab.Release(a);
  slab.Release(b);
  EXPECT_EQ(slab.Claim(), b);
  EXPECT_EQ(slab.Claim(), a);
}

TEST(Slab, SlotsDoNotOverlapAndAreAligned) {
  Slab slab = MakeSlab(65, 3);
  auto* a = static_cast<uint8_t*>(slab.Claim());
  auto* b = static_cast<uint8_t*>(slab.Claim());
  EXPECT_GE(b - a, 65);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(b) % 64, 0u);
}

TEST(Slab, CountsWhatIsInUse) {
  Slab slab = MakeSlab(64, 3);
  void* a = slab.Claim();
  (void)slab.Claim();
  EXPECT_EQ(slab.used(), 2u);
  slab.Release(a);
  EXPECT_EQ(slab.used(), 1u);
}

TEST(Slab, RefusesWhatTheSystemCannotMap) { EXPECT_FALSE(Slab::Create(size_t{1} << 40, size_t{1} << 20).ok()); }

}  // namespace
}  // namespace sluice
