// DocumentDecoder: documents and archives that need all their bytes before anything can be read: gathered, given to an extractor
// process (dataplane/extract), and what it finds handed out as members.
//
// The fate of the bytes is withheld until the extractor has answered. Where nobody may wait for it (ExtractionRoom::waits) End says
// kWaits, and the decoder goes on in a chain of its own (DecoderChain, kDeferred). Its answers are a stranger's: members out of order end it.
// Thread: one worker. Allocates: never here. Failure: kBusy, kDied, kLimit beside what the document itself makes of it.
#pragma once

#include "base/inline_text.h"
#include "dataplane/decode/decoder.h"
#include "dataplane/extract/extraction_room.h"

namespace sluice::decode {

// 512 zeros, or a boot sector: where the sign of an ISO 9660 image is out of sight, it may be one.
bool MayBeIsoImage(ByteView prefix) noexcept;

class DocumentDecoder final : public Decoder {
 public:
  enum class Kind : uint8_t { kPdf, kOleStorage, kArchive, kIsoImage };
  DocumentDecoder(extract::ExtractionRoom& room, Kind kind) noexcept : room_(room), kind_(kind) {}
  ~DocumentDecoder() override { room_.End(extraction_); }

  DecodeStep Decode(ByteView input, std::span<uint8_t> scratch) noexcept override;
  DecodeStep End(std::span<uint8_t> scratch) noexcept override;
  Member member() const noexcept override { return {name_.view(), {}, {}}; }

 private:
  enum class Phase : uint8_t { kGathering, kRefused, kAsking, kDelivering, kOver };

  DecodeStep Gather(ByteView input) noexcept;
  DecodeStep Ask(std::span<uint8_t> scratch) noexcept;
  DecodeStep Deliver(std::span<uint8_t> scratch) noexcept;
  DecodeStep TakeRecord(const extract::RecordHead& head, std::span<uint8_t> scratch) noexcept;
  DecodeStep TakeEnd(extract::ExtractionRoom::Status status) noexcept;
  DecodeStep Finish(DecodeState state) noexcept;
  bool IsNoImage(ByteView input) noexcept;

  extract::ExtractionRoom& room_;
  extract::Extraction extraction_;
  Kind kind_;
  Phase phase_ = Phase::kGathering;
  DecodeState final_ = DecodeState::kEnd;  // of kRefused and kOver
  // What the extractor answered last, while it waits for what came before it to be handed out.
  struct Answer {
    extract::ExtractionRoom::Status status = extract::ExtractionRoom::Status::kNothing;
    extract::RecordHead head;
  };
  Answer answer_;
  bool asked_ = false;
  bool in_member_ = false;
  uint8_t sign_seen_ = 0;                  // of an image
  uint64_t gathered_ = 0;
  InlineText<192> name_;
};

}  // namespace sluice::decode
