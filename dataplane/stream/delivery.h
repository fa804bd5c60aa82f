// Delivery: what became of one pushed packet, as the stream hands it on: new bytes, repeats, rejects, and why.
//
// Stands between stream and protocol; the pipeline turns the byte counts into fates and the notes into records.
// Thread: value type. Allocates: never.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_view.h"
#include "dataplane/content/direction.h"
#include "dataplane/packet/packet.h"

namespace sluice::stream {

// How a segment was taken; each has a counter of the same name. Anomalies among them are recorded by the pipeline.
enum class SegmentNote : uint8_t {
  kControl,  // no payload (ACK, SYN, FIN, RST, window update)
  kInOrder,
  kReordered,           // was held, now in order
  kRepeatVerified,      // all of it equals what was inspected
  kOldDataScrubbed,     // inline: repeat of acknowledged data, payload zeroed
  kKeepAlive,           // one byte or none, one before the edge
  kUnverifiedRepeat,    // repeat of data that is no longer held for comparison (tap: alternative; inline: by fail mode)
  kConflictingOverlap,  // disagrees with what was inspected or held: rejected inline, alternative in tap
  kHoldLimit,   // inline: ahead of the edge and over a hold limit: rejected (sender repeats it) or passed, by fail mode
  kGapSkipped,  // the bytes before it were never seen (tap: capture loss; inline: they went by before or beside us)
  kOutOfWindow,
  kOldTimestamp,  // PAWS
  kNoAckFlag,     // data or FIN without ACK: receivers drop it
  kBadAck,        // acknowledges what cannot have been sent: receivers drop it
  kDataAfterFin,
  kDataAfterReset,
  kBadReset,    // RST outside the window
  kBadSyn,      // SYN within an established connection, or together with FIN or RST
  kUrgentData,  // URG with data: receivers differ by one byte (inline: URG was cleared)
  kFlushed,     // connection ended while it was held
  kReceiverAsked,  // inline, where frames may pass beside us: went on without its bytes, so that the receiver says what it has
  kCount,
};
std::string_view Name(SegmentNote note);

enum class PacketAction : uint8_t { kForward, kReject };

struct Delivery {
  packet::Packet* packet = nullptr;
  content::Direction direction = content::Direction::kUpload;
  // What inline does unless the run's verdict says otherwise. Tap: always kForward.
  PacketAction action = PacketAction::kForward;
  SegmentNote note = SegmentNote::kControl;
  bool retained = false;  // `packet` stays referenced after this; it comes back from TakeReleased, `next` is not yours
  bool is_anomaly = false;  // `note` is to be recorded as an anomaly
  ByteView run;             // new in-order bytes, in packet's memory; may be empty
  uint64_t run_offset = 0;  // of run[0] in the direction's stream, from 0
  uint64_t gap_before = 0;  // bytes before run[0] that were never seen and never will be; also with an empty run (FIN)
  // Tap: bytes of this packet that another receiver might read instead; to be inspected apart. Where there are any,
  // they are exactly those counted as rejected_bytes.
  ByteView alternative;
  // The packet's payload = run + these three; the pipeline turns them into fates.
  uint32_t repeated_bytes = 0;    // equal to inspected data
  uint32_t unverified_bytes = 0;  // could not be compared, and are not handed out as `alternative`
  uint32_t rejected_bytes = 0;    // conflicting or invalid; tap: also what could not be compared
};

}  // namespace sluice::stream
