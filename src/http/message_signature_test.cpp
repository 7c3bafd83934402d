#include "http/message_signature.h"

#include <gtest/gtest.h>

#include "http/content_digest.h"
#include "http/errors.h"
#include "http/replay_window.h"

namespace mingma::http {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SigningKey;
using crypto::VerifyingKey;

// RFC 9421 appendix B.1.3, B.1.4 and B.2.
constexpr std::string_view kRfcP256Public =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf\n"
    "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kRfcEd25519Public =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
    "-----END PUBLIC KEY-----\n";
constexpr UnixSeconds kRfcTime{1618884473};

const std::vector<HeaderView> kRfcRequestHeaders{
    {"Host", "example.com"},
    {"Date", "Tue, 20 Apr 2021 02:07:55 GMT"},
    {"Content-Type", "application/json"},
    {"Content-Digest",
     "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
    {"Content-Length", "18"}};
const std::vector<HeaderView> kRfcResponseHeaders{
    {"Date", "Tue, 20 Apr 2021 02:07:56 GMT"},
    {"Content-Type", "application/json"},
    {"Content-Digest",
     "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"},
    {"Content-Length", "23"}};

SignedMessage rfc_request(const std::vector<HeaderView>& headers) {
  return {.method = "POST",
          .scheme = "https",
          .authority = "example.com",
          .target = "/foo?param=Value&Pet=dog",
          .status = 0,
          .headers = headers};
}

SignaturePolicy lenient() {
  return {.age_seconds_max = 300,
          .skew_seconds_max = 30,
          .requires_nonce = false,
          .requires_digest = false,
          .requires_target = false};
}

TEST(MessageSignature, VerifiesTheEd25519ExampleOfTheStandard) {
  auto headers = kRfcRequestHeaders;
  headers.push_back({"Signature-Input",
                     "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")"
                     ";created=1618884473;keyid=\"test-key-ed25519\""});
  headers.push_back(
      {"Signature",
       "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"});
  const auto claim = take_signature(rfc_request(headers), lenient(), kRfcTime);
  ASSERT_TRUE(claim.ok()) << claim.error().to_string();
  EXPECT_EQ(claim->base,
            "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n"
            "\"content-type\": application/json\n\"content-length\": 18\n"
            "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")"
            ";created=1618884473;keyid=\"test-key-ed25519\"");
  const auto key = VerifyingKey::from_pem(kRfcEd25519Public);
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(verify_claim(*claim, *key).ok());
}

TEST(MessageSignature, VerifiesTheP256ExampleOfTheStandard) {
  auto headers = kRfcResponseHeaders;
  headers.push_back({"Signature-Input",
                     "sig-b24=(\"@status\" \"content-type\" \"content-digest\" "
                     "\"content-length\");created=1618884473;keyid=\"test-key-ecc-p256\""});
  headers.push_back(
      {"Signature",
       "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:"});
  const SignedMessage response{
      .method = {}, .scheme = {}, .authority = {}, .target = {}, .status = 200, .headers = headers};
  const auto claim = take_signature(response, lenient(), kRfcTime);
  ASSERT_TRUE(claim.ok()) << claim.error().to_string();
  const auto key = VerifyingKey::from_pem(kRfcP256Public);
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(verify_claim(*claim, *key).ok());
  const auto other = VerifyingKey::from_pem(kRfcEd25519Public);
  EXPECT_FALSE(verify_claim(*claim, *other).ok());
}

TEST(MessageSignature, VerifiesTheDigestsOfTheStandardsMessages) {
  EXPECT_TRUE(check_content_digest(kRfcRequestHeaders[3].value, as_bytes("{\"hello\": \"world\"}")).ok());
  EXPECT_TRUE(check_content_digest(kRfcResponseHeaders[2].value, as_bytes("{\"message\": \"good dog\"}")).ok());
}

