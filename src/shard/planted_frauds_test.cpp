// Planted frauds: insiders with the machine in their hands, each plants one fraud in a clean store, as thoroughly as
// one who owns the log, the tables or both can; each is found, and named, by the audit. The list is also in
// docs/accountability.md.
#include <gtest/gtest.h>

#include <functional>

#include "shard/audit.h"
#include "shard/brakes.h"
#include "shard/notice.h"
#include "shard/tables.h"
#include "shard/test_cases.h"
#include "shard/test_holds.h"

namespace mingma::shard {
namespace {

using namespace testing;

template <typename T>
T* find_operation(Event& event) {
  for (Operation& operation : event.operations) {
    if (T* found = std::get_if<T>(&operation)) return found;
  }
  return nullptr;
}

// A week of a small province: hands and a hold, a correction, a laboratory's batch, an area order, a case with its
// reply, a look-up, an alarm.
class Week {
 public:
  Week() {
    province_.found();
    must(province_.institution("cdc-2", InstitutionClass::kCdc, "4102"));
    must(province_.grant("g-2", "cdc-2", {"contact_finding"}, {"4102"}, kStart));
    for (TestOfficer* officer : {&zhang_, &li_, &hu_, &wang_}) must(officer->enrolment(province_));
    must(enforced_policy(province_, "2.0.0", {}));
    for (std::uint32_t i = 1; i <= 8; ++i) province_.add_resident(i, kStart, "410202");
    run(officer_statement(province_, finding(1), zhang_, {&li_}), 1);
    run(officer_statement(province_, finding(2), zhang_), 1);
    run(approval(li_, {statement_id(finding(2))}, kStart.plus(2 * kHour)), 2);
    run(officer_statement(province_, finding(3), zhang_), 2);
    Statement other = finding(4);
    other.institution = "cdc-2";
    run(officer_statement(province_, other, hu_, {&wang_}), 3);
    std::vector<Statement> results;
    for (std::uint32_t i = 1; i <= 8; ++i)
      results.push_back(
          province_.test_result(i, rules::TestResult::kNegative, kStart, "s-" + std::to_string(i), kStart));
    run(province_.batch(results, kStart), 3);
    const CommandResult opened = run(OpenCaseCommand{.resident = province_.resident(1), .material = "not me"}, 4);
    run(LookUpCommand{.resident = province_.resident(1),
                      .institution = "command-1",
                      .actor = "command-1/gu",
                      .role = StaffRole::kCase,
                      .duty = Duty::kCase,
                      .ticket = *opened.ticket},
        4);
    run(CaseDocumentCommand{case_reply(province_, *opened.ticket, finding(1), CaseAnswer::kSubstantiated,
                                       kStart.plus(5 * kHour))},
        5);
    Statement withdrawal = finding(2);
    withdrawal.action = StatementAction::kWithdraw;
    withdrawal.evidence = {.kind = rules::EvidenceKind::kContactFinding};
    withdrawal.source_record = "w-2";
    withdrawal.earlier_record = "c-2";
    withdrawal.reason = "entered_in_error";
    run(province_.document(withdrawal), 6);
    run(DeviceCommand{province_.resident(5), Bytes(65, 4)}, 6);
    const UnixSeconds order = kStart.plus(7 * kHour);
    province_.publish(province_.area_order("o-1", "410202", "high", order, kStart.plus(kDay)), order);
    province_.data().settle(order);
    province_.data().settle(kStart.plus(2 * kDay));
    province_.data().settle(kStart.plus(8 * kDay));
    province_.control().run(NoticeCommand{make_notice(alarm())}, kStart.plus(8 * kDay));
    province_.follow(kStart.plus(8 * kDay));
  }

  static Alarm alarm() {
    return {AlarmKind::kMassAssignmentInstitution, "cdc-1", {}, {}, {}, kStart, kStart.plus(kDay)};
  }
  TestProvince& province() { return province_; }
  ResidentId resident(std::uint32_t number) const { return province_.resident(number); }
  TestOfficer& wang() { return wang_; }
  store::Store& stored() { return province_.data().store(); }

  AuditReport audit(const store::Reader& stored_now, std::vector<ledger::TreeHead> checkpoints = {}) {
    const auto scratch = empty_store();
    return audit_shard({.shard = ShardId{1}, .checkpoints = std::move(checkpoints)}, stored_now,
                       &province_.control().store(), &province_.keys(), *scratch)
        .value();
  }
  AuditReport audit_control(const store::Reader& control) {
    const auto scratch = empty_store();
    return audit_shard({.shard = kControlShard}, control, nullptr, nullptr, *scratch).value();
  }

