// Guardians and paper codes in one shard: who may, until when, what is left, and what the audit says of frauds.
#include "shard/family.h"

#include <gtest/gtest.h>

#include "log/local_log.h"
#include "shard/audit.h"
#include "shard/errors.h"
#include "shard/event.h"
#include "shard/tables.h"
#include "shard/test_province.h"
#include "store/memory_store.h"

namespace mingma::shard {
namespace {

using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::TestProvince;

constexpr std::string_view kChild = "41010220151108123X";  // born 2015-11-08

std::unique_ptr<store::Store> empty_store() {
  const auto tables = shard_tables();
  return store::make_memory_store(tables);
}

class Family : public ::testing::Test {
 protected:
  Family() {
    province_.found();
    province_.publish(province_.institution("community-1", InstitutionClass::kCommunity, "410102"));
    province_.publish(province_.institution("community-2", InstitutionClass::kCommunity, "410202"));
    for (std::uint32_t i = 1; i <= 60; ++i) province_.add_resident(i);
  }

  CommandResult consent(std::uint32_t dependant, std::uint32_t guardian, UnixSeconds until, UnixSeconds now) {
    GuardianshipCommand command;
    command.dependant = province_.resident(dependant);
    command.guardian = province_.resident(guardian);
    command.relation = Relation::kChild;
    command.until = until;
    command.label = "123X";
    return province_.data().run(command, now);
  }
  CommandResult end(std::uint32_t dependant, std::uint32_t guardian, GuardianStep step, UnixSeconds now) {
    GuardianshipCommand command;
    command.dependant = province_.resident(dependant);
    command.guardian = province_.resident(guardian);
    command.step = step;
    return province_.data().run(command, now);
  }
  PersonalDocument sign(std::string_view institution, std::string_view type, std::string text) {
    crypto::SigningKey& key = *province_.find(institution).key;
    const Bytes signature = key.sign(document_digest(type, text));
    return {std::string(institution), key.verifying_key().key_id(), to_bytes(as_bytes(text)), signature};
  }
  static std::string person(std::string_view number) {
    return R"({"document_type":"resident_id","document_number":")" + std::string(number) + R"("})";
  }
  std::string age_text(std::string_view institution, UnixSeconds signed_at, std::string_view child = kChild) {
    return R"({"type":"guardianship","institution":")" + std::string(institution) +
           R"(","basis":"age","relation":"parent","dependant":)" + person(child) + R"(,"guardian":)" +
           person("410102198501011239") + R"(,"source_record":"hukou-7","signed_at":")" + signed_at.to_string() +
           R"("})";
  }
  GuardianshipCommand by_age(std::string_view institution, UnixSeconds signed_at) {
    GuardianshipCommand command;
    command.dependant = province_.resident(1);
    command.guardian = province_.resident(2);
    command.basis = GuardianBasis::kAge;
    command.until = *parse_instant("2029-11-08T00:00:00+08:00");
    command.document = sign(institution, "guardianship", age_text(institution, signed_at));
    return command;
  }
  CommandResult issue(std::uint32_t resident, std::uint8_t id, UnixSeconds now, std::int64_t days = 7) {
    PaperCommand command;
    command.resident = province_.resident(resident);
    command.id.fill(id);
    command.expires = now.plus(days * kDay);
    return province_.data().run(command, now);
  }
  CommandResult revoke(std::uint32_t resident, std::uint8_t id, UnixSeconds now) {
    PaperCommand command;
    command.resident = province_.resident(resident);
    command.step = PaperStep::kRevoked;
    command.id.fill(id);
    command.reason = PaperReason::kLost;
    return province_.data().run(command, now);
  }
  static PaperId half_digest(const PersonalDocument& document) {
    const Digest digest = document_digest("paper_code", as_text(document.document));
    PaperId id;
    std::copy_n(digest.bytes.begin(), id.size(), id.begin());
    return id;
  }
  AuditReport audit(const store::Reader& stored, AuditOptions options = {.shard = ShardId{1}}) {
    const auto scratch = empty_store();
    auto report = audit_shard(options, stored, nullptr, &province_.keys(), *scratch);
    EXPECT_TRUE(report.ok()) << report.error().to_string();
    return std::move(report).value();
  }
  // The same log after `change`, with the tables that it gives.
  template <typename Operation>
  AuditReport audit_after(std::function<void(Operation&)> change) {
    auto out = empty_store();
    auto log = std::move(log::open_local_log(*out, kLogTable)).value();
    auto machine = std::move(ShardMachine::open({.shard = ShardId{1}}, *out, *log, nullptr)).value();
    const auto read =
        log::read_log(province_.data().store(), kLogTable, Sequence{1}, [&](const log::Record& record) -> Result<void> {
          store::Batch batch;
          log::RecordHeader header;
          Bytes body;
          if (record.is_claim()) {
            header = std::move(log->claim(batch)).value();
          } else {
            Event event = std::move(decode_event(record.body)).value();
            for (auto& operation : event.operations) {
              if (auto* found = std::get_if<Operation>(&operation)) change(*found);
            }
            body = encode_event(event);
            header = std::move(log->append(body, batch)).value();
          }
          auto delta = machine->apply({header, body}, batch);
          MINGMA_CHECK(out->write(batch, store::Durability::kSynced));
          log->advance(header);
          if (delta.ok()) machine->commit(std::move(delta).value());
          return {};
        });
    EXPECT_TRUE(read.ok());
    return audit(*out);
  }
  static bool found(const AuditReport& report, std::string_view code) {
    for (const Finding& finding : report.findings) {
      if (finding.code == code) return true;
    }
    return false;
  }

  const store::Reader& store() { return province_.data().store(); }

  TestProvince province_;
};

