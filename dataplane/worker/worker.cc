#include "dataplane/worker/worker.h"

#include <rte_cycles.h>
#include <rte_pause.h>

#include <ctime>

namespace sluice::worker {
namespace {

constexpr uint64_t kTicksPerSecond = 100;
constexpr size_t kInboxBurst = 64;
// Datagrams that wait to go home: more than all intakes together have (packet::ReassemblyOptions::max_ready_datagrams).
constexpr size_t kMaxRecycled = 8192;
constexpr uint32_t kIdleRoundsBeforeSleep = 1000;
constexpr timespec kIdleSleep = {0, 50'000};

thread_local bool this_thread_forwards = false;

}  // namespace

Worker::Worker(Wiring& wiring, uint16_t thread, const ControlWords& control, WorkerParts parts)
    : wiring_(wiring),
      thread_(thread),
      control_(control),
      sleep_when_idle_(parts.sleep_when_idle),
      tick_cycles_(rte_get_tsc_hz() / kTicksPerSecond),
      clock_(rte_rdtsc(), rte_get_tsc_hz(), WorkerClock::Read()),
      transmitter_(wiring, thread, parts.pool, statistics_, clock_),
      receiver_(wiring, thread, std::move(parts.intake), transmitter_, statistics_),
      pipeline_(std::move(parts.pipeline)),
      out_(receiver_.max_batch() + kInboxBurst + parts.max_held_packets) {
  batch_.reserve(receiver_.max_batch() + kInboxBurst);
  recycled_.reserve(kMaxRecycled);
  LookForPolicy();
}

bool Worker::RunsOnThisThread() noexcept { return this_thread_forwards; }

void Worker::Run() noexcept {
  this_thread_forwards = true;
  while (phase_ != Phase::kEnd) {
    const uint64_t begin = rte_rdtsc();
    now_ = clock_.At(begin);
    if (begin >= next_tick_) Tick(begin);
    if (control_.publication.load(std::memory_order_acquire) != publication_) LookForPolicy();
    if (const auto* latest = control_.quarantine.load(std::memory_order_acquire); latest != quarantine_) TakeQuarantine(*latest);
    if (const auto* latest = control_.shadow.load(std::memory_order_acquire); latest != shadow_) TakeShadow(*latest);
    const Phase phase = control_.phase.load(std::memory_order_acquire);
    if (phase != phase_) Enter(phase);
    if (Round() > 0) {
      statistics_.busy_cycles.Add(rte_rdtsc() - begin);
      idle_rounds_ = 0;
    } else if (sleep_when_idle_ && ++idle_rounds_ > kIdleRoundsBeforeSleep) {
      nanosleep(&kIdleSleep, nullptr);
    } else {
      rte_pause();
    }
  }
}

double Worker::BusySeconds() const noexcept { return SecondsOf(statistics_.busy_cycles.value()); }

double Worker::SecondsOf(uint64_t cycles) noexcept { return static_cast<double>(cycles) / static_cast<double>(rte_get_tsc_hz()); }

size_t Worker::Round() noexcept {
  size_t work = 0;
  if (phase_ == Phase::kRun) work += receiver_.Poll(now_, overload_, batch_, out_);
  work += TakeInbox();
  Process();
  if (pipeline_) pipeline_->TakeDocuments(now_, out_, recycled_);
  transmitter_.CarryOut(out_);
  transmitter_.Flush();
  work += transmitter_.SendForOthers();
  work += receiver_.TakeReturns();
  return work;
}

size_t Worker::TakeInbox() noexcept {
  if (!pipeline_) return 0;
  std::array<packet::Packet*, kInboxBurst> packets;
  const uint32_t count = wiring_.Inbox(thread_).Pop(packets);
  batch_.insert(batch_.end(), packets.begin(), packets.begin() + count);
  return count;
}

void Worker::Process() noexcept {
  if (batch_.empty()) return;
  pipeline_->Process(batch_, out_, recycled_);
  batch_.clear();
  if (!recycled_.empty()) SendRecycledHome();
}

// What finds no room in another thread's ring stays for the next round.
void Worker::SendRecycledHome() noexcept {
  size_t kept = 0;
  for (packet::Packet* datagram : recycled_) {
    auto* home = static_cast<Receiver*>(datagram->owner);
    if (home == &receiver_) {
      receiver_.Recycle(*datagram);
    } else if (wiring_.Returns(home->thread()).Push(std::span(&datagram, 1)) == 0) {
      recycled_[kept++] = datagram;
    }
  }
  recycled_.resize(kept);
}

void Worker::Tick(uint64_t cycles) noexcept {
  next_tick_ = cycles + tick_cycles_;
  statistics_.heartbeats.Add();
  clock_.Anchor(cycles, WorkerClock::Read().monotonic);
  now_ = clock_.At(cycles);
  if (phase_ == Phase::kRun) receiver_.Tick(now_, out_);
  if (pipeline_) pipeline_->Tick(now_, out_, recycled_);
  if (!recycled_.empty()) SendRecycledHome();
}

Result<pipeline::PolicyState> Worker::PreparePolicy(const std::shared_ptr<const bundle::Bundle>& policy, uint32_t generation) const {
  if (!pipeline_) return pipeline::PolicyState();
  return pipeline_->Prepare(policy, generation);
}

void Worker::LookForPolicy() noexcept {
  Publication* latest = control_.publication.load(std::memory_order_acquire);
  if (latest == publication_ || latest == nullptr) return;
  // The first one is what the pipeline was created with.
  const bool is_first = publication_ == nullptr;
  const bool adopted = is_first || !pipeline_ || pipeline_->Adopt(latest->prepared[thread_]);
  publication_ = latest;
  if (!is_first) statistics_.counters.Add(adopted ? WorkerCounter::kPoliciesAdopted : WorkerCounter::kPoliciesRefused);
  if (adopted) overload_ = latest->policy->fail_modes()[model::FailCause::kOverload];
  else words_.refused.store(latest->generation, std::memory_order_relaxed);
  words_.acknowledged.store(latest->generation, std::memory_order_release);
}

Result<std::unique_ptr<pipeline::Shadow>> Worker::PrepareShadow(const std::shared_ptr<const pipeline::ShadowPlan>& plan, uint32_t generation) const {
  if (!pipeline_) return std::unique_ptr<pipeline::Shadow>();
  return pipeline_->PrepareShadow(plan, generation);
}

void Worker::TakeShadow(const ShadowPublication& shadow) noexcept {
  shadow_ = &shadow;
  if (pipeline_) pipeline_->JudgeBeside(shadow.of.empty() ? nullptr : shadow.of[thread_].get());
  words_.shadow.store(shadow.generation, std::memory_order_release);
}

void Worker::TakeQuarantine(const verdict::QuarantineSet& quarantine) noexcept {
  quarantine_ = &quarantine;
  if (pipeline_) pipeline_->HoldBack(&quarantine, thread_);
  words_.quarantine.store(quarantine.generation(), std::memory_order_release);
}

void Worker::Enter(Phase phase) noexcept {
  phase_ = phase;
  if (phase == Phase::kStopReceiving) receiver_.Drain(out_);
  if (phase == Phase::kDrain) DrainPipeline();
  if (phase == Phase::kSendLast) EmptyRings();
  transmitter_.CarryOut(out_);
  transmitter_.Flush();
  words_.done.store(phase, std::memory_order_release);
}

// Nobody hands over any more: what is in the ring now is the last.
void Worker::DrainPipeline() noexcept {
  if (!pipeline_) return;
  while (TakeInbox() > 0) {
    Process();
    transmitter_.CarryOut(out_);
  }
  pipeline_->Drain(now_, out_, recycled_);
  if (!recycled_.empty()) SendRecycledHome();
}

void Worker::EmptyRings() noexcept {
  while (transmitter_.SendForOthers() > 0) {
  }
  while (receiver_.TakeReturns() > 0) {
  }
}

}  // namespace sluice::worker
