#include <gtest/gtest.h>

#include "http/cookie.h"
#include "http/jwt.h"
#include "http/testing/test_platform.h"

namespace mingma::http {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SigningKey;
using testing::outcome;
using testing::TestPlatform;

std::string cookie_of(const ClientResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (!equal_ignoring_case(key, "set-cookie") || !value.starts_with(std::string(name) + "=")) continue;
    return value.substr(name.size() + 1, value.find(';') - name.size() - 1);
  }
  return {};
}

std::string path_of(std::string_view url) { return parse_url(url)->target; }

// A browser that follows the three redirects by hand.
class Login : public ::testing::Test {
 protected:
  // To the provider's page: its query, and the login cookie.
  void begin(const std::string& query = "?return_to=/me") {
    const ClientResponse response = platform_.get("/v1/session/login" + query);
    ASSERT_EQ(response.status, 303) << response.body;
    const std::string location = path_of(response.header("location"));
    ASSERT_TRUE(location.starts_with("/oidc/authorize?")) << location;
    authorization_ = location.substr(location.find('?') + 1);
    secret_ = cookie_of(response, "mingma-login");
    ASSERT_EQ(secret_.size(), 43u);
  }
  // At the provider: the path of the callback.
  std::string choose(std::string person =
                         "&document_type=resident_id&document_number=41010219900101001X&name=%E5%BC%A0%E4%B8%89&"
                         "birthdate=1990-01-01") {
    const ClientResponse response = platform_.send({.method = "POST",
                                                    .target = "/oidc/authorize",
                                                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                                                    .body = authorization_ + person});
    EXPECT_EQ(response.status, 303) << response.body;
    return path_of(response.header("location"));
  }
  ClientResponse finish(const std::string& callback) {
    return platform_.get(callback, {{"Cookie", "mingma-login=" + secret_}});
  }

  TestPlatform platform_;
  std::string authorization_;
  std::string secret_;
};

TEST_F(Login, OpensASessionThatActsForThePerson) {
  begin();
  const ClientResponse page = platform_.get("/oidc/authorize?" + authorization_);
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("张&lt;三&gt;"), std::string::npos);
  const ClientResponse done = finish(choose());
  ASSERT_EQ(done.status, 303) << done.body;
  EXPECT_EQ(done.header("location"), "/me");
  const std::string session = cookie_of(done, "mingma");
  ASSERT_EQ(session.size(), 43u);
  const ClientHeaders cookie{{"Cookie", "mingma=" + session}};
  EXPECT_EQ(platform_.get("/v1/session", cookie).status, 200);
  EXPECT_EQ(outcome(platform_.get("/v1/me/code?device=d", cookie)), "404 service.not_registered");
  const ClientResponse registered = platform_.post("/v1/residents", R"({"home":"410102"})", cookie);
  EXPECT_EQ(registered.status, 201) << registered.body;
  EXPECT_EQ(platform_.get("/v1/me/code?device=d", cookie).status, 200);
  EXPECT_EQ(platform_.send({.method = "POST", .target = "/v1/session/logout", .headers = cookie}).status, 204);
  EXPECT_EQ(outcome(platform_.get("/v1/session", cookie)), "401 http.not_signed_in");
}

TEST_F(Login, GivesProgramsABearerToken) {
  begin("?mode=token");
  const ClientResponse done = finish(choose());
  ASSERT_EQ(done.status, 200) << done.body;
  const Json answer = *parse_json(done.body);
  EXPECT_EQ(platform_.get("/v1/session", platform_.bearer(answer.find("session")->string())).status, 200);
  EXPECT_TRUE(cookie_of(done, "mingma").empty());
}

TEST_F(Login, WorksOnceOnlyAndInItsOwnBrowserOnly) {
  begin();
  const std::string callback = choose();
  const std::string own = std::exchange(secret_, std::string(43, 'A'));
  EXPECT_EQ(outcome(finish(callback)), "401 http.login_failed");
  secret_ = own;
  EXPECT_EQ(outcome(finish(callback)), "400 http.login_expired");  // the failed attempt used it up
  begin();
  const std::string again = choose();
  EXPECT_EQ(finish(again).status, 303);
  EXPECT_EQ(outcome(finish(again)), "400 http.login_expired");
}

