// StageClock: the processor's cycles by stage of a packet's way, in builds that ask for it (cmake -DSLUICE_STAGE_CYCLES=ON).
//
// Each room says with InStage that the thread is in it until the scope ends; cycles go to the innermost, so that the stages add up to the
// whole. Other builds hold nothing of this: the class is empty. Thread: one account for each thread. Allocates: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef SLUICE_STAGE_CYCLES
#include <x86intrin.h>
#endif

namespace sluice {

enum class Stage : uint8_t { kOutside, kPacket, kFlow, kStream, kProtocol, kDecode, kMatch, kWindows, kHyperscan, kVerdict, kAction, kEvent, kCount };
inline constexpr size_t kStages = static_cast<size_t>(Stage::kCount);

constexpr std::string_view Name(Stage stage) {
  constexpr std::array<std::string_view, kStages> kNames = {"outside", "packet", "flow",       "stream",  "protocol", "decode",
                                                            "match",   "windows", "hyperscan", "verdict", "action",   "event"};
  return kNames[static_cast<size_t>(stage)];
}

#ifdef SLUICE_STAGE_CYCLES

class StageClock {
 public:
  static constexpr bool kKept = true;
  struct Account {
    uint64_t cycles = 0, entries = 0;
  };

  // Of this thread, since Reset.
  static StageClock& Get() noexcept {
    static thread_local StageClock clock;
    return clock;
  }
  void Reset() noexcept {
    accounts_ = {};
    last_ = __rdtsc();
  }
  const std::array<Account, kStages>& accounts() const noexcept { return accounts_; }

  Stage Enter(Stage stage) noexcept {
    Settle();
    const Stage before = current_;
    current_ = stage;
    ++accounts_[static_cast<size_t>(stage)].entries;
    return before;
  }
  void Return(Stage before) noexcept {
    Settle();
    current_ = before;
  }

 private:
  void Settle() noexcept {
    const uint64_t now = __rdtsc();
    accounts_[static_cast<size_t>(current_)].cycles += now - last_;
    last_ = now;
  }
  std::array<Account, kStages> accounts_{};
  uint64_t last_ = __rdtsc();
  Stage current_ = Stage::kOutside;
};

class InStage {
 public:
  explicit InStage(Stage stage) noexcept : before_(StageClock::Get().Enter(stage)) {}
  InStage(const InStage&) = delete;
  InStage& operator=(const InStage&) = delete;
  ~InStage() { StageClock::Get().Return(before_); }

 private:
  Stage before_;
};

#else

class [[maybe_unused]] InStage {
 public:
  explicit InStage(Stage) noexcept {}
  ~InStage() {}  // so that the compiler does not call the scope's object unused
};

#endif

}  // namespace sluice