// RFC 9421 section 2.2: what each derived component is.
TEST(MessageSignature, DerivesComponentsAsTheStandardSays) {
  const std::vector<HeaderView> headers{{"X-Twice", "one"}, {"x-twice", "two"}, {"X-Empty", ""}};
  const SignedMessage message{.method = "POST",
                              .scheme = "https",
                              .authority = "WWW.Example.com:443",
                              .target = "/path?param=value",
                              .status = 0,
                              .headers = headers};
  const auto base_of = [&](std::string component) {
    const auto base = signature_base(message, {{{std::move(component), {}}}, {}});
    return base.ok() ? base->substr(0, base->find('\n')) : base.error().message();
  };
  EXPECT_EQ(base_of("@method"), "\"@method\": POST");
  EXPECT_EQ(base_of("@target-uri"), "\"@target-uri\": https://www.example.com/path?param=value");
  EXPECT_EQ(base_of("@authority"), "\"@authority\": www.example.com");
  EXPECT_EQ(base_of("@scheme"), "\"@scheme\": https");
  EXPECT_EQ(base_of("@request-target"), "\"@request-target\": /path?param=value");
  EXPECT_EQ(base_of("@path"), "\"@path\": /path");
  EXPECT_EQ(base_of("@query"), "\"@query\": ?param=value");
  EXPECT_EQ(base_of("x-twice"), "\"x-twice\": one, two");
  EXPECT_EQ(base_of("x-empty"), "\"x-empty\": ");
  EXPECT_EQ(base_of("@query-param"), "this component is not understood here");
  EXPECT_EQ(base_of("X-Twice"), "a component's name is in lower case");
  EXPECT_EQ(base_of("absent"), "the message lacks a field that its signature covers");
}

class SignedRequest : public ::testing::Test {
 protected:
  SignedRequest()
      : key_(SigningKey::generate(SignatureAlgorithm::kEd25519)), digest_(write_content_digest(as_bytes("body"))) {
    request_.components = {"@method", "@authority", "@path", "@query", "content-digest"};
    request_.key_id = "lab-1";
    request_.nonce = "0123456789";
    request_.created = kNow;
  }

  SignedMessage message() const {
    return {.method = method_,
            .scheme = "https",
            .authority = "code.example",
            .target = target_,
            .status = 0,
            .headers = headers_};
  }
  void sign() {
    headers_ = {{"Content-Digest", digest_}};
    const auto fields = sign_message(message(), request_, key_);
    ASSERT_TRUE(fields.ok()) << fields.error().to_string();
    fields_ = *fields;
    headers_.push_back({"Signature-Input", fields_.signature_input});
    headers_.push_back({"Signature", fields_.signature});
  }
  // "ok", "does not verify", or the code of the error.
  std::string outcome(UnixSeconds now = kNow) const {
    const auto claim = take_signature(message(), {}, now);
    if (!claim.ok()) return std::string(claim.error().code());
    return verify_claim(*claim, key_.verifying_key()).ok() ? "ok" : "does not verify";
  }

