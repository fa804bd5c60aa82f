#include "rules/compile/memory_scanner.h"

#include <hs.h>

#include <algorithm>
#include <tuple>

#include "rules/evaluate/block_windows.h"
#include "rules/evaluate/confirm.h"
#include "rules/evaluate/digit_groups.h"
#include "rules/text/character.h"

namespace sluice::compile {
namespace {

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using DatabasePtr = std::unique_ptr<hs_database_t, FreeDatabase>;

struct RawHit {
  uint32_t pattern;
  uint64_t end;
};

int Collect(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
  static_cast<std::vector<RawHit>*>(context)->push_back({id, to});
  return 0;
}

Error HyperscanError(const char* what, hs_error_t code) {
  return {ErrorCode::kInternal, std::string("Hyperscan could not ") + what + " (code " + std::to_string(code) + ")"};
}

uint8_t BytesPerCharacter(model::Encoding encoding) {
  return encoding == model::Encoding::kUtf16Le || encoding == model::Encoding::kUtf16Be ? 2 : 1;
}

}  // namespace

struct MemoryScanner::Impl {
  RowCheck row_check;
  std::vector<DatabasePtr> databases;
  struct BlockDatabase {
    DatabasePtr database;
    model::CostClass cost;
  };
  std::vector<BlockDatabase> block_databases;
  std::vector<model::Pattern> patterns;
  std::vector<model::Anchor> anchors;
  std::vector<model::Detector> detectors;
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch;

  Status OpenDatabase(const bundle::Database& database) {
    hs_database_t* raw = nullptr;
    const hs_error_t code = hs_deserialize_database(reinterpret_cast<const char*>(database.blob.data()), database.blob.size(), &raw);
    if (code != HS_SUCCESS) return HyperscanError("read a database", code);
    if (database.mode == bundle::DatabaseMode::kBlock) {
      block_databases.push_back({DatabasePtr(raw), database.cost});
    } else {
      databases.emplace_back(raw);
    }
    hs_scratch_t* grown = scratch.release();
    const hs_error_t grow_code = hs_alloc_scratch(raw, &grown);
    scratch.reset(grown);
    if (grow_code != HS_SUCCESS) return HyperscanError("allocate scratch", grow_code);
    return {};
  }

  Status ScanDatabase(const hs_database_t* database, ByteView text, size_t piece_bytes, std::vector<RawHit>& hits) {
    hs_stream_t* stream = nullptr;
    if (const hs_error_t code = hs_open_stream(database, 0, &stream); code != HS_SUCCESS) return HyperscanError("open a stream", code);
    hs_error_t code = HS_SUCCESS;
    for (size_t at = 0; at < text.size() && code == HS_SUCCESS; at += piece_bytes) {
      const ByteView block = text.Sub(at, piece_bytes);
      code = hs_scan_stream(stream, reinterpret_cast<const char*>(block.data()), static_cast<unsigned>(block.size()), 0, scratch.get(), Collect, &hits);
    }
    const hs_error_t close_code = hs_close_stream(stream, scratch.get(), Collect, &hits);
    if (code != HS_SUCCESS || close_code != HS_SUCCESS) return HyperscanError("scan", code != HS_SUCCESS ? code : close_code);
    return {};
  }

  // Where matches may end of the patterns that are tried in windows, in ascending order.
  std::vector<evaluate::EndSpan> SpansOf(model::CostClass cost, ByteView text, const std::vector<RawHit>& anchor_hits) const {
    std::vector<evaluate::EndSpan> spans;
    const auto add = [&](uint64_t end, uint32_t after) {
      const auto first = static_cast<int64_t>(end), last = first + after;
      if (!spans.empty() && first <= spans.back().last + 1) {
        spans.back().last = std::max(spans.back().last, last);
      } else {
        spans.push_back({first, last});
      }
    };
    if (cost == model::CostClass::kNumbers) {
      evaluate::ForEachDigitGroup({}, text, [&](size_t end) noexcept { add(end, model::MostBytesOf(cost)); });
    } else {
      for (const RawHit& hit : anchor_hits) add(hit.end, anchors[hit.pattern - patterns.size()].after);
    }
    return spans;
  }

  Status ScanInWindows(const BlockDatabase& database, ByteView text, const std::vector<RawHit>& anchor_hits, std::vector<RawHit>& hits) {
    hs_error_t code = HS_SUCCESS;
    for (const evaluate::EndSpan& span : SpansOf(database.cost, text, anchor_hits)) {
      evaluate::ForEachWindow({{}, text, true, false}, model::MostBytesOf(database.cost), span, [&](ByteView window, int64_t begin, evaluate::EndSpan ends) {
        std::vector<RawHit> in_window;
        if (code != HS_SUCCESS || window.empty()) return;
        code = hs_scan(database.database.get(), reinterpret_cast<const char*>(window.data()), static_cast<unsigned>(window.size()), 0, scratch.get(), Collect, &in_window);
        for (const RawHit& hit : in_window) {
          const auto end = begin + static_cast<int64_t>(hit.end);
          if (end >= ends.first && end <= ends.last) hits.push_back({hit.pattern, static_cast<uint64_t>(end)});
        }
      });
    }
    return code == HS_SUCCESS ? Status() : HyperscanError("scan in windows", code);
  }

