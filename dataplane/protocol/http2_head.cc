#include "dataplane/protocol/http2_head.h"

#include "dataplane/protocol/http_text.h"
#include "dataplane/protocol/text_line.h"

namespace sluice::protocol {

void Http2Head::Take(std::string_view name, std::string_view value) noexcept {
  if (name == ":path") {
    AssignPathOfTarget(value, path_);
    if (description_.name.empty()) description_.name.Assign(path_.view());
  } else if (name == ":authority" || (name == "host" && host_.empty())) {
    host_.Assign(value);
  } else if (name == ":status") {
    interim_ = !value.empty() && value[0] == '1';
  } else if (name == "content-length") {
    TakeLength(value);
  } else if (name == "content-encoding") {
    TakeCodings(value);
  } else if (name == "content-type") {
    description_.claimed_type.Assign(value);
  } else if (name == "content-disposition") {
    AssignDispositionName(value, description_.name);
  } else if (name == "content-range") {
    ByteRange range;
    is_part_ = ReadContentRange(value, range) && !range.is_whole();
  } else if (name == "user-agent" || name == "server") {
    agent_.Assign(value);
  }
}

void Http2Head::TakeLength(std::string_view value) noexcept {
  uint64_t length = 0;
  const bool readable = ReadDecimal(value, length) && value.empty();
  ambiguous_ = ambiguous_ || !readable || (has_length_ && length != length_);
  has_length_ = true;
  length_ = length;
}

void Http2Head::TakeCodings(std::string_view list) noexcept {
  while (!list.empty()) {
    const std::string_view coding = NextListElement(list);
    if (coding.empty() || EqualsIgnoringCase(coding, "identity")) continue;
    if (!description_.content_encoding.empty()) description_.content_encoding.Append(", ");
    description_.content_encoding.Append(coding);
    description_.declared_encoding = true;
  }
}

}  // namespace sluice::protocol
