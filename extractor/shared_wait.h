// Bells in shared memory: rung by one process, waited for by the other.
//
// Thread: any. Failure: who waits ends when its parent is gone, for nobody will ring any more.
#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::extractor {

void Ring(std::atomic<uint32_t>& bell) noexcept;
// Until `bell` is not `value`.
void AwaitBell(std::atomic<uint32_t>& bell, uint32_t value, int parent) noexcept;

}  // namespace sluice::extractor
