// SPDX-License-Identifier: Apache-2.0
// The only file that includes cpp-httplib; its exceptions and threads end here.
#include <arpa/inet.h>
#include <httplib.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/io/http.h"

namespace clawtrail {

namespace {

/// Connections accepted and waiting for a thread; more wait in the kernel.
constexpr std::size_t kWaitingMax = 64;
constexpr int kIoTimeoutSeconds = 5;
constexpr std::string_view kBearer = "bearer ";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return out;
}

struct HostPort {
  std::string host;  ///< without brackets
  std::string port;
};

/// "host:port", "[v6]:port", either without the port.
HostPort split_host(std::string_view text) {
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view rest = text.substr(end + 1);
    return {std::string(text.substr(1, end - 1)),
            std::string(rest.empty() || rest.front() != ':' ? "" : rest.substr(1))};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

bool is_ip_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

std::string bearer_of(const std::string& authorization) {
  if (lower(std::string_view(authorization).substr(0, kBearer.size())) != kBearer) return "";
  return authorization.substr(kBearer.size());
}

/// httplib's own pool has a queue without an end.
class BoundedPool : public httplib::TaskQueue {
 public:
  BoundedPool() {
    for (int i = 0; i < limits::kHttpThreads; ++i) threads_.emplace_back([this] { work(); });
  }

  void enqueue(std::function<void()> task) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return tasks_.size() < kWaitingMax; });
    tasks_.push_back(std::move(task));
    changed_.notify_all();
  }

  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      changed_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void work() {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
        changed_.notify_all();
      }
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

class RealHttpServer : public HttpServer {
 public:
  RealHttpServer(HttpHandler handler, std::vector<std::string> hosts_allowed)
      : handler_(std::move(handler)), hosts_allowed_(std::move(hosts_allowed)) {
    for (std::string& host : hosts_allowed_) host = lower(host);
  }
  ~RealHttpServer() override { stop(); }

  Status start(const std::string& listen, const std::string& host, int port) {
    configure();
    hosts_allowed_.push_back(lower(host));
    errno = 0;
    port_ = port == 0 ? server_.bind_to_any_port(host) : server_.bind_to_port(host, port) ? port : -1;
    if (port_ <= 0) {
      const bool refused = errno == EADDRINUSE || errno == EACCES || errno == EADDRNOTAVAIL;
      if (refused) return errno_error("listen on", listen, errno);
      return Error{Code::kInvalid,
                   "cannot listen on " + listen + ": the host is unknown or not of this machine"};
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() is lost on a server that does not run yet.
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return {};
  }

  int port() const override { return port_; }

  void stop() override {
    const std::lock_guard lock(stop_mutex_);
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }

 private:
  void configure() {
    server_.new_task_queue = [] { return new BoundedPool; };  // httplib takes ownership.
    server_.set_payload_max_length(limits::kHttpBodyBytesMax);
    server_.set_read_timeout(kIoTimeoutSeconds);
    server_.set_write_timeout(kIoTimeoutSeconds);
    // One request a connection: an idle client must not hold one of few threads, and bytes left of a refused
    // body must not be taken for the next request.
    server_.set_keep_alive_max_count(1);
    // httplib would set SO_REUSEPORT, by which another process could take part of our connections.
    server_.set_socket_options([](int socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.set_exception_handler([](const httplib::Request&, httplib::Response& response,
                                     std::exception_ptr) { response.status = 500; });
    const std::string any = "[\\s\\S]*";
    const auto without_body = [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, "", response);
    };
    const auto with_body = [this](const httplib::Request& request, httplib::Response& response,
                                  const httplib::ContentReader& reader) {
      read_and_answer(request, response, reader);
    };
    server_.Get(any, without_body);
    server_.Options(any, without_body);
    server_.Post(any, with_body);
    server_.Put(any, with_body);
    server_.Patch(any, with_body);
    server_.Delete(any, with_body);
  }

  /// httplib's limit looks at Content-Length only; chunked and compressed bodies are counted here.
  void read_and_answer(const httplib::Request& request, httplib::Response& response,
                       const httplib::ContentReader& reader) const {
    const HttpResponse refusal{
        413, "text/plain; charset=utf-8", "the body is longer than this server takes\n", {}};
    // Not even skipped: that would keep a thread for as long as the client likes.
    if (request.get_header_value<std::uint64_t>("Content-Length") > limits::kHttpBodyBytesMax) {
      return fill(response, refusal);
    }
    std::string body;
    bool too_large = false;
    const bool whole = reader([&](const char* bytes, std::size_t size) {
      too_large = size > limits::kHttpBodyBytesMax - body.size();
      if (!too_large) body.append(bytes, size);
      return !too_large;
    });
    if (too_large || response.status == 413) return fill(response, refusal);
    if (!whole) return fill(response, {400, "text/plain; charset=utf-8", "the body could not be read\n", {}});
    response.status = -1;
    answer(request, std::move(body), response);
  }

  void answer(const httplib::Request& request, std::string body, httplib::Response& response) const {
    HttpRequest in;
    in.host = request.get_header_value("Host");
    if (!host_allowed(in.host)) {
      return fill(response,
                  {421, "text/plain; charset=utf-8", "this server does not answer for that host\n", {}});
    }
    in.method = request.method;
    in.path = request.path;
    const std::size_t question = request.target.find('?');
    if (question != std::string::npos) in.query = request.target.substr(question + 1);
    in.body = std::move(body);
    in.bearer = bearer_of(request.get_header_value("Authorization"));
    in.remote_addr = request.remote_addr;
    fill(response, handler_(in));
  }

  bool host_allowed(const std::string& header) const {
    const std::string host = lower(split_host(header).host);
    if (host.empty()) return false;
    if (host == "localhost" || is_ip_address(host)) return true;
    return std::any_of(hosts_allowed_.begin(), hosts_allowed_.end(), [&](const std::string& allowed) {
      return allowed == host || allowed == lower(header);
    });
  }

  static void fill(httplib::Response& response, const HttpResponse& from) {
    response.status = from.status;
    for (const auto& [name, value] : from.headers) response.set_header(name, value);
    response.set_content(from.body, from.content_type);
  }

  HttpHandler handler_;
  std::vector<std::string> hosts_allowed_;
  httplib::Server server_;
  int port_ = -1;
  std::mutex stop_mutex_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> serve_http(const std::string& listen, HttpHandler handler,
                                               std::vector<std::string> hosts_allowed) {
  CHECK(handler != nullptr);
  const HostPort address = split_host(listen);
  int port = -1;
  const char* end = address.port.data() + address.port.size();
  const auto parsed = std::from_chars(address.port.data(), end, port);
  if (address.host.empty() || parsed.ec != std::errc() || parsed.ptr != end || port < 0 || port > 65535) {
    return Error{Code::kInvalid,
                 "cannot listen on " + listen + ": the form is host:port, as in 127.0.0.1:9464"};
  }
  auto server = std::make_unique<RealHttpServer>(std::move(handler), std::move(hosts_allowed));
  CLAWTRAIL_TRY(server->start(listen, address.host, port));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace clawtrail
