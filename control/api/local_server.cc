#include "control/api/local_server.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "base/control_signals.h"
#include "control/api/local_stream.h"

namespace sluice::api {
namespace {

constexpr int kBacklog = 128;
constexpr int kRequestsOfAConnection = 100;
constexpr int kAcceptLook = 200;  // milliseconds; how long a stop may take
// Request line and headers; the body has its own bound.
constexpr size_t kMaxHeadBytes = 64 << 10;

// cpp-httplib's own routing takes paths as regular expressions. Here every request is brought to one handler, and its path is kept.
class HttpReader final : public httplib::Server {
 public:
  using Handle = std::function<Response(const Request&)>;

  HttpReader(Handle handle, size_t max_body_bytes) : handle_(std::move(handle)) {
    set_payload_max_length(max_body_bytes);
    const auto answer = [this](const httplib::Request& from, httplib::Response& to) { Answer(from, to); };
    Get("/", answer);
    Post("/", answer);
    Put("/", answer);
    Patch("/", answer);
    Delete("/", answer);
    Options("/", answer);
    set_error_handler([](const httplib::Request&, httplib::Response& to) {
      if (to.body.empty()) Fill(Problem(to.status, "the request cannot be read"), to);
    });
    set_exception_handler([](const httplib::Request&, httplib::Response& to, std::exception_ptr) { Fill(Problem(500, "an unexpected fault"), to); });
  }

  // cpp-httplib ends its streams where it believes that nobody listens any more.
  void SetListening(int listener) { svr_sock_ = listener; }

  // False: the connection is over.
  bool ServeOne(LocalStream& stream, const Caller& caller, bool last) {
    At at{&stream, &caller, {}};
    At*& here = Here();
    here = &at;
    stream.BeginRequest();
    bool closed = false;
    const bool served = process_request(stream, last, closed, [&at](httplib::Request& request) { at.path = std::exchange(request.path, "/"); });
    here = nullptr;
    return served && !closed;
  }

 private:
  // The request that this thread is at.
  struct At {
    LocalStream* stream;
    const Caller* caller;
    std::string path;
  };
  static At*& Here() {
    static thread_local At* here = nullptr;
    return here;
  }

  static void Fill(const Response& from, httplib::Response& to) {
    to.status = from.status;
    to.set_header("Cache-Control", "no-store");
    to.set_content(from.body, from.type);
  }

  void Answer(const httplib::Request& from, httplib::Response& to) const {
    At& at = *Here();
    Request request;
    request.method = from.method;
    request.path = at.path;
    request.query.insert(from.params.begin(), from.params.end());
    request.type = from.get_header_value("Content-Type");
    request.body = from.body;
    request.caller = *at.caller;
    const Response response = handle_(request);
    at.stream->BeginWriting();
    if (!response.stream) return Fill(response, to);
    to.status = response.status;
    to.set_header("Cache-Control", "no-store");
    to.set_chunked_content_provider(response.type, [stream = response.stream, &local = *at.stream](size_t, httplib::DataSink& sink) {
      std::string part;
      if (!stream(part)) {
        sink.done();
        return true;
      }
      local.BeginWriting();
      return part.empty() || sink.write(part.data(), part.size());
    });
  }

  const Handle handle_;
};

Result<int> Listen(const LocalServerOptions& options) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (options.path.size() >= sizeof address.sun_path) {
    return Error(ErrorCode::kInvalidArgument, "control: the path of the socket is too long: " + options.path);
  }
  std::memcpy(address.sun_path, options.path.c_str(), options.path.size());
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return Error::FromErrno(errno, "control: a socket");
  // What an earlier process left behind; the directory's lock says that there is no other one now.
  unlink(options.path.c_str());
  // Nobody may connect between bind and chmod.
  const mode_t before = umask(0177);
  const bool bound = bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  umask(before);
  const mode_t mode = options.users.empty() ? 0600 : 0666;
  if (bound && chmod(options.path.c_str(), mode) == 0 && listen(descriptor, kBacklog) == 0) return descriptor;
  const int why = bound ? errno : error;
  close(descriptor);
  return Error::FromErrno(why, "control: socket " + options.path);
}

}  // namespace

