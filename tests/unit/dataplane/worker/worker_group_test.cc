#include "dataplane/worker/worker_group.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "dataplane/event/record_ring.h"
#include "tests/unit/dataplane/port/eal_environment.h"
#include "tests/unit/dataplane/worker/capture_frames.h"

namespace sluice::pipeline {
extern std::atomic<bool> stall_ticks;  // pass_through_pipeline.cc
}

namespace sluice::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Frames whose first bytes say their rank, and whose last four which flow they belong to.
std::vector<test::Frame> MakeFrames(uint32_t count, uint32_t flows, size_t size) {
  std::vector<test::Frame> frames;
  for (uint32_t i = 0; i < count; ++i) {
    test::Frame frame(size);
    StoreBe32(frame.data(), i);
    StoreBe32(frame.data() + size - 4, (i % flows) * 0x9e3779b9u);
    frames.push_back(std::move(frame));
  }
  return frames;
}

class WorkerGroupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    eal_ = test::SharedEal();
    ASSERT_NE(eal_, nullptr);
    Result<port::PacketPool> pool = port::PacketPool::Create({.packets = 16383});
    ASSERT_TRUE(pool.ok()) << pool.error().message();
    pool_.emplace(std::move(*pool));
    folder_ = std::filesystem::temp_directory_path() /
              ("sluice-worker-" + std::to_string(getpid()) + "-" + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    group_.reset();
    ports_.clear();
    std::filesystem::remove_all(folder_);
  }

  std::string File(const std::string& name) const { return folder_ / name; }

  port::Port* OpenPort(port::PortOptions options, port::Port::Queues queues) {
    Result<std::unique_ptr<port::Port>> port = port::Port::Open(options, queues, *pool_);
    if (!port) ADD_FAILURE() << port.error().message();
    if (!port) return nullptr;
    EXPECT_TRUE((*port)->Start().ok());
    ports_.push_back(std::move(*port));
    return ports_.back().get();
  }
  port::Port* OpenCapture(const std::string& name, const std::string& in, const std::string& out) {
    port::PortOptions options;
    options.name = name;
    options.driver = port::Driver::kPcap;
    if (!in.empty()) options.rx_file = File(in);
    if (!out.empty()) options.tx_file = File(out);
    return OpenPort(options, {1, 1});
  }

  void StartGroup(std::vector<PlacedPort> ports, WorkerGroupOptions options) {
    Result<Wiring> wiring = Wiring::Create(std::move(ports), options.wiring);
    ASSERT_TRUE(wiring.ok());
    StartWired(std::move(*wiring), options);
  }
  void StartWired(Wiring wiring, WorkerGroupOptions options) {
    for (uint16_t i = 0; i < wiring.threads(); ++i) rings_.push_back(std::make_unique<event::RecordRing>(64));
    std::vector<event::RecordSink*> sinks;
    for (const auto& ring : rings_) sinks.push_back(ring.get());
    options.sleep_when_idle = true;
    options.max_held_packets = 1024;
    Result<std::unique_ptr<WorkerGroup>> group =
        WorkerGroup::Create(std::move(wiring), options, *pool_, std::make_shared<bundle::Bundle>(), sinks);
    ASSERT_TRUE(group.ok()) << group.error().message();
    group_ = std::move(*group);
    const Status status = group_->Start();
    ASSERT_TRUE(status.ok()) << status.error().message();
  }

  uint64_t Sum(WorkerCounter counter) const {
    uint64_t sum = 0;
    for (size_t i = 0; i < group_->size(); ++i) sum += group_->worker(i).statistics().counters.value(counter);
    return sum;
  }
  bool AwaitReceived(uint64_t frames) const {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (Sum(WorkerCounter::kReceivedFrames) < frames) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(milliseconds(2));
    }
    return true;
  }
  void StopGroup() {
    const Status status = group_->Stop(seconds(10));
    ASSERT_TRUE(status.ok()) << status.error().message();
  }

  std::shared_ptr<port::Eal> eal_;
  std::optional<port::PacketPool> pool_;
  std::filesystem::path folder_;
  std::vector<std::unique_ptr<port::Port>> ports_;
  std::vector<std::unique_ptr<event::RecordRing>> rings_;
  std::unique_ptr<WorkerGroup> group_;
};

