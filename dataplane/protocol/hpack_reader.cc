#include "dataplane/protocol/hpack_reader.h"

#include <algorithm>
#include <cstring>

namespace sluice::protocol {

size_t HpackArena::ClassOf(size_t bytes) noexcept {
  size_t size_class = 0;
  while (size_class < kClasses && (kSmallest << size_class) < bytes) ++size_class;
  return size_class;
}

void* HpackArena::Allocate(size_t bytes) noexcept {
  const size_t size_class = ClassOf(bytes);
  const size_t needed = size_class < kClasses ? (kSmallest << size_class) + kHeader : 0;
  if (size_class < kClasses && free_[size_class] != nullptr) {
    void* block = free_[size_class];
    std::memcpy(&free_[size_class], block, sizeof(void*));
    return block;
  }
  if (needed == 0 || kBytes - next_ < needed) {
    exhausted_ = true;
    return nullptr;
  }
  uint8_t* header = bytes_.data() + next_;
  next_ += needed;
  std::memcpy(header, &size_class, sizeof(size_class));
  return header + kHeader;
}

void HpackArena::Free(void* block) noexcept {
  if (block == nullptr) return;
  size_t size_class = 0;
  std::memcpy(&size_class, static_cast<uint8_t*>(block) - kHeader, sizeof(size_class));
  std::memcpy(block, &free_[size_class], sizeof(void*));
  free_[size_class] = block;
}

void* HpackArena::Resize(void* block, size_t bytes) noexcept {
  if (block == nullptr) return Allocate(bytes);
  size_t size_class = 0;
  std::memcpy(&size_class, static_cast<uint8_t*>(block) - kHeader, sizeof(size_class));
  const size_t held = kSmallest << size_class;
  if (bytes <= held) return block;
  void* larger = Allocate(bytes);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, block, held);
  Free(block);
  return larger;
}

HpackReader::HpackReader() noexcept {
  memory_.mem_user_data = &arena_;
  memory_.malloc = [](size_t bytes, void* arena) { return static_cast<HpackArena*>(arena)->Allocate(bytes); };
  memory_.free = [](void* block, void* arena) { static_cast<HpackArena*>(arena)->Free(block); };
  memory_.calloc = [](size_t count, size_t size, void* arena) -> void* {
    if (size != 0 && count > HpackArena::kBytes / size) return nullptr;
    void* block = static_cast<HpackArena*>(arena)->Allocate(count * size);
    if (block != nullptr) std::memset(block, 0, count * size);
    return block;
  };
  memory_.realloc = [](void* block, size_t bytes, void* arena) { return static_cast<HpackArena*>(arena)->Resize(block, bytes); };
  if (nghttp2_hd_inflate_new2(&inflater_, &memory_) != 0) {
    inflater_ = nullptr;
  } else if (nghttp2_hd_inflate_change_table_size(inflater_, kMaxTable) != 0) {
    nghttp2_hd_inflate_del(inflater_);
    inflater_ = nullptr;
  }
}

HpackReader::~HpackReader() {
  if (inflater_ != nullptr) nghttp2_hd_inflate_del(inflater_);
}

HpackReader::Step HpackReader::Next(ByteView input, bool is_last) noexcept {
  Step step;
  if (inflater_ == nullptr) return step;
  nghttp2_nv field{};
  int flags = 0;
  const ssize_t consumed = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, input.data(), input.size(), is_last ? 1 : 0);
  if (consumed < 0) {
    step.outcome = arena_.exhausted() ? Outcome::kExhausted : Outcome::kMalformed;
    return step;
  }
  step.consumed = static_cast<size_t>(consumed);
  if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
    step.outcome = Outcome::kField;
    step.name = {reinterpret_cast<const char*>(field.name), field.namelen};
    step.value = {reinterpret_cast<const char*>(field.value), field.valuelen};
  } else if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
    const bool ended = nghttp2_hd_inflate_end_headers(inflater_) == 0;
    step.outcome = ended ? Outcome::kEnd : Outcome::kMalformed;
  } else {
    step.outcome = Outcome::kMore;
  }
  return step;
}

}  // namespace sluice::protocol
