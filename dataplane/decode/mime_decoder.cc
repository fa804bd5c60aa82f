#include "dataplane/decode/mime_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "dataplane/decode/markup_names.h"
#include "dataplane/decode/mime_field.h"

namespace sluice::decode {
namespace {

bool IsBlank(uint8_t c) { return c == ' ' || c == '\t'; }

bool IsIdentity(std::string_view transfer) {
  return transfer.empty() || EqualsIgnoringCase(transfer, "7bit") || EqualsIgnoringCase(transfer, "8bit") || EqualsIgnoringCase(transfer, "binary");
}

}  // namespace

bool LooksLikeMail(ByteView prefix) noexcept {
  constexpr std::string_view kFields[] = {"received", "return-path", "from", "to", "subject", "date", "message-id", "mime-version", "delivered-to",
                                          "content-type", "reply-to", "sender", "x-mailer", "dkim-signature", "x-received", "cc"};
  std::string_view rest = prefix.AsText();
  size_t known = 0, lines = 0;
  while (!rest.empty() && known < 3) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.empty() || line == "\r") break;
    const bool folded = lines > 0 && IsBlank(static_cast<uint8_t>(line[0]));
    const std::string_view name = line.substr(0, line.find(':'));
    const bool is_field = name.size() < line.size() && !name.empty() && name.find(' ') == std::string_view::npos;
    if (!folded && !is_field && !(lines == 0 && line.starts_with("From "))) break;
    known += std::any_of(std::begin(kFields), std::end(kFields), [&](std::string_view field) { return EqualsIgnoringCase(name, field); }) ? 1 : 0;
    ++lines;
  }
  return known >= 3;
}

MimeDecoder::MimeDecoder(BuddyHeap& heap, Begin begin) noexcept
    : heap_(heap), at_(begin == Begin::kWithHead ? At::kHead : At::kFirstLine) {}

MimeDecoder::~MimeDecoder() {
  if (large_ != nullptr) heap_.Free(large_);
}

Member MimeDecoder::member() const noexcept {
  if (is_words_) return {is_subject_ ? "subject" : "header", {}, "text/plain"};
  return {name_.view(), transfer_.view(), type_.view()};
}

// --- what is kept of fields and boundaries ----------------------------------------------------------------------------

std::span<char> MimeDecoder::field_space() noexcept {
  return large_ != nullptr ? std::span<char>(large_, kLargeBytes / 2) : std::span<char>(field_);
}
std::span<char> MimeDecoder::boundaries() noexcept {
  return large_ != nullptr ? std::span<char>(large_ + kLargeBytes / 2, kLargeBytes / 2) : std::span<char>(boundaries_);
}

bool MimeDecoder::Grow() noexcept {
  if (large_ != nullptr) return false;
  large_ = static_cast<char*>(heap_.Allocate(kLargeBytes));
  if (large_ == nullptr) return false;
  std::memcpy(large_, field_.data(), field_.size());
  std::memcpy(large_ + kLargeBytes / 2, boundaries_.data(), boundaries_.size());
  return true;
}

void MimeDecoder::AppendToField(char c) noexcept {
  if (field_size_ == field_space().size() && !Grow()) return;
  field_space()[field_size_++] = c;
}

std::string_view MimeDecoder::BoundaryOf(size_t level) noexcept {
  return {boundaries().data() + stack_[level].at, stack_[level].size};
}

// One that finds no room is not gone through here: its part is a member, and opened by a decoder of its own.
void MimeDecoder::PushBoundary(std::string_view boundary) noexcept {
  if (levels_ == kMostNested || boundary.empty()) return;
  const size_t at = levels_ == 0 ? 0 : size_t{stack_[levels_ - 1u].at} + stack_[levels_ - 1u].size;
  if (at + boundary.size() > boundaries().size() && !Grow()) return;
  if (at + boundary.size() > boundaries().size()) return;
  std::memcpy(boundaries().data() + at, boundary.data(), boundary.size());
  stack_[levels_] = {static_cast<uint16_t>(at), static_cast<uint16_t>(boundary.size())};
  has_boundary_ = true;
}

// --- the way through a mail -------------------------------------------------------------------------------------------

