// FtpSession: the control connection of FTP (RFC 959, RFC 2428, RFC 4217): who, which files, and where their bytes will go.
//
// PORT and EPRT (the client listens), and the answers to PASV and EPSV (the server does) announce a data connection; STOR, APPE,
// STOU and RETR say which file it carries. The pipeline joins the two. AUTH that the server grants hands the connection over.
// Thread: one worker. Allocates: never. Failure: see text_session.h. An announcement that cannot be read: kMalformedProtocol.
#pragma once

#include <cstdint>
#include <string_view>

#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/text_session.h"

namespace sluice::protocol {

Certainty ProbeFtp(content::Direction direction, ByteView prefix) noexcept;

class FtpSession final : public TextSession {
 public:
  explicit FtpSession(SessionMemory& memory) noexcept : TextSession(memory, content::Part::kFtpControl) {}

 private:
  void OnLine(Context& c, std::string_view line) noexcept override;
  void OnContentEnd(Context&) noexcept override {}
  void Describe(content::ObjectDescription&) noexcept override {}

  void OnCommand(Context& c, std::string_view line) noexcept;
  void OnReply(Context& c, std::string_view line) noexcept;
  void Announce(Context& c, bool client_listens, bool readable, uint16_t port) noexcept;
  void NameTransfer(Context& c, std::string_view name) noexcept;

  Expectation expectation_;     // the data connection at hand; its port is 0 before the first
  uint16_t open_reply_ = 0;     // of several lines, whose last begins with this code
  bool greeted_ = false;
  bool asked_security_ = false;
};

}  // namespace sluice::protocol
