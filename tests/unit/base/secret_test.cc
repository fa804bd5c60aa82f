#include "base/secret.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace sluice {
namespace {

template <typename T, typename = void>
struct IsPrintable : std::false_type {};
template <typename T>
struct IsPrintable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>>
    : std::true_type {};

TEST(Secret, IsReadOnlyByRevealing) {
  const Secret<std::string> secret("key");
  EXPECT_EQ(secret.Reveal(), "key");
}

TEST(Secret, CannotBePrintedOrConverted) {
  static_assert(IsPrintable<std::string>::value);
  EXPECT_FALSE(IsPrintable<Secret<std::string>>::value);
  EXPECT_FALSE((std::is_convertible_v<Secret<std::string>, std::string>));
}

}  // namespace
}  // namespace sluice