struct LocalServer::Impl {
  Impl(const LocalServerOptions& given, const std::function<Response(const Request&)>& handle)
      : options(given), reader(handle, given.max_body_bytes), policy_reader(handle, given.max_policy_bytes) {}

  void Accept();
  void Serve();
  void ServeConnection(int socket);
  static void Refuse(int socket);

  const LocalServerOptions options;
  HttpReader reader, policy_reader;  // the second for those who may send policies
  int listener = -1;

  std::mutex mutex;  // guards the three below
  std::condition_variable arrived;
  std::deque<int> waiting;
  std::set<int> served;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
};

Result<std::unique_ptr<LocalServer>> LocalServer::Start(const LocalServerOptions& options, std::function<Response(const Request&)> handle) {
  auto impl = std::make_unique<Impl>(options, std::move(handle));
  Result<int> listener = Listen(options);
  if (!listener) return listener.error();
  impl->listener = *listener;
  impl->reader.SetListening(*listener);
  impl->policy_reader.SetListening(*listener);
  // Signals are for the main thread.
  sigset_t all, before;
  FillControlSignals(all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Impl* const inside = impl.get();
  impl->threads.emplace_back([inside] { inside->Accept(); });
  for (size_t i = 0; i < options.threads; ++i) impl->threads.emplace_back([inside] { inside->Serve(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return std::unique_ptr<LocalServer>(new LocalServer(std::move(impl)));
}

LocalServer::LocalServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

LocalServer::~LocalServer() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->stop.store(true);
    impl_->reader.SetListening(INVALID_SOCKET);
    impl_->policy_reader.SetListening(INVALID_SOCKET);
    for (const int socket : impl_->served) shutdown(socket, SHUT_RDWR);
  }
  impl_->arrived.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
  for (const int socket : impl_->waiting) close(socket);
  close(impl_->listener);
  unlink(impl_->options.path.c_str());
}

void LocalServer::Impl::Accept() {
  pthread_setname_np(pthread_self(), "sluice-api");
  while (!stop.load()) {
    pollfd one{listener, POLLIN, 0};
    if (poll(&one, 1, kAcceptLook) <= 0) continue;
    const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      // Out of descriptors, say: the connection stays in the backlog, and is asked for again.
      std::this_thread::sleep_for(std::chrono::milliseconds(kAcceptLook));
      continue;
    }
    std::unique_lock<std::mutex> lock(mutex);
    if (waiting.size() < options.max_waiting) {
      waiting.push_back(socket);
      arrived.notify_one();
      continue;
    }
    lock.unlock();
    options.refused->fetch_add(1);
    Refuse(socket);
  }
}

void LocalServer::Impl::Refuse(int socket) {
  const Response problem = Problem(503, "too many connections");
  const std::string text = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: " + problem.type +
                           "\r\nContent-Length: " + std::to_string(problem.body.size()) + "\r\n\r\n" + problem.body;
  // Whether it is read is the other side's affair.
  static_cast<void>(!send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  close(socket);
}

void LocalServer::Impl::Serve() {
  while (true) {
    int socket = -1;
    {
      std::unique_lock<std::mutex> lock(mutex);
      arrived.wait(lock, [this] { return stop.load() || !waiting.empty(); });
      if (stop.load()) return;
      socket = waiting.front();
      waiting.pop_front();
      served.insert(socket);
    }
    ServeConnection(socket);
    const std::lock_guard<std::mutex> lock(mutex);
    served.erase(socket);
    close(socket);
  }
}

void LocalServer::Impl::ServeConnection(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  const Caller caller = CallerOf(peer.uid, options.users);
  const bool may_send_policies = caller.role && May(*caller.role, Permission::kPolicy);
  LocalStream stream(socket, options.patience, (may_send_policies ? options.max_policy_bytes : options.max_body_bytes) + kMaxHeadBytes);
  HttpReader& http = may_send_policies ? policy_reader : reader;
  for (int left = kRequestsOfAConnection; left > 0 && !stop.load(); --left) {
    if (!stream.WaitForRequest(options.idle)) return;
    if (!http.ServeOne(stream, caller, left == 1)) return;
  }
}

}  // namespace sluice::api
