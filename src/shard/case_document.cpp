#include "shard/case_document.h"

#include "shard/document.h"
#include "shard/json_members.h"
#include "shard/officer.h"

namespace mingma::shard {
namespace {

constexpr JsonLimits kLimits{.depth_max = 8, .bytes_max = 64u << 10};
constexpr std::size_t kTextBytesMax = 4'000;

Result<Json> parse(std::string_view bytes) {
  auto json = parse_json(bytes, kLimits);
  if (!json.ok()) return Error(errors::kShardInvalidDocument, json.error().message(), json.error().where());
  return json;
}

Result<void> expect_type(JsonMembers& members, std::string_view wanted) {
  MINGMA_TRY(const std::string type, members.text("type"));
  if (type != wanted) return members.fail("type", "not \"" + std::string(wanted) + "\"");
  return {};
}

Result<Ticket> read_ticket(JsonMembers& members) {
  MINGMA_TRY(const std::string text, members.text("ticket", 32));
  const auto ticket = parse_ticket(text);
  if (!ticket) return members.fail("ticket", "no ticket number; its last digit checks the others");
  return *ticket;
}

Result<StatementId> read_statement(const JsonMembers& members, std::string_view name, std::string_view text) {
  const auto bytes = hex_decode(text);
  if (!bytes.ok() || bytes->size() != 32 || hex_encode(*bytes) != text)
    return members.fail(name, "not a statement's id of 64 lower-case hex digits");
  return Digest::from(*bytes);
}

Result<void> read_substantiation(JsonMembers& members, CaseReply& reply) {
  MINGMA_TRY(const Json* evidence, members.object("evidence"));
  // A withdrawal says nothing, so nobody is asked to substantiate one.
  auto read = rules::evidence_from_json(*evidence);
  if (!read.ok()) return members.fail("evidence", read.error().to_string());
  reply.evidence = *read;
  MINGMA_TRY(reply.source_record, members.text("source_record", 64));
  return {};
}

// Those who help residents or watch others do not answer for the institution.
bool may_sign(const Officer& officer) {
  return officer.role == OfficerRole::kExecuting || officer.role == OfficerRole::kApproving ||
         officer.role == OfficerRole::kOrdering || officer.role == OfficerRole::kCase;
}

}  // namespace

Result<CaseReply> parse_case_reply(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  MINGMA_CHECK(expect_type(members, kCaseReply));
  CaseReply out;
  MINGMA_TRY(out.institution, members.text("institution", 32));
  MINGMA_TRY(out.ticket, read_ticket(members));
  MINGMA_TRY(const std::string statement, members.text("statement", 64));
  MINGMA_TRY(out.statement, read_statement(members, "statement", statement));
  MINGMA_TRY(const std::string answer, members.text("answer"));
  if (answer == "substantiated") {
    MINGMA_CHECK(read_substantiation(members, out));
  } else if (answer == "not_substantiated" || answer == "corrected") {
    out.answer = answer == "corrected" ? CaseAnswer::kCorrected : CaseAnswer::kNotSubstantiated;
  } else {
    return members.fail("answer", "neither substantiated nor not_substantiated nor corrected");
  }
  MINGMA_TRY(out.grounds, members.optional_text("grounds", kTextBytesMax));
  MINGMA_TRY(out.signed_at, members.instant("signed_at"));
  MINGMA_CHECK(members.end());
  return out;
}

Result<CaseDecision> parse_case_decision(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  MINGMA_CHECK(expect_type(members, kCaseDecision));
  CaseDecision out;
  MINGMA_TRY(out.institution, members.text("institution", 32));
  MINGMA_TRY(out.ticket, read_ticket(members));
  MINGMA_TRY(const std::string outcome, members.text("outcome"));
  out.reinstates = outcome == "reinstated";
  if (!out.reinstates && outcome != "upheld" && outcome != "corrected")
    return members.fail("outcome", "neither upheld nor corrected nor reinstated");
  if (outcome == "corrected") out.end = CaseEnd::kCorrected;
  if (const Json* statements = members.take("statements")) {
    if (!statements->is_array() || statements->array().size() > kCaseStatementsMax)
      return members.fail("statements", "not a list of at most 32 statements");
    for (const Json& one : statements->array()) {
      if (!one.is_string()) return members.fail("statements", "not a list of statements' ids");
      MINGMA_TRY(const StatementId id, read_statement(members, "statements", one.string()));
      out.statements.push_back(id);
    }
  }
  MINGMA_TRY(const Json* reply, members.object("reply"));
  MINGMA_TRY(JsonMembers texts, JsonMembers::open(*reply, "/reply"));
  MINGMA_TRY(out.reply.zh, texts.text("zh", kTextBytesMax));
  MINGMA_TRY(out.reply.en, texts.text("en", kTextBytesMax));
  MINGMA_CHECK(texts.end());
  MINGMA_TRY(out.signed_at, members.instant("signed_at"));
  MINGMA_CHECK(members.end());
  return out;
}

Result<void> check_case_signature(const ControlState& control, InstitutionNumber institution,
                                  const CaseContent& content, UnixSeconds at) {
  const crypto::VerifyingKey* key = control.institution_key(institution, content.key_id, at);
  if (key == nullptr) {
    const Institution* body = control.institution(institution);
    const OfficerKeyRef officer = control.officer_key(content.key_id, at);
    if (officer && body != nullptr && officer.officer->institution == body->id && may_sign(*officer.officer)) {
      MINGMA_CHECK(
          verify_officer_signature(*officer.key, document_digest(content.type, content.text), content.signature));
      return {};
    }
    return Error(errors::kShardUnknownKey, "not signed by a key in force of the institution or of its officers",
                 content.key_id);
  }
  if (!key->verify(document_digest(content.type, content.text), content.signature))
    return Error(errors::kShardBadSignature, "the signature does not verify", content.key_id);
  return {};
}

}  // namespace mingma::shard
