// Officers over HTTP: sessions bound to a passkey, key files that sign requests, what enrolment needs.
#include <gtest/gtest.h>

#include "crypto/testing/soft_authenticator.h"
#include "http/routes.h"
#include "http/testing/test_platform.h"

namespace mingma::http {
namespace {

using crypto::testing::SoftAuthenticator;
using testing::outcome;
using testing::TestPlatform;

class OfficerRoutes : public ::testing::Test {
 protected:
  OfficerRoutes() {
    platform_.api.officer_keys.emplace(
        device_.key().key_id(),
        testing::FakeOfficers::Known{{"CDC-1/zhang", "CDC-1", shard::OfficerRole::kExecuting, device_.key().key_id()},
                                     device_.key(),
                                     device_.id(),
                                     scope_});
    platform_.api.officer_keys.emplace(
        "lab-key", testing::FakeOfficers::Known{{"LAB-1/script", "LAB-1", shard::OfficerRole::kExecuting, "lab-key"},
                                                platform_.institution_key.verifying_key(),
                                                {},
                                                {}});
  }
  Bytes challenge() {
    const ClientResponse response = platform_.post("/v1/officer-session/challenge", R"({"officer":"CDC-1/zhang"})");
    EXPECT_EQ(response.status, 200) << response.body;
    const Json json = *parse_json(response.body);
    EXPECT_EQ(json.find("allowCredentials")->array().front().find("id")->string(), base64url_encode(device_.id()));
    return *base64url_decode(json.find("challenge")->string());
  }
  ClientResponse sign_in(ByteView challenge, std::string mode = "token") {
    const crypto::WebAuthnAssertion assertion = device_.get(challenge);
    Json body;
    body.set("credential", base64url_encode(device_.id()));
    body.set("authenticator_data", base64url_encode(assertion.authenticator_data));
    body.set("client_data", base64url_encode(assertion.client_data));
    body.set("signature", base64url_encode(assertion.signature));
    body.set("mode", std::move(mode));
    return platform_.post("/v1/officer-session", body.to_string());
  }

