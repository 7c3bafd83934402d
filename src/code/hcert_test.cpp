#include "code/hcert.h"

#include <gtest/gtest.h>

#include "base/cbor.h"
#include "code/cbor_json.h"
#include "code/cose.h"
#include "code/errors.h"
#include "code/testing/province.h"
#include "crypto/inflate.h"

namespace mingma::code {
namespace {

using testing::Province;

// A certificate made here, so that the rules below need no published data.
Bytes certificate_with(std::string_view content_hex, CborWriter& claims) {
  Province province;
  claims.integer(-260).map(1).integer(1).raw(hex_decode(content_hex).value());
  return CoseSigner(province.code_key).sign(claims.view());
}

TEST(Hcert, ReadsClaimsAndContent) {
  CborWriter claims;
  claims.map(4).integer(1).text("AT").integer(4).integer(200).integer(6).integer(100);
  const auto hcert = read_hcert(certificate_with("a1617681a0", claims));  // {"v": [{}]}
  ASSERT_TRUE(hcert.ok()) << hcert.error().to_string();
  EXPECT_EQ(hcert->claims.issuer, "AT");
  EXPECT_EQ(hcert->claims.issued_at, UnixSeconds{100});
  EXPECT_EQ(hcert->claims.expires_at, UnixSeconds{200});
  EXPECT_EQ(hcert->claims.kind, HcertKind::kVaccination);
  EXPECT_EQ(hcert->claims.content.to_string(), R"({"v":[{}]})");
}

TEST(Hcert, TwoKindsOfContentAreNoKind) {
  for (const char* content : {"a2617681a0617481a0", "a0"}) {  // {"v": [{}], "t": [{}]}, {}
    CborWriter claims;
    const auto hcert = read_hcert(certificate_with(content, claims.map(1)));
    ASSERT_TRUE(hcert.ok());
    EXPECT_FALSE(hcert->claims.kind.has_value());
  }
}

TEST(Hcert, OurOwnCodesAreNoEvidence) {
  Province province;
  const auto result = read_hcert(province.issuer.issue(province.phone_claims()).value());
  ASSERT_FALSE(result.ok());
  EXPECT_TRUE(result.error().is(errors::kCodeMalformed));
}

TEST(Hcert, RefusesDuplicateKeysAndHugeLabels) {
  CborWriter twice;
  twice.map(2).integer(1).text("AT").integer(1).text("DE");
  EXPECT_FALSE(read_hcert_claims(twice.view()).ok());
  CborWriter huge;
  huge.map(1).unsigned_integer(~0ull).integer(0);
  EXPECT_FALSE(read_hcert_claims(huge.view()).ok());
  EXPECT_FALSE(read_hcert_claims(hex_decode("a1390103a101a2617600617600").value()).ok());
}

TEST(Hcert, BoundsEverySize) {
  EXPECT_FALSE(hcert_strip_prefix("HC1:" + std::string(kHcertTextMax, 'A')).ok());
  EXPECT_FALSE(hcert_inflate(crypto::zlib_deflate(Bytes(kHcertBytesMax + 1))).ok());
  EXPECT_TRUE(hcert_inflate(crypto::zlib_deflate(Bytes(kHcertBytesMax))).ok());
  EXPECT_FALSE(read_hcert(Bytes(kHcertBytesMax + 1)).ok());
}

TEST(CborToJson, KeepsWhatJsonCanSay) {
  const auto json = [](std::string_view hex) {
    const auto result = cbor_to_json(hex_decode(hex).value());
    return result.ok() ? result->to_string() : std::string(result.error().code());
  };
  EXPECT_EQ(json("bf61619f01f93c00fbc010666666666666ff6162f6ff"), R"({"a":[1,1,-4.1],"b":null})");
  EXPECT_EQ(json("c074323032322d30362d31335430303a30303a30305a"), R"("2022-06-13T00:00:00Z")");
  EXPECT_EQ(json("42fbff"), R"("-_8")");
  EXPECT_EQ(json("f97c00"), "code.malformed");  // infinity
  EXPECT_EQ(json("a10100"), "code.malformed");  // a key that is no text
  EXPECT_EQ(json("a2616100616100"), "base.invalid_cbor");
  EXPECT_EQ(json("0000"), "base.invalid_cbor");
}

}  // namespace
}  // namespace mingma::code
