#include "dataplane/packet/ip_reassembly.h"

#include <array>
#include <string>

#include "dataplane/packet/datagram_buffers.h"
#include "dataplane/packet/datagram_table.h"

namespace sluice::packet {
namespace {

constexpr uint32_t kMaxIpLength = 65535;

// What is wrong with a fragment by itself; kHeld where nothing is.
ReassemblyOutcome Judge(const Packet& fragment, uint16_t min_fragment_bytes) noexcept {
  const Headers& headers = fragment.headers;
  if (fragment.wire_length > fragment.length && headers.payload_offset + headers.payload_length == fragment.length) {
    return ReassemblyOutcome::kCutByCapture;
  }
  if (headers.payload_length == 0) return ReassemblyOutcome::kTinyFragment;
  if (headers.fragment_more) {
    if (headers.payload_length % 8 != 0) return ReassemblyOutcome::kUnalignedFragment;
    if (headers.payload_length < min_fragment_bytes) return ReassemblyOutcome::kTinyFragment;
  }
  // RFC 791, 3.1 counts the header into the length; RFC 8200, 3 does not.
  const uint32_t header_bytes = headers.ip_version == 4 ? RebuiltHeaderBytes(fragment) : 0;
  if (header_bytes + headers.fragment_offset + headers.payload_length > kMaxIpLength) {
    return ReassemblyOutcome::kPastMaximumLength;
  }
  return ReassemblyOutcome::kHeld;
}

}  // namespace

struct IpReassembler::Impl {
  explicit Impl(const ReassemblyOptions& o)
      : options(o), table(o.max_datagrams, o.hash_seed), buffers(o.max_ready_datagrams) {}

  ReassemblyOptions options;
  DatagramTable table;
  DatagramBuffers buffers;
  CounterSet<ReassemblyOutcome> counters;
  uint32_t held_fragments = 0;
  uint64_t held_bytes = 0;
  Timestamp now;  // of the latest Push

