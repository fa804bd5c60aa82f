#include "dataplane/match/stream_pool.h"

#include <sys/mman.h>

#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "base/huge_pages.h"

namespace sluice::match {
namespace {

constexpr size_t kCacheLine = 64;
// What the library may expect of memory it gets: aligned for any type.
constexpr size_t kStreamAlignment = alignof(std::max_align_t);

constexpr size_t RoundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

// hs_open_stream asks its allocator for the stream's memory. While a place is set, that is what it gets; at any other time,
// and for any other user of the library in this process, it is the heap.
thread_local void* place_for_stream = nullptr;

void* AllocateStream(size_t bytes) {
  void* place = std::exchange(place_for_stream, nullptr);
  return place != nullptr ? place : std::malloc(bytes);
}

// Streams in place are never closed, so only those from the heap come here.
void FreeStream(void* memory) { std::free(memory); }

hs_error_t InstallAllocator() {
  static const hs_error_t code = hs_set_stream_allocator(AllocateStream, FreeStream);
  return code;
}

}  // namespace

Result<StreamPool> StreamPool::Create(std::shared_ptr<const Databases> databases, const HyperscanCalls& calls, uint32_t slots) {
  if (slots == 0 || slots == kNone) return Error(ErrorCode::kInvalidArgument, "max_streams: expected 1 to 4294967294");
  if (InstallAllocator() != HS_SUCCESS) return Error(ErrorCode::kInternal, "Hyperscan refused its stream allocator");
  StreamPool pool;
  size_t at = RoundUp(sizeof(MatchStream), kCacheLine);
  for (const StreamDatabase& database : databases->streaming()) {
    pool.stream_offsets_.push_back(at);
    at = RoundUp(at + database.stream_bytes, kStreamAlignment);
  }
  pool.history_offset_ = at;
  pool.slot_bytes_ = RoundUp(at + Matcher::kHistory, kCacheLine);
  pool.mapped_bytes_ = pool.slot_bytes_ * slots;
  void* memory = mmap(nullptr, pool.mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return Error(ErrorCode::kResourceExhausted, "match streams: the system refused " + std::to_string(pool.mapped_bytes_) +
                                                    " bytes for " + std::to_string(slots) + " streams; lower max_streams");
  }
  AdviseHugePages(memory, pool.mapped_bytes_);
  pool.memory_ = static_cast<uint8_t*>(memory);
  pool.owner_ = std::move(databases);
  pool.calls_ = calls;
  pool.slots_ = slots;
  return pool;
}

StreamPool::StreamPool(StreamPool&& other) noexcept
    : owner_(std::move(other.owner_)), calls_(other.calls_), stream_offsets_(std::move(other.stream_offsets_)),
      memory_(std::exchange(other.memory_, nullptr)), mapped_bytes_(other.mapped_bytes_), slot_bytes_(other.slot_bytes_),
      history_offset_(other.history_offset_), slots_(other.slots_), fresh_(other.fresh_), free_(other.free_),
      in_use_(other.in_use_) {}

StreamPool::~StreamPool() {
  if (memory_ != nullptr) munmap(memory_, mapped_bytes_);
}

uint32_t StreamPool::IndexOf(const MatchStream& stream) const noexcept {
  return static_cast<uint32_t>(static_cast<size_t>(reinterpret_cast<const uint8_t*>(&stream) - memory_) / slot_bytes_);
}

bool StreamPool::OpenStreams(uint8_t* slot) noexcept {
  for (size_t i = 0; i < stream_offsets_.size(); ++i) {
    void* place = slot + stream_offsets_[i];
    place_for_stream = place;
    hs_stream_t* opened = nullptr;
    const hs_error_t code = calls_.open_stream(owner_->streaming()[i].database.get(), 0, &opened);
    place_for_stream = nullptr;
    if (code == HS_SUCCESS && opened == place) continue;
    // Another allocator was installed over ours: the stream is on its heap, where streams of the hot path may not be.
    if (code == HS_SUCCESS) (void)hs_close_stream(opened, nullptr, nullptr, nullptr);
    return false;
  }
  return true;
}

MatchStream* StreamPool::Take() noexcept {
  uint8_t* slot = nullptr;
  if (free_ != kNone) {
    slot = Slot(free_);
    free_ = std::launder(reinterpret_cast<MatchStream*>(slot))->next_free;
  } else {
    if (fresh_ == slots_) return nullptr;
    slot = Slot(fresh_);
    if (!OpenStreams(slot)) return nullptr;
    ++fresh_;
  }
  ++in_use_;
  return ::new (slot) MatchStream();
}

void StreamPool::Give(MatchStream& stream) noexcept {
  stream.next_free = free_;
  free_ = IndexOf(stream);
  --in_use_;
}

void StreamPool::Retire(MatchStream&) noexcept { --in_use_; }

}  // namespace sluice::match
