// Decider: from findings in an object to the rules that fire. What a rule's condition means stands in rules/evaluate.
//
// For each scan: Decide with its findings; at the object's end: DecideAtEnd, for every object, also one without findings
// (rules with `not`, and sizes known only now). A rule fires once in an object. Each is decided at a place in the content
// that does not depend on how the bytes were cut: at a finding, where the media type is known (kMediaTypePrefix), where the
// object reaches a rule's smallest size, or at the end.
//
// Thread: one worker. Allocates: in Create only; no text is built unless a rule fires. Failure: limits are counted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/counter.h"
#include "base/inline_text.h"
#include "base/result.h"
#include "dataplane/content/direction.h"
#include "dataplane/match/confirm.h"
#include "dataplane/packet/ip_address.h"
#include "dataplane/verdict/tally.h"
#include "dataplane/verdict/verdict.h"
#include "rules/bundle/bundle.h"

namespace sluice::verdict {

// What is known of the object and of the flow that carries it.
struct ObjectFacts {
  content::Direction direction = content::Direction::kUpload;
  uint8_t where = model::Where::kBody;  // bits of model::Where; heads: kHeader
  packet::IpAddress source, destination;  // of the content: an upload's source is the client
  std::string_view application;           // "http"
  std::string_view media_type;            // by content of the first kMediaTypePrefix bytes; not read before that many came
  std::string_view client;                // name from the configuration, or empty
  Timestamp now;                          // for exceptions that expire: the time of the packet at hand
};

struct FiredRule {
  uint32_t rule = 0;                    // index into the policy's rules
  model::DetectorIndex detector = 0;    // whose finding decided
  Verdict verdict = Verdict::kAlert;
  uint8_t confidence = 0;               // 0..100
  uint32_t count = 0;                   // findings of `detector` when the rule fired
  uint64_t offset = 0;                  // of the first of them
  uint32_t length = 0;
  model::Encoding encoding = model::Encoding::kBytes;
  model::TransferForm form = model::TransferForm::kPlain;
  match::MaskedText masked;
  model::Marking marking;               // of the finding that decided; else nation and level of the first
  InlineText<192> explain;              // the conditions that held
};

class FiredList {
 public:
  static constexpr size_t kCapacity = 16;
  void Clear() noexcept { size_ = 0; overflow_ = 0; strongest_ = Verdict::kAllow; }
  std::span<const FiredRule> rules() const noexcept { return {rules_.data(), size_}; }
  uint32_t overflow() const noexcept { return overflow_; }     // fired and not listed; counted, and part of strongest()
  Verdict strongest() const noexcept { return strongest_; }    // of all that fired

 private:
  friend class Decider;
  std::array<FiredRule, kCapacity> rules_;
  size_t size_ = 0;
  uint32_t overflow_ = 0;
  Verdict strongest_ = Verdict::kAllow;
};

enum class DecideCounter : uint8_t {
  kRulesFired,
  kExcepted,           // a rule's condition held, and an exception stood in its way
  kFiredOverLimit,     // beyond FiredList::kCapacity of one call: verdict kept, record lost
  kDetectorsOverLimit, // findings of detectors that found no room in the object's tally: single hits still count
  kTermsOverLimit,     // distinct terms that found no room
  kPositionsForgotten, // of proximity rules: an older finding gave way to a newer one
  kFiredForgotten,     // an object fired more rules than it can remember; a rule may then have been taken for fired
  kCount,
};
std::string_view Name(DecideCounter counter);

class Decider {
 public:
  static Result<std::unique_ptr<Decider>> Create(std::shared_ptr<const bundle::Bundle> policy);
  ~Decider();

  // Replaces `fired`. `position`: offset behind the last byte scanned. REQUIRES: findings in order, none behind `position`.
  void Decide(Tally& tally, const ObjectFacts& facts, std::span<const match::Finding> findings, uint64_t position,
              FiredList& fired) noexcept;
  // No more findings can come (those of Matcher::Close went through Decide). `bytes`: the object's size.
  // Whether Decide without findings would look at anything: an offset at which rules wait lies before `position`.
  bool AwaitsOffset(const Tally& tally, uint64_t position) const noexcept;
  // Whether some rule may hold at the end of an object in which nothing was found (`not`).
  bool MayFireOnNothing() const noexcept;
  // Whether some rule asks what objects are called; what is called so is then to be looked at, with ObjectFacts::where = kName.
  bool AsksForNames() const noexcept;
  void DecideAtEnd(Tally& tally, const ObjectFacts& facts, uint64_t bytes, FiredList& fired) noexcept;

  const CounterSet<DecideCounter>& counters() const noexcept;

 private:
  struct Impl;
  explicit Decider(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::verdict
