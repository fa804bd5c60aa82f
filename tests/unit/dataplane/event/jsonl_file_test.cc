#include "dataplane/event/jsonl_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sluice::event {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = testing::TempDir() + "jsonl_file_test.XXXXXX";
    path_ = mkdtemp(path.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string ContentOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(JsonlFile, WritesLinesInOrder) {
  const TemporaryFolder folder;
  auto file = JsonlFile::Open(folder.File("a"));
  ASSERT_TRUE(file.ok());
  file->Write("{\"n\":1}\n");
  file->Write("{\"n\":2}\n{\"n\":3}\n");
  EXPECT_EQ(ContentOf(folder.File("a")), "") << "buffered";
  file->Flush();
  EXPECT_EQ(ContentOf(folder.File("a")), "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  EXPECT_EQ(file->lines_written(), 3u);
  EXPECT_TRUE(file->Close().ok());
}

TEST(JsonlFile, WritesWhatIsBufferedWhenItGoesAway) {
  const TemporaryFolder folder;
  {
    auto file = JsonlFile::Open(folder.File("a"));
    ASSERT_TRUE(file.ok());
    JsonlFile moved = std::move(*file);
    moved.Write("{}\n");
  }
  EXPECT_EQ(ContentOf(folder.File("a")), "{}\n");
}

TEST(JsonlFile, EmptiesOrContinuesAnExistingFile) {
  const TemporaryFolder folder;
  for (const auto start : {JsonlFile::Start::kEmpty, JsonlFile::Start::kAtEnd, JsonlFile::Start::kAtEnd}) {
    auto file = JsonlFile::Open(folder.File("a"), start);
    ASSERT_TRUE(file.ok());
    file->Write("{}\n");
  }
  EXPECT_EQ(ContentOf(folder.File("a")), "{}\n{}\n{}\n");
  auto file = JsonlFile::Open(folder.File("a"));
  EXPECT_EQ(ContentOf(folder.File("a")), "");
}

TEST(JsonlFile, IsNotReadableForEveryone) {
  const TemporaryFolder folder;
  auto file = JsonlFile::Open(folder.File("a"));
  ASSERT_TRUE(file.ok());
  struct stat status {};
  ASSERT_EQ(stat(folder.File("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0007u, 0u);
}

TEST(JsonlFile, NamesAPathThatCannotBeOpened) {
  const auto file = JsonlFile::Open("/nonexistent-folder/findings.jsonl");
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().message().find("/nonexistent-folder/findings.jsonl"), std::string::npos);
}

TEST(JsonlFile, CountsLinesThatAFullDeviceRefuses) {
  auto file = JsonlFile::Open("/dev/full");
  ASSERT_TRUE(file.ok());
  file->Write("{\"n\":1}\n{\"n\":2}\n");
  file->Flush();
  file->Write("{\"n\":3}\n");
  const Status status = file->Close();
  EXPECT_EQ(file->lines_lost(), 3u);
  EXPECT_EQ(file->lines_written(), 0u);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kIo);
  EXPECT_NE(status.error().message().find("3 of 3 lines"), std::string::npos);
}

// A limit on the size of files stands for a full disk that is freed later.
TEST(JsonlFile, GoesOnWithAWholeLineWhenTheDiskIsFreeAgain) {
  const TemporaryFolder folder;
  auto file = JsonlFile::Open(folder.File("a"));
  ASSERT_TRUE(file.ok());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto former_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit narrow = before;
  narrow.rlim_cur = 12;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &narrow), 0);
  file->Write("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  file->Flush();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, former_handler);
  EXPECT_EQ(file->lines_written(), 1u);
  EXPECT_EQ(file->lines_lost(), 2u);
  file->Write("{\"n\":4}\n");
  file->Flush();
  EXPECT_EQ(ContentOf(folder.File("a")), "{\"n\":1}\n{\"n\"\n{\"n\":4}\n");
  EXPECT_EQ(file->lines_written(), 2u);
}

TEST(JsonlFile, WritesToStandardOutputForADash) {
  ::testing::internal::CaptureStdout();
  auto file = JsonlFile::Open("-");
  ASSERT_TRUE(file.ok());
  file->Write("{\"n\":1}\n");
  EXPECT_TRUE(file->Close().ok());
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "{\"n\":1}\n");
  EXPECT_NE(fcntl(STDOUT_FILENO, F_GETFD), -1) << "standard output stays open";
}

TEST(JsonlFile, FlushesByItselfWhenTheBufferIsFull) {
  const TemporaryFolder folder;
  auto file = JsonlFile::Open(folder.File("a"));
  ASSERT_TRUE(file.ok());
  std::string line(1024, 'x');
  line.back() = '\n';
  for (int i = 0; i < 300; ++i) file->Write(line);
  EXPECT_GE(std::filesystem::file_size(folder.File("a")), 256u * 1024);
}

}  // namespace
}  // namespace sluice::event
