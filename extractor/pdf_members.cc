#include "extractor/pdf_members.h"

#include <Annot.h>
#include <Catalog.h>
#include <Error.h>
#include <ErrorCodes.h>
#include <FileSpec.h>
#include <GlobalParams.h>
#include <Outline.h>
#include <PDFDoc.h>
#include <PDFDocEncoding.h>
#include <Page.h>
#include <Stream.h>
#include <TextOutputDev.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>
#include <string>
#include <vector>

#include "extractor/shipped_files.h"
#include "extractor/unicode_text.h"

namespace sluice::extractor {
namespace {

constexpr int kMaxDepth = 32;  // of outlines and form fields, which may hold themselves

// ISO 32000-1, 7.9.2.2: UTF-16 behind a byte order mark, else PDFDocEncoding; 32000-2 adds UTF-8.
std::string TextOf(const GooString* string) {
  if (string == nullptr) return {};
  const ByteView bytes(std::string_view(string->c_str(), static_cast<size_t>(string->getLength())));
  if (bytes.size() >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF) return Utf16BeToUtf8(bytes.From(2));
  if (bytes.size() >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE) return Utf16LeToUtf8(bytes.From(2));
  if (bytes.size() >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF) return std::string(bytes.From(3).AsText());
  std::string text;
  for (const uint8_t byte : bytes) AppendUtf8(text, pdfDocEncoding[byte]);
  return text;
}

// Work of a document, over all its pages.
struct Work {
  uint64_t left = 0;
  bool spent = false;
  bool Take(uint64_t n) {
    spent = spent || left < n;
    left -= std::min(left, n);
    return !spent;
  }
};

// Text in reading order, written as pages end; characters are counted as work.
class PageText final : public TextOutputDev {
 public:
  PageText(MemberSink& sink, Work& work) : TextOutputDev(&PageText::Emit, this, false, 0, false), sink_(sink), work_(work) {}
  ~PageText() override { Close(); }

  void drawChar(GfxState* state, double x, double y, double dx, double dy, double origin_x, double origin_y, CharCode code, int bytes, const Unicode* u,
                int length) override {
    if (work_.Take(1)) TextOutputDev::drawChar(state, x, y, dx, dy, origin_x, origin_y, code, bytes, u, length);
  }
  void Close() {
    if (begun_) sink_.End(work_.spent ? Outcome::kLimit : Outcome::kComplete);
    begun_ = false;
  }

 private:
  static void Emit(void* self, const char* text, int length) {
    auto& page = *static_cast<PageText*>(self);
    if (length <= 0) return;
    if (!page.begun_) page.sink_.Begin("text");
    page.begun_ = true;
    page.sink_.Write(std::string_view(text, static_cast<size_t>(length)));
  }

  MemberSink& sink_;
  Work& work_;
  bool begun_ = false;
};

class PdfReader {
 public:
  PdfReader(PDFDoc& document, const Limits& limits, MemberSink& sink) : document_(document), limits_(limits), sink_(sink) {
    work_.left = limits.operations;
  }

  Outcome Read() {
    Pages();
    Catalog* catalog = document_.getCatalog();
    Information();
    if (const std::unique_ptr<GooString> xmp = catalog->readMetadata()) sink_.Member("xmp", xmp->toStr());
    if (Outline* outline = document_.getOutline(); outline != nullptr) Titles(outline->getItems(), 0);
    sink_.Member("outline", outline_);
    sink_.Member("annotations", annotations_);
    Forms(*catalog->getAcroForm());
    for (int i = 0; i < catalog->numEmbeddedFiles(); ++i) Attachment(*catalog->embeddedFile(i));
    for (const Object& file : pinned_) {
      FileSpec specification(&file);
      Attachment(specification);
    }
    return work_.spent || document_.getNumPages() > static_cast<int>(limits_.pages) ? Outcome::kLimit : Outcome::kComplete;
  }

 private:
  // Of page descriptions: whether the work allowed is done, asked for every few operators.
  static bool IsSpent(void* self) {
    constexpr uint64_t kOperators = 64;
    return !static_cast<PdfReader*>(self)->work_.Take(kOperators);
  }

  void Pages() {
    PageText text(sink_, work_);
    const int pages = std::min(document_.getNumPages(), static_cast<int>(limits_.pages));
    constexpr double kPointsPerInch = 72;
    for (int page = 1; page <= pages && !work_.spent; ++page) {
      document_.displayPage(&text, page, kPointsPerInch, kPointsPerInch, 0, true, false, false, &PdfReader::IsSpent, this);
      Annotations(page);
    }
  }

