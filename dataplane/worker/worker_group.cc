#include "dataplane/worker/worker_group.h"

#include <pthread.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <future>
#include <string>

#include "base/control_signals.h"
#include "base/log.h"

namespace sluice::worker {
namespace {

constexpr std::chrono::milliseconds kLook{1};

template <typename Predicate>
bool WaitUntil(std::chrono::milliseconds timeout, Predicate predicate) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() >= deadline) return predicate();
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

Status PinTo(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  const int code = pthread_setaffinity_np(pthread_self(), sizeof set, &set);
  if (code == 0) return {};
  return Error::FromErrno(code, "binding a worker to processor " + std::to_string(processor));
}

Status PrepareThread(size_t thread, int processor) {
  pthread_setname_np(pthread_self(), ("sluice-" + std::to_string(thread)).c_str());
  if (processor >= 0) {
    if (Status status = PinTo(processor); !status) return status;
  }
  // Gives the thread its cache of packet buffers.
  if (rte_thread_register() == 0) return {};
  return Error(ErrorCode::kResourceExhausted, std::string("a worker cannot be registered with DPDK: ") + rte_strerror(rte_errno));
}

}  // namespace

Result<std::unique_ptr<WorkerGroup>> WorkerGroup::Create(Wiring wiring, const WorkerGroupOptions& options,
                                                         const port::PacketPool& pool,
                                                         std::shared_ptr<const bundle::Bundle> policy,
                                                         const std::vector<event::RecordSink*>& sinks) {
  std::unique_ptr<WorkerGroup> group(new WorkerGroup(std::move(wiring), options));
  group->publications_.push_back(std::make_unique<Publication>(Publication{std::move(policy), options.pipeline.generation, {}}));
  group->control_.publication.store(group->publications_.back().get(), std::memory_order_release);
  if (Status status = group->CreateWorkers(pool, sinks); !status) return status.error();
  return group;
}

Status WorkerGroup::CreateWorkers(const port::PacketPool& pool, const std::vector<event::RecordSink*>& sinks) {
  for (uint16_t thread = 0; thread < wiring_.threads(); ++thread) {
    WorkerParts parts;
    Result<std::unique_ptr<pipeline::Intake>> intake = pipeline::Intake::Create(options_.intake, sinks[thread]);
    if (!intake) return intake.error();
    parts.intake = std::move(*intake);
    if (wiring_.is_worker(thread)) {
      Result<std::unique_ptr<pipeline::Pipeline>> made =
          pipeline::Pipeline::Create(options_.pipeline, publications_.back()->policy, sinks[thread]);
      if (!made) return made.error();
      parts.pipeline = std::move(*made);
    }
    parts.pool = pool.get();
    parts.max_held_packets = options_.max_held_packets;
    parts.sleep_when_idle = options_.sleep_when_idle;
    workers_.push_back(std::make_unique<Worker>(wiring_, thread, control_, std::move(parts)));
  }
  return {};
}

Status WorkerGroup::Start() {
  for (size_t thread = 0; thread < workers_.size(); ++thread) {
    if (Status status = StartThread(thread); !status) return status;
  }
  return {};
}

