#include "extractor/service.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstring>
#include <new>
#include <vector>

#include "dataplane/extract/exchange.h"
#include "extractor/memory_budget.h"
#include "extractor/ring_writer.h"
#include "extractor/sandbox.h"
#include "extractor/shared_wait.h"
#include "extractor/shipped_files.h"

namespace sluice::extractor {
namespace {

using extract::Exchange;
using extract::kChunkBytes;
using extract::Order;

RingWriter* writer = nullptr;
void GiveUp() noexcept { writer->GiveUp(); }

template <typename T>
T* MapAll(int descriptor, int protection, size_t& bytes) {
  struct stat about {};
  if (fstat(descriptor, &about) != 0) return nullptr;
  bytes = static_cast<size_t>(about.st_size);
  void* data = mmap(nullptr, bytes, protection, MAP_SHARED, descriptor, 0);
  close(descriptor);
  return data == MAP_FAILED ? nullptr : static_cast<T*>(data);
}

// The document as one piece: the chunks may stand anywhere in the store.
std::vector<uint8_t> Gather(const Exchange& exchange, const Order& order, ByteView store) {
  std::vector<uint8_t> document;
  document.reserve(order.bytes);
  for (uint32_t i = 0; i < order.chunks; ++i) {
    const ByteView chunk = store.Sub(size_t{exchange.chunk_places[i]} * kChunkBytes, std::min<uint64_t>(kChunkBytes, order.bytes - document.size()));
    document.insert(document.end(), chunk.begin(), chunk.end());
  }
  return document;
}

void Carry(const Service& service, const Exchange& exchange, const Order& order, ByteView store) {
  const std::vector<uint8_t> document = Gather(exchange, order, store);
  BeginMemoryBudget(order.limits.memory_bytes, &GiveUp);
  StartClock(order.limits.cpu_milliseconds);
  Outcome outcome = Outcome::kLimit;
  try {
    outcome = service.open(order, {document.data(), document.size()}, *writer);
  } catch (const std::bad_alloc&) {
    // An absurd size was refused: what stood before it was read.
    outcome = Outcome::kCorrupt;
  }
  StopClock();
  EndMemoryBudget();
  writer->EndOrder(outcome);
}

// A worker is bound to one processor and needs all of it.
void LeaveProcessorOfParent() {
  cpu_set_t all;
  std::memset(&all, 0xff, sizeof all);
  sched_setaffinity(0, sizeof all, &all);
}

}  // namespace

int Serve(const Service& service) {
  const pid_t parent = getppid();
  LeaveProcessorOfParent();
  size_t exchange_bytes = 0, store_bytes = 0;
  auto* exchange = MapAll<Exchange>(extract::kExchangeDescriptor, PROT_READ | PROT_WRITE, exchange_bytes);
  const auto* store = MapAll<const uint8_t>(extract::kDocumentsDescriptor, PROT_READ, store_bytes);
  if (exchange == nullptr || store == nullptr || exchange_bytes < sizeof(Exchange)) return extract::kExitNoSandbox;
  std::setlocale(LC_CTYPE, "C.UTF-8");
  service.prepare();
  RingWriter ring(*exchange, parent);
  writer = &ring;
  LockFiles();
  if (!Lock().ok()) return extract::kExitNoSandbox;
  // What libraries keep from one document to the next is theirs, but not without end.
  constexpr uint64_t kRenewBytes = uint64_t{256} << 20;
  for (uint32_t done = 0; AllocatedBytes() < kRenewBytes; ++done) {
    AwaitBell(exchange->order_number, done, parent);
    exchange->begun.store(done + 1, std::memory_order_release);
    const Order order = exchange->order;
    ring.BeginOrder(done + 1, order.limits);
    Carry(service, *exchange, order, {store, store_bytes});
  }
  return 0;
}

}  // namespace sluice::extractor
