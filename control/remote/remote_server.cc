#include "control/remote/remote_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/control_signals.h"
#include "control/remote/remote_connection.h"
#include "control/remote/response_text.h"
#include "control/remote/stream_feed.h"
#include "control/remote/work_pool.h"

namespace sluice::remote {
namespace {

using Clock = RemoteConnection::Clock;
using Phase = RemoteConnection::Phase;
using Outcome = RemoteConnection::Outcome;
using std::chrono::milliseconds;

constexpr milliseconds kTick{100}, kLinger{1000}, kLookAtStream{20};
constexpr int kAcceptsAtOnce = 16, kEventsAtOnce = 64, kStepsAtOnce = 32;
// Files and sockets of everything else in the process.
constexpr size_t kOtherDescriptors = 256;
// Handshakes cost processor time, and whoever asks for many must not take it from others.
constexpr int kNice = 5;

constexpr uint64_t kWake = 0, kFirstListener = 1;

// A share of the memory for bodies; given back when the request is gone.
class BodyShare {
 public:
  static std::shared_ptr<BodyShare> Take(std::atomic<uint64_t>& taken, uint64_t bytes, uint64_t max) {
    if (taken.fetch_add(bytes) + bytes <= max) return std::shared_ptr<BodyShare>(new BodyShare(taken, bytes));
    taken.fetch_sub(bytes);
    return nullptr;
  }
  ~BodyShare() { taken_.fetch_sub(bytes_); }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

 private:
  BodyShare(std::atomic<uint64_t>& taken, uint64_t bytes) : taken_(taken), bytes_(bytes) {}
  std::atomic<uint64_t>& taken_;
  const uint64_t bytes_;
};

// What somebody showed, for as long as it may be asked about again.
struct Shown {
  std::shared_ptr<const ClientCertificate> certificate;
  std::optional<std::string> authorization;

  access::Credentials credentials() const {
    access::Credentials out;
    if (certificate) out.certificate = &certificate->names, out.certificate_expires = certificate->expires;
    if (authorization) out.authorization = *authorization;
    return out;
  }
};

struct Entry {
  std::unique_ptr<RemoteConnection> connection;
  const size_t* of_peer = nullptr;   // how many connections its address has
  api::Caller caller;
  Shown shown;
  std::shared_ptr<BodyShare> share;
  std::shared_ptr<StreamFeed> feed;  // of a stream
  bool without_body = false;         // the answer is to HEAD
  size_t in_output = 0;  // bytes of its parts that the other side has not taken
  bool stream_over = false;
};

// From a thread of a pool to the loop.
struct Message {
  uint64_t id = 0;
  std::optional<api::Response> response;  // or else:
  std::string part;                       // of a stream
  bool last = false;
};

// A page of another site cannot make a browser act with its user's certificate (RFC 6454; tokens are not sent by themselves).
bool IsOfAnotherSite(const api::Request& request, const RequestHead& head) {
  const bool only_looks = request.method == "GET" || request.method == "HEAD";
  return !only_looks && head.origin && *head.origin != "https://" + head.host;
}

Status AllowDescriptors(size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return Error::FromErrno(errno, "api: connections");
  const rlim_t needed = connections + kOtherDescriptors;
  if (limit.rlim_cur >= needed) return {};
  if (limit.rlim_max < needed) {
    return Error(ErrorCode::kResourceExhausted, "api: " + std::to_string(connections) + " connections need " + std::to_string(needed) +
                                                    " file descriptors, and the process may have " + std::to_string(limit.rlim_max) +
                                                    ": fewer 'connections', or a higher LimitNOFILE");
  }
  limit.rlim_cur = needed;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? Status() : Status(Error::FromErrno(errno, "api: connections"));
}

}  // namespace

class RemoteServer::Loop {
 public:
  Loop(const RemoteServerOptions& options, std::shared_ptr<const TlsContext> context, access::Gate& gate,
       std::function<api::Response(const api::Request&)> handle, RemoteCounters& counters)
      : options_(options), gate_(gate), handle_(std::move(handle)), counters_(counters), context_(std::move(context)) {}

