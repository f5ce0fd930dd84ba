// SPDX-License-Identifier: Apache-2.0
// The webhook against a real HTTP server: what is sent, how answers are understood, and that no URL is told.
#include <atomic>
#include <mutex>

#include "alert_fixture.h"
#include "clawtrail/alert/notifier.h"
#include "clawtrail/io/http.h"

namespace clawtrail {
namespace {

class WebhookTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = serve_http("127.0.0.1:0", [this](const HttpRequest& request) {
      const std::lock_guard lock(mutex_);
      last_ = request;
      HttpResponse answer;
      answer.status = status_;
      answer.body = "the answer";
      return answer;
    });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    url_ = "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook/capability?key=hidden";
  }

  std::unique_ptr<Notifier> notifier(const std::string& url) {
    auto made = make_notifier({.name = "soc", .type = "webhook", .url = url, .where = {}});
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  void answer_with(int status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  HttpRequest last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  std::mutex mutex_;
  int status_ = 200;
  HttpRequest last_;
  std::unique_ptr<HttpServer> server_;
  std::string url_;
};

TEST_F(WebhookTest, PostsTheAlertAsItIs) {
  const auto webhook = notifier(url_);
  EXPECT_EQ(webhook->name(), "soc");
  Alert alert;
  alert.title = "quoted \" and 中文";
  ASSERT_TRUE(webhook->send(alert.to_json()));
  EXPECT_EQ(last().method, "POST");
  EXPECT_EQ(last().path, "/hook/capability");
  EXPECT_EQ(last().query, "key=hidden");
  EXPECT_EQ(last().body, alert.to_json());
}

TEST_F(WebhookTest, AFailedReceiverIsTriedAgainAndARefusalIsFinal) {
  const auto webhook = notifier(url_);
  for (const int status : {500, 502, 503, 408, 425, 429, 302}) {
    answer_with(status);
    const Status sent = webhook->send("{}");
    ASSERT_FALSE(sent) << status;
    EXPECT_EQ(sent.error().code, Code::kIo) << status;
    EXPECT_NE(sent.error().message.find(std::to_string(status)), std::string::npos);
  }
  for (const int status : {400, 401, 403, 404, 410, 413, 422}) {
    answer_with(status);
    const Status sent = webhook->send("{}");
    ASSERT_FALSE(sent) << status;
    EXPECT_EQ(sent.error().code, Code::kInvalid) << status;
  }
  for (const int status : {200, 201, 202, 204}) {
    answer_with(status);
    EXPECT_TRUE(webhook->send("{}")) << status;
  }
}

TEST_F(WebhookTest, ErrorsNameHostAndPortOnly) {
  const std::string port = std::to_string(server_->port());
  answer_with(404);
  const Status refused =
      notifier("http://user:pass@127.0.0.1:" + port + "/hook/capability?key=hidden")->send("{}");
  ASSERT_FALSE(refused);
  server_->stop();
  const Status unreachable = notifier(url_)->send("{}");
  ASSERT_FALSE(unreachable);
  EXPECT_TRUE(unreachable.error().code == Code::kIo || unreachable.error().code == Code::kTimeout);
  for (const Status& status : {refused, unreachable}) {
    EXPECT_NE(status.error().message.find("127.0.0.1:" + port), std::string::npos) << status.error().message;
    for (const char* hidden : {"hook", "capability", "hidden", "user", "pass"}) {
      const std::string text = status.error().message;
      EXPECT_EQ(text.find("/" + std::string(hidden)), std::string::npos) << text;
      EXPECT_EQ(text.find(std::string(hidden) + "@"), std::string::npos) << text;
      EXPECT_EQ(text.find("=" + std::string(hidden)), std::string::npos) << text;
    }
  }
}

TEST(Notifiers, MistakesOfTheConfigurationAreSentences) {
  struct Case {
    NotifierOptions options;
    const char* message;
  };
  const Case cases[] = {
      {{.name = "a", .type = "pager", .url = "http://x/", .where = {}}, "unknown type \"pager\""},
      {{.name = "a", .type = "webhook", .url = "", .where = {}}, "has no url"},
      {{.name = "a", .type = "webhook", .url = "ftp://secret/", .where = {}}, "http://"},
      {{.name = "a", .type = "webhook", .url = "http:///secret", .where = {}}, "http://"},
  };
  for (const Case& c : cases) {
    const auto made = make_notifier(c.options);
    ASSERT_FALSE(made) << c.message;
    EXPECT_EQ(made.error().code, Code::kInvalid);
    EXPECT_NE(made.error().message.find(c.message), std::string::npos) << made.error().message;
    EXPECT_EQ(made.error().message.find("secret"), std::string::npos) << made.error().message;
  }
}

}  // namespace
}  // namespace clawtrail
