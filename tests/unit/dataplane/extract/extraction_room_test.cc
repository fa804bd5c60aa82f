// The walls around an extractor, by what runs into them, seen as a decoder sees it: members, words and what is left of the room.
#include "dataplane/extract/extraction_room.h"

#include <signal.h>

#include <map>

#include "dataplane/decode/decoder_chain.h"
#include "tests/support/places.h"

namespace sluice::extract {
namespace {

using decode::DecodeOutcome;
using decode::ViewPiece;

struct Seen {
  std::map<std::string, std::string> views;  // by path
  std::vector<std::string> outcomes;         // of what was not complete, in order
};

class ExtractionRoomTest : public testing::Test {
 protected:
  static decode::DecodeOptions Options() {
    decode::DecodeOptions options;
    options.max_chains = 2;
    options.max_large_states = options.max_small_states = 20;
    options.library_bytes = size_t{1} << 20;
    options.extraction.program = places::ProgramsFolder() + "/misbehaving-extractor";
    options.extraction.limits.cpu_milliseconds = 200;
    options.extraction.limits.memory_bytes = uint64_t{16} << 20;
    options.extraction.limits.output_bytes = uint64_t{1} << 20;
    options.extraction.limits.members = 50;
    return options;
  }

  // What an object that begins like a PDF is opened into, by whoever obeys it.
  Seen Open(const std::string& order) { return OpenBytes("%PDF-1.4 " + order); }
  Seen OpenBytes(const std::string& object) {
    decode::DecoderChain* chain = room_.Open({});
    Seen seen;
    chain->Feed(ByteView(object));
    Take(*chain, seen);
    chain->End();
    Take(*chain, seen);
    EXPECT_TRUE(chain->finished());
    room_.Close(chain);
    EXPECT_EQ(room_.extraction()->stored_bytes(), 0u);
    return seen;
  }
  uint64_t Count(ExtractionCounter counter) const { return room_.extraction()->counters().value(counter); }
  void ExpectWorks() { EXPECT_EQ(Open("echo still here").views["pdf:text"], "still here"); }

  decode::DecodeRoom room_ = decode::DecodeRoom::Create(Options()).value();
  std::string end_at_;  // when this view begins, the extractor is killed

