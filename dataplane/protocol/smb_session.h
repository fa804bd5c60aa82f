// SmbSession: SMB 2 and 3 (MS-SMB2) and what SMB 1 (MS-SMB, MS-CIFS) needs to write and read files, behind NetBIOS lengths.
//
// WRITE and the answers to READ give the bytes of files, named by CREATE; compounds are read command by command. Messages that
// are encrypted are opaque; those that are compressed are objects of coding "smb", which nothing opens: the decoders say so.
// Signatures and credits are not looked at. Named: the dialect, the host of the share, the user of NTLM.
// Thread: one worker. Allocates: never. Failure: see message_session.h.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/protocol/message_session.h"
#include "dataplane/protocol/pending_requests.h"

namespace sluice::protocol {

Certainty ProbeSmb(content::Direction direction, ByteView prefix) noexcept;

class SmbSession final : public MessageSession {
 public:
  explicit SmbSession(SessionMemory& memory) noexcept
      : MessageSession(memory, Carrier::kStream, content::Part::kSmbControl, content::Part::kSmbFile), memory_(memory) {}

 private:
  using File = FileBook::Reference;

  Prefix ReadPrefix(const uint8_t* prefix) const noexcept override;
  Part OnHead(Context& c, ByteView head, bool is_all) noexcept override;
  bool IsMessage(ByteView run) const noexcept override;
  void OnMessageEnd(Context&) noexcept override;

  Part OnCompressed(Context& c, ByteView head) noexcept;

  // SMB 2 and 3 (smb2_commands.cc). `head` begins with the header of its command, which is whole.
  Part OnSmb2(Context& c, ByteView head, bool is_all) noexcept;
  size_t WantedOfSmb2(ByteView head) const noexcept;
  void ReadSmb2(Context& c, ByteView head, Part& part) noexcept;
  void OnCreate2(Context& c, ByteView head) noexcept;
  void OnCreated2(ByteView head) noexcept;
  void OnWrite2(Context& c, ByteView head, Part& part) noexcept;
  void OnRead2(Context& c, ByteView head) noexcept;
  void OnReadAnswer2(Context& c, ByteView head, Part& part) noexcept;
  static uint64_t LengthOf(ByteView head) noexcept;
  static bool IsPlaced(ByteView head, uint64_t at, uint64_t bytes, Part& part) noexcept;
  File FileOf2(Context& c, ByteView id) noexcept;
  void NameUser(Context& c, ByteView head) noexcept;
  void NameHost(Context& c, ByteView path) noexcept;

  // SMB 1 (smb1_commands.cc)
  Part OnSmb1(Context& c, ByteView head, bool is_all) noexcept;
  void ReadSmb1(Context& c, ByteView head, Part& part) noexcept;
  void OnCreate1(Context& c, ByteView head) noexcept;
  void OnCreated1(ByteView head) noexcept;
  void OnWrite1(Context& c, ByteView head, Part& part) noexcept;
  void OnReadAnswer1(Context& c, ByteView head, Part& part) noexcept;
  File FileOf1(Context& c, ByteView head, size_t at) noexcept;

  // Bytes of a file that begin `at` so far behind the head's beginning, whose command takes `command` bytes.
  static void Place(Part& part, ByteView head, uint64_t at, uint64_t bytes, uint64_t command, content::ObjectNumber number) noexcept;

  SessionMemory& memory_;
  PendingRequests pending_;
  std::array<File, content::kDirections> related_;  // the file of the command before, within a compound
  std::array<content::ObjectNumber, content::kDirections> compressed_{};
  uint32_t pipes_tree_ = UINT32_MAX;  // the share of named pipes, whose bytes have no offsets
  InlineText<120> name_;  // that a piece points to
};

}  // namespace sluice::protocol
