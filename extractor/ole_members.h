// OLE2 files: the text of Word, Excel and PowerPoint documents and of Outlook messages, document properties, and every other
// stream as it stands, with what is packaged in it.
//
// Thread: one. Allocates: yes. Failure: kEncrypted, kCorrupt; kUnsupported where the content is packed in a way that is not opened
// here (Visio, Hangul). Sources: MS-CFB, MS-DOC, MS-XLS, MS-PPT, MS-OXMSG, MS-OLEPS, MS-OLEDS, MS-OFFCRYPTO.
#pragma once

#include "extractor/member_sink.h"

namespace sluice::extractor {

Outcome OleMembers(ByteView document, const Limits& limits, MemberSink& sink);

}  // namespace sluice::extractor
