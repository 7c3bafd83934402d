// The audit against insiders: each plants one fraud, thoroughly, and each is found and named.
#include "shard/audit.h"

#include <gtest/gtest.h>

#include "log/local_log.h"
#include "shard/event.h"
#include "shard/tables.h"
#include "shard/test_cases.h"
#include "store/memory_store.h"

namespace mingma::shard {
namespace {

using rules::Colour;
using rules::TestResult;
using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::TestProvince;

using testing::audit_data;
using testing::empty_store;
using testing::findings_text;
using testing::rewritten;

template <typename T>
T* find_operation(Event& event) {
  for (Operation& operation : event.operations) {
    if (T* found = std::get_if<T>(&operation)) return found;
  }
  return nullptr;
}

class Audit : public ::testing::Test {
 protected:
  Audit() {
    province_.found();
    for (std::uint32_t i = 1; i <= 20; ++i) province_.add_resident(i, kStart, i % 2 == 0 ? "410102" : "410202");
    province_.submit(province_.contact_finding(1, kStart, "c-1", kStart), kStart);
    std::vector<Statement> results;
    for (std::uint32_t i = 1; i <= 12; ++i)
      results.push_back(province_.test_result(i, TestResult::kNegative, kStart, "s-" + std::to_string(i), kStart));
    province_.data().run(province_.batch(results, kStart), kStart.plus(kHour));
    province_.publish(province_.area_order("o-1", "410102", "high", kStart.plus(2 * kHour), kStart.plus(kDay)),
                      kStart.plus(2 * kHour));
    province_.data().settle(kStart.plus(2 * kHour));
    Statement withdrawal{
        .resident = province_.resident(1), .institution = "cdc-1", .action = StatementAction::kWithdraw};
    withdrawal.evidence = {.kind = rules::EvidenceKind::kContactFinding};
    withdrawal.source_record = "w-1";
    withdrawal.earlier_record = "c-1";
    withdrawal.reason = "entered_in_error";
    withdrawal.signed_at = kStart.plus(3 * kHour);
    province_.submit(withdrawal, kStart.plus(3 * kHour));
    province_.submit(province_.contact_finding(3, kStart, "c-3", kStart), kStart.plus(4 * kHour));
    province_.data().settle(kStart.plus(2 * kDay));
    province_.data().settle(kStart.plus(8 * kDay));
  }

  AuditReport audit(const store::Reader& stored, AuditOptions options = {.shard = ShardId{1}}) {
    return audit_data(province_, stored, std::move(options));
  }
  store::Store& stored() { return province_.data().store(); }

  static bool has(const AuditReport& report, std::string_view code, std::string_view where = "") {
    for (const Finding& finding : report.findings) {
      if (finding.code == code && finding.where.find(where) != std::string::npos) return true;
    }
    return false;
  }
  std::string resident(std::uint32_t number) { return "resident " + province_.resident(number).to_string(); }

  TestProvince province_;
};

TEST_F(Audit, AnHonestShardIsClean) {
  const AuditReport report = audit(stored());
  EXPECT_TRUE(report.clean()) << findings_text(report);
  EXPECT_EQ(report.residents, 20u);
  EXPECT_EQ(report.statements, 15u);
  EXPECT_EQ(report.signatures, 4u);
  EXPECT_EQ(report.unopened, 0u);
  EXPECT_EQ(report.ledger, province_.data().machine().ledger().head());
}

TEST_F(Audit, AnHonestControlShardIsClean) {
  const auto scratch = empty_store();
  const auto report = audit_shard({.shard = kControlShard}, province_.control().store(), nullptr, nullptr, *scratch);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->clean()) << findings_text(*report);
  EXPECT_EQ(report->documents, 13u);
}

TEST_F(Audit, WithoutKeysTheRestIsStillCheckedAndTheUnopenedAreCounted) {
  const auto scratch = empty_store();
  const auto report = audit_shard({.shard = ShardId{1}}, stored(), nullptr, nullptr, *scratch);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->clean()) << findings_text(*report);
  EXPECT_GT(report->unopened, 15u);
}

TEST_F(Audit, FindsAColourPlantedInTheRowsTable) {
  const RowNumber number = *province_.data().machine().rows().find(province_.resident(5));
  Row row = province_.data().machine().rows().get(number);
  row.decision.colour = Colour::kRed;
  std::array<std::uint8_t, kRowImageBytes> image;
  write_row(row, image);
  store::Batch batch;
  batch.put(kRowsTable, row_key(number), image);
  ASSERT_TRUE(stored().write(batch, store::Durability::kSynced).ok());
  const AuditReport report = audit(stored());
  EXPECT_TRUE(has(report, "audit.wrong_colour", resident(5))) << findings_text(report);
  EXPECT_EQ(report.findings.size(), 1u) << findings_text(report);
}

