#include "dataplane/runtime/dataplane.h"

#include <sys/random.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "dataplane/port/eal.h"
#include "dataplane/port/null_frames.h"
#include "dataplane/runtime/link_watch.h"
#include "dataplane/runtime/live_totals.h"
#include "dataplane/runtime/plan.h"
#include "dataplane/runtime/record_writer.h"
#include "dataplane/worker/worker_group.h"

namespace sluice::runtime {
namespace {

constexpr std::chrono::seconds kAcknowledgeTimeout{5};
constexpr std::chrono::seconds kStopTimeout{30};
// A datagram takes a few fragments; more datagrams than this would leave each with too few.
constexpr uint32_t kFragmentsPerDatagram = 4;
constexpr uint64_t kBytesPerFragment = 2048;

Result<uint64_t> SecretSeed() {
  uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
    return Error::FromErrno(errno, "asking the system for random bytes");
  }
  return seed;
}

pipeline::IntakeOptions IntakeFor(const DataPlaneOptions& options, uint64_t seed) {
  pipeline::IntakeOptions intake;
  intake.mode = options.pairs.empty() ? stream::Mode::kTap : stream::Mode::kInline;
  intake.hash_seed = seed;
  intake.parse.accept_zero_ip_length = false;  // no host on a wire takes such a datagram
  intake.fragments.hash_seed = seed;
  intake.fragments.max_held_fragments = options.tables.fragments;
  intake.fragments.max_fragments_per_datagram = std::min(intake.fragments.max_fragments_per_datagram, options.tables.fragments);
  intake.fragments.max_datagrams = std::max(1u, options.tables.fragments / kFragmentsPerDatagram);
  intake.fragments.max_held_bytes = options.tables.fragments * kBytesPerFragment;
  return intake;
}

pipeline::PipelineOptions PipelineFor(const DataPlaneOptions& options, const Plan& plan, uint64_t seed) {
  pipeline::PipelineOptions pipeline;
  pipeline.mode = options.pairs.empty() ? stream::Mode::kTap : stream::Mode::kInline;
  pipeline.can_inject = !options.pairs.empty() || plan.response_port >= 0;
  pipeline.flow.capacity = options.tables.flows;
  pipeline.flow.hash_seed = seed;
  pipeline.flow.prefault = true;
  pipeline.tcp.max_held_packets = options.tables.held_packets;
  pipeline.sessions.max_sessions = options.tables.sessions;
  pipeline.max_objects = options.tables.objects;
  pipeline.decode = options.decode;
  pipeline.hold_for_documents = options.hold_for_documents;
  pipeline.longest_hold = options.longest_hold;
  pipeline.hash_objects = options.output.hash_objects;
  pipeline.hosts = options.hosts;
  pipeline.evidence = options.evidence;
  pipeline.record_objects = !options.output.objects.empty();
  pipeline.record_flows = !options.output.flows.empty();
  std::iota(pipeline.peer_ports.begin(), pipeline.peer_ports.end(), uint8_t{0});
  for (size_t i = 0; i < plan.ports.size(); ++i) {
    if (plan.ports[i].peer >= 0) pipeline.peer_ports[i] = static_cast<uint8_t>(plan.ports[i].peer);
  }
  return pipeline;
}

}  // namespace

struct DataPlane::Impl {
  Impl(const DataPlaneOptions& given, Plan made) : options(given), plan(std::move(made)) {}

  Status OpenPorts();
  Status StartWorkers(std::shared_ptr<const bundle::Bundle> policy);
  Status StartPorts();

  const DataPlaneOptions options;
  const Plan plan;
  // In this order: each is used by those below it, which go first.
  std::shared_ptr<port::Eal> eal;
  std::unique_ptr<RecordWriter> writer;
  std::optional<port::PacketPool> pool;
  std::vector<std::unique_ptr<port::Port>> ports;
  std::unique_ptr<LinkWatch> links;
  const std::shared_ptr<pipeline::RuleCosts> rule_costs = std::make_shared<pipeline::RuleCosts>();
  std::unique_ptr<worker::WorkerGroup> workers;
  std::vector<int> processors;
  std::shared_ptr<const verdict::QuarantineSet> held;  // from the first packet on
  std::chrono::steady_clock::time_point started;
  std::optional<pipeline::Totals> last;  // once stopped
};

