// SPDX-License-Identifier: Apache-2.0
// The admin pages over a real socket: what is open, what needs the token, what a bad request gets.
#include "clawtrail/web/web.h"

#include <gtest/gtest.h>

#include "clawtrail/io/http.h"

namespace clawtrail {
namespace {

class AdminPort : public testing::Test {
 protected:
  void serve(const std::string& token) {
    WebHooks hooks;
    hooks.not_ready = [this] { return not_ready_; };
    hooks.reload = [this] {
      ++reloads_;
      return reload_result_;
    };
    auto server = serve_admin("127.0.0.1:0", token, metrics_, std::move(hooks));
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  HttpResponse post(const std::string& path, const std::string& token) {
    HttpPost request;
    request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    auto response = http_post(request);
    EXPECT_TRUE(response);
    return response ? *response : HttpResponse{};
  }

  Metrics metrics_;
  std::string not_ready_;
  Status reload_result_;
  int reloads_ = 0;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(AdminPort, ReloadNeedsTheToken) {
  const std::string token = "t" + std::to_string(testing::UnitTest::GetInstance()->random_seed()) + "oken";
  serve(token);
  EXPECT_EQ(post("/reload", "").status, 401);
  EXPECT_EQ(post("/reload", token + "x").status, 401);
  EXPECT_EQ(reloads_, 0);
  EXPECT_EQ(post("/reload", token).status, 200);
  EXPECT_EQ(reloads_, 1);
}

TEST_F(AdminPort, WithoutAConfiguredTokenReloadIsClosed) {
  serve("");
  EXPECT_EQ(post("/reload", "").status, 403);
  EXPECT_EQ(reloads_, 0);
}

TEST_F(AdminPort, ARefusedReloadSaysWhy) {
  serve("anything");
  reload_result_ = Error{Code::kInvalid, "3 mistakes"};
  const HttpResponse response = post("/reload", "anything");
  EXPECT_EQ(response.status, 422);
  EXPECT_NE(response.body.find("3 mistakes"), std::string::npos);
}

TEST_F(AdminPort, OpenPagesAnswerGetOnly) {
  serve("anything");
  for (const char* path : {"/metrics", "/healthz", "/readyz"}) EXPECT_EQ(post(path, "").status, 405) << path;
  EXPECT_EQ(post("/no-such-page", "").status, 404);
}

TEST_F(AdminPort, ASecondServerOnThePortIsAnError) {
  serve("");
  WebHooks hooks;
  hooks.not_ready = [] { return std::string(); };
  hooks.reload = [] { return Status(); };
  const auto second = serve_admin("127.0.0.1:" + std::to_string(server_->port()), "", metrics_, hooks);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kBusy);
}

}  // namespace
}  // namespace clawtrail
