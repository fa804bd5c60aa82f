// Each decoder alone: decode(encode(x)) = x for any cut of the input and any size of scratch.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "dataplane/decode/coding_table.h"
#include "dataplane/decode/inflate_decoder.h"
#include "dataplane/decode/zstd_decoder.h"
#include "tests/unit/dataplane/decode/encoders.h"

namespace sluice::decode {
namespace {

struct Decoded {
  std::string bytes;
  DecodeState state = DecodeState::kNeedsInput;
  size_t consumed = 0;
  bool may_end = false;
};

class Workshop {
 public:
  explicit Workshop(size_t heap_bytes = size_t{64} << 20) : heap_(BuddyHeap::Create(heap_bytes).value()) {}

  Decoded Decode(Coding coding, const std::string& input, size_t cut, size_t scratch_bytes) {
    const CodingEntry& entry = EntryOf(coding);
    std::vector<uint64_t> slot(entry.decoder_bytes / 8 + 1);
    Decoder* decoder = entry.construct(slot.data(), {heap_, nullptr});
    std::vector<uint8_t> scratch(scratch_bytes);
    Decoded decoded;
    while (Continues(decoded.state) && (decoded.consumed < input.size() || decoded.state == DecodeState::kMoreOutput)) {
      const std::string part = input.substr(decoded.consumed, cut);  // its own allocation
      const DecodeStep step = decoder->Decode(ByteView(std::string_view(part)), scratch);
      EXPECT_TRUE(step.consumed > 0 || !step.output.empty() || step.state != decoded.state || !Continues(step.state)) << "no progress";
      decoded.bytes += step.output.AsText();
      decoded.consumed += step.consumed;
      decoded.state = step.state;
    }
    decoded.may_end = decoder->may_end();
    decoder->~Decoder();
    return decoded;
  }

  BuddyHeap& heap() { return heap_; }

