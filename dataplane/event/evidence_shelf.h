// EvidenceShelf: where a worker puts the bytes of objects, and the packets round them, that a rule may ask to keep as evidence.
//
// A fixed number of items and of buffers, taken as bytes come. What no rule asked for goes back at once; what one did is handed over to
// control (control/evidence), which gives it back when it is stored. Each item has a place on either way, so neither way can be full.
// Thread: Begin … HandOver by one worker, Next and GiveBack by one thread of control, counters by anyone. Allocates: in Create only.
// Failure: no item or no buffer is counted and said of the item or the finding; nobody waits.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/counter.h"
#include "base/slab_pool.h"
#include "base/spsc_ring.h"
#include "dataplane/event/record.h"

namespace sluice::event {

struct EvidenceBuffer {
  static constexpr size_t kBytes = 8192 - 16;
  // User-provided, so that nobody clears the bytes.
  EvidenceBuffer() noexcept {}
  EvidenceBuffer* next = nullptr;
  uint32_t size = 0;
  std::array<uint8_t, kBytes> bytes;
};

struct EvidenceBytes {
  EvidenceBuffer* first = nullptr;
  EvidenceBuffer* last = nullptr;
  uint64_t size = 0;
};

struct EvidenceItem {
  static constexpr size_t kMaxReferences = 8;

  EvidenceItem* next = nullptr;   // in a list of its owner
  uint32_t holders = 1;           // objects that may still be asked for
  bool asked = false;             // a rule that fired wants it
  bool complete = false;          // the object's end was seen
  bool over_limit = false;        // of the object: only its beginning is here
  bool no_buffer = false;         // likewise, for want of buffers
  uint64_t bytes_seen = 0;        // of the object, lost ones included
  uint64_t bytes_lost = 0;        // of the object, that never came
  EvidenceBytes object;
  EvidenceBytes packets;          // records of a capture file with nanoseconds, without its head
  uint32_t packet_count = 0;
  uint32_t packets_left_out = 0;  // over the limit, no buffer, or of another kind of link
  uint64_t last_packet = 0;       // Packet::index of the latest
  packet::LinkType link_type = packet::LinkType::kEthernet;

  // Of the first finding that asked.
  Timestamp time;
  FlowRef flow;
  ObjectRef about;
  content::Direction direction = content::Direction::kUpload;
  InlineText<96> rule;
  uint32_t reference_count = 0;
  uint32_t references_left_out = 0;
  std::array<uint64_t, kMaxReferences> references{};  // numbers of incidents, as findings name them

  // Another finding that asks for it; each number is kept once.
  void Refer(uint64_t incident) noexcept;
};

enum class EvidenceCounter : uint8_t {
  kBegun,           // objects that a rule may ask for
  kNoPlace,         // of such: found no item
  kNoBuffer,        // items that found no buffer for some of their bytes
  kOverLimit,       // items whose object was larger than what is kept
  kPacketsLeftOut,  // packets that are not in their item
  kLetGo,           // items that no rule asked for
  kHandedOver,      // items that one did
  kCount,
};
std::string_view Name(EvidenceCounter counter);

struct EvidenceLimits {
  uint32_t items = 256;
  uint64_t object_bytes = uint64_t{16} << 20;  // kept of one object
  uint64_t packet_bytes = uint64_t{1} << 20;   // kept of the packets round it
  uint64_t buffer_bytes = uint64_t{64} << 20;  // of all items together
};

class EvidenceShelf {
 public:
  static Result<std::unique_ptr<EvidenceShelf>> Create(const EvidenceLimits& limits);

  // nullptr: no place, which was counted.
  EvidenceItem* Begin() noexcept;
  void AddObject(EvidenceItem& item, ByteView bytes) noexcept;
  void AddGap(EvidenceItem& item, uint64_t bytes) noexcept;
  void AddPacket(EvidenceItem& item, const packet::Packet& packet) noexcept;
  // Nobody asked. The item is gone.
  void LetGo(EvidenceItem* item) noexcept;
  // It is control's until that gives it back.
  void HandOver(EvidenceItem* item) noexcept;

  // Control: the next one, or nullptr.
  EvidenceItem* Next() noexcept;
  void GiveBack(EvidenceItem* item) noexcept;

  const CounterSet<EvidenceCounter>& counters() const noexcept { return counters_; }

 private:
  EvidenceShelf(const EvidenceLimits& limits, SlabPool<EvidenceItem> items, SlabPool<EvidenceBuffer> buffers);
  void AddFrame(EvidenceItem& item, const packet::Packet& frame) noexcept;
  // False: not all of it found buffers; what did stays.
  bool Append(EvidenceBytes& chain, ByteView bytes) noexcept;
  EvidenceBuffer* TakeBuffer() noexcept;
  void Free(EvidenceBytes& chain) noexcept;
  void Free(EvidenceItem* item) noexcept;
  void TakeReturned() noexcept;

  const EvidenceLimits limits_;
  SlabPool<EvidenceItem> items_;
  SlabPool<EvidenceBuffer> buffers_;
  SpscRing<EvidenceItem*> handed_over_, returned_;
  CounterSet<EvidenceCounter> counters_;  // worker: rw, others: ro
};

// A shelf for each worker. Made before them, and outlives them.
class EvidenceRoom {
 public:
  static Result<std::shared_ptr<EvidenceRoom>> Create(const EvidenceLimits& limits, size_t workers);
  // The next one that nobody has; nullptr: there are no more. Called while workers are made.
  EvidenceShelf* Take() noexcept;
  const std::vector<std::unique_ptr<EvidenceShelf>>& shelves() const noexcept { return shelves_; }

 private:
  std::vector<std::unique_ptr<EvidenceShelf>> shelves_;
  std::atomic<size_t> taken_{0};
};

}  // namespace sluice::event