Status WorkerGroup::StartThread(size_t thread) {
  std::promise<Status> prepared;
  std::future<Status> outcome = prepared.get_future();
  const int processor = thread < options_.processors.size() ? options_.processors[thread] : -1;
  // Signals are for the main thread; a new thread begins with the mask of the one that makes it.
  sigset_t all, before;
  FillControlSignals(all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  threads_.emplace_back([this, thread, processor, &prepared] {
    Status status = PrepareThread(thread, processor);
    const bool runs = status.ok();
    prepared.set_value(std::move(status));
    if (!runs) return;
    workers_[thread]->Run();
    rte_thread_unregister();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  Status status = outcome.get();
  if (!status) {
    threads_.back().join();
    threads_.pop_back();
  }
  return status;
}

// What takes time is done here; a worker only swaps.
Status WorkerGroup::Announce(std::shared_ptr<const bundle::Bundle> policy) {
  const uint32_t next = generation() + 1;
  auto made = std::make_unique<Publication>(Publication{policy, next, {}});
  for (const std::unique_ptr<Worker>& worker : workers_) {
    Result<pipeline::PolicyState> prepared = worker->PreparePolicy(policy, next);
    if (!prepared) return prepared.error();
    made->prepared.push_back(std::move(*prepared));
  }
  publications_.push_back(std::move(made));
  control_.publication.store(publications_.back().get(), std::memory_order_release);
  return {};
}

Result<uint32_t> WorkerGroup::Publish(std::shared_ptr<const bundle::Bundle> policy, Timeout timeout) {
  const std::shared_ptr<const bundle::Bundle> before = publications_.back()->policy;
  if (Status status = Announce(std::move(policy)); !status) return status.error();
  const uint32_t announced = generation();
  Status outcome = AwaitAcknowledgement(timeout);
  if (outcome) outcome = AskWhoRefused();
  if (!outcome) {
    if (Status back = Announce(before); !back) return back.error().WithContext(outcome.error().message());
    // Who did not answer before will not now; the others have it.
    static_cast<void>(AwaitAcknowledgement(timeout));
  }
  FreeOldPublications();
  if (!outcome) return outcome.error();
  return announced;
}

Status WorkerGroup::AskWhoRefused() const {
  for (size_t thread = 0; thread < workers_.size(); ++thread) {
    if (workers_[thread]->words().refused.load(std::memory_order_relaxed) != generation()) continue;
    return Error(ErrorCode::kResourceExhausted, "worker " + std::to_string(thread) + " has no room for the policy. The one before it is in force");
  }
  return {};
}

// Those that some thread has not passed yet are kept, and with them what it may still take.
void WorkerGroup::FreeOldPublications() {
  uint32_t passed = generation();
  for (size_t thread = 0; thread < threads_.size(); ++thread) {
    passed = std::min(passed, workers_[thread]->words().acknowledged.load(std::memory_order_acquire));
  }
  std::erase_if(publications_, [&](const std::unique_ptr<Publication>& one) { return one->generation < passed; });
  if (publications_.front()->generation == passed) publications_.front()->prepared.clear();
}

Status WorkerGroup::Try(std::shared_ptr<const bundle::Bundle> policy, Timeout timeout) {
  auto made = std::make_unique<ShadowPublication>();
  made->generation = shadows_.empty() ? 1 : shadows_.back()->generation + 1;
  if (policy != nullptr) {
    const auto plan = pipeline::ShadowPlan::Make(this->policy(), std::move(policy), generation());
    for (const std::unique_ptr<Worker>& worker : workers_) {
      Result<std::unique_ptr<pipeline::Shadow>> shadow = worker->PrepareShadow(plan, made->generation);
      if (!shadow) return shadow.error();
      made->of.push_back(std::move(*shadow));
    }
  }
  const uint32_t announced = made->generation;
  shadows_.push_back(std::move(made));
  control_.shadow.store(shadows_.back().get(), std::memory_order_release);
  for (size_t thread = 0; thread < threads_.size(); ++thread) {
    const WorkerWords& words = workers_[thread]->words();
    if (WaitUntil(timeout, [&] { return words.shadow.load(std::memory_order_acquire) >= announced; })) continue;
    // None is tried, then, on any worker; and nothing is freed that this one may still use.
    shadows_.push_back(std::make_unique<ShadowPublication>());
    shadows_.back()->generation = announced + 1;
    control_.shadow.store(shadows_.back().get(), std::memory_order_release);
    return Error(ErrorCode::kInternal, "worker " + std::to_string(thread) + " did not take over the policy to be tried within " + std::to_string(timeout.count()) + " ms");
  }
  shadows_.erase(shadows_.begin(), shadows_.end() - 1);
  return {};
}

pipeline::ShadowReport WorkerGroup::TrialReport() const {
  pipeline::ShadowReport report;
  if (shadows_.empty()) return report;
  for (const std::unique_ptr<pipeline::Shadow>& shadow : shadows_.back()->of) {
    if (shadow != nullptr) shadow->AddTo(report);
  }
  return report;
}

Status WorkerGroup::HoldBack(std::shared_ptr<const verdict::QuarantineSet> quarantine, Timeout timeout) {
  const uint32_t generation = quarantine->generation();
  quarantines_.push_back(std::move(quarantine));
  control_.quarantine.store(quarantines_.back().get(), std::memory_order_release);
  for (size_t thread = 0; thread < threads_.size(); ++thread) {
    const WorkerWords& words = workers_[thread]->words();
    if (WaitUntil(timeout, [&] { return words.quarantine.load(std::memory_order_acquire) >= generation; })) continue;
    return Error(ErrorCode::kInternal, "worker " + std::to_string(thread) + " did not take over the quarantines within " +
                                           std::to_string(timeout.count()) + " ms");
  }
  quarantines_.erase(quarantines_.begin(), quarantines_.end() - 1);
  return {};
}

Status WorkerGroup::AwaitAcknowledgement(Timeout timeout) const {
  for (size_t thread = 0; thread < threads_.size(); ++thread) {
    const WorkerWords& words = workers_[thread]->words();
    if (WaitUntil(timeout, [&] { return words.acknowledged.load(std::memory_order_acquire) >= generation(); })) continue;
    return Error(ErrorCode::kInternal, "worker " + std::to_string(thread) + " did not acknowledge policy generation " + std::to_string(generation()) +
                                           " within " + std::to_string(timeout.count()) + " ms; the policy before it stays in force");
  }
  return {};
}

Status WorkerGroup::AwaitPhase(Phase phase, Timeout timeout) const {
  for (size_t thread = 0; thread < threads_.size(); ++thread) {
    const WorkerWords& words = workers_[thread]->words();
    if (WaitUntil(timeout, [&] { return words.done.load(std::memory_order_acquire) == phase; })) continue;
    return Error(ErrorCode::kInternal, "worker " + std::to_string(thread) + " does not stop: it is stuck in its device's driver");
  }
  return {};
}

Status WorkerGroup::Stop(Timeout timeout) {
  for (const Phase phase : {Phase::kStopReceiving, Phase::kDrain, Phase::kSendLast, Phase::kEnd}) {
    control_.phase.store(phase, std::memory_order_release);
    if (Status status = AwaitPhase(phase, timeout); !status) return status;
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return {};
}

WorkerGroup::~WorkerGroup() {
  if (threads_.empty()) return;
  if (Status status = Stop(std::chrono::seconds(10)); status) return;
  // Threads that run on would use what is about to be freed.
  LogError("workers do not stop; ending the process");
  std::_Exit(1);
}

}  // namespace sluice::worker