TEST_F(Audit, FindsADecisionForgedInTheLogItself) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    for (DecisionEntry& entry : event.decisions) {
      if (entry.row != RowNumber{6} || entry.record.empty()) continue;
      DecisionRecord record = decode_decision_record(entry.record).value();
      record.colour = Colour::kRed;
      entry.decision.colour = Colour::kRed;
      entry.record = encode_decision_record(record);
    }
  });
  const AuditReport report = audit(*forged);
  EXPECT_TRUE(has(report, "audit.unexplained_decision", resident(7))) << findings_text(report);
}

TEST_F(Audit, FindsADecisionAddedForSomeoneNothingHappenedTo) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    if (find_operation<StatementsOperation>(event) == nullptr || event.decisions.empty() ||
        event.decisions.back().row >= RowNumber{19})
      return;
    event.decisions.push_back({.row = RowNumber{19},
                               .decision = {.status = rules::DecisionStatus::kDecided,
                                            .colour = Colour::kRed,
                                            .horizon = kStart.plus(99 * kDay)},
                               .policy = PolicyNumber{0}});
  });
  const AuditReport report = audit(*forged);
  EXPECT_TRUE(has(report, "audit.unexplained_decision", resident(20))) << findings_text(report);
}

TEST_F(Audit, FindsADecisionThatWasLeftOut) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    auto* statements = find_operation<StatementsOperation>(event);
    if (statements == nullptr || statements->entries.front().resident != province_.resident(3) ||
        event.decisions.size() != 1)
      return;
    // Its leaf goes with it; the statement's stays.
    const std::uint32_t gone = event.decisions.front().leaf;
    event.leaves.erase(event.leaves.begin() + gone);
    event.decisions.clear();
    statements->entries.front().leaf = 0;
  });
  const AuditReport report = audit(*forged);
  EXPECT_TRUE(has(report, "audit.missing_decision", resident(3))) << findings_text(report);
}

TEST_F(Audit, FindsEvidenceThatSaysMoreThanWasSigned) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    auto* statements = find_operation<StatementsOperation>(event);
    if (statements == nullptr || statements->authority != AuthorityKind::kManifest) return;
    statements->entries[4].evidence.level = static_cast<std::uint8_t>(TestResult::kPositive);
  });
  EXPECT_TRUE(has(audit(*forged), "audit.altered_statement", resident(5)));
}

TEST_F(Audit, FindsAStatementMovedToAnotherResident) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    auto* statements = find_operation<StatementsOperation>(event);
    if (statements != nullptr && statements->entries.front().resident == province_.resident(3))
      statements->entries.front().resident = province_.resident(4);
  });
  const AuditReport report = audit(*forged);
  EXPECT_TRUE(has(report, "audit.altered_statement", resident(4)) || has(report, "audit.bad_authority"))
      << findings_text(report);
}

TEST_F(Audit, FindsABatchSaidToBeAnotherInstitutions) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    auto* statements = find_operation<StatementsOperation>(event);
    if (statements != nullptr && statements->authority == AuthorityKind::kManifest)
      statements->institution = InstitutionNumber{2};
  });
  const AuditReport report = audit(*forged);
  EXPECT_TRUE(has(report, "audit.bad_authority")) << findings_text(report);
  EXPECT_TRUE(has(report, "audit.not_authorised")) << "a CDC may not sign test results here";
}

TEST_F(Audit, FindsAFalseSignatureUnderAGrant) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    auto* follow = find_operation<FollowOperation>(event);
    if (follow == nullptr) return;
    Event inner = decode_event(follow->event).value();
    for (Operation& operation : inner.operations) {
      auto* document = std::get_if<DocumentOperation>(&operation);
      if (document != nullptr && document->document.type == DocumentType::kGrant)
        document->document.signatures[0].signature[3] ^= 1;
    }
    follow->event = encode_event(inner);
  });
  EXPECT_TRUE(has(audit(*forged), "audit.wrong_follow"));
}

