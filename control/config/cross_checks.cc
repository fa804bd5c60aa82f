#include "control/config/cross_checks.h"

#include <algorithm>
#include <map>

#include "control/config/codes.h"

namespace sluice::config {
namespace {

constexpr size_t kMostPorts = 32;

class Checker {
 public:
  Checker(const Places& places, runtime::DataPlaneOptions& options, syntax::Diagnostics& diagnostics)
      : places_(places), options_(options), diagnostics_(diagnostics), uses_(options.ports.size()) {}

  void Run() {
    // Without ports everything below would be wrong for that one reason, which has been named.
    if (options_.ports.empty()) return;
    CheckNumber();
    PlacePairs();
    PlaceTaps();
    CheckMode();
    CheckDevices();
    CheckQueues();
    CheckProcessors();
    CheckMemory();
    CheckUnused();
  }

 private:
  void CheckNumber() {
    if (options_.ports.size() <= kMostPorts) return;
    diagnostics_.Error(kTooManyPorts, places_.ports,
                       "at most " + std::to_string(kMostPorts) + " ports, here are " + std::to_string(options_.ports.size()));
  }

  // The port's index, or -1 after a diagnostic. Counts the use.
  int Use(const syntax::Located<std::string>& name) {
    std::vector<std::string_view> known;
    for (size_t i = 0; i < options_.ports.size(); ++i) {
      if (options_.ports[i].name == name.value) {
        if (++uses_[i] > 1) {
          diagnostics_.Error(kPortUsedTwice, name.at, "port '" + name.value + "' has a place already",
                             "a port is in one pair, or a tap, or the response or quarantine port");
        }
        return static_cast<int>(i);
      }
      known.push_back(options_.ports[i].name);
    }
    const std::string nearest = syntax::NearestName(name.value, known);
    diagnostics_.Error(kUnknownPort, name.at, "there is no port '" + name.value + "' under 'ports'",
                       nearest.empty() ? "" : "did you mean '" + nearest + "'?");
    return -1;
  }

  void PlacePairs() {
    for (const Places::Pair& pair : places_.pairs) {
      if (pair.ports.size() != 2) {
        diagnostics_.Error(syntax::Code::kWrongType, pair.at, "a pair has two ports, here are " + std::to_string(pair.ports.size()),
                           "for example:  ports: [outside, inside]");
        continue;
      }
      const int outside = Use(pair.ports[0]), inside = Use(pair.ports[1]);
      if (outside < 0 || inside < 0) continue;
      options_.pairs.push_back({static_cast<uint8_t>(outside), static_cast<uint8_t>(inside), pair.propagate_link});
    }
  }

  void PlaceTaps() {
    for (const syntax::Located<std::string>& tap : places_.taps) {
      const int port = Use(tap);
      if (port >= 0) options_.taps.push_back(static_cast<uint8_t>(port));
    }
    if (places_.response_port) options_.response_port = Use(*places_.response_port);
    if (places_.quarantine_port) options_.quarantine_port = Use(*places_.quarantine_port);
  }

  void CheckMode() {
    if (places_.pairs.empty() && places_.taps.empty()) {
      diagnostics_.Error(kNoMode, places_.ports, "the configuration has neither 'pairs' nor 'taps', so nothing would be inspected",
                         "inline:  pairs: [{ports: [outside, inside]}]    listening only:  taps: [mirror]");
    }
    if (!places_.pairs.empty() && !places_.taps.empty()) {
      diagnostics_.Error(kNoMode, places_.taps.front().at, "the configuration has both 'pairs' and 'taps'",
                         "run one sluiced for the pairs and another for the taps");
    }
    if (places_.response_port && !places_.pairs.empty()) {
      diagnostics_.Error(kNoUse, places_.response_port->at, "'response_port' means nothing inline: resets leave by the pair itself",
                         "take it out");
    }
    if (places_.quarantine_port && places_.pairs.empty()) {
      diagnostics_.Error(kNoUse, places_.quarantine_port->at, "'quarantine_port' means nothing on a tap: nothing is held back there", "take it out");
    }
  }

  void CheckUnused() {
    // After an error it is not known what was meant.
    if (diagnostics_.has_errors()) return;
    for (size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] > 0) continue;
      diagnostics_.Warning(kPortUnused, places_.port_names[i], "port '" + options_.ports[i].name + "' has no place and is not opened",
                           "name it in 'pairs' or 'taps', or take it out");
    }
  }

  void CheckDevices() {
    std::map<std::string, size_t> holders;
    for (size_t i = 0; i < options_.ports.size(); ++i) {
      const port::PortOptions& port = options_.ports[i];
      for (const std::string& device : {port.device, port.interface, port.tx_file}) {
        if (device.empty()) continue;
        const auto [holder, is_new] = holders.emplace(device, i);
        if (is_new) continue;
        diagnostics_.Error(kSameDevice, places_.port_names[i],
                           "ports '" + options_.ports[holder->second].name + "' and '" + port.name + "' are on the same device, " + device);
      }
    }
  }

  void CheckQueues() {
    const uint16_t workers = options_.workers.count;
    for (size_t i = 0; i < options_.ports.size(); ++i) {
      const uint16_t queues = options_.ports[i].queues;
      if (queues <= 1 || queues == workers) continue;
      diagnostics_.Error(kQueueCount, places_.port_names[i],
                         "port '" + options_.ports[i].name + "' has " + std::to_string(queues) + " queues for " + std::to_string(workers) +
                             (workers == 1 ? " worker" : " workers"),
                         "say 1, as many as there are workers, or leave 'queues' out");
    }
  }

  void CheckProcessors() {
    const size_t workers = options_.workers.count, given = places_.processors.size();
    if (given == 0) return;
    if (given != workers && given != workers + 1) {
      diagnostics_.Error(kProcessorCount, places_.processors.front().at,
                         std::to_string(given) + " processors for " + std::to_string(workers) + (workers == 1 ? " worker" : " workers"),
                         "name one for each worker, and one more where a distributor is needed");
    }
    for (size_t i = 0; i < given; ++i) {
      const auto begin = places_.processors.begin();
      const auto is_same = [&](const syntax::Located<uint64_t>& other) { return other.value == places_.processors[i].value; };
      if (std::none_of(begin, begin + static_cast<std::ptrdiff_t>(i), is_same)) continue;
      diagnostics_.Error(kProcessorCount, places_.processors[i].at,
                         "processor " + std::to_string(places_.processors[i].value) + " is named twice", "two workers on one would wait for each other");
    }
  }

  void CheckMemory() {
    if (options_.memory.huge_pages != port::HugePages::kOff) return;
    const auto is_card = [](const port::PortOptions& port) { return port.driver == port::Driver::kPhysical; };
    if (std::none_of(options_.ports.begin(), options_.ports.end(), is_card)) return;
    diagnostics_.Error(kNeedsHugePages, places_.huge_pages, "a network card cannot work without huge pages", "say `huge_pages: on`, and reserve some with `sysctl -w vm.nr_hugepages=N`");
  }

  const Places& places_;
  runtime::DataPlaneOptions& options_;
  syntax::Diagnostics& diagnostics_;
  std::vector<int> uses_;
};

}  // namespace

void CheckWhole(const Places& places, Configuration& configuration, syntax::Diagnostics& diagnostics) {
  Checker(places, configuration.data_plane, diagnostics).Run();
}

}  // namespace sluice::config