TEST_F(Family, AConsentHoldsUntilItsDateAndWithdrawalEndsItAtOnce) {
  const CommandResult begun = consent(1, 2, kStart.plus(30 * kDay), kStart);
  ASSERT_FALSE(begun.error) << begun.error->to_string();
  ASSERT_TRUE(begun.leaf);
  const auto bond = *find_guardian(store(), province_.resident(1), province_.resident(2));
  ASSERT_TRUE(bond);
  EXPECT_TRUE(bond->in_force(kStart.plus(30 * kDay - 1)));
  EXPECT_FALSE(bond->in_force(kStart.plus(30 * kDay)));
  EXPECT_EQ(bond->place.leaf, *begun.leaf);
  EXPECT_EQ(list_dependants(store(), province_.resident(2), kStart)->size(), 1u);
  EXPECT_TRUE(list_dependants(store(), province_.resident(2), kStart.plus(30 * kDay))->empty());

  EXPECT_FALSE(end(1, 2, GuardianStep::kWithdrawn, kStart.plus(kHour)).error);
  EXPECT_FALSE((*find_guardian(store(), province_.resident(1), province_.resident(2)))->in_force(kStart.plus(kHour)));
  EXPECT_TRUE(list_dependants(store(), province_.resident(2), kStart)->empty());
  EXPECT_TRUE(end(1, 2, GuardianStep::kGivenUp, kStart.plus(kHour)).error->is(errors::kShardNotGuardian));
  EXPECT_TRUE(audit(store()).clean());
}

