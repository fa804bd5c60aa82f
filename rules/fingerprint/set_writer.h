// WriteSet: documents → the bytes of a set, and into a file that is replaced as a whole or not at all.
//
// Thread: pure, but for the file. Allocates: yes (cold path), about 30 bytes a fingerprint while it works. Failure: Result.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "rules/fingerprint/document.h"
#include "rules/fingerprint/set.h"

namespace sluice::fingerprint {

// What harmless files hold: learnt from a folder of them, and left out of sets.
struct Benign {
  std::unordered_set<Fingerprint> fingerprints;
  std::unordered_set<uint64_t> begins;  // of whole contents

  void Learn(const Document& document);
  void Learn(const Set& set);
};

struct SetContents {
  std::string name;
  std::vector<Document> documents;
  bool keep_names = true;
  uint64_t benign_left_out = 0;  // fingerprints that LeaveOut took
};

// Takes out what is benign; documents may lose all their parts.
void LeaveOut(const Benign& benign, SetContents& contents);

Result<std::vector<uint8_t>> WriteSet(const SetContents& contents, const Secrets& secrets);
Status WriteSetFile(const std::string& path, const SetContents& contents, const Secrets& secrets);

// The documents that a set was made of, names and all.
SetContents ReadBack(const Set& set);

}  // namespace sluice::fingerprint
