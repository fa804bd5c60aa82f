// What is a passage of a document, and what is chance: hits that lie together, in the object and in the document, however they are disturbed.
#include "dataplane/signature/trace.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::signature {
namespace {

struct Hit {
  uint32_t place;
  uint64_t end;
};

Evidence Of(const std::vector<Hit>& hits, uint32_t count = 1000, fingerprint::Kind kind = fingerprint::Kind::kText) {
  fingerprint::PartRecord part;
  part.bytes = uint64_t{count} * 30;
  part.count = count;
  part.kind = static_cast<uint32_t>(kind);
  Evidence evidence;
  for (const Hit& hit : hits) {
    evidence.Add(part, hit.place, hit.end);
    evidence.enough = evidence.enough || evidence.IsPassage(part);
  }
  return evidence;
}

TEST(Evidence, PlacesThatFollowEachOtherAreAPassage) {
  EXPECT_TRUE(Of({{10, 100}, {11, 160}, {12, 220}}).enough);
  EXPECT_TRUE(Of({{10, 100}, {11, 110}, {12, 150}, {13, 160}, {14, 220}}).enough);
  EXPECT_FALSE(Of({{10, 100}, {11, 200}}).enough) << "two of many";
}

TEST(Evidence, PlacesOfOnePhraseAreNone) {
  EXPECT_FALSE(Of({{10, 100}, {11, 110}, {12, 150}}).enough);
  EXPECT_FALSE(Of({{10, 100}, {11, 110}, {12, 112}, {13, 115}, {14, 130}}).enough);
}

TEST(Evidence, PhrasesInAnotherOrderAreNone) {
  EXPECT_FALSE(Of({{52, 1056}, {49, 1124}, {46, 1149}, {53, 1281}, {48, 1332}}).enough);
  EXPECT_FALSE(Of({{30, 100}, {20, 160}, {10, 220}}).enough);
}

TEST(Evidence, APlaceThatIsNotTheNextOneSpeaksForItsWindowAlone) {
  EXPECT_FALSE(Of({{10, 100}, {12, 190}, {14, 280}}).enough);
  EXPECT_TRUE(Of({{10, 100}, {12, 190}, {14, 280}, {16, 370}}).enough);
}

TEST(Evidence, PlacesApartAreNone) {
  EXPECT_FALSE(Of({{10, 100}, {200, 130}, {400, 170}}).enough) << "in the document";
  EXPECT_FALSE(Of({{10, 100}, {11, 5'000}, {12, 10'000}}).enough) << "in the object";
}

TEST(Evidence, APhraseThatIsRepeatedIsNone) {
  std::vector<Hit> one, two, four;
  for (uint64_t i = 0; i < 50; ++i) {
    one.push_back({10, 100 + 60 * i});
    two.push_back({10, 100 + 60 * i});
    two.push_back({11, 130 + 60 * i});
    for (uint32_t place = 20; place < 24; ++place) four.push_back({place, 100 + 60 * i + place});
  }
  EXPECT_FALSE(Of(one).enough);
  EXPECT_EQ(Of(one).run_bytes(), 0u);
  EXPECT_FALSE(Of(two).enough);
  EXPECT_FALSE(Of(four).enough);
}

TEST(Evidence, WhatIsRepeatedBetweenDoesNotEndAPassage) {
  EXPECT_TRUE(Of({{500, 100}, {10, 130}, {501, 170}, {10, 200}, {502, 240}}).enough) << "one place";
  EXPECT_TRUE(Of({{500, 100}, {10, 130}, {11, 160}, {501, 190}, {10, 220}, {11, 250}, {502, 280}}).enough) << "two places";
  EXPECT_TRUE(Of({{500, 100}, {10, 130}, {200, 150}, {501, 170}, {10, 200}, {200, 220}, {502, 260}}).enough) << "two places apart";
}

TEST(Evidence, PassagesOfAShortTextHaveFewerPlaces) {
  EXPECT_TRUE(Of({{0, 40}, {1, 80}}, 2).enough);
  EXPECT_FALSE(Of({{0, 40}, {1, 60}}, 2).enough);
}

TEST(Evidence, TwoBlocksAreEnoughWhereverTheyStand) {
  EXPECT_TRUE(Of({{10, 1'000}, {900, 500'000}}, 1000, fingerprint::Kind::kBinary).enough);
  EXPECT_FALSE(Of({{10, 1'000}, {10, 500'000}}, 1000, fingerprint::Kind::kBinary).enough);
}

TEST(Evidence, RemembersTheFirstPlaceAndTheLongestRun) {
  const Evidence evidence = Of({{10, 100}, {11, 130}, {12, 170}, {500, 10'000}, {501, 10'200}, {10, 20'000}});
  EXPECT_EQ(evidence.first, 10u);
  EXPECT_EQ(evidence.hits, 5u);
  EXPECT_EQ(evidence.best_begin, 10'000u);
  EXPECT_EQ(evidence.run_bytes(), 200u);
}

}  // namespace
}  // namespace sluice::signature
