#include "control/incident/change_feed.h"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::incident {
namespace {

using std::chrono::milliseconds;

TEST(ChangeFeed, GivesEachChangedIncidentOnceInOrderOfItsLastChange) {
  ChangeFeed feed;
  feed.Add({1, 2, 1, 3});
  const ChangeFeed::Changes changes = feed.Wait(0, milliseconds(0));
  EXPECT_EQ(changes.incidents, (std::vector<IncidentId>{2, 1, 3}));
  EXPECT_FALSE(changes.missed);
  EXPECT_TRUE(feed.Wait(changes.next, milliseconds(0)).incidents.empty());
}

TEST(ChangeFeed, SaysSoWhenTheReaderFellBehind) {
  ChangeFeed feed;
  for (IncidentId id = 0; id < static_cast<IncidentId>(ChangeFeed::kKept) + 5; ++id) feed.Add({id});
  EXPECT_TRUE(feed.Wait(0, milliseconds(0)).missed);
  EXPECT_EQ(feed.Wait(0, milliseconds(0)).incidents.size(), ChangeFeed::kKept);
  EXPECT_FALSE(feed.Wait(5, milliseconds(0)).missed);
}

TEST(ChangeFeed, WakesWhoeverWaits) {
  ChangeFeed feed;
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(20));
    feed.Add({7});
  });
  EXPECT_EQ(feed.Wait(0, std::chrono::seconds(30)).incidents, (std::vector<IncidentId>{7}));
  later.join();
}

}  // namespace
}  // namespace sluice::incident
