// Both directions of a conversation, in any cut, with losses and ends: see session_driver.h.
#include "tests/fuzz/protocol/session_driver.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::protocol::SessionDriver(sluice::protocol::ProtocolId::kNfs).Run(data, size);
  return 0;
}