TEST_F(Family, ConsentIsBoundedInTimeAndNumberAndNobodyGuardsThemselves) {
  EXPECT_TRUE(consent(1, 1, kStart.plus(kDay), kStart).error->is(errors::kShardInvalidStatement));
  EXPECT_TRUE(consent(1, 2, kStart, kStart).error->is(errors::kShardInvalidStatement));
  EXPECT_TRUE(consent(1, 2, kStart.plus(367 * kDay), kStart).error->is(errors::kShardInvalidStatement));
  for (std::uint32_t guardian = 2; guardian < 2 + kGuardiansMax; ++guardian)
    ASSERT_FALSE(consent(1, guardian, kStart.plus(kDay), kStart).error);
  EXPECT_TRUE(consent(1, 30, kStart.plus(kDay), kStart).error->is(errors::kShardLimit));
  EXPECT_FALSE(consent(1, 2, kStart.plus(2 * kDay), kStart).error) << "renewing is no further guardian";
  EXPECT_FALSE(consent(1, 30, kStart.plus(3 * kDay), kStart.plus(2 * kDay)).error) << "those that ended do not count";
  for (std::uint32_t dependant = 2; dependant < 2 + kDependantsMax; ++dependant)
    ASSERT_FALSE(consent(dependant, 50, kStart.plus(9 * kDay), kStart.plus(2 * kDay)).error) << dependant;
  EXPECT_TRUE(consent(40, 50, kStart.plus(9 * kDay), kStart.plus(2 * kDay)).error->is(errors::kShardLimit));
  EXPECT_TRUE(audit(store()).clean());
}

TEST_F(Family, AChildsGuardianIsAttestedByTheCommunityOfItsPlaceAndEndsAtFourteen) {
  const CommandResult begun = province_.data().run(by_age("community-1", kStart), kStart);
  ASSERT_FALSE(begun.error) << begun.error->to_string();
  const auto bond = *find_guardian(store(), province_.resident(1), province_.resident(2));
  EXPECT_EQ(bond->until, *parse_instant("2029-11-08T00:00:00+08:00"));
  EXPECT_TRUE(province_.data().run(by_age("community-2", kStart), kStart).error->is(errors::kShardNotAuthorised))
      << "another community";
  EXPECT_TRUE(province_.data().run(by_age("cdc-1", kStart), kStart).error->is(errors::kShardNotAuthorised));
  GuardianshipCommand longer = by_age("community-1", kStart);
  longer.until = longer.until.plus(kDay);
  EXPECT_TRUE(province_.data().run(longer, kStart).error->is(errors::kShardConflict)) << "longer than the age says";
  GuardianshipCommand forged = by_age("community-1", kStart);
  forged.document.signature[5] ^= 1;
  EXPECT_TRUE(province_.data().run(forged, kStart).error->is(errors::kShardBadSignature));
  EXPECT_TRUE(province_.data()
                  .run(by_age("community-1", kStart), kStart.plus(8 * kDay))
                  .error->is(errors::kShardInvalidDocument))
      << "an old attestation";
  GuardianshipCommand ending;
  ending.dependant = province_.resident(1);
  ending.guardian = province_.resident(2);
  ending.step = GuardianStep::kEnded;
  ending.document =
      sign("community-1", "guardianship_end",
           R"({"type":"guardianship_end","institution":"community-1","dependant":)" + person(kChild) +
               R"(,"guardian":)" + person("410102198501011239") +
               R"(,"reason":"court order 7","source_record":"c-7","signed_at":")" + kStart.to_string() + R"("})");
  const CommandResult ended = province_.data().run(ending, kStart.plus(kHour));
  EXPECT_FALSE(ended.error) << ended.error->to_string();
  EXPECT_TRUE(audit(store()).clean());
}

TEST_F(Family, TheBirthdayOfSomeoneBornOnTheLeapDayIsTheFirstOfMarch) {
  const CivilDate born = *parse_date("2012-02-29");
  EXPECT_EQ(birthday(born, 14).to_local_string(), "2026-03-01 00:00:00");
  EXPECT_EQ(birthday(born, 4).to_local_string(), "2016-02-29 00:00:00");
}

