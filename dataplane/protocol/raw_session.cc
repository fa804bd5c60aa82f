#include "dataplane/protocol/raw_session.h"

#include "dataplane/protocol/piece_writer.h"

namespace sluice::protocol {

FeedResult RawSession::Feed(content::Direction direction, ByteView input, PieceList& out) noexcept {
  constexpr size_t kPiecesNeeded = 2;
  if (input.empty() || out.room() < kPiecesNeeded) return {};
  memory_.BeginCall();
  Half& half = halves_[Index(direction)];
  PieceWriter writer(out);
  if (half.object == 0) {
    half.object = ++last_object_;
    writer.Begin(memory_.Describe(part_, direction, half.object));
  }
  writer.Data(half.object, input);
  return {input.size(), false};
}

void RawSession::Gap(content::Direction direction, uint64_t, PieceList&) noexcept {
  halves_[Index(direction)].lossy = true;
}

void RawSession::End(content::Direction direction, PieceList& out) noexcept {
  Half& half = halves_[Index(direction)];
  if (half.object != 0) PieceWriter(out).End(half.object, !half.lossy);
  half = Half();
}

}  // namespace sluice::protocol