DecodeStep MimeDecoder::Decode(ByteView input, std::span<uint8_t> scratch) noexcept {
  size_t consumed = 0;
  for (;;) {
    const ByteView rest = input.From(consumed);
    switch (at_) {
      case At::kFirstLine: consumed += TakeFirstLine(rest); break;
      case At::kHead: consumed += TakeHead(rest); break;
      case At::kDelimiterTail: consumed += TakeDelimiterTail(rest); break;
      case At::kWordsBegin:
      case At::kWords: return HandOutWords(consumed, scratch);
      case At::kPartBegins:
        part_open_ = true;
        is_words_ = false;
        at_line_ = true;
        at_ = At::kPart;
        return {consumed, {}, DecodeState::kMemberBegins};
      case At::kPart:
      case At::kIgnored: {
        DecodeStep step = TakeBody(rest, scratch);
        step.consumed += consumed;
        consumed = step.consumed;
        // Before the first part nothing is handed out: on, if there is more.
        const bool goes_on = !step.output.empty() || step.state == DecodeState::kMemberEnds || consumed == input.size();
        if (goes_on) return step;
        break;
      }
    }
    const bool hands_out = at_ == At::kWordsBegin || at_ == At::kPartBegins;
    if (consumed == input.size() && !hands_out) return {consumed, {}, DecodeState::kNeedsInput};
  }
}

size_t MimeDecoder::TakeFirstLine(ByteView input) noexcept {
  for (size_t i = 0; i < input.size(); ++i) {
    if (input[i] != '\n') {
      AppendToField(static_cast<char>(input[i]));
      continue;
    }
    std::string_view line(field_space().data(), field_size_);
    while (!line.empty() && (line.back() == '\r' || IsBlank(static_cast<uint8_t>(line.back())))) line.remove_suffix(1);
    field_size_ = 0;
    if (line.size() <= 2 || !line.starts_with("--")) continue;
    PushBoundary(line.substr(2));
    if (!std::exchange(has_boundary_, false)) continue;
    levels_ = 1;
    at_ = At::kHead;
    return i + 1;
  }
  return input.size();
}

size_t MimeDecoder::TakeHead(ByteView input) noexcept {
  for (size_t i = 0; i < input.size(); ++i) {
    const uint8_t c = input[i];
    if (c == '\r') continue;
    if (line_start_ && field_over_ && !(IsBlank(c))) {
      EndField();  // what it says comes first; this character is read again
      if (at_ != At::kHead) return i;
    }
    if (c == '\n') {
      if (line_start_) {
        EndHead();
        return i + 1;
      }
      line_start_ = field_over_ = true;
      continue;
    }
    line_start_ = field_over_ = false;
    AppendToField(static_cast<char>(c));
  }
  return input.size();
}

void MimeDecoder::EndField() noexcept {
  std::string_view all(field_space().data(), field_size_);
  field_over_ = false;
  field_size_ = 0;
  if (FieldIsDelimiter(all)) return;
  MimeField field = SplitField(all);
  if (EqualsIgnoringCase(field.name, "content-type") || EqualsIgnoringCase(field.name, "content-transfer-encoding")) {
    all = all.substr(0, RemoveComments(field_space().first(all.size())));
    field = SplitField(all);
  }
  if (EqualsIgnoringCase(field.name, "content-type")) {
    type_.Assign(MainValue(field.value));
    PushBoundary(Parameter(field.value, "boundary"));
    if (!has_boundary_) {  // RFC 2231, 3: over several parameters
      InlineText<160> boundary;
      DecodeParameter(field.value, "boundary", boundary);
      PushBoundary(boundary.view());
    }
    if (name_.empty()) DecodeParameter(field.value, "name", name_);
  } else if (EqualsIgnoringCase(field.name, "content-disposition")) {
    InlineText<160> name;
    DecodeParameter(field.value, "filename", name);
    if (name.empty()) DecodeParameter(field.value, "name", name);
    if (!name.empty()) name_ = name;
  } else if (EqualsIgnoringCase(field.name, "content-transfer-encoding")) {
    transfer_.Assign(MainValue(field.value));
  }
  is_subject_ = EqualsIgnoringCase(field.name, "subject");
  if (!is_subject_ && !HasEncodedWord(all)) return;
  field_size_ = DecodeWords(field_space().first(all.size()));
  words_at_ = 0;
  at_ = At::kWordsBegin;
}

