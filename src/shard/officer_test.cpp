#include "shard/officer.h"

#include <gtest/gtest.h>

#include "shard/errors.h"
#include "shard/test_officers.h"

namespace mingma::shard {
namespace {

using namespace testing;

class Officers : public ::testing::TestWithParam<OfficerKeyKind> {
 protected:
  Officers() { province_.found(); }
  std::string publish(SignedDocument document, UnixSeconds now = kStart) {
    const CommandResult result = province_.publish(std::move(document), now);
    return result.error ? std::string(result.error->code()) : "published";
  }
  const ControlState& control() { return province_.control().machine().control(); }

  TestProvince province_;
  SeededRng rng_{11};
  TestOfficer zhang_{"cdc-1/zhang.wei", "executing", GetParam(), rng_};
};
INSTANTIATE_TEST_SUITE_P(Keys, Officers, ::testing::Values(OfficerKeyKind::kKey, OfficerKeyKind::kPasskey));

TEST_P(Officers, AreEnrolledByTheirInstitutionAndTheirOwnKey) {
  ASSERT_EQ(publish(zhang_.enrolment(province_)), "published");
  const OfficerKeyRef key = control().officer_key(zhang_.key_id(), kStart);
  ASSERT_TRUE(key);
  EXPECT_EQ(key.officer->id, "cdc-1/zhang.wei");
  EXPECT_EQ(key.key->kind, GetParam());
  EXPECT_FALSE(control().officer_key(zhang_.key_id(), kStart.plus(-2 * kDay)));
  EXPECT_TRUE(province_.data().machine().control().officer_key(zhang_.key_id(), kStart)) << "data shards follow";
}

TEST_P(Officers, AreNotEnrolledWithoutTheirOwnSignature) {
  SignedDocument document = zhang_.enrolment(province_);
  document.signatures.pop_back();
  EXPECT_EQ(publish(document), "shard.not_authorised");
}

TEST_P(Officers, AreNotEnrolledWithoutTheirInstitution) {
  SignedDocument document = zhang_.enrolment(province_);
  document.signatures.erase(document.signatures.begin());
  EXPECT_EQ(publish(document), "shard.unknown_key");
  TestOfficer other("lab-1/li", "executing", GetParam(), rng_);
  SignedDocument foreign =
      province_.sign_by(DocumentType::kOfficer, other.document(kStart, Json::Array{other.key_json()}), "cdc-1");
  other.sign(foreign);
  EXPECT_EQ(publish(foreign), "shard.unknown_key") << "another institution cannot enrol for the laboratory";
}

TEST_P(Officers, OfAnOperatorDoNotExist) {
  TestOfficer clerk("operator-1/clerk", "executing", GetParam(), rng_);
  EXPECT_EQ(publish(clerk.enrolment(province_)), "shard.not_authorised");
}

TEST_P(Officers, KeysAreNobodyElses) {
  ASSERT_EQ(publish(zhang_.enrolment(province_)), "published");
  TestOfficer wang("cdc-1/wang", "approving", OfficerKeyKind::kKey, rng_);
  SignedDocument borrowed = province_.sign_by(
      DocumentType::kOfficer, wang.document(kStart, Json::Array{wang.key_json(), zhang_.key_json()}), "cdc-1");
  wang.sign(borrowed);
  zhang_.sign(borrowed);
  EXPECT_EQ(publish(borrowed), "shard.conflict");
  Json::Array institutions_own;
  Json key;
  key.set("kind", "key");
  key.set("key", base64_encode(province_.find("lab-1").key->verifying_key().spki_der()));
  key.set("from", kStart.to_string());
  institutions_own.push_back(std::move(key));
  SignedDocument disguised =
      province_.sign_by(DocumentType::kOfficer, wang.document(kStart, std::move(institutions_own)), "cdc-1");
  EXPECT_EQ(publish(disguised), "shard.conflict");
}

TEST_P(Officers, RevokedKeysEndAndNeverReturn) {
  ASSERT_EQ(publish(zhang_.enrolment(province_)), "published");
  const UnixSeconds lost = kStart.plus(kHour);
  const std::string document = officer_revocation("r-1", zhang_.id(), zhang_.key_id(), "cdc-1", lost);
  EXPECT_EQ(publish(province_.sign_by(DocumentType::kOfficerRevocation, document, "lab-1")), "shard.unknown_key");
  EXPECT_EQ(publish(province_.sign_by(DocumentType::kOfficerRevocation, document, "cdc-1")), "published");
  EXPECT_TRUE(control().officer_key(zhang_.key_id(), lost.plus(-1)));
  EXPECT_FALSE(control().officer_key(zhang_.key_id(), lost));

  TestOfficer replacement("cdc-1/zhang.wei", "executing", GetParam(), rng_);
  ASSERT_EQ(publish(replacement.enrolment(province_, kStart.plus(1))), "published");
  EXPECT_TRUE(control().officer_key(replacement.key_id(), lost));
  EXPECT_FALSE(control().officer_key(zhang_.key_id(), kStart.plus(2))) << "left out of the later document";
  EXPECT_EQ(publish(zhang_.enrolment(province_, kStart.plus(2))), "shard.conflict");
}

TEST_P(Officers, OrdersOfACommandMayBeSignedByItsOrderingOfficer) {
  TestOfficer chief("command-1/chief", "ordering", GetParam(), rng_);
  TestOfficer clerk("command-1/clerk", "executing", GetParam(), rng_);
  ASSERT_EQ(publish(chief.enrolment(province_)), "published");
  ASSERT_EQ(publish(clerk.enrolment(province_)), "published");
  SignedDocument order =
      province_.area_order("order-1", "410102", "high", kStart, kStart.plus(3 * kDay), "none", "command-1");
  order.signatures.clear();
  SignedDocument by_clerk = order;
  clerk.sign(by_clerk);
  EXPECT_EQ(publish(by_clerk), "shard.unknown_key");
  chief.sign(order);
  EXPECT_EQ(publish(order), "published");
}

TEST(OfficerPasskeys, WhoseCounterDoesNotRiseSignNothing) {
  TestProvince province;
  province.found();
  SeededRng rng(3);
  TestOfficer chief("command-1/chief", "ordering", OfficerKeyKind::kPasskey, rng);
  chief.passkey().counter = 40;
  ASSERT_FALSE(province.publish(chief.enrolment(province)).error);  // counter 41
  const auto order = [&](std::string number, std::uint32_t counter) {
    SignedDocument out =
        province.area_order(number, "410102", "high", kStart, kStart.plus(3 * kDay), "none", "command-1");
    out.signatures.clear();
    chief.passkey().counter = counter - 1;
    chief.sign(out);
    const CommandResult result = province.publish(out);
    return result.error ? std::string(result.error->code()) : "published";
  };
  EXPECT_EQ(order("order-1", 41), "shard.counter_back");
  EXPECT_EQ(order("order-1", 42), "published");
  EXPECT_EQ(order("order-2", 42), "shard.counter_back");
  EXPECT_EQ(order("order-2", 1), "shard.counter_back");
  EXPECT_EQ(order("order-2", 100), "published");
}

TEST(OfficerPasskeys, SignOnlyWhatWasShownToThem) {
  TestProvince province;
  province.found();
  SeededRng rng(4);
  TestOfficer chief("command-1/chief", "ordering", OfficerKeyKind::kPasskey, rng);
  ASSERT_FALSE(province.publish(chief.enrolment(province)).error);
  SignedDocument small =
      province.area_order("order-1", "410102", "high", kStart, kStart.plus(kDay), "none", "command-1");
  SignedDocument large = province.area_order("order-1", "4101", "high", kStart, kStart.plus(kDay), "none", "command-1");
  small.signatures.clear();
  chief.sign(small);
  large.signatures = small.signatures;
  EXPECT_EQ(province.publish(large).error->code(), "crypto.webauthn_challenge");
  EXPECT_FALSE(province.publish(small).error);
}

TEST(OfficerPasskeys, RegistrationsAreKeptAndMustFit) {
  TestProvince province;
  province.found();
  SeededRng rng(5);
  TestOfficer one("cdc-1/one", "executing", OfficerKeyKind::kPasskey, rng);
  TestOfficer two("cdc-1/two", "executing", OfficerKeyKind::kPasskey, rng);
  Json key = one.key_json();
  key.set("attestation", *two.key_json().find("attestation"));
  SignedDocument document = province.sign_by(DocumentType::kOfficer, one.document(kStart, Json::Array{key}), "cdc-1");
  one.sign(document);
  EXPECT_EQ(province.publish(document).error->code(), "shard.invalid_document");
  Json moved = one.key_json();
  moved.set("origin", "https://other.mingma.example");
  document = province.sign_by(DocumentType::kOfficer, one.document(kStart, Json::Array{moved}), "cdc-1");
  one.sign(document);
  EXPECT_EQ(province.publish(document).error->code(), "crypto.webauthn_origin");
}

}  // namespace
}  // namespace mingma::shard
