// The packets of a QUIC connection; for the frames within see quic_hello_fuzz.cc.
#include "tests/fuzz/protocol/session_driver.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::protocol::SessionDriver(sluice::protocol::ProtocolId::kQuic).Run(data, size);
  return 0;
}
