// Two provinces: a finding travels with its proof, colours where it arrives, is withdrawn, and the withdrawal follows.
#include <gtest/gtest.h>

#include "service/audit.h"
#include "service/errors.h"
#include "service/service_test_support.h"
#include "shard/errors.h"
#include "shard/neighbour.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kCdc;
using testing::kNow;
using testing::TestProvince;

struct OtherDisk : Disk {
  OtherDisk() { province = "42"; }
};

class Neighbours : public ::testing::Test {
 protected:
  Neighbours() {
    trust(here_, there_, "42");
    trust(there_, here_, "41");
    const std::string number = here_.county.resident(3).person.number;
    someone_.person = {"resident_id", "", number, "张三丰", {}};
    someone_.resident =
        here_.wait(here_.api().register_resident({someone_.person, *DivisionCode::parse("410102")}))->resident;
    elsewhere_ =
        there_.wait(there_.api().register_resident({someone_.person, *DivisionCode::parse("420102")}))->resident;
    here_.settle();
    there_.settle();
  }

  // `province` trusts `other`, which speaks there as P-<code>.
  static void trust(TestProvince& province, TestProvince& other, const std::string& code) {
    province.publish_other_province("P-" + code);
    const Json card = *other.api().neighbours().card();
    Json document;
    document.set("type", "trusted_province");
    document.set("id", code);
    document.set("institution", "P-" + code);
    document.set("name", *card.find("name"));
    document.set("phone", "12320");
    document.set("url", "https://neighbour.example");
    for (const char* name : {"genesis", "ledger_keys", "seal_key", "sign_key"}) document.set(name, *card.find(name));
    document.set("from", "2022-11-01T00:00:00Z");
    document.set("until", "2023-11-01T00:00:00Z");
    document.set("issued_at", "2022-11-01T00:00:00Z");
    province.publish(province.sign_by_roots("trusted_province", document.to_string()));
    province.settle();
  }
  std::string finding(const std::string& record) {
    return TestProvince::contact_finding(someone_, record, kNow.plus(-60));
  }
  SignedDocument order(const std::string& record) {
    return there_.sign_by(
        kCdc, "export",
        R"({"type":"export","institution":"CDC-01","to":"41","person":{"document_type":"resident_id",)"
        R"("document_number":")" +
            someone_.person.document_number + R"("},"record":")" + record +
            R"(","reason":"close contact of a traveller","signed_at":")" + kNow.to_string() + R"("})");
  }
  SignedDocument withdrawal(const std::string& record) {
    return there_.sign_by(
        kCdc, "correction",
        R"({"type":"correction","institution":"CDC-01","person":{"document_type":"resident_id","document_number":")" +
            someone_.person.document_number +
            R"("},"evidence":{"kind":"contact_finding"},"source_record":"W-1","signed_at":")" + kNow.to_string() +
            R"(","action":"withdraw","earlier_record":")" + record + R"(","reason":"entered_in_error"})");
  }
  void state(const std::string& record) {
    const auto outcome = there_.wait(there_.api().submit_statement(there_.sign_by(kCdc, "statement", finding(record))));
    ASSERT_TRUE(outcome.ok()) << outcome.error().to_string();
    ASSERT_EQ(outcome->outcome, StatementOutcomeCode::kAccepted) << outcome->code;
  }
  // Carries everything that waits there to here, and the answers back. How many.
  std::size_t carry() {
    there_.settle();
    const auto waiting = there_.wait(there_.api().neighbours().outbox());
    EXPECT_TRUE(waiting.ok());
    for (const OutgoingExport& one : *waiting) {
      const auto answer = here_.wait(here_.api().neighbours().receive(one.envelope));
      EXPECT_TRUE(answer.ok()) << answer.error().to_string();
      if (!answer.ok()) continue;
      const auto recorded = there_.wait(there_.api().neighbours().acknowledge(*answer));
      EXPECT_TRUE(recorded.ok()) << recorded.error().to_string();
    }
    return waiting->size();
  }
  rules::Colour colour_here() { return here_.wait(here_.api().receipt(someone_.resident))->decision.colour; }
  std::size_t unacknowledged() { return there_.wait(there_.api().neighbours().exports(true))->size(); }

  Disk disk_;
  OtherDisk other_disk_;
  TestProvince here_{disk_};
  TestProvince there_{other_disk_};
  TestProvince::Someone someone_;
  ResidentId elsewhere_;
};

