#include "dataplane/flow/flow_key.h"

namespace sluice::flow {

FlowKey MakeFlowKey(const packet::Headers& headers, KeySide& sender, const FlowKeyOptions& options) noexcept {
  // As memcmp orders addresses, in two words.
  const uint64_t src_first = LoadBe64(headers.src.bytes.data()), dst_first = LoadBe64(headers.dst.bytes.data());
  const uint64_t src_last = LoadBe64(headers.src.bytes.data() + 8), dst_last = LoadBe64(headers.dst.bytes.data() + 8);
  bool source_is_low = headers.src_port <= headers.dst_port;
  if (src_last != dst_last) source_is_low = src_last < dst_last;
  if (src_first != dst_first) source_is_low = src_first < dst_first;
  sender = source_is_low ? KeySide::kLow : KeySide::kHigh;

  FlowKey key;
  key.low = source_is_low ? headers.src : headers.dst;
  key.high = source_is_low ? headers.dst : headers.src;
  key.low_port = source_is_low ? headers.src_port : headers.dst_port;
  key.high_port = source_is_low ? headers.dst_port : headers.src_port;
  key.vlan = options.include_vlan ? headers.vlan : uint16_t{0};
  key.tunnel_id = options.include_tunnel ? headers.tunnel_id : 0;
  key.ip_protocol = headers.ip_protocol;
  return key;
}

FlowHasher::FlowHasher(uint64_t seed) noexcept {
  // SplitMix64 (Steele, Lea, Flood 2014) stretches the seed to the key words.
  const auto next = [&seed] {
    seed += 0x9e3779b97f4a7c15ULL;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  };
  for (uint64_t& key : keys_) key = next();
  fold_ = next() | 1;
}

uint64_t HashFlowKey(const FlowKey& key, uint64_t seed) noexcept { return FlowHasher(seed)(key); }

}  // namespace sluice::flow