  ~Loop() {
    stop_.store(true);
    Wake();
    if (thread_.joinable()) thread_.join();
    for (const auto& [id, entry] : entries_) {
      if (entry.feed) entry.feed->gone.store(true);
    }
    // Whoever works on a request ends it; the answer goes nowhere.
    requests_.reset();
    streams_.reset();
    entries_.clear();
    counters_.api_tls_connections.store(0);
    for (const int descriptor : {epoll_, wake_}) {
      if (descriptor >= 0) close(descriptor);
    }
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Status Begin() {
    if (Status allowed = AllowDescriptors(options_.connections); !allowed) return allowed;
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (epoll_ < 0 || wake_ < 0) return Error::FromErrno(errno, "api");
    if (!Watch(wake_, kWake)) return Error::FromErrno(errno, "api");
    for (const config::ListenAddress& at : options_.listen) {
      Result<Listener> listener = Listener::Open(at);
      if (!listener) return listener.error();
      listeners_.push_back(std::move(*listener));
    }
    next_id_ = kFirstListener + listeners_.size();
    Listen();
    sigset_t all, before;
    FillControlSignals(all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    requests_ = std::make_unique<WorkPool>("sluice-tls-work", options_.threads, options_.max_waiting);
    streams_ = std::make_unique<WorkPool>("sluice-tls-feed", options_.streams, options_.streams);
    thread_ = std::thread([this] { Run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return {};
  }

  void TakeContext(std::shared_ptr<const TlsContext> context) {
    const std::lock_guard<std::mutex> lock(mutex_);
    next_context_ = std::move(context);
    Wake();
  }

  std::vector<uint16_t> ports() const {
    std::vector<uint16_t> ports;
    for (const Listener& listener : listeners_) ports.push_back(listener.port());
    return ports;
  }

 private:
  enum class Next : uint8_t { kStep, kWait, kClose };

  void Run() {
    pthread_setname_np(pthread_self(), "sluice-tls");
    // Of this thread alone (setpriority(2), notes); without it all goes on as well.
    static_cast<void>(setpriority(PRIO_PROCESS, 0, kNice));
    std::array<epoll_event, kEventsAtOnce> events;
    Clock::time_point next_tick = Clock::now() + kTick;
    while (!stop_.load()) {
      const int count = epoll_wait(epoll_, events.data(), kEventsAtOnce, unfinished_.empty() ? static_cast<int>(kTick.count()) : 0);
      for (const uint64_t id : std::exchange(unfinished_, {})) Drive(id, 0);
      for (int i = 0; i < count; ++i) {
        const uint64_t id = events[static_cast<size_t>(i)].data.u64;
        if (id == kWake) {
          TakeMessages();
        } else if (id < kFirstListener + listeners_.size()) {
          Accept(listeners_[id - kFirstListener]);
        } else {
          Drive(id, events[static_cast<size_t>(i)].events);
        }
      }
      if (Clock::now() < next_tick) continue;
      next_tick = Clock::now() + kTick;
      EndWhatIsLate();
      if (!listening_) Listen();
    }
  }

  bool Watch(int descriptor, uint64_t id) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
  }
  void Listen() {
    listening_ = true;
    for (size_t i = 0; i < listeners_.size(); ++i) Watch(listeners_[i].socket(), kFirstListener + i);
  }
  // Until the next tick: whoever comes waits in the backlog.
  void Pause() {
    listening_ = false;
    for (const Listener& listener : listeners_) epoll_ctl(epoll_, EPOLL_CTL_DEL, listener.socket(), nullptr);
  }
  void Wake() {
    const uint64_t one = 1;
    static_cast<void>(!write(wake_, &one, sizeof one));
  }

  // ---- connections come and go

  void Accept(const Listener& listener) {
    for (int i = 0; i < kAcceptsAtOnce && listening_; ++i) {
      const int socket = accept4(listener.socket(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (socket < 0) {
        const bool nothing_more = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
        if (!nothing_more) Pause();  // out of descriptors, say
        return;
      }
      Take(socket);
    }
  }

  void Take(int socket) {
    std::string peer = PeerOf(socket);
    const bool too_many_of_peer = peers_[peer] >= options_.connections_per_address;
    if (too_many_of_peer || (entries_.size() >= options_.connections && !Displace())) {
      counters_.api_tls_connections_refused.fetch_add(1);
      if (peers_[peer] == 0) peers_.erase(peer);
      close(socket);
      return;
    }
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::unique_ptr<RemoteConnection> connection = RemoteConnection::Begin(socket, context_, peer);
    const uint64_t id = next_id_++;
    if (!connection || !Watch(socket, id)) {
      counters_.api_tls_connections_refused.fetch_add(1);
      if (peers_[peer] == 0) peers_.erase(peer);
      return;
    }
    connection->interest = EPOLLIN;
    connection->deadline = Clock::now() + options_.handshake;
    size_t& of_peer = peers_[peer];
    ++of_peer;
    Entry& entry = entries_[id];
    entry.connection = std::move(connection);
    entry.of_peer = &of_peer;
    counters_.api_tls_connections_accepted.fetch_add(1);
    counters_.api_tls_connections.store(entries_.size());
  }

  // Makes room: one that has not shown who it is goes, or else one that idles; of those, one of the address that has most, so that an
  // address with many does not push out one with few; and of those the oldest. False: all are at work.
  bool Displace() {
    const Entry* chosen = nullptr;
    uint64_t chosen_id = 0;
    const auto rank = [](const Entry& entry) {
      return std::tuple(!entry.connection->admitted, *entry.of_peer, -entry.connection->begun.time_since_epoch().count());
    };
    for (const auto& [id, entry] : entries_) {
      const RemoteConnection& one = *entry.connection;
      const bool reads = one.phase == Phase::kHandshake || one.phase == Phase::kHead || one.phase == Phase::kBody || one.phase == Phase::kLinger;
      const bool idles = one.phase == Phase::kHead && !entry.connection->reader.begun();
      if (!(one.admitted ? idles : reads)) continue;
      if (chosen == nullptr || rank(entry) > rank(*chosen)) chosen = &entry, chosen_id = id;
    }
    if (chosen == nullptr) return false;
    counters_.api_tls_connections_displaced.fetch_add(1);
    Close(chosen_id);
    return true;
  }

  void Close(uint64_t id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    if (found->second.feed) found->second.feed->gone.store(true);
    const auto peer = peers_.find(found->second.connection->peer());
    if (peer != peers_.end() && --peer->second == 0) peers_.erase(peer);
    entries_.erase(found);
    counters_.api_tls_connections.store(entries_.size());
  }

  void EndWhatIsLate() {
    const Clock::time_point now = Clock::now();
    std::vector<uint64_t> late;
    for (const auto& [id, entry] : entries_) {
      const RemoteConnection& one = *entry.connection;
      if (one.deadline > now) continue;
      late.push_back(id);
      const bool idled = one.phase == Phase::kHead && one.admitted && !one.reader.begun();
      if (!idled && one.phase != Phase::kLinger) counters_.api_tls_deadlines_missed.fetch_add(1);
    }
    for (const uint64_t id : late) Close(id);
  }

  // ---- one connection, as far as it goes without waiting

  void Drive(uint64_t id, uint32_t events) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    RemoteConnection& connection = *entry.connection;
    const bool waits_for_us = connection.phase == Phase::kWork || connection.phase == Phase::kStream;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0 || (waits_for_us && (events & EPOLLRDHUP) != 0)) {
      if (connection.phase == Phase::kHandshake) counters_.api_tls_handshakes_failed.fetch_add(1);
      return Close(id);
    }
    for (int steps = 0; steps < kStepsAtOnce; ++steps) {
      switch (Step(id, entry)) {
        case Next::kStep: continue;
        case Next::kWait: return SetInterest(id, connection);
        case Next::kClose: return Close(id);
      }
    }
    unfinished_.push_back(id);  // others' turn
  }

  void SetInterest(uint64_t id, RemoteConnection& connection) {
    uint32_t wanted = EPOLLIN;
    if (connection.phase == Phase::kWork) wanted = EPOLLRDHUP;
    if (connection.phase == Phase::kAnswer) wanted = connection.wants_to_write() ? EPOLLOUT : EPOLLIN;
    if (connection.phase == Phase::kStream) wanted = EPOLLRDHUP | (connection.output.empty() ? 0u : static_cast<uint32_t>(EPOLLOUT));
    if (connection.phase == Phase::kHandshake && connection.wants_to_write()) wanted = EPOLLOUT;
    if ((connection.phase == Phase::kHead || connection.phase == Phase::kBody) && connection.wants_to_write()) wanted = EPOLLIN | EPOLLOUT;
    if (wanted == connection.interest) return;
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = id;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket(), &event);
    connection.interest = wanted;
  }

  Next Step(uint64_t id, Entry& entry) {
    RemoteConnection& connection = *entry.connection;
    switch (connection.phase) {
      case Phase::kHandshake: return StepHandshake(connection);
      case Phase::kHead:
      case Phase::kBody: return StepReading(id, entry);
      case Phase::kWork: return Next::kWait;
      case Phase::kStream:
      case Phase::kAnswer: return StepWriting(entry);
      case Phase::kLinger: break;
    }
    return connection.Discard() == Outcome::kClosed ? Next::kClose : Next::kWait;
  }

  Next StepHandshake(RemoteConnection& connection) {
    switch (connection.Handshake()) {
      case Outcome::kAgain: return Next::kWait;
      case Outcome::kClosed:
        counters_.api_tls_handshakes_failed.fetch_add(1);
        return Part(connection);  // what was wrong, as TLS says it, is on its way
      case Outcome::kDone: break;
    }
    connection.admitted = connection.certificate() != nullptr;
    connection.phase = Phase::kHead;
    connection.deadline = Clock::now() + options_.patience;
    return Next::kStep;
  }

  static Next Part(RemoteConnection& connection) {
    connection.SayGoodbye();
    connection.phase = Phase::kLinger;
    connection.deadline = Clock::now() + kLinger;
    return Next::kStep;
  }

  milliseconds TimeFor(uint64_t bytes) const { return options_.patience + milliseconds(bytes * 1000 / options_.bytes_per_second); }

  Next StepReading(uint64_t id, Entry& entry) {
    RemoteConnection& connection = *entry.connection;
    if (!connection.output.empty() && connection.Write() == Outcome::kClosed) return Next::kClose;
    if (!connection.input.empty()) {
      const bool had_begun = connection.reader.begun();
      connection.input.erase(0, connection.reader.Feed(connection.input));
      if (!had_begun && connection.requests_left < RemoteConnection::kRequests) connection.deadline = Clock::now() + options_.patience;
      return AfterReading(id, entry);
    }
    switch (connection.Read()) {
      case Outcome::kDone: return Next::kStep;
      case Outcome::kAgain: return Next::kWait;
      case Outcome::kClosed: break;
    }
    return Next::kClose;
  }

  Next AfterReading(uint64_t id, Entry& entry) {
    RemoteConnection& connection = *entry.connection;
    switch (connection.reader.state()) {
      case RequestReader::State::kHead: return Next::kStep;
      case RequestReader::State::kHeadRead: return Admit(id, entry);
      case RequestReader::State::kBody:
        // Of one that was not announced: as it comes.
        if (!connection.reader.head().body_bytes) connection.deadline = connection.begun + TimeFor(connection.reader.body_bytes());
        return Next::kStep;
      case RequestReader::State::kDone: return Dispatch(id, entry);
      case RequestReader::State::kWrong: break;
    }
    counters_.api_tls_requests_malformed.fetch_add(1);
    return Answer(entry, connection.reader.problem(), false);
  }

  // ---- requests

  // Who asks, and how much he may send.
  Next Admit(uint64_t id, Entry& entry) {
    RemoteConnection& connection = *entry.connection;
    const RequestHead& head = connection.reader.head();
    entry.shown = {connection.certificate(), head.authorization};
    const access::Gate::Answer answer = gate_.Ask(entry.shown.credentials(), SystemNow());
    entry.caller = {};
    if (answer.identity) entry.caller = {answer.identity->user, answer.identity->role, answer.identity->by};
    --connection.requests_left;
    connection.keep_alive = head.keep_alive && connection.requests_left > 0;
    connection.begun = Clock::now();
    if (!entry.caller.role) {
      // Nobody that we know: whatever the answer, nothing that he sends is kept.
      if (head.has_body) connection.keep_alive = false;
      return Hand(id, entry, connection.reader.Take(), answer.refusal);
    }
    connection.admitted = true;
    const uint64_t most = access::May(*entry.caller.role, access::Permission::kPolicy) ? options_.max_policy_bytes : options_.max_body_bytes;
    connection.reader.AllowBody(most);
    if (connection.reader.state() != RequestReader::State::kBody) return AfterReading(id, entry);
    entry.share = BodyShare::Take(bodies_, head.body_bytes.value_or(most), options_.bodies_bytes);
    if (!entry.share) {
      counters_.api_tls_requests_busy.fetch_add(1);
      return Answer(entry, api::Problem(503, "too many large requests are on their way: try again"), false);
    }
    connection.phase = Phase::kBody;
    connection.deadline = Clock::now() + TimeFor(head.body_bytes.value_or(0));
    if (head.expects_continue) connection.output = kContinue;
    return Next::kStep;
  }

  Next Dispatch(uint64_t id, Entry& entry) {
    RemoteConnection& connection = *entry.connection;
    api::Request request = connection.reader.Take();
    if (IsOfAnotherSite(request, connection.reader.head())) {
      return Answer(entry, api::Problem(403, "the request comes from a page of another site"), connection.keep_alive);
    }
    return Hand(id, entry, std::move(request), {});
  }

  // To a thread of the pool.
  Next Hand(uint64_t id, Entry& entry, api::Request&& taken, const std::string& refusal) {
    RemoteConnection& connection = *entry.connection;
    auto request = std::make_shared<api::Request>(std::move(taken));
    request->caller = entry.caller;
    request->refusal = refusal;
    request->door = api::Door::kTls;
    entry.without_body = request->method == "HEAD";
    connection.phase = Phase::kWork;
    connection.deadline = Clock::time_point::max();
    const bool handed = requests_->Push([this, id, request, share = std::move(entry.share)]() mutable {
      Message message;
      message.id = id;
      message.response = Handle(*request);
      request.reset();
      share.reset();
      Post(std::move(message));
      gate_.Settle(SystemNow());
    });
    if (handed) return Next::kWait;
    counters_.api_tls_requests_busy.fetch_add(1);
    return Answer(entry, api::Problem(503, "too many requests are waiting: try again"), connection.keep_alive);
  }

  // On a thread of the pool.
  api::Response Handle(const api::Request& request) {
    try {
      return handle_(request);
    } catch (const std::exception&) {
      return api::Problem(500, "an unexpected fault");
    }
  }

  void Post(Message message) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      messages_.push_back(std::move(message));
    }
    Wake();
  }

