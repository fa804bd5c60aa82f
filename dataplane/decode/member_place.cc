#include "dataplane/decode/member_place.h"

#include "rules/model/condition.h"

namespace sluice::decode {
namespace {

using model::Where;

struct Place {
  std::string_view coding;
  std::string_view begin, end;  // of the member's name
  uint8_t where;
};

constexpr Place kPlaces[] = {
    {"zip", "docProps/", ".xml", Where::kMetadata},            // ECMA-376-2, 10 and ECMA-376-1, 15.2.12: core, extended and custom properties
    {"zip", "docMetadata/", ".xml", Where::kMetadata},         // MS-OFFCRYPTO, 2.6: sensitivity labels
    {"zip", "meta.xml", "", Where::kMetadata},                 // OpenDocument 1.3, part 2, 3.1.2
    {"zip", "OFD.xml", "", Where::kMetadata},                  // GB/T 33190, 7.4: DocInfo
    {"zip", "", ".opf", Where::kMetadata},                     // EPUB 3.3, 5.5
    {"ole", "", "SummaryInformation", Where::kMetadata},       // MS-OLEPS, 2.25
    {"ole", "", "LabelInfo", Where::kMetadata},                // MS-OFFCRYPTO, 2.6.3: beside an encrypted package
    {"ole", "", "subject", Where::kSubject},
    {"pdf", "info", "", Where::kMetadata},                     // ISO 32000-1, 14.3.3
    {"message", "subject", "", Where::kSubject},               // RFC 5322, 3.6.5
};

}  // namespace

uint8_t WhereOf(std::string_view element, bool is_reading, uint8_t parent) noexcept {
  if (is_reading) return parent;
  const size_t colon = element.find(':');
  if (colon == std::string_view::npos) return Where::kBody;
  const std::string_view coding = element.substr(0, colon), member = element.substr(colon + 1);
  for (const Place& place : kPlaces) {
    if (coding == place.coding && member.starts_with(place.begin) && member.ends_with(place.end)) return Where::kBody | place.where;
  }
  return Where::kBody;
}

}  // namespace sluice::decode
