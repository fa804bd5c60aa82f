#include "rules/cli/file_scan.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_pipeline.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "dataplane/decode/decoder_chain.h"
#include "dataplane/match/mask.h"
#include "dataplane/match/row_check.h"
#include "dataplane/signature/engine.h"
#include "rules/cli/input_files.h"
#include "rules/cli/progress.h"
#include "rules/compile/memory_scanner.h"
#include "rules/text/character.h"

namespace sluice::cli {
namespace {

using compile::FoundHit;
using compile::MemoryScanner;

// Files on the way, so that one that takes long keeps few others waiting.
constexpr size_t kFilesAtOnce = 256;
constexpr uint32_t kNoPattern = UINT32_MAX;
// No more can be told of one run than there is room for.
constexpr size_t kSignatureRun = size_t{1} << 14;

bool Names(const model::Condition& condition, model::DetectorIndex detector) {
  return std::any_of(condition.nodes.begin(), condition.nodes.end(), [&](const model::ConditionNode& node) {
    return node.kind == model::ConditionNode::Kind::kDetector && node.detector == detector;
  });
}

class OneFile {
 public:
  OneFile(const bundle::Bundle& bundle, MemoryScanner& scanner, decode::DecodeRoom& room, signature::Engine* signatures)
      : bundle_(bundle), scanner_(scanner), room_(room), signatures_(signatures) {}

  FileOutcome Run(const std::string& path) {
    FileOutcome outcome;
    outcome.path = path;
    const Result<std::string> bytes = ReadInput(path);
    if (!bytes) {
      outcome.problem = bytes.error().message();
      return outcome;
    }
    outcome.bytes = bytes->size();
    std::vector<FiredRule> inside;
    outcome.unopened = ReadViews(room_, path, ByteView(*bytes), [&](const View& view) {
      std::vector<FiredRule>& fired = view.bytes.data() == ByteView(*bytes).data() ? outcome.fired : inside;
      ScanView(view, fired, outcome);
    });
    outcome.fired.insert(outcome.fired.end(), std::make_move_iterator(inside.begin()), std::make_move_iterator(inside.end()));
    return outcome;
  }

 private:
  // A content as it lies, or another reading of it.
  struct Text {
    const std::vector<std::string>& path;
    ByteView bytes;
    bool is_reading = false;
    bool is_coded = false;  // stands for something else: nobody reads it as it is, but it may be registered
    uint8_t where = model::Where::kBody;
    std::string_view name = {};  // counts with the content
  };

  // What was found in the bytes is not found again in another reading of them.
  void ScanView(const View& view, std::vector<FiredRule>& fired, FileOutcome& outcome) {
    std::vector<bool> has_fired(bundle_.rules().size());
    ScanText({view.path, view.bytes, false, view.is_coded, view.where, view.name}, has_fired, fired, outcome);
    for (const Reading& reading : view.readings) ScanText({reading.path, ByteView(reading.bytes), true, false, view.where}, has_fired, fired, outcome);
  }

  void ScanText(const Text& text, std::vector<bool>& has_fired, std::vector<FiredRule>& fired, FileOutcome& outcome) {
    Result<std::vector<FoundHit>> found = text.is_coded ? std::vector<FoundHit>() : scanner_.Scan(text.bytes);
    if (!found) {
      outcome.problem = outcome.path + ": " + found.error().message();
      return;
    }
    documents_.clear();
    if (signatures_ != nullptr) FindDocuments(text, *found);
    for (FoundHit& f : *found) f.hit.where = text.where;
    const Result<std::vector<FoundHit>> named = asks_for_names_ && !text.name.empty() ? scanner_.Scan(ByteView(text.name)) : std::vector<FoundHit>();
    if (!named) {
      outcome.problem = outcome.path + ": " + named.error().message();
      return;
    }
    // What is absent from a reading, or from coded bytes, is not absent from the object.
    if ((text.is_reading || text.is_coded) && found->empty() && named->empty()) return;
    std::vector<evaluate::Hit> hits;
    for (const FoundHit& f : *named) hits.emplace_back(f.hit).where = model::Where::kName;
    for (const FoundHit& f : *found) hits.push_back(f.hit);
    for (uint32_t i = 0; i < bundle_.rules().size(); ++i) {
      if (has_fired[i] || evaluate::Evaluate(bundle_.rules()[i].condition, hits, true) != evaluate::Truth::kTrue) continue;
      has_fired[i] = true;
      const auto concerns = [&](const FoundHit& f) { return Names(bundle_.rules()[i].condition, f.hit.detector); };
      const bool is_name = std::none_of(found->begin(), found->end(), concerns) && std::any_of(named->begin(), named->end(), concerns);
      fired.push_back(is_name ? Fired(i, *named, ByteView(text.name)) : Fired(i, *found, text.bytes));
      fired.back().path = text.path;
      if (is_name) fired.back().path.emplace_back("name");
    }
  }