  uint32_t Append(FrameList& frames, Packet* packet) noexcept;
  Packet* Take(FragmentedDatagram& datagram) noexcept;
  void GiveUp(FragmentedDatagram* datagram, ReassemblyOutcome why, FrameList& frames) noexcept;
  void Refuse(Packet* fragment, ReassemblyOutcome why, ReassemblyResult& result) noexcept;
  void Condemn(FragmentedDatagram* datagram, Packet* fragment, ReassemblyOutcome why,
               ReassemblyResult& result) noexcept;
  FragmentedDatagram* FindOrStart(const FragmentKey& key, FrameList& evicted) noexcept;
  void Hold(FragmentedDatagram* datagram, Packet* fragment, FrameList& evicted, ReassemblyResult& result) noexcept;
  bool IsOverLimit() const noexcept;
  void MakeRoom(const FragmentedDatagram* keep, FrameList& evicted) noexcept;
  void Complete(FragmentedDatagram* datagram, Packet* completing, ReassemblyResult& result) noexcept;
  ReassemblyResult Push(Packet* fragment) noexcept;
};

// Frames as they came from the port: a fragment that was put together itself is taken apart. Returns how many.
uint32_t IpReassembler::Impl::Append(FrameList& frames, Packet* packet) noexcept {
  if (!buffers.Owns(packet)) {
    frames.Append(packet);
    return 1;
  }
  uint32_t count = 0;
  for (Packet* p = packet->fragments; p != nullptr; ++count) {
    Packet* next = p->next;
    frames.Append(p);
    p = next;
  }
  packet->fragments = nullptr;
  buffers.Release(packet);
  return count;
}

Packet* IpReassembler::Impl::Take(FragmentedDatagram& datagram) noexcept {
  held_fragments -= datagram.fragments();
  held_bytes -= datagram.frame_bytes();
  return datagram.TakeFragments();
}

void IpReassembler::Impl::GiveUp(FragmentedDatagram* datagram, ReassemblyOutcome why, FrameList& frames) noexcept {
  for (Packet* p = Take(*datagram); p != nullptr;) {
    Packet* next = p->next;
    counters.Add(why, Append(frames, p));
    p = next;
  }
}

void IpReassembler::Impl::Refuse(Packet* fragment, ReassemblyOutcome why, ReassemblyResult& result) noexcept {
  FrameList frames;
  counters.Add(why, Append(frames, fragment));
  result.outcome = why;
  result.refused = frames.head();
}

// `fragment` is the one that brought it about, or nullptr where it is among those held.
void IpReassembler::Impl::Condemn(FragmentedDatagram* datagram, Packet* fragment, ReassemblyOutcome why,
                                  ReassemblyResult& result) noexcept {
  FrameList frames;
  GiveUp(datagram, why, frames);
  if (fragment != nullptr) counters.Add(why, Append(frames, fragment));
  table.Condemn(datagram, now);
  result.outcome = why;
  result.refused = frames.head();
}

bool IpReassembler::Impl::IsOverLimit() const noexcept {
  return held_fragments > options.max_held_fragments || held_bytes > options.max_held_bytes;
}

void IpReassembler::Impl::MakeRoom(const FragmentedDatagram* keep, FrameList& evicted) noexcept {
  while (IsOverLimit()) {
    FragmentedDatagram* oldest = table.OldestWaitingBut(keep);
    if (oldest == nullptr) return;
    GiveUp(oldest, ReassemblyOutcome::kEvicted, evicted);
    table.Remove(oldest);
  }
}

void IpReassembler::Impl::Complete(FragmentedDatagram* datagram, Packet* completing,
                                   ReassemblyResult& result) noexcept {
  const Packet& first = *datagram->first();
  // The first fragment's header may be longer than the one that Judge saw.
  if (first.headers.ip_version == 4 && RebuiltHeaderBytes(first) + datagram->payload_bytes() > kMaxIpLength) {
    return Condemn(datagram, nullptr, ReassemblyOutcome::kPastMaximumLength, result);
  }
  if (buffers.empty()) return Condemn(datagram, nullptr, ReassemblyOutcome::kNoReadyBuffer, result);
  result.datagram = buffers.Assemble(&first, *completing);
  FrameList frames;
  for (Packet* p = Take(*datagram); p != nullptr;) {
    Packet* next = p->next;
    Append(frames, p);
    p = next;
  }
  result.datagram->fragments = frames.head();
  table.Remove(datagram);
  counters.Add(ReassemblyOutcome::kCompleted);
  result.outcome = ReassemblyOutcome::kCompleted;
}

FragmentedDatagram* IpReassembler::Impl::FindOrStart(const FragmentKey& key, FrameList& evicted) noexcept {
  if (FragmentedDatagram* datagram = table.Find(key)) return datagram;
  if (table.IsFull()) {
    FragmentedDatagram* oldest = table.Oldest();
    GiveUp(oldest, ReassemblyOutcome::kEvicted, evicted);
    table.Remove(oldest);
  }
  return table.Add(key, now);
}

// Behind a fragment that found its place: room is made, and the datagram looked at.
void IpReassembler::Impl::Hold(FragmentedDatagram* datagram, Packet* fragment, FrameList& evicted,
                               ReassemblyResult& result) noexcept {
  ++held_fragments;
  held_bytes += fragment->length;
  MakeRoom(datagram, evicted);
  if (datagram->IsComplete()) return Complete(datagram, fragment, result);
  if (IsOverLimit()) return Condemn(datagram, nullptr, ReassemblyOutcome::kTooManyFragments, result);
  counters.Add(ReassemblyOutcome::kHeld);
}

ReassemblyResult IpReassembler::Impl::Push(Packet* fragment) noexcept {
  ReassemblyResult result;
  const ReassemblyOutcome judgement = Judge(*fragment, options.min_fragment_bytes);
  if (judgement != ReassemblyOutcome::kHeld) {
    Refuse(fragment, judgement, result);
    return result;
  }
  FrameList evicted;
  FragmentedDatagram* datagram = FindOrStart(KeyOf(fragment->headers), evicted);
  if (datagram->condemned()) {
    Refuse(fragment, ReassemblyOutcome::kCondemned, result);
  } else if (datagram->fragments() >= options.max_fragments_per_datagram) {
    Condemn(datagram, fragment, ReassemblyOutcome::kTooManyFragments, result);
  } else {
    switch (datagram->Place(fragment)) {
      case Placement::kPlaced: Hold(datagram, fragment, evicted, result); break;
      case Placement::kDuplicate: Refuse(fragment, ReassemblyOutcome::kDuplicate, result); break;
      case Placement::kConflict: Condemn(datagram, fragment, ReassemblyOutcome::kConflictingOverlap, result); break;
    }
  }
  result.evicted = evicted.head();
  return result;
}

Result<IpReassembler> IpReassembler::Create(const ReassemblyOptions& options) {
  const auto require = [](bool holds, const char* what) -> Status {
    if (holds) return {};
    return Error(ErrorCode::kInvalidArgument, std::string("IP reassembly: ") + what);
  };
  for (const Status& status :
       {require(options.max_datagrams >= 1 && options.max_datagrams <= 1u << 20, "max_datagrams must be 1 to 1048576"),
        require(options.max_fragments_per_datagram >= 2 && options.max_fragments_per_datagram <= 8192,
                "max_fragments_per_datagram must be 2 to 8192"),
        require(options.max_held_fragments >= options.max_fragments_per_datagram,
                "max_held_fragments must not be less than max_fragments_per_datagram"),
        require(options.max_held_bytes >= 2 * kMaxIpLength, "max_held_bytes must be at least 131070"),
        require(options.max_ready_datagrams >= 1 && options.max_ready_datagrams <= 4096,
                "max_ready_datagrams must be 1 to 4096"),
        require(options.max_age.count() > 0, "max_age must be more than 0")}) {
    if (!status.ok()) return status.error();
  }
  return IpReassembler(std::make_unique<Impl>(options));
}

IpReassembler::IpReassembler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IpReassembler::IpReassembler(IpReassembler&&) noexcept = default;
IpReassembler& IpReassembler::operator=(IpReassembler&&) noexcept = default;
IpReassembler::~IpReassembler() = default;

ReassemblyResult IpReassembler::Push(Packet* fragment, Timestamp now) noexcept {
  impl_->now = now;
  return impl_->Push(fragment);
}

void IpReassembler::Release(Packet* datagram) noexcept { impl_->buffers.Release(datagram); }

Packet* IpReassembler::Expire(Timestamp now) noexcept {
  FrameList expired;
  for (FragmentedDatagram* oldest = impl_->table.Oldest();
       oldest != nullptr && now - oldest->since() >= impl_->options.max_age; oldest = impl_->table.Oldest()) {
    impl_->GiveUp(oldest, ReassemblyOutcome::kExpired, expired);
    impl_->table.Remove(oldest);
  }
  return expired.head();
}

Packet* IpReassembler::Drain() noexcept {
  FrameList drained;
  while (FragmentedDatagram* oldest = impl_->table.Oldest()) {
    impl_->GiveUp(oldest, ReassemblyOutcome::kExpired, drained);
    impl_->table.Remove(oldest);
  }
  return drained.head();
}

const CounterSet<ReassemblyOutcome>& IpReassembler::counters() const noexcept { return impl_->counters; }
uint32_t IpReassembler::datagrams_in_progress() const noexcept { return impl_->table.size(); }
uint32_t IpReassembler::held_fragments() const noexcept { return impl_->held_fragments; }
uint64_t IpReassembler::held_bytes() const noexcept { return impl_->held_bytes; }
uint32_t IpReassembler::ready_datagrams() const noexcept { return impl_->buffers.in_use(); }

std::string_view Name(ReassemblyOutcome outcome) {
  static constexpr std::array<std::string_view, static_cast<size_t>(ReassemblyOutcome::kCount)> kNames = {
      "held",
      "completed",
      "duplicate",
      "conflicting_overlap",
      "condemned",
      "tiny_fragment",
      "unaligned_fragment",
      "past_maximum_length",
      "too_many_fragments",
      "cut_by_capture",
      "no_ready_buffer",
      "evicted",
      "expired",
  };
  const auto index = static_cast<size_t>(outcome);
  return index < kNames.size() ? kNames[index] : "unknown";
}

}  // namespace sluice::packet
