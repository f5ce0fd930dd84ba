// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/web/web.h"

#include <utility>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"

namespace clawtrail {

namespace {

constexpr const char* kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";

HttpResponse text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body) + "\n";
  return response;
}

/// Compares hashes, so that the time taken tells nothing about the token.
bool same_token(const std::string& given, const std::string& wanted) {
  return !wanted.empty() && sha256(given) == sha256(wanted);
}

/// The pages; holds what they need.
class AdminPages {
 public:
  AdminPages(std::string token, Metrics& metrics, WebHooks hooks)
      : token_(std::move(token)), metrics_(metrics), hooks_(std::move(hooks)) {}

  HttpResponse answer(const HttpRequest& request) const {
    const bool get = request.method == "GET" || request.method == "HEAD";
    if (request.path == "/metrics") return get ? metrics() : wrong_method("GET");
    if (request.path == "/healthz") return get ? text(200, "ok") : wrong_method("GET");
    if (request.path == "/readyz") return get ? ready() : wrong_method("GET");
    if (request.path == "/reload") return request.method == "POST" ? reload(request) : wrong_method("POST");
    if (request.path == "/" && get) {
      return text(200,
                  "clawtrail: /metrics /healthz /readyz are open; POST /reload needs the token of web.token");
    }
    return text(404, "there is no such page; see /");
  }

 private:
  HttpResponse metrics() const {
    if (hooks_.refresh_metrics) hooks_.refresh_metrics();
    HttpResponse response;
    response.content_type = kPrometheusText;
    response.body = metrics_.expose();
    return response;
  }

  HttpResponse ready() const {
    const std::string reason = hooks_.not_ready();
    return reason.empty() ? text(200, "ready") : text(503, reason);
  }

  HttpResponse reload(const HttpRequest& request) const {
    if (token_.empty()) return text(403, "no web.token is configured, so this page is closed");
    if (!same_token(request.bearer, token_)) {
      HttpResponse response = text(401, "the bearer token is missing or wrong");
      response.headers.emplace_back("WWW-Authenticate", "Bearer");
      return response;
    }
    const Status done = hooks_.reload();
    return done ? text(200, "reloaded") : text(422, "kept the old configuration: " + done.error().message);
  }

  static HttpResponse wrong_method(const char* allowed) {
    HttpResponse response = text(405, std::string("this page answers ") + allowed + " only");
    response.headers.emplace_back("Allow", allowed);
    return response;
  }

  std::string token_;
  Metrics& metrics_;
  WebHooks hooks_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> serve_admin(const std::string& listen, const std::string& token,
                                                Metrics& metrics, WebHooks hooks) {
  auto pages = std::make_shared<const AdminPages>(token, metrics, std::move(hooks));
  return serve_http(listen, [pages](const HttpRequest& request) { return pages->answer(request); });
}

}  // namespace clawtrail