TEST_F(Neighbours, AFindingTravelsWithItsProofAndItsWithdrawalFollowsByItself) {
  EXPECT_NE(someone_.resident, elsewhere_) << "the provinces' pseudonyms have nothing in common";
  state("CF-1");
  const auto ordered = there_.wait(there_.api().neighbours().order_export(order("CF-1")));
  ASSERT_TRUE(ordered.ok()) << ordered.error().to_string();
  EXPECT_EQ(unacknowledged(), 1u);
  EXPECT_EQ(carry(), 1u);
  EXPECT_EQ(unacknowledged(), 0u);
  EXPECT_EQ(colour_here(), rules::Colour::kRed);

  const auto receipt = here_.wait(here_.api().receipt(someone_.resident));
  ASSERT_FALSE(receipt->causes.empty());
  EXPECT_EQ(receipt->causes.front().institution.id, "42:CDC-01");
  EXPECT_EQ(receipt->causes.front().source_record, "CDC-01:CF-1");
  ASSERT_TRUE(receipt->causes.front().origin.has_value());
  EXPECT_EQ(receipt->responsible.front().phone, "0371-000000") << "the origin's phone, never not us";
  EXPECT_EQ(here_.wait(here_.api().history(someone_.resident, {}))->decisions.front().trigger, "import");

  const auto withdrawn = there_.wait(there_.api().submit_statement(withdrawal("CF-1")));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.error().to_string();
  EXPECT_EQ(unacknowledged(), 1u) << "the withdrawal goes where the finding went";
  EXPECT_EQ(carry(), 1u);
  EXPECT_NE(colour_here(), rules::Colour::kRed);
  const auto all = there_.wait(there_.api().neighbours().exports(false));
  ASSERT_EQ(all->size(), 2u);
  for (const ExportView& one : *all) EXPECT_EQ(one.outcome, "accepted");
}

TEST_F(Neighbours, AnEnvelopeSentTwiceIsOneStatementAndTheSameAnswer) {
  state("CF-1");
  ASSERT_TRUE(there_.wait(there_.api().neighbours().order_export(order("CF-1"))).ok());
  EXPECT_EQ(there_.wait(there_.api().neighbours().order_export(order("CF-1"))).error().code(),
            errors::kShardConflict.code);
  there_.settle();
  const auto waiting = *there_.wait(there_.api().neighbours().outbox());
  ASSERT_EQ(waiting.size(), 1u);
  const auto first = here_.wait(here_.api().neighbours().receive(waiting.front().envelope));
  const auto again = here_.wait(here_.api().neighbours().receive(waiting.front().envelope));
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->document, again->document);
  ASSERT_TRUE(there_.wait(there_.api().neighbours().acknowledge(*first)).ok());
  EXPECT_FALSE(there_.wait(there_.api().neighbours().acknowledge(*again)).ok()) << "acknowledged already";
}

TEST_F(Neighbours, WhatIsChangedOrUntrustedOrForAnotherIsRefused) {
  state("CF-1");
  ASSERT_TRUE(there_.wait(there_.api().neighbours().order_export(order("CF-1"))).ok());
  there_.settle();
  const SignedDocument good = there_.wait(there_.api().neighbours().outbox())->front().envelope;
  SignedDocument changed = good;
  changed.document[changed.document.find("sealed") + 12] ^= 1;
  EXPECT_EQ(here_.wait(here_.api().neighbours().receive(changed)).error().code(), errors::kSignatureRefused.code);
  EXPECT_EQ(there_.wait(there_.api().neighbours().receive(good)).error().code(), errors::kShardUntrustedProvince.code)
      << "a province is no neighbour of its own";
  SignedDocument forged_order = order("CF-1");
  forged_order.signatures.front().signature[3] ^= 1;
  EXPECT_EQ(there_.wait(there_.api().neighbours().order_export(forged_order)).error().code(),
            errors::kShardBadSignature.code);
  EXPECT_EQ(there_.wait(there_.api().neighbours().order_export(order("CF-9"))).error().code(),
            errors::kShardInvalidStatement.code)
      << "a record that is not there";
  const auto answer = here_.wait(here_.api().neighbours().receive(good));
  ASSERT_TRUE(answer.ok());
  SignedDocument forged = *answer;
  forged.document.replace(forged.document.find("accepted"), 8, "rejected");
  EXPECT_EQ(there_.wait(there_.api().neighbours().acknowledge(forged)).error().code(), errors::kShardBadSignature.code);
  EXPECT_EQ(unacknowledged(), 1u);
}

TEST_F(Neighbours, SomebodyUnknownHereIsAnAcknowledgedOutcome) {
  someone_.person.document_number = here_.county.resident(9).person.number;
  ASSERT_TRUE(there_.wait(there_.api().register_resident({someone_.person, *DivisionCode::parse("420102")})).ok());
  state("CF-2");
  ASSERT_TRUE(there_.wait(there_.api().neighbours().order_export(order("CF-2"))).ok());
  EXPECT_EQ(carry(), 1u);
  EXPECT_EQ(there_.wait(there_.api().neighbours().exports(false))->front().outcome, "unknown_resident");
}

TEST_F(Neighbours, BothAuditsAnswerForIt) {
  state("CF-1");
  ASSERT_TRUE(there_.wait(there_.api().neighbours().order_export(order("CF-1"))).ok());
  carry();
  ASSERT_TRUE(there_.wait(there_.api().submit_statement(withdrawal("CF-1"))).ok());
  carry();
  crypto::SystemRng rng;
  for (Disk* disk : {&disk_, static_cast<Disk*>(&other_disk_)}) {
    const auto audit = audit_province(config_for(*disk), rng, {});
    ASSERT_TRUE(audit.ok()) << audit.error().to_string();
    for (const auto& shard : audit->shards) {
      for (const auto& finding : shard.report.findings)
        ADD_FAILURE() << disk->province << ": " << finding.code << " " << finding.where << " " << finding.text;
    }
    EXPECT_TRUE(audit->clean());
  }
}

}  // namespace
}  // namespace mingma::service
