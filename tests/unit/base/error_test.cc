#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace sluice {
namespace {

TEST(Error, GathersContextAsItClimbs) {
  const Error error =
      Error(ErrorCode::kCorrupt, "bad magic").WithContext("policy.slb").WithContext("loading the policy");
  EXPECT_EQ(error.message(), "loading the policy: policy.slb: bad magic");
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
}

TEST(Error, NamesTheSystemsReason) {
  const Error error = Error::FromErrno(ENOENT, "/nowhere");
  EXPECT_EQ(error.message(), "/nowhere: No such file or directory");
}

TEST(Error, SortsTheSystemsReasons) {
  EXPECT_EQ(Error::FromErrno(ENOENT, "x").code(), ErrorCode::kNotFound);
  EXPECT_EQ(Error::FromErrno(EACCES, "x").code(), ErrorCode::kPermissionDenied);
  EXPECT_EQ(Error::FromErrno(EPERM, "x").code(), ErrorCode::kPermissionDenied);
  EXPECT_EQ(Error::FromErrno(ENOMEM, "x").code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(Error::FromErrno(ENOSPC, "x").code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(Error::FromErrno(EMFILE, "x").code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(Error::FromErrno(EIO, "x").code(), ErrorCode::kIo);
}

TEST(ErrorCode, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) names.insert(Name(static_cast<ErrorCode>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(ErrorCode::kInternal) + 1);
  EXPECT_EQ(names.count("unknown error"), 0u);
}

}  // namespace
}  // namespace sluice
