// SmtpSession: SMTP, ESMTP, submission and LMTP (RFC 5321, RFC 3030, RFC 2033), both directions or one alone.
//
// Each letter is an object smtp.message: what DATA carries without its doubled dots, or the chunks of BDAT put together. The
// envelope gives the people: sender and recipients; EHLO the host; AUTH the user. Commands and replies are control objects.
// STARTTLS that the server grants hands the connection over. A server's refusal of DATA makes what follows commands again.
// Thread: one worker. Allocates: never. Failure: see text_session.h. Sources: RFC 5321 (4.1, 4.5.2), RFC 2920, RFC 3207, RFC 4954.
#pragma once

#include <cstdint>
#include <string_view>

#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/text_session.h"

namespace sluice::protocol {

Certainty ProbeSmtp(content::Direction direction, ByteView prefix) noexcept;

class SmtpSession final : public TextSession {
 public:
  explicit SmtpSession(SessionMemory& memory) noexcept : TextSession(memory, content::Part::kSmtpControl) {}

 private:
  enum class Auth : uint8_t { kNone, kLoginName, kLoginSecret, kPlain };

  void OnLine(Context& c, std::string_view line) noexcept override;
  void OnContentEnd(Context& c) noexcept override;
  void Describe(content::ObjectDescription& description) noexcept override;

  void OnCommand(Context& c, std::string_view line) noexcept;
  void OnReply(Context& c, std::string_view line) noexcept;
  void BeginChunk(Context& c, std::string_view argument) noexcept;
  void BeginAuth(Context& c, std::string_view argument) noexcept;
  void ReadCredential(Context& c, std::string_view text) noexcept;

  Auth auth_ = Auth::kNone;
  bool asked_tls_ = false;
  uint32_t unanswered_ = 0;    // commands, so that replies find theirs when they were pipelined
  uint32_t until_data_ = 0;    // replies to come up to that of DATA; 0: DATA is answered, or was not said
  char credential_[96];        // decoded; valid until the next call
};

}  // namespace sluice::protocol
