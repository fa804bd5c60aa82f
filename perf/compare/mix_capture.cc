#include "perf/compare/mix_capture.h"

#include <chrono>

#include "dataplane/replay/capture_file.h"
#include "dataplane/replay/capture_writer.h"

namespace sluice::perf {
namespace {

constexpr std::chrono::hours kRoundApart(1);

// The frames of one capture, moved to `begin`; returns where the last one lies.
Result<Timestamp> Append(const std::string& path, Timestamp begin, uint64_t& bytes, replay::CaptureWriter& writer) {
  const Result<replay::CaptureFile> file = replay::CaptureFile::Open(path);
  if (!file) return file.error();
  replay::CaptureReader reader(file->bytes());
  replay::CapturedFrame frame;
  Timestamp first, last = begin;
  for (bool any = false; reader.Next(frame) == replay::CaptureReader::Outcome::kFrame; any = true) {
    if (!any) first = frame.time;
    if (frame.link_type != packet::LinkType::kEthernet) continue;
    last = begin + (frame.time - first);
    bytes += frame.length;
    writer.Write(last, frame.link_type, {frame.data, frame.length}, frame.wire_length);
  }
  return last;
}

}  // namespace

Status WriteMix(const std::vector<std::string>& captures, uint64_t bytes, const std::string& output) {
  auto opened = replay::CaptureWriter::Open(output);
  if (!opened) return opened.error();
  replay::CaptureWriter writer = std::move(opened).value();
  Timestamp now = Timestamp::FromNanoseconds(1'700'000'000'000'000'000);
  for (uint64_t written = 0; written < bytes; now = now + kRoundApart) {
    const uint64_t before = written;
    for (const std::string& capture : captures) {
      const Result<Timestamp> last = Append(capture, now, written, writer);
      if (!last) return last.error();
      now = *last;
    }
    if (written == before) return Error{ErrorCode::kInvalidArgument, "there is no Ethernet frame in these captures"};
  }
  return writer.Close();
}

}  // namespace sluice::perf