  void TakeMessages() {
    uint64_t count = 0;
    static_cast<void>(!read(wake_, &count, sizeof count));
    std::vector<Message> messages;
    std::shared_ptr<const TlsContext> context;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      messages.swap(messages_);
      context = std::exchange(next_context_, nullptr);
    }
    if (context) ChangeContext(std::move(context));
    for (Message& message : messages) {
      const auto found = entries_.find(message.id);
      if (found == entries_.end()) continue;  // whoever asked is gone
      Entry& entry = found->second;
      if (!message.response) {
        AddPart(entry, message);
      } else if (message.response->stream) {
        BeginStream(message.id, entry, std::move(*message.response));
      } else {
        Answer(entry, *message.response, entry.connection->keep_alive);
      }
      Drive(message.id, 0);
    }
  }

  void ChangeContext(std::shared_ptr<const TlsContext> context) {
    const bool other_trust = context->trust_digest() != context_->trust_digest();
    context_ = std::move(context);
    if (!other_trust) return;
    std::vector<uint64_t> ends;
    for (const auto& [id, entry] : entries_) {
      RemoteConnection& one = *entry.connection;
      if (one.phase == Phase::kWork || one.phase == Phase::kAnswer) {
        one.keep_alive = false;
      } else if (one.certificate() != nullptr || one.phase == Phase::kHandshake) {
        ends.push_back(id);
      }
    }
    for (const uint64_t id : ends) Close(id);
  }

