// ItemWriter: an item of evidence on its way to its file: each block encrypted as it comes, for whoever has the opening key alone.
//
// The file is PATH.part until it is whole and on the disk; what a crash leaves is recognised by that name. Thread: one. Allocates: yes.
// Failure: Error (kResourceExhausted: the disk is full); the half of a file is removed.
#pragma once

#include <sodium.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_view.h"
#include "base/result.h"
#include "control/evidence/item_format.h"
#include "control/evidence/item_key.h"

namespace sluice::evidence {

class ItemWriter {
 public:
  static constexpr std::string_view kUnfinished = ".part";

  static Result<std::unique_ptr<ItemWriter>> Begin(const std::string& path, const SealingKey& key, std::string_view facts);
  ~ItemWriter();
  ItemWriter(const ItemWriter&) = delete;
  ItemWriter& operator=(const ItemWriter&) = delete;

  Status Add(BlockKind kind, ByteView bytes);
  // The last block; the file then has its name, and is on the disk.
  Status Finish(std::string_view end);
  uint64_t bytes() const { return bytes_; }

 private:
  ItemWriter(std::string path, int file) : path_(std::move(path)), file_(file) {}
  Status WriteHead(const SealingKey& key);
  Status WriteBlock(BlockKind kind, ByteView bytes, unsigned char tag);
  Status Write(ByteView bytes);

  const std::string path_;
  int file_;
  uint64_t bytes_ = 0;
  bool first_ = true;
  crypto_secretstream_xchacha20poly1305_state stream_{};
  std::vector<uint8_t> plain_, sealed_;
};

}  // namespace sluice::evidence
