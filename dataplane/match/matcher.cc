#include "dataplane/match/matcher.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "base/stage_clock.h"
#include "dataplane/match/databases.h"
#include "dataplane/match/high_run.h"
#include "dataplane/match/hyperscan_calls.h"
#include "dataplane/match/stream_pool.h"
#include "rules/evaluate/block_windows.h"
#include "rules/evaluate/digit_groups.h"

namespace sluice::match {
namespace {

// The library takes lengths of 32 bits; longer runs go in pieces.
constexpr size_t kLongestCall = size_t{1} << 30;

// Stands for the last byte of a gap, so that patterns anchored at the beginning do not match behind it.
constexpr char kUnseenByte = '\0';

// One slot more is kept for ScanWhole.
constexpr uint32_t kMostStreams = UINT32_MAX - 1;

// Where the high run that reaches up to offset `at` begins. `history` ends where `bytes` begin, at offset `begin`; the run
// that reaches the first byte of the history begins at `run_before`. REQUIRES: at lies in the two.
uint64_t RunBegin(ByteView history, uint64_t run_before, ByteView bytes, uint64_t begin, uint64_t at) noexcept {
  if (at > begin) {
    const HighRun run = FindHighRun(bytes.First(static_cast<size_t>(at - begin)));
    if (!run.whole) return begin + run.begin;
    at = begin;
  }
  const uint64_t history_begin = begin - history.size();
  if (at < history_begin) return kUnknownOffset;
  const HighRun run = FindHighRun(history.First(static_cast<size_t>(at - history_begin)));
  return run.whole ? run_before : history_begin + run.begin;
}

}  // namespace

std::string_view Name(MatchCounter counter) {
  switch (counter) {
    case MatchCounter::kScanFailed: return "scan_failed";
    case MatchCounter::kPoolEmpty: return "match_pool_empty";
    case MatchCounter::kOpenFailed: return "match_open_failed";
    case MatchCounter::kHitsOverLimit: return "hits_over_limit";
    case MatchCounter::kGaps: return "match_gaps";
    case MatchCounter::kAwaitingFull: return "match_awaiting_full";
    case MatchCounter::kCount: break;
  }
  return "unknown";
}

struct Matcher::Impl {
  // What Before needs of the last call: the bytes are the caller's, the history is as it was before them.
  struct LastScan {
    ByteView bytes;
    uint64_t begin = 0;  // object offset of bytes[0]
    uint64_t text_begin = 0;
    uint64_t high_run_begin = 0;
    uint32_t history_size = 0;
    std::array<uint8_t, kHistory> history;
    MatchStream* stream = nullptr;  // open still; null at the object's end
  };
  struct MatchContext {
    HitList* hits;
    uint64_t base;
    Impl* impl = nullptr;  // where anchors are told of
    uint64_t begin = 0;    // offset of the new bytes
  };

  Impl(std::shared_ptr<const bundle::Bundle> bundle, ScratchPointer memory, StreamPool streams, const HyperscanCalls& entry)
      : policy(std::move(bundle)), scratch(std::move(memory)), pool(std::move(streams)), calls(entry) {}

  // Hyperscan's callback. It does nothing but append; 0 lets the scan go on.
  static int OnMatch(unsigned int id, unsigned long long, unsigned long long to, unsigned int, void* context) noexcept {
    const auto* match = static_cast<const MatchContext*>(context);
    HitList& hits = *match->hits;
    if (match->impl != nullptr && id >= match->impl->first_anchor) {
      match->impl->AddAnchor(id - match->impl->first_anchor, static_cast<int64_t>(match->base + to - match->begin));
    } else if (hits.size_ == HitList::kCapacity) {
      ++hits.overflow_;
    } else {
      hits.hits_[hits.size_++] = {id, match->base + to};
    }
    return 0;
  }

