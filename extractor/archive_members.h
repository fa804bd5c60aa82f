// Archives, by libarchive: 7z, RAR 4 and 5, CAB, ISO 9660, LHA, xar, RPM, and what was packed by compress.
//
// Thread: one. Allocates: yes. Failure: kEncrypted where content or names are, kCorrupt, kUnsupported; members before it stand.
#pragma once

#include "extractor/member_sink.h"

namespace sluice::extractor {

Outcome ArchiveMembers(ByteView document, const Limits& limits, MemberSink& sink);

}  // namespace sluice::extractor
