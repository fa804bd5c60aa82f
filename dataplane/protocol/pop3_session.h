// Pop3Session: POP3 (RFC 1939): each letter that is fetched is an object pop3.message without its doubled dots.
//
// Listings are control. STLS (RFC 2595) that the server grants hands the connection over. Answers find their commands by order.
// Thread: one worker. Allocates: never. Failure: see text_session.h. Bounds: kMaxPending commands in flight; beyond, answers
// of several lines are read as control.
#pragma once

#include <cstdint>
#include <string_view>

#include "dataplane/protocol/protocol_table.h"
#include "dataplane/protocol/text_session.h"

namespace sluice::protocol {

Certainty ProbePop3(content::Direction direction, ByteView prefix) noexcept;

class Pop3Session final : public TextSession {
 public:
  explicit Pop3Session(SessionMemory& memory) noexcept : TextSession(memory, content::Part::kPop3Control) {}

 private:
  enum class Answer : uint8_t { kLine, kLetter, kListing, kTls };
  static constexpr uint32_t kMaxPending = 64;

  void OnLine(Context& c, std::string_view line) noexcept override;
  void OnContentEnd(Context&) noexcept override {}
  void Describe(content::ObjectDescription& description) noexcept override { description.claimed_type.Assign("message/rfc822"); }

  void Await(Answer answer) noexcept;
  Answer TakeAwaited() noexcept;

  std::array<Answer, kMaxPending> awaited_{};
  uint32_t first_ = 0, count_ = 0;
};

}  // namespace sluice::protocol
