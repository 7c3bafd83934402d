// Cases and look-ups in a TestProvince: what institutions and reviewers sign, and a log that somebody rewrote.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "crypto/seal.h"
#include "log/local_log.h"
#include "shard/audit.h"
#include "shard/case_document.h"
#include "shard/tables.h"
#include "shard/test_province.h"
#include "store/memory_store.h"

namespace mingma::shard::testing {

inline std::unique_ptr<store::Store> empty_store() {
  const auto tables = shard_tables();
  return store::make_memory_store(tables);
}

// A copy whose log went through `change` and whose tables are what the changed log gives: an insider who owns the
// machine.
inline std::unique_ptr<store::Store> rewritten(const store::Reader& original,
                                               const std::function<void(Event&, Sequence)>& change,
                                               ShardId shard = ShardId{1}) {
  auto out = empty_store();
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
      change(event, record.header.sequence);
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

// The audit of the data shard whose store is `stored`, beside the province's own control shard and keys.
inline AuditReport audit_data(TestProvince& province, const store::Reader& stored,
                              AuditOptions options = {.shard = ShardId{1}}) {
  const auto scratch = empty_store();
  auto report = audit_shard(options, stored, &province.control().store(), &province.keys(), *scratch);
  EXPECT_TRUE(report.ok());
  return std::move(report).value();
}

// For messages of failed tests.
inline std::string findings_text(const AuditReport& report) {
  std::string out;
  for (const Finding& finding : report.findings)
    out += finding.code + " at " + finding.where + ": " + finding.text + "\n";
  return out;
}

inline CaseContent sign_case(TestProvince& province, std::string_view type, const Json& json,
                             std::string_view institution) {
  CaseContent out{std::string(type), json.to_string(), {}, {}};
  crypto::SigningKey& key = *province.find(institution).key;
  out.key_id = key.verifying_key().key_id();
  out.signature = key.sign(document_digest(out.type, out.text));
  return out;
}

// What the institution of `statement` signs about it.
inline CaseContent case_reply(TestProvince& province, Ticket ticket, const Statement& statement, CaseAnswer answer,
                              UnixSeconds now) {
  Json json(Json::Object{{"type", kCaseReply},
                         {"institution", statement.institution},
                         {"ticket", ticket_text(ticket)},
                         {"statement", hex_encode(statement_id(statement))},
                         {"answer", to_string(answer)}});
  if (answer == CaseAnswer::kSubstantiated) {
    json.set("evidence", rules::evidence_to_json(statement.evidence));
    json.set("source_record", statement.source_record);
  }
  json.set("grounds", "register 7, page 3");
  json.set("signed_at", now.to_string());
  return sign_case(province, kCaseReply, json, statement.institution);
}

inline CaseContent case_decision(TestProvince& province, Ticket ticket, std::string_view outcome,
                                 const std::vector<StatementId>& statements, UnixSeconds now,
                                 std::string_view reviewer = "command-1") {
  Json::Array ids;
  for (const StatementId& id : statements) ids.push_back(hex_encode(id));
  Json json(Json::Object{
      {"type", kCaseDecision}, {"institution", reviewer}, {"ticket", ticket_text(ticket)}, {"outcome", outcome}});
  if (!ids.empty()) json.set("statements", std::move(ids));
  json.set("reply", Json(Json::Object{{"zh", "已核查"}, {"en", "reviewed"}}));
  json.set("signed_at", now.to_string());
  return sign_case(province, kCaseDecision, json, reviewer);
}

}  // namespace mingma::shard::testing
