#include "dataplane/pipeline/output.h"

namespace sluice::pipeline {

Output::Output(size_t max_packets, size_t max_injections) : frames_(max_injections * kMaxFrame), max_injections_(max_injections) {
  forward.reserve(max_packets);
  drop.reserve(max_packets);
  aside.reserve(max_packets);
  released.reserve(max_packets);
  injections.reserve(max_injections);
}

std::span<uint8_t> Output::ClaimFrame() noexcept {
  if (injections.size() == max_injections_) return {};
  return {frames_.data() + frames_used_, kMaxFrame};
}

void Output::CommitFrame(uint8_t port, size_t length) noexcept {
  injections.push_back({port, static_cast<uint32_t>(frames_used_), static_cast<uint32_t>(length)});
  frames_used_ += length;
}

void Output::Clear() noexcept {
  forward.clear();
  drop.clear();
  aside.clear();
  released.clear();
  injections.clear();
  dropped_retained = 0;
  frames_used_ = 0;
}

}  // namespace sluice::pipeline
