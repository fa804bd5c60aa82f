// PDF: what a person reads (pages, annotations, forms, outline), what stands beside it (document information, XMP, XFA) and what
// is attached, by poppler. Text comes through ToUnicode and the predefined CMaps, in reading order.
//
// Thread: one. Allocates: yes. Failure: kEncrypted where a password is needed, kCorrupt where no page tree can be found.
// Sources: ISO 32000-1.
#pragma once

#include "extractor/member_sink.h"

namespace sluice::extractor {

// Before the walls go up: whatever poppler reads from files.
void PreparePdf();
Outcome PdfMembers(ByteView document, const Limits& limits, MemberSink& sink);

}  // namespace sluice::extractor