TEST_F(Login, RefusesCodesOfOtherSignInsAndInventedOnes) {
  begin();
  const std::string first = choose();
  begin();
  const std::string second = choose();
  // The second state with the first code: the verifier does not fit the first challenge.
  const std::string mixed = first.substr(0, first.find("&state=")) + second.substr(second.find("&state="));
  EXPECT_EQ(outcome(finish(mixed)), "401 http.login_failed");
  begin();
  const std::string good = choose();
  const std::string invented = "/v1/session/callback?code=invented" + good.substr(good.find("&state="));
  EXPECT_EQ(outcome(finish(invented)), "401 http.login_failed");
  EXPECT_EQ(outcome(finish("/v1/session/callback?code=x&state=unknown")), "400 http.login_expired");
  EXPECT_EQ(outcome(finish("/v1/session/callback?error=access_denied&state=x")), "401 http.login_failed");
}

TEST_F(Login, EndsWhenItTakesTooLong) {
  begin();
  const std::string callback = choose();
  platform_.clock().set(TestPlatform::kNow.plus(601));
  EXPECT_EQ(outcome(finish(callback)), "400 http.login_expired");
}

TEST_F(Login, NeverSendsTheBrowserToAnotherSite) {
  for (const std::string place : {"//evil.example", "https://evil.example", "/%5cevil.example/..", "me", "/a/../b"}) {
    EXPECT_EQ(outcome(platform_.get("/v1/session/login?return_to=" + place)), "400 http.invalid_query") << place;
  }
}

TEST_F(Login, ProviderRefusesUnregisteredClientsAndPlainChallenges) {
  begin();
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = authorization_;
    text.replace(text.find(from), from.size(), to);
    return outcome(platform_.get("/oidc/authorize?" + text));
  };
  EXPECT_EQ(changed("client_id=mingma", "client_id=other"), "400 http.invalid_query");
  EXPECT_EQ(changed("redirect_uri=http", "redirect_uri=httq"), "400 http.invalid_query");
  EXPECT_EQ(changed("S256", "plain"), "400 http.invalid_query");
}

