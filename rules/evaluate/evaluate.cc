#include "rules/evaluate/evaluate.h"

#include <algorithm>
#include <cstring>

namespace sluice::evaluate {
namespace {

using model::ConditionNode;
using Kind = ConditionNode::Kind;

Truth FromBool(bool holds, bool complete) { return holds ? Truth::kTrue : complete ? Truth::kFalse : Truth::kOpen; }

bool Concerns(const ConditionNode& node, const Hit& hit) { return hit.detector == node.detector && (hit.where & node.where) != 0; }

bool SeenBefore(const ConditionNode& node, std::span<const Hit> hits, size_t i) {
  return std::any_of(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(i),
                     [&](const Hit& h) { return Concerns(node, h) && h.term == hits[i].term && h.value == hits[i].value; });
}

// Hits that overlap are one: the same text in UTF-16 is often found in both byte orders, and as several terms.
bool OverlapsEarlier(const ConditionNode& node, std::span<const Hit> hits, size_t i) {
  return std::any_of(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(i), [&](const Hit& h) {
    return Concerns(node, h) && h.view == hits[i].view && h.begin < hits[i].end && hits[i].begin < h.end;
  });
}

bool EnoughHits(const ConditionNode& node, std::span<const Hit> hits) {
  uint32_t count = 0;
  for (size_t i = 0; i < hits.size(); ++i) {
    if (!Concerns(node, hits[i])) continue;
    if (node.min_count > 1 && (OverlapsEarlier(node, hits, i) || (node.distinct && SeenBefore(node, hits, i)))) continue;
    if (++count >= node.min_count) return true;
  }
  return false;
}

// Characters between two hits of the same view, 0 where they touch or overlap.
uint64_t Distance(const Hit& a, const Hit& b) {
  const uint64_t gap = a.end <= b.begin ? b.begin - a.end : b.end <= a.begin ? a.begin - b.end : 0;
  return gap / std::max<uint8_t>(1, std::min(a.bytes_per_character, b.bytes_per_character));
}

bool HasNeighbour(const ConditionNode& partner, const Hit& anchor, uint32_t within, std::span<const Hit> hits) {
  return std::any_of(hits.begin(), hits.end(), [&](const Hit& hit) {
    return &hit != &anchor && Concerns(partner, hit) && hit.view == anchor.view && Distance(anchor, hit) <= within;
  });
}

// `nodes` is the subtree of a kProximity: itself, the anchor, the partners.
bool NearEachOther(std::span<const ConditionNode> nodes, std::span<const Hit> hits) {
  return std::any_of(hits.begin(), hits.end(), [&](const Hit& anchor) {
    return Concerns(nodes[1], anchor) && std::all_of(nodes.begin() + 2, nodes.end(), [&](const ConditionNode& partner) {
             return HasNeighbour(partner, anchor, nodes[0].within, hits);
           });
  });
}

class HitSpanView : public HitView {
 public:
  explicit HitSpanView(std::span<const Hit> hits) : hits_(hits) {}
  bool Reaches(const ConditionNode& leaf) const noexcept override { return EnoughHits(leaf, hits_); }
  bool Near(std::span<const ConditionNode> nodes) const noexcept override { return NearEachOther(nodes, hits_); }

