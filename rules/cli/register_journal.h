// RegisterJournal: documents that are finished, one after the other in a file, so that a registration that was broken off goes on.
//
// Each record: u32 length, u64 checksum, content. What does not hold together ends the reading: it was being written. Thread: any, one
// at a time by its own lock. Allocates: yes (cold path). Failure: Result.
#pragma once

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "rules/fingerprint/document.h"

namespace sluice::cli {

class RegisterJournal {
 public:
  // Reads what is there, if it was made with the same key, and goes on behind it.
  static Result<std::unique_ptr<RegisterJournal>> Open(const std::string& path, const fingerprint::Secrets& secrets, std::vector<fingerprint::Document>& finished);
  Status Append(const fingerprint::Document& document);
  // The set is written: nothing is left to go on with.
  void Remove();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  RegisterJournal(std::string path, const fingerprint::Secrets& secrets) : path_(std::move(path)), secrets_(&secrets) {}

  std::string path_;
  const fingerprint::Secrets* secrets_;
  std::mutex mutex_;
  std::unique_ptr<std::FILE, Close> file_;
};

// A document as bytes and back; nothing where they are none.
std::vector<uint8_t> ToBytes(const fingerprint::Document& document);
std::optional<fingerprint::Document> DocumentFromBytes(ByteView bytes);

}  // namespace sluice::cli
