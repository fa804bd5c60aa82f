#include "control/evidence/item_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/byte_order.h"

namespace sluice::evidence {
namespace {

Error Refused(int error, const std::string& path) {
  if (error == ENOSPC || error == EDQUOT) return Error(ErrorCode::kResourceExhausted, "no room on the disk for " + path);
  return Error::FromErrno(error, "evidence " + path);
}

ByteView Bytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

}  // namespace

Result<std::unique_ptr<ItemWriter>> ItemWriter::Begin(const std::string& path, const SealingKey& key, std::string_view facts) {
  const int file = open((path + std::string(kUnfinished)).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Refused(errno, path);
  std::unique_ptr<ItemWriter> writer(new ItemWriter(path, file));
  if (Status status = writer->WriteHead(key); !status) return status.error();
  if (Status status = writer->Add(BlockKind::kFacts, Bytes(facts)); !status) return status.error();
  return writer;
}

ItemWriter::~ItemWriter() {
  sodium_memzero(&stream_, sizeof stream_);
  if (!plain_.empty()) sodium_memzero(plain_.data(), plain_.size());
  if (file_ < 0) return;
  close(file_);
  unlink((path_ + std::string(kUnfinished)).c_str());
}

Status ItemWriter::WriteHead(const SealingKey& key) {
  std::array<uint8_t, kItemKeyBytes> item_key;
  std::array<uint8_t, kSealedKeyBytes> sealed;
  std::array<uint8_t, kStreamHeadBytes> head;
  crypto_secretstream_xchacha20poly1305_keygen(item_key.data());
  const bool made = crypto_box_seal(sealed.data(), item_key.data(), item_key.size(), key.bytes.data()) == 0 &&
                    crypto_secretstream_xchacha20poly1305_init_push(&stream_, head.data(), item_key.data()) == 0;
  sodium_memzero(item_key.data(), item_key.size());
  if (!made) return Error(ErrorCode::kInvalidArgument, "the public key of the evidence vault cannot be used");
  if (Status status = Write({kMagic.data(), kMagic.size()}); !status) return status;
  if (Status status = Write({sealed.data(), sealed.size()}); !status) return status;
  return Write({head.data(), head.size()});
}

Status ItemWriter::Add(BlockKind kind, ByteView bytes) {
  do {
    const ByteView block = bytes.First(kBlockBytes);
    if (Status status = WriteBlock(kind, block, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE); !status) return status;
    bytes = bytes.From(block.size());
  } while (!bytes.empty());
  return {};
}

Status ItemWriter::WriteBlock(BlockKind kind, ByteView bytes, unsigned char tag) {
  plain_.resize(1 + bytes.size());
  plain_[0] = static_cast<uint8_t>(kind);
  for (size_t i = 0; i < bytes.size(); ++i) plain_[1 + i] = bytes.data()[i];
  sealed_.resize(kLengthBytes + bytes.size() + kBlockOverhead);
  StoreLe32(sealed_.data(), static_cast<uint32_t>(bytes.size() + kBlockOverhead));
  crypto_secretstream_xchacha20poly1305_push(&stream_, sealed_.data() + kLengthBytes, nullptr, plain_.data(), plain_.size(),
                                             first_ ? kMagic.data() : nullptr, first_ ? kMagic.size() : 0, tag);
  first_ = false;
  return Write({sealed_.data(), sealed_.size()});
}

Status ItemWriter::Write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Refused(errno, path_);
    bytes_ += static_cast<uint64_t>(written);
    bytes = bytes.From(static_cast<size_t>(written));
  }
  return {};
}

Status ItemWriter::Finish(std::string_view end) {
  if (Status status = WriteBlock(BlockKind::kEnd, Bytes(end), crypto_secretstream_xchacha20poly1305_TAG_FINAL); !status) return status;
  if (fsync(file_) != 0) return Refused(errno, path_);
  if (std::rename((path_ + std::string(kUnfinished)).c_str(), path_.c_str()) != 0) return Refused(errno, path_);
  close(file_);
  file_ = -1;
  // The name is on the disk only when its folder is.
  const int folder = open(std::filesystem::path(path_).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return Refused(errno, path_);
  const int synced = fsync(folder);
  const int error = errno;
  close(folder);
  return synced == 0 ? Status() : Status(Refused(error, path_));
}

}  // namespace sluice::evidence