TEST_F(Family, APaperCodeNamesTheColourItWasIssuedWithAndNeverOutlivesTheHorizon) {
  ASSERT_FALSE(issue(1, 7, kStart.plus(kHour)).error);
  const auto paper =
      *find_paper(store(), province_.resident(1), PaperId{7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7});
  ASSERT_TRUE(paper);
  EXPECT_EQ(paper->colour, rules::Colour::kGreen);
  EXPECT_EQ(paper->expires, kStart.plus(kHour + 7 * kDay));
  EXPECT_TRUE(issue(1, 7, kStart.plus(kHour)).error->is(errors::kShardConflict)) << "the same id again";
  EXPECT_EQ(list_live_papers(store(), kStart.plus(kHour))->size(), 1u);
  EXPECT_TRUE(list_live_papers(store(), paper->expires)->empty());

  province_.submit(province_.contact_finding(2, kStart, "c-2", kStart), kStart.plus(2 * kHour));
  ASSERT_EQ(province_.colour(2), rules::Colour::kRed);
  ASSERT_FALSE(issue(2, 8, kStart.plus(2 * kHour), 30).error);
  const auto red = *find_paper(store(), province_.resident(2), PaperId{8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8});
  EXPECT_EQ(red->colour, rules::Colour::kRed);
  EXPECT_LT(red->expires, kStart.plus(2 * kHour + 30 * kDay));
  EXPECT_TRUE(audit(store()).clean());
}

TEST_F(Family, ARevokedPaperCodeStaysRevokedAndFourAreEnough) {
  const UnixSeconds now = kStart.plus(kHour);
  for (std::uint8_t id = 1; id <= kPapersMax; ++id) ASSERT_FALSE(issue(1, id, now).error);
  EXPECT_TRUE(issue(1, 9, now).error->is(errors::kShardLimit));
  ASSERT_FALSE(revoke(1, 2, now.plus(5)).error);
  EXPECT_TRUE(revoke(1, 2, now.plus(5)).error->is(errors::kShardConflict));
  EXPECT_TRUE(revoke(2, 1, now.plus(5)).error->is(errors::kShardUnknownPaper)) << "somebody else's";
  EXPECT_FALSE(issue(1, 9, now.plus(6)).error);
  std::size_t revoked = 0;
  const auto live = *list_live_papers(store(), now.plus(7));
  for (const LivePaper& one : live) revoked += one.revoked;
  EXPECT_EQ(revoked, 1u);
  EXPECT_TRUE(audit(store()).clean());
}

TEST_F(Family, OnlyAGuardianInForceIssuesPaperForAnother) {
  PaperCommand command;
  command.resident = province_.resident(1);
  command.id.fill(3);
  command.expires = kStart.plus(2 * kDay);
  command.hand = PaperHand::kGuardian;
  command.guardian = province_.resident(2);
  EXPECT_TRUE(province_.data().run(command, kStart.plus(kHour)).error->is(errors::kShardNotGuardian));
  ASSERT_FALSE(consent(1, 2, kStart.plus(kDay), kStart.plus(kHour)).error);
  EXPECT_FALSE(province_.data().run(command, kStart.plus(kHour)).error);
  command.id.fill(4);
  command.expires = kStart.plus(3 * kDay);
  EXPECT_TRUE(province_.data().run(command, kStart.plus(kDay)).error->is(errors::kShardNotGuardian)) << "it has ended";
  EXPECT_TRUE(audit(store()).clean());
}

TEST_F(Family, ACommunityIssuesPaperForSomeoneWithoutAPhoneAndItsSignatureIsKept) {
  const auto document = [&](std::string_view institution, int days) {
    return sign(institution, "paper_code",
                R"({"type":"paper_code","institution":")" + std::string(institution) + R"(","person":)" +
                    person("410102194001011234") + R"(,"days":)" + std::to_string(days) +
                    R"(,"source_record":"desk-3","signed_at":")" + kStart.to_string() + R"("})");
  };
  PaperCommand command;
  command.resident = province_.resident(1);
  command.id.fill(5);
  command.expires = kStart.plus(7 * kDay);
  command.hand = PaperHand::kInstitution;
  command.document = document("community-1", 7);
  EXPECT_TRUE(province_.data().run(command, kStart).error->is(errors::kShardConflict)) << "an id of one's own";
  command.id = half_digest(command.document);
  const CommandResult done = province_.data().run(command, kStart);
  EXPECT_FALSE(done.error) << done.error->to_string();
  EXPECT_TRUE(province_.data().run(command, kStart).error->is(errors::kShardConflict)) << "one document, one sheet";
  command.document = document("community-2", 7);
  command.id = half_digest(command.document);
  EXPECT_TRUE(province_.data().run(command, kStart.plus(2)).error->is(errors::kShardNotAuthorised));
  EXPECT_TRUE(audit(store()).clean());
}

