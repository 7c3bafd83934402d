// More insiders, each with the machine in their hands and one fraud: leaves dropped, a chain begun again, a record
// changed, a grant stretched, an alarm taken out of the log.
#include <gtest/gtest.h>

#include "log/local_log.h"
#include "shard/audit.h"
#include "shard/event.h"
#include "shard/notice.h"
#include "shard/tables.h"
#include "shard/test_province.h"
#include "store/memory_store.h"

namespace mingma::shard {
namespace {

using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::TestProvince;

class Frauds : public ::testing::Test {
 protected:
  Frauds() {
    province_.found();
    province_.publish(province_.institution("cdc-2", InstitutionClass::kCdc, "4102"));
    province_.publish(province_.grant("g-2", "cdc-2", {"contact_finding"}, {"4102"}, kStart));
    for (std::uint32_t i = 1; i <= 6; ++i) province_.add_resident(i, kStart, "410202");
    province_.submit(province_.contact_finding(1, kStart, "c-1", kStart), kStart.plus(kHour));
    Statement statement = province_.contact_finding(2, kStart, "c-2", kStart);
    statement.institution = "cdc-2";
    EXPECT_EQ(province_.submit(statement, kStart.plus(kHour)), Outcome::kAccepted);
    province_.data().settle(kStart.plus(8 * kDay));
  }

  // A log that went through `change`, with the tables that it then gives.
  std::unique_ptr<store::Store> rewritten(const store::Reader& original, ShardId shard,
                                          const std::function<void(Event&)>& change) {
    const auto tables = shard_tables();
    auto out = store::make_memory_store(tables);
    auto log = std::move(log::open_local_log(*out, kLogTable)).value();
    auto machine = std::move(ShardMachine::open({.shard = shard}, *out, *log, nullptr)).value();
    const auto read = log::read_log(original, kLogTable, Sequence{1}, [&](const log::Record& record) -> Result<void> {
      store::Batch batch;
      log::RecordHeader header;
      Bytes body;
      if (record.is_claim()) {
        header = std::move(log->claim(batch)).value();
      } else {
        Event event = std::move(decode_event(record.body)).value();
        change(event);
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
    return out;
  }
  AuditReport audit(const store::Reader& stored) {
    const auto tables = shard_tables();
    const auto scratch = store::make_memory_store(tables);
    auto report = audit_shard({.shard = ShardId{1}}, stored, &province_.control().store(), &province_.keys(), *scratch);
    EXPECT_TRUE(report.ok());
    return std::move(report).value();
  }
  static bool has(const AuditReport& report, std::string_view code, std::string_view where = "") {
    for (const Finding& finding : report.findings) {
      if (finding.code == code && finding.where.find(where) != std::string::npos) return true;
    }
    return false;
  }
  store::Store& stored() { return province_.data().store(); }
  std::string resident(std::uint32_t number) { return "resident " + province_.resident(number).to_string(); }

  TestProvince province_;
};

TEST_F(Frauds, NoneWithoutOne) {
  const AuditReport report = audit(stored());
  for (const Finding& finding : report.findings) ADD_FAILURE() << finding.code << " " << finding.where;
}

TEST_F(Frauds, ALeafDroppedFromTheEndOfTheLedgerIsFound) {
  // The unfinished bundle without its last fragment, and the size to match.
  auto iterator = std::move(stored().iterate(kLedgerMetaTable)).value();
  Bytes last;
  for (iterator->seek(as_bytes("f")); iterator->valid() && iterator->key()[0] == 'f'; iterator->next())
    last = to_bytes(iterator->key());
  iterator.reset();
  ASSERT_FALSE(last.empty());
  store::Batch batch;
  batch.erase(kLedgerMetaTable, last);
  ASSERT_TRUE(stored().write(batch, store::Durability::kSynced).ok());
  EXPECT_TRUE(has(audit(stored()), "audit.table_differs", "table ledger_meta"));
}

TEST_F(Frauds, AChainBegunAgainIsFound) {
  const auto forged = rewritten(stored(), ShardId{1}, [&](Event& event) {
    for (DecisionEntry& entry : event.decisions) {
      if (entry.record.empty()) continue;
      DecisionRecord record = decode_decision_record(entry.record).value();
      if (record.resident != province_.resident(1) || record.version != 2) continue;
      record.version = 1;
      record.previous = {};
      entry.record = encode_decision_record(record);
    }
  });
  EXPECT_TRUE(has(audit(*forged), "audit.wrong_record", resident(1)));
}

TEST_F(Frauds, ADecisionDatedBackIsFound) {
  const auto forged = rewritten(stored(), ShardId{1}, [&](Event& event) {
    for (DecisionEntry& entry : event.decisions) {
      if (entry.record.empty()) continue;
      DecisionRecord record = decode_decision_record(entry.record).value();
      if (record.resident != province_.resident(1) || record.version != 2) continue;
      record.at = record.at.plus(-kDay);
      entry.record = encode_decision_record(record);
    }
  });
  EXPECT_TRUE(has(audit(*forged), "audit.wrong_record", resident(1)));
}

TEST_F(Frauds, AStatementOutsideTheAreaOfItsGrantIsFound) {
  // The resident is moved to where cdc-2 has no power, as if the statement had been let through.
  const auto forged = rewritten(stored(), ShardId{1}, [&](Event& event) {
    for (Operation& operation : event.operations) {
      auto* registered = std::get_if<RegisterOperation>(&operation);
      if (registered != nullptr && registered->resident == province_.resident(2))
        registered->home = *DivisionCode::parse("410102");
    }
  });
  EXPECT_TRUE(has(audit(*forged), "audit.not_authorised", resident(2)));
}

TEST_F(Frauds, AnEndingThatNobodySignedIsFound) {
  const Alarm alarm{AlarmKind::kMassAssignmentInstitution, "cdc-1", {}, {}, {}, kStart, kStart.plus(kDay)};
  province_.control().run(NoticeCommand{make_notice(alarm)}, kStart.plus(9 * kDay));
  const auto forged = rewritten(province_.control().store(), kControlShard, [&](Event& event) {
    for (Operation& operation : event.operations) {
      auto* notice = std::get_if<NoticeOperation>(&operation);
      if (notice == nullptr) continue;
      Json document;
      document.set("type", "alarm_ending");
      document.set("alarm", hex_encode(alarm_id(alarm)));
      document.set("ending", "unfounded");
      document.set("by", "command-1");
      document.set("text", Json::Object{{"zh", "无"}, {"en", "nothing"}});
      document.set("at", kStart.to_string());
      Json envelope;
      envelope.set("type", "alarm_ending");
      envelope.set("document", document.to_string());
      envelope.set("signatures",
                   Json::Array{Json::Object{{"key", province_.find("command-1").key->verifying_key().key_id()},
                                            {"signature", base64_encode(Bytes(64))}}});
      notice->notice = make_ending_notice(envelope.to_string());
    }
  });
  const auto tables = shard_tables();
  const auto scratch = store::make_memory_store(tables);
  const auto report = audit_shard({.shard = kControlShard}, *forged, nullptr, nullptr, *scratch);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(has(*report, "audit.bad_authority"));
}

}  // namespace
}  // namespace mingma::shard
