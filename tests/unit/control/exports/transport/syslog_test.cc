// What counts as delivered where the protocol knows no answer.
#include <gtest/gtest.h>

#include <thread>

#include "control/exports/transport/connection.h"
#include "control/exports/transport/transport.h"
#include "tests/unit/control/exports/transport/listener.h"

namespace sluice::exports {
namespace {

std::unique_ptr<Transport> To(const std::string& address) {
  config::ExportOptions options;
  options.address = address;
  auto transport = MakeSyslog(options);
  EXPECT_TRUE(transport.ok());
  return std::move(*transport);
}

const Message kMessages[] = {{"a-1", "first", 0, "", "finding"}, {"a-2", "second", 0, "", "finding"}};

TEST(Syslog, DeliversToAReceiverThatReads) {
  const testing::Listener listener;
  std::string got;
  std::thread server([&] {
    const int peer = listener.Accept();
    char buffer[4096];
    for (ssize_t count = 0; (count = read(peer, buffer, sizeof buffer)) > 0;) got.append(buffer, static_cast<size_t>(count));
    close(peer);
  });
  EXPECT_TRUE(To(listener.address())->Deliver(kMessages));
  server.join();
  EXPECT_NE(got.find("id=\"a-1\"] first"), std::string::npos);
  EXPECT_NE(got.find("id=\"a-2\"] second"), std::string::npos);
}

TEST(Syslog, DoesNotCallDeliveredWhatAReceiverLeftUnread) {
  const testing::Listener listener;
  std::thread server([&] {
    const int peer = listener.Accept();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    close(peer);  // with bytes unread: a reset
  });
  EXPECT_FALSE(To(listener.address())->Deliver(kMessages));
  server.join();
}

TEST(Syslog, ConnectsAgainAfterTheReceiverClosed) {
  const testing::Listener listener;
  int served = 0;
  std::thread server([&] {
    for (; served < 2; ++served) {
      const int peer = listener.Accept();
      char buffer[4096];
      static_cast<void>(read(peer, buffer, sizeof buffer));
      if (served == 1) std::this_thread::sleep_for(std::chrono::milliseconds(500));
      close(peer);
    }
  });
  const auto transport = To(listener.address());
  EXPECT_FALSE(transport->Deliver(kMessages));
  EXPECT_TRUE(transport->Deliver(kMessages));
  server.join();
  EXPECT_EQ(served, 2);
}

TEST(Syslog, SaysWhenNobodyListens) {
  std::string address;
  {
    const testing::Listener gone;
    address = gone.address();
  }
  const Status status = To(address)->Deliver(kMessages);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message().find("refused"), std::string::npos) << status.error().message();
}

TEST(ParseHostPort, TakesNamesAndAddressesInBrackets) {
  EXPECT_EQ(ParseHostPort("siem.example:6514")->port, "6514");
  EXPECT_EQ(ParseHostPort("[2001:db8::1]:514")->host, "2001:db8::1");
  for (const char* wrong : {"", "siem", ":514", "siem:", "2001:db8::1:514"}) EXPECT_FALSE(ParseHostPort(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace sluice::exports
