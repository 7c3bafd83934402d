#include "shard/statement_document.h"

#include "shard/json_members.h"

namespace mingma::shard {
namespace {

constexpr JsonLimits kLimits{.depth_max = 8, .bytes_max = 64u << 10};

Result<void> read_correction(JsonMembers& members, Statement& statement) {
  MINGMA_TRY(const std::string action, members.text("action"));
  if (action != "replace" && action != "withdraw") return members.fail("action", "neither replace nor withdraw");
  statement.action = action == "replace" ? StatementAction::kReplace : StatementAction::kWithdraw;
  MINGMA_TRY(statement.earlier_record, members.text("earlier_record", 64));
  MINGMA_TRY(statement.reason, members.text("reason", 64));
  return {};
}

Result<rules::Evidence> read_evidence(const JsonMembers& members, const Json& json, bool withdrawal) {
  if (withdrawal) {
    const Json* kind = json.find("kind");
    const rules::EvidenceKindInfo* info =
        kind != nullptr && kind->is_string() ? rules::find_evidence_kind(kind->string()) : nullptr;
    if (info == nullptr || json.object().size() != 1)
      return members.fail("evidence", "a withdrawal repeats the kind and says nothing else");
    return rules::Evidence{.kind = info->kind};
  }
  auto evidence = rules::evidence_from_json(json);
  if (!evidence.ok()) return members.fail("evidence", evidence.error().to_string());
  return evidence;
}

}  // namespace

Result<StatementDocument> parse_statement_document(std::string_view bytes) {
  auto json = parse_json(bytes, kLimits);
  if (!json.ok()) return Error(errors::kShardInvalidDocument, json.error().message(), json.error().where());
  MINGMA_TRY(JsonMembers members, JsonMembers::open(*json));
  StatementDocument out;
  Statement& statement = out.statement;
  MINGMA_TRY(const std::string type, members.text("type"));
  if (type != "statement" && type != "correction") return members.fail("type", "neither statement nor correction");
  if (type == "correction") MINGMA_CHECK(read_correction(members, statement));
  MINGMA_TRY(statement.institution, members.text("institution", 32));
  MINGMA_TRY(const Json* person, members.object("person"));
  out.person = *person;
  MINGMA_TRY(const Json* evidence, members.object("evidence"));
  MINGMA_TRY(statement.evidence, read_evidence(members, *evidence, statement.action == StatementAction::kWithdraw));
  MINGMA_TRY(statement.source_record, members.text("source_record", 64));
  MINGMA_TRY(statement.signed_at, members.instant("signed_at"));
  MINGMA_CHECK(members.end());
  if (auto checked = check_statement(statement); !checked.ok()) {
    return Error(errors::kShardInvalidDocument, checked.error().message(), "/" + checked.error().where());
  }
  return out;
}

}  // namespace mingma::shard