TEST_F(Login, SessionsEndByThemselvesAndOthersPagesCannotUseTheCookie) {
  const std::string token = platform_.session();
  const ClientHeaders foreign{{"Cookie", "mingma=" + token}, {"Origin", "https://evil.example"}};
  EXPECT_EQ(outcome(platform_.post("/v1/residents", R"({"home":"410102"})", foreign)), "403 http.cross_site");
  const ClientHeaders fetched{{"Cookie", "mingma=" + token}, {"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(outcome(platform_.post("/v1/residents", R"({"home":"410102"})", fetched)), "403 http.cross_site");
  const ClientHeaders own{
      {"Cookie", "mingma=" + token}, {"Origin", platform_.origin()}, {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(platform_.post("/v1/residents", R"({"home":"410102"})", own).status, 201);
  platform_.clock().set(TestPlatform::kNow.plus(12 * 3600));
  EXPECT_EQ(outcome(platform_.get("/v1/session", own)), "401 http.not_signed_in");
}

TEST(Cookies, AreFoundStrictly) {
  EXPECT_EQ(find_cookie("a=1; mingma=xyz; b=2", "mingma"), "xyz");
  EXPECT_EQ(find_cookie("mingma=", "mingma"), "");
  EXPECT_EQ(find_cookie("xmingma=1", "mingma"), "");
  EXPECT_EQ(find_cookie("mingma=1; mingma=2", "mingma"), "");
  EXPECT_EQ(find_cookie("mingma=a,b", "mingma"), "");
  EXPECT_EQ(write_set_cookie({.name = "n", .value = "v", .max_age_seconds = 5, .secure = true}),
            "n=v; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure");
}

TEST(SessionTable, IsBoundedAndForgetsTheOldest) {
  SeededRng rng(1);
  Sessions sessions(rng, {.sessions_max = 320, .lifetime_seconds = 100});
  const UnixSeconds now{1000};
  std::vector<std::string> tokens;
  for (int i = 0; i < 5000; ++i) tokens.push_back(sessions.open(ResidentId{}, {}, now));
  EXPECT_LE(sessions.size(), 320u);
  EXPECT_FALSE(sessions.find(tokens.front(), now).has_value());
  EXPECT_TRUE(sessions.find(tokens.back(), now).has_value());
  EXPECT_FALSE(sessions.find(tokens.back(), now.plus(100)).has_value());
  EXPECT_TRUE(sessions.person(tokens.back(), now).has_value());
  sessions.forget_person(tokens.back());
  EXPECT_FALSE(sessions.person(tokens.back(), now).has_value());
}

// RFC 7515 appendix A.3: an ES256 token and its key.
constexpr std::string_view kRfcJwks =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
constexpr std::string_view kRfcToken =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
// RFC 7515 appendix A.2: RS256.
constexpr std::string_view kRfcRsaJwks =
    R"({"keys":[{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]})";
constexpr std::string_view kRfcRsaToken =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjb"
    "KBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
    "eOkHWEsqtFZES"
    "c6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

TEST(WebTokens, VerifyTheExamplesOfTheStandard) {
  const auto claims = verify_jwt(kRfcToken, *parse_jwks(kRfcJwks));
  ASSERT_TRUE(claims.ok()) << claims.error().to_string();
  EXPECT_EQ(claims->find("iss")->string(), "joe");
  const auto rsa = verify_jwt(kRfcRsaToken, *parse_jwks(kRfcRsaJwks));
  ASSERT_TRUE(rsa.ok()) << rsa.error().to_string();
  EXPECT_FALSE(verify_jwt(kRfcRsaToken, *parse_jwks(kRfcJwks)).ok());
}

TEST(WebTokens, RefuseEveryKindOfForgery) {
  SigningKey key = SigningKey::generate(SignatureAlgorithm::kEs256);
  const auto keys = *parse_jwks(write_jwks("k", key.verifying_key()));
  const std::string good = sign_jwt(Json(Json::Object{{"sub", "x"}}), "k", key);
  ASSERT_TRUE(verify_jwt(good, keys).ok());
  const std::string payload = good.substr(good.find('.') + 1);
  const auto with_header = [&](std::string_view header) { return base64url_encode(as_bytes(header)) + "." + payload; };
  EXPECT_FALSE(verify_jwt(with_header(R"({"alg":"none"})"), keys).ok());
  EXPECT_FALSE(verify_jwt(with_header(R"({"alg":"HS256","kid":"k"})"), keys).ok());
  EXPECT_FALSE(verify_jwt(with_header(R"({"alg":"ES256","kid":"other"})"), keys).ok());
  EXPECT_FALSE(verify_jwt(good + "A", keys).ok());
  EXPECT_FALSE(verify_jwt(good.substr(0, good.rfind('.') + 1), keys).ok());
  EXPECT_FALSE(verify_jwt(good.substr(0, good.rfind('.')), keys).ok());
  for (std::size_t i = 0; i < good.size(); i += 7) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_jwt(changed, keys).ok()) << i;
  }
  SigningKey other = SigningKey::generate(SignatureAlgorithm::kEs256);
  EXPECT_FALSE(verify_jwt(sign_jwt(Json(Json::Object{{"sub", "x"}}), "k", other), keys).ok());
  const Json header(Json::Object{{"alg", "ES256"}, {"kid", "k"}, {"crit", Json::Array{Json("x")}}});
  const std::string critical = base64url_encode(as_bytes(header.to_string())) + ".e30";
  EXPECT_FALSE(verify_jwt(critical + "." + base64url_encode(key.sign(as_bytes(critical))), keys).ok());
}

}  // namespace
}  // namespace mingma::http
