#include "dataplane/decode/base64_text.h"

namespace sluice::decode {
namespace {

constexpr std::array<uint8_t, 256> MakeValues() {
  std::array<uint8_t, 256> values{};
  for (size_t c = 0; c < values.size(); ++c) values[c] = kNotBase64;
  for (uint8_t i = 0; i < 26; ++i) {
    values[static_cast<size_t>('A' + i)] = i;
    values[static_cast<size_t>('a' + i)] = static_cast<uint8_t>(26 + i);
  }
  for (uint8_t i = 0; i < 10; ++i) values[static_cast<size_t>('0' + i)] = static_cast<uint8_t>(52 + i);
  values['+'] = values['-'] = 62;
  values['/'] = values['_'] = 63;
  return values;
}

// Four tables, so that a group of four characters is four loads: each value at its place, or a bit that no value has.
constexpr uint32_t kInvalid = 1u << 24;
constexpr std::array<std::array<uint32_t, 256>, 4> MakePlaces() {
  const std::array<uint8_t, 256> values = MakeValues();
  std::array<std::array<uint32_t, 256>, 4> places{};
  for (size_t place = 0; place < 4; ++place) {
    for (size_t c = 0; c < 256; ++c) {
      places[place][c] = values[c] == kNotBase64 ? kInvalid : static_cast<uint32_t>(values[c]) << (18 - 6 * place);
    }
  }
  return places;
}
constexpr std::array<std::array<uint32_t, 256>, 4> kPlaces = MakePlaces();

void Store(uint32_t group, uint8_t* to) noexcept {
  to[0] = static_cast<uint8_t>(group >> 16);
  to[1] = static_cast<uint8_t>(group >> 8);
  to[2] = static_cast<uint8_t>(group);
}

}  // namespace

constexpr std::array<uint8_t, 256> kBase64Values = MakeValues();

Base64Bits::Progress Base64Bits::Run(ByteView input, std::span<uint8_t> output) noexcept {
  Progress done;
  const uint8_t* in = input.data();
  while (done.consumed < input.size() && output.size() - done.written >= 4) {
    if (held_ == 0) {
      size_t groups = input.size() - done.consumed;
      groups = (groups < (output.size() - done.written) / 3 * 4 ? groups : (output.size() - done.written) / 3 * 4) / 4;
      const uint8_t* from = in + done.consumed;
      uint8_t* to = output.data() + done.written;
      for (; groups > 0; --groups, from += 4, to += 3) {
        const uint32_t group = kPlaces[0][from[0]] | kPlaces[1][from[1]] | kPlaces[2][from[2]] | kPlaces[3][from[3]];
        if (group >= kInvalid) break;
        Store(group, to);
      }
      done.consumed = static_cast<size_t>(from - in);
      done.written = static_cast<size_t>(to - output.data());
      if (done.consumed == input.size() || output.size() - done.written < 4) break;
    }
    const uint8_t value = kBase64Values[in[done.consumed]];
    if (value == kNotBase64) break;
    ++done.consumed;
    bits_ = bits_ << 6 | value;
    if (++held_ < 4) continue;
    Store(bits_ & 0xFFFFFF, output.data() + done.written);
    done.written += 3;
    held_ = 0;
  }
  return done;
}

size_t Base64Bits::Flush(std::span<uint8_t> output) noexcept {
  const uint8_t held = held_;
  held_ = 0;
  if (held < 2) return 0;
  const uint32_t group = bits_ << (6 * (4 - held));
  output[0] = static_cast<uint8_t>(group >> 16);
  output[1] = static_cast<uint8_t>(group >> 8);
  return held - 1u;
}

bool HasBase64Run(ByteView text, size_t count) noexcept {
  for (size_t at = count - 1, begin = 0; at < text.size();) {
    size_t run = at + 1;
    while (run > begin && IsBase64(text[run - 1])) --run;
    if (at + 1 - run >= count) return true;
    begin = run;
    at = run + count - 1;
  }
  return false;
}

}  // namespace sluice::decode
