#include "code/smart_health_card.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "code/errors.h"
#include "code/testing/province.h"
#include "crypto/inflate.h"

namespace mingma::code {
namespace {

using testing::kNow;
using testing::Province;

constexpr std::string_view kPayload =
    R"({"iss":"https://lab.example/shc","nbf":1655000000.5,"vc":{"type":["https://smarthealth.cards#health-card",)"
    R"("https://smarthealth.cards#immunization"],"credentialSubject":{"fhirVersion":"4.0.1",)"
    R"("fhirBundle":{"resourceType":"Bundle","type":"collection","entry":[]}}}})";

class HealthCardTest : public ::testing::Test {
 protected:
  std::string header() const {
    return R"({"zip":"DEF","alg":"ES256","kid":")" + jwk_thumbprint(province_.code_key.verifying_key()) + R"("})";
  }

  std::string signed_card(std::string_view head, std::string_view payload) {
    const Bytes zlib = crypto::zlib_deflate(as_bytes(payload));
    const ByteView raw = ByteView(zlib).subspan(2, zlib.size() - 6);
    const std::string text = base64url_encode(as_bytes(head)) + "." + base64url_encode(raw);
    return text + "." + base64url_encode(province_.code_key.sign(as_bytes(text)));
  }
  static std::string digits(std::string_view jws) {
    std::string text = "shc:/";
    for (const char c : jws) {
      text += static_cast<char>('0' + (c - 45) / 10);
      text += static_cast<char>('0' + (c - 45) % 10);
    }
    return text;
  }
  std::string_view code_of(std::string_view text, UnixSeconds now = kNow) const {
    const auto result = verify_health_card(text, trusted_, now);
    return result.ok() ? "ok" : result.error().code();
  }

  Province province_;
  std::vector<HealthCardIssuer> trusted_{{"https://lab.example/shc", province_.code_key.verifying_key()}};
};

TEST_F(HealthCardTest, GivesTheBundleOfAGoodCard) {
  const std::string jws = signed_card(header(), kPayload);
  for (const std::string& text : {jws, digits(jws)}) {
    const auto card = verify_health_card(text, trusted_, kNow);
    ASSERT_TRUE(card.ok()) << card.error().to_string();
    EXPECT_EQ(card->issuer, "https://lab.example/shc");
    EXPECT_EQ(card->not_before, UnixSeconds{1'655'000'000});
    EXPECT_EQ(card->fhir_bundle.find("resourceType")->string(), "Bundle");
    EXPECT_EQ(card->jws, jws);
  }
}

TEST_F(HealthCardTest, NamesKeysAsRfc7638Does) {
  // The P-256 public key of RFC 7515 appendix A.3; its thumbprint computed with OpenSSL.
  Bytes point{4};
  append(point, base64url_decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU").value());
  append(point, base64url_decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0").value());
  EXPECT_EQ(jwk_thumbprint(crypto::VerifyingKey::from_p256(point).value()),
            "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
}

TEST_F(HealthCardTest, RefusesOtherSigners) {
  const std::string jws = signed_card(header(), kPayload);
  trusted_[0].url = "https://other.example/shc";
  EXPECT_EQ(code_of(jws), "code.unknown_signer");
  trusted_[0] = {"https://lab.example/shc", province_.phone.verifying_key()};
  EXPECT_EQ(code_of(jws), "code.unknown_signer");
}

TEST_F(HealthCardTest, RefusesChangedContent) {
  const std::string jws = signed_card(header(), kPayload);
  int refused = 0;
  for (std::size_t i = 0; i < jws.size(); ++i) {
    std::string changed = jws;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (code_of(changed) != "ok") ++refused;
  }
  EXPECT_EQ(refused, static_cast<int>(jws.size()));
}

TEST_F(HealthCardTest, RefusesOtherAlgorithmsAndHeaders) {
  const std::string kid = jwk_thumbprint(province_.code_key.verifying_key());
  EXPECT_EQ(code_of(signed_card(R"({"zip":"DEF","alg":"none","kid":")" + kid + "\"}", kPayload)), "code.malformed");
  EXPECT_EQ(code_of(signed_card(R"({"zip":"DEF","alg":"HS256","kid":")" + kid + "\"}", kPayload)), "code.malformed");
  EXPECT_EQ(code_of(signed_card(R"({"alg":"ES256","kid":")" + kid + "\"}", kPayload)), "code.malformed");
  EXPECT_EQ(code_of(signed_card(R"({"zip":"DEF","alg":"ES256","crit":[],"kid":")" + kid + "\"}", kPayload)),
            "code.malformed");
}

TEST_F(HealthCardTest, HoldsItsTimes) {
  EXPECT_EQ(code_of(signed_card(header(), kPayload), UnixSeconds{1'654'999'999}), "code.not_valid_now");
  std::string payload(kPayload);
  payload.insert(1, "\"exp\":1655078400,");
  EXPECT_EQ(code_of(signed_card(header(), payload), kNow.plus(-1)), "ok");
  EXPECT_EQ(code_of(signed_card(header(), payload), kNow), "code.not_valid_now");
}

TEST_F(HealthCardTest, RefusesWhatIsNoCard) {
  for (const char* text :
       {"", "shc:/", "shc:/1/2/5676", "shc:/567", "shc:/99", "shc:/5x", "a.b", "a.b.c", "a.b.c.d", "..", "HC1:6BF"}) {
    EXPECT_EQ(code_of(text), "code.malformed") << text;
  }
  EXPECT_EQ(code_of(std::string(kHealthCardTextMax + 1, '.')), "code.malformed");
  EXPECT_EQ(code_of(signed_card(header(), "{}")), "code.malformed");
  EXPECT_EQ(code_of(signed_card(header(), std::string(kHealthCardBytesMax + 1, ' '))), "code.malformed");
}

}  // namespace
}  // namespace mingma::code
