// sluice-extract: which parser opens what. Started by dataplane/extract with two descriptors, never by hand.
#include "extractor/archive_members.h"
#include "extractor/charset.h"
#include "extractor/ole_members.h"
#include "extractor/pdf_members.h"
#include "extractor/service.h"

namespace sluice::extractor {
namespace {

using extract::Format;
using extract::Order;

void Prepare() {
  PrepareCharsets();
  PreparePdf();
}

Outcome Open(const Order& order, ByteView document, MemberSink& sink) {
  switch (order.format) {
    case Format::kPdf: return PdfMembers(document, order.limits, sink);
    case Format::kOle: return OleMembers(document, order.limits, sink);
    case Format::kArchive: return ArchiveMembers(document, order.limits, sink);
    case Format::kCount: break;
  }
  return Outcome::kUnsupported;
}

}  // namespace
}  // namespace sluice::extractor

int main() { return sluice::extractor::Serve({sluice::extractor::Prepare, sluice::extractor::Open}); }