  static constexpr UnixSeconds kNow{1'700'000'000};
  SigningKey key_;
  std::string digest_;
  std::string method_ = "POST";
  std::string target_ = "/v1/submissions?x=1";
  SignatureRequest request_;
  SignatureFields fields_;
  std::vector<HeaderView> headers_;
};

TEST_F(SignedRequest, IsTakenWithinItsTimeAndWithBothAlgorithms) {
  sign();
  EXPECT_EQ(outcome(), "ok");
  EXPECT_EQ(outcome(kNow.plus(300)), "ok");
  EXPECT_EQ(outcome(kNow.plus(-30)), "ok");
  key_ = SigningKey::generate(SignatureAlgorithm::kEs256);
  sign();
  EXPECT_EQ(outcome(), "ok");
}

TEST_F(SignedRequest, IsRefusedTooLateTooEarlyOrPastItsOwnExpiry) {
  sign();
  EXPECT_EQ(outcome(kNow.plus(301)), "http.signature_expired");
  EXPECT_EQ(outcome(kNow.plus(-31)), "http.signature_expired");
  request_.expires = kNow.plus(10);
  sign();
  EXPECT_EQ(outcome(kNow.plus(10)), "ok");
  EXPECT_EQ(outcome(kNow.plus(11)), "http.signature_expired");
}

TEST_F(SignedRequest, DoesNotVerifyOnceAnythingCoveredChanges) {
  sign();
  method_ = "PUT";
  EXPECT_EQ(outcome(), "does not verify");
  method_ = "POST";
  target_ = "/v1/submissions?x=2";
  EXPECT_EQ(outcome(), "does not verify");
  target_ = "/v1/submissions?x=1";
  const std::string other = write_content_digest(as_bytes("other body"));
  headers_[0].value = other;
  EXPECT_EQ(outcome(), "does not verify");
}

TEST_F(SignedRequest, MustCoverMethodTargetAndDigest) {
  for (const std::string missing : {"@method", "@authority", "@path", "@query", "content-digest"}) {
    SCOPED_TRACE(missing);
    request_.components = {"@method", "@authority", "@path", "@query", "content-digest"};
    std::erase(request_.components, missing);
    sign();
    EXPECT_EQ(outcome(), "http.signature_invalid");
  }
  request_.components = {"@method", "@target-uri", "content-digest"};
  sign();
  EXPECT_EQ(outcome(), "ok");
}

TEST_F(SignedRequest, NeedsItsNonceKeyAndFields) {
  request_.nonce.clear();
  sign();
  EXPECT_EQ(outcome(), "http.signature_invalid");
  request_.nonce = "short";
  sign();
  EXPECT_EQ(outcome(), "http.signature_invalid");
  request_.nonce = "long enough";
  request_.key_id.clear();
  sign();
  EXPECT_EQ(outcome(), "http.signature_invalid");
  request_.key_id = "k";
  sign();
  headers_.pop_back();
  EXPECT_EQ(outcome(), "http.signature_missing");
  headers_.push_back({"Signature", "other=:AAAA:"});
  EXPECT_EQ(outcome(), "http.signature_invalid");
}

TEST_F(SignedRequest, IsFoundAmongOtherSignaturesByItsTag) {
  sign();
  const std::string inputs = "proxy=(\"@method\");created=1;keyid=\"p\", " + fields_.signature_input;
  const std::string signatures = "proxy=:AAAA:, " + fields_.signature;
  headers_[1].value = inputs;
  headers_[2].value = signatures;
  EXPECT_EQ(outcome(), "ok");
  const std::string twice = inputs + ", again=(\"@method\");created=1;keyid=\"p\";tag=\"mingma\"";
  headers_[1].value = twice;
  EXPECT_EQ(outcome(), "http.signature_invalid");
}

TEST(ContentDigestField, MatchesTheExamplesOfTheStandard) {
  const ByteView body = as_bytes("{\"hello\": \"world\"}\n");  // RFC 9530 appendix B.1
  EXPECT_TRUE(check_content_digest("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", body).ok());
  EXPECT_TRUE(
      check_content_digest(
          "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:", body)
          .ok());
  EXPECT_EQ(write_content_digest(body), "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
}

TEST(ContentDigestField, IsRefusedWhenWrongMissingOrUnknown) {
  const auto code = [](std::string_view field) {
    return std::string(check_content_digest(field, as_bytes("x")).error().code());
  };
  const std::string right = write_content_digest(as_bytes("x"));
  EXPECT_TRUE(check_content_digest(right + ", md5=:AAAA:", as_bytes("x")).ok());
  EXPECT_EQ(code(""), "http.digest_missing");
  EXPECT_EQ(code("md5=:AAAA:"), "http.digest_missing");
  EXPECT_EQ(code(write_content_digest(as_bytes("y"))), "http.digest_mismatch");
  EXPECT_EQ(code("sha-256=:AAAA:"), "http.invalid_field");
  EXPECT_EQ(code("sha-256=\"text\""), "http.invalid_field");
  // Both must match when both are there.
  EXPECT_EQ(code(right + ", sha-512=:" + base64_encode(Bytes(64, 1)) + ":"), "http.digest_mismatch");
}

TEST(ReplayWindow, TakesEachNonceOfAKeyOnce) {
  ReplayWindow window(100);
  const UnixSeconds now{1'700'000'000};
  EXPECT_TRUE(window.use("a", "nonce", now.plus(300), now).ok());
  EXPECT_EQ(window.use("a", "nonce", now.plus(300), now).error().code(), "http.signature_replayed");
  EXPECT_EQ(window.use("a", "nonce", now.plus(300), now.plus(300)).error().code(), "http.signature_replayed");
  EXPECT_EQ(window.use("a", "nonce", now.plus(310), now.plus(10)).error().code(), "http.signature_replayed");
  EXPECT_TRUE(window.use("b", "nonce", now.plus(300), now).ok());
  EXPECT_TRUE(window.use("an", "once", now.plus(300), now).ok());
}

TEST(ReplayWindow, ForgetsOnlyWhatHasExpiredAndRefusesWhenFull) {
  ReplayWindow window(3);
  const UnixSeconds now{1'700'000'000};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(window.use("k", "nonce" + std::to_string(i), now.plus(60), now).ok());
  EXPECT_EQ(window.use("k", "nonce3", now.plus(60), now).error().code(), "http.busy");
  EXPECT_EQ(window.use("k", "nonce0", now.plus(60), now.plus(60)).error().code(), "http.signature_replayed");
  EXPECT_TRUE(window.use("k", "nonce3", now.plus(200), now.plus(100)).ok());
  EXPECT_EQ(window.size(), 1u);
}

}  // namespace
}  // namespace mingma::http
