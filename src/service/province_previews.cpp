// Previews: what an officer's statements would do, before they are signed.
#include <map>

#include "service/errors.h"
#include "service/part_processor.h"
#include "service/province_unit.h"
#include "service/signed_document.h"
#include "shard/statement_document.h"

namespace mingma::service {
namespace {

bool signs_statements(shard::OfficerRole role) {
  return role == shard::OfficerRole::kExecuting || role == shard::OfficerRole::kApproving ||
         role == shard::OfficerRole::kOrdering;
}

Result<shard::Statement> read_statement(std::string document, const OfficerCaller& caller,
                                        const Pseudonyms& pseudonyms) {
  MINGMA_TRY(const shard::StatementDocument parsed, shard::parse_statement_document(document));
  const bool adds = parsed.statement.action == shard::StatementAction::kAdd;
  MINGMA_TRY(shard::Statement statement,
             parse_statement_document({adds ? "statement" : "correction", std::move(document), {}}, pseudonyms));
  if (statement.institution != caller.institution)
    return Error(errors::kForbidden, "an officer signs for the institution they belong to", "institution");
  return statement;
}

StatementOutcome unreadable(const Error& error) {
  StatementOutcome out;
  out.outcome = StatementOutcomeCode::kInvalid;
  out.code = error.code();
  out.place = error.where();
  return out;
}

void add_counts(const std::map<std::string_view, std::uint32_t>& from, std::map<std::string, std::uint32_t>& to) {
  for (const auto& [name, count] : from) to[std::string(name)] += count;
}

}  // namespace

Async<StatementPreviewView> Province::preview_statements(OfficerCaller caller, std::vector<std::string> documents) {
  if (!signs_statements(caller.role)) co_return Error(errors::kForbidden, "officers of this role sign no statements");
  if (documents.empty() || documents.size() > kPreviewDocumentsMax)
    co_return Error(errors::kBadRequest, "between 1 and 1,000 documents", "/documents");
  StatementPreviewView out;
  out.outcomes.resize(documents.size());
  std::map<Unit*, shard::StatementsCommand> commands;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    Result<shard::Statement> statement = read_statement(std::move(documents[i]), caller, *pseudonyms_);
    if (!statement) {
      out.outcomes[i] = unreadable(statement.error());
      continue;
    }
    shard::StatementsCommand& command = commands[&unit_of(statement->resident)];
    command.authority = shard::AuthorityKind::kOfficer;
    command.institution = caller.institution;
    command.key_id = caller.key_id;
    command.lines.push_back({*std::move(statement), static_cast<std::uint32_t>(i), {}});
  }
  for (const auto& [unit, command] : commands) {
    const shard::StatementsCommand& lines = command;
    const Result<shard::StatementPreview> of_shard = co_await unit->runtime.read<shard::StatementPreview>(
        [&](ShardRuntime& shard) { return shard.machine().preview(lines, clock_.now()); });
    if (!of_shard) co_return of_shard.error();
    for (std::size_t i = 0; i < lines.lines.size(); ++i)
      out.outcomes[lines.lines[i].line] = to_outcome({.line = 0, .id = {}, .outcome = of_shard->outcomes[i]});
    out.worse += of_shard->worse;
    out.better += of_shard->better;
    out.worse_when_approved += of_shard->worse_when_approved;
    add_counts(of_shard->missing, out.missing);
    add_counts(of_shard->reasons, out.reasons);
  }
  co_return out;
}

}  // namespace mingma::service