// A part without content, and without the empty line behind its head.
bool MimeDecoder::FieldIsDelimiter(std::string_view field) noexcept {
  if (!field.starts_with("--")) return false;
  for (size_t level = levels_; level-- > 0;) {
    const std::string_view boundary = BoundaryOf(level);
    if (!field.substr(2).starts_with(boundary)) continue;
    const std::string_view tail = field.substr(2 + boundary.size());
    if (!tail.empty() && !tail.starts_with("--") && !IsBlank(static_cast<uint8_t>(tail[0]))) continue;
    matched_level_ = static_cast<uint8_t>(level);
    closing_ = tail.starts_with("--");
    BeginLevel(level);
    return true;
  }
  return false;
}

void MimeDecoder::EndHead() noexcept {
  line_start_ = true;
  field_over_ = false;
  const bool is_multipart = EqualsIgnoringCase(type_.view().substr(0, 10), "multipart/") && IsIdentity(transfer_.view());
  if (std::exchange(has_boundary_, false) && is_multipart) {
    ++levels_;
    at_line_ = true;
    at_ = At::kIgnored;
  } else {
    at_ = At::kPartBegins;
  }
}

DecodeStep MimeDecoder::HandOutWords(size_t consumed, std::span<uint8_t> scratch) noexcept {
  if (at_ == At::kWordsBegin) {
    at_ = At::kWords;
    is_words_ = true;
    return {consumed, {}, DecodeState::kMemberBegins};
  }
  const size_t n = std::min(scratch.size(), field_size_ - words_at_);
  if (n > 0) std::memcpy(scratch.data(), field_space().data() + words_at_, n);
  words_at_ += n;
  if (words_at_ < field_size_) return {consumed, {scratch.data(), n}, DecodeState::kMoreOutput};
  field_size_ = 0;
  line_start_ = true;
  at_ = At::kHead;
  return {consumed, {scratch.data(), n}, DecodeState::kMemberEnds};
}

// RFC 2046, 5.2.2: the rest of the message comes in other ones.
DecodeOutcome MimeDecoder::PartOutcome() const noexcept {
  return EqualsIgnoringCase(type_.view(), "message/partial") ? DecodeOutcome::kTruncated : DecodeOutcome::kComplete;
}

// --- content and what delimits it -------------------------------------------------------------------------------------

DecodeStep MimeDecoder::TakeBody(ByteView input, std::span<uint8_t> scratch) noexcept {
  const bool emits = at_ == At::kPart;
  size_t taken = 0, written = 0;
  const auto step = [&](DecodeState state) { return DecodeStep{taken, {scratch.data(), emits ? written : 0}, state}; };
  for (;;) {
    if (flushing_) written += FlushHeld(scratch.data() + written, scratch.size() - written);
    if (flushing_) return step(DecodeState::kMoreOutput);
    if (taken == input.size()) return step(DecodeState::kNeedsInput);
    if (written == scratch.size()) {
      if (emits) return step(DecodeState::kMoreOutput);
      written = 0;
    }
    if (!HoldsDelimiter()) {
      taken += HoldLine(input.From(taken).First(scratch.size() - written), scratch.data(), written);
      continue;
    }
    if (TakeDelimiter(input[taken])) {
      ++taken;
      continue;
    }
    if (flushing_) continue;
    // The whole delimiter was read; its line break belongs to it (RFC 2046, 5.1.1).
    DropHeld();
    at_ = At::kDelimiterTail;
    tail_ = 0;
    closing_ = false;
    if (!std::exchange(part_open_, false)) return step(DecodeState::kMoreOutput);
    DecodeStep end = step(DecodeState::kMemberEnds);
    end.member_outcome = PartOutcome();
    return end;
  }
}

// Content up to where a delimiter may begin; that is held. How much was taken.
size_t MimeDecoder::HoldLine(ByteView rest, uint8_t* to, size_t& written) noexcept {
  if (at_line_ && rest[0] == '-') {
    hyphens_ = 1;
    return 1;
  }
  at_line_ = false;
  const auto* lf = static_cast<const uint8_t*>(std::memchr(rest.data(), '\n', rest.size()));
  size_t taken = lf == nullptr ? rest.size() : static_cast<size_t>(lf - rest.data());
  held_lf_ = lf != nullptr;
  held_cr_ = taken > 0 && rest[taken - 1] == '\r';
  const size_t plain = taken - (held_cr_ ? 1 : 0);
  if (plain > 0) std::memcpy(to + written, rest.data(), plain);
  written += plain;
  at_line_ = held_lf_;
  return taken + (held_lf_ ? 1 : 0);
}

