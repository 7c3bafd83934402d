// Guardians and paper codes as the province offers them, up to what a door says.
#include <gtest/gtest.h>

#include "code/door.h"
#include "code/presentation.h"
#include "service/audit.h"
#include "service/errors.h"
#include "service/service_test_support.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kCdc;
using testing::kCommunity;
using testing::kNow;
using testing::TestProvince;

class FamilyOfProvince : public ::testing::Test {
 protected:
  code::DoorCheck at_door(const std::string& text, UnixSeconds now) {
    const Blob blob = *province_.api().trust_pack();
    const auto key = crypto::SigningKey::from_pem(disk_.pems.at("trust-pack"));
    const auto pack = code::open_trust_pack(*blob.bytes, key->verifying_key(), std::nullopt);
    EXPECT_TRUE(pack.ok());
    return code::check_at_door(text, pack->pack, now);
  }
  NameGuardian consent(const TestProvince::Someone& dependant, const TestProvince::Someone& guardian) {
    NameGuardian out;
    out.dependant = dependant.resident;
    out.self = dependant.person;
    out.guardian = guardian.person;
    out.relation = "parent";
    out.until = kNow.plus(30 * kSecondsPerDay);
    return out;
  }
  static std::string person(const Person& one) {
    return R"({"document_type":"resident_id","document_number":")" + one.document_number + R"("})";
  }
  // Somebody of the county who is (not) of age at kNow.
  TestProvince::Someone someone(bool adult, std::uint32_t from) {
    for (std::uint32_t index = from;; ++index) {
      const CivilDate born = *province_.county.resident(index).person.birth_date;
      const bool of_age = china_date(kNow).days - born.days > 15 * 366;
      const bool child = china_date(kNow).days - born.days < 13 * 365;
      if ((adult && of_age) || (!adult && child)) return province_.register_someone(index);
    }
  }

  Disk disk_;
  TestProvince province_{disk_};
};

TEST_F(FamilyOfProvince, AGuardianShowsTheCodeOnTheirOwnPhoneUntilTheConsentIsWithdrawn) {
  const auto mother = someone(true, 10), daughter = someone(true, 40), stranger = someone(true, 70);
  const auto begun = province_.wait(province_.api().family().name_guardian(consent(mother, daughter)));
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  EXPECT_TRUE(begun->in_force);
  EXPECT_NE(begun->label.find(daughter.person.document_number.substr(14)), std::string::npos) << begun->label;

  const auto known = province_.wait(province_.api().family().dependants(daughter.resident));
  ASSERT_EQ(known->size(), 1u);
  EXPECT_EQ(known->front().dependant, mother.resident);
  EXPECT_FALSE(known->front().name_mask.empty());
  const auto code =
      province_.wait(province_.api().family().dependant_code(mother.resident, daughter.resident, daughter.device));
  ASSERT_TRUE(code.ok()) << code.error().to_string();
  const std::string shown = code::show_on_phone((*code)->credential, kNow, province_.phone());
  EXPECT_EQ(at_door(shown, kNow).verdict, code::Verdict::kGreen);
  EXPECT_EQ(at_door(shown, kNow).claims->document_digits, mother.person.document_number.substr(14));

  EXPECT_EQ(province_.wait(province_.api().family().dependant_code(mother.resident, stranger.resident, stranger.device))
                .error()
                .code(),
            errors::kShardNotGuardian.code);
  ASSERT_TRUE(
      province_.wait(province_.api().family().end_guardianship({mother.resident, daughter.resident, true})).ok());
  EXPECT_FALSE(
      province_.wait(province_.api().family().dependant_code(mother.resident, daughter.resident, daughter.device))
          .ok());
  EXPECT_FALSE(province_.wait(province_.api().family().check_guardian(mother.resident, daughter.resident)).ok());
  EXPECT_TRUE(province_.wait(province_.api().family().dependants(daughter.resident))->empty());
}

TEST_F(FamilyOfProvince, AChildCannotConsentAndTheCommunityAttestsTheParent) {
  const auto child = someone(false, 10), parent = someone(true, 200);
  EXPECT_EQ(province_.wait(province_.api().family().name_guardian(consent(child, parent))).error().code(),
            errors::kForbidden.code);
  NameGuardian other = consent(parent, child);
  other.self = child.person;
  EXPECT_EQ(province_.wait(province_.api().family().name_guardian(other)).error().code(), errors::kForbidden.code)
      << "somebody else's document";

  const std::string document = R"({"type":"guardianship","institution":")" + std::string(kCommunity) +
                               R"(","basis":"age","relation":"parent","dependant":)" + person(child.person) +
                               R"(,"guardian":)" + person(parent.person) +
                               R"(,"source_record":"hukou-1","signed_at":")" + kNow.to_string() + R"("})";
  const auto done = province_.wait(
      province_.api().family().submit_guardianship(province_.sign_by(kCommunity, "guardianship", document)));
  ASSERT_TRUE(done.ok()) << done.error().to_string();
  EXPECT_EQ(done->guardian, parent.resident);
  EXPECT_TRUE(province_.wait(province_.api().family().check_guardian(child.resident, parent.resident)).ok());
  EXPECT_FALSE(
      province_.wait(province_.api().family().submit_guardianship(province_.sign_by(kCdc, "guardianship", document)))
          .ok());
}