 private:
  void Take(decode::DecoderChain& chain, Seen& seen) {
    ViewPiece piece;
    while (chain.Next(piece)) {
      if (piece.kind == ViewPiece::Kind::kBegin) paths_[piece.view] = (piece.parent == 0 ? "" : paths_[piece.parent] + "/") + std::string(piece.element);
      if (piece.kind == ViewPiece::Kind::kBegin && paths_[piece.view] == end_at_) kill(room_.extraction()->LastProcess(), SIGKILL);
      if (piece.kind == ViewPiece::Kind::kData) seen.views[paths_[piece.view]] += piece.bytes.AsText();
      const bool ended = piece.kind == ViewPiece::Kind::kEnd || piece.kind == ViewPiece::Kind::kRefused;
      if (ended && piece.outcome != DecodeOutcome::kComplete) seen.outcomes.emplace_back(Name(piece.outcome));
    }
  }
  std::map<decode::ViewNumber, std::string> paths_;
};

using Outcomes = std::vector<std::string>;

TEST_F(ExtractionRoomTest, HandsOutWhatTheExtractorFound) {
  EXPECT_EQ(Open("echo hello").views["pdf:text"], "hello");
  EXPECT_EQ(Open("echo again").views["pdf:text"], "again");
  EXPECT_EQ(Count(ExtractionCounter::kStarts), 1u) << "one process serves many documents";
}

TEST_F(ExtractionRoomTest, CarriesADocumentOfManyChunks) {
  std::string text;
  for (int i = 0; text.size() < 5 * kChunkBytes; ++i) text += std::to_string(i) + " ";
  EXPECT_EQ(Open("echo " + text).views["pdf:text"], text);
}

TEST_F(ExtractionRoomTest, GivesADocumentWithinADocumentAnExtractorOfItsOwn) {
  const Seen seen = Open("nest nest echo deep");
  EXPECT_EQ(seen.views.at("pdf:inner/pdf:inner/pdf:text"), "deep");
  EXPECT_EQ(Count(ExtractionCounter::kStarts), 3u);
}

TEST_F(ExtractionRoomTest, SaysBusyWhenDocumentsStandDeeperThanThereAreExtractors) {
  const Seen seen = Open("nest nest nest nest echo deep");
  EXPECT_EQ(seen.outcomes, (Outcomes{"extractor_busy"}));
  ExpectWorks();
}

TEST_F(ExtractionRoomTest, KeepsWhatCameBeforeACrash) {
  const Seen seen = Open("half a marking");
  EXPECT_EQ(seen.views.at("pdf:text"), "a marking");
  EXPECT_EQ(seen.outcomes, (Outcomes{"extractor_died", "extractor_died"})) << "the member, and the document";
  ExpectWorks();
  EXPECT_EQ(Count(ExtractionCounter::kDied), 1u);
}

TEST_F(ExtractionRoomTest, SurvivesTheExtractorBeingKilledInTheMiddle) {
  end_at_ = "pdf:text";
  const Seen seen = Open("flood");
  EXPECT_EQ(seen.outcomes, (Outcomes{"extractor_died", "extractor_died"}));
  end_at_.clear();
  ExpectWorks();
}

TEST_F(ExtractionRoomTest, StartsAnotherForOneThatDiedWithNothingToDo) {
  ExpectWorks();
  const pid_t extractor = room_.extraction()->LastProcess();
  ASSERT_GT(extractor, 0);
  kill(extractor, SIGKILL);
  ExpectWorks();
}

TEST_F(ExtractionRoomTest, EndsAnEndlessLoop) {
  EXPECT_EQ(Open("loop").outcomes, (Outcomes{"extractor_limit"}));
  ExpectWorks();
}

TEST_F(ExtractionRoomTest, EndsASilence) {
  decode::DecodeOptions options = Options();
  options.extraction.longest_silence = std::chrono::seconds(1);
  room_ = decode::DecodeRoom::Create(options).value();
  EXPECT_EQ(Open("silence").outcomes, (Outcomes{"extractor_died"}));
  ExpectWorks();
}

TEST_F(ExtractionRoomTest, BoundsOutputAndMembers) {
  const Seen flood = Open("flood");
  EXPECT_EQ(flood.outcomes, (Outcomes{"extractor_limit", "extractor_limit"}));
  EXPECT_EQ(flood.views.at("pdf:text").size(), Options().extraction.limits.output_bytes) << "what came is not lost";
  EXPECT_EQ(Open("members").outcomes, (Outcomes{"extractor_limit"}));
  ExpectWorks();
}

#ifndef SLUICE_SANITIZED  // which has an allocator of its own
TEST_F(ExtractionRoomTest, BoundsMemory) {
  EXPECT_EQ(Open("hog").outcomes, (Outcomes{"extractor_limit"}));
  ExpectWorks();
}
#endif

TEST_F(ExtractionRoomTest, KillsWhatTriesToBreakOut) {
  for (const char* order : {"socket", "fork", "code"}) {
    EXPECT_EQ(Open(order).outcomes, (Outcomes{"extractor_died"})) << order;
    ExpectWorks();
  }
}

TEST_F(ExtractionRoomTest, OpensNoFile) { EXPECT_EQ(Open("file").views["pdf:text"], "refused"); }

TEST_F(ExtractionRoomTest, DistrustsDataOfNoMember) {
  EXPECT_EQ(Open("orphan").outcomes, (Outcomes{"extractor_died"}));
  ExpectWorks();
}

TEST_F(ExtractionRoomTest, GathersOnlyWhatIsAnImage) {
  for (const size_t zeros : {size_t{600}, size_t{32'769}, size_t{50'000}}) {
    const Seen seen = OpenBytes(std::string(zeros, '\0') + "a file that begins with nothing");
    EXPECT_TRUE(seen.views.empty() && seen.outcomes.empty()) << zeros;
  }
  EXPECT_EQ(Count(ExtractionCounter::kOrders), 0u);
  std::string image(16 * 2048 + 1, '\0');
  OpenBytes(image + "CD001 and what follows");
  EXPECT_EQ(Count(ExtractionCounter::kOrders), 1u);
}

TEST_F(ExtractionRoomTest, RefusesAProgramThatIsNotThere) {
  decode::DecodeOptions options = Options();
  options.extraction.program = "/no/such/extractor";
  const auto room = decode::DecodeRoom::Create(options);
  ASSERT_FALSE(room.ok());
  EXPECT_NE(room.error().message().find("/no/such/extractor"), std::string::npos);
}

TEST_F(ExtractionRoomTest, SaysLimitOfADocumentThatIsTooLarge) {
  decode::DecodeOptions options = Options();
  options.extraction.max_document_bytes = kChunkBytes;
  room_ = decode::DecodeRoom::Create(options).value();
  EXPECT_EQ(Open("echo " + std::string(2 * kChunkBytes, 'x')).outcomes, (Outcomes{"extractor_limit"}));
  ExpectWorks();
}

}  // namespace
}  // namespace sluice::extract
