#include "http/client.h"

#include <gtest/gtest.h>

#include "http/errors.h"
#include "http/testing/certificate.h"
#include "http/testing/test_server.h"

namespace mingma::http {
namespace {

using boost::asio::awaitable;
using testing::TestServer;

class Repeat final : public BodySource {
 public:
  awaitable<Result<std::string>> next() override { co_return left_-- > 0 ? std::string(100'000, 'r') : std::string(); }

 private:
  int left_ = 50;
};

Router sample_router() {
  Router router;
  router.add_plain(Method::kGet, "/hello", {}, [](Request& request) -> Result<Response> {
    return Response::text("hello " + std::string(request.header("x-name")));
  });
  router.add_plain(Method::kGet, "/long", {}, [](Request&) -> Result<Response> {
    return Response::stream(std::make_unique<Repeat>(), kTextType);
  });
  router.add(Method::kPost, "/count", {.body = BodyMode::kStream, .body_bytes_max = 20u << 20, .consumes = {}},
             [](Request& request) -> awaitable<Result<Response>> {
               std::size_t bytes = 0;
               for (;;) {
                 auto piece = co_await request.body_stream->read();
                 if (!piece.ok()) co_return std::move(piece).error();
                 if (piece->empty()) break;
                 bytes += piece->size();
               }
               co_return Response::text(std::to_string(bytes));
             });
  return router;
}

Url url_of(const TestServer& server, std::string_view scheme = "http") {
  return *parse_url(std::string(scheme) + "://127.0.0.1:" + std::to_string(server.port()));
}

ClientRequest upload_of(std::size_t bytes, bool announced) {
  ClientRequest request{.method = "POST", .target = "/count", .headers = {{"Content-Type", "text/plain"}}};
  request.upload = [left = bytes](std::span<char> into) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(left, into.size());
    std::fill_n(into.begin(), count, 'u');
    left -= count;
    return count;
  };
  if (announced) request.upload_bytes = bytes;
  return request;
}

TEST(HttpUrl, IsTakenApartAndPutTogether) {
  for (const std::string text :
       {"http://host/", "https://host:8443/a/b?c=d", "http://127.0.0.1:80/", "http://[::1]:8080/x"}) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url.ok()) << text;
    EXPECT_EQ(url->to_string(), text == "http://127.0.0.1:80/" ? "http://127.0.0.1/" : text);
  }
  EXPECT_EQ(parse_url("http://host")->target, "/");
  for (const std::string text :
       {"ftp://host/", "host", "http://", "http://user@host/", "http://host:0/", "http://host:99999/",
        "http://host:8o/", "http://[::1/", "http://ho st/", "http://host/a b", "http://host/#x"}) {
    EXPECT_FALSE(parse_url(text).ok()) << text;
  }
}

TEST(HttpClient, KeepsItsConnectionAndComesBackAfterTheServerClosedIt) {
  const Router router = sample_router();
  ServerOptions options;
  options.limits.idle_timeout_ms = 300;
  TestServer server(router, std::move(options));
  Client client(url_of(server));
  for (int i = 0; i < 3; ++i) {
    const auto response = client.send({.target = "/hello", .headers = {{"X-Name", "you"}}});
    ASSERT_TRUE(response.ok()) << response.error().to_string();
    EXPECT_EQ(response->body, "hello you");
    EXPECT_EQ(response->header("content-type"), kTextType);
    EXPECT_EQ(server.server().connections(), 1u);
  }
  for (int i = 0; i < 100 && server.server().connections() > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto again = client.send({.target = "/hello", .headers = {}});
  ASSERT_TRUE(again.ok()) << again.error().to_string();
  EXPECT_EQ(again->status, 200);
}

TEST(HttpClient, UploadsInPiecesWithAndWithoutAnnouncedLength) {
  const Router router = sample_router();
  TestServer server(router);
  Client client(url_of(server));
  for (const bool announced : {true, false}) {
    ClientRequest request = upload_of(5'000'000, announced);
    std::uint64_t reported = 0;
    request.progress = [&](std::uint64_t sent) { reported = sent; };
    const auto response = client.send(request);
    ASSERT_TRUE(response.ok()) << response.error().to_string();
    EXPECT_EQ(response->body, "5000000");
    EXPECT_EQ(reported, 5'000'000u);
  }
}

TEST(HttpClient, SeesTheRefusalOfAnUploadThatIsTooLarge) {
  const Router router = sample_router();
  TestServer server(router);
  Client client(url_of(server));
  const auto response = client.send(upload_of(200u << 20, true));
  ASSERT_TRUE(response.ok()) << response.error().to_string();
  EXPECT_EQ(response->status, 413);
}

TEST(HttpClient, PassesALongAnswerToASinkAndBoundsOneInMemory) {
  const Router router = sample_router();
  TestServer server(router);
  Client client(url_of(server), {.response_bytes_max = 1'000'000, .ca_file = {}});
  std::size_t bytes = 0;
  ClientRequest request{.target = "/long", .headers = {}};
  request.sink = [&](ByteView piece) -> Result<void> {
    bytes += piece.size();
    return {};
  };
  ASSERT_TRUE(client.send(request).ok());
  EXPECT_EQ(bytes, 5'000'000u);
  request.sink = nullptr;
  EXPECT_EQ(client.send(request).error().code(), "http.invalid_answer");
}

TEST(HttpClient, SaysWhyNobodyAnswers) {
  Client client(*parse_url("http://127.0.0.1:1/"));
  EXPECT_EQ(client.send({.headers = {}}).error().code(), "http.unreachable");
  // Accepts and never answers.
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(fd, 8);
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  Client waiting(*parse_url("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port))),
                 {.inactivity_timeout_ms = 200, .ca_file = {}});
  EXPECT_EQ(waiting.send({.headers = {}}).error().code(), "http.no_answer");
  ::close(fd);
}

TEST(HttpClient, SpeaksTlsAndChecksWhoAnswers) {
  const testing::Certificate certificate;
  const Router router = sample_router();
  ServerOptions options;
  options.tls = std::make_unique<TlsFiles>(TlsFiles{certificate.certificate_file(), certificate.key_file()});
  TestServer server(router, std::move(options));
  Client trusting(url_of(server, "https"), {.ca_file = certificate.certificate_file()});
  for (int i = 0; i < 2; ++i) {
    const auto response = trusting.send({.target = "/hello", .headers = {}});
    ASSERT_TRUE(response.ok()) << response.error().to_string();
    EXPECT_EQ(response->status, 200);
  }
  EXPECT_EQ(trusting.send(upload_of(3'000'000, false))->body, "3000000");
  Client strange(url_of(server, "https"));
  EXPECT_EQ(strange.send({.target = "/hello", .headers = {}}).error().code(), "http.unreachable");
  Url other_name = url_of(server, "https");
  other_name.host = "localhost";
  Client wrong_name(other_name, {.ca_file = certificate.certificate_file()});
  EXPECT_EQ(wrong_name.send({.target = "/hello", .headers = {}}).error().code(), "http.unreachable");
  Client careless(url_of(server, "https"), {.ca_file = {}, .verify_tls = false});
  EXPECT_TRUE(careless.send({.target = "/hello", .headers = {}}).ok());
}

}  // namespace
}  // namespace mingma::http
