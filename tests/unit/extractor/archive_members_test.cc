#include "extractor/archive_members.h"

#include <archive.h>
#include <archive_entry.h>

#include <clocale>

#include "tests/unit/extractor/collected_members.h"

namespace sluice::extractor {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

std::string MakeArchive(int (*format)(archive*), const Files& files) {
  std::string out(8 << 20, '\0');
  size_t used = 0;
  archive* a = archive_write_new();
  EXPECT_EQ(format(a), ARCHIVE_OK);
  archive_write_set_bytes_in_last_block(a, 1);
  EXPECT_EQ(archive_write_open_memory(a, out.data(), out.size(), &used), ARCHIVE_OK);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(a, entry);
    archive_write_data(a, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

TEST(ArchiveMembers, OpensEachFormat) {
  const Files files = {{"one.txt", "first"}, {"two.txt", std::string(100'000, 'z')}};
  const std::vector<std::pair<const char*, int (*)(archive*)>> formats = {
      {"7z", archive_write_set_format_7zip}, {"iso", archive_write_set_format_iso9660}, {"xar", archive_write_set_format_xar}, {"ar", archive_write_set_format_ar_svr4}};
  for (const auto& [name, format] : formats) {
    CollectedMembers members;
    EXPECT_EQ(ArchiveMembers(ByteView(MakeArchive(format, files)), {}, members), Outcome::kComplete) << name;
    std::string all;
    for (const auto& [file, content] : members.content) all += content;
    EXPECT_EQ(all.size(), files[0].second.size() + files[1].second.size()) << name;
    EXPECT_NE(all.find("first"), std::string::npos) << name;
  }
}

TEST(ArchiveMembers, KeepsNamesAsTheyStand) {
  std::setlocale(LC_CTYPE, "C.UTF-8");  // as the program does
  CollectedMembers members;
  ArchiveMembers(ByteView(MakeArchive(archive_write_set_format_7zip, {{"../../etc/机密.txt", "x"}})), {}, members);
  EXPECT_EQ(members.names, (std::vector<std::string>{"../../etc/机密.txt"}));
}

TEST(ArchiveMembers, SaysWhatIsCutOrNoArchive) {
  const std::string whole = MakeArchive(archive_write_set_format_7zip, {{"a", std::string(5000, 'q') + "end"}});
  for (const size_t bytes : {size_t{10}, size_t{32}, whole.size() / 2, whole.size() - 1}) {
    CollectedMembers members;
    EXPECT_EQ(ArchiveMembers(ByteView(whole).First(bytes), {}, members), Outcome::kCorrupt) << bytes;
  }
}

}  // namespace
}  // namespace sluice::extractor
