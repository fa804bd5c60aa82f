// FlowStore: the flow table and, beside it, the context of each flow. Room "flow" of the story.
//
// Thread: one worker. Allocates: in Create only; contexts of flows that never were cost address space, not memory.
#pragma once

#include <span>

#include "base/result.h"
#include "dataplane/flow/flow_table.h"
#include "dataplane/flow/mapped_array.h"
#include "dataplane/pipeline/flow_context.h"

namespace sluice::pipeline {

class FlowStore {
 public:
  static Result<FlowStore> Create(const flow::FlowTableOptions& options);

  // Brings in the cache lines that Place and then the stream will need, for a whole burst at a time. `likely` are the contexts of its
  // packets then, nullptr where there is none or it is not found at once. REQUIRES: likely.size() >= burst.size().
  void Prefetch(std::span<packet::Packet* const> burst, std::span<const FlowContext*> likely) const noexcept;
  flow::FlowLookup Place(const packet::Packet& packet, Timestamp now) noexcept {
    return table_.FindOrCreate(packet.conversation, packet.flow_hash, now);
  }

  FlowContext& context(flow::FlowIndex index) noexcept { return contexts_[index.value()]; }
  const flow::FlowKey& key(flow::FlowIndex index) const noexcept { return table_.key(index); }
  flow::FlowTable& table() noexcept { return table_; }

 private:
  FlowStore(flow::FlowTable table, flow::MappedArray<FlowContext> contexts) : table_(std::move(table)), contexts_(std::move(contexts)) {}

  flow::FlowTable table_;
  flow::MappedArray<FlowContext> contexts_;
};

// The client of a new flow: who sent the SYN; for other first packets, the side that is not on a well-known port where
// only one is, else the sender.
flow::KeySide ClientOf(const packet::Headers& headers, flow::KeySide sender) noexcept;

}  // namespace sluice::pipeline
