// The frames of an Initial packet as though it had been opened, from which its tag keeps the fuzzer of whole packets.
//
// A byte says how long the next packet's frames are (times 16).
#include <cstdlib>
#include <vector>

#include "dataplane/protocol/quic_hello.h"
#include "dataplane/protocol/tls_hello.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sluice::ByteView;
  sluice::protocol::QuicHello hello;
  ByteView input(data, size);
  while (!input.empty()) {
    const ByteView frames = input.Sub(1, static_cast<size_t>(input[0]) * 16);
    const std::vector<uint8_t> exact(frames.begin(), frames.end());
    const size_t before = hello.message().size();
    hello.Take(ByteView(exact.data(), exact.size()));
    if (hello.message().size() < before) std::abort();
    input = input.From(1 + frames.size());
  }
  const ByteView message = hello.message();
  if (!message.empty() && message[0] == sluice::protocol::kTlsClientHello) {
    (void)sluice::protocol::ReadTlsHello(message);
    (void)sluice::protocol::Ja4Of(message, 'q');
  }
  return 0;
}