  // ---- the insider owns the log, and derives all tables from it
  AuditReport in_log(const std::function<void(Event&)>& change) {
    return audit(*rewritten(stored(), [&](Event& event, Sequence) { change(event); }));
  }
  AuditReport in_statements(const std::function<void(StatementsOperation&)>& change) {
    return in_log([&](Event& event) {
      for (Operation& operation : event.operations) {
        if (auto* statements = std::get_if<StatementsOperation>(&operation)) change(*statements);
      }
    });
  }
  AuditReport in_entry(std::uint32_t number, AuthorityKind authority,
                       const std::function<void(StatementEntry&)>& change) {
    return in_statements([&](StatementsOperation& operation) {
      for (StatementEntry& entry : operation.entries) {
        if (operation.authority == authority && entry.resident == resident(number)) change(entry);
      }
    });
  }
  AuditReport in_decision(std::uint32_t number, std::uint32_t version,
                          const std::function<void(DecisionRecord&, DecisionEntry&)>& change) {
    return in_log([&](Event& event) {
      for (DecisionEntry& entry : event.decisions) {
        if (entry.record.empty()) continue;
        DecisionRecord record = decode_decision_record(entry.record).value();
        if (record.resident != resident(number) || record.version != version) continue;
        change(record, entry);
        entry.record = encode_decision_record(record);
      }
    });
  }
  AuditReport in_document(DocumentType type, const std::function<void(SignedDocument&)>& change) {
    return audit_control(*rewritten(
        province_.control().store(),
        [&](Event& event, Sequence) {
          for (Operation& operation : event.operations) {
            auto* document = std::get_if<DocumentOperation>(&operation);
            if (document != nullptr && document->document.type == type) change(document->document);
          }
        },
        kControlShard));
  }

  // ---- the insider owns the tables
  AuditReport in_table(store::TableId table, ByteView prefix, const std::function<void(Bytes& value)>& change) {
    Bytes key, value;
    const auto iterator = std::move(stored().iterate(table)).value();
    for (iterator->seek(prefix); iterator->valid() && as_text(iterator->key()).starts_with(as_text(prefix));
         iterator->next()) {
      key = to_bytes(iterator->key());
      value = to_bytes(iterator->value());
    }
    EXPECT_FALSE(key.empty());
    store::Batch batch;
    change(value);
    if (value.empty()) {
      batch.erase(table, key);
    } else {
      batch.put(table, key, value);
    }
    EXPECT_TRUE(stored().write(batch, store::Durability::kSynced).ok());
    return audit(stored());
  }

 private:
  void must(SignedDocument document) {
    const CommandResult result = province_.publish(std::move(document));
    EXPECT_FALSE(result.error);
  }
  CommandResult run(Command command, int hour) {
    CommandResult result = province_.data().run(std::move(command), kStart.plus(hour * kHour));
    EXPECT_FALSE(result.error) << (result.error ? result.error->to_string() : "");
    return result;
  }
  Statement finding(std::uint32_t number) {
    return province_.contact_finding(number, kStart, "c-" + std::to_string(number), kStart);
  }