  void Annotations(int number) {
    Page* page = document_.getPage(number);
    Annots* annotations = page == nullptr ? nullptr : page->getAnnots();
    if (annotations == nullptr) return;
    for (Annot* annotation : annotations->getAnnots()) {
      if (!work_.Take(1)) return;
      if (const std::string text = TextOf(annotation->getContents()); !text.empty()) annotations_ += text + "\n";
      if (annotation->getType() != Annot::typeFileAttachment) continue;
      pinned_.push_back(static_cast<AnnotFileAttachment*>(annotation)->getFile()->copy());
    }
  }

  void Information() {
    const Object information = document_.getDocInfo();
    if (!information.isDict()) return;
    std::string text;
    for (int i = 0; i < information.dictGetLength(); ++i) {
      const Object value = information.dictGetVal(i);
      if (value.isString()) text += std::string(information.dictGetKey(i)) + ": " + TextOf(value.getString()) + "\n";
    }
    sink_.Member("info", text);
  }

  void Titles(const std::vector<OutlineItem*>* items, int depth) {
    if (items == nullptr || depth > kMaxDepth) return;
    for (OutlineItem* item : *items) {
      if (!work_.Take(1)) return;
      for (int i = 0; i < item->getTitleLength(); ++i) AppendUtf8(outline_, item->getTitle()[i]);
      outline_ += "\n";
      item->open();
      Titles(item->getKids(), depth + 1);
    }
  }

  // ISO 32000-1, 12.7: fields and their values, seen on a page or not; XFA is a document of its own.
  void Forms(const Object& form) {
    if (!form.isDict()) return;
    std::string text;
    Fields(form.dictLookup("Fields"), 0, text);
    sink_.Member("form", text);
    const Object xfa = form.dictLookup("XFA");
    std::string packets;
    if (xfa.isStream()) packets = StreamOf(xfa);
    for (int i = 1; xfa.isArray() && i < xfa.arrayGetLength(); i += 2) packets += StreamOf(xfa.arrayGet(i));
    sink_.Member("xfa", packets);
  }

  void Fields(const Object& fields, int depth, std::string& text) {
    if (!fields.isArray() || depth > kMaxDepth) return;
    for (int i = 0; i < fields.arrayGetLength() && work_.Take(1); ++i) {
      const Object field = fields.arrayGet(i);
      if (!field.isDict()) continue;
      const Object name = field.dictLookup("T"), value = field.dictLookup("V");
      if (name.isString()) text += TextOf(name.getString()) + ": ";
      if (value.isString()) text += TextOf(value.getString());
      if (value.isStream()) text += StreamOf(value);
      if (name.isString() || value.isString()) text += "\n";
      Fields(field.dictLookup("Kids"), depth + 1, text);
    }
  }

  void Attachment(FileSpec& file) {
    EmbFile* embedded = file.isOk() ? file.getEmbeddedFile() : nullptr;
    Stream* stream = embedded == nullptr ? nullptr : embedded->stream();
    if (stream == nullptr) return;
    sink_.Begin(TextOf(file.getFileName()));
    std::array<unsigned char, 16384> block;
    stream->reset();
    for (int n = stream->doGetChars(block.size(), block.data()); n > 0; n = stream->doGetChars(block.size(), block.data())) {
      sink_.Write(ByteView(block.data(), static_cast<size_t>(n)));
    }
    stream->close();
    sink_.End(Outcome::kComplete);
  }

  static std::string StreamOf(const Object& object) {
    std::string content;
    if (!object.isStream()) return content;
    object.getStream()->reset();
    object.getStream()->fillString(content);
    return content;
  }

  PDFDoc& document_;
  const Limits& limits_;
  MemberSink& sink_;
  Work work_;
  std::string outline_, annotations_;
  std::vector<Object> pinned_;  // files attached to pages
};

}  // namespace

void PreparePdf() {
  setErrorCallback([](ErrorCategory, Goffset, const char*) {});
  LoadFolder("/usr/share/poppler");
  globalParams = std::make_unique<GlobalParams>();
  globalParams->setTextEncoding("UTF-8");
  static_cast<void>(globalParams->getTextEncoding());
  static_cast<void>(globalParams->getUtf8Map());
}

Outcome PdfMembers(ByteView document, const Limits& limits, MemberSink& sink) {
  const auto* bytes = reinterpret_cast<const char*>(document.data());
  PDFDoc pdf(new MemStream(bytes, 0, static_cast<Goffset>(document.size()), Object(objNull)));
  if (!pdf.isOk()) return pdf.getErrorCode() == errEncrypted ? Outcome::kEncrypted : Outcome::kCorrupt;
  return PdfReader(pdf, limits, sink).Read();
}

}  // namespace sluice::extractor
