#include "shard/mandate.h"

#include <gtest/gtest.h>

#include "shard/test_province.h"

namespace mingma::shard {
namespace {

using rules::EvidenceKind;
using testing::kDay;
using testing::kStart;
using testing::TestProvince;

class Mandates : public ::testing::Test {
 protected:
  Mandates() { province_.found(); }
  const ControlState& control() { return province_.control().machine().control(); }
  InstitutionNumber number(std::string_view id) { return control().institution_number(id); }
  static std::string text(const Mandate& mandate, const ControlState& control) {
    std::string out = control.institution(mandate.institution)->id + "@" + mandate.area.to_string() + ":";
    for (const Grant* grant : mandate.chain) out += " " + grant->id + "<" + grant->grantor;
    return out;
  }
  TestProvince province_;
};

TEST_F(Mandates, NameTheWholeChainUpToTheRoots) {
  province_.publish(province_.institution("cdc-9", InstitutionClass::kCdc, "4102"));
  province_.publish(
      province_.grant("g-wide", "cdc-1", {"contact_finding"}, {"4102"}, kStart, kStart.plus(90 * kDay), true));
  province_.publish(province_.sign_by(
      DocumentType::kGrant,
      province_
          .grant("g-part", "cdc-9", {"contact_finding"}, {"410202"}, kStart, kStart.plus(30 * kDay), false, "cdc-1")
          .bytes,
      "cdc-1"));
  const auto found = mandates_of(control(), number("cdc-9"), EvidenceKind::kContactFinding,
                                 *DivisionCode::parse("410202"), kStart.plus(kDay), kStart.plus(kDay));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(text(found.front(), control()), "cdc-9@410202: g-part<cdc-1 g-wide<root");
  // Outside its area, of another kind, and after its end there is none.
  EXPECT_TRUE(mandates_of(control(), number("cdc-9"), EvidenceKind::kContactFinding, *DivisionCode::parse("410203"),
                          kStart.plus(kDay), kStart.plus(kDay))
                  .empty());
  EXPECT_TRUE(mandates_of(control(), number("cdc-9"), EvidenceKind::kTestResult, *DivisionCode::parse("410202"),
                          kStart.plus(kDay), kStart.plus(kDay))
                  .empty());
  EXPECT_TRUE(mandates_of(control(), number("cdc-9"), EvidenceKind::kContactFinding, *DivisionCode::parse("410202"),
                          kStart.plus(kDay), kStart.plus(31 * kDay))
                  .empty());
}

TEST_F(Mandates, GiveThoseWhoMayForAPartAfterThoseWhoMayForAll) {
  province_.publish(province_.institution("cdc-9", InstitutionClass::kCdc, "4102"));
  province_.publish(province_.grant("g-9", "cdc-9", {"contact_finding"}, {"410202"}, kStart));
  const auto found = find_mandates(control(), EvidenceKind::kContactFinding, *DivisionCode::parse("4102"), kStart);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(control().institution(found[0].institution)->id, "cdc-1");
  EXPECT_EQ(found[0].area.to_string(), "4102");
  EXPECT_EQ(text(found[1], control()), "cdc-9@410202: g-9<root");
}

TEST_F(Mandates, EndWithARevocationAnywhereInTheChain) {
  province_.publish(province_.institution("cdc-9", InstitutionClass::kCdc, "4102"));
  province_.publish(
      province_.grant("g-wide", "cdc-1", {"contact_finding"}, {"4102"}, kStart, kStart.plus(90 * kDay), true));
  province_.publish(province_.sign_by(
      DocumentType::kGrant,
      province_
          .grant("g-part", "cdc-9", {"contact_finding"}, {"410202"}, kStart, kStart.plus(30 * kDay), false, "cdc-1")
          .bytes,
      "cdc-1"));
  const UnixSeconds end = kStart.plus(kDay);
  province_.publish(province_.revocation("r-1", "g-wide", end));
  const DivisionCode area = *DivisionCode::parse("410202");
  EXPECT_EQ(mandates_of(control(), number("cdc-9"), EvidenceKind::kContactFinding, area, kStart, end.plus(-1)).size(),
            1u);
  EXPECT_TRUE(mandates_of(control(), number("cdc-9"), EvidenceKind::kContactFinding, area, kStart, end).empty());
}

TEST_F(Mandates, AgreeWithTheCheckThatStatementsMeet) {
  province_.publish(province_.institution("cdc-9", InstitutionClass::kCdc, "4102"));
  province_.publish(province_.grant("g-9", "cdc-9", {"contact_finding", "risk_clearance"}, {"410202", "4103"}, kStart,
                                    kStart.plus(20 * kDay)));
  province_.publish(province_.revocation("r-9", "g-9", kStart.plus(10 * kDay)));
  int authorised = 0;
  for (InstitutionNumber each{1}; control().institution(each) != nullptr; ++each.value) {
    for (const rules::EvidenceKindInfo& kind : rules::evidence_schema()) {
      for (const char* area : {"41", "4102", "410202", "410203", "410301", "42"}) {
        for (const int day : {0, 5, 15, 25}) {
          const DivisionCode code = *DivisionCode::parse(area);
          const UnixSeconds at = kStart.plus(day * kDay);
          const bool expected = control().authorised(each, kind.kind, code, kStart, at);
          authorised += expected;
          EXPECT_EQ(!mandates_of(control(), each, kind.kind, code, kStart, at).empty(), expected);
        }
      }
    }
  }
  EXPECT_GT(authorised, 50);
}

}  // namespace
}  // namespace mingma::shard
