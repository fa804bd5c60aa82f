// ImapSession: IMAP4rev1 and rev2 (RFC 9051): letters that are stored with APPEND or fetched, as objects imap.message.
//
// What goes through IMAP in quantity stands in literals, "{bytes}" at the end of a line: those of APPEND and of FETCH answers are
// letters or parts of them, others belong to their line. A letter that CATENATE puts together (RFC 4469) is kScatteredFile, one that is fetched from
// its middle on kPartialObject. A literal that the server refuses is not sent. STARTTLS that is granted hands over.
// Thread: one worker. Allocates: never. Failure: see text_session.h. A literal's size that is no number: kAmbiguousFraming.
#pragma once

#include <string_view>

#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/text_session.h"

namespace sluice::protocol {

Certainty ProbeImap(content::Direction direction, ByteView prefix) noexcept;

class ImapSession final : public TextSession {
 public:
  explicit ImapSession(SessionMemory& memory) noexcept : TextSession(memory, content::Part::kImapControl) {}

 private:
  void OnLine(Context& c, std::string_view line) noexcept override;
  void OnContentEnd(Context&) noexcept override {}
  void Describe(content::ObjectDescription& description) noexcept override {
    if (begins_letter_[content::Index(description.direction)]) description.claimed_type.Assign("message/rfc822");
  }

  void OnCommand(Context& c, std::string_view line) noexcept;
  void OnAnswer(Context& c, std::string_view line) noexcept;
  static bool BeginsLetter(Context& c, std::string_view line) noexcept;
  bool TakeLiteral(Context& c, std::string_view line, content::Part part) noexcept;

  bool appending_ = false;   // the command at hand, over its literals
  bool fetching_ = false;    // the answer at hand
  bool begins_letter_[2] = {};  // the literal at hand begins with the head of one; a part that is fetched has none
  bool continues_[2] = {};   // a literal split the line: what follows belongs to it
  bool awaits_consent_ = false;
  InlineText<32> tls_tag_;   // of STARTTLS until it is answered
};

}  // namespace sluice::protocol
