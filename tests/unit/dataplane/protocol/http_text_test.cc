#include "dataplane/protocol/http_text.h"

#include <gtest/gtest.h>

namespace sluice::protocol {
namespace {

std::string Disposition(std::string_view value) {
  InlineText<kNameLength> name;
  AssignDispositionName(value, name);
  return std::string(name.view());
}
std::string Path(std::string_view target) {
  InlineText<kNameLength> path;
  AssignPathOfTarget(target, path);
  return std::string(path.view());
}

TEST(HttpText, ReadsNamesOfContentDisposition) {
  EXPECT_EQ(Disposition("attachment; filename=plan.pdf"), "plan.pdf");
  EXPECT_EQ(Disposition("attachment; filename=\"a plan.pdf\""), "a plan.pdf");
  EXPECT_EQ(Disposition("attachment; filename=\"a\\\"b;c.pdf\"; x=y"), "a\"b;c.pdf");
  EXPECT_EQ(Disposition("attachment; filename=\"C:\\dir\\f.doc\""), "C:\\dir\\f.doc");
  EXPECT_EQ(Disposition("attachment; filename*=UTF-8''%E6%9C%BA.doc; filename=x.doc"), "\xE6\x9C\xBA.doc");
  EXPECT_EQ(Disposition("attachment; FileName = \"x.doc\""), "x.doc");
}

TEST(HttpText, LeavesTheNameAloneWhereThereIsNone) {
  for (const char* value : {"inline", "attachment;", "attachment; filename", "attachment; filename=", "attachment; filename*=x",
                            "attachment; filename*=utf-8'", "filename=x.doc", "attachment; name=x"}) {
    EXPECT_EQ(Disposition(value), "") << value;
  }
}

TEST(HttpText, SurvivesAnOpenQuote) { EXPECT_EQ(Disposition("attachment; filename=\"open\\"), "open\\"); }

TEST(HttpText, ReadsThePathOfEveryFormOfTarget) {
  EXPECT_EQ(Path("/a/b.txt?q=1#f"), "/a/b.txt");
  EXPECT_EQ(Path("http://h.example:80/a%20b"), "/a b");
  EXPECT_EQ(Path("http://h.example"), "");
  EXPECT_EQ(Path("*"), "*");
  EXPECT_EQ(Path("/%zz%4"), "/%zz%4");
  EXPECT_EQ(Path("/p?u=http://x/y"), "/p");
}

TEST(HttpText, ReadsTheHostOfATarget) {
  EXPECT_EQ(HostOfTarget("http://h.example:80/a"), "h.example:80");
  EXPECT_EQ(HostOfTarget("h.example:443"), "h.example:443");
  EXPECT_EQ(HostOfTarget("/a"), "");
  EXPECT_EQ(HostOfTarget("*"), "");
}

TEST(HttpText, SplitsLists) {
  std::string_view rest = " gzip ,, chunked";
  EXPECT_EQ(NextListElement(rest), "gzip");
  EXPECT_EQ(NextListElement(rest), "");
  EXPECT_EQ(NextListElement(rest), "chunked");
  EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace sluice::protocol
