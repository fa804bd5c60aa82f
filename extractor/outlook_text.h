// OutlookText: one storage of an Outlook message: its text properties, its body, its attachment.
//
// Thread: one. Allocates: what it gathers. Sources: MS-OXMSG 2.1, MS-OXPROPS, MS-OXRTFCP (the packed body).
#pragma once

#include <string>
#include <string_view>

namespace sluice::extractor {

class OutlookText {
 public:
  // Of streams that hold a property.
  static bool Wants(std::string_view stream_name);
  void Add(std::string_view stream_name, const std::string& content);

  const std::string& text() const { return text_; }
  const std::string& body() const { return body_; }  // HTML, else RTF
  const std::string& attachment() const { return attachment_; }
  const std::string& attachment_name() const { return attachment_name_; }

 private:
  std::string text_, body_, attachment_, attachment_name_;
};

// MS-OXRTFCP 3.1.1.1: RTF as Outlook packs it; empty where it is not.
std::string UnpackRtf(std::string_view packed);

}  // namespace sluice::extractor
