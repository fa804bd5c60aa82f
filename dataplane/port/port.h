// Port: one device as the worker sees it: queues of frames in and out, a link, and what the device itself counted.
//
// First and last room of the story. Opened, started and closed by control; Receive and Transmit are the hot path and belong
// to the worker that owns the queue. What Open changed on a kernel interface (up, promiscuous) is undone on the way out.
// Thread: control, except Receive and Transmit. Allocates: in Open. Failure: names the port, what was expected, what to do.
#pragma once

#include <rte_ethdev.h>

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/counter.h"
#include "base/result.h"
#include "dataplane/port/kernel_interface.h"
#include "dataplane/port/packet_pool.h"
#include "dataplane/port/port_lock.h"
#include "dataplane/port/port_options.h"

namespace sluice::port {

// Of the buckets that RSS spreads flows over; a device with fewer cannot be computed after.
inline constexpr uint32_t kRssBuckets = 64;

// What the device counted; frames that we never got.
struct DeviceCounters {
  uint64_t rx_missed = 0;      // no receive descriptor was free: the worker is behind
  uint64_t rx_errors = 0;
  uint64_t rx_no_buffer = 0;   // the packet pool was empty
  uint64_t tx_errors = 0;
  uint64_t link_lost = 0;      // times, as whoever watches it noted
};

enum class LinkControl : uint8_t { kDone, kNotSupported, kFailed };

class Port {
 public:
  struct Queues {
    uint16_t receive = 1, transmit = 1;
  };
  // What such a driver can do with this many workers and threads: one queue where it cannot spread flows.
  static uint16_t QueuesFor(const PortOptions& options, uint16_t workers);

  // REQUIRES: Eal is started, with options.device among its devices; `pool` outlives the port. A device that has fewer
  // transmit queues than asked for gets fewer: see tx_queues().
  static Result<std::unique_ptr<Port>> Open(const PortOptions& options, Queues wanted, const PacketPool& pool);
  ~Port();
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  Status Start();
  void Stop();

  const PortOptions& options() const { return options_; }
  uint16_t rx_queues() const { return queues_.receive; }
  uint16_t tx_queues() const { return queues_.transmit; }
  // rte_mbuf::hash.rss & (kRssBuckets - 1) is the bucket of every TCP and UDP packet, and queue = bucket % rx_queues.
  bool spreads_by_rss() const { return spreads_by_rss_; }
  bool verifies_checksums() const { return options_.checksum == Checksum::kOffload; }

  // Both return how many; the rest stays the caller's.
  uint16_t Receive(uint16_t queue, std::span<rte_mbuf*> frames) const noexcept {
    return rte_eth_rx_burst(id_, queue, frames.data(), static_cast<uint16_t>(frames.size()));
  }
  uint16_t Transmit(uint16_t queue, std::span<rte_mbuf*> frames) const noexcept {
    return rte_eth_tx_burst(id_, queue, frames.data(), static_cast<uint16_t>(frames.size()));
  }

  bool LinkIsUp() const;
  LinkControl SetLink(bool up);
  DeviceCounters ReadCounters() const;
  // By the one thread that watches the link.
  void NoteLinkLost() noexcept { link_lost_.Add(); }
  // For people: "af_packet eth1, 1 queue".
  std::string Describe() const;

 private:
  explicit Port(const PortOptions& options) : options_(options) {}
  Status TakeKernelInterface();
  Status Attach(uint16_t queues);
  Status Configure(Queues wanted);
  Status SetUpQueues(const PacketPool& pool);
  Status SpreadFlows(uint16_t table_size);
  Error Failed(const std::string& what, int code) const;

  PortOptions options_;
  std::optional<PortLock> lock_;
  std::optional<KernelInterface> interface_;
  std::string virtual_name_;  // empty for a physical device
  uint16_t id_ = RTE_MAX_ETHPORTS;
  Queues queues_;
  bool spreads_by_rss_ = false;
  bool started_ = false;
  Counter link_lost_;
};

}  // namespace sluice::port