 private:
  std::span<const Hit> hits_;
};

Truth EvaluateNode(std::span<const ConditionNode> nodes, const HitView& hits, bool complete);

// kAll and kAny: how many children hold, and how many still could.
Truth EvaluateChildren(std::span<const ConditionNode> nodes, const HitView& hits, bool complete) {
  uint32_t children = 0, hold = 0, open = 0;
  for (size_t i = 1; i < nodes.size(); i += nodes[i].size) {
    const Truth truth = EvaluateNode(nodes.subspan(i, nodes[i].size), hits, complete);
    ++children;
    if (truth == Truth::kTrue) ++hold;
    if (truth == Truth::kOpen) ++open;
  }
  const uint32_t needed = nodes[0].kind == Kind::kAll ? children : nodes[0].min_count;
  if (hold >= needed) return Truth::kTrue;
  return hold + open >= needed ? Truth::kOpen : Truth::kFalse;
}

// REQUIRES: a well-formed tree (the bundle reader checked), so the recursion is at most model::kMaxConditionDepth deep.
Truth EvaluateNode(std::span<const ConditionNode> nodes, const HitView& hits, bool complete) {
  switch (nodes[0].kind) {
    case Kind::kDetector: return FromBool(hits.Reaches(nodes[0]), complete);
    case Kind::kProximity: return FromBool(hits.Near(nodes), complete);
    case Kind::kNot: {
      const Truth child = EvaluateNode(nodes.subspan(1), hits, complete);
      return child == Truth::kTrue ? Truth::kFalse : child == Truth::kFalse ? Truth::kTrue : Truth::kOpen;
    }
    default: return EvaluateChildren(nodes, hits, complete);
  }
}

bool Contains(const model::AddressBlock& block, std::span<const uint8_t, 16> address) {
  const size_t whole = block.prefix_bits / 8;
  if (std::memcmp(block.address.data(), address.data(), whole) != 0) return false;
  const int rest = block.prefix_bits % 8;
  return rest == 0 || ((block.address[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

bool InAnyBlock(const std::vector<model::AddressBlock>& blocks, std::span<const uint8_t, 16> address) {
  return blocks.empty() || std::any_of(blocks.begin(), blocks.end(), [&](const auto& block) { return Contains(block, address); });
}

// "image/*" matches every subtype.
bool NameMatches(std::string_view pattern, std::string_view name) {
  if (pattern.size() >= 2 && pattern.substr(pattern.size() - 2) == "/*") return name.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
  return pattern == name;
}

bool InAnyName(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) { return NameMatches(pattern, name); });
}

Truth SizeInScope(const model::Scope& scope, const ObjectFacts& facts) {
  if (facts.bytes > scope.max_bytes) return Truth::kFalse;
  const bool bounded_above = scope.max_bytes != UINT64_MAX;
  if (facts.bytes < scope.min_bytes || bounded_above) {
    return facts.complete ? (facts.bytes < scope.min_bytes ? Truth::kFalse : Truth::kTrue) : Truth::kOpen;
  }
  return Truth::kTrue;
}

}  // namespace

Truth Evaluate(const model::Condition& condition, const HitView& hits, bool complete) noexcept {
  return EvaluateNode(condition.nodes, hits, complete);
}

Truth Evaluate(const model::Condition& condition, std::span<const Hit> hits, bool complete) noexcept {
  return EvaluateNode(condition.nodes, HitSpanView(hits), complete);
}

const model::Exception* FindException(const model::Rule& rule, const ObjectFacts& facts, int64_t now_unix_seconds) noexcept {
  const auto it = std::find_if(rule.exceptions.begin(), rule.exceptions.end(), [&](const model::Exception& exception) {
    return now_unix_seconds < exception.expires_unix_seconds && InScope(exception.scope, facts) == Truth::kTrue;
  });
  return it == rule.exceptions.end() ? nullptr : &*it;
}

Truth InScope(const model::Scope& scope, const ObjectFacts& facts) noexcept {
  if (scope.direction != model::Direction::kBoth && scope.direction != facts.direction) return Truth::kFalse;
  if (!InAnyBlock(scope.sources, facts.source) || !InAnyBlock(scope.destinations, facts.destination)) return Truth::kFalse;
  if (!InAnyName(scope.applications, facts.application) || !InAnyName(scope.media_types, facts.media_type) ||
      !InAnyName(scope.clients, facts.client)) {
    return Truth::kFalse;
  }
  return SizeInScope(scope, facts);
}

}  // namespace sluice::evaluate
