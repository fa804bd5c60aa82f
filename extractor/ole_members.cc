#include "extractor/ole_members.h"

#include <algorithm>
#include <vector>

#include "extractor/excel_text.h"
#include "extractor/ole_file.h"
#include "extractor/outlook_text.h"
#include "extractor/powerpoint_text.h"
#include "extractor/property_set.h"
#include "extractor/word_text.h"

namespace sluice::extractor {
namespace {

// Names of streams may begin with a control character, which says what kind they are.
std::string Printable(std::string name) {
  name.erase(std::remove_if(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }), name.end());
  return name;
}

// MS-OLEDS 2.3.6: an OLE1 object in its wrapper; the file name, then paths, then the bytes of the file.
std::string_view PackagedFile(std::string_view stream, std::string& name) {
  ByteReader reader{ByteView(stream)};
  uint32_t total = 0, size = 0;
  uint16_t kind = 0;
  const auto text = [&](std::string* into) {
    for (uint8_t c = 0; reader.Read8(c) && c != 0;) {
      if (into != nullptr) *into += static_cast<char>(c);
    }
  };
  constexpr uint16_t kFile = 2;
  if (!reader.ReadLe32(total) || !reader.ReadLe16(kind)) return {};
  if (kind != kFile) return stream.substr(4);
  text(&name);
  text(nullptr);
  if (!reader.Skip(4) || !reader.ReadLe32(size) || !reader.Skip(size) || !reader.ReadLe32(size)) return {};
  return reader.Rest().First(size).AsText();
}

class OleReader {
 public:
  OleReader(const OleFile& file, MemberSink& sink) : file_(file), sink_(sink), done_(file.entries().size()) {}

  Outcome Read() {
    const std::vector<OleEntry>& entries = file_.entries();
    for (uint32_t i = 0; i < entries.size(); ++i) {
      if (entries[i].is_storage) Storage(i);
    }
    for (uint32_t i = 1; i < entries.size(); ++i) {
      if (!entries[i].is_storage && !done_[i]) Stream(entries[i]);
    }
    if (worst_ == Outcome::kComplete && file_.is_damaged()) worst_ = Outcome::kCorrupt;
    return worst_;
  }

 private:
  // What applications keep in streams of a known name, at the root or in the storage of an embedded object.
  void Storage(uint32_t storage) {
    if (const OleEntry* word = file_.Find(storage, "WordDocument"); word != nullptr) Word(storage, *word);
    for (const char* name : {"Workbook", "Book"}) {
      if (const OleEntry* book = file_.Find(storage, name); book != nullptr) Text(*book, ExcelText(Take(*book)));
    }
    if (const OleEntry* slides = file_.Find(storage, "PowerPoint Document"); slides != nullptr) PowerPoint(storage, *slides);
    if (file_.Find(storage, "__properties_version1.0") != nullptr) Message(storage);
    if (file_.Find(storage, "EncryptedPackage") != nullptr) Note(Outcome::kEncrypted);
    if (file_.Find(storage, "VisioDocument") != nullptr || file_.Find(storage, "HwpSummaryInformation") != nullptr ||
        file_.Find(storage, "\005HwpSummaryInformation") != nullptr) {
      Note(Outcome::kUnsupported);
    }
  }

  std::string Take(const OleEntry& entry) {
    done_[static_cast<size_t>(&entry - file_.entries().data())] = true;
    return file_.Read(entry);
  }

  void Text(const OleEntry& entry, const DocumentText& text) {
    sink_.Member(entry.parent == OleEntry::kRoot ? "text" : file_.PathOf(entry) + "/text", text.text);
    Note(text.outcome);
  }

  void Word(uint32_t storage, const OleEntry& document) {
    const std::string main = Take(document);
    const OleEntry* table = file_.Find(storage, WordTableName(ByteView(main)));
    Text(document, WordText(ByteView(main), table == nullptr ? std::string() : file_.Read(*table)));
  }

  void PowerPoint(uint32_t storage, const OleEntry& document) {
    const OleEntry* user = file_.Find(storage, "Current User");
    const std::string slides = Take(document);
    Text(document, PowerPointText(slides, user == nullptr ? std::string() : file_.Read(*user)));
    for (const PackedObject& object : PowerPointObjects(slides)) sink_.Member("object", object.bytes);
  }

  void Message(uint32_t storage) {
    OutlookText message;
    for (const OleEntry& entry : file_.entries()) {
      if (!entry.is_storage && entry.parent == storage && message.Wants(entry.name)) message.Add(entry.name, Take(entry));
    }
    const OleEntry& here = file_.entries()[storage];
    const std::string prefix = storage == OleEntry::kRoot ? std::string() : file_.PathOf(here) + "/";
    sink_.Member(prefix + "text", message.text());
    sink_.Member(prefix + "body", message.body());
    sink_.Member(prefix + (message.attachment_name().empty() ? "attachment" : message.attachment_name()), message.attachment());
  }

  void Stream(const OleEntry& entry) {
    const std::string content = file_.Read(entry);
    const std::string name = Printable(file_.PathOf(entry));
    if (content.size() < entry.bytes) Note(Outcome::kTruncated);
    if (entry.name == "\005SummaryInformation" || entry.name == "\005DocumentSummaryInformation") {
      return sink_.Member(name, PropertySetText(ByteView(content)));
    }
    if (entry.name == "\001Ole10Native") {
      std::string file_name;
      const std::string_view file = PackagedFile(content, file_name);
      if (!file.empty()) return sink_.Member(file_name.empty() ? name : file_name, file);
    }
    sink_.Member(name, content);
  }

  // What hides more counts more: encrypted before everything else.
  void Note(Outcome outcome) {
    if (outcome == Outcome::kComplete || worst_ == Outcome::kEncrypted) return;
    worst_ = outcome;
  }

  const OleFile& file_;
  MemberSink& sink_;
  std::vector<bool> done_;
  Outcome worst_ = Outcome::kComplete;
};

}  // namespace

Outcome OleMembers(ByteView document, const Limits&, MemberSink& sink) {
  const std::optional<OleFile> file = OleFile::Open(document);
  return file ? OleReader(*file, sink).Read() : Outcome::kCorrupt;
}

}  // namespace sluice::extractor