  // Patterns with a match that ends with the text, whatever follows. Beyond its room they are none: then they wait, as all others.
  class CertainEnds {
   public:
    void Clear() noexcept { size_ = 0, overflown_ = false; }
    void Add(uint32_t id) noexcept {
      if (Find(id) < size_) return;
      if (size_ == kMost) overflown_ = true;
      else entries_[size_++] = {id, false};
    }
    void Confirm(uint32_t id) noexcept {
      if (const size_t at = Find(id); at < size_) entries_[at].confirmed = true;
    }
    void DropUnconfirmed() noexcept {
      size_t kept = 0;
      for (size_t i = 0; i < size_; ++i) {
        if (entries_[i].confirmed) ids_[kept++] = entries_[i].id;
      }
      size_ = overflown_ ? 0 : kept;
    }
    std::span<const uint32_t> ids() const noexcept { return {ids_.data(), size_}; }
    bool Has(uint32_t id) const noexcept { return std::find(ids().begin(), ids().end(), id) != ids().end(); }

   private:
    static constexpr size_t kMost = 32;
    struct Entry {
      uint32_t id;
      bool confirmed;
    };
    size_t Find(uint32_t id) const noexcept {
      size_t at = 0;
      while (at < size_ && entries_[at].id != id) ++at;
      return at;
    }
    std::array<Entry, kMost> entries_;
    std::array<uint32_t, kMost> ids_;
    size_t size_ = 0;
    bool overflown_ = false;
  };
  bool Feed(MatchStream& stream, ByteView bytes, HitList& hits) noexcept;
  bool ResetStreams(MatchStream& stream, HitList* hits) noexcept;
  void AddAnchor(uint32_t anchor, int64_t end) noexcept {
    if (anchor < policy->anchors().size()) anchor_spans.Add({end, end + policy->anchors()[anchor].after});
  }
  bool FeedWindows(MatchStream& stream, ByteView bytes, bool at_end, HitList& hits) noexcept;
  uint8_t FindNumberSpans(const evaluate::BlockText& text, uint8_t pending) noexcept;
  bool ScanSpan(hs_database_t* database, const evaluate::BlockText& text, int64_t reach, evaluate::EndSpan span, uint64_t offset, HitList& hits) noexcept;
  bool FindCertainEnds(hs_database_t* database, const evaluate::BlockText& text) noexcept;
  bool ReportCertainEnds(const evaluate::BlockText& text, MatchContext& match) noexcept;
  void BeginBehindGap(MatchStream& stream, uint64_t gap) noexcept;
  ScanStatus Scan(MatchStream& stream, ByteView bytes, HitList& hits) noexcept;
  ScanStatus End(MatchStream& stream, HitList& hits) noexcept;
  ScanStatus ScanWhole(ByteView bytes, HitList& hits) noexcept;
  void RememberScan(MatchStream& stream, ByteView bytes) noexcept;
  void KeepHistory(MatchStream& stream, ByteView bytes) noexcept;
  void KeepHistoryOfShortRun(MatchStream& stream, ByteView bytes) noexcept;
  void Arrange(HitList& hits) noexcept;
  void DeliverAwaiting(MatchStream& stream, HitList& hits) noexcept;
  ScanStatus Fail() noexcept {
    counters.Add(MatchCounter::kScanFailed);
    return ScanStatus::kFailed;
  }