  bool Confirm(const RawHit& raw, ByteView text, FoundHit& found) const {
    const model::Pattern& pattern = patterns[raw.pattern];
    const auto end = static_cast<size_t>(raw.end);
    const size_t window_begin = end > evaluate::kConfirmWindow ? end - evaluate::kConfirmWindow : 0;
    const ByteView around = text.Sub(window_begin, end - window_begin + evaluate::kConfirmAhead);
    const evaluate::Confirmation confirmation =
        evaluate::Confirm(pattern, detectors[pattern.detector], {.bytes = around, .end = end - window_begin, .from_start = window_begin == 0});
    if (!confirmation.stands) return false;
    if (detectors[pattern.detector].signature.asks_for_rows() && (!row_check || !row_check(pattern, around, end - window_begin))) return false;
    const size_t value_end = end + confirmation.ahead - std::min<size_t>(confirmation.behind, end + confirmation.ahead);
    found.marking = confirmation.marking;
    const size_t begin = value_end - std::min<size_t>(confirmation.length, value_end);
    found.pattern = raw.pattern;
    found.hit.detector = pattern.detector;
    found.hit.term = pattern.term;
    found.hit.bytes_per_character = BytesPerCharacter(pattern.encoding);
    found.hit.begin = begin;
    found.hit.end = value_end;
    found.hit.value = confirmation.value;
    return true;
  }
};

MemoryScanner::MemoryScanner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MemoryScanner::MemoryScanner(MemoryScanner&&) noexcept = default;
MemoryScanner& MemoryScanner::operator=(MemoryScanner&&) noexcept = default;
MemoryScanner::~MemoryScanner() = default;

void MemoryScanner::SetRowCheck(RowCheck check) { impl_->row_check = std::move(check); }

Result<MemoryScanner> MemoryScanner::Open(const Parts& parts) {
  auto impl = std::make_unique<Impl>();
  impl->patterns.assign(parts.patterns.begin(), parts.patterns.end());
  impl->anchors.assign(parts.anchors.begin(), parts.anchors.end());
  impl->detectors.assign(parts.detectors.begin(), parts.detectors.end());
  for (const model::Pattern& pattern : parts.patterns) {
    if (parts.detectors[pattern.detector].marking.nation == model::Nation::kNone) continue;
    if (const Status status = text::PrepareCharacters(pattern.encoding); !status) return status.error();
  }
  for (const bundle::Database& database : parts.databases) {
    if (const Status status = impl->OpenDatabase(database); !status) return status.error();
  }
  return MemoryScanner(std::move(impl));
}

Result<std::vector<FoundHit>> MemoryScanner::Scan(ByteView text, size_t piece_bytes) {
  std::vector<RawHit> raw;
  for (const DatabasePtr& database : impl_->databases) {
    if (const Status status = impl_->ScanDatabase(database.get(), text, piece_bytes, raw); !status) return status.error();
  }
  const auto by_end = [](const RawHit& a, const RawHit& b) { return std::tie(a.end, a.pattern) < std::tie(b.end, b.pattern); };
  const auto first_anchor = std::partition(raw.begin(), raw.end(), [&](const RawHit& hit) { return hit.pattern < impl_->patterns.size(); });
  std::vector<RawHit> anchor_hits(first_anchor, raw.end());
  raw.erase(first_anchor, raw.end());
  std::erase_if(anchor_hits, [&](const RawHit& hit) { return hit.pattern - impl_->patterns.size() >= impl_->anchors.size(); });
  std::sort(anchor_hits.begin(), anchor_hits.end(), by_end);
  for (const Impl::BlockDatabase& database : impl_->block_databases) {
    if (const Status status = impl_->ScanInWindows(database, text, anchor_hits, raw); !status) return status.error();
  }
  std::sort(raw.begin(), raw.end(), by_end);
  raw.erase(std::unique(raw.begin(), raw.end(), [](const RawHit& a, const RawHit& b) { return a.end == b.end && a.pattern == b.pattern; }), raw.end());
  std::vector<FoundHit> found;
  for (const RawHit& hit : raw) {
    FoundHit confirmed;
    if (hit.pattern < impl_->patterns.size() && impl_->Confirm(hit, text, confirmed)) found.push_back(confirmed);
  }
  // What had to look ahead counts as ending there.
  std::stable_sort(found.begin(), found.end(), [](const FoundHit& a, const FoundHit& b) { return a.hit.end < b.hit.end; });
  return found;
}

}  // namespace sluice::compile
