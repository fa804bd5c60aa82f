#include "dataplane/port/port.h"

#include <rte_dev.h>
#include <rte_errno.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/log.h"
#include "dataplane/port/driver_log.h"
#include "dataplane/port/eal.h"
#include "dataplane/port/physical_device.h"
#include "dataplane/port/rss.h"
#include "dataplane/port/virtual_device.h"

namespace sluice::port {
namespace {

constexpr uint64_t kFlowHashes = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;
constexpr uint64_t kHashesToComputeAfter = RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV4_UDP |
                                           RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_UDP;
constexpr uint64_t kChecksumOffloads =
    RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;

bool UsesKernelInterface(Driver driver) { return driver == Driver::kAfPacket || driver == Driver::kAfXdp; }

// What must not be opened twice; empty where that does no harm.
std::string LockName(const PortOptions& options) {
  switch (options.driver) {
    case Driver::kPhysical: return options.device;
    case Driver::kAfPacket:
    case Driver::kAfXdp:
    case Driver::kTap: return options.interface;
    default: return {};
  }
}

}  // namespace

uint16_t Port::QueuesFor(const PortOptions& options, uint16_t workers) {
  if (options.queues != 0) return options.queues;
  const bool spreads = options.driver == Driver::kPhysical || options.driver == Driver::kNull;
  return spreads ? workers : uint16_t{1};
}

Result<std::unique_ptr<Port>> Port::Open(const PortOptions& options, Queues wanted, const PacketPool& pool) {
  std::unique_ptr<Port> port(new Port(options));
  if (const std::string name = LockName(options); !name.empty()) {
    Result<PortLock> lock = PortLock::Acquire(name);
    if (!lock) return lock.error().WithContext("port '" + options.name + "'");
    port->lock_.emplace(std::move(*lock));
  }
  if (Status status = port->TakeKernelInterface(); !status) return status.error().WithContext("port '" + options.name + "'");
  if (Status status = port->Attach(wanted.receive); !status) return status.error();
  if (Status status = port->Configure(wanted); !status) return status.error();
  if (Status status = port->SetUpQueues(pool); !status) return status.error();
  return port;
}

Status Port::TakeKernelInterface() {
  if (!UsesKernelInterface(options_.driver)) return {};
  Result<KernelInterface> interface = KernelInterface::Find(options_.interface);
  if (!interface) return interface.error();
  const uint32_t mtu = interface->Mtu();
  if (mtu > options_.mtu) {
    return Error(ErrorCode::kInvalidArgument, "interface '" + options_.interface + "' has an MTU of " + std::to_string(mtu) +
                                                  ", the configuration says " + std::to_string(options_.mtu) +
                                                  "; larger frames would be lost, so make `mtu:` as large as the interface's");
  }
  if (Status status = interface->BringUp(); !status) return status.error();
  interface_.emplace(std::move(*interface));
  return {};
}

Status Port::Attach(uint16_t queues) {
  TakeFirstDriverLine();
  std::string name = options_.device;
  if (options_.driver != Driver::kPhysical) {
    Result<VirtualDevice> device = DescribeVirtualDevice(options_, queues);
    if (!device) return device.error();
    const int code = rte_eal_hotplug_add("vdev", device->name.c_str(), device->arguments.c_str());
    if (code != 0) return Failed("its driver refused " + device->arguments, code);
    virtual_name_ = name = device->name;
  }
  if (rte_eth_dev_get_port_by_name(name.c_str(), &id_) == 0) return {};
  if (options_.driver != Driver::kPhysical) return Failed("DPDK made no port of it", -ENODEV);
  return ExplainMissingDevice(options_.device, "/sys/bus/pci/devices").WithContext("port '" + options_.name + "'");
}

Status Port::Configure(Queues wanted) {
  rte_eth_dev_info info{};
  if (const int code = rte_eth_dev_info_get(id_, &info); code != 0) return Failed("the device does not describe itself", code);
  if (wanted.receive > info.max_rx_queues) {
    return Error(ErrorCode::kUnsupported, "port '" + options_.name + "' has at most " + std::to_string(info.max_rx_queues) +
                                              " receive queues, " + std::to_string(wanted.receive) + " were asked for; say `queues: 1`");
  }
  queues_ = {wanted.receive, std::min(wanted.transmit, info.max_tx_queues)};
  // Some drivers have queues by pairs only.
  if (options_.driver == Driver::kTap || options_.driver == Driver::kAfXdp) queues_.transmit = queues_.receive;

  rte_eth_conf conf{};
  if (options_.driver == Driver::kPhysical) conf.rxmode.mtu = options_.mtu;
  if (verifies_checksums()) {
    if ((info.rx_offload_capa & kChecksumOffloads) != kChecksumOffloads) {
      return Error(ErrorCode::kUnsupported, "port '" + options_.name + "': its device cannot verify checksums; say `checksum: verify`");
    }
    conf.rxmode.offloads |= kChecksumOffloads;
  }
  std::array<uint8_t, kRssKeyBytes> key = kSymmetricRssKey;
  if (queues_.receive > 1 && info.flow_type_rss_offloads != 0) {
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    conf.rx_adv_conf.rss_conf.rss_key = key.data();
    conf.rx_adv_conf.rss_conf.rss_key_len = info.hash_key_size != 0 ? info.hash_key_size : 40;
    conf.rx_adv_conf.rss_conf.rss_hf = info.flow_type_rss_offloads & kFlowHashes;
    conf.rxmode.offloads |= info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_RSS_HASH;
    spreads_by_rss_ = (conf.rx_adv_conf.rss_conf.rss_hf & kHashesToComputeAfter) == kHashesToComputeAfter &&
                      (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_RSS_HASH) != 0 && info.reta_size >= kRssBuckets;
  }
  const int code = rte_eth_dev_configure(id_, queues_.receive, queues_.transmit, &conf);
  if (code != 0) return Failed("it cannot be configured with " + std::to_string(queues_.receive) + " receive queues", code);
  return {};
}

Status Port::SetUpQueues(const PacketPool& pool) {
  uint16_t rx_descriptors = options_.descriptors, tx_descriptors = options_.descriptors;
  if (const int code = rte_eth_dev_adjust_nb_rx_tx_desc(id_, &rx_descriptors, &tx_descriptors); code != 0) {
    return Failed("it refuses queues of " + std::to_string(options_.descriptors) + " descriptors", code);
  }
  const auto socket = static_cast<unsigned>(rte_eth_dev_socket_id(id_));
  for (uint16_t queue = 0; queue < queues_.receive; ++queue) {
    const int code = rte_eth_rx_queue_setup(id_, queue, rx_descriptors, socket, nullptr, pool.get());
    if (code != 0) return Failed("receive queue " + std::to_string(queue) + " cannot be made", code);
  }
  for (uint16_t queue = 0; queue < queues_.transmit; ++queue) {
    const int code = rte_eth_tx_queue_setup(id_, queue, tx_descriptors, socket, nullptr);
    if (code != 0) return Failed("transmit queue " + std::to_string(queue) + " cannot be made", code);
  }
  return {};
}

Status Port::Start() {
  if (const int code = rte_eth_dev_start(id_); code != 0) return Failed("it does not start", code);
  started_ = true;
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(id_, &info) == 0 && spreads_by_rss_) {
    if (Status status = SpreadFlows(info.reta_size); !status) return status;
  }
  // A bump in the wire takes every frame, whomever it is for.
  const int code = rte_eth_promiscuous_enable(id_);
  if (code != 0 && code != -ENOTSUP) return Failed("it does not go into promiscuous mode", code);
  return {};
}

