#include "http/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/json.h"
#include "http/errors.h"
#include "http/testing/test_server.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using testing::RawClient;
using testing::Reply;
using testing::TestServer;

class Countdown final : public BodySource {
 public:
  Countdown(int pieces, bool fails) : left_(pieces), fails_(fails) {}
  awaitable<Result<std::string>> next() override {
    if (left_ == 0 && fails_) co_return Error(errors::kInternal, "broke off");
    if (left_ == 0) co_return std::string();
    co_return std::string(1000, static_cast<char>('a' + --left_ % 26));
  }

 private:
  int left_;
  bool fails_;
};

struct StreamFigures {
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> largest{0};
};

Router sample_router(StreamFigures* figures = nullptr) {
  Router router;
  router.add_plain(Method::kGet, "/hello", {.produces = kTextType},
                   [](Request&) -> Result<Response> { return Response::text("hello"); });
  router.add_plain(Method::kGet, "/echo/{word}", {},
                   [](Request& request) -> Result<Response> { return Response::text(request.parameters[0]); });
  router.add(
      Method::kPost, "/echo",
      {.body = BodyMode::kWhole, .body_bytes_max = 200'000, .consumes = {kTextType.substr(0, 10)}},
      [](Request& request) -> awaitable<Result<Response>> { co_return Response::text(std::string(request.body)); });
  router.add(Method::kGet, "/slow", {}, [](Request&) -> awaitable<Result<Response>> {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(400));
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return Response::text("done");
  });
  router.add(Method::kPost, "/upload", {.body = BodyMode::kStream, .body_bytes_max = 64u << 20, .consumes = {}},
             [figures](Request& request) -> awaitable<Result<Response>> {
               std::uint64_t bytes = 0;
               for (;;) {
                 auto piece = co_await request.body_stream->read();
                 if (!piece.ok()) co_return std::move(piece).error();
                 if (piece->empty()) break;
                 bytes += piece->size();
                 if (figures != nullptr) figures->largest = std::max<std::uint64_t>(figures->largest, piece->size());
               }
               if (figures != nullptr) figures->bytes = bytes;
               co_return Response::text(std::to_string(bytes));
             });
  router.add_plain(Method::kPost, "/ignores", {.body = BodyMode::kStream, .body_bytes_max = 64u << 20, .consumes = {}},
                   [](Request&) -> Result<Response> { return Response::text("ignored"); });
  router.add_plain(Method::kGet, "/stream", {}, [](Request&) -> Result<Response> {
    return Response::stream(std::make_unique<Countdown>(300, false), kTextType);
  });
  router.add_plain(Method::kGet, "/breaks", {}, [](Request&) -> Result<Response> {
    return Response::stream(std::make_unique<Countdown>(3, true), kTextType);
  });
  router.add_plain(Method::kGet, "/throws", {}, [](Request&) -> Result<Response> { throw std::runtime_error("oops"); });
  return router;
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n\r\n"; }

std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::string code_of(const Reply& reply) {
  const auto json = parse_json(reply.body);
  const Json* code = json.ok() ? json->find("code") : nullptr;
  return code == nullptr ? "" : code->string();
}

// Sends one request on a fresh connection and gives status and problem code, e.g. "400 http.bad_request".
std::string outcome(TestServer& server, std::string_view bytes) {
  RawClient client(server.port());
  const Reply reply = client.request(bytes);
  return std::to_string(reply.status) + " " + code_of(reply);
}

TEST(HttpServer, AnswersRequestAfterRequestOnOneConnection) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  for (int i = 0; i < 100; ++i) {
    const Reply reply = client.request(get("/echo/w" + std::to_string(i)));
    ASSERT_EQ(reply.status, 200);
    ASSERT_EQ(reply.body, "w" + std::to_string(i));
  }
}

TEST(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  std::string bytes;
  for (int i = 0; i < 500; ++i)
    bytes += i % 7 == 3 ? post("/echo", "p" + std::to_string(i)) : get("/echo/w" + std::to_string(i));
  ASSERT_TRUE(client.send(bytes));
  for (int i = 0; i < 500; ++i) {
    const Reply reply = client.receive();
    ASSERT_EQ(reply.body, (i % 7 == 3 ? "p" : "w") + std::to_string(i));
  }
}

TEST(HttpServer, ReadsARequestThatArrivesByteByByte) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  for (const char c : post("/echo", "slowly but surely")) {
    ASSERT_TRUE(client.send({&c, 1}));
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  EXPECT_EQ(client.receive().body, "slowly but surely");
  EXPECT_EQ(client.request(get("/hello")).body, "hello");
}

