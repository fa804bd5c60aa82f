#include "dataplane/replay/checksum_survey.h"

#include "dataplane/packet/parse.h"

namespace sluice::replay {
namespace {

// True when the frame's transport checksum could be judged; `wrong` is the judgement.
bool Judge(packet::Packet& frame, bool& wrong) {
  using packet::ParseOutcome;
  const ParseOutcome outcome = packet::Parse(frame, packet::ParseOptions{});
  wrong = outcome == ParseOutcome::kBadTcpChecksum || outcome == ParseOutcome::kBadUdpChecksum;
  const auto transport = frame.headers.transport;
  const bool judged = outcome == ParseOutcome::kTransport && frame.wire_length <= frame.length &&
                      (transport == packet::Transport::kTcp || transport == packet::Transport::kUdp);
  return judged || wrong;
}

}  // namespace

void ChecksumSurvey::Look(packet::Packet frame) {
  bool wrong = false;
  if (!Judge(frame, wrong)) return;
  auto found = hosts_.find(frame.headers.src);
  if (found == hosts_.end()) {
    if (hosts_.size() == kMaxHosts) return;
    found = hosts_.emplace(frame.headers.src, Tally{}).first;
  }
  ++(wrong ? found->second.wrong : found->second.right);
}

bool ChecksumSurvey::IsOffloaded(const packet::Packet& frame) const {
  if (!any_offloaded_) return false;
  packet::Packet copy = frame;
  bool wrong = false;
  if (!Judge(copy, wrong) || !wrong) return false;
  const auto found = hosts_.find(copy.headers.src);
  return found != hosts_.end() && found->second.right == 0;
}

std::vector<std::pair<packet::IpAddress, uint64_t>> ChecksumSurvey::Finish() {
  std::vector<std::pair<packet::IpAddress, uint64_t>> offloaded;
  for (const auto& [host, tally] : hosts_) {
    if (tally.right == 0 && tally.wrong > 0) offloaded.emplace_back(host, tally.wrong);
  }
  any_offloaded_ = !offloaded.empty();
  return offloaded;
}

}  // namespace sluice::replay