  // ---- answers

  Next Answer(Entry& entry, const api::Response& response, bool keep_alive) {
    RemoteConnection& connection = *entry.connection;
    entry.share.reset();
    connection.keep_alive = keep_alive;
    connection.output += HeadOf(response, keep_alive);
    if (!entry.without_body) connection.output += response.body;
    entry.without_body = false;
    connection.phase = Phase::kAnswer;
    connection.deadline = Clock::now() + TimeFor(connection.output.size());
    return Next::kStep;
  }

  void BeginStream(uint64_t id, Entry& entry, api::Response response) {
    RemoteConnection& connection = *entry.connection;
    auto feed = std::make_shared<StreamFeed>();
    const std::string head = HeadOf(response, false);
    auto source = std::make_shared<std::function<bool(std::string&)>>(std::move(response.stream));
    const bool begun = streams_->Push([this, id, feed, source, shown = entry.shown] { Feed(id, *feed, *source, shown); });
    if (!begun) {
      counters_.api_tls_requests_busy.fetch_add(1);
      Answer(entry, api::Problem(503, "too many streams are open"), connection.keep_alive);
      return;
    }
    entry.feed = std::move(feed);
    connection.keep_alive = false;
    connection.output += head;
    connection.phase = Phase::kStream;
    connection.deadline = Clock::now() + options_.patience;
  }

