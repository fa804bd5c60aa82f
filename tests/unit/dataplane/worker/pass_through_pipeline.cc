// An intake and a pipeline that let everything through, for tests of what is around them: linked in place of the real ones.
//
// A flow is told by the last four bytes of a frame. Each packet is retained until the next one of its pipeline has come, so
// that buffers with two references are part of every test. Drain releases what is left.
#include <atomic>
#include <thread>

#include "dataplane/pipeline/intake.h"
#include "dataplane/pipeline/pipeline.h"

namespace sluice::pipeline {

struct Intake::Impl {
  IntakeStatistics statistics;
};
Intake::Intake(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Intake::~Intake() = default;

Result<std::unique_ptr<Intake>> Intake::Create(const IntakeOptions&, event::RecordSink*) {
  return std::unique_ptr<Intake>(new Intake(std::make_unique<Impl>()));
}

packet::Packet* Intake::Accept(packet::Packet& packet, Output&) noexcept {
  impl_->statistics.packets.Add();
  impl_->statistics.bytes.Add(packet.length);
  packet.flow_hash = uint64_t{LoadBe32(packet.data + packet.length - 4)} << 32;
  return &packet;
}

void Intake::Tick(Timestamp, Output&) noexcept {}
void Intake::Drain(Output&) noexcept {}
void Intake::Recycle(packet::Packet&) noexcept {}
const IntakeStatistics& Intake::statistics() const noexcept { return impl_->statistics; }

struct Pipeline::Impl {
  Statistics statistics;
  packet::Packet* retained = nullptr;
};
Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pipeline::~Pipeline() = default;

Result<std::unique_ptr<Pipeline>> Pipeline::Create(const PipelineOptions&, std::shared_ptr<const bundle::Bundle>, event::RecordSink*) {
  return std::unique_ptr<Pipeline>(new Pipeline(std::make_unique<Impl>()));
}

void Pipeline::Process(std::span<packet::Packet* const> burst, Output& out, std::vector<packet::Packet*>&) noexcept {
  for (packet::Packet* packet : burst) {
    impl_->statistics.counters.Add(PipelineCounter::kPackets);
    impl_->statistics.counters.Add(PipelineCounter::kBytes, packet->length);
    impl_->statistics.fates.Add(content::Fate::kInspected, packet->length);
    out.forward.push_back({packet, true});
    if (impl_->retained != nullptr) out.released.push_back(impl_->retained);
    impl_->retained = packet;
  }
}

std::atomic<bool> stall_ticks{false};  // workers answer nobody until it is false again

void Pipeline::TakeDocuments(Timestamp, Output&, std::vector<packet::Packet*>&) noexcept {}
void Pipeline::Tick(Timestamp, Output&, std::vector<packet::Packet*>&) noexcept {
  while (stall_ticks.load()) std::this_thread::yield();
}

void Pipeline::Drain(Timestamp, Output& out, std::vector<packet::Packet*>&) noexcept {
  if (impl_->retained != nullptr) out.released.push_back(impl_->retained);
  impl_->retained = nullptr;
}

Result<PolicyState> Pipeline::Prepare(std::shared_ptr<const bundle::Bundle>, uint32_t generation) const {
  PolicyState state;
  state.generation = generation;
  return state;
}

// An even generation is refused, so that tests can see what follows.
bool Pipeline::Adopt(PolicyState& prepared) noexcept { return prepared.generation % 2 != 0; }

Result<std::unique_ptr<Shadow>> Pipeline::PrepareShadow(std::shared_ptr<const ShadowPlan>, uint32_t) const { return std::unique_ptr<Shadow>(); }
void Pipeline::JudgeBeside(Shadow*) noexcept {}

void Pipeline::HoldBack(const verdict::QuarantineSet*, size_t) noexcept {}

const Statistics& Pipeline::statistics() const noexcept { return impl_->statistics; }

}  // namespace sluice::pipeline