TEST_F(WorkerGroupTest, ForwardsEveryFrameToTheOtherSideInOrder) {
  const std::vector<test::Frame> there = MakeFrames(1000, 7, 300), back = MakeFrames(500, 3, 90);
  test::WriteCapture(File("outside-in.pcap"), there);
  test::WriteCapture(File("inside-in.pcap"), back);
  port::Port* outside = OpenCapture("outside", "outside-in.pcap", "outside-out.pcap");
  port::Port* inside = OpenCapture("inside", "inside-in.pcap", "inside-out.pcap");
  StartGroup({{outside, 1}, {inside, 0}}, {});
  ASSERT_TRUE(AwaitReceived(1500));
  StopGroup();
  EXPECT_EQ(Sum(WorkerCounter::kTransmittedFrames), 1500u);
  EXPECT_EQ(group_->worker(0).statistics().ports[0].rx_packets.value(), 1000u);
  EXPECT_EQ(group_->worker(0).statistics().ports[1].tx_bytes.value(), 1000u * 300);
  group_.reset();
  ports_.clear();
  EXPECT_EQ(test::ReadCapture(File("inside-out.pcap")), there);
  EXPECT_EQ(test::ReadCapture(File("outside-out.pcap")), back);
  EXPECT_EQ(pool_->in_use(), 0u);
}

TEST_F(WorkerGroupTest, DistributesOneQueueOverWorkersAndKeepsEachFlowInOrder) {
  const uint32_t flows = 16;
  const std::vector<test::Frame> frames = MakeFrames(4000, flows, 200);
  test::WriteCapture(File("in.pcap"), frames);
  port::Port* outside = OpenCapture("outside", "in.pcap", "");
  port::Port* inside = OpenCapture("inside", "", "out.pcap");
  WorkerGroupOptions options;
  options.wiring.workers = 2;
  StartGroup({{outside, 1}, {inside, 0}}, options);
  ASSERT_EQ(group_->size(), 3u) << "two workers and a distributor";
  ASSERT_TRUE(AwaitReceived(4000));
  StopGroup();
  EXPECT_EQ(Sum(WorkerCounter::kHandedOver) + Sum(WorkerCounter::kOverloadDropped), 4000u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_GT(group_->worker(i).pipeline_statistics()->counters.value(pipeline::PipelineCounter::kPackets), 0u) << i;
  }
  const uint64_t lost = Sum(WorkerCounter::kOverloadDropped) + Sum(WorkerCounter::kTransmitRingFull);
  group_.reset();
  ports_.clear();
  const std::vector<test::Frame> sent = test::ReadCapture(File("out.pcap"));
  EXPECT_EQ(sent.size() + lost, frames.size());
  std::map<uint32_t, uint32_t> last;
  for (const test::Frame& frame : sent) {
    const uint32_t rank = LoadBe32(frame.data());
    const auto [entry, is_first] = last.emplace(rank % flows, rank);
    EXPECT_TRUE(is_first || entry->second < rank);
    entry->second = rank;
  }
  EXPECT_EQ(pool_->in_use(), 0u);
}

TEST_F(WorkerGroupTest, CountsWhatOverloadedWorkersCouldNotTake) {
  test::WriteCapture(File("in.pcap"), MakeFrames(4000, 16, 100));
  port::Port* outside = OpenCapture("outside", "in.pcap", "");
  port::Port* inside = OpenCapture("inside", "", "out.pcap");
  WorkerGroupOptions options;
  options.wiring.workers = 2;
  options.wiring.handover_ring = 1;  // nearly everything finds it full
  StartGroup({{outside, 1}, {inside, 0}}, options);
  ASSERT_TRUE(AwaitReceived(4000));
  StopGroup();
  const uint64_t overload = Sum(WorkerCounter::kOverloadDropped) + Sum(WorkerCounter::kOverloadForwarded);
  EXPECT_GT(overload, 0u);
  uint64_t bytes = 0;
  for (size_t i = 0; i < group_->size(); ++i) {
    bytes += group_->worker(i).statistics().fates.Sum();
    if (const pipeline::Statistics* counted = group_->worker(i).pipeline_statistics()) bytes += counted->fates.Sum();
  }
  EXPECT_EQ(bytes, 4000u * 100) << "every byte has one fate";
}

