// Http2Streams: the streams of a connection that are open: which objects their two directions are, and what was asked for.
//
// Thread: one worker. Allocates: never. Bounds: kCapacity; Open says when there is no room (streams that ended make it).
#pragma once

#include <array>
#include <cstdint>

#include "base/inline_text.h"
#include "dataplane/content/direction.h"
#include "dataplane/content/object.h"

namespace sluice::protocol {

struct Http2Stream {
  struct Half {
    uint64_t remaining = 0;          // of a declared length
    content::ObjectNumber body = 0;  // open
    bool ended = false;
    bool has_length = false;
    bool lossy = false;
  };
  uint32_t id = 0;                   // 0: free
  std::array<Half, content::kDirections> halves;
  InlineText<60> path;               // of the request: names the body of the response
};

class Http2Streams {
 public:
  static constexpr size_t kCapacity = 128;  // RFC 9113, 6.5.2 recommends at least 100, which servers use

  Http2Stream* Find(uint32_t id) noexcept {
    for (Http2Stream& stream : streams_) {
      if (stream.id == id) return &stream;
    }
    return nullptr;
  }
  // nullptr: all are open.
  Http2Stream* Open(uint32_t id) noexcept {
    Http2Stream* slot = Find(0);
    if (slot != nullptr) {
      *slot = Http2Stream();
      slot->id = id;
    }
    return slot;
  }
  // Makes room: a stream that ended in this direction and has nothing open in the other, whose answer may never be seen, goes.
  bool Forget(content::Direction direction) noexcept {
    for (Http2Stream& stream : streams_) {
      if (!stream.halves[Index(direction)].ended || stream.halves[Index(Opposite(direction))].body != 0) continue;
      Close(stream);
      return true;
    }
    return false;
  }
  static void Close(Http2Stream& stream) noexcept { stream.id = 0; }
  Http2Stream* begin() noexcept { return streams_.data(); }
  Http2Stream* end() noexcept { return streams_.data() + streams_.size(); }

 private:
  std::array<Http2Stream, kCapacity> streams_;
};

}  // namespace sluice::protocol
