// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/alert/notifier.h"

#include "clawtrail/io/http.h"

namespace clawtrail {

namespace {

/// "host:port" of a URL, without user, password, path and query, which hold secrets; "" if it is no http(s)
/// URL.
std::string authority_of(const std::string& url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return "";
  const std::size_t end = url.find_first_of("/?#\\", scheme);
  const std::string authority = url.substr(scheme, end == std::string::npos ? end : end - scheme);
  const std::size_t user = authority.rfind('@');
  return user == std::string::npos ? authority : authority.substr(user + 1);
}

/// Waiting helps against these: the receiver is overloaded, restarting or slow.
bool is_transient(int status) { return status >= 500 || status == 408 || status == 425 || status == 429; }

class Webhook : public Notifier {
 public:
  Webhook(const NotifierOptions& options, std::string authority)
      : name_(options.name), url_(options.url), authority_(std::move(authority)) {}

  const std::string& name() const override { return name_; }

  Status send(const std::string& alert_json) override {
    const Result<HttpResponse> answer = http_post({.url = url_, .body = alert_json, .headers = {}});
    if (!answer) return answer.error();
    const int status = answer->status;
    if (status >= 200 && status <= 299) return {};
    const std::string what = "the webhook \"" + name_ + "\" at " + authority_;
    if (is_transient(status)) return Error{Code::kIo, what + " answered " + std::to_string(status)};
    if (status >= 300 && status <= 399) {
      return Error{Code::kIo, what + " answered " + std::to_string(status) +
                                  " (redirects are not followed: give the final address)"};
    }
    return Error{Code::kInvalid, what + " refused the alert with status " + std::to_string(status)};
  }

 private:
  std::string name_, url_, authority_;
};

}  // namespace

Result<std::unique_ptr<Notifier>> make_notifier(const NotifierOptions& options) {
  const std::string what = "the notifier \"" + options.name + "\"";
  if (options.type != "webhook") {
    return Error{Code::kInvalid, what + " has the unknown type \"" + options.type + "\"; known: webhook"};
  }
  if (options.url.empty()) return Error{Code::kInvalid, what + " has no url"};
  std::string authority = authority_of(options.url);
  if (authority.empty())
    return Error{Code::kInvalid, what + " needs a url that begins with http:// or https://"};
  return std::unique_ptr<Notifier>(std::make_unique<Webhook>(options, std::move(authority)));
}

}  // namespace clawtrail
