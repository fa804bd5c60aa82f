#include "extractor/ole_file.h"

#include <algorithm>

#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

// MS-CFB 2.1: sector numbers with a meaning of their own.
constexpr uint32_t kLastSector = 0xFFFFFFFE, kFirstReserved = 0xFFFFFFFA, kNoEntry = 0xFFFFFFFF;
constexpr size_t kHeaderBytes = 512, kEntryBytes = 128, kHeaderDifat = 109;

uint32_t At32(ByteView bytes, size_t offset) { return offset + 4 <= bytes.size() ? LoadLe32(bytes.data() + offset) : kLastSector; }
uint16_t At16(ByteView bytes, size_t offset) { return offset + 2 <= bytes.size() ? LoadLe16(bytes.data() + offset) : uint16_t{0}; }

void AppendNumbers(ByteView sector, std::vector<uint32_t>& table) {
  for (size_t at = 0; at + 4 <= sector.size(); at += 4) table.push_back(LoadLe32(sector.data() + at));
}

}  // namespace

std::optional<OleFile> OleFile::Open(ByteView file) {
  OleFile ole;
  ole.file_ = file;
  if (!ole.ReadHeader()) return std::nullopt;
  return ole;
}

bool OleFile::ReadHeader() {
  constexpr uint8_t kSignature[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
  if (file_.size() < kHeaderBytes || !std::equal(std::begin(kSignature), std::end(kSignature), file_.begin())) return false;
  const uint16_t shift = At16(file_, 30), mini_shift = At16(file_, 32);
  if ((shift != 9 && shift != 12) || mini_shift >= shift) return false;
  sector_bytes_ = size_t{1} << shift;
  mini_sector_bytes_ = size_t{1} << mini_shift;
  mini_cutoff_ = At32(file_, 56);
  ReadTables(At32(file_, 68), At32(file_, 72));
  uint32_t sector = At32(file_, 60);
  for (size_t i = 0; i < fat_.size() && sector < kFirstReserved; ++i, sector = NextSector(sector)) AppendNumbers(Sector(sector), mini_fat_);
  ReadDirectory(At32(file_, 48));
  return !entries_.empty();
}

// The first 109 sectors of the table stand in the header, the others in a chain of lists (2.5).
void OleFile::ReadTables(uint32_t next_list, uint32_t lists) {
  const size_t sectors = file_.size() / sector_bytes_ + 1;
  std::vector<uint32_t> places;
  AppendNumbers(file_.Sub(kHeaderBytes - kHeaderDifat * 4, kHeaderDifat * 4), places);
  for (uint32_t i = 0; i < lists && i < sectors && next_list < kFirstReserved; ++i) {
    std::vector<uint32_t> list;
    AppendNumbers(Sector(next_list), list);
    if (list.empty()) break;
    next_list = list.back();
    list.pop_back();
    places.insert(places.end(), list.begin(), list.end());
  }
  for (const uint32_t place : places) {
    if (place >= kFirstReserved) continue;
    if (fat_.size() >= sectors) break;
    AppendNumbers(Sector(place), fat_);
  }
}

ByteView OleFile::Sector(uint32_t number) const { return file_.Sub((size_t{number} + 1) * sector_bytes_, sector_bytes_); }
uint32_t OleFile::NextSector(uint32_t number) const { return number < fat_.size() ? fat_[number] : kLastSector; }

std::string OleFile::ReadChain(uint32_t sector, uint64_t bytes) const {
  std::string content;
  std::vector<bool> met(fat_.size());
  for (; sector < fat_.size() && !met[sector] && content.size() < bytes; sector = NextSector(sector)) {
    met[sector] = true;
    content += Sector(sector).First(static_cast<size_t>(bytes - content.size())).AsText();
  }
  return content;
}

std::string OleFile::ReadMini(uint32_t sector, uint64_t bytes) const {
  std::string content;
  for (size_t i = 0; i < mini_fat_.size() && sector < mini_fat_.size() && content.size() < bytes; ++i, sector = mini_fat_[sector]) {
    const ByteView part = ByteView(mini_stream_).Sub(size_t{sector} * mini_sector_bytes_, mini_sector_bytes_);
    content += part.First(static_cast<size_t>(bytes - content.size())).AsText();
  }
  return content;
}

std::string OleFile::Read(const OleEntry& entry) const {
  return entry.bytes < mini_cutoff_ ? ReadMini(entry.first_sector, entry.bytes) : ReadChain(entry.first_sector, entry.bytes);
}

// 2.6.1: entries of 128 bytes.
void OleFile::ReadDirectory(uint32_t first) {
  const std::string directory = ReadChain(first, file_.size());
  std::vector<Links> links;
  for (size_t at = 0; at + kEntryBytes <= directory.size(); at += kEntryBytes) {
    const ByteView raw = ByteView(directory).Sub(at, kEntryBytes);
    constexpr uint8_t kUnused = 0, kStorage = 1, kRootStorage = 5;
    const uint8_t type = raw[66];
    OleEntry entry;
    const size_t name_bytes = std::min<size_t>(At16(raw, 64), 64);
    entry.name = Utf16LeToUtf8(raw.First(name_bytes < 2 ? 0 : name_bytes - 2));
    entry.is_storage = type == kStorage || type == kRootStorage || type == kUnused;
    entry.first_sector = At32(raw, 116);
    // The upper half counts in files of large sectors only (2.6.1); a length is never more than the file.
    const uint64_t upper = sector_bytes_ > 512 ? At32(raw, 124) : 0;
    entry.bytes = std::min<uint64_t>(upper << 32 | At32(raw, 120), type == kUnused ? 0 : file_.size());
    entries_.push_back(std::move(entry));
    links.push_back({At32(raw, 68), At32(raw, 72), At32(raw, 76)});
  }
  if (entries_.empty()) return;
  Place(links);
  mini_stream_ = ReadChain(entries_[OleEntry::kRoot].first_sector, entries_[OleEntry::kRoot].bytes);
}

void OleFile::Place(const std::vector<Links>& links) {
  std::vector<bool> met(entries_.size());
  met[OleEntry::kRoot] = true;
  std::vector<std::pair<uint32_t, uint32_t>> waiting{{links[OleEntry::kRoot].child, OleEntry::kRoot}};  // entry, its storage
  while (!waiting.empty()) {
    const auto [index, storage] = waiting.back();
    waiting.pop_back();
    if (index >= entries_.size()) {
      damaged_ = damaged_ || index != kNoEntry;
      continue;
    }
    if (met[index]) {
      damaged_ = true;
      continue;
    }
    met[index] = true;
    entries_[index].parent = storage;
    waiting.emplace_back(links[index].left, storage);
    waiting.emplace_back(links[index].right, storage);
    if (entries_[index].is_storage) waiting.emplace_back(links[index].child, index);
  }
}

const OleEntry* OleFile::Find(uint32_t storage, std::string_view name) const {
  const auto found = std::find_if(entries_.begin() + 1, entries_.end(),
                                  [&](const OleEntry& entry) { return !entry.is_storage && entry.parent == storage && entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

std::string OleFile::PathOf(const OleEntry& entry) const {
  std::string path = entry.name;
  uint32_t storage = entry.parent;
  constexpr int kMaxDepth = 32;
  for (int depth = 0; depth < kMaxDepth && storage != OleEntry::kRoot; ++depth, storage = entries_[storage].parent) {
    path.insert(0, entries_[storage].name + "/");
  }
  return path;
}

}  // namespace sluice::extractor
