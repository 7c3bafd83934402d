#include "service/certificates.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/json.h"
#include "crypto/certificate.h"
#include "crypto/random.h"
#include "service/audit.h"
#include "service/errors.h"
#include "service/service_test_support.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::TestProvince;

constexpr std::string_view kIssuer = "SG-MOH";

// Singapore's published sample: a vaccination of TAN CHEN CHEN, 1990-01-15, valid until 2023-03-15.
struct Sample {
  std::string text;
  std::string signer_spki;
};

std::optional<Sample> read_sample(const std::string& name) {
  const char* data = std::getenv("MINGMA_DATA");
  if (data == nullptr) return std::nullopt;
  std::ifstream in(std::string(data) + "/hcert/testdata/" + name, std::ios::binary);
  if (!in) return std::nullopt;
  const Json json = *parse_json(std::string(std::istreambuf_iterator<char>(in), {}));
  const Bytes der = *base64_decode(json.find("TESTCTX")->find("CERTIFICATE")->string());
  return Sample{json.find("PREFIX")->string(), base64_encode(crypto::Certificate::from_der(der)->key().spki_der())};
}

void publish_issuer(TestProvince& province, const std::string& spki, std::string_view kinds) {
  province.publish(province.sign_by_roots(
      "institution",
      R"({"type":"institution","id":"SG-MOH","class":"other_province","name":{"zh":"新加坡卫生部","en":"Ministry of Health, Singapore"},)"
      R"("phone":"0065-0000","division":"41","keys":[{"key":")" +
          spki +
          R"(","from":"2021-01-01T00:00:00Z","until":"2024-01-01T00:00:00Z"}],"issued_at":"2022-11-01T00:00:00Z"})"));
  province.publish(province.sign_by_roots(
      "grant", R"({"type":"grant","id":"G-SG","grantor":"root","grantee":"SG-MOH","kinds":[)" + std::string(kinds) +
                   R"(],"areas":["41"],"from":"2021-01-01T00:00:00Z","until":"2023-11-01T00:00:00Z",)"
                   R"("may_delegate":false,"document_number":"T-SG"})"));
  province.settle();
}

Person holder() {
  return {.document_type = "passport",
          .country = "SGP",
          .document_number = "K1234567E",
          .name = "Tan Chen-Chen",
          .birth_date = *parse_date("1990-01-15")};
}

ResidentId register_holder(TestProvince& province) {
  RegisterRequest wanted{.person = holder(), .home = *DivisionCode::parse("410102")};
  const auto registered = province.wait(province.api().register_resident(wanted));
  EXPECT_TRUE(registered.ok()) << registered.error().to_string();
  return *province.api().identify(holder());
}

class Certificates : public ::testing::Test {
 protected:
  Certificates() : sample_(read_sample("SG/2DCode/raw/1.json")) {}
  void SetUp() override {
    if (!sample_) GTEST_SKIP() << "skipped: no conformance data";
  }
  Result<StatementOutcome> present(TestProvince& province, const ResidentId& resident, Person person,
                                   std::string text) {
    PresentedCertificate wanted{.resident = resident, .person = std::move(person), .text = std::move(text)};
    return province.wait(province.api().present_certificate(std::move(wanted)));
  }
  std::optional<Sample> sample_;
};

TEST_F(Certificates, OnesOwnCountsAsAStatementOfItsIssuerOnceAndIsAudited) {
  Disk disk;
  {
    TestProvince province(disk);
    publish_issuer(province, sample_->signer_spki, R"("vaccination")");
    const ResidentId resident = register_holder(province);
    const auto first = present(province, resident, holder(), sample_->text);
    ASSERT_TRUE(first.ok()) << first.error().to_string();
    EXPECT_EQ(first->outcome, StatementOutcomeCode::kAccepted) << first->code;
    const auto again = present(province, resident, holder(), sample_->text);
    ASSERT_TRUE(again.ok()) << again.error().to_string();
    EXPECT_EQ(again->outcome, StatementOutcomeCode::kDuplicate);
  }
  crypto::SystemRng rng;
  const auto audit = audit_province(testing::config_for(disk), rng, {});
  ASSERT_TRUE(audit.ok()) << audit.error().to_string();
  EXPECT_TRUE(audit->clean());
  std::uint64_t statements = 0;
  for (const auto& shard : audit->shards) statements += shard.report.statements;
  EXPECT_EQ(statements, 1u);
}

TEST_F(Certificates, OfAnotherPersonIsRefused) {
  Disk disk;
  TestProvince province(disk);
  publish_issuer(province, sample_->signer_spki, R"("vaccination")");
  const ResidentId resident = register_holder(province);
  Person other = holder();
  other.name = "Tan Mei Mei";
  EXPECT_TRUE(present(province, resident, other, sample_->text).error().is(errors::kOthersCertificate));
  other = holder();
  other.birth_date = *parse_date("1990-01-16");
  EXPECT_TRUE(present(province, resident, other, sample_->text).error().is(errors::kOthersCertificate));
  other.birth_date.reset();
  EXPECT_TRUE(present(province, resident, other, sample_->text).error().is(errors::kOthersCertificate));
}

TEST_F(Certificates, NeedAPublishedIssuerAndAGrantForTheirKind) {
  Disk disk;
  TestProvince province(disk);
  const ResidentId resident = register_holder(province);
  EXPECT_TRUE(present(province, resident, holder(), sample_->text).error().is(errors::kUnknownIssuer));
  publish_issuer(province, sample_->signer_spki, R"("test_result")");
  const auto outcome = present(province, resident, holder(), sample_->text);
  ASSERT_TRUE(outcome.ok()) << outcome.error().to_string();
  EXPECT_EQ(outcome->outcome, StatementOutcomeCode::kRejected);
  EXPECT_EQ(outcome->code, "not_authorised");
}

TEST_F(Certificates, ThatWereChangedExpiredOrAreNoneAreRefused) {
  Disk disk;
  TestProvince province(disk);
  publish_issuer(province, sample_->signer_spki, R"("vaccination")");
  const ResidentId resident = register_holder(province);
  for (const std::string text : {"HC1:", "MM1:ABC", "HC1:NCFOXN", "hello"})
    EXPECT_FALSE(present(province, resident, holder(), text).ok()) << text;
  province.clock().set(*parse_instant("2023-03-16T00:00:00Z"));
  const auto expired = present(province, resident, holder(), sample_->text);
  ASSERT_FALSE(expired.ok());
  EXPECT_NE(expired.error().message().find("expired"), std::string::npos);
}

TEST(CertificateHolders, AreComparedByLettersInEitherOrderAndSpelling) {
  const shard::CertificateHolder named{.family = "Musterfrau-Gößinger",
                                       .given = "Gabriele",
                                       .family_machine = "MUSTERFRAU<GOESSINGER",
                                       .given_machine = "GABRIELE",
                                       .birth_date = *parse_date("1998-02-26")};
  Person person{.document_type = "passport", .country = "AUT", .document_number = "P1", .birth_date = named.birth_date};
  for (const char* name :
       {"Gabriele Musterfrau-Gößinger", "MUSTERFRAU GOESSINGER, GABRIELE", "Musterfrau Gößinger Gabriele"}) {
    person.name = name;
    EXPECT_TRUE(check_holder(named, person).ok()) << name;
  }
  for (const char* name : {"", "Gabriele", "Gabriele Musterfrau", "Gößinger Gabriele Musterfrau"}) {
    person.name = name;
    EXPECT_FALSE(check_holder(named, person).ok()) << name;
  }
}

}  // namespace
}  // namespace mingma::service