  // On a thread of its own, until nobody takes any more, nobody is let in any more, or there is no more.
  void Feed(uint64_t id, StreamFeed& feed, const std::function<bool(std::string&)>& source, const Shown& shown) {
    bool more = true;
    while (more && !feed.gone.load() && !stop_.load()) {
      const access::Gate::Answer answer = gate_.Ask(shown.credentials(), SystemNow());
      if (!answer.identity || !answer.identity->role) break;
      std::string part;
      more = source(part);
      if (!part.empty()) {
        Message message;
        message.id = id;
        message.part = Chunk(part);
        feed.unsent.fetch_add(message.part.size());
        Post(std::move(message));
      }
      while (feed.unsent.load() > kMaxUnsent && !feed.gone.load() && !stop_.load()) std::this_thread::sleep_for(kLookAtStream);
    }
    Message message;
    message.id = id;
    message.part = kLastChunk;
    feed.unsent.fetch_add(message.part.size());
    message.last = true;
    Post(std::move(message));
  }

  void AddPart(Entry& entry, const Message& message) {
    RemoteConnection& connection = *entry.connection;
    if (connection.output.empty()) connection.deadline = Clock::now() + TimeFor(message.part.size());
    connection.output += message.part;
    entry.in_output += message.part.size();
    entry.stream_over = entry.stream_over || message.last;
  }