Result<std::unique_ptr<DataPlane>> DataPlane::Start(const DataPlaneOptions& options, std::shared_ptr<const bundle::Bundle> policy,
                                                    event::RecordObserver* observer, std::shared_ptr<const verdict::QuarantineSet> held) {
  Result<Plan> plan = MakePlan(options);
  if (!plan) return plan.error();
  auto impl = std::make_unique<Impl>(options, std::move(*plan));
  Result<std::vector<int>> processors = ChooseProcessors(options.workers.processors, AllowedProcessors(), impl->plan.threads);
  if (!processors) return processors.error();
  impl->processors = std::move(*processors);
  Result<std::unique_ptr<RecordWriter>> writer = RecordWriter::Open(options.output, impl->plan.threads, options.tables.records);
  if (!writer) return writer.error();
  impl->writer = std::move(*writer);
  impl->writer->SetObserver(observer);
  impl->held = std::move(held);

  if (Status status = impl->OpenPorts(); !status) return status.error();
  if (Status status = impl->StartWorkers(std::move(policy)); !status) return status.error();
  return std::unique_ptr<DataPlane>(new DataPlane(std::move(impl)));
}

Status DataPlane::Impl::OpenPorts() {
  port::EalOptions eal_options;
  eal_options.huge_pages = options.memory.huge_pages;
  eal_options.megabytes = plan.megabytes;
  for (const PlannedPort& planned : plan.ports) {
    if (!planned.options.device.empty()) eal_options.pci_devices.push_back(planned.options.device);
  }
  Result<std::shared_ptr<port::Eal>> started_eal = port::Eal::Start(eal_options);
  if (!started_eal) return started_eal.error();
  eal = std::move(*started_eal);
  Result<port::PacketPool> made = port::PacketPool::Create({plan.packets, plan.max_frame_bytes});
  if (!made) return made.error();
  pool.emplace(std::move(*made));
  for (const PlannedPort& planned : plan.ports) {
    if (planned.options.flows > 0) port::FillWithAcknowledgements(*pool, planned.options.flows, planned.options.frame_bytes);
  }
  for (const PlannedPort& planned : plan.ports) {
    Result<std::unique_ptr<port::Port>> port = port::Port::Open(planned.options, {planned.rx_queues, plan.threads}, *pool);
    if (!port) return port.error();
    ports.push_back(std::move(*port));
  }
  return {};
}

Status DataPlane::Impl::StartWorkers(std::shared_ptr<const bundle::Bundle> policy) {
  Result<uint64_t> seed = SecretSeed();
  if (!seed) return seed.error();
  worker::WorkerGroupOptions group;
  group.wiring.workers = options.workers.count;
  if (plan.response_port >= 0) group.wiring.response_port = static_cast<uint8_t>(plan.response_port);
  if (plan.quarantine_port >= 0) group.wiring.quarantine_port = static_cast<uint8_t>(plan.quarantine_port);
  group.intake = IntakeFor(options, *seed);
  group.pipeline = PipelineFor(options, plan, *seed);
  group.pipeline.rule_costs = rule_costs;
  group.processors = processors;
  group.max_held_packets = size_t{options.tables.held_packets} + options.tables.fragments;
  group.sleep_when_idle = options.workers.sleep_when_idle;

  std::vector<worker::PlacedPort> placed;
  for (size_t i = 0; i < ports.size(); ++i) {
    const int peer = plan.ports[i].peer;
    placed.push_back({ports[i].get(), peer < 0 ? worker::kNoPort : static_cast<uint8_t>(peer), plan.ports[i].receives});
  }
  Result<worker::Wiring> wiring = worker::Wiring::Create(std::move(placed), group.wiring);
  if (!wiring) return wiring.error();
  std::vector<event::RecordSink*> sinks;
  for (size_t thread = 0; thread < wiring->threads(); ++thread) sinks.push_back(writer->ring(thread));
  writer->SetHosts(options.hosts);
  writer->SetDepartures(options.departures);
  writer->SetPolicy(group.pipeline.generation, std::string(policy->digest()));
  Result<std::unique_ptr<worker::WorkerGroup>> made =
      worker::WorkerGroup::Create(std::move(*wiring), group, *pool, std::move(policy), sinks);
  if (!made) return made.error();
  workers = std::move(*made);
  if (held) {
    if (Status status = workers->HoldBack(std::move(held), kAcknowledgeTimeout); !status) return status;
  }
  writer->Start();
  if (Status status = StartPorts(); !status) return status;
  started = std::chrono::steady_clock::now();
  return workers->Start();
}

