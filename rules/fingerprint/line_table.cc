#include "rules/fingerprint/line_table.h"

#include <algorithm>

namespace sluice::fingerprint {
namespace {

// Of a line's slots that are taken, in percent: more would send more look-ups to the next line, less would be a larger table.
constexpr uint64_t kFilled = 75, kFilledOfFew = 80;

// Lines one behind the other, as entries in order fill them.
class LineCursor {
 public:
  explicit LineCursor(const LineShape& shape) : shape_(shape) {}

  // To the slot of an entry with this home.
  void MoveTo(uint64_t home) {
    if (home > line_) {
      line_ = home;
      slot_ = 0;
    } else if (slot_ == shape_.slots()) {
      ++line_;
      slot_ = 0;
    }
  }
  void Step() { ++slot_; }
  uint64_t line() const { return line_; }
  size_t slot() const { return slot_; }

 private:
  const LineShape& shape_;
  uint64_t line_ = 0;
  size_t slot_ = 0;
};

class LineFiller {
 public:
  LineFiller(const LineShape& shape, std::span<uint8_t> lines) : shape_(shape), lines_(lines) {
    for (uint8_t* line = lines.data(); line != lines.data() + lines.size(); line += kLineBytes) {
      for (size_t slot = 0; slot < shape_.slots(); ++slot) StoreLe32(ValueOf(line, slot), LineTable::kNone);
    }
  }

  void Put(uint64_t line, size_t slot, uint64_t remainder, uint32_t value) {
    uint8_t* const at = lines_.data() + line * kLineBytes;
    StoreLe32(at + 4 * slot, static_cast<uint32_t>(remainder));
    uint8_t* const high = at + 4 * shape_.slots() + shape_.high_bytes() * slot;
    for (size_t i = 0; i < shape_.high_bytes(); ++i) high[i] = static_cast<uint8_t>(remainder >> (32 + 8 * i));
    uint8_t* const place = ValueOf(at, slot);
    StoreLe32(place, (LoadLe32(place) & ~LineTable::kNone) | value);
  }

  // False: more than can be said.
  bool PutCount(uint64_t home, uint64_t count) {
    if (count >> shape_.slots() != 0) return false;
    uint8_t* const at = lines_.data() + home * kLineBytes;
    for (size_t slot = 0; slot < shape_.slots(); ++slot) {
      uint8_t* const place = ValueOf(at, slot);
      StoreLe32(place, LoadLe32(place) | static_cast<uint32_t>(count >> slot & 1) << 31);
    }
    return true;
  }

 private:
  uint8_t* ValueOf(uint8_t* line, size_t slot) const { return line + kLineBytes - 4 * (shape_.slots() - slot); }

  const LineShape& shape_;
  std::span<uint8_t> lines_;
};

}  // namespace

LineShape LineShape::For(uint64_t fingerprints) noexcept {
  const auto for_slots = [&](uint64_t slots, uint64_t filled, uint64_t least) { return std::max(fingerprints * 100 / (slots * filled) + 1, least); };
  const uint64_t homes = std::min({for_slots(8, kFilled, uint64_t{1} << 24), for_slots(7, kFilledOfFew, uint64_t{1} << 16), for_slots(6, kFilledOfFew, kLeastHomes)});
  return LineShape(static_cast<uint32_t>(std::min<uint64_t>(homes, UINT32_MAX)));
}

uint64_t CountLines(std::span<const LineEntry> entries, const LineShape& shape) {
  LineCursor cursor(shape);
  for (const LineEntry& entry : entries) {
    cursor.MoveTo(shape.HomeOf(entry.fingerprint));
    cursor.Step();
  }
  return std::max<uint64_t>(cursor.line() + 1, shape.homes());
}

Status WriteLines(std::span<const LineEntry> entries, const LineShape& shape, std::span<uint8_t> lines) {
  LineFiller filler(shape, lines);
  LineCursor cursor(shape);
  uint64_t home_before = 0, count = 0;
  for (const LineEntry& entry : entries) {
    const uint64_t home = shape.HomeOf(entry.fingerprint);
    if (home != home_before) {
      if (!filler.PutCount(home_before, count)) return Error{ErrorCode::kInvalidArgument, "the fingerprints are not spread as hashes are, so no set can be made of them"};
      home_before = home;
      count = 0;
    }
    ++count;
    cursor.MoveTo(home);
    filler.Put(cursor.line(), cursor.slot(), shape.RemainderOf(entry.fingerprint, home), entry.value);
    cursor.Step();
  }
  if (!filler.PutCount(home_before, count)) return Error{ErrorCode::kInvalidArgument, "the fingerprints are not spread as hashes are, so no set can be made of them"};
  return {};
}

}  // namespace sluice::fingerprint
