// SPDX-License-Identifier: Apache-2.0
// Server and client against each other, over real sockets.
#include "clawtrail/io/http.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "clawtrail/base/limits.h"

namespace clawtrail {
namespace {

class HttpTest : public testing::Test {
 protected:
  void serve(HttpHandler handler, std::vector<std::string> hosts = {}) {
    auto server = serve_http("127.0.0.1:0", std::move(handler), std::move(hosts));
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  Result<HttpResponse> post(const std::string& path, const std::string& body,
                            std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpPost request;
    request.url = url(path);
    request.body = body;
    request.headers = std::move(headers);
    return http_post(request);
  }
  /// Sends `text` as it is and returns all that comes back.
  std::string raw(const std::string& text) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    std::string out;
    char bytes[4096];
    for (ssize_t got; (got = ::recv(fd, bytes, sizeof bytes, 0)) > 0;)
      out.append(bytes, static_cast<std::size_t>(got));
    ::close(fd);
    return out;
  }
  int get_status(const std::string& host_header) const {
    const std::string answer = raw("GET / HTTP/1.1\r\n" + host_header + "\r\n");
    return answer.size() > 12 ? std::atoi(answer.c_str() + 9) : 0;
  }

  std::unique_ptr<HttpServer> server_;
};

HttpResponse ok(const HttpRequest& /*request*/) { return {}; }

TEST_F(HttpTest, TheHandlerSeesTheRequestAndTheClientTheAnswer) {
  HttpRequest seen;
  serve([&](const HttpRequest& request) {
    seen = request;
    HttpResponse response;
    response.status = 202;
    response.content_type = "application/json";
    response.body = "{\"accepted\":1}";
    response.headers.emplace_back("X-Test", "yes");
    return response;
  });
  const auto answer = post("/v1/events?a=b%20c", "{\"n\":1}", {{"Authorization", "Bearer the-token"}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body, "{\"accepted\":1}");
  EXPECT_EQ(answer->content_type, "application/json");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/v1/events");
  EXPECT_EQ(seen.query, "a=b%20c");
  EXPECT_EQ(seen.body, "{\"n\":1}");
  EXPECT_EQ(seen.bearer, "the-token");
  EXPECT_EQ(seen.remote_addr, "127.0.0.1");
  EXPECT_EQ(seen.host, "127.0.0.1:" + std::to_string(server_->port()));
}

TEST_F(HttpTest, AForeignHostHeaderIsMisdirected) {
  serve(ok, {"Trail.example.com"});
  EXPECT_EQ(get_status("Host: evil.example.com\r\n"), 421);
  EXPECT_EQ(get_status("Host: localhost.evil.example.com:80\r\n"), 421);
  EXPECT_EQ(get_status(""), 421);
  EXPECT_EQ(get_status("Host: localhost:9464\r\n"), 200);
  EXPECT_EQ(get_status("Host: 10.1.2.3\r\n"), 200);
  EXPECT_EQ(get_status("Host: [::1]:9464\r\n"), 200);
  EXPECT_EQ(get_status("Host: trail.EXAMPLE.com:9464\r\n"), 200);
}

TEST_F(HttpTest, ARefusedBodyIsNotTakenForARequest) {
  int handled = 0;
  serve([&](const HttpRequest& request) {
    ++handled;
    return ok(request);
  });
  const std::string inner = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string answer =
      raw("POST / HTTP/1.1\r\nHost: evil.example.com\r\nContent-Length: " + std::to_string(inner.size()) +
          "\r\n\r\n" + inner);
  EXPECT_NE(answer.find(" 421 "), std::string::npos);
  EXPECT_EQ(handled, 0);
}

TEST_F(HttpTest, ABodyAboveTheLimitIsRefused) {
  bool handled = false;
  serve([&](const HttpRequest& request) {
    handled = true;
    return ok(request);
  });
  EXPECT_NE(raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n").find(" 413 "),
            std::string::npos);
  EXPECT_FALSE(handled);
}

TEST_F(HttpTest, AChunkedBodyAboveTheLimitIsRefused) {
  bool handled = false;
  serve([&](const HttpRequest& request) {
    handled = true;
    return ok(request);
  });
  const auto answer =
      post("/", std::string(limits::kHttpBodyBytesMax + 1, 'x'), {{"Transfer-Encoding", "chunked"}});
  // Or the connection was closed while the client still sent.
  EXPECT_TRUE(!answer || answer->status == 413);
  EXPECT_FALSE(handled);
}

TEST_F(HttpTest, RedirectsAreNotFollowed) {
  serve([](const HttpRequest& request) {
    HttpResponse response;
    response.status = request.path == "/start" ? 302 : 200;
    response.headers.emplace_back("Location", "/elsewhere");
    return response;
  });
  EXPECT_EQ(post("/start", "")->status, 302);
}

TEST_F(HttpTest, ALongAnswerIsCut) {
  serve([](const HttpRequest&) {
    HttpResponse response;
    response.body.assign(1'000'000, 'x');
    return response;
  });
  const auto answer = post("/", "");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), 64 * limits::KiB);
}

TEST_F(HttpTest, AThrowingHandlerIsAnInternalError) {
  serve([](const HttpRequest&) -> HttpResponse { throw 1; });
  const auto answer = post("/", "");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
}

TEST_F(HttpTest, ASecondServerOnThePortIsBusy) {
  serve(ok);
  const auto second = serve_http("127.0.0.1:" + std::to_string(server_->port()), ok);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kBusy);
}

TEST_F(HttpTest, AnAddressHasAHostAndAPort) {
  for (const char* listen :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":80", "[::1:80"}) {
    const auto server = serve_http(listen, ok);
    ASSERT_FALSE(server) << listen;
    EXPECT_EQ(server.error().code, Code::kInvalid) << listen;
  }
}

TEST_F(HttpTest, AStoppedServerAnswersNoMore) {
  serve(ok);
  server_->stop();
  server_->stop();
  const auto answer = post("/", "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kIo);
}

TEST_F(HttpTest, AnErrorNamesTheServerAndNothingElseOfTheUrl) {
  HttpPost request;
  request.url = "http://user:word@127.0.0.1:1/hook/the-path?key=the-query";
  const auto answer = http_post(request);
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("127.0.0.1:1"), std::string::npos);
  for (const char* part : {"user", "word", "the-path", "the-query"}) {
    EXPECT_EQ(answer.error().message.find(part), std::string::npos) << part;
  }
}

TEST_F(HttpTest, ASlowServerIsATimeout) {
  serve([](const HttpRequest& request) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return ok(request);
  });
  HttpPost request;
  request.url = url();
  request.timeout_ms = 50;
  const auto answer = http_post(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kTimeout);
}

TEST_F(HttpTest, HeadersCannotBeSmuggled) {
  serve(ok);
  EXPECT_EQ(post("/", "", {{"X-A", "b\r\nX-C: d"}}).error().code, Code::kInvalid);
  HttpPost request;
  request.url = "file:///etc/passwd";
  EXPECT_FALSE(http_post(request));
}

}  // namespace
}  // namespace clawtrail
