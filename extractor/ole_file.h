// OleFile: the storages and streams of an OLE2 compound file.
//
// Every chain meets each sector once, and the tree of entries each entry: cycles end.
// Thread: one. Allocates: the tables and each stream read. Failure: Open says no; a broken chain gives what stands before the break.
// Source: MS-CFB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_view.h"

namespace sluice::extractor {

struct OleEntry {
  static constexpr uint32_t kRoot = 0;
  std::string name;         // UTF-8
  bool is_storage = false;
  uint32_t parent = kRoot;  // index into entries()
  uint32_t first_sector = 0;
  uint64_t bytes = 0;
};

class OleFile {
 public:
  static std::optional<OleFile> Open(ByteView file);

  // The root first. What the tree does not reach is listed below the root all the same: it may have been unlinked to hide it.
  const std::vector<OleEntry>& entries() const { return entries_; }
  std::string Read(const OleEntry& entry) const;
  // The stream of that name in a storage; nullptr: there is none.
  const OleEntry* Find(uint32_t storage, std::string_view name) const;
  // "ObjectPool/_1234/Ole10Native".
  std::string PathOf(const OleEntry& entry) const;
  bool is_damaged() const { return damaged_; }

 private:
  struct Links {
    uint32_t left, right, child;
  };

  bool ReadHeader();
  void ReadTables(uint32_t first_difat, uint32_t difat_sectors);
  void ReadDirectory(uint32_t first);
  void Place(const std::vector<Links>& links);
  ByteView Sector(uint32_t number) const;
  uint32_t NextSector(uint32_t number) const;
  std::string ReadChain(uint32_t first, uint64_t bytes) const;
  std::string ReadMini(uint32_t first, uint64_t bytes) const;

  ByteView file_;
  size_t sector_bytes_ = 512, mini_sector_bytes_ = 64;
  uint32_t mini_cutoff_ = 4096;
  std::vector<uint32_t> fat_, mini_fat_;
  std::string mini_stream_;
  std::vector<OleEntry> entries_;
  bool damaged_ = false;
};

}  // namespace sluice::extractor