// So that a worker that stalls keeps no other's frames from leaving.
TEST_F(WorkerGroupTest, LetsTheDistributorSendWhereThereIsOneQueue) {
  test::WriteCapture(File("in.pcap"), MakeFrames(1, 1, 100));
  port::Port* outside = OpenCapture("outside", "in.pcap", "");
  port::Port* inside = OpenCapture("inside", "", "out.pcap");
  WiringOptions options;
  options.workers = 2;
  const Result<Wiring> wiring = Wiring::Create({{outside, 1}, {inside, 0}}, options);
  ASSERT_TRUE(wiring.ok());
  ASSERT_EQ(wiring->threads(), 3);
  for (uint16_t thread = 0; thread < 3; ++thread) EXPECT_EQ(wiring->TransmitterFor(thread, 1), 2);
  EXPECT_EQ(wiring->TransmitQueueOf(2, 1), 0);
}

// What a worker that does not go round should have is overload at once; the others' packets go on, and its own when it does again.
TEST_F(WorkerGroupTest, GivesUpAtOnceWhatBelongsToAStalledWorker) {
  const std::vector<test::Frame> frames = MakeFrames(2000, 16, 100);
  test::WriteCapture(File("in.pcap"), frames);
  port::Port* outside = OpenCapture("outside", "in.pcap", "");
  port::Port* inside = OpenCapture("inside", "", "out.pcap");
  WorkerGroupOptions options;
  options.wiring.workers = 2;
  Result<Wiring> wiring = Wiring::Create({{outside, 1}, {inside, 0}}, options.wiring);
  ASSERT_TRUE(wiring.ok());
  wiring->SetStalled(0, true);
  uint64_t of_stalled = 0;
  for (const test::Frame& frame : frames) {
    packet::Packet packet = packet::NewPacket();
    packet.flow_hash = uint64_t{LoadBe32(frame.data() + frame.size() - 4)} << 32;
    of_stalled += wiring->owner_rule().OwnerOf(packet) == 0 ? 1 : 0;
  }
  ASSERT_GT(of_stalled, 0u);
  StartWired(std::move(*wiring), options);
  ASSERT_TRUE(AwaitReceived(2000));
  StopGroup();
  EXPECT_EQ(Sum(WorkerCounter::kOverloadDropped) + Sum(WorkerCounter::kOverloadForwarded), of_stalled);
  EXPECT_EQ(Sum(WorkerCounter::kHandedOver), 2000 - of_stalled);
}

TEST_F(WorkerGroupTest, CountsHowLongSampledFramesTook) {
  test::WriteCapture(File("in.pcap"), MakeFrames(2000, 16, 100));
  port::Port* outside = OpenCapture("outside", "in.pcap", "");
  port::Port* inside = OpenCapture("inside", "", "out.pcap");
  StartGroup({{outside, 1}, {inside, 0}}, {});
  ASSERT_TRUE(AwaitReceived(2000));
  StopGroup();
  pipeline::LatencyCounts there, back;
  group_->worker(0).statistics().latency[1].AddTo(there);
  group_->worker(0).statistics().latency[0].AddTo(back);
  EXPECT_EQ(there.Samples(), 2000u / Transmitter::kLatencySample + 1);
  EXPECT_GT(there.nanoseconds, 0u);
  EXPECT_EQ(back.Samples(), 0u);
}

TEST_F(WorkerGroupTest, SendsNothingOnInTapMode) {
  test::WriteCapture(File("in.pcap"), MakeFrames(300, 4, 100));
  port::Port* mirror = OpenCapture("mirror", "in.pcap", "out.pcap");
  StartGroup({{mirror, kNoPort}}, {});
  ASSERT_TRUE(AwaitReceived(300));
  StopGroup();
  EXPECT_EQ(Sum(WorkerCounter::kTransmittedFrames), 0u);
  group_.reset();
  ports_.clear();
  EXPECT_TRUE(test::ReadCapture(File("out.pcap")).empty());
  EXPECT_EQ(pool_->in_use(), 0u);
}

TEST_F(WorkerGroupTest, DoesNotSendFramesLongerThanTheOtherPortAllows) {
  test::WriteCapture(File("in.pcap"), MakeFrames(10, 1, 1800));
  port::Port* outside = OpenCapture("outside", "in.pcap", "");
  port::Port* inside = OpenCapture("inside", "", "out.pcap");
  StartGroup({{outside, 1}, {inside, 0}}, {});
  ASSERT_TRUE(AwaitReceived(10));
  StopGroup();
  EXPECT_EQ(Sum(WorkerCounter::kTransmitTooLong), 10u);
}

