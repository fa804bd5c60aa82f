#include "rules/cli/register_journal.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "rules/bundle/byte_writer.h"
#include "rules/bundle/field_reader.h"
#include "rules/fingerprint/checksum.h"

namespace sluice::cli {
namespace {

using fingerprint::Document;

constexpr size_t kRecordHead = 12;

}  // namespace

std::vector<uint8_t> ToBytes(const Document& document) {
  bundle::ByteWriter out;
  out.Text(document.name);
  out.Raw({document.identity.data(), document.identity.size()});
  out.U64(document.path_hash);
  out.U64(document.source_bytes);
  out.U64(static_cast<uint64_t>(document.source_time));
  out.U32(static_cast<uint32_t>(document.wholes.size()));
  for (const fingerprint::Whole& whole : document.wholes) {
    out.U64(whole.begin);
    out.Raw({whole.digest.data(), whole.digest.size()});
  }
  out.U32(static_cast<uint32_t>(document.parts.size()));
  for (const fingerprint::Part& part : document.parts) {
    out.Enum(part.kind);
    out.U64(part.bytes);
    out.U32(static_cast<uint32_t>(part.fingerprints.size()));
    for (const fingerprint::Fingerprint f : part.fingerprints) out.U64(f);
  }
  return out.bytes();
}

std::optional<Document> DocumentFromBytes(ByteView bytes) {
  bundle::FieldReader in(bytes);
  const auto digest = [&in](fingerprint::ContentDigest& d) {
    const ByteView read = in.Bytes(d.size());
    std::copy(read.begin(), read.end(), d.begin());
  };
  Document document;
  document.name = in.Text();
  digest(document.identity);
  document.path_hash = in.U64();
  document.source_bytes = in.U64();
  document.source_time = static_cast<int64_t>(in.U64());
  document.wholes.resize(in.Count(24));
  for (fingerprint::Whole& whole : document.wholes) {
    whole.begin = in.U64();
    digest(whole.digest);
  }
  document.parts.resize(in.Count(13));
  for (fingerprint::Part& part : document.parts) {
    part.kind = in.Enum<fingerprint::Kind>();
    part.bytes = in.U64();
    part.fingerprints.resize(in.Count(8));
    for (fingerprint::Fingerprint& f : part.fingerprints) f = in.U64();
  }
  in.ExpectEnd();
  if (!in.ok()) return std::nullopt;
  return document;
}

Result<std::unique_ptr<RegisterJournal>> RegisterJournal::Open(const std::string& path, const fingerprint::Secrets& secrets, std::vector<Document>& finished) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  in.close();
  const ByteView bytes(text);
  size_t at = 0;
  while (bytes.size() - at >= kRecordHead) {
    const uint32_t length = LoadLe32(bytes.data() + at);
    const ByteView content = bytes.Sub(at + kRecordHead, length);
    if (content.size() != length || fingerprint::Checksum(content, secrets.checksum_seed) != LoadLe64(bytes.data() + at + 4)) break;
    std::optional<Document> document = DocumentFromBytes(content);
    if (!document) break;
    finished.push_back(std::move(*document));
    at += kRecordHead + length;
  }
  std::unique_ptr<RegisterJournal> journal(new RegisterJournal(path, secrets));
  if (!text.empty() && ::truncate(path.c_str(), static_cast<off_t>(at)) != 0) return Error::FromErrno(errno, "cannot go on with the journal " + path);
  journal->file_.reset(std::fopen(path.c_str(), "ab"));
  if (!journal->file_) return Error::FromErrno(errno, "cannot write the journal " + path);
  return journal;
}

Status RegisterJournal::Append(const Document& document) {
  const std::vector<uint8_t> content = ToBytes(document);
  bundle::ByteWriter head;
  head.U32(static_cast<uint32_t>(content.size()));
  head.U64(fingerprint::Checksum({content.data(), content.size()}, secrets_->checksum_seed));
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool written = std::fwrite(head.bytes().data(), 1, head.bytes().size(), file_.get()) == head.bytes().size() &&
                       std::fwrite(content.data(), 1, content.size(), file_.get()) == content.size();
  if (!written) return Error::FromErrno(errno, "cannot write the journal " + path_);
  return {};
}

void RegisterJournal::Remove() {
  file_.reset();
  ::unlink(path_.c_str());
}

}  // namespace sluice::cli