  TestProvince province_;
  SeededRng rng_{33};
  TestOfficer zhang_{"cdc-1/zhang", "executing", OfficerKeyKind::kPasskey, rng_};
  TestOfficer li_{"cdc-1/li", "approving", OfficerKeyKind::kPasskey, rng_};
  TestOfficer hu_{"cdc-2/hu", "executing", OfficerKeyKind::kKey, rng_};
  TestOfficer wang_{"cdc-2/wang", "approving", OfficerKeyKind::kKey, rng_};
};

struct Fraud {
  std::string_view name;
  std::string_view code;   // of the finding
  std::string_view where;  // part of its place
  std::function<AuditReport(Week&)> plant;
};

void erase(Bytes& value) { value.clear(); }
void flip_last(Bytes& value) { value.back() ^= 1; }

// ---- colours and chains
std::vector<Fraud> frauds_with_colours() {
  return {
      {"a wrong colour in the table of residents", "audit.wrong_colour", "resident",
       [](Week& week) {
         const RowTable& rows = week.province().data().machine().rows();
         const RowNumber number = *rows.find(week.resident(5));
         Row row = rows.get(number);
         row.decision.colour = rules::Colour::kRed;
         std::array<std::uint8_t, kRowImageBytes> image;
         write_row(row, image);
         return week.in_table(kRowsTable, row_key(number), [&](Bytes& value) { value = to_bytes(image); });
       }},
      {"a wrong colour in the log and everywhere", "audit.unexplained_decision", "resident",
       [](Week& week) {
         return week.in_decision(6, 1, [](DecisionRecord& record, DecisionEntry& entry) {
           record.colour = entry.decision.colour = rules::Colour::kRed;
         });
       }},
      {"a second chain for one resident", "audit.wrong_record", "resident",
       [](Week& week) {
         return week.in_decision(1, 2, [](DecisionRecord& record, DecisionEntry&) {
           record.version = 1;
           record.previous = {};
         });
       }},
      {"a decision dated back", "audit.wrong_record", "resident",
       [](Week& week) {
         return week.in_decision(1, 2,
                                 [](DecisionRecord& record, DecisionEntry&) { record.at = record.at.plus(-kDay); });
       }},
      {"a decision left out, with its leaf", "audit.missing_decision", "resident",
       [](Week& week) {
         return week.in_log([&](Event& event) {
           auto* statements = find_operation<StatementsOperation>(event);
           if (statements == nullptr || statements->entries.front().resident != week.resident(4) ||
               event.decisions.size() != 1)
             return;
           event.leaves.erase(event.leaves.begin() + event.decisions.front().leaf);
           event.decisions.clear();
           statements->entries.front().leaf = 0;
         });
       }},
      {"an old decision changed in its table", "audit.table_differs", "table decisions",
       [](Week& week) { return week.in_table(kDecisionsTable, week.resident(1).bytes, flip_last); }},
  };
}

// ---- statements and their signatures
std::vector<Fraud> frauds_with_statements() {
  return {
      {"a statement that says more than was signed", "audit.altered_statement", "resident",
       [](Week& week) {
         return week.in_entry(5, AuthorityKind::kManifest, [](StatementEntry& entry) {
           entry.evidence.level = static_cast<std::uint8_t>(rules::TestResult::kPositive);
         });
       }},
      {"a backdated statement", "audit.altered_statement", "resident",
       [](Week& week) {
         return week.in_entry(1, AuthorityKind::kOfficer,
                              [](StatementEntry& entry) { entry.signed_at = entry.signed_at.plus(-kDay); });
       }},
      {"a statement moved to another resident", "audit.altered_statement", "resident",
       [](Week& week) {
         return week.in_entry(4, AuthorityKind::kOfficer,
                              [&](StatementEntry& entry) { entry.resident = week.resident(6); });
       }},
      {"a statement outside the area of its grant", "audit.not_authorised", "resident",
       [](Week& week) {
         return week.in_log([&](Event& event) {
           auto* registered = find_operation<RegisterOperation>(event);
           if (registered != nullptr && registered->resident == week.resident(4))
             registered->home = *DivisionCode::parse("410102");
         });
       }},
      {"a missing signature: the approving hand was never there", "audit.bad_authority", "sequence",
       [](Week& week) {
         return week.in_statements([](StatementsOperation& operation) {
           if (operation.entries.front().outcome == Outcome::kHeld)
             operation.officers.push_back({operation.officers.front().key_id, 9});
         });
       }},
      {"a batch said to be another institution's", "audit.bad_authority", "sequence",
       [](Week& week) {
         return week.in_statements([](StatementsOperation& operation) {
           if (operation.authority == AuthorityKind::kManifest) operation.institution = InstitutionNumber{2};
         });
       }},
      {"evidence deleted from its table", "audit.table_differs", "table evidence",
       [](Week& week) { return week.in_table(kEvidenceTable, week.resident(1).bytes, erase); }},
      {"a received list changed after it was signed", "audit.table_differs", "table submissions",
       [](Week& week) { return week.in_table(kSubmissionsTable, {}, flip_last); }},
  };
}

// ---- hands and brakes
std::vector<Fraud> frauds_with_hands() {
  return {
      {"a hold released without a hand", "audit.not_held", "resident",
       [](Week& week) {
         return week.in_entry(3, AuthorityKind::kOfficer, [](StatementEntry& entry) {
           entry.outcome = Outcome::kAccepted;
           entry.judgement.missing = 0;
           entry.judgement.lapses = {};
         });
       }},
      {"a forged approval", "audit.bad_approval", "sequence",
       [](Week& week) {
         return week.in_log([&](Event& event) {
           if (auto* op = find_operation<ApprovalOperation>(event)) op->signature[op->signature.size() - 9] ^= 1;
         });
       }},
      {"an approval ascribed to another officer", "audit.bad_approval", "sequence",
       [](Week& week) {
         return week.in_log([&](Event& event) {
           if (auto* op = find_operation<ApprovalOperation>(event)) op->officer = {week.wang().key_id(), 0};
         });
       }},
      {"a rewound passkey counter", "audit.table_differs", "table brakes",
       [](Week& week) {
         return week.in_table(kBrakesTable, as_bytes("k"), [](Bytes& value) { value = encode_brake(1'000'000); });
       }},
      {"a rewound brake counter", "audit.table_differs", "table brakes",
       [](Week& week) { return week.in_table(kBrakesTable, as_bytes("i"), erase); }},
      {"a hold taken off the list", "audit.table_differs", "table holds",
       [](Week& week) { return week.in_table(kHoldsTable, week.resident(3).bytes, erase); }},
  };
}

// ---- documents
std::vector<Fraud> frauds_with_documents() {
  return {
      {"a policy that the roots never signed", "audit.bad_authority", "sequence",
       [](Week& week) {
         return week.in_document(DocumentType::kPolicy,
                                 [](SignedDocument& document) { document.signatures.pop_back(); });
       }},
      {"a changed policy text", "audit.bad_authority", "sequence",
       [](Week& week) {
         return week.in_document(DocumentType::kPolicy, [](SignedDocument& document) {
           const std::size_t at = document.bytes.find("Test policy");
           if (at != std::string::npos) document.bytes[at] = 'B';
         });
       }},
      {"an altered area order", "audit.bad_authority", "sequence",
       [](Week& week) {
         return week.in_document(DocumentType::kAreaOrder, [](SignedDocument& document) {
           document.bytes.replace(document.bytes.find("high"), 4, "low\"");
           document.bytes.erase(document.bytes.find("low\"\"") + 4, 1);
         });
       }},
      {"a grant stretched over a larger area", "audit.bad_authority", "sequence",
       [](Week& week) {
         return week.in_document(DocumentType::kGrant, [](SignedDocument& document) {
           const std::size_t at = document.bytes.find("\"4102\"");
           if (at != std::string::npos) document.bytes.replace(at, 6, "\"41\"");
         });
       }},
      {"an officer enrolled by nobody", "audit.bad_authority", "sequence",
       [](Week& week) {
         return week.in_document(DocumentType::kOfficer, [](SignedDocument& document) {
           document.signatures.erase(document.signatures.begin());
         });
       }},
      {"a control event that one shard was told differently", "audit.wrong_follow", "sequence",
       [](Week& week) {
         return week.in_log([](Event& event) {
           auto* follow = find_operation<FollowOperation>(event);
           if (follow == nullptr) return;
           Event inner = decode_event(follow->event).value();
           inner.time = inner.time.plus(1);
           follow->event = encode_event(inner);
         });
       }},
      {"an alarm ended by nobody", "audit.bad_authority", "sequence",
       [](Week& week) {
         return week.audit_control(*rewritten(
             week.province().control().store(),
             [&](Event& event, Sequence) {
               auto* notice = find_operation<NoticeOperation>(event);
               if (notice == nullptr) return;
               Json document(Json::Object{{"type", "alarm_ending"},
                                          {"alarm", hex_encode(alarm_id(Week::alarm()))},
                                          {"ending", "unfounded"},
                                          {"by", "command-1"},
                                          {"text", Json::Object{{"zh", "无"}, {"en", "nothing"}}},
                                          {"at", kStart.to_string()}});
               const std::string key = week.province().find("command-1").key->verifying_key().key_id();
               const Json signature(Json::Object{{"key", key}, {"signature", base64_encode(Bytes(64))}});
               const Json envelope(Json::Object{{"type", "alarm_ending"},
                                                {"document", document.to_string()},
                                                {"signatures", Json::Array{signature}}});
               notice->notice = make_ending_notice(envelope.to_string());
             },
             kControlShard));
       }},
  };
}

// ---- cases and look-ups
std::vector<Fraud> frauds_with_cases() {
  return {
      {"a forged case reply", "audit.forged_case_document", "case",
       [](Week& week) {
         return week.in_log([](Event& event) {
           auto* step = find_operation<CaseStepOperation>(event);
           if (step != nullptr && step->step.kind == CaseStepKind::kReplied)
             step->step.answer = CaseAnswer::kNotSubstantiated;
         });
       }},
      {"a deleted look-up", "audit.table_differs", "table lookups",
       [](Week& week) { return week.in_table(kLookUpsTable, as_bytes("r"), erase); }},
      {"a look-up under another officer's name", "audit.wrong_leaf", "sequence",
       [](Week& week) {
         return week.in_log([](Event& event) {
           if (auto* op = find_operation<LookUpOperation>(event)) op->actor = "command-1/ma";
         });
       }},
      {"a case deleted from its table", "audit.table_differs", "table cases",
       [](Week& week) { return week.in_table(kCasesTable, as_bytes("c"), erase); }},
      {"a resident's device exchanged", "audit.table_differs", "table residents",
       [](Week& week) { return week.in_table(kResidentsTable, week.resident(5).bytes, flip_last); }},
  };
}

// ---- log and ledger
std::vector<Fraud> frauds_with_the_ledger() {
  const auto batch_of = [](Event& event) -> StatementsOperation* {
    auto* statements = find_operation<StatementsOperation>(event);
    return statements != nullptr && statements->authority == AuthorityKind::kManifest ? statements : nullptr;
  };
  return {
      {"a dropped leaf", "audit.table_differs", "table ledger_meta",
       [](Week& week) { return week.in_table(kLedgerMetaTable, as_bytes("f"), erase); }},
      {"swapped leaves", "audit.wrong_shuffle", "resident",
       [batch_of](Week& week) {
         return week.in_log([&](Event& event) {
           StatementsOperation* statements = batch_of(event);
           if (statements == nullptr) return;
           std::swap(event.leaves[statements->entries[0].leaf], event.leaves[statements->entries[1].leaf]);
           std::swap(statements->entries[0].leaf, statements->entries[1].leaf);
         });
       }},
      {"an edited commitment", "audit.wrong_leaf", "resident",
       [batch_of](Week& week) {
         return week.in_log([&](Event& event) {
           StatementsOperation* statements = batch_of(event);
           if (statements == nullptr) return;
           Leaf leaf = decode_leaf(event.leaves[statements->entries[3].leaf]).value();
           leaf.commitment->bytes[0] ^= 1;
           encode_leaf(leaf, event.leaves[statements->entries[3].leaf]);
         });
       }},
      {"a log whose records do not follow each other", "audit.broken_log", "",
       [](Week& week) {
         const std::array<std::uint8_t, 8> sequence{0, 0, 0, 0, 0, 0, 0, 20};
         return week.in_table(kLogTable, sequence, [](Bytes& value) { value[10] ^= 1; });
       }},
      {"a truncated log, with all tables to match", "audit.checkpoint_differs", "checkpoint",
       [](Week& week) {
         const ledger::TreeHead head = week.province().data().machine().ledger().head();
         const auto cut = rewritten(week.stored(), [](Event& event, Sequence sequence) {
           if (sequence.value > 40) event = {.time = event.time, .seed = event.seed, .operations = {TickOperation{}}};
         });
         return week.audit(*cut, {head});
       }},
      {"an altered checkpoint", "audit.checkpoint_differs", "checkpoint",
       [](Week& week) {
         ledger::TreeHead head = week.province().data().machine().ledger().head();
         head.root.bytes[0] ^= 1;
         return week.audit(week.stored(), {head});
       }},
      {"a look-up struck out of the log, with all tables to match", "audit.checkpoint_differs", "checkpoint",
       [](Week& week) {
         const ledger::TreeHead head = week.province().data().machine().ledger().head();
         const auto cut = rewritten(week.stored(), [](Event& event, Sequence) {
           if (find_operation<LookUpOperation>(event) != nullptr)
             event = {.time = event.time, .seed = event.seed, .operations = {TickOperation{}}};
         });
         return week.audit(*cut, {head});
       }},
  };
}

std::vector<Fraud> all_frauds() {
  std::vector<Fraud> out;
  for (const auto& part : {frauds_with_colours(), frauds_with_statements(), frauds_with_hands(),
                           frauds_with_documents(), frauds_with_cases(), frauds_with_the_ledger()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

TEST(PlantedFrauds, NoneIsFoundWhereNoneWasPlanted) {
  Week week;
  for (const AuditReport& report : {week.audit(week.stored(), {week.province().data().machine().ledger().head()}),
                                    week.audit_control(week.province().control().store())}) {
    for (const Finding& finding : report.findings) ADD_FAILURE() << finding.code << " " << finding.where;
  }
  EXPECT_EQ(week.province().data().machine().rows().size(), 8u);
}

TEST(PlantedFrauds, EachIsFoundAndNamed) {
  const std::vector<Fraud> frauds = all_frauds();
  EXPECT_GE(frauds.size(), 20u);
  for (const Fraud& fraud : frauds) {
    SCOPED_TRACE(fraud.name);
    Week week;
    const AuditReport report = fraud.plant(week);
    const bool named = std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
      return finding.code == fraud.code && finding.where.find(fraud.where) != std::string::npos;
    });
    EXPECT_TRUE(named) << "expected " << fraud.code << " at \"" << fraud.where << "\", found:\n"
                       << findings_text(report);
  }
}

}  // namespace
}  // namespace mingma::shard
