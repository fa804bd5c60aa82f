#include "dataplane/decode/buddy_heap.h"

#include <bit>
#include <cassert>

namespace sluice::decode {

Result<BuddyHeap> BuddyHeap::Create(size_t bytes) {
  const size_t leaves = std::bit_ceil((bytes + kLeaf - 1) / kLeaf);
  const int order = std::countr_zero(leaves);
  if (bytes == 0 || order >= static_cast<int>(kMaxOrders)) {
    return Error(ErrorCode::kInvalidArgument, "a heap of " + std::to_string(bytes) + " bytes cannot be made");
  }
  Result<Slab> memory = Slab::Create(leaves * kLeaf, 1);
  if (!memory.ok()) return memory.error();
  BuddyHeap heap;
  heap.memory_ = std::move(memory).value();
  heap.base_ = static_cast<uint8_t*>(heap.memory_.Claim());
  heap.max_order_ = static_cast<uint8_t>(order);
  heap.state_.assign(leaves, kInside);
  heap.free_.fill(kNone);
  heap.PushFree(0, heap.max_order_);
  return heap;
}

BuddyHeap::Links& BuddyHeap::LinksOf(uint32_t leaf) noexcept {
  return *reinterpret_cast<Links*>(base_ + size_t{leaf} * kLeaf);
}

void BuddyHeap::PushFree(uint32_t leaf, uint8_t order) noexcept {
  LinksOf(leaf) = {kNone, free_[order]};
  if (free_[order] != kNone) LinksOf(free_[order]).previous = leaf;
  free_[order] = leaf;
  state_[leaf] = static_cast<uint8_t>(kFree | order);
}

void BuddyHeap::RemoveFree(uint32_t leaf, uint8_t order) noexcept {
  const Links links = LinksOf(leaf);
  if (links.previous != kNone) LinksOf(links.previous).next = links.next;
  else free_[order] = links.next;
  if (links.next != kNone) LinksOf(links.next).previous = links.previous;
  state_[leaf] = kInside;
}

void* BuddyHeap::Allocate(size_t bytes) noexcept {
  const size_t leaves = bytes > capacity() ? size_t{0} : std::bit_ceil((bytes + kLeaf - 1) / kLeaf);
  const auto order = static_cast<uint8_t>(leaves == 0 ? 0 : std::countr_zero(leaves));
  uint8_t found = order;
  while (found <= max_order_ && free_[found] == kNone) ++found;
  if (bytes > capacity() || found > max_order_) {
    ++refused_;
    return nullptr;
  }
  const uint32_t leaf = free_[found];
  RemoveFree(leaf, found);
  while (found > order) {  // the upper half of each split stays free
    --found;
    PushFree(leaf + (1u << found), found);
  }
  state_[leaf] = order;
  used_ += kLeaf << order;
  return base_ + size_t{leaf} * kLeaf;
}

void BuddyHeap::Free(void* block) noexcept {
  if (block == nullptr) return;
  assert(memory_.Owns(block));
  auto leaf = static_cast<uint32_t>(static_cast<size_t>(static_cast<uint8_t*>(block) - base_) / kLeaf);
  uint8_t order = state_[leaf];
  assert(order <= max_order_);
  used_ -= kLeaf << order;
  state_[leaf] = kInside;
  while (order < max_order_) {
    const uint32_t buddy = leaf ^ (1u << order);
    if (state_[buddy] != (kFree | order)) break;
    RemoveFree(buddy, order);
    leaf = leaf < buddy ? leaf : buddy;
    ++order;
  }
  PushFree(leaf, order);
}

}  // namespace sluice::decode