TEST(HttpServer, ReadsChunkedBodiesCutAnywhereAndThenTheNextRequest) {
  const Router router = sample_router();
  TestServer server(router);
  const std::string bytes =
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1;x=y\r\n \r\nA\r\n0123456789\r\n0\r\nTrailer: ignored\r\n\r\n" +
      get("/hello");
  for (std::size_t cut = 1; cut < bytes.size(); cut += 3) {
    RawClient client(server.port());
    client.send(std::string_view(bytes).substr(0, cut));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    client.send(std::string_view(bytes).substr(cut));
    ASSERT_EQ(client.receive().body, "hello 0123456789") << "cut at " << cut;
    ASSERT_EQ(client.receive().body, "hello") << "cut at " << cut;
  }
}

TEST(HttpServer, RefusesWhatItCannotReadWithoutDoubt) {
  const Router router = sample_router();
  TestServer server(router);
  const std::string post_head = "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\n";
  EXPECT_EQ(outcome(server, "NONSENSE\r\n\r\n"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/2.0\r\nHost: t\r\n\r\n"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\r\n\r\n"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\r\nHost: a\r\nX: one\r\n two\r\n\r\n"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\nHost: a\n\r\n\r\n"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, post_head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            "400 http.bad_request");
  EXPECT_EQ(outcome(server, post_head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, post_head + "Content-Length: -3\r\n\r\nabc"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, post_head + "Content-Length: 99999999999999999999\r\n\r\nabc"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, post_head + "Transfer-Encoding: gzip\r\n\r\nabc"), "501 http.transfer_not_implemented");
  EXPECT_EQ(outcome(server, post_head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"), "400 http.bad_request");
  EXPECT_EQ(outcome(server, post_head + "Expect: miracles\r\nContent-Length: 3\r\n\r\nabc"),
            "417 http.expectation_failed");
  EXPECT_EQ(outcome(server, get("/a/../hello")), "400 http.invalid_target");
  EXPECT_EQ(outcome(server, get("/%2e%2e/hello")), "400 http.invalid_target");
  EXPECT_EQ(outcome(server, get("/echo/a%2Fb")), "400 http.invalid_target");
  EXPECT_EQ(outcome(server, get("/echo/%zz")), "400 http.invalid_target");
  EXPECT_EQ(outcome(server, get("/hello")), "200 ");
}

TEST(HttpServer, NamesTheReasonForRoutingRefusals) {
  const Router router = sample_router();
  TestServer server(router);
  EXPECT_EQ(outcome(server, get("/nothing")), "404 http.not_found");
  EXPECT_EQ(outcome(server, "DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n"), "405 http.method_not_allowed");
  EXPECT_EQ(outcome(server, "TRACE /hello HTTP/1.1\r\nHost: t\r\n\r\n"), "405 http.method_not_allowed");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\r\nHost: t\r\nAccept: image/png\r\n\r\n"), "406 http.not_acceptable");
  EXPECT_EQ(outcome(server, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\n\r\n"),
            "411 http.length_required");
  EXPECT_EQ(outcome(server, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi"),
            "415 http.unsupported_media_type");
  EXPECT_EQ(outcome(server, post("/echo", std::string(200'001, 'x'))), "413 http.body_too_large");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi"),
            "413 http.body_too_large");
  EXPECT_EQ(outcome(server, get("/echo/" + std::string(5'000, 'x'))), "414 http.target_too_long");
}

TEST(HttpServer, TellsWhichMethodsAPathTakes) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  EXPECT_EQ(client.request("DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n").header("Allow"), "GET, HEAD, OPTIONS");
  const Reply options = client.request("OPTIONS /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("Allow"), "POST, OPTIONS");
}

TEST(HttpServer, AnswersHeadWithTheLengthButNoBody) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  const Reply reply = client.receive(true);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Length"), "5");
  EXPECT_EQ(client.request(get("/hello")).body, "hello");
}

TEST(HttpServer, WritesProblemsInTheLanguageOfTheClient) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  const Reply chinese = client.request("GET /none HTTP/1.1\r\nHost: t\r\nAccept-Language: zh-CN,en;q=0.8\r\n\r\n");
  EXPECT_EQ(chinese.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(chinese.header("Content-Language"), "zh");
  EXPECT_NE(chinese.body.find("未找到"), std::string::npos);
  const Reply english =
      client.request("GET /none HTTP/1.1\r\nHost: t\r\nAccept-Language: fr, en;q=0.7, zh;q=0.3\r\n\r\n");
  EXPECT_NE(english.body.find("Not found"), std::string::npos);
}

TEST(HttpServer, StopsReadingAHeaderThatIsTooLarge) {
  const Router router = sample_router();
  TestServer server(router);
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\r\nHost: t\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"),
            "431 http.header_too_large");
  EXPECT_EQ(outcome(server, "GET /hello HTTP/1.1\r\nHost: t\r\nX: " + std::string(100'000, 'x')),
            "431 http.header_too_large");
  std::string many = "GET /hello HTTP/1.1\r\nHost: t\r\n";
  for (int i = 0; i < 70; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(outcome(server, many + "\r\n"), "431 http.header_too_large");
}

TEST(HttpServer, RefusesALargeBodyBeforeItIsSent) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: 10000000\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
}

TEST(HttpServer, CutsOffAChunkedBodyAtTheLimit) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 6; ++i) client.send(chunk);
  const Reply reply = client.receive();
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.header("Connection"), "close");
}

TEST(HttpServer, InvitesABodyThatWaitsForPermission) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  EXPECT_EQ(client.request("abc").body, "abc");
}

TEST(HttpServer, HandsALargeBodyOverInSmallPieces) {
  StreamFigures figures;
  const Router router = sample_router(&figures);
  TestServer server(router);
  RawClient client(server.port());
  const std::size_t size = 24u << 20;
  client.send("POST /upload HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  const std::string block(1u << 20, 'b');
  for (std::size_t i = 0; i < size / block.size(); ++i) ASSERT_TRUE(client.send(block));
  EXPECT_EQ(client.receive().body, std::to_string(size));
  EXPECT_EQ(figures.bytes, size);
  EXPECT_LE(figures.largest, 64u << 10);
  EXPECT_EQ(client.request(get("/hello")).body, "hello");
}

TEST(HttpServer, KeepsTheConnectionWhenAHandlerLeavesASmallBodyUnread) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  EXPECT_EQ(client.request(post("/ignores", std::string(30'000, 'x'))).body, "ignored");
  EXPECT_EQ(client.request(get("/hello")).body, "hello");
  EXPECT_EQ(client.request(post("/ignores", std::string(3'000'000, 'x'))).body, "ignored");
  client.send(get("/hello"));
  EXPECT_EQ(client.receive().status, 0);
}

TEST(HttpServer, StreamsALongResponseInChunks) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  const Reply reply = client.request(get("/stream"));
  EXPECT_EQ(reply.header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(reply.body.size(), 300'000u);
  EXPECT_EQ(client.request(get("/hello")).body, "hello");
  RawClient old(server.port());
  EXPECT_EQ(old.request("GET /stream HTTP/1.0\r\n\r\n").body.size(), 300'000u);
}

TEST(HttpServer, LetsTheClientSeeThatAStreamBrokeOff) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient client(server.port());
  EXPECT_EQ(client.request(get("/breaks")).status, 0);
}

TEST(HttpServer, SurvivesAHandlerThatThrowsAndReportsIt) {
  const Router router = sample_router();
  std::atomic<int> bugs{0};
  TestServer server(router, {}, {.access_log = {}, .bug = [&](std::string_view route, std::string_view) {
                                   if (route == "GET /throws") ++bugs;
                                 }});
  RawClient client(server.port());
  const Reply reply = client.request(get("/throws"));
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body.find("oops"), std::string::npos);
  EXPECT_EQ(bugs, 1);
  EXPECT_EQ(client.request(get("/hello")).status, 200);
}

ServerOptions impatient() {
  ServerOptions options;
  options.limits.header_timeout_ms = 500;
  options.limits.body_timeout_ms = 500;
  options.limits.idle_timeout_ms = 500;
  options.limits.write_timeout_ms = 500;
  return options;
}

TEST(HttpServer, GivesUpOnAHeaderThatNeverEnds) {
  const Router router = sample_router();
  TestServer server(router, impatient());
  RawClient client(server.port());
  const auto began = std::chrono::steady_clock::now();
  client.send("GET /hello HTTP/1.1\r\nHost: t\r\n");
  for (int i = 0; i < 40 && client.send("X: y\r\n"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST(HttpServer, GivesUpOnABodyThatStopsComing) {
  const Router router = sample_router();
  TestServer server(router, impatient());
  EXPECT_EQ(
      outcome(server, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nabc"),
      "408 http.timeout");
}

TEST(HttpServer, ClosesIdleConnectionsWithoutAWord) {
  const Router router = sample_router();
  TestServer server(router, impatient());
  RawClient client(server.port());
  EXPECT_EQ(client.request(get("/hello")).status, 200);
  EXPECT_TRUE(client.ends_within(3'000));
}

TEST(HttpServer, GivesUpOnAClientThatDoesNotReadItsResponse) {
  const Router router = sample_router();
  TestServer server(router, impatient());
  RawClient client(server.port());
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += get("/stream");
  client.send(bytes);
  for (int i = 0; i < 100 && server.server().connections() > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(server.server().connections(), 0u);
}

TEST(HttpServer, SlowsDownAnAddressThatAsksTooOften) {
  const Router router = sample_router();
  ServerOptions options;
  options.limits.per_address = {.per_second = 5, .burst = 10};
  TestServer server(router, std::move(options));
  RawClient client(server.port());
  int refused = 0;
  std::string retry_after;
  for (int i = 0; i < 30; ++i) {
    const Reply reply = client.request(get("/hello"));
    if (reply.status != 429) continue;
    ++refused;
    retry_after = reply.header("Retry-After");
  }
  EXPECT_GE(refused, 15);
  EXPECT_EQ(retry_after, "1");
}

TEST(HttpServer, TurnsConnectionsAwayAboveTheLimit) {
  const Router router = sample_router();
  ServerOptions options;
  options.limits.connections_max = 3;
  TestServer server(router, std::move(options));
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    ASSERT_EQ(clients.back().request(get("/hello")).status, 200);
  }
  RawClient extra(server.port());
  const Reply reply = extra.receive();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("Retry-After"), "2");
  EXPECT_EQ(clients[0].request(get("/hello")).status, 200);
}

TEST(HttpServer, FinishesRequestsInProgressWhenStopping) {
  const Router router = sample_router();
  TestServer server(router);
  RawClient idle(server.port());
  RawClient busy(server.port());
  ASSERT_EQ(idle.request(get("/hello")).status, 200);
  busy.send(get("/slow"));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server.server().stop(5'000);
  const Reply reply = busy.receive();
  EXPECT_EQ(reply.body, "done");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_TRUE(idle.ends_within(3'000));
  for (int i = 0; i < 100 && server.server().connections() > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(server.server().connections(), 0u);
  EXPECT_FALSE(RawClient(server.port()).connected());
}

TEST(HttpServer, LogsRouteTemplatesAndNothingOfTheRequest) {
  const Router router = sample_router();
  std::mutex mutex;
  std::vector<std::string> lines;
  TestServer server(router, {},
                    {.access_log =
                         [&](const AccessRecord& record) {
                           const std::lock_guard guard(mutex);
                           lines.push_back(std::string(record.route) + " " + std::to_string(record.status));
                         },
                     .bug = {}});
  RawClient client(server.port());
  client.request(get("/echo/410102199001010011"));
  client.request(get("/unknown/410102199001010011"));
  const std::lock_guard guard(mutex);
  EXPECT_EQ(lines, (std::vector<std::string>{"GET /echo/{word} 200", "none 404"}));
  const std::string metrics = server.server().metrics_text({});
  EXPECT_NE(metrics.find("mingma_http_requests_total{route=\"GET /echo/{word}\",status=\"2xx\"} 1"), std::string::npos);
  EXPECT_EQ(metrics.find("410102"), std::string::npos);
}

TEST(HttpServer, HoldsTenThousandIdleConnectionsAndStillAnswers) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  // Client and server ends are both in this process.
  const std::size_t possible = limit.rlim_cur > 400 ? (limit.rlim_cur - 200) / 2 : 100;
  const std::size_t count = std::min<std::size_t>(10'000, possible);
  if (count < 10'000)
    std::printf("note: only %zu connections, the limit of descriptors is %zu\n", count, std::size_t{limit.rlim_cur});
  const Router router = sample_router();
  TestServer server(router);
  std::vector<RawClient> clients;
  clients.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back(server.port());
    ASSERT_TRUE(clients.back().connected()) << i;
  }
  for (int i = 0; i < 200 && server.server().connections() < count; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(server.server().connections(), count);
  for (std::size_t i = 0; i < count; i += 97) ASSERT_EQ(clients[i].request(get("/hello")).status, 200) << i;
}

}  // namespace
}  // namespace mingma::http
