// TextSelector: text in any cut → normalised characters → a rolling hash over the last 32 letters or 16 ideographs → the few places
// that are chosen by their hash alone.
//
// A letter shifts the hash by two bits, an ideograph by four, so that the window forgets by itself and there is no ring to keep. Until it is full
// nothing is chosen: the beginning of a text says no more than that others begin so. A
// place is chosen where the hash is small: every 24th letter or every 10th ideograph on average (0 mod p selection, Manber 1994; it keeps
// more after edits than winnowing does, Edgar 2021; docs/decisions/signature-selection.md). UTF-8 and GB 18030 are told apart by what does not hold as UTF-8;
// UTF-16 of ASCII needs nothing (zero bytes are no characters), other UTF-16 comes through the decoders' reading.
// Thread: value type. Allocates: never. REQUIRES: text::PrepareCharacters(kGb18030) once before; without it GB 18030 is not read.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/byte_order.h"
#include "base/byte_view.h"
#include "rules/fingerprint/fold.h"
#include "rules/fingerprint/four_ideographs.h"
#include "rules/fingerprint/packed_letters.h"
#include "rules/fingerprint/secrets.h"
#include "rules/fingerprint/window_hashes.h"
#include "rules/text/character_table.h"

namespace sluice::fingerprint {

// What is kept of a text between two runs.
struct TextState {
  enum class Charset : uint8_t { kUtf8, kGb18030 };
  uint64_t hash = 0;
  uint64_t last = 0;                  // chosen before: the same again says nothing new
  uint8_t unfilled = 64;              // bits of the hash that no character of this text is behind yet: until then no place is chosen
  std::array<uint8_t, 4> pending{};   // of a character that is not complete
  uint8_t pending_size = 0;
  Charset charset = Charset::kUtf8;
  uint8_t errors = 0;                 // not UTF-8, since the last character that was
  uint8_t pairs = 0;                  // GB 18030: the last ones, and how many of their bytes are such as most pairs begin with
  uint8_t likely_first = 0, likely_second = 0;
};

class TextSelector {
 public:
  explicit TextSelector(const Secrets& secrets)
      : secrets_(&secrets), fold_(&FoldTable::Get()), gb_(text::TableOf(model::Encoding::kGb18030)) {}

  void Begin(TextState& state) const noexcept {
    state = TextState();
    state.hash = secrets_->text_seed;
  }

  // Calls emit(word, end): the hash of a window that was chosen, and where in `run` it ended.
  template <typename Emit>
  void Feed(TextState& state, ByteView run, Emit&& emit) const noexcept;

  // One of so many places is chosen.
  static constexpr uint32_t kLetterPeriod = 24, kDensePeriod = 10;

 private:
  // Of the upper half of a hash that is chosen.
  static constexpr uint32_t kLetterLimit = UINT32_MAX / kLetterPeriod, kDenseLimit = UINT32_MAX / kDensePeriod;
  static constexpr unsigned kLetterShift = 2, kDenseShift = 4;
  static constexpr uint8_t kMostErrors = 4;                 // more in a row: it is not UTF-8
  static constexpr uint8_t kPairsLooked = 16, kClearlyMore = 5;

  // First bytes of the ideographs of GB 2312, level 1, and of its punctuation: nine of ten pairs of ordinary text.
  static constexpr bool BeginsMostPairs(uint8_t byte) noexcept { return (byte >= 0xB0 && byte <= 0xD7) || byte == 0xA1 || byte == 0xA3; }

  template <typename Emit>
  void Put(TextState& state, char32_t c, size_t end, Emit& emit) const noexcept;
  template <typename Emit>
  void PutFolded(TextState& state, char32_t c, size_t end, Emit& emit) const noexcept;
  // The same as before says nothing new.
  template <typename Emit>
  static void Choose(TextState& state, uint64_t hash, size_t end, Emit& emit) noexcept;
  template <typename Emit>
  const uint8_t* FeedWhole(TextState& state, ByteView rest, size_t offset, Emit& emit) const noexcept;
  template <typename Emit>
  size_t FeedAscii(TextState& state, ByteView run, size_t offset, Emit& emit) const noexcept;
  template <typename Emit>
  const uint8_t* FeedIdeographs(TextState& state, ByteView rest, size_t offset, Emit& emit) const noexcept;
  template <typename Emit>
  void TakeHigh(TextState& state, uint8_t byte, size_t end, Emit& emit) const noexcept;
  template <typename Emit>
  void TakeUtf8(TextState& state, size_t end, Emit& emit) const noexcept;
  template <typename Emit>
  void TakeGb(TextState& state, size_t end, Emit& emit) const noexcept;
  template <typename Emit>
  void PutPair(TextState& state, size_t end, Emit& emit) const noexcept;

