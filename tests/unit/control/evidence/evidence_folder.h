// What the tests of evidence share: a folder, and items as a worker hands them over.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "dataplane/event/evidence_shelf.h"

namespace sluice::evidence::testing {

class Folder {
 public:
  explicit Folder(const std::string& name) : path_(std::filesystem::temp_directory_path() / ("sluice-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string File(const std::string& name) const { return (path_ / name).string(); }
  size_t Count(const std::string& ending) const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) count += entry.path().extension() == ending ? 1 : 0;
    return count;
  }

 private:
  std::filesystem::path path_;
};

inline std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
inline ByteView View(const std::string& text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

inline event::EvidenceItem* MakeItem(event::EvidenceShelf& shelf, const std::string& object, uint64_t reference = 0xabc, int64_t seconds = 1000) {
  event::EvidenceItem* item = shelf.Begin();
  shelf.AddObject(*item, View(object));
  packet::Packet packet;
  static const std::string kFrame(60, 'f');
  packet.data = View(kFrame).data();
  packet.length = packet.wire_length = 60;
  shelf.AddPacket(*item, packet);
  item->asked = item->complete = true;
  item->time = Timestamp::FromNanoseconds(seconds * 1'000'000'000);
  item->rule.Assign("cn.secret");
  item->about.name.Assign("plan.docx");
  item->Refer(reference);
  return item;
}

}  // namespace sluice::evidence::testing