  std::shared_ptr<const bundle::Bundle> policy;
  ScratchPointer scratch;
  StreamPool pool;
  HyperscanCalls calls;
  MatchStream* whole = nullptr;  // kept for ScanWhole
  bool tracks_high_runs = false;
  LastScan last;
  uint32_t first_anchor = UINT32_MAX;  // ids from here on are anchors'
  // Where, in the run at hand, matches may end of patterns that are tried in windows.
  evaluate::EndSpans number_spans, anchor_spans;
  CertainEnds certain;
  CounterSet<MatchCounter> counters;
};

// Before anything is scanned, so that there is room.
void Matcher::Impl::DeliverAwaiting(MatchStream& stream, HitList& hits) noexcept {
  for (size_t i = 0; i < stream.awaiting_count; ++i) {
    hits.hits_[hits.size_++] = {stream.awaiting[i].pattern, stream.offset - stream.awaiting[i].back};
  }
  stream.awaiting_count = 0;
}

// REQUIRES: !bytes.empty(), since the library takes no null pointer.
bool Matcher::Impl::Feed(MatchStream& stream, ByteView bytes, HitList& hits) noexcept {
  const InStage stage(Stage::kHyperscan);
  MatchContext context{&hits, stream.base, this, stream.offset};
  anchor_spans.Clear();
  if (stream.anchored_pending > 0) anchor_spans.Add({0, stream.anchored_pending - 1});
  ByteView rest = bytes;
  do {
    const ByteView piece = rest.First(kLongestCall);
    const auto* data = reinterpret_cast<const char*>(piece.data());
    for (size_t i = 0; i < pool.databases(); ++i) {
      const hs_error_t code = calls.scan_stream(pool.StreamOf(stream, i), data, static_cast<unsigned int>(piece.size()), 0,
                                                scratch.get(), &OnMatch, &context);
      if (code != HS_SUCCESS) return false;
    }
    rest = rest.From(piece.size());
  } while (!rest.empty());
  return true;
}

// What is left of the spans behind the text: how far a match may still reach into what follows it, and one more, since a match
// that ends with the text counts only when more is known.
uint8_t PendingBehind(std::span<const evaluate::EndSpan> spans, size_t size) noexcept {
  int64_t pending = 0;
  for (const evaluate::EndSpan& span : spans) pending = std::max(pending, span.last - static_cast<int64_t>(size) + 1);
  return static_cast<uint8_t>(std::min<int64_t>(pending, evaluate::kMostReach + 1));
}

// Only a few windows of the text are looked through; in most runs none.
bool Matcher::Impl::FeedWindows(MatchStream& stream, ByteView bytes, bool at_end, HitList& hits) noexcept {
  const InStage stage(Stage::kWindows);
  const Databases& databases = pool.owner();
  const evaluate::BlockText text{{pool.HistoryOf(stream), stream.history_size}, bytes, at_end, stream.text_begin > 0};
  bool scanned = true;
  const auto scan = [&](const DatabasePointer& database, model::CostClass cost, const evaluate::EndSpans& spans) {
    for (const evaluate::EndSpan& span : spans.spans()) scanned = ScanSpan(database.get(), text, model::MostBytesOf(cost), span, stream.offset, hits) && scanned;
  };
  if (!databases.numbers().empty()) {
    stream.numbers_pending = FindNumberSpans(text, stream.numbers_pending);
    for (const DatabasePointer& database : databases.numbers()) scan(database, model::CostClass::kNumbers, number_spans);
  }
  for (const DatabasePointer& database : databases.anchored()) {
    // What ends with the bytes before, whatever follows, was reported with them.
    certain.Clear();
    if (stream.anchored_pending > 0) scanned = FindCertainEnds(database.get(), {text.history, {}, false, text.behind_gap}) && scanned;
    scan(database, model::CostClass::kAnchored, anchor_spans);
    certain.Clear();
  }
  stream.anchored_pending = PendingBehind(anchor_spans.spans(), bytes.size());
  if (stream.anchored_pending > 0 && !at_end && !bytes.empty()) {
    MatchContext context{&hits, stream.offset};
    scanned = ReportCertainEnds(text, context) && scanned;
  }
  return scanned;
}

uint8_t Matcher::Impl::FindNumberSpans(const evaluate::BlockText& text, uint8_t pending) noexcept {
  constexpr int64_t kReach = model::MostBytesOf(model::CostClass::kNumbers);
  number_spans.Clear();
  if (pending > 0) number_spans.Add({0, pending - 1});
  evaluate::ForEachDigitGroup(text.history, text.bytes, [this](size_t end) noexcept {
    const auto first = static_cast<int64_t>(end);
    number_spans.Add({first, first + kReach});
  });
  return PendingBehind(number_spans.spans(), text.bytes.size());
}

// The patterns of which a match ends with the text whatever follows it. Of assertions Hyperscan has those that ask whether the
// next byte is of a word, ends a line, or is there: what matches before a letter and before a byte that is none of these asks
// nothing. So nobody need wait for the next byte, and no byte of it leaves before the verdict.
bool Matcher::Impl::FindCertainEnds(hs_database_t* database, const evaluate::BlockText& text) noexcept {
  constexpr size_t kReach = static_cast<size_t>(model::MostBytesOf(model::CostClass::kAnchored));
  std::array<uint8_t, 1 + kReach + 1 + 1> tail;
  const size_t newer = std::min(text.bytes.size(), kReach + 1), older = std::min(text.history.size(), kReach + 1 - newer);
  size_t filled = 0;
  if (text.behind_gap && newer + older < kReach + 1) tail[filled++] = 0;
  if (older > 0) std::memcpy(tail.data() + filled, text.history.end() - older, older);
  if (newer > 0) std::memcpy(tail.data() + filled + older, text.bytes.end() - newer, newer);
  filled += older + newer;
  struct Context {
    CertainEnds* ends;
    size_t text_end;
    bool first;
  };
  const auto on_match = [](unsigned int id, unsigned long long, unsigned long long to, unsigned int, void* data) noexcept -> int {
    auto* c = static_cast<Context*>(data);
    if (to != c->text_end) return 0;
    if (c->first) c->ends->Add(id);
    else c->ends->Confirm(id);
    return 0;
  };
  bool scanned = true;
  for (const uint8_t next : {uint8_t{'a'}, uint8_t{0}}) {
    tail[filled] = next;
    Context context{&certain, filled, next == 'a'};
    scanned = calls.scan_block(database, reinterpret_cast<const char*>(tail.data()), static_cast<unsigned int>(filled + 1), 0, scratch.get(), on_match,
                               &context) == HS_SUCCESS && scanned;
  }
  certain.DropUnconfirmed();
  return scanned;
}

bool Matcher::Impl::ReportCertainEnds(const evaluate::BlockText& text, MatchContext& match) noexcept {
  bool scanned = true;
  for (const DatabasePointer& database : pool.owner().anchored()) {
    certain.Clear();
    scanned = FindCertainEnds(database.get(), text) && scanned;
    for (const uint32_t id : certain.ids()) OnMatch(id, 0, text.bytes.size(), 0, &match);
  }
  certain.Clear();
  return scanned;
}

// `offset`: of the first new byte in the object.
bool Matcher::Impl::ScanSpan(hs_database_t* database, const evaluate::BlockText& text, int64_t reach, evaluate::EndSpan span, uint64_t offset, HitList& hits) noexcept {
  struct Context {
    MatchContext match;
    int64_t begin;
    evaluate::EndSpan ends;
    const CertainEnds* reported;
  };
  const auto on_match = [](unsigned int id, unsigned long long, unsigned long long to, unsigned int, void* data) noexcept -> int {
    auto* c = static_cast<Context*>(data);
    const int64_t end = c->begin + static_cast<int64_t>(to);
    const bool is_of_window = end >= c->ends.first && end <= c->ends.last;
    return !is_of_window || (end == 0 && c->reported->Has(id)) ? 0 : OnMatch(id, 0, static_cast<unsigned long long>(end), 0, &c->match);
  };
  bool scanned = true;
  evaluate::ForEachWindow(text, reach, span, [&](ByteView window, int64_t begin, evaluate::EndSpan ends) {
    if (window.empty()) return;
    Context context{{&hits, offset}, begin, ends, &certain};
    const auto* data = reinterpret_cast<const char*>(window.data());
    const hs_error_t code = calls.scan_block(database, data, static_cast<unsigned int>(window.size()), 0, scratch.get(), on_match, &context);
    scanned = scanned && code == HS_SUCCESS;
  });
  return scanned;
}

// With `hits`, the object has ended and patterns anchored at its end report; without, nothing does.
bool Matcher::Impl::ResetStreams(MatchStream& stream, HitList* hits) noexcept {
  const InStage stage(Stage::kHyperscan);
  MatchContext context{hits, stream.base};
  bool reset_all = true;
  for (size_t i = 0; i < pool.databases(); ++i) {
    const hs_error_t code = calls.reset_stream(pool.StreamOf(stream, i), 0, hits != nullptr ? scratch.get() : nullptr,
                                               hits != nullptr ? &OnMatch : nullptr, &context);
    reset_all = reset_all && code == HS_SUCCESS;
  }
  return reset_all;
}

void Matcher::Impl::BeginBehindGap(MatchStream& stream, uint64_t gap) noexcept {
  // Their text is lost with the gap; they are judged without it.
  for (size_t i = 0; i < stream.awaiting_count; ++i) {
    stream.awaiting[i].back = static_cast<uint32_t>(std::min<uint64_t>(stream.awaiting[i].back + gap, kMostAhead)) & 0xff;
  }
  stream.offset += gap;
  stream.base = stream.offset - 1;
  stream.text_begin = stream.offset;
  stream.high_run_begin = kUnknownOffset;
  stream.history_size = 0;
  stream.numbers_pending = stream.anchored_pending = 0;
  stream.broken = stream.broken || !ResetStreams(stream, nullptr);
  for (size_t i = 0; i < pool.databases() && !stream.broken; ++i) {
    stream.broken = calls.scan_stream(pool.StreamOf(stream, i), &kUnseenByte, 1, 0, scratch.get(), nullptr, nullptr) != HS_SUCCESS;
  }
}

// Sorted by (end, pattern), each once: databases report one after the other, and may repeat themselves.
void Matcher::Impl::Arrange(HitList& hits) noexcept {
  Hit* first = hits.hits_.data();
  Hit* end = first + hits.size_;
  const auto by_end = [](const Hit& a, const Hit& b) { return a.end != b.end ? a.end < b.end : a.pattern < b.pattern; };
  if (!std::is_sorted(first, end, by_end)) std::sort(first, end, by_end);
  hits.size_ = static_cast<size_t>(std::unique(first, end) - first);
  if (hits.overflow_ > 0) counters.Add(MatchCounter::kHitsOverLimit, hits.overflow_);
}

void Matcher::Impl::RememberScan(MatchStream& stream, ByteView bytes) noexcept {
  last.bytes = bytes;
  last.begin = stream.offset;
  last.text_begin = stream.text_begin;
  last.high_run_begin = stream.high_run_begin;
  last.history_size = stream.history_size;
  std::memcpy(last.history.data(), pool.HistoryOf(stream), kHistory);
}

// The last kHistory bytes up to the end of `bytes`, and where the high run that reaches them begins.
void Matcher::Impl::KeepHistory(MatchStream& stream, ByteView bytes) noexcept {
  uint8_t* history = pool.HistoryOf(stream);
  if (bytes.size() < kHistory) return KeepHistoryOfShortRun(stream, bytes);
  const size_t skipped = bytes.size() - kHistory;
  if (tracks_high_runs) {
    const HighRun run = FindHighRunInline(bytes.First(skipped));
    stream.high_run_begin = run.whole ? RunBegin({history, stream.history_size}, stream.high_run_begin, {}, stream.offset, stream.offset)
                                      : stream.offset + run.begin;
  }
  std::memcpy(history, bytes.data() + skipped, kHistory);
  stream.history_size = kHistory;
}

void Matcher::Impl::KeepHistoryOfShortRun(MatchStream& stream, ByteView bytes) noexcept {
  uint8_t* history = pool.HistoryOf(stream);
  const size_t kept = std::min<size_t>(stream.history_size, kHistory - bytes.size());
  if (tracks_high_runs) {
    stream.high_run_begin =
        RunBegin({history, stream.history_size}, stream.high_run_begin, bytes, stream.offset, stream.offset - kept);
  }
  std::memmove(history, history + stream.history_size - kept, kept);
  std::memcpy(history + kept, bytes.data(), bytes.size());
  stream.history_size = static_cast<uint32_t>(kept + bytes.size());
}

ScanStatus Matcher::Impl::Scan(MatchStream& stream, ByteView bytes, HitList& hits) noexcept {
  const InStage stage(Stage::kMatch);
  if (stream.awaiting_count > 0) [[unlikely]] DeliverAwaiting(stream, hits);
  const bool scanned = !stream.broken && Feed(stream, bytes, hits) && FeedWindows(stream, bytes, false, hits);
  if (hits.size_ > 0) {
    Arrange(hits);
    RememberScan(stream, bytes);
    last.stream = &stream;
  }
  if (!scanned) {
    last.stream = nullptr;
    BeginBehindGap(stream, bytes.size());
    return Fail();
  }
  KeepHistory(stream, bytes);
  stream.offset += bytes.size();
  return ScanStatus::kOk;
}

ScanStatus Matcher::Impl::End(MatchStream& stream, HitList& hits) noexcept {
  const InStage stage(Stage::kMatch);
  if (stream.awaiting_count > 0) [[unlikely]] DeliverAwaiting(stream, hits);
  last.stream = nullptr;
  anchor_spans.Clear();
  if (stream.anchored_pending > 0) anchor_spans.Add({0, stream.anchored_pending - 1});
  const bool awaits = (stream.numbers_pending | stream.anchored_pending) != 0;
  const bool windows_scanned = stream.broken || !awaits || FeedWindows(stream, {}, true, hits);
  const bool reset = !stream.broken && ResetStreams(stream, &hits);
  if (hits.size_ > 0) {
    Arrange(hits);
    RememberScan(stream, {});
  }
  if (!reset) {
    pool.Retire(stream);
    return Fail();
  }
  pool.Give(stream);
  return windows_scanned ? ScanStatus::kOk : Fail();
}

ScanStatus Matcher::Impl::ScanWhole(ByteView bytes, HitList& hits) noexcept {
  const InStage stage(Stage::kMatch);
  const bool was_broken = whole->broken;
  *whole = MatchStream();
  whole->broken = was_broken;
  last.stream = nullptr;
  const bool scanned = !whole->broken && (bytes.empty() || (Feed(*whole, bytes, hits) && FeedWindows(*whole, bytes, true, hits)));
  // Reset in any case, so that the next object begins anew.
  whole->broken = whole->broken || !ResetStreams(*whole, &hits);
  if (hits.size_ > 0) {
    Arrange(hits);
    RememberScan(*whole, bytes);
  }
  return scanned && !whole->broken ? ScanStatus::kOk : Fail();
}

Result<std::unique_ptr<Matcher>> Matcher::Create(std::shared_ptr<const bundle::Bundle> policy, const MatcherOptions& options) {
  const auto databases = Databases::Of(policy);
  if (!databases) return databases.error();
  Result<ScratchPointer> scratch = (*databases)->MakeScratch();
  if (!scratch) return scratch.error();
  const HyperscanCalls calls = options.calls != nullptr ? *options.calls : HyperscanCalls{};
  if (options.max_streams >= kMostStreams) {
    return Error(ErrorCode::kInvalidArgument, "max_streams: expected at most " + std::to_string(kMostStreams - 1));
  }
  Result<StreamPool> pool = StreamPool::Create(*databases, calls, options.max_streams + 1);
  if (!pool) return pool.error();
  auto impl = std::make_unique<Impl>(policy, std::move(*scratch), std::move(*pool), calls);
  impl->tracks_high_runs = std::any_of(policy->patterns().begin(), policy->patterns().end(),
                                       [](const model::Pattern& pattern) { return pattern.confirm_alignment; });
  impl->first_anchor = static_cast<uint32_t>(policy->patterns().size());
  impl->whole = impl->pool.Take();
  if (impl->whole == nullptr) return Error(ErrorCode::kInternal, "Hyperscan would not open a stream in the memory it was offered");
  return std::unique_ptr<Matcher>(new Matcher(std::move(impl)));
}

Matcher::Matcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Matcher::~Matcher() = default;

const bundle::Bundle& Matcher::policy() const noexcept { return *impl_->policy; }
uint32_t Matcher::open_streams() const noexcept { return impl_->pool.in_use() - 1; }
size_t Matcher::stream_bytes() const noexcept { return impl_->pool.slot_bytes(); }
const CounterSet<MatchCounter>& Matcher::counters() const noexcept { return impl_->counters; }

MatchStream* Matcher::Open() noexcept {
  const bool empty = impl_->pool.empty();
  MatchStream* stream = impl_->pool.Take();
  if (stream == nullptr) impl_->counters.Add(empty ? MatchCounter::kPoolEmpty : MatchCounter::kOpenFailed);
  return stream;
}

ScanStatus Matcher::Scan(MatchStream& stream, ByteView bytes, HitList& hits) noexcept {
  hits.Clear();
  return bytes.empty() ? ScanStatus::kOk : impl_->Scan(stream, bytes, hits);
}

void Matcher::Skip(MatchStream& stream, uint64_t gap) noexcept {
  if (gap == 0) return;
  impl_->counters.Add(MatchCounter::kGaps);
  impl_->BeginBehindGap(stream, gap);
}

ScanStatus Matcher::Close(MatchStream* stream, HitList& hits) noexcept {
  hits.Clear();
  return impl_->End(*stream, hits);
}

void Matcher::Abandon(MatchStream* stream) noexcept {
  if (!stream->broken && impl_->ResetStreams(*stream, nullptr)) {
    impl_->pool.Give(*stream);
  } else {
    impl_->pool.Retire(*stream);
  }
}

ScanStatus Matcher::ScanWhole(ByteView bytes, HitList& hits) noexcept {
  hits.Clear();
  return impl_->ScanWhole(bytes, hits);
}

ByteView Matcher::Before(uint64_t end, std::span<uint8_t, kHistory> buffer) const noexcept {
  const Impl::LastScan& last = impl_->last;
  const uint64_t begin = std::max(last.text_begin, end > kHistory ? end - kHistory : 0);
  if (end <= begin) return {};
  const size_t size = static_cast<size_t>(end - begin);
  if (begin >= last.begin) return last.bytes.Sub(static_cast<size_t>(begin - last.begin), size);
  // The part from the history, then the part from the bytes.
  const ByteView history = ByteView(last.history.data(), last.history_size);
  const uint64_t missing = last.begin - begin;
  if (missing > history.size()) return {};
  const ByteView older = history.From(history.size() - static_cast<size_t>(missing)).First(size);
  const ByteView newer = last.bytes.First(size - older.size());
  std::memcpy(buffer.data(), older.data(), older.size());
  if (!newer.empty()) std::memcpy(buffer.data() + older.size(), newer.data(), newer.size());
  return {buffer.data(), older.size() + newer.size()};
}

ByteView Matcher::Around(uint64_t end, size_t ahead, std::span<uint8_t, kHistory> buffer, size_t& bytes_ahead) const noexcept {
  const uint64_t scanned = impl_->last.begin + impl_->last.bytes.size();
  bytes_ahead = static_cast<size_t>(std::min<uint64_t>(ahead, scanned > end ? scanned - end : 0));
  const ByteView around = Before(end + bytes_ahead, buffer);
  if (around.size() < bytes_ahead) bytes_ahead = 0;
  return around;
}

bool Matcher::at_end() const noexcept { return impl_->last.stream == nullptr; }

bool Matcher::Await(const Hit& hit) noexcept {
  MatchStream& stream = *impl_->last.stream;
  const uint64_t back = stream.offset - hit.end;
  if (stream.awaiting_count == MatchStream::kMostAwaiting || back > kMostAhead || hit.pattern >= 1u << 24) {
    impl_->counters.Add(MatchCounter::kAwaitingFull);
    return false;
  }
  stream.awaiting[stream.awaiting_count++] = {hit.pattern & 0xffffff, static_cast<uint32_t>(back) & 0xff};
  return true;
}

uint64_t Matcher::text_begin() const noexcept { return impl_->last.text_begin; }

uint64_t Matcher::HighRunBegin(uint64_t at) const noexcept {
  const Impl::LastScan& last = impl_->last;
  return RunBegin({last.history.data(), last.history_size}, last.high_run_begin, last.bytes, last.begin, at);
}

}  // namespace sluice::match
