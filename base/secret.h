// Secret<T>: a value that cannot be printed or logged by accident; reading it is a visible act.
#pragma once

#include <utility>

namespace sluice {

template <typename T>
class Secret {
 public:
  explicit Secret(T value) : value_(std::move(value)) {}
  const T& Reveal() const { return value_; }

 private:
  T value_;
};

}  // namespace sluice