  Next StepWriting(Entry& entry) {
    RemoteConnection& connection = *entry.connection;
    switch (connection.Write()) {
      case Outcome::kAgain: return Next::kWait;
      case Outcome::kClosed: return Next::kClose;
      case Outcome::kDone: break;
    }
    if (connection.phase == Phase::kStream && !entry.stream_over) {
      entry.feed->unsent.fetch_sub(std::exchange(entry.in_output, 0));
      connection.deadline = Clock::time_point::max();
      return Next::kWait;
    }
    if (!connection.keep_alive) return Part(connection);
    connection.reader.Begin();
    connection.phase = Phase::kHead;
    connection.deadline = Clock::now() + options_.idle;
    return Next::kStep;
  }

  const RemoteServerOptions options_;
  access::Gate& gate_;
  const std::function<api::Response(const api::Request&)> handle_;
  RemoteCounters& counters_;

  int epoll_ = -1, wake_ = -1;
  std::vector<Listener> listeners_;
  bool listening_ = false;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> bodies_{0};

  std::mutex mutex_;  // guards the two below
  std::vector<Message> messages_;
  std::shared_ptr<const TlsContext> next_context_;

  // Of the loop's thread alone.
  std::shared_ptr<const TlsContext> context_;
  std::unordered_map<uint64_t, Entry> entries_;
  std::map<std::string, size_t> peers_;  // connections of each
  std::vector<uint64_t> unfinished_;     // could have gone on
  uint64_t next_id_ = 0;

  std::unique_ptr<WorkPool> requests_, streams_;
  std::thread thread_;
};

Result<std::unique_ptr<RemoteServer>> RemoteServer::Start(const RemoteServerOptions& options, std::shared_ptr<const TlsContext> context, access::Gate& gate,
                                                          std::function<api::Response(const api::Request&)> handle, RemoteCounters& counters) {
  auto loop = std::make_unique<Loop>(options, std::move(context), gate, std::move(handle), counters);
  if (Status begun = loop->Begin(); !begun) return begun.error();
  return std::unique_ptr<RemoteServer>(new RemoteServer(std::move(loop)));
}

RemoteServer::RemoteServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
RemoteServer::~RemoteServer() = default;

void RemoteServer::TakeContext(std::shared_ptr<const TlsContext> context) { loop_->TakeContext(std::move(context)); }
std::vector<uint16_t> RemoteServer::ports() const { return loop_->ports(); }

}  // namespace sluice::remote
