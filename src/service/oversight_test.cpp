#include "service/oversight.h"

#include "service/errors.h"
#include "service/service_test_support.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kNow;
using testing::TestProvince;

TEST(WhoMay, NamesTheInstitutionsTheirPhonesAndTheGrantsUpToTheRoots) {
  Disk disk;
  TestProvince province(disk);
  PowerRequest request{*DivisionCode::parse("41"), rules::EvidenceKind::kContactFinding, {}};
  const Result<Power> power = province.api().who_may(request);
  ASSERT_TRUE(power.ok()) << power.error().to_string();
  EXPECT_EQ(power->threshold, 2u);
  EXPECT_EQ(power->root_names.size(), 3u);
  EXPECT_FALSE(power->policy_id.empty());
  ASSERT_EQ(power->kinds.size(), 1u);
  const KindPower& kind = power->kinds.front();
  EXPECT_FALSE(kind.resident_may_declare);
  ASSERT_FALSE(kind.mandates.empty());
  const MandateView& mandate = kind.mandates.front();
  EXPECT_EQ(mandate.institution.id, testing::kCdc);
  EXPECT_FALSE(mandate.institution.phone.empty());
  ASSERT_FALSE(mandate.chain.empty());
  EXPECT_EQ(mandate.chain.back().grantor.id, "root");
  // What it says of the grant is what was published, and the leaf is that document's.
  const auto published = province.api().find_public(PublicList::kGrants, mandate.chain.front().id);
  ASSERT_TRUE(published.ok());
  EXPECT_EQ(published->hash, mandate.chain.front().hash);
  EXPECT_EQ(published->leaf, mandate.chain.front().leaf);
  const Json json = to_json(*power);
  EXPECT_EQ(json.find("kinds")->array().front().find("kind")->string(), "contact_finding");
}

TEST(WhoMay, AnswersForAllKindsAndForAnotherInstant) {
  Disk disk;
  TestProvince province(disk);
  const Result<Power> all = province.api().who_may({*DivisionCode::parse("41"), {}, {}});
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->kinds.size(), rules::evidence_schema().size());
  const Result<Power> past =
      province.api().who_may({*DivisionCode::parse("41"), {}, kNow.plus(-3'000 * kSecondsPerDay)});
  ASSERT_TRUE(past.ok());
  for (const KindPower& kind : past->kinds) EXPECT_TRUE(kind.mandates.empty()) << kind.kind;
  EXPECT_TRUE(past->policy_id.empty());
}

TEST(WhoMay, RefusesPlacesOfOtherProvinces) {
  Disk disk;
  TestProvince province(disk);
  const Result<Power> elsewhere = province.api().who_may({*DivisionCode::parse("3101"), {}, {}});
  ASSERT_FALSE(elsewhere.ok());
  EXPECT_TRUE(elsewhere.error().is(errors::kBadRequest));
}

}  // namespace
}  // namespace mingma::service
