// The word enums of the rule language and their names, as rule files, bundles and findings spell them.
//
// Thread: pure. Allocates: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::model {

enum class Severity : uint8_t { kInfo, kLow, kMedium, kHigh, kCritical, kCount };

// In order of strength: the strongest action of all rules that fire is the verdict.
enum class Action : uint8_t { kAllow, kAlert, kBlock, kQuarantine, kCount };

enum class Direction : uint8_t { kUpload, kDownload, kBoth, kCount };

// Why a thing could not be inspected as the policy wants; the policy says for each what happens then.
enum class FailCause : uint8_t {
  kFlowTableFull,             // no slot for a new flow
  kReassemblyLimit,           // out-of-order data beyond its bound
  kScannerError,              // the matcher refused or failed
  kOverload,                  // the worker cannot keep up
  kUnverifiedRetransmission,  // a retransmission that cannot be compared with what was inspected
  kAmbiguousFraming,          // a message whose end two readers would see at different places
  kUninspectable,             // encrypted, or in a format that is not opened
  kCount,
};
enum class FailMode : uint8_t { kOpen, kClosed, kCount };

// What a file of a policy is: a pack, a list that a pack names, or an example of a rule.
enum class SourceKind : uint8_t { kPack, kList, kExample, kCount };

std::string_view Name(Severity value);
std::string_view Name(Action value);
std::string_view Name(Direction value);
std::string_view Name(FailCause value);
std::string_view Name(FailMode value);

// Each: nothing when no value has that name.
std::optional<Severity> SeverityFromName(std::string_view name);
std::optional<Action> ActionFromName(std::string_view name);
std::optional<Direction> DirectionFromName(std::string_view name);
std::optional<FailCause> FailCauseFromName(std::string_view name);
std::optional<FailMode> FailModeFromName(std::string_view name);

// What a policy that does not say gets; the compiler reports each default it uses. Closed, since what was not inspected
// must not leave; but open for kUninspectable, since closed there would stop every encrypted connection.
FailMode DefaultFailMode(FailCause cause);

struct FailModes {
  std::array<FailMode, static_cast<size_t>(FailCause::kCount)> modes{};
  FailMode operator[](FailCause cause) const { return modes[static_cast<size_t>(cause)]; }
  void Set(FailCause cause, FailMode mode) { modes[static_cast<size_t>(cause)] = mode; }
};

}  // namespace sluice::model