TEST_F(WorkerGroupTest, CountsFramesThatFitNoBuffer) {
  test::WriteCapture(File("in.pcap"), MakeFrames(3, 1, 9000));
  port::Port* mirror = OpenCapture("mirror", "in.pcap", "");
  StartGroup({{mirror, kNoPort}}, {});
  ASSERT_TRUE(AwaitReceived(3));
  StopGroup();
  EXPECT_EQ(Sum(WorkerCounter::kSegmentedFrames), 3u);
  EXPECT_EQ(group_->worker(0).statistics().segmented_bytes.value(), 27000u);
  EXPECT_EQ(pool_->in_use(), 0u);
}

TEST_F(WorkerGroupTest, ReadsOneQueueOfEachPortInEachWorker) {
  std::vector<PlacedPort> placed;
  for (const char* name : {"left", "right"}) {
    port::PortOptions options;
    options.name = name;
    options.driver = port::Driver::kNull;
    placed.push_back({OpenPort(options, {2, 2}), static_cast<uint8_t>(1 - placed.size())});
  }
  WorkerGroupOptions options;
  options.wiring.workers = 2;
  StartGroup(placed, options);
  EXPECT_EQ(group_->size(), 2u) << "no distributor";
  ASSERT_TRUE(AwaitReceived(10'000));
  StopGroup();
  group_.reset();
  ports_.clear();
  EXPECT_EQ(pool_->in_use(), 0u);
}

TEST_F(WorkerGroupTest, PutsTheOldPolicyBackWhenAWorkerRefusesTheNewOne) {
  port::PortOptions options;
  options.name = "mirror";
  options.driver = port::Driver::kNull;
  StartGroup({{OpenPort(options, {1, 1}), kNoPort}}, {});
  auto first = std::make_shared<bundle::Bundle>();
  const std::weak_ptr<bundle::Bundle> watch = first;
  // Generation 2 is refused (see pass_through_pipeline.cc), so 3 is the old policy again, and 4 is refused likewise.
  Result<uint32_t> published = group_->Publish(std::move(first), seconds(5));
  EXPECT_FALSE(published.ok());
  EXPECT_EQ(group_->generation(), 3u);
  EXPECT_TRUE(watch.expired()) << "a refused policy is let go";
  EXPECT_EQ(Sum(WorkerCounter::kPoliciesRefused), 1u);
  EXPECT_EQ(Sum(WorkerCounter::kPoliciesAdopted), 1u);
  StopGroup();
}

TEST_F(WorkerGroupTest, KeepsTheOldPolicyWhereAWorkerDoesNotAnswer) {
  port::PortOptions options;
  options.name = "mirror";
  options.driver = port::Driver::kNull;
  StartGroup({{OpenPort(options, {1, 1}), kNoPort}}, {});
  pipeline::stall_ticks = true;
  std::this_thread::sleep_for(milliseconds(50));
  auto late = std::make_shared<bundle::Bundle>();
  const std::weak_ptr<bundle::Bundle> watch = late;
  const Result<uint32_t> published = group_->Publish(std::move(late), milliseconds(50));
  ASSERT_FALSE(published.ok());
  EXPECT_NE(published.error().message().find("worker 0 did not acknowledge"), std::string::npos) << published.error().message();
  EXPECT_EQ(group_->generation(), 3u) << "3 is the old policy again";
  EXPECT_FALSE(watch.expired()) << "the worker might be taking it at this moment";
  const Status tried = group_->Try(std::make_shared<bundle::Bundle>(), milliseconds(50));
  ASSERT_FALSE(tried.ok());
  EXPECT_NE(tried.error().message().find("worker 0 did not take over"), std::string::npos) << tried.error().message();
  pipeline::stall_ticks = false;
  for (int i = 0; i < 1000 && group_->worker(0).words().shadow.load() < 2; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(group_->worker(0).words().shadow.load(), 2u) << "2 is none";
  EXPECT_TRUE(group_->Try(nullptr, seconds(5)).ok());
  for (int i = 0; i < 1000 && group_->worker(0).words().acknowledged.load() < 3; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(group_->worker(0).words().acknowledged.load(), 3u);
  EXPECT_EQ(Sum(WorkerCounter::kPoliciesRefused), 0u) << "what nobody waited for was never taken";
  EXPECT_FALSE(group_->Publish(std::make_shared<bundle::Bundle>(), seconds(5)).ok()) << "generation 4 is even";
  EXPECT_TRUE(watch.expired());
  StopGroup();
}

}  // namespace
}  // namespace sluice::worker