  // Registered documents, as hits of the detectors that ask for them.
  void FindDocuments(const Text& text, std::vector<FoundHit>& found) {
    signature::Trace* trace = signatures_->Open();
    if (trace == nullptr) return;
    for (size_t at = 0; at < text.bytes.size(); at += kSignatureRun) {
      signatures_->Feed(*trace, text.bytes.Sub(at, kSignatureRun), at);
      TakeDocuments(*trace, found);
    }
    if (!text.is_reading) signatures_->End(*trace);
    TakeDocuments(*trace, found);
    signatures_->Give(trace);
    std::stable_sort(found.begin(), found.end(), [](const FoundHit& a, const FoundHit& b) { return a.hit.end < b.hit.end; });
  }

  void TakeDocuments(const signature::Trace& trace, std::vector<FoundHit>& found) {
    if (!signatures_->has_findings()) return;
    sightings_.Clear();
    signatures_->TakeFindings(sightings_);
    signatures_->ForgetDepartures();
    for (const match::Finding& told : sightings_.findings()) {
      FoundHit hit;
      hit.hit.detector = told.detector;
      hit.hit.term = told.term;
      hit.hit.begin = hit.hit.end = told.end;
      hit.hit.value = told.value;
      hit.pattern = kNoPattern;
      found.push_back(hit);
      const auto known = static_cast<uint32_t>(std::count_if(documents_.begin(), documents_.end(), [&](const auto& d) { return d.first == told.detector; }));
      const signature::Sighting* sighting = signature::Engine::SightingOf(trace, told.detector, known + 1);
      if (sighting == nullptr || sighting->document != told.term) continue;
      const fingerprint::Set& set = signatures_->set(sighting->set);
      documents_.push_back({told.detector, {std::string(set.name()), std::string(set.NameOf(set.documents()[sighting->document])), sighting->document + 1, sighting->percent,
                                            sighting->bytes, sighting->length, sighting->whole}});
    }
  }

  FiredRule Fired(uint32_t rule, const std::vector<FoundHit>& found, ByteView bytes) const {
    const auto concerns = [&](const FoundHit& f) { return Names(bundle_.rules()[rule].condition, f.hit.detector); };
    FiredRule fired;
    fired.rule = rule;
    fired.count = static_cast<size_t>(std::count_if(found.begin(), found.end(), concerns));
    const auto first = std::find_if(found.begin(), found.end(), concerns);
    if (first != found.end() && first->pattern != kNoPattern) fired.first = Show(*first, bytes);
    for (const auto& [detector, document] : documents_) {
      if (Names(bundle_.rules()[rule].condition, detector)) fired.documents.push_back(document);
    }
    const auto marked = std::find_if(found.begin(), found.end(), [&](const FoundHit& f) { return concerns(f) && f.marking.exists(); });
    if (marked != found.end()) fired.marking = marked->marking;
    return fired;
  }

  ShownHit Show(const FoundHit& found, ByteView bytes) const {
    const model::Pattern& pattern = bundle_.patterns()[found.pattern];
    ShownHit shown;
    shown.detector = found.hit.detector;
    shown.offset = found.hit.begin;
    shown.length = found.hit.end - found.hit.begin;
    shown.encoding = Name(pattern.encoding);
    if (pattern.form != model::TransferForm::kPlain) shown.encoding += "/" + std::string(Name(pattern.form));
    const ByteView matched = bytes.Sub(static_cast<size_t>(shown.offset), static_cast<size_t>(shown.length));
    shown.masked = std::string(match::Mask(matched, pattern.encoding, pattern.form).view());
    shown.line = 1 + static_cast<uint64_t>(std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(shown.offset), uint8_t{'\n'}));
    return shown;
  }