 private:
  static bool Continues(DecodeState state) { return state == DecodeState::kNeedsInput || state == DecodeState::kMoreOutput; }
  BuddyHeap heap_;
};

struct CodingCase {
  Coding coding;
  std::function<std::string(const std::string&)> encode;
};

class EveryCoding : public testing::TestWithParam<CodingCase> {};

TEST_P(EveryCoding, GivesBackWhatWasEncodedInAnyCut) {
  Workshop workshop;
  for (const std::string& text : {std::string(), std::string("a"), SomeText(70000), RandomBytes(5000), std::string(100000, 'z')}) {
    const std::string encoded = GetParam().encode(text);
    for (const size_t cut : {size_t{1}, size_t{2}, size_t{7}, size_t{1400}, encoded.size() + 1}) {
      for (const size_t scratch : {size_t{1} << 14, size_t{257}}) {
        const Decoded decoded = workshop.Decode(GetParam().coding, encoded, cut, scratch);
        ASSERT_EQ(decoded.bytes, text) << cut << " " << scratch;
        EXPECT_TRUE(decoded.state == DecodeState::kEnd || decoded.may_end || decoded.consumed == encoded.size());
      }
    }
  }
  EXPECT_EQ(workshop.heap().used(), 0u);
}

// A prefix of the input gives a prefix of the output: nothing waits for the end.
TEST_P(EveryCoding, TruncatedInputGivesWhatWasReadable) {
  Workshop workshop;
  const std::string text = SomeText(20000);
  const std::string encoded = GetParam().encode(text);
  for (size_t size = 0; size < encoded.size(); size += 97) {
    const Decoded decoded = workshop.Decode(GetParam().coding, encoded.substr(0, size), 500, 4096);
    EXPECT_EQ(decoded.bytes, text.substr(0, decoded.bytes.size()));
    EXPECT_NE(decoded.state, DecodeState::kEnd);
    EXPECT_FALSE(decoded.may_end);
  }
}

TEST_P(EveryCoding, CorruptInputEndsInAWordAndFreesItsMemory) {
  Workshop workshop;
  const std::string encoded = GetParam().encode(SomeText(3000));
  for (size_t i = 0; i < encoded.size(); ++i) {
    std::string bad = encoded;
    bad[i] = static_cast<char>(~bad[i]);
    (void)workshop.Decode(GetParam().coding, bad, 64, 1024);
  }
  EXPECT_EQ(workshop.heap().used(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Codings, EveryCoding,
    testing::Values(CodingCase{Coding::kGzip, [](const std::string& s) { return GzipEncode(s); }},
                    CodingCase{Coding::kZlib, [](const std::string& s) { return ZlibEncode(s, 15); }},
                    CodingCase{Coding::kDeflate, [](const std::string& s) { return DeflateEncode(s); }},
                    CodingCase{Coding::kBrotli, [](const std::string& s) { return BrotliEncode(s); }},
                    CodingCase{Coding::kZstd, [](const std::string& s) { return ZstdEncode(s); }},
                    CodingCase{Coding::kXz, [](const std::string& s) { return XzEncode(s); }},
                    CodingCase{Coding::kLzip, [](const std::string& s) { return LzipEncode(s); }},
                    CodingCase{Coding::kUuencode, [](const std::string& s) { return UuEncode(s); }},
                    CodingCase{Coding::kAwsChunked, [](const std::string& s) { return AwsChunkedEncode(s, true) + "x"; }},
                    CodingCase{Coding::kLz4, [](const std::string& s) { return Lz4Encode(s); }},
                    CodingCase{Coding::kBzip2, [](const std::string& s) { return Bzip2Encode(s); }}),
    [](const testing::TestParamInfo<CodingCase>& param) {
      std::string name(Name(param.param.coding));
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

// --- aws-chunked ------------------------------------------------------------------------------------------------------

TEST(AwsChunkedDecoder, ReadsChunksThatCarryNoSignature) {
  Workshop workshop;
  const std::string file = AwsChunkedEncode(SomeText(5000), false) + "x-amz-checksum-crc32:AAAAAA==\r\n\r\n";
  const Decoded decoded = workshop.Decode(Coding::kAwsChunked, file, 7, 100);
  EXPECT_EQ(decoded.bytes, SomeText(5000));
  EXPECT_EQ(decoded.state, DecodeState::kEnd);
}

TEST(AwsChunkedDecoder, ASizeThatNobodyCanMeanIsCorrupt) {
  Workshop workshop;
  for (const std::string file : {"fffffffffffffffff\r\nx", ";chunk-signature=aa\r\nx", "\r\nx", "5;s\r\nhelloo\r\n"}) {
    EXPECT_EQ(workshop.Decode(Coding::kAwsChunked, file, 3, 100).state, DecodeState::kCorrupt) << file;
  }
}

TEST(AwsChunkedDecoder, IsToldByASignatureAlone) {
  const auto choice = [](std::string_view text, std::string_view declared) { return ChooseCoding(ByteView(text), {declared, "", false}); };
  const ChosenCoding undeclared = choice("4e20;chunk-signature=0123", "");
  EXPECT_TRUE(undeclared.choice == Choice::kCoding && undeclared.coding == Coding::kAwsChunked);
  EXPECT_EQ(choice("4e20;chunk-name=0123", "").choice, Choice::kNone);
  EXPECT_EQ(choice("4e20\r\nunsigned", "aws-chunked").coding, Coding::kAwsChunked);
}

// RFC 9110, 8.4 and 5.6.1
TEST(CodingList, IsUndoneFromTheLastAndTheStoresOwnBeforeAll) {
  const auto order = [](std::string_view list) {
    std::string out;
    for (; !LastCoding(list).empty(); list = WithoutLastCoding(list)) out += std::string(LastCoding(list)) + ";";
    return out;
  };
  EXPECT_EQ(order("gzip"), "gzip;");
  EXPECT_EQ(order("gzip, br"), "br;gzip;");
  EXPECT_EQ(order("br\t, gzip ,"), "gzip;br;");
  EXPECT_EQ(order(" , br,, ,"), "br;");
  EXPECT_EQ(order("AWS-chunked , br, gzip"), "AWS-chunked;gzip;br;");
  EXPECT_EQ(order("gzip,aws-chunked"), "aws-chunked;gzip;");
  EXPECT_EQ(order("aws-chunked"), "aws-chunked;");
  EXPECT_EQ(order(""), "");
}

// --- gzip -------------------------------------------------------------------------------------------------------------

std::string GzipWithFields(const std::string& text) {
  std::string file = GzipEncode(text);
  file[3] = 2 | 4 | 8 | 16;
  const std::string fields = std::string("\x05\x00", 2) + "extra" + std::string("name.txt\0", 9) + std::string("comment\0", 8) + "hc";
  return file.substr(0, 10) + fields + file.substr(10);
}

TEST(InflateDecoder, SkipsEveryOptionalField) {
  Workshop workshop;
  for (const size_t cut : {1, 3, 1000}) EXPECT_EQ(workshop.Decode(Coding::kGzip, GzipWithFields("hello"), cut, 100).bytes, "hello");
}

TEST(InflateDecoder, ReadsAllMembers) {
  Workshop workshop;
  const std::string file = GzipEncode("one ") + GzipEncode("") + GzipWithFields("two ") + std::string(512, '\0') + GzipEncode("three");
  for (size_t cut = 1; cut < file.size() + 1; ++cut) {
    const Decoded decoded = workshop.Decode(Coding::kGzip, file, cut, 64);
    EXPECT_EQ(decoded.bytes, "one two three");
    EXPECT_TRUE(decoded.may_end);
  }
}

TEST(InflateDecoder, StopsWhereSomethingElseFollows) {
  Workshop workshop;
  const std::string file = GzipEncode("one") + "trailing";
  for (size_t cut = 1; cut < file.size() + 1; ++cut) {
    const Decoded decoded = workshop.Decode(Coding::kGzip, file, cut, 64);
    EXPECT_EQ(decoded.bytes, "one");
    EXPECT_EQ(decoded.state, DecodeState::kEnd);
    EXPECT_EQ(file.substr(decoded.consumed), "trailing");
  }
}

TEST(InflateDecoder, NamesAPresetDictionary) {
  Workshop workshop;
  EXPECT_EQ(workshop.Decode(Coding::kZlib, std::string("\x78\xBB\x00\x00\x00\x01", 6), 100, 64).state, DecodeState::kUnsupported);
}

TEST(InflateDecoder, FarBackReferencesNeedNoMoreThanItsState) {
  Workshop workshop;
  std::string text = RandomBytes(32000, 7);
  text += text;  // matches 32,000 bytes back, across many small outputs
  EXPECT_EQ(workshop.Decode(Coding::kGzip, GzipEncode(text, 9), 1400, 300).bytes, text);
}

// --- Zstandard and Brotli ---------------------------------------------------------------------------------------------

TEST(ZstdDecoder, ReadsAllFramesAndSkippableOnes) {
  Workshop workshop;
  const std::string skippable = std::string("\x50\x2A\x4D\x18\x04\x00\x00\x00", 8) + "skip";
  const std::string file = ZstdEncode("one ") + skippable + ZstdEncode("two");
  for (size_t cut = 1; cut < file.size() + 1; ++cut) {
    const Decoded decoded = workshop.Decode(Coding::kZstd, file, cut, 64);
    EXPECT_EQ(decoded.bytes, "one two");
    EXPECT_TRUE(decoded.may_end);
  }
}

TEST(ZstdDecoder, NamesAWindowThatIsTooLarge) {
  // A frame header alone: no single segment, a window of 2^27 bytes.
  Workshop workshop;
  const std::string header("\x28\xB5\x2F\xFD\x00\x88\x01\x00\x00", 9);
  EXPECT_EQ(workshop.Decode(Coding::kZstd, header, 100, 64).state, DecodeState::kUnsupported);
}

TEST(ZstdDecoder, SaysWhenItsMemoryIsUsedUp) {
  Workshop workshop(size_t{64} << 10);
  EXPECT_EQ(workshop.Decode(Coding::kZstd, ZstdEncode(SomeText(100000)), 100000, 4096).state, DecodeState::kPoolEmpty);
  EXPECT_EQ(workshop.heap().used(), 0u);
}

TEST(BrotliDecoder, SaysWhenItsMemoryIsUsedUp) {
  Workshop workshop(size_t{16} << 10);
  EXPECT_EQ(workshop.Decode(Coding::kBrotli, BrotliEncode(SomeText(2000000)), 1000000, 4096).state, DecodeState::kPoolEmpty);
  EXPECT_EQ(workshop.heap().used(), 0u);
}

// --- memory -----------------------------------------------------------------------------------------------------------

TEST(BuddyHeap, GivesBackItsWholeRoom) {
  BuddyHeap heap = BuddyHeap::Create(1 << 20).value();
  void* whole = heap.Allocate(1 << 20);
  ASSERT_NE(whole, nullptr);
  EXPECT_EQ(heap.Allocate(1), nullptr);
  EXPECT_EQ(heap.refused_count(), 1u);
  heap.Free(whole);
  EXPECT_EQ(heap.used(), 0u);
}

TEST(BuddyHeap, RefusesWhatCanNeverFit) {
  BuddyHeap heap = BuddyHeap::Create(1 << 20).value();
  EXPECT_EQ(heap.Allocate((1 << 20) + 1), nullptr);
  EXPECT_EQ(heap.Allocate(SIZE_MAX), nullptr);
  EXPECT_FALSE(BuddyHeap::Create(0).ok());
}

// Blocks never overlap, and after all are freed, in any order, the heap is one block again.
TEST(BuddyHeap, BlocksAreApartAndJoinAgain) {
  BuddyHeap heap = BuddyHeap::Create(1 << 22).value();
  std::mt19937 random(3);
  struct Block {
    uint8_t* at;
    size_t size;
    uint8_t mark;
  };
  std::vector<Block> blocks;
  for (int i = 0; i < 20000; ++i) {
    if (!blocks.empty() && random() % 2 == 0) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const Block block = blocks.back();
      ASSERT_EQ(block.at[0], block.mark);
      ASSERT_EQ(block.at[block.size - 1], block.mark);
      heap.Free(block.at);
      blocks.pop_back();
      continue;
    }
    const size_t size = 1 + random() % (random() % 10 == 0 ? 300000 : 9000);
    auto* at = static_cast<uint8_t*>(heap.Allocate(size));
    if (at == nullptr) continue;
    const auto mark = static_cast<uint8_t>(random());
    at[0] = at[size - 1] = mark;
    blocks.push_back({at, size, mark});
  }
  for (const Block& block : blocks) heap.Free(block.at);
  EXPECT_EQ(heap.used(), 0u);
  EXPECT_NE(heap.Allocate(1 << 22), nullptr);
}

}  // namespace
}  // namespace sluice::decode
