#include "dataplane/pipeline/flow_store.h"

#include "base/stage_clock.h"

namespace sluice::pipeline {

Result<FlowStore> FlowStore::Create(const flow::FlowTableOptions& options) {
  auto table = flow::FlowTable::Create(options);
  if (!table.ok()) return table.error();
  auto contexts = flow::MappedArray<FlowContext>::Create(table->capacity(), options.prefault, "flow contexts");
  if (!contexts.ok()) return contexts.error();
  return FlowStore(std::move(table).value(), std::move(contexts).value());
}

void FlowStore::Prefetch(std::span<packet::Packet* const> burst) const noexcept {
  const InStage stage(Stage::kFlow);
  for (const packet::Packet* packet : burst) table_.Prefetch(packet->flow_hash);
  // The buckets are on their way; now the flows themselves, with what the stream reads first of their contexts.
  for (const packet::Packet* packet : burst) {
    flow::FlowIndex likely;
    if (!table_.PrefetchFlow(packet->flow_hash, likely)) continue;
    const auto* context = reinterpret_cast<const char*>(&contexts_[likely.value()]);
    for (size_t line = 0; line < 4; ++line) __builtin_prefetch(context + 64 * line);
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