  const bundle::Bundle& bundle_;
  const bool asks_for_names_ =
      std::any_of(bundle_.rules().begin(), bundle_.rules().end(), [](const model::Rule& rule) { return model::AsksForNames(rule.condition); });
  MemoryScanner& scanner_;
  decode::DecodeRoom& room_;
  signature::Engine* signatures_;  // null: no detector asks for registered documents
  match::FindingList sightings_;
  std::vector<std::pair<model::DetectorIndex, ShownDocument>> documents_;  // of the text at hand
};

// What one thread works with.
struct Bench {
  MemoryScanner scanner;
  decode::DecodeRoom room;
  std::unique_ptr<CounterSet<signature::SignatureCounter>> counters;
  std::unique_ptr<signature::Engine> signatures;
};

std::optional<Bench> MakeBench(const bundle::Bundle& bundle, const std::string& names_charset) {
  Result<MemoryScanner> scanner = MemoryScanner::Open(bundle);
  decode::DecodeOptions options;
  options.max_chains = 1;
  options.names_charset.Assign(names_charset);
  options.max_large_states = options.max_small_states = decode::DecoderChain::kMaxDepth;
  options.extraction.program = extract::ExtractorBesideProgram();
  Result<decode::DecodeRoom> room = decode::DecodeRoom::Create(options);
  auto counters = std::make_unique<CounterSet<signature::SignatureCounter>>();
  Result<std::unique_ptr<signature::Engine>> signatures = signature::Engine::Create(bundle, 1, counters.get());
  if (!scanner || !room.ok() || !signatures) return std::nullopt;
  scanner->SetRowCheck([&bundle, sets = match::RowSetsOf(bundle)](const model::Pattern& pattern, ByteView text, size_t end) {
    return match::HasRow(sets[pattern.detector], bundle.detectors()[pattern.detector].signature, pattern, {text, end});
  });
  return Bench{std::move(scanner).value(), std::move(room).value(), std::move(counters), std::move(signatures).value()};
}

}  // namespace

void ScanFiles(const bundle::Bundle& bundle, const std::vector<std::string>& files, const std::string& names_charset, const std::function<void(const FileOutcome&)>& on_file) {
  // Without its table an encoding's matches are shown as marks alone, which says less but not more than it may.
  for (const model::Pattern& pattern : bundle.patterns()) static_cast<void>(text::PrepareCharacters(pattern.encoding).ok());
  tbb::enumerable_thread_specific<std::optional<Bench>> benches;
  Progress progress(files.size());
  const auto look = [&](size_t i) {
    std::optional<Bench>& bench = benches.local();
    if (!bench) bench = MakeBench(bundle, names_charset);
    if (bench) return OneFile(bundle, bench->scanner, bench->room, bench->signatures.get()).Run(files[i]);
    FileOutcome outcome;
    outcome.path = files[i];
    outcome.problem = "the policy's databases cannot be opened";
    return outcome;
  };
  size_t next = 0;
  const auto hand_out = [&](tbb::flow_control& control) -> size_t {
    if (next == files.size()) control.stop();
    return next == files.size() ? 0 : next++;
  };
  const auto hand_on = [&](const std::shared_ptr<FileOutcome>& outcome) {
    on_file(*outcome);
    progress.Step();
  };
  tbb::parallel_pipeline(kFilesAtOnce, tbb::make_filter<void, size_t>(tbb::filter_mode::serial_in_order, hand_out) &
                                           tbb::make_filter<size_t, std::shared_ptr<FileOutcome>>(tbb::filter_mode::parallel, [&](size_t i) { return std::make_shared<FileOutcome>(look(i)); }) &
                                           tbb::make_filter<std::shared_ptr<FileOutcome>, void>(tbb::filter_mode::serial_in_order, hand_on));
}

}  // namespace sluice::cli