TEST_F(FamilyOfProvince, ARevokedSheetIsRefusedAtDoorsWithTheNextPackAndPrintsTheSameUntilThen) {
  const auto holder = someone(true, 10);
  const auto sheet = province_.wait(province_.api().family().issue_paper({holder.resident, {}}, 7));
  ASSERT_TRUE(sheet.ok()) << sheet.error().to_string();
  EXPECT_EQ(sheet->state, "valid");
  const code::DoorCheck good = at_door(sheet->text, kNow);
  EXPECT_EQ(good.verdict, code::Verdict::kGreen);
  const auto again = province_.wait(province_.api().family().paper({holder.resident, {}}, sheet->id));
  EXPECT_EQ(at_door(again->text, kNow).claims, good.claims) << "the same claims each time";
  ASSERT_TRUE(province_.wait(province_.api().family().revoke_paper({holder.resident, {}}, sheet->id, "lost")).ok());
  EXPECT_EQ(at_door(sheet->text, kNow).verdict, code::Verdict::kRevoked);
  const auto listed = province_.wait(province_.api().family().papers({holder.resident, {}}));
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().state, "revoked");
  EXPECT_EQ(province_.wait(province_.api().family().paper({holder.resident, {}}, std::string(32, '0'))).error().code(),
            errors::kShardUnknownPaper.code);
}

TEST_F(FamilyOfProvince, ASheetWhoseColourChangedIsRefusedAtDoorsWithoutAnybodyRevokingIt) {
  const auto holder = someone(true, 10);
  const auto sheet = *province_.wait(province_.api().family().issue_paper({holder.resident, {}}, 7));
  ASSERT_EQ(at_door(sheet.text, kNow).verdict, code::Verdict::kGreen);
  const std::string finding = TestProvince::contact_finding(holder, "CF-1", kNow.plus(-60));
  ASSERT_TRUE(province_.wait(province_.api().submit_statement(province_.sign_by(kCdc, "statement", finding))).ok());
  province_.settle();
  province_.clock().set(kNow.plus(5));
  EXPECT_EQ(at_door(sheet.text, kNow.plus(5)).verdict, code::Verdict::kRevoked);
  EXPECT_EQ(province_.wait(province_.api().family().papers({holder.resident, {}}))->front().state, "colour_changed");
}

TEST_F(FamilyOfProvince, ACommunityPrintsForSomeoneWithoutAPhoneOnceForEachSignedRequest) {
  const auto holder = someone(true, 10);
  const std::string document = R"({"type":"paper_code","institution":")" + std::string(kCommunity) + R"(","person":)" +
                               person(holder.person) + R"(,"days":5,"source_record":"desk-1","signed_at":")" +
                               kNow.to_string() + R"("})";
  const SignedDocument signed_document = province_.sign_by(kCommunity, "paper_code", document);
  const auto sheet = province_.wait(province_.api().family().submit_paper(signed_document));
  ASSERT_TRUE(sheet.ok()) << sheet.error().to_string();
  EXPECT_EQ(sheet->issued_by, kCommunity);
  EXPECT_EQ(at_door(sheet->text, kNow).verdict, code::Verdict::kGreen);
  EXPECT_EQ(province_.wait(province_.api().family().submit_paper(signed_document))->id, sheet->id);
  EXPECT_EQ(province_.wait(province_.api().family().papers({holder.resident, {}}))->size(), 1u);
}

TEST(FamilyAudit, AnswersForEverythingThatWasDone) {
  Disk disk;
  {
    TestProvince province(disk);
    const auto a = province.register_someone(10), b = province.register_someone(11);
    ASSERT_TRUE(province.wait(province.api().family().issue_paper({a.resident, {}}, 7)).ok());
    const auto sheet = *province.wait(province.api().family().issue_paper({b.resident, {}}, 7));
    ASSERT_TRUE(province.wait(province.api().family().revoke_paper({b.resident, {}}, sheet.id, "lost")).ok());
    const std::string finding = TestProvince::contact_finding(a, "CF-1", kNow.plus(-60));
    ASSERT_TRUE(province.wait(province.api().submit_statement(province.sign_by(kCdc, "statement", finding))).ok());
    province.settle();
  }
  crypto::SystemRng rng;
  const auto audit = audit_province(config_for(disk), rng, {});
  ASSERT_TRUE(audit.ok()) << audit.error().to_string();
  for (const auto& shard : audit->shards) {
    for (const auto& finding : shard.report.findings) ADD_FAILURE() << finding.code << " " << finding.text;
  }
  EXPECT_TRUE(audit->clean());
}

}  // namespace
}  // namespace mingma::service