// True: the character was taken. Else either all of a delimiter stands there, or none does and `flushing_` is set.
bool MimeDecoder::TakeDelimiter(uint8_t c) noexcept {
  if (held_cr_ && !held_lf_) {
    held_lf_ = at_line_ = c == '\n';
    flushing_ = !held_lf_;
    return held_lf_;
  }
  if (hyphens_ < 2) {
    flushing_ = c != '-';
    if (flushing_) return false;
    if (++hyphens_ == 2) {
      candidates_ = (1u << levels_) - 1;
      matched_ = 0;
    }
    return true;
  }
  uint32_t longer = 0;
  bool complete = false;
  for (size_t level = 0; level < levels_; ++level) {
    if ((candidates_ >> level & 1) == 0) continue;
    const std::string_view boundary = BoundaryOf(level);
    if (boundary.size() == matched_) {
      complete = true;
      matched_level_ = static_cast<uint8_t>(level);
    } else if (static_cast<uint8_t>(boundary[matched_]) == c) {
      longer |= 1u << level;
    }
  }
  if (longer != 0) {
    candidates_ = longer;
    ++matched_;
    return true;
  }
  const bool ends = c == '\r' || c == '\n' || IsBlank(c) || c == '-';
  flushing_ = !complete || !ends;
  return false;
}

char MimeDecoder::HeldAt(uint32_t i) noexcept {
  if (held_cr_ && i-- == 0) return '\r';
  if (held_lf_ && i-- == 0) return '\n';
  if (i < hyphens_) return '-';
  size_t level = 0;
  while ((candidates_ >> level & 1) == 0) ++level;
  return BoundaryOf(level)[i - hyphens_];
}

size_t MimeDecoder::FlushHeld(uint8_t* to, size_t room) noexcept {
  const uint32_t held = (held_cr_ ? 1u : 0u) + (held_lf_ ? 1u : 0u) + hyphens_ + (hyphens_ == 2 ? matched_ : 0u);
  size_t written = 0;
  while (flushed_ < held && written < room) to[written++] = static_cast<uint8_t>(HeldAt(flushed_++));
  if (flushed_ == held) DropHeld();
  return written;
}

void MimeDecoder::DropHeld() noexcept {
  held_cr_ = held_lf_ = flushing_ = at_line_ = false;
  hyphens_ = 0;
  matched_ = 0;
  flushed_ = 0;
}

size_t MimeDecoder::TakeDelimiterTail(ByteView input) noexcept {
  for (size_t i = 0; i < input.size(); ++i) {
    const uint8_t c = input[i];
    if (c == '\n') {
      BeginLevel(matched_level_);
      return i + 1;
    }
    if (c == '-' && tail_ < 2) ++tail_;
    else if (tail_ < 2) tail_ = 3;
    closing_ = closing_ || tail_ == 2;
  }
  return input.size();
}

// A part of this level begins; where the delimiter closes it, what follows is nobody's up to one of an outer level.
void MimeDecoder::BeginLevel(size_t level) noexcept {
  levels_ = static_cast<uint8_t>(closing_ ? level : level + 1);
  at_ = closing_ ? At::kIgnored : At::kHead;
  at_line_ = line_start_ = true;
  field_over_ = has_boundary_ = false;
  field_size_ = 0;
  name_.Clear();
  type_.Clear();
  transfer_.Clear();
}

DecodeStep MimeDecoder::End(std::span<uint8_t> scratch) noexcept {
  if (at_ == At::kHead && field_size_ > 0) EndField();
  if (at_ == At::kWordsBegin || at_ == At::kWords) return HandOutWords(0, scratch);
  if (!part_open_) return {0, {}, DecodeState::kEnd};
  const size_t written = FlushHeld(scratch.data(), scratch.size());
  if (flushed_ > 0) return {0, {scratch.data(), written}, DecodeState::kMoreOutput};
  part_open_ = false;
  at_ = At::kIgnored;
  return {0, {scratch.data(), written}, DecodeState::kMemberEnds, PartOutcome()};
}

}  // namespace sluice::decode
