#include "control/config/port_reader.h"

#include <algorithm>
#include <array>

#include "control/config/codes.h"

namespace sluice::config {
namespace {

using port::Driver;

// In the order of the schema's words.
constexpr std::array kDrivers = {Driver::kAfPacket, Driver::kAfXdp, Driver::kTap, Driver::kMemif, Driver::kPcap, Driver::kNull};
constexpr std::array kChecksums = {port::Checksum::kVerify, port::Checksum::kOffload, port::Checksum::kIgnore};
constexpr int kRoleServer = 1;
constexpr size_t kLongestPortName = 24;
constexpr size_t kLongestInterfaceName = 15;

// Keys that are for some drivers only. `needed`: those drivers do not work without it.
struct DriverKey {
  std::string_view key;
  std::array<Driver, 3> drivers;
  bool needed;
};
constexpr DriverKey kDriverKeys[] = {
    {"interface", {Driver::kAfPacket, Driver::kAfXdp, Driver::kTap}, true},
    {"rx_file", {Driver::kPcap, Driver::kPcap, Driver::kPcap}, false},
    {"tx_file", {Driver::kPcap, Driver::kPcap, Driver::kPcap}, false},
    {"socket", {Driver::kMemif, Driver::kMemif, Driver::kMemif}, true},
    {"id", {Driver::kMemif, Driver::kMemif, Driver::kMemif}, false},
    {"role", {Driver::kMemif, Driver::kMemif, Driver::kMemif}, false},
    {"frame_bytes", {Driver::kNull, Driver::kNull, Driver::kNull}, false},
    {"flows", {Driver::kNull, Driver::kNull, Driver::kNull}, false},
};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// domain:bus:device.function, all hexadecimal: "0000:03:00.0".
bool IsPciAddress(std::string_view text) {
  constexpr std::string_view kShape = "hhhh:hh:hh.h";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (kShape[i] == 'h' ? !is_hex : text[i] != kShape[i]) return false;
  }
  return true;
}

void CheckName(const syntax::Node& name, syntax::Diagnostics& diagnostics) {
  const bool fits = !name.text.empty() && name.text.size() <= kLongestPortName;
  if (fits && std::all_of(name.text.begin(), name.text.end(), IsNameCharacter)) return;
  diagnostics.Error(kBadPortName, name.at, "'" + name.text + "' cannot be the name of a port",
                    "use letters, digits, '_' and '-', at most " + std::to_string(kLongestPortName));
}

// False where it cannot be said which driver was meant.
bool ReadDriver(SectionReader& reader, port::PortOptions& port, syntax::Diagnostics& diagnostics) {
  const syntax::Located<std::string> device = reader.Text("device");
  const int driver = reader.Word("driver");
  if (reader.Has("device") == reader.Has("driver")) {
    diagnostics.Error(syntax::Code::kMissingKey, reader.at(),
                      "port '" + port.name + "' needs either 'device' (a network card) or 'driver' (what stands in for one)");
    return false;
  }
  if (driver >= 0) {
    port.driver = kDrivers[static_cast<size_t>(driver)];
    return true;
  }
  if (!reader.Has("device")) return false;
  port.driver = Driver::kPhysical;
  port.device = device.value;
  if (IsPciAddress(port.device) || port.device.empty()) return true;
  diagnostics.Error(kBadDevice, device.at, "'" + port.device + "' is not a PCI address",
                    "write it as \"0000:03:00.0\", in lower case; `dpdk-devbind.py --status-dev net` lists them");
  return true;
}

void CheckDriverKeys(SectionReader& reader, const port::PortOptions& port, syntax::Diagnostics& diagnostics) {
  for (const DriverKey& rule : kDriverKeys) {
    const bool belongs = std::find(rule.drivers.begin(), rule.drivers.end(), port.driver) != rule.drivers.end();
    const bool present = reader.Has(rule.key);
    if (belongs && rule.needed && !present) {
      diagnostics.Error(syntax::Code::kMissingKey, reader.at(),
                        "port '" + port.name + "' (" + std::string(Name(port.driver)) + ") needs the key '" + std::string(rule.key) + "'");
    }
    if (!belongs && present) {
      diagnostics.Error(kNotOfThisDriver, reader.PositionOf(rule.key),
                        "'" + std::string(rule.key) + "' means nothing to a port of driver " + std::string(Name(port.driver)),
                        "take it out, or choose another driver");
    }
  }
}

}  // namespace

port::PortOptions ReadPort(const syntax::Node& name, const syntax::Node& node, syntax::Diagnostics& diagnostics) {
  CheckName(name, diagnostics);
  SectionReader reader(Section::kPort, node, "port '" + name.text + "'", diagnostics);
  port::PortOptions port;
  port.name = name.text;
  const bool driver_is_known = ReadDriver(reader, port, diagnostics);
  const syntax::Located<std::string> interface = reader.Text("interface");
  port.interface = interface.value;
  if (port.interface.size() > kLongestInterfaceName) {
    diagnostics.Error(kBadDevice, interface.at, "'" + port.interface + "' cannot be the name of an interface",
                      "the kernel allows at most " + std::to_string(kLongestInterfaceName) + " characters");
  }
  port.queues = static_cast<uint16_t>(reader.Number("queues"));
  port.mtu = static_cast<uint16_t>(reader.Number("mtu"));
  port.descriptors = static_cast<uint16_t>(reader.Number("descriptors"));
  port.checksum = kChecksums[static_cast<size_t>(reader.Word("checksum"))];
  port.rx_file = reader.Text("rx_file").value;
  port.tx_file = reader.Text("tx_file").value;
  port.socket = reader.Text("socket").value;
  port.memif_id = static_cast<uint32_t>(reader.Number("id"));
  port.memif_server = reader.Word("role") == kRoleServer;
  port.frame_bytes = static_cast<uint16_t>(reader.Number("frame_bytes"));
  port.flows = static_cast<uint16_t>(reader.Number("flows"));
  if (driver_is_known) CheckDriverKeys(reader, port, diagnostics);
  reader.Finish();
  return port;
}

}  // namespace sluice::config
