// OpenItem: an item of evidence in clear, for whoever has the key. Off the appliance.
//
// Untrusted bytes: every length is checked, every block authenticated before it is used. Thread: pure. Allocates: yes, no more than the
// item is long. Failure: kCorrupt for what was changed, cut or is no item; kPermissionDenied where it was sealed for another key.
#pragma once

#include <string>

#include "base/byte_view.h"
#include "base/result.h"
#include "control/evidence/item_key.h"

namespace sluice::evidence {

struct OpenedItem {
  std::string facts;    // JSON
  std::string object;
  std::string capture;  // of packets; empty where none was kept
  std::string end;      // JSON
};

Result<OpenedItem> OpenItem(ByteView item, const OpeningKey& key);

}  // namespace sluice::evidence
