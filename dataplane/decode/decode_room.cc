#include "dataplane/decode/decode_room.h"

#include <algorithm>
#include <new>

#include "dataplane/decode/declared_charset.h"
#include "dataplane/decode/decode_room_impl.h"

namespace sluice::decode {
namespace {

Result<Slab> MakeSlab(std::string_view what, size_t bytes, size_t slots) {
  Result<Slab> slab = Slab::Create(bytes, slots);
  if (!slab.ok()) return slab.error().WithContext(what);
  return slab;
}

}  // namespace

std::string_view Name(DecodeOutcome outcome) {
  switch (outcome) {
    case DecodeOutcome::kComplete: return "complete";
    case DecodeOutcome::kTruncated: return "truncated_container";
    case DecodeOutcome::kCorrupt: return "corrupt_container";
    case DecodeOutcome::kUnsupported: return "unsupported_coding";
    case DecodeOutcome::kNotAsDeclared: return "not_as_declared";
    case DecodeOutcome::kOverBudget: return "decompression_budget";
    case DecodeOutcome::kTooDeep: return "nesting_limit";
    case DecodeOutcome::kPoolEmpty: return "decoder_pool_empty";
    case DecodeOutcome::kEncrypted: return "encrypted_container";
    case DecodeOutcome::kNotOpened: return "unopened_container";
    case DecodeOutcome::kExtractorBusy: return "extractor_busy";
    case DecodeOutcome::kExtractorDied: return "extractor_died";
    case DecodeOutcome::kExtractorLimit: return "extractor_limit";
    case DecodeOutcome::kNotAwaited: return "not_awaited";
    case DecodeOutcome::kCount: break;
  }
  return "unknown";
}

DecodeRoom::DecodeRoom(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DecodeRoom::DecodeRoom(DecodeRoom&&) noexcept = default;
DecodeRoom& DecodeRoom::operator=(DecodeRoom&&) noexcept = default;
DecodeRoom::~DecodeRoom() = default;

Result<DecodeRoom> DecodeRoom::Create(const DecodeOptions& options) {
  if (options.max_depth == 0 || options.max_depth > DecoderChain::kMaxDepth) {
    return Error(ErrorCode::kInvalidArgument, "max_depth is " + std::to_string(options.max_depth) + "; 1 to 16 is possible");
  }
  if (const Status prepared = PrepareDeclaredCharsets(); !prepared) return prepared.error();
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  auto chains = MakeSlab("decoder chains", sizeof(DecoderChain), options.max_chains);
  if (!chains.ok()) return chains.error();
  auto large = MakeSlab("large decoder states", kLargestDecoderBytes, options.max_large_states);
  if (!large.ok()) return large.error();
  auto small = MakeSlab("small decoder states", kSmallStateBytes, options.max_small_states);
  if (!small.ok()) return small.error();
  auto heap = BuddyHeap::Create(options.library_bytes);
  if (!heap.ok()) return heap.error().WithContext("decoder memory");
  impl->chains = std::move(chains).value();
  impl->large_states = std::move(large).value();
  impl->small_states = std::move(small).value();
  impl->heap = std::move(heap).value();
  if (options.extraction.program.empty()) return DecodeRoom(std::move(impl));
  auto extraction = extract::ExtractionRoom::Create(options.extraction);
  if (!extraction.ok()) return extraction.error();
  impl->extraction = std::move(extraction).value();
  return DecodeRoom(std::move(impl));
}

DecoderChain* DecodeRoom::Open(const content::ObjectDescription& description) noexcept {
  void* slot = impl_->chains.Claim();
  if (slot == nullptr) {
    impl_->chains_full.Add();
    return nullptr;
  }
  return new (slot) DecoderChain(*impl_, description);
}

void DecodeRoom::Close(DecoderChain* chain) noexcept {
  if (chain == nullptr) return;
  chain->~DecoderChain();
  impl_->chains.Release(chain);
}

void DecodeRoom::BeginTurn() noexcept {
  if (impl_->extraction != nullptr) impl_->extraction->BeginTurn();
}

const CounterSet<DecodeOutcome>& DecodeRoom::outcomes() const noexcept { return impl_->outcomes; }
uint64_t DecodeRoom::chains_full() const noexcept { return impl_->chains_full.value(); }
uint32_t DecodeRoom::open_chains() const noexcept { return static_cast<uint32_t>(impl_->chains.used()); }
const extract::ExtractionRoom* DecodeRoom::extraction() const noexcept { return impl_->extraction.get(); }
uint64_t DecodeRoom::library_bytes_used() const noexcept { return impl_->heap.used(); }

}  // namespace sluice::decode
