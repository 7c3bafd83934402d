#include "http/router.h"

#include <gtest/gtest.h>

#include "http/problem.h"
#include "http/rate_limiter.h"
#include "http/target.h"

namespace mingma::http {
namespace {

std::string matched(const Router& router, std::string_view path, Method method = Method::kGet) {
  Request request;
  request.method = method;
  request.path = path;
  const Router::Match match = router.find(request);
  if (match.route == nullptr) return match.allow.empty() ? "none" : "allow " + match.allow;
  std::string text = match.route->name;
  for (const std::string& parameter : request.parameters) {
    if (!parameter.empty()) text += " [" + parameter + "]";
  }
  return text;
}

TEST(Router, PrefersLiteralsAndFillsParameters) {
  Router router;
  const auto nothing = [](Request&) -> Result<Response> { return Response(); };
  for (const std::string_view path :
       {"/", "/a/{x}", "/a/b", "/a/{x}/c", "/a/b/{y}/d", "/files/{path...}", "/files/special", "/{all...}"}) {
    router.add_plain(Method::kGet, path, {}, nothing);
  }
  router.add_plain(Method::kPut, "/a/{x}", {}, nothing);
  EXPECT_EQ(matched(router, "/"), "GET /");
  EXPECT_EQ(matched(router, "/a/b"), "GET /a/b");
  EXPECT_EQ(matched(router, "/a/%62"), "GET /a/b");
  EXPECT_EQ(matched(router, "/a/z%20z"), "GET /a/{x} [z z]");
  EXPECT_EQ(matched(router, "/a/b/c"), "GET /a/{x}/c [b]");
  EXPECT_EQ(matched(router, "/a/b/q/d"), "GET /a/b/{y}/d [q]");
  EXPECT_EQ(matched(router, "/files/special"), "GET /files/special");
  EXPECT_EQ(matched(router, "/files/x/y"), "GET /files/{path...} [x/y]");
  EXPECT_EQ(matched(router, "/a/b/q/e"), "GET /{all...} [a/b/q/e]");
  EXPECT_EQ(matched(router, "/a/z", Method::kHead), "GET /a/{x} [z]");
  EXPECT_EQ(matched(router, "/a/z", Method::kPost), "allow GET, HEAD, PUT, OPTIONS");
}

TEST(Router, FindsNothingWhereNothingIs) {
  Router router;
  router.add_plain(Method::kGet, "/a/{x}", {}, [](Request&) -> Result<Response> { return Response(); });
  for (const std::string_view path : {"/", "/a", "/a/", "/a/b/c", "/b"})
    EXPECT_EQ(matched(router, path), "none") << path;
}

TEST(Negotiation, ReadsAcceptAndAcceptLanguage) {
  EXPECT_TRUE(accepts("", kJsonType));
  EXPECT_TRUE(accepts("text/html, application/*;q=0.8", kJsonType));
  EXPECT_TRUE(accepts("*/*", kTextType));
  EXPECT_FALSE(accepts("text/html", kJsonType));
  EXPECT_FALSE(accepts("application/json;q=0", kJsonType));
  EXPECT_TRUE(is_media_type("Application/JSON; charset=utf-8", kJsonType));
  EXPECT_FALSE(is_media_type("application/jsonx", kJsonType));
  EXPECT_EQ(preferred_language(""), Language::kEnglish);
  EXPECT_EQ(preferred_language("zh"), Language::kChinese);
  EXPECT_EQ(preferred_language("en;q=0.5, zh-Hans-CN;q=0.6"), Language::kChinese);
  EXPECT_EQ(preferred_language("en, zh"), Language::kEnglish);
}

TEST(Targets, AreDecodedOnceAndStrictly) {
  EXPECT_EQ(*percent_decode("a%20b%E4%BD%A0"), "a b你");
  EXPECT_EQ(percent_encode("a b/你"), "a%20b%2F%E4%BD%A0");
  EXPECT_EQ(*form_decode("a+b%2B"), "a b+");
  for (const std::string_view bad : {"%", "%1", "%zz", "%00"}) EXPECT_FALSE(percent_decode(bad).ok()) << bad;
  const auto parameters = parse_parameters("a=1&b=%26&c");
  ASSERT_TRUE(parameters.ok());
  EXPECT_EQ(*find_parameter(*parameters, "b"), "&");
  EXPECT_EQ(*find_parameter(*parameters, "c"), "");
  EXPECT_EQ(parse_parameters("a=1&a=2").error().where(), "a");
  EXPECT_EQ(parse_target("http://host/a?b=c")->path, "/a");
  EXPECT_FALSE(parse_target("*").ok());
  EXPECT_FALSE(parse_target("/a//b").ok());
}

TEST(Problems, HaveATitleInBothLanguagesForEveryStatus) {
  for (const int status :
       {400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 417, 422, 429, 431, 500, 501, 502, 503, 504}) {
    const ErrorInfo info{"test.unknown", status, Retry::kNo};
    EXPECT_FALSE(problem_title(info, Language::kChinese).empty()) << status;
    EXPECT_NE(problem_title(info, Language::kChinese), problem_title(info, Language::kEnglish)) << status;
  }
}

TEST(RateLimiter, GivesABurstAndThenTheRate) {
  SeededRng rng(3);
  RateLimiter limiter({.per_second = 10, .burst = 5}, 1024, rng);
  const Bytes key{1, 2, 3};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.take(key, 1000), 0u);
  EXPECT_EQ(limiter.take(key, 1000), 100u);
  EXPECT_EQ(limiter.take(key, 1099), 1u);
  EXPECT_EQ(limiter.take(key, 1100), 0u);
  EXPECT_EQ(limiter.take(Bytes{4}, 1100), 0u);
  EXPECT_EQ(limiter.take(key, 999), 100u);  // a clock that goes back gives nothing
  int taken = 0;
  for (std::uint64_t now = 100'000; now < 110'000; ++now) taken += limiter.take(key, now) == 0;
  EXPECT_NEAR(taken, 105, 2);
}

TEST(RateLimiter, StaysInItsMemoryUnderManyAddresses) {
  SeededRng rng(3);
  RateLimiter limiter({.per_second = 1, .burst = 2}, 64, rng);
  const Bytes greedy{9, 9};
  int passed = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const Bytes key{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8), 7};
    EXPECT_EQ(limiter.take(key, 5000 + i), 0u);
    passed += limiter.take(greedy, 5000 + i) == 0;
  }
  // Asking all the time keeps its own slot young, so the flood of others does not free the greedy one.
  EXPECT_LE(passed, 20);
}

}  // namespace
}  // namespace mingma::http