  const Secrets* secrets_;
  const FoldTable* fold_;
  const text::CharacterTable* gb_;
};

template <typename Emit>
void TextSelector::PutFolded(TextState& state, char32_t c, size_t end, Emit& emit) const noexcept {
  const bool dense = IsDense(c);
  const uint64_t gear = c < secrets_->ascii_gear.size() ? secrets_->ascii_gear[c] : secrets_->GearOf(c);
  const unsigned shift = dense ? kDenseShift : kLetterShift;
  state.hash = (state.hash << shift) + gear;
  state.unfilled = static_cast<uint8_t>(state.unfilled - std::min<unsigned>(state.unfilled, shift));
  if (state.unfilled > 0) return;
  if (state.hash >> 32 < (dense ? kDenseLimit : kLetterLimit)) Choose(state, state.hash, end, emit);
}

template <typename Emit>
void TextSelector::Choose(TextState& state, uint64_t hash, size_t end, Emit& emit) noexcept {
  if (hash == state.last) return;
  state.last = hash;
  emit(hash, end);
}

template <typename Emit>
void TextSelector::Put(TextState& state, char32_t c, size_t end, Emit& emit) const noexcept {
  const char32_t folded = (*fold_)[c];
  if (folded == 0) return;
  if (folded != FoldTable::kExpands || c >= 0x10000) return PutFolded(state, folded, end, emit);
  for (const char16_t part : fold_->Expand(c)) {
    if (part != 0) PutFolded(state, part, end, emit);
  }
}

// RFC 3629, 3. Overlong forms and surrogates need no refusal here: they only make a hash that nobody registered.
template <typename Emit>
void TextSelector::TakeUtf8(TextState& state, size_t end, Emit& emit) const noexcept {
  const auto& p = state.pending;
  const size_t wanted = p[0] >= 0xF0 && p[0] < 0xF5 ? 4 : p[0] >= 0xE0 && p[0] < 0xF0 ? 3 : p[0] >= 0xC2 && p[0] < 0xE0 ? 2 : 0;
  const bool broken = wanted == 0 || (state.pending_size > 1 && (p[state.pending_size - 1] & 0xC0) != 0x80);
  if (broken) {
    // What follows the first byte of a broken character may begin another; at most two bytes are read again.
    const uint8_t last = p[state.pending_size - 1];
    const bool again = state.pending_size > 1;
    state.pending_size = 0;
    if (++state.errors > kMostErrors) state.charset = TextState::Charset::kGb18030;
    if (!again) return;
    if (last >= 0x80) return TakeHigh(state, last, end, emit);
    return Put(state, last, end, emit);
  }
  if (state.pending_size < wanted) return;
  char32_t c = wanted == 2 ? p[0] & 0x1Fu : wanted == 3 ? p[0] & 0x0Fu : p[0] & 0x07u;
  for (size_t i = 1; i < wanted; ++i) c = c << 6 | (p[i] & 0x3Fu);
  state.pending_size = 0;
  if (wanted > 2) state.errors = 0;
  Put(state, c, end, emit);
}

// Text that was cut in the middle of a pair would be read wrongly to its end; but then it is the second bytes that begin most pairs.
template <typename Emit>
void TextSelector::PutPair(TextState& state, size_t end, Emit& emit) const noexcept {
  const uint8_t lead = state.pending[0], trail = state.pending[1];
  state.pending_size = 0;
  state.likely_first = static_cast<uint8_t>(state.likely_first + (BeginsMostPairs(lead) ? 1 : 0));
  state.likely_second = static_cast<uint8_t>(state.likely_second + (BeginsMostPairs(trail) ? 1 : 0));
  if (const char32_t c = gb_ != nullptr ? gb_->Pair(lead, trail) : 0; c != 0) Put(state, c, end, emit);
  if (++state.pairs < kPairsLooked) return;
  if (state.likely_second > state.likely_first + kClearlyMore && trail >= 0x81) {
    state.pending[0] = trail;
    state.pending_size = 1;
  }
  state.pairs = state.likely_first = state.likely_second = 0;
}

template <typename Emit>
void TextSelector::TakeGb(TextState& state, size_t end, Emit& emit) const noexcept {
  const auto& p = state.pending;
  const uint8_t last = p[state.pending_size - 1];
  const auto is_digit = [](uint8_t b) { return b >= 0x30 && b <= 0x39; };
  switch (state.pending_size) {
    case 1:
      if (last == 0x80 || last == 0xFF) state.pending_size = 0;
      return;
    case 2:
      if (last >= 0x40 && last != 0x7F && last != 0xFF) return PutPair(state, end, emit);
      if (is_digit(last)) return;
      break;
    case 3:
      if (last >= 0x81 && last != 0xFF) return;
      break;
    default:
      if (is_digit(last)) {
        const char32_t c = gb_ != nullptr ? gb_->Four(p[0], p[1], p[2], p[3]) : 0;
        state.pending_size = 0;
        if (c != 0) Put(state, c, end, emit);
        return;
      }
      break;
  }
  state.pending_size = 0;
  if (last < 0x80) Put(state, last, end, emit);
}

template <typename Emit>
void TextSelector::TakeHigh(TextState& state, uint8_t byte, size_t end, Emit& emit) const noexcept {
  state.pending[state.pending_size++] = byte;
  if (state.charset == TextState::Charset::kUtf8) return TakeUtf8(state, end, emit);
  TakeGb(state, end, emit);
}

// Ideographs in UTF-8, which are what they fold to, and what is left out between them. REQUIRES: the window is full. Returns where it met another character.
template <typename Emit>
const uint8_t* TextSelector::FeedIdeographs(TextState& state, ByteView rest, size_t offset, Emit& emit) const noexcept {
  constexpr size_t kBytes = 3, kMostLooked = 4 * WindowHashes::kMost;
  const uint8_t* at = rest.begin();
  WindowHashes hashes;
  std::array<uint16_t, WindowHashes::kMost> ends;
  static_assert((kMostLooked + WindowHashes::kMost) * kBytes <= UINT16_MAX);
  uint64_t hash = state.hash;
  size_t count = 0;
  const auto left = [&] { return static_cast<size_t>(rest.end() - at); };
  const auto put = [&](uint32_t place, size_t bytes_before) {
    hash = (hash << kDenseShift) + secrets_->ideograph_gear[place];
    hashes[count] = hash;
    ends[count++] = static_cast<uint16_t>(static_cast<size_t>(at - rest.begin()) + bytes_before + kBytes);
  };
  for (size_t looked = 0; looked < kMostLooked && count < WindowHashes::kMost && left() > kBytes; ++looked, at += kBytes) {
    std::array<uint32_t, 4> places;
    while (count + places.size() <= WindowHashes::kMost && left() >= kFourIdeographsRead && FourIdeographs(at, places)) {
      for (size_t i = 0; i < places.size(); ++i) put(places[i], i * kBytes);
      at += places.size() * kBytes;
    }
    if (count == WindowHashes::kMost || left() <= kBytes) break;
    const uint32_t bytes = LoadLe32(at);
    if ((bytes & 0xC0C0F0) != 0x8080E0) break;  // RFC 3629, 3: a character of three bytes
    const char32_t c = (bytes & 0x0F) << 12 | (bytes >> 2 & 0xFC0) | (bytes >> 16 & 0x3F);
    if (c < Secrets::kFirstIdeograph || c > Secrets::kLastIdeograph) {
      if ((*fold_)[c] != 0) break;
      continue;
    }
    put(c - Secrets::kFirstIdeograph, 0);
  }
  state.hash = hash;
  WindowHashes::Letters chosen;
  const size_t found = hashes.FindBelow(kDenseLimit, count, chosen);
  for (size_t k = 0; k < found; ++k) Choose(state, hashes[chosen[k]], offset + ends[chosen[k]], emit);
  return at;
}

// Characters beyond ASCII that are there in full, one behind the other: what TakeHigh makes of them, at once.
template <typename Emit>
const uint8_t* TextSelector::FeedWhole(TextState& state, ByteView rest, size_t offset, Emit& emit) const noexcept {
  const uint8_t* at = rest.begin();
  const auto left = [&] { return rest.end() - at; };
  const auto end = [&] { return offset + static_cast<size_t>(at - rest.begin()); };
  if (state.charset == TextState::Charset::kUtf8) {
    while (left() >= 3 && (at[0] & 0xF0) == 0xE0 && (at[1] & 0xC0) == 0x80 && (at[2] & 0xC0) == 0x80) {
      if (state.unfilled == 0) {
        const uint8_t* const other = FeedIdeographs(state, {at, static_cast<size_t>(left())}, end(), emit);
        if (other != at) {
          state.errors = 0;
          at = other;
          continue;
        }
      }
      const char32_t c = (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
      at += 3;
      state.errors = 0;
      Put(state, c, end(), emit);
    }
    return at;
  }
  while (state.pending_size == 0 && left() >= 2 && at[0] > 0x80 && at[0] != 0xFF && at[1] >= 0x40 && at[1] != 0x7F && at[1] != 0xFF) {
    state.pending[0] = at[0];
    state.pending[1] = at[1];
    at += 2;
    PutPair(state, end(), emit);
  }
  return at;
}

// REQUIRES: the window is full. Returns how many bytes were ASCII.
template <typename Emit>
size_t TextSelector::FeedAscii(TextState& state, ByteView run, size_t offset, Emit& emit) const noexcept {
  PackedLetters letters;
  const size_t taken = letters.Pack(run), count = letters.count();
  WindowHashes hashes;
  const uint64_t* const gear = secrets_->ascii_gear.data();
  uint64_t hash = state.hash;
  size_t i = 0;
  // Four at a time, so that each waits for the hash before them and not for the letter before it.
  for (; i + 4 <= count; i += 4) {
    const uint64_t first = gear[letters[i]], second = (first << kLetterShift) + gear[letters[i + 1]];
    const uint64_t third = (second << kLetterShift) + gear[letters[i + 2]], fourth = (third << kLetterShift) + gear[letters[i + 3]];
    hashes[i] = (hash << kLetterShift) + first;
    hashes[i + 1] = (hash << 2 * kLetterShift) + second;
    hashes[i + 2] = (hash << 3 * kLetterShift) + third;
    hashes[i + 3] = hash = (hash << 4 * kLetterShift) + fourth;
  }
  for (; i < count; ++i) hashes[i] = hash = (hash << kLetterShift) + gear[letters[i]];
  state.hash = hash;
  WindowHashes::Letters chosen;
  const size_t found = hashes.FindBelow(kLetterLimit, count, chosen);
  for (size_t k = 0; k < found; ++k) Choose(state, hashes[chosen[k]], offset + letters.EndOf(chosen[k]), emit);
  return taken;
}

template <typename Emit>
void TextSelector::Feed(TextState& state, ByteView run, Emit&& emit) const noexcept {
  const uint8_t* const begin = run.begin();
  const uint8_t* const end = run.end();
  for (const uint8_t* at = begin; at != end;) {
    if (state.pending_size == 0) at = FeedWhole(state, {at, static_cast<size_t>(end - at)}, static_cast<size_t>(at - begin), emit);
    if (at == end) break;
    if (state.pending_size > 0 || *at >= 0x80) {
      TakeHigh(state, *at, static_cast<size_t>(at - begin) + 1, emit);
      ++at;
      continue;
    }
    if (state.unfilled > 0) {
      Put(state, *at, static_cast<size_t>(at - begin) + 1, emit);
      ++at;
      continue;
    }
    at += FeedAscii(state, {at, static_cast<size_t>(end - at)}, static_cast<size_t>(at - begin), emit);
  }
}

}  // namespace sluice::fingerprint
