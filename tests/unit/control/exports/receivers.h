// Receivers for tests: they take, refuse or fail as they are told.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "control/exports/transport/transport.h"

namespace sluice::exports::testing {

// What a receiver has got, kept beyond the life of the transport.
struct Received {
  std::mutex mutex;
  std::vector<Message> messages;
  std::atomic<bool> refuses{false};
  std::atomic<bool> takes_and_fails{false};  // has them, and does not say so

  std::vector<std::string> Ids() {
    const std::lock_guard<std::mutex> lock(mutex);
    std::vector<std::string> ids;
    for (const Message& message : messages) ids.push_back(message.id);
    return ids;
  }
  size_t size() { return Ids().size(); }
};

class Receiver final : public Transport {
 public:
  explicit Receiver(Received& received) : received_(received) {}
  Status Deliver(std::span<const Message> messages) override {
    if (received_.refuses) return Error(ErrorCode::kIo, "nobody is there");
    const std::lock_guard<std::mutex> lock(received_.mutex);
    received_.messages.insert(received_.messages.end(), messages.begin(), messages.end());
    if (received_.takes_and_fails) return Error(ErrorCode::kIo, "no answer");
    return {};
  }

 private:
  Received& received_;
};

inline bool Within(std::chrono::seconds limit, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace sluice::exports::testing
