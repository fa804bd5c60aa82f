// JsonlFile: lines into a file or, for "-", standard output; buffered, and never silent about what it lost.
//
// Thread: one owner, cold (it writes and may wait for the disk). Allocates: its buffer. Failure: the first failed write of
// a run of failures is logged; lines that did not get out are counted, and writing goes on when the fault is gone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::event {

class JsonlFile {
 public:
  enum class Start : uint8_t { kEmpty, kAtEnd };  // an existing file is emptied, or written on

  // Errors: what the system says about the path.
  static Result<JsonlFile> Open(const std::string& path, Start start = Start::kEmpty);
  JsonlFile(JsonlFile&& other) noexcept;
  JsonlFile& operator=(JsonlFile&&) = delete;
  ~JsonlFile();  // flushes; Close first to learn whether all is written

  // REQUIRES: `lines` is whole lines, each with its line break.
  void Write(std::string_view lines);
  void Flush();
  // Flushes and closes. Error: a write failed since Open; says how many lines are missing.
  Status Close();

  uint64_t lines_written() const { return lines_written_; }
  uint64_t lines_lost() const { return lines_lost_; }
  // Whether the last write was refused.
  bool fails() const { return failing_; }
  const std::string& name() const { return name_; }

 private:
  static constexpr size_t kBufferBytes = 256 * 1024;

  JsonlFile(int descriptor, std::string name);
  // Bytes that got out before the system refused.
  size_t WriteOut(std::string_view bytes);

  int descriptor_;
  std::string name_;
  std::string buffer_;
  uint64_t lines_written_ = 0;
  uint64_t lines_lost_ = 0;
  bool failing_ = false;   // the last write failed and was logged
  bool mid_line_ = false;  // a failed write left the beginning of a line in the file
};

}  // namespace sluice::event
