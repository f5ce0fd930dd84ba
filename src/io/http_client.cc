// SPDX-License-Identifier: Apache-2.0
// The only file that includes libcurl.
#include <curl/curl.h>

#include <algorithm>
#include <mutex>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/io/http.h"

namespace clawtrail {

namespace {

constexpr std::size_t kAnswerBytesMax = 64 * limits::KiB;

struct Answer {
  std::string body;
  bool full = false;
};

/// libcurl calls this with each piece of the body; returning less than given ends the transfer.
std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto* answer = static_cast<Answer*>(into);
  const std::size_t given = size * count;
  const std::size_t room = kAnswerBytesMax - answer->body.size();
  answer->body.append(bytes, std::min(room, given));
  answer->full = given > room;
  return answer->full ? 0 : given;
}

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;
using HeaderList = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

/// "host:port" of a URL, for sentences. Never the user, path or query: they may be secrets.
std::string server_of(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parts(::curl_url(), ::curl_url_cleanup);
  if (!parts || ::curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "";
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    if (::curl_url_get(parts.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::string();
    std::string out = text;
    ::curl_free(text);
    return out;
  };
  const std::string host = part(CURLUPART_HOST);
  return host.empty() ? "" : host + ":" + part(CURLUPART_PORT);
}

bool has_line_break(const std::string& text) { return text.find_first_of("\r\n") != std::string::npos; }

/// Nothing if a header could smuggle in another one.
bool add_headers(const HttpPost& post, HeaderList& list) {
  std::vector<std::string> lines{"Content-Type: " + post.content_type, "Expect:"};
  for (const auto& [name, value] : post.headers) lines.push_back(name + ": " + value);
  for (const std::string& line : lines) {
    if (has_line_break(line)) return false;
    curl_slist* longer = ::curl_slist_append(list.get(), line.c_str());
    CHECK(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return true;
}

void set_options(CURL* curl, const HttpPost& post, curl_slist* headers, Answer* answer) {
  ::curl_easy_setopt(curl, CURLOPT_URL, post.url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(post.timeout_ms));
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(post.timeout_ms));
  ::curl_easy_setopt(curl, CURLOPT_POST, 1L);
  ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
  ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post.body.data());
  ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  ::curl_easy_setopt(curl, CURLOPT_USERAGENT, "clawtrail/" CLAWTRAIL_VERSION);
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
}

}  // namespace

Result<HttpResponse> http_post(const HttpPost& post) {
  CHECK(post.timeout_ms > 0);
  static std::once_flag once;
  std::call_once(once, [] { CHECK(::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });

  const std::string server = server_of(post.url);
  if (server.empty()) return Error{Code::kInvalid, "cannot post: the URL is not one of http or https"};
  const Handle curl(::curl_easy_init(), ::curl_easy_cleanup);
  CHECK(curl != nullptr);
  HeaderList headers(nullptr, ::curl_slist_free_all);
  if (!add_headers(post, headers)) {
    return Error{Code::kInvalid, "cannot post to " + server + ": a header holds a line break"};
  }
  Answer answer;
  set_options(curl.get(), post, headers.get(), &answer);
  const CURLcode done = ::curl_easy_perform(curl.get());
  if (done != CURLE_OK && !(done == CURLE_WRITE_ERROR && answer.full)) {
    // strerror, not CURLOPT_ERRORBUFFER: the latter may repeat the URL.
    return Error{done == CURLE_OPERATION_TIMEDOUT ? Code::kTimeout : Code::kIo,
                 "cannot post to " + server + ": " + ::curl_easy_strerror(done)};
  }
  HttpResponse response;
  long status = 0;
  ::curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  const char* type = nullptr;
  ::curl_easy_getinfo(curl.get(), CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr) response.content_type = type;
  response.body = std::move(answer.body);
  return response;
}

}  // namespace clawtrail