// The same number of buckets on every device, so that a flow meets the same worker from either side.
Status Port::SpreadFlows(uint16_t table_size) {
  std::vector<rte_eth_rss_reta_entry64> table((table_size + RTE_ETH_RETA_GROUP_SIZE - 1) / RTE_ETH_RETA_GROUP_SIZE);
  for (uint16_t i = 0; i < table_size; ++i) {
    rte_eth_rss_reta_entry64& group = table[i / RTE_ETH_RETA_GROUP_SIZE];
    group.mask = UINT64_MAX;
    group.reta[i % RTE_ETH_RETA_GROUP_SIZE] = static_cast<uint16_t>((i % kRssBuckets) % queues_.receive);
  }
  const int code = rte_eth_dev_rss_reta_update(id_, table.data(), table_size);
  return code == 0 ? Status() : Status(Failed("its receive-side scaling table cannot be written", code));
}

void Port::Stop() {
  if (!started_) return;
  started_ = false;
  rte_eth_promiscuous_disable(id_);
  if (const int code = rte_eth_dev_stop(id_); code != 0) LogWarning(Failed("it did not stop", code).message());
}

Port::~Port() {
  Stop();
  if (id_ != RTE_MAX_ETHPORTS) {
    if (const int code = rte_eth_dev_close(id_); code != 0) LogWarning(Failed("it did not close", code).message());
  }
  if (!virtual_name_.empty()) rte_eal_hotplug_remove("vdev", virtual_name_.c_str());
}

bool Port::LinkIsUp() const {
  // The drivers for kernel interfaces say "up" whatever happens: the kernel knows.
  if (interface_) return interface_->HasCarrier();
  rte_eth_link link{};
  return rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

LinkControl Port::SetLink(bool up) {
  const int code = up ? rte_eth_dev_set_link_up(id_) : rte_eth_dev_set_link_down(id_);
  if (code == 0) return LinkControl::kDone;
  return code == -ENOTSUP ? LinkControl::kNotSupported : LinkControl::kFailed;
}

DeviceCounters Port::ReadCounters() const {
  rte_eth_stats stats{};  // zeros where the device does not say
  static_cast<void>(rte_eth_stats_get(id_, &stats));
  return {stats.imissed, stats.ierrors, stats.rx_nombuf, stats.oerrors, link_lost_.value()};
}

std::string Port::Describe() const {
  std::string text(Name(options_.driver));
  const std::string& place = options_.driver == Driver::kPhysical ? options_.device : options_.interface;
  if (!place.empty()) text += " " + place;
  return text + ", " + std::to_string(queues_.receive) + (queues_.receive == 1 ? " queue" : " queues");
}

Error Port::Failed(const std::string& what, int code) const {
  return Error(ErrorCode::kIo, "port '" + options_.name + "' (" + std::string(Name(options_.driver)) + "): " + what + ": " +
                                   DescribeDpdkError(code));
}

}  // namespace sluice::port