TEST_F(Family, AReplayOfTheLogGivesTheSameState) {
  consent(1, 2, kStart.plus(kDay), kStart);
  issue(1, 7, kStart.plus(kHour));
  revoke(1, 7, kStart.plus(2 * kHour));
  const Digest before = *state_digest(store());
  auto out = empty_store();
  auto log = std::move(log::open_local_log(*out, kLogTable)).value();
  auto machine = std::move(ShardMachine::open({.shard = ShardId{1}}, *out, *log, nullptr)).value();
  ASSERT_TRUE(log::read_log(store(), kLogTable, Sequence{1}, [&](const log::Record& record) -> Result<void> {
                store::Batch batch;
                MINGMA_TRY(Delta delta, machine->apply(record, batch));
                MINGMA_CHECK(out->write(batch, store::Durability::kBuffered));
                machine->commit(std::move(delta));
                return {};
              }).ok());
  EXPECT_EQ(*state_digest(*out), before);
}

TEST_F(Family, TheAuditNamesAGuardianPutInByHandALongerBondAndAnotherColourOnPaper) {
  ASSERT_FALSE(province_.data().run(by_age("community-1", kStart), kStart).error);
  ASSERT_FALSE(consent(3, 4, kStart.plus(kDay), kStart).error);
  ASSERT_FALSE(issue(5, 7, kStart.plus(kHour)).error);
  ASSERT_TRUE(audit(store()).clean());

  const auto another = audit_after<GuardianshipOperation>([&](GuardianshipOperation& op) {
    if (op.basis == GuardianBasis::kAge) op.guardian = province_.resident(9);
  });
  EXPECT_TRUE(found(another, "audit.bad_authority") && found(another, "audit.wrong_leaf"));
  const auto longer = audit_after<GuardianshipOperation>([&](GuardianshipOperation& op) {
    if (op.basis == GuardianBasis::kAge) op.until = op.until.plus(kDay);
  });
  EXPECT_TRUE(found(longer, "audit.bad_authority"));
  const auto unsigned_one = audit_after<GuardianshipOperation>([&](GuardianshipOperation& op) {
    if (op.basis == GuardianBasis::kOwnConsent) op.basis = GuardianBasis::kAge;
  });
  EXPECT_TRUE(found(unsigned_one, "audit.wrong_operation"));
  const auto repainted = audit_after<PaperOperation>([](PaperOperation& op) { op.colour = rules::Colour::kRed; });
  EXPECT_TRUE(found(repainted, "audit.wrong_operation") && found(repainted, "audit.wrong_leaf"));

  AuditOptions options{.shard = ShardId{1}};
  options.identify = [&](const Json&) -> Result<ResidentId> { return province_.resident(2); };
  EXPECT_TRUE(found(audit(store(), options), "audit.wrong_person"))
      << "filed under somebody the document does not name";
}

TEST_F(Family, TheAuditNamesAPaperCodeRevivedInTheTable) {
  ASSERT_FALSE(issue(5, 7, kStart.plus(kHour)).error);
  ASSERT_FALSE(revoke(5, 7, kStart.plus(2 * kHour)).error);
  PaperId id;
  id.fill(7);
  const Bytes key = paper_key(province_.resident(5), id);
  store::Batch batch;
  batch.erase(kFamilyTable, key);
  ASSERT_TRUE(province_.data().store().write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(found(audit(store()), "audit.table_differs"));
}

}  // namespace
}  // namespace mingma::shard
