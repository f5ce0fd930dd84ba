// SPDX-License-Identifier: Apache-2.0
// HTTP both ways: a small server (cpp-httplib) and a client (libcurl).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clawtrail/base/result.h"

namespace clawtrail {

struct HttpRequest {
  std::string method;
  std::string path;   ///< without the query
  std::string query;  ///< raw
  std::string body;
  std::string host;    ///< Host header
  std::string bearer;  ///< token of "Authorization: Bearer …", or empty
  std::string remote_addr;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Handlers run on the server's threads (limits::kHttpThreads), several at a time.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

/// Threads: shared. Stops and joins its threads in the destructor.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  virtual int port() const = 0;
  virtual void stop() = 0;
};

/// Listens on "host:port" (port 0: any). All requests go to `handler`; a request whose Host header is neither
/// the listen address, "localhost", an IP address nor in `hosts_allowed` is answered 421 (DNS rebinding).
/// Errors: kBusy (port in use), kInvalid (address).
Result<std::unique_ptr<HttpServer>> serve_http(const std::string& listen, HttpHandler handler,
                                               std::vector<std::string> hosts_allowed = {});

struct HttpPost {
  std::string url;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  int timeout_ms = 10'000;
};

/// One request, blocking. The value is the status code and at most 64 KiB of the body. Redirects are not
/// followed. Errors: kTimeout, kIo; the sentence names host and port, never the path or query of the URL
/// (they hold secrets).
Result<HttpResponse> http_post(const HttpPost& post);

}  // namespace clawtrail