TEST_F(Audit, FindsADocumentThatTheRootsNeverSigned) {
  const auto scratch = empty_store();
  auto forged_log = empty_store();
  auto log = std::move(log::open_local_log(*forged_log, kLogTable)).value();
  ASSERT_TRUE(log::read_log(province_.control().store(), kLogTable, Sequence{1},
                            [&](const log::Record& record) -> Result<void> {
                              store::Batch batch;
                              Bytes body;
                              log::RecordHeader header;
                              if (record.is_claim()) {
                                header = std::move(log->claim(batch)).value();
                              } else {
                                Event event = std::move(decode_event(record.body)).value();
                                auto* document = find_operation<DocumentOperation>(event);
                                if (document->document.type == DocumentType::kPolicy)
                                  document->document.signatures.pop_back();
                                body = encode_event(event);
                                header = std::move(log->append(body, batch)).value();
                              }
                              MINGMA_CHECK(forged_log->write(batch, store::Durability::kSynced));
                              log->advance(header);
                              return {};
                            })
                  .ok());
  const auto report = audit_shard({.shard = kControlShard}, *forged_log, nullptr, nullptr, *scratch);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(has(*report, "audit.bad_authority"));
}

TEST_F(Audit, FindsAnExchangedLeafAndAnExchangedCommitment) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    auto* statements = find_operation<StatementsOperation>(event);
    if (statements == nullptr || statements->authority != AuthorityKind::kManifest) return;
    const Bytes kept = event.leaves[statements->entries[3].leaf];
    Leaf leaf = decode_leaf(kept).value();
    leaf.commitment->bytes[0] ^= 1;
    encode_leaf(leaf, event.leaves[statements->entries[3].leaf]);
  });
  EXPECT_TRUE(has(audit(*forged), "audit.wrong_leaf", resident(4)));
}

TEST_F(Audit, FindsLeavesThatStandWhereTheSeedDoesNotPutThem) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    if (event.leaves.size() < 10) return;
    auto* statements = find_operation<StatementsOperation>(event);
    if (statements == nullptr) return;
    std::swap(event.leaves[statements->entries[0].leaf], event.leaves[statements->entries[1].leaf]);
    std::swap(statements->entries[0].leaf, statements->entries[1].leaf);
  });
  EXPECT_TRUE(has(audit(*forged), "audit.wrong_shuffle"));
}

TEST_F(Audit, FindsAnAlteredRecordOfTheLog) {
  const std::array<std::uint8_t, 8> key{0, 0, 0, 0, 0, 0, 0, 20};
  Bytes value = stored().get(kLogTable, key)->value();
  value.back() ^= 1;
  store::Batch batch;
  batch.put(kLogTable, key, value);
  ASSERT_TRUE(stored().write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(has(audit(stored()), "audit.broken_log"));
}

TEST_F(Audit, FindsACutTailByTheCheckpointThatWasSigned) {
  const ledger::TreeHead signed_head = province_.data().machine().ledger().head();
  const Sequence last = province_.data().machine().position();
  bool stop = false;
  const auto cut = rewritten(stored(), [&](Event& event, Sequence sequence) {
    if (sequence == last) stop = true;
    if (stop) event = Event{.time = event.time, .seed = event.seed, .operations = {TickOperation{}}};
  });
  const AuditReport report = audit(*cut, {.shard = ShardId{1}, .checkpoints = {signed_head}});
  EXPECT_TRUE(has(report, "audit.checkpoint_differs")) << findings_text(report);
  EXPECT_TRUE(audit(stored(), {.shard = ShardId{1}, .checkpoints = {signed_head}}).clean());
}

TEST_F(Audit, FindsEvidenceRemovedFromOrChangedInItsTable) {
  auto iterator = std::move(stored().iterate(kEvidenceTable)).value();
  iterator->seek({});
  const Bytes key = to_bytes(iterator->key());
  iterator.reset();
  store::Batch batch;
  batch.erase(kEvidenceTable, key);
  ASSERT_TRUE(stored().write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(has(audit(stored()), "audit.table_differs", "table evidence"));
}

TEST_F(Audit, FindsABundleOfTheLedgerThatWasChangedOnDisk) {
  auto iterator = std::move(stored().iterate(kLedgerMetaTable)).value();
  iterator->seek(as_bytes("f"));
  ASSERT_TRUE(iterator->valid());
  const Bytes key = to_bytes(iterator->key());
  Bytes value = to_bytes(iterator->value());
  iterator.reset();
  value.back() ^= 1;
  store::Batch batch;
  batch.put(kLedgerMetaTable, key, value);
  ASSERT_TRUE(stored().write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(has(audit(stored()), "audit.table_differs", "table ledger_meta"));
}

TEST_F(Audit, FindsADocumentInTheDataShardThatTheControlShardDoesNotKnow) {
  const auto forged = rewritten(stored(), [&](Event& event, Sequence) {
    auto* follow = find_operation<FollowOperation>(event);
    if (follow == nullptr) return;
    Event inner = decode_event(follow->event).value();
    inner.time = inner.time.plus(1);
    follow->event = encode_event(inner);
  });
  EXPECT_TRUE(has(audit(*forged), "audit.wrong_follow"));
}

}  // namespace
}  // namespace mingma::shard
