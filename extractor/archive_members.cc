#include "extractor/archive_members.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <string_view>

namespace sluice::extractor {
namespace {

struct Free {
  void operator()(archive* a) const { archive_read_free(a); }
};
using Archive = std::unique_ptr<archive, Free>;

// "compress" has no format within: one member, whatever it is.
bool IsCompressed(ByteView document) { return document.size() > 2 && document[0] == 0x1F && document[1] == 0x9D; }

Archive Open(ByteView document) {
  Archive a(archive_read_new());
  if (a == nullptr) return nullptr;
  archive_read_support_filter_compress(a.get());
  if (IsCompressed(document)) {
    archive_read_support_format_raw(a.get());
  } else {
    // What stands around the archive of an RPM.
    archive_read_support_filter_rpm(a.get());
    archive_read_support_filter_gzip(a.get());
    archive_read_support_filter_bzip2(a.get());
    archive_read_support_filter_xz(a.get());
    archive_read_support_filter_lzma(a.get());
    archive_read_support_filter_zstd(a.get());
    archive_read_support_format_7zip(a.get());
    archive_read_support_format_rar(a.get());
    archive_read_support_format_rar5(a.get());
    archive_read_support_format_cab(a.get());
    archive_read_support_format_iso9660(a.get());
    archive_read_support_format_lha(a.get());
    archive_read_support_format_xar(a.get());
    archive_read_support_format_cpio(a.get());
    archive_read_support_format_ar(a.get());
  }
  const int opened = archive_read_open_memory(a.get(), document.data(), document.size());
  return opened == ARCHIVE_OK || opened == ARCHIVE_WARN ? std::move(a) : nullptr;
}

std::string_view NameOf(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

// ARCHIVE_OK: to its end.
int CopyContent(archive* a, MemberSink& sink) {
  for (;;) {
    const void* block = nullptr;
    size_t bytes = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(a, &block, &bytes, &offset);
    if (status == ARCHIVE_EOF) return ARCHIVE_OK;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return status;
    sink.Write(ByteView(static_cast<const uint8_t*>(block), bytes));
  }
}

class ArchiveReader {
 public:
  ArchiveReader(archive* a, MemberSink& sink) : archive_(a), sink_(sink) {}

  Outcome Read() {
    archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    while ((status = archive_read_next_header(archive_, &entry)) != ARCHIVE_EOF) {
      if (status == ARCHIVE_FATAL) return Failure();
      if (status == ARCHIVE_FAILED || status == ARCHIVE_RETRY) {
        worst_ = Failure();
        continue;
      }
      if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0) continue;
      if (Content(entry) == ARCHIVE_FATAL) return worst_;
    }
    return worst_;
  }

 private:
  int Content(archive_entry* entry) {
    const bool encrypted = archive_entry_is_data_encrypted(entry) != 0;
    sink_.Begin(NameOf(entry));
    const int status = CopyContent(archive_, sink_);
    Outcome outcome = Outcome::kComplete;
    if (status != ARCHIVE_OK) outcome = encrypted ? Outcome::kEncrypted : Failure();
    sink_.End(outcome);
    if (status == ARCHIVE_FATAL) worst_ = outcome;
    return status;
  }

  Outcome Failure() const {
    if (archive_read_has_encrypted_entries(archive_) > 0) return Outcome::kEncrypted;
    // libarchive tells methods that it does not offer by its words only.
    const char* message = archive_error_string(archive_);
    const bool unsupported = message != nullptr && std::string_view(message).find("nsupported") != std::string_view::npos;
    return unsupported ? Outcome::kUnsupported : Outcome::kCorrupt;
  }

  archive* archive_;
  MemberSink& sink_;
  Outcome worst_ = Outcome::kComplete;
};

}  // namespace

Outcome ArchiveMembers(ByteView document, const Limits&, MemberSink& sink) {
  const Archive a = Open(document);
  return a == nullptr ? Outcome::kCorrupt : ArchiveReader(a.get(), sink).Read();
}

}  // namespace sluice::extractor
