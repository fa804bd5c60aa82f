#include "dataplane/port/link_propagation.h"

#include <gtest/gtest.h>

namespace sluice::port {
namespace {

using Step = LinkPropagation::Step;
using Steps = std::array<Step, 2>;
using std::chrono::milliseconds;
using std::chrono::seconds;

LinkPropagation::Time At(milliseconds t) { return LinkPropagation::Time(t); }

TEST(LinkPropagation, LeavesTwoHealthySidesAlone) {
  LinkPropagation links;
  EXPECT_EQ(links.Observe(At(seconds(0)), {true, true}), (Steps{Step::kNone, Step::kNone}));
}

TEST(LinkPropagation, TakesTheOtherSideDownOnceAndLetsItUpAgain) {
  LinkPropagation links;
  EXPECT_EQ(links.Observe(At(seconds(0)), {false, true}), (Steps{Step::kNone, Step::kTakeDown}));
  EXPECT_EQ(links.Observe(At(seconds(1)), {false, false}), (Steps{Step::kNone, Step::kNone}));
  EXPECT_TRUE(links.is_held_down(1));
  EXPECT_EQ(links.Observe(At(seconds(2)), {true, false}), (Steps{Step::kNone, Step::kLetUp}));
  EXPECT_FALSE(links.is_held_down(1));
}

TEST(LinkPropagation, GivesASideThatWasLetUpTimeToComeUp) {
  LinkPropagation links;
  links.Observe(At(seconds(0)), {false, true});
  links.Observe(At(seconds(1)), {true, false});
  EXPECT_EQ(links.Observe(At(seconds(2)), {true, false}), (Steps{Step::kNone, Step::kNone}));
  EXPECT_EQ(links.Observe(At(seconds(3)), {true, true}), (Steps{Step::kNone, Step::kNone}));
}

TEST(LinkPropagation, NoticesThatTheOtherCableIsOutToo) {
  LinkPropagation links;
  links.Observe(At(seconds(0)), {false, true});
  links.Observe(At(seconds(1)), {true, false});
  const LinkPropagation::Time later = At(seconds(1)) + LinkPropagation::kSettleTime;
  EXPECT_EQ(links.Observe(later, {true, false}), (Steps{Step::kTakeDown, Step::kNone}));
}

TEST(LinkPropagation, TakesNothingDownWhereBothCablesAreOut) {
  LinkPropagation links;
  EXPECT_EQ(links.Observe(At(seconds(0)), {false, false}), (Steps{Step::kNone, Step::kNone}));
  EXPECT_EQ(links.Observe(At(seconds(1)), {true, false}), (Steps{Step::kTakeDown, Step::kNone}));
  EXPECT_EQ(links.Observe(At(seconds(2)), {false, true}), (Steps{Step::kLetUp, Step::kNone}));
}

}  // namespace
}  // namespace sluice::port
