#include "dataplane/extract/extractor_cell.h"

#include <linux/futex.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>

namespace sluice::extract {
namespace {

void Futex(std::atomic<uint32_t>& word, int operation, uint32_t value, const timespec* timeout) noexcept {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), operation, value, timeout, nullptr, 0);
}

// Descriptors that a new process inherits: nothing, the exchange, the documents. Everything else is closed on exec.
class Descriptors {
 public:
  Descriptors(int exchange, int documents) {
    posix_spawn_file_actions_init(&actions_);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", standard == STDIN_FILENO ? 0 : 1, 0);
    }
    posix_spawn_file_actions_adddup2(&actions_, exchange, kExchangeDescriptor);
    posix_spawn_file_actions_adddup2(&actions_, documents, kDocumentsDescriptor);
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors() { posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// Signals that its parent blocks or ignores would keep a limit from ending it.
class DefaultSignals {
 public:
  DefaultSignals() {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;
  ~DefaultSignals() { posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

ExtractorCell::ExtractorCell(ExtractorCell&& other) noexcept { *this = std::move(other); }

ExtractorCell& ExtractorCell::operator=(ExtractorCell&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(reader_, other.reader_);
  std::swap(process_, other.process_);
  std::swap(order_number_, other.order_number_);
  std::swap(busy_, other.busy_);
  return *this;
}

sluice::Status ExtractorCell::Start(const std::string& program, int documents) {
  Kill();
  auto memory = SharedMemory::Create("sluice-exchange", sizeof(Exchange));
  if (!memory.ok()) return memory.error();
  memory_ = std::move(memory).value();
  auto* shared = new (memory_.data()) Exchange;
  reader_ = ResultReader({shared->ring.data(), shared->ring.size()}, &shared->written);
  order_number_ = 0;
  std::string name = program;
  char* const arguments[] = {name.data(), nullptr};
  char* const environment[] = {nullptr};
  const Descriptors descriptors(memory_.descriptor(), documents);
  const DefaultSignals signals;
  const int failed = posix_spawn(&process_, program.c_str(), descriptors.get(), signals.get(), arguments, environment);
  if (failed == 0) return {};
  process_ = 0;
  return Error::FromErrno(failed, "the extractor " + program + " cannot be started");
}

void ExtractorCell::Submit(const Order& order, const DocumentStore& store, const StoredDocument& document) noexcept {
  Exchange& shared = exchange();
  shared.order = order;
  shared.order.bytes = document.bytes;
  shared.order.chunks = document.chunks;
  store.ListChunks(document, shared.chunk_places.data());
  busy_ = true;
  shared.order_number.store(++order_number_, std::memory_order_release);
  Futex(shared.order_number, FUTEX_WAKE, 1, nullptr);
}

ExtractorCell::Status ExtractorCell::Next(RecordHead& head) noexcept {
  if (!is_running()) return Status::kDied;
  ResultReader::Status read = reader_.Next(head);
  PublishTaken();
  if (read == ResultReader::Status::kNothing) {
    const Status ended = HowItEnded();
    if (ended == Status::kNothing) return ended;
    // What it wrote before it died stands.
    read = reader_.Next(head);
    if (read != ResultReader::Status::kRecord) {
      process_ = 0;
      busy_ = false;
      return ended;
    }
  }
  if (read == ResultReader::Status::kViolation || head.order != order_number_) {
    Kill();
    return Status::kDied;
  }
  if (head.kind == RecordKind::kDone) busy_ = false;
  return Status::kRecord;
}

ByteView ExtractorCell::TakePayload(std::span<uint8_t> into) noexcept { return reader_.TakePayload(into); }

void ExtractorCell::PublishTaken() noexcept {
  Exchange& shared = exchange();
  if (shared.taken.load(std::memory_order_relaxed) == reader_.taken()) return;
  const uint64_t taken_before = shared.taken.load(std::memory_order_relaxed);
  shared.taken.store(reader_.taken(), std::memory_order_release);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  // Nobody waits for room while a record of any size fitted. RingWriter has the other fence.
  const uint64_t in_ring = shared.written.load(std::memory_order_acquire) - taken_before;
  if (in_ring + sizeof(RecordHead) + kMaxPayload <= kRingBytes) return;
  shared.room_bell.fetch_add(1, std::memory_order_release);
  Futex(shared.room_bell, FUTEX_WAKE, 1, nullptr);
}

void ExtractorCell::Wait(std::chrono::milliseconds longest) noexcept {
  Exchange& shared = exchange();
  const uint32_t bell = shared.result_bell.load(std::memory_order_acquire);
  shared.waits_for_results.store(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (shared.written.load(std::memory_order_acquire) != reader_.taken()) {
    shared.waits_for_results.store(0, std::memory_order_relaxed);
    return;
  }
  timespec timeout{};
  timeout.tv_sec = longest.count() / 1000;
  timeout.tv_nsec = (longest.count() % 1000) * 1'000'000;
  Futex(shared.result_bell, FUTEX_WAIT, bell, &timeout);
  shared.waits_for_results.store(0, std::memory_order_relaxed);
}

// Without waiting. kNothing: it lives.
ExtractorCell::Status ExtractorCell::HowItEnded() noexcept {
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return Status::kDied;
  if (info.si_pid == 0) return Status::kNothing;
  waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG);
  const bool out_of_time = info.si_code != CLD_EXITED && info.si_status == SIGPROF;
  const bool out_of_memory = info.si_code == CLD_EXITED && info.si_status == kExitOutOfMemory;
  return out_of_time || out_of_memory ? Status::kLimit : Status::kDied;
}

bool ExtractorCell::IsAlive() noexcept {
  if (HowItEnded() == Status::kNothing) return true;
  process_ = 0;
  busy_ = false;
  return false;
}

void ExtractorCell::Kill() noexcept {
  busy_ = false;
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
}

}  // namespace sluice::extract
