#include "dataplane/pipeline/flow_store.h"

#include <cstddef>

namespace sluice::pipeline {

Result<FlowStore> FlowStore::Create(const flow::FlowTableOptions& options) {
  auto table = flow::FlowTable::Create(options);
  if (!table.ok()) return table.error();
  auto contexts = flow::MappedArray<FlowContext>::Create(table->capacity(), options.prefault, "flow contexts");
  if (!contexts.ok()) return contexts.error();
  return FlowStore(std::move(table).value(), std::move(contexts).value());
}

void FlowStore::Prefetch(std::span<packet::Packet* const> burst, std::span<const FlowContext*> likely) const noexcept {
  for (const packet::Packet* packet : burst) table_.Prefetch(packet->flow_hash);
  // The buckets are on their way; now the flows themselves, with what each packet touches of their contexts.
  for (size_t i = 0; i < burst.size(); ++i) {
    flow::FlowIndex index;
    likely[i] = nullptr;
    if (!table_.PrefetchFlow(burst[i]->flow_hash, index)) continue;
    likely[i] = &contexts_[index.value()];
    const auto* context = reinterpret_cast<const char*>(likely[i]);
    for (const size_t at : {offsetof(FlowContext, last), offsetof(FlowContext, objects), offsetof(FlowContext, tcp),
                            offsetof(FlowContext, tcp) + sizeof(stream::TcpHalf), offsetof(FlowContext, totals), offsetof(FlowContext, fates)}) {
      __builtin_prefetch(context + at);
    }
  }
}

flow::KeySide ClientOf(const packet::Headers& headers, flow::KeySide sender) noexcept {
  const flow::KeySide other = sender == flow::KeySide::kLow ? flow::KeySide::kHigh : flow::KeySide::kLow;
  if (headers.transport == packet::Transport::kTcp) {
    const uint8_t flags = headers.tcp.flags;
    if ((flags & packet::TcpFlag::kSyn) != 0) return (flags & packet::TcpFlag::kAck) != 0 ? other : sender;
  }
  constexpr uint16_t kWellKnown = 1024;
  return headers.src_port < kWellKnown && headers.dst_port >= kWellKnown ? other : sender;
}

}  // namespace sluice::pipeline