Status DataPlane::Impl::StartPorts() {
  for (const std::unique_ptr<port::Port>& port : ports) {
    if (Status status = port->Start(); !status) return status;
  }
  links = std::make_unique<LinkWatch>();
  size_t number = 0;
  for (const PairOptions& pair : options.pairs) {
    // The plan numbers the ports of pairs first, in this order.
    if (pair.propagate_link) links->Add(ports[number].get(), ports[number + 1].get());
    number += 2;
  }
  return {};
}

DataPlane::DataPlane(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DataPlane::~DataPlane() = default;

Result<uint32_t> DataPlane::Publish(std::shared_ptr<const bundle::Bundle> policy) {
  // Told before, since the first record of the new generation may come before the last worker has acknowledged it; and the
  // one after it, which is the old policy again where the new one is refused.
  const uint32_t next = impl_->workers->generation() + 1;
  impl_->writer->SetPolicy(next, std::string(policy->digest()));
  impl_->writer->SetPolicy(next + 1, std::string(impl_->workers->policy().digest()));
  return impl_->workers->Publish(std::move(policy), kAcknowledgeTimeout);
}

Status DataPlane::Try(std::shared_ptr<const bundle::Bundle> policy) { return impl_->workers->Try(std::move(policy), kAcknowledgeTimeout); }

pipeline::ShadowReport DataPlane::TrialReport() const { return impl_->workers->TrialReport(); }

Status DataPlane::HoldBack(std::shared_ptr<const verdict::QuarantineSet> quarantine) {
  return impl_->workers->HoldBack(std::move(quarantine), kAcknowledgeTimeout);
}

void DataPlane::WatchLinks() { impl_->links->Look(std::chrono::steady_clock::now()); }

std::vector<uint64_t> DataPlane::Heartbeats() const {
  std::vector<uint64_t> counts;
  for (size_t thread = 0; thread < impl_->workers->size(); ++thread) {
    counts.push_back(impl_->workers->worker(thread).statistics().heartbeats.value());
  }
  return counts;
}

void DataPlane::SetStalled(size_t thread, bool stalls) {
  if (thread < impl_->options.workers.count) impl_->workers->SetStalled(static_cast<uint16_t>(thread), stalls);
}

bool DataPlane::OwnsThisThread() noexcept { return worker::Worker::RunsOnThisThread(); }

std::vector<std::string> DataPlane::Faults() const { return impl_->writer->Faults(); }

pipeline::Totals DataPlane::Snapshot() const {
  if (impl_->last) return *impl_->last;
  pipeline::Totals totals = AddUp(*impl_->workers, impl_->ports);
  AddRecords(impl_->writer->rings(), totals);
  AddRules(*impl_->rule_costs, totals);
  totals.counters["record_lines_lost"] = impl_->writer->lines_lost();
  if (impl_->options.evidence != nullptr) AddEvidence(*impl_->options.evidence, totals);
  totals.elapsed_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - impl_->started).count();
  return totals;
}

Status DataPlane::Stop() {
  if (impl_->last) return {};
  impl_->links.reset();
  if (Status status = impl_->workers->Stop(kStopTimeout); !status) return status;
  impl_->last = Snapshot();
  for (const std::unique_ptr<port::Port>& port : impl_->ports) port->Stop();
  const Status written = impl_->writer->Stop();
  impl_->workers.reset();
  impl_->ports.clear();
  return written;
}

std::vector<std::string> DataPlane::Describe() const {
  std::vector<std::string> lines;
  for (size_t i = 0; i < impl_->ports.size(); ++i) {
    const PlannedPort& planned = impl_->plan.ports[i];
    std::string place = "tap";
    if (planned.peer >= 0) place = "inline, other side " + impl_->plan.ports[static_cast<size_t>(planned.peer)].options.name;
    if (!planned.receives) place = static_cast<int>(i) == impl_->plan.quarantine_port ? "quarantine port" : "response port";
    lines.push_back("port " + planned.options.name + ": " + impl_->ports[i]->Describe() + "; " + place);
  }
  std::string threads = std::to_string(impl_->options.workers.count) + (impl_->options.workers.count == 1 ? " worker" : " workers");
  if (impl_->plan.threads > impl_->options.workers.count) threads += " and a distributor";
  threads += " on processors";
  for (const int processor : impl_->processors) threads += " " + std::to_string(processor);
  lines.push_back(threads + (impl_->options.workers.sleep_when_idle ? ", sleeping when idle" : ", polling"));
  lines.push_back("memory: " + std::to_string(impl_->plan.packets) + " packet buffers, " + std::to_string(impl_->plan.megabytes) +
                  " MB" + (impl_->eal->uses_huge_pages() ? " in huge pages" : " without huge pages"));
  return lines;
}

}  // namespace sluice::runtime