  TestPlatform platform_;
  SeededRng rng_{5};
  const crypto::WebAuthnScope scope_{"127.0.0.1", platform_.origin()};
  SoftAuthenticator device_{crypto::SignatureAlgorithm::kEs256, scope_, rng_};
};

TEST_F(OfficerRoutes, APasskeyOpensASessionThatEndsWithItsKey) {
  EXPECT_EQ(outcome(platform_.get("/v1/officer-session")), "401 http.not_signed_in");
  const ClientResponse opened = sign_in(challenge());
  ASSERT_EQ(opened.status, 201) << opened.body;
  const std::string token = parse_json(opened.body)->find("session")->string();
  const ClientResponse me = platform_.get("/v1/officer-session", platform_.bearer(token));
  ASSERT_EQ(me.status, 200) << me.body;
  EXPECT_EQ(parse_json(me.body)->find("officer")->string(), "CDC-1/zhang");
  EXPECT_EQ(outcome(platform_.get("/v1/me/receipt", platform_.bearer(token))), "401 http.not_signed_in")
      << "an officer's session is no resident's";
  platform_.api.officer_keys.erase(device_.key().key_id());
  EXPECT_EQ(outcome(platform_.get("/v1/officer-session", platform_.bearer(token))), "401 service.unknown_key");
}

TEST_F(OfficerRoutes, AChallengeCountsOnceAndOnlyWhenItWasGivenOut) {
  const Bytes given = challenge();
  EXPECT_EQ(sign_in(given).status, 201);
  EXPECT_EQ(outcome(sign_in(given)), "403 crypto.webauthn_challenge");
  EXPECT_EQ(outcome(sign_in(Digest{})), "403 crypto.webauthn_challenge");
  const Bytes late = challenge();
  platform_.clock().set(platform_.clock().now().plus(OfficerSessions::kChallengeSeconds));
  EXPECT_EQ(outcome(sign_in(late)), "403 crypto.webauthn_challenge");
}

TEST_F(OfficerRoutes, WrongOriginAndMissingUserVerificationAreRefused) {
  device_.origin_shown = "https://phish.example";
  EXPECT_EQ(outcome(sign_in(challenge())), "403 crypto.webauthn_origin");
  device_.origin_shown = {};
  device_.flags = crypto::kUserPresent;
  EXPECT_EQ(outcome(sign_in(challenge())), "403 crypto.webauthn_user_not_verified");
}

TEST_F(OfficerRoutes, ACookieSessionIsSetAndClosed) {
  const ClientResponse opened = sign_in(challenge(), "cookie");
  ASSERT_EQ(opened.status, 201);
  const std::string cookie(opened.header("set-cookie"));
  ASSERT_TRUE(cookie.starts_with("mingma-officer=")) << cookie;
  const ClientHeaders headers{{"Cookie", cookie.substr(0, cookie.find(';'))}};
  EXPECT_EQ(platform_.get("/v1/officer-session", headers).status, 200);
  EXPECT_EQ(platform_.send({.method = "POST", .target = "/v1/officer-session/logout", .headers = headers}).status, 204);
  EXPECT_EQ(outcome(platform_.get("/v1/officer-session", headers)), "401 http.not_signed_in");
}

TEST_F(OfficerRoutes, AKeyFileSignsEachRequest) {
  const ClientResponse me =
      platform_.send(platform_.sign({.method = "GET", .target = "/v1/officer-session"}, "nonce-0001"));
  ASSERT_EQ(me.status, 200) << me.body;
  EXPECT_EQ(parse_json(me.body)->find("officer")->string(), "LAB-1/script");
  EXPECT_EQ(outcome(platform_.send(platform_.sign({.method = "GET", .target = "/v1/officer-session"}, "nonce-0001"))),
            "401 http.signature_replayed");
}

TEST_F(OfficerRoutes, ARegistrationBecomesAKeyOfTheDocument) {
  const ClientResponse options = platform_.post("/v1/officer-registration", R"({"officer":"CDC-1/li","name":"李"})");
  ASSERT_EQ(options.status, 200) << options.body;
  const Bytes challenge = *base64url_decode(parse_json(options.body)->find("challenge")->string());
  const crypto::WebAuthnRegistration registration = device_.create(challenge);
  Json body;
  body.set("officer", "CDC-1/li");
  body.set("attestation", base64url_encode(registration.attestation_object));
  body.set("client_data", base64url_encode(registration.client_data));
  const ClientResponse key = platform_.post("/v1/officer-registration/key", body.to_string());
  ASSERT_EQ(key.status, 200) << key.body;
  EXPECT_EQ(parse_json(key.body)->find("key_id")->string(), device_.key().key_id());
  body.set("officer", "CDC-1/other");
  EXPECT_EQ(outcome(platform_.post("/v1/officer-registration/key", body.to_string())), "403 crypto.webauthn_challenge");
}

TEST_F(OfficerRoutes, HoldsAreShownToOfficersAndApprovedBySignedDocuments) {
  EXPECT_EQ(outcome(platform_.get("/v1/holds")), "401 http.not_signed_in");
  const ClientResponse holds = platform_.send(platform_.sign({.method = "GET", .target = "/v1/holds"}, "nonce-0002"));
  ASSERT_EQ(holds.status, 200) << holds.body;
  EXPECT_EQ(parse_json(holds.body)->find("items")->array().size(), 1u);
  const ClientResponse approved = platform_.post(
      "/v1/approvals", R"({"type":"approval","document":"{}","signatures":[{"key":"k","signature":"AAAA"}]})");
  EXPECT_EQ(approved.status, 200) << approved.body;
  EXPECT_EQ(outcome(platform_.post("/v1/approvals", R"({"type":"grant","document":"{}","signatures":[]})")),
            "400 http.invalid_body");
}

TEST_F(OfficerRoutes, APreviewIsForOfficersAndNamesNobody) {
  const std::string body = R"({"documents":["{}","{}"]})";
  EXPECT_EQ(outcome(platform_.post("/v1/statements/preview", body)), "401 http.not_signed_in");
  const std::string token = parse_json(sign_in(challenge()).body)->find("session")->string();
  const ClientResponse preview = platform_.post("/v1/statements/preview", body, platform_.bearer(token));
  ASSERT_EQ(preview.status, 200) << preview.body;
  EXPECT_EQ(preview.body, R"({"statements":2,"outcomes":{"held":2},"worse":0,"better":0,"worse_when_approved":2,)"
                          R"("missing":{"approved":2},"reasons":{},"problems":[]})");
  EXPECT_EQ(outcome(platform_.post("/v1/statements/preview", R"({"documents":[1]})", platform_.bearer(token))),
            "400 http.invalid_body");
}

TEST_F(OfficerRoutes, APolicyIsCheckedWithItsTestTableForOfficers) {
  Json body;
  body.set("policy", "{}");
  EXPECT_EQ(outcome(platform_.post("/v1/policies/check", body.to_string())), "401 http.not_signed_in");
  const std::string token = parse_json(sign_in(challenge()).body)->find("session")->string();
  EXPECT_EQ(outcome(platform_.post("/v1/policies/check", body.to_string(), platform_.bearer(token))),
            "400 rules.invalid_policy");
}

TEST_F(OfficerRoutes, ADocumentsChallengeIsItsDigest) {
  const std::string document =
      R"({"type":"officer_revocation","id":"r","officer":"a/b","revoked_by":"root","from":"2022-08-08T00:00:00Z","reason":"left"})";
  Json body;
  body.set("type", "officer_revocation");
  body.set("document", document);
  const ClientResponse answer = platform_.post("/v1/document-challenges", body.to_string());
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(parse_json(answer.body)->find("challenge")->string(),
            base64url_encode(shard::document_digest("officer_revocation", document)));
  body.set("document", "{}");
  EXPECT_EQ(outcome(platform_.post("/v1/document-challenges", body.to_string())), "422 shard.invalid_document");
}

}  // namespace
}  // namespace mingma::http
