// Statements: who signed, may they, was it here before, what does it correct.
#include <algorithm>

#include "crypto/digest.h"
#include "shard/authority.h"
#include "shard/checks.h"
#include "shard/errors.h"
#include "shard/judge.h"
#include "shard/neighbour_fold.h"
#include "shard/planner.h"

namespace mingma::shard {
namespace {

Error refused(const ErrorInfo& info, std::string message) { return Error(info, std::move(message)); }

CommandResult refuse(Error error) {
  CommandResult result;
  result.error = std::move(error);
  return result;
}

}  // namespace

Result<void> Planner::check_statements(const StatementsCommand& command, InstitutionNumber institution) const {
  if (!working_.control().has_genesis())
    return refused(errors::kShardNoGenesis, "the shard has not followed the control shard yet");
  if (statements_ + command.lines.size() > kEventStatementsMax)
    return refused(errors::kShardTooLarge, "over 20,000 statements in one event");
  if (command.lines.empty()) return refused(errors::kShardInvalidStatement, "no statements");
  for (std::size_t i = 1; i < command.lines.size(); ++i) {
    if (command.lines[i].line < command.lines[i - 1].line)
      return refused(errors::kShardInvalidStatement, "lines are not in ascending order");
  }
  for (const StatementLine& line : command.lines) {
    if (line.statement.institution != command.institution)
      return refused(errors::kShardConflict, "a statement of another institution");
  }
  if (command.authority == AuthorityKind::kSession) {
    if (command.institution != "self")
      return refused(errors::kShardInvalidStatement, "a session signs for the resident only");
    return {};
  }
  const Institution* found = working_.control().institution(institution);
  if (found == nullptr) return refused(errors::kShardUnknownInstitution, "no such institution");
  if (found->klass == InstitutionClass::kOperator)
    return refused(errors::kShardNotAuthorised, "an operator never signs a statement");
  return {};
}

Result<void> Planner::seal_authority(const StatementsCommand& command, StatementsOperation& operation) {
  const Bytes material = encode_authority(command);
  if (command.authority == AuthorityKind::kManifest) {
    auto key = keys_.submission_key(command.submission);
    if (!key.ok()) return std::move(key).error();
    operation.sealed_authority = seal(*key, command.submission, material);
    return {};
  }
  const ResidentId& resident = command.lines.front().statement.resident;
  const auto row = working_.find(resident);
  const ResidentKeys* keys = row ? keys_of(*row, resident) : nullptr;
  if (keys == nullptr) return {};
  MINGMA_TRY(const Digest key, body_key_of(*keys, command.lines.front().statement.evidence.kind));
  operation.sealed_authority = seal(key, operation.submission, material);
  return {};
}

Result<StatementEntry> Planner::examine_line(const StatementsCommand& command, const StatementsOperation& operation,
                                             const StatementLine& line, std::optional<BrakeAsk>* unanswered) {
  const InstitutionNumber institution = operation.institution;
  const Statement& statement = line.statement;
  StatementEntry entry{.resident = statement.resident, .outcome = Outcome::kInvalid, .line = line.line};
  if (!check_statement(statement).ok() || statement.signed_at > event_.time.plus(kClockSkewSeconds)) return entry;
  entry.id = statement_id(statement);
  const bool session = command.authority == AuthorityKind::kSession;
  if (session && !rules::evidence_kind_info(statement.evidence.kind).resident_may_sign) {
    entry.outcome = Outcome::kWrongSigner;
    return entry;
  }
  const auto row = working_.find(statement.resident);
  if (!row) {
    entry.outcome = Outcome::kUnknownResident;
    return entry;
  }
  const ResidentKeys* keys = keys_of(*row, statement.resident);
  if (keys == nullptr) {
    entry.outcome = Outcome::kKeyDestroyed;
    return entry;
  }
  MINGMA_TRY(entry.outcome, check_line(working_, command.authority, institution, statement, *row, entry.id, *keys));
  if (!is_recorded(entry.outcome)) return entry;

  entry.action = statement.action;
  entry.evidence = statement.evidence;
  entry.signed_at = statement.signed_at;
  entry.record = make_record_tag(*keys, statement.institution, statement.source_record);
  if (statement.action != StatementAction::kAdd)
    entry.earlier = make_record_tag(*keys, statement.institution, statement.earlier_record);
  if (entry.outcome == Outcome::kAccepted) {
    MINGMA_TRY(entry.judgement, judge(working_, {*row, operation, entry}, unanswered, previewing_));
    if (entry.judgement.missing != 0) entry.outcome = Outcome::kHeld;
  }
  return entry;
}

Result<StatementEntry> Planner::plan_line(const StatementsCommand& command, const StatementsOperation& operation,
                                          const StatementLine& line) {
  MINGMA_TRY(StatementEntry entry, examine_line(command, operation, line, nullptr));
  if (!is_recorded(entry.outcome)) return entry;
  const InstitutionNumber institution = operation.institution;
  const Statement& statement = line.statement;
  const auto row = working_.find(statement.resident);
  const ResidentKeys* keys = keys_of(*row, statement.resident);
  const Bytes canonical = encode_statement(statement);
  MINGMA_TRY(const Digest key, body_key_of(*keys, statement.evidence.kind));
  entry.sealed = seal(key, evidence_key(statement.resident, entry.id), canonical);
  const Row& now = working_.touch(*row, cause_of(command.authority));
  entry.leaf = add_personal_leaf(make_statement_leaf(working_, institution, now, entry), *keys, canonical,
                                 statement.institution);
  MINGMA_CHECK(working_.add_statement(*row, institution, entry, entry.leaf));
  MINGMA_CHECK(record_judgement(working_, operation, entry));
  statements_accepted_ += entry.outcome == Outcome::kAccepted;
  return entry;
}

Result<std::vector<BrakeAsk>> Planner::uncounted(const StatementsCommand& command,
                                                 const StatementsOperation& operation) {
  std::vector<BrakeAsk> asks;
  if (command.counted || command.authority == AuthorityKind::kSession || !may_have_to_ask(working_)) return asks;
  for (const StatementLine& line : command.lines) {
    const auto row = working_.find(line.statement.resident);
    if (!row || !check_statement(line.statement).ok()) continue;
    if (line.statement.action == StatementAction::kAdd) {
      MINGMA_TRY(const bool worse, makes_worse(working_, *row, line.statement.evidence));
      if (!worse) continue;
    }
    std::optional<BrakeAsk> ask;
    MINGMA_TRY(const StatementEntry entry, examine_line(command, operation, line, &ask));
    if (ask) asks.push_back(*std::move(ask));
  }
  return asks;
}

void Planner::warm_keys(const StatementsCommand& command) {
  std::vector<std::pair<ResidentId, RowNumber>> residents;
  residents.reserve(command.lines.size());
  for (const StatementLine& line : command.lines) {
    if (const auto row = working_.find(line.statement.resident)) residents.emplace_back(line.statement.resident, *row);
  }
  std::sort(residents.begin(), residents.end());
  for (const auto& [resident, row] : residents) keys_of(row, resident);
}

Result<CommandResult> Planner::run(const StatementsCommand& command) {
  if (is_control())
    return refuse(refused(errors::kShardWrongShard, "this command belongs to a shard of the other kind"));
  StatementsOperation operation{.authority = command.authority, .key_id = command.key_id};
  operation.institution =
      command.authority == AuthorityKind::kSession ? kSelf : working_.control().institution_number(command.institution);
  if (auto checked = check_statements(command, operation.institution); !checked.ok()) return refuse(checked.error());

  bool stored = false;
  if (command.authority == AuthorityKind::kManifest) {
    MINGMA_TRY(const auto present, find_stored_authority(reader_, command.submission));
    stored = present.has_value();
    // What was verified is this manifest under this key; anything else is another submission.
    if (stored && (present->digest != crypto::sha256(command.document) || present->key_id != command.key_id)) {
      return refuse(refused(errors::kShardConflict, "another manifest has this submission id"));
    }
    auto authority = check_manifest(command, working_.control(), operation.institution, event_.time, stored);
    if (!authority.ok()) return refuse(std::move(authority).error());
    operation.authority_digest = authority->digest;
    operation.submission = command.submission;
    operation.part = command.part;
    operation.part_lines = command.part_lines;
    operation.siblings = command.siblings;
  } else if (command.authority == AuthorityKind::kImported) {
    auto checked = check_import(command, working_.control(), event_.time);
    if (!checked.ok()) return refuse(std::move(checked).error());
    operation.authority_digest = checked->authority.digest;
    std::copy_n(checked->authority.digest.bytes.begin(), operation.submission.size(), operation.submission.begin());
  } else if (command.authority != AuthorityKind::kSession) {
    auto authority = command.authority == AuthorityKind::kCertificate
                         ? check_certificate(command, working_.control(), operation.institution, event_.time)
                         : check_document(command, working_.control(), operation.institution, event_.time);
    if (!authority.ok()) return refuse(std::move(authority).error());
    operation.officers = std::move(authority->officers);
    if (auto counters = check_counters(working_, operation.officers); !counters.ok()) return refuse(counters.error());
    operation.authority_digest = authority->digest;
    std::copy_n(authority->digest.bytes.begin(), operation.submission.size(), operation.submission.begin());
  }
  MINGMA_TRY(std::vector<BrakeAsk> asks, uncounted(command, operation));
  if (!asks.empty()) {
    CommandResult waits = refuse(refused(errors::kShardUncounted, "the control shard counts first"));
    waits.asks = std::move(asks);
    return waits;
  }
  if (command.authority != AuthorityKind::kSession && !stored) {
    if (auto sealed = seal_authority(command, operation); !sealed.ok()) return refuse(sealed.error());
  }

  note_officers(working_, operation.officers);
  CommandResult result;
  operation.first_line = command.lines.front().line;
  operation.entries.reserve(command.lines.size());
  warm_keys(command);
  result.statements.reserve(command.lines.size());
  for (const StatementLine& line : command.lines) {
    if (command.authority == AuthorityKind::kManifest &&
        (operation.lines.empty() || operation.lines.back().line != line.line)) {
      operation.lines.push_back({line.line, line.line_hash});
    }
    MINGMA_TRY(StatementEntry entry, plan_line(command, operation, line));
    result.statements.push_back({line.line, entry.id, entry.outcome});
    operation.entries.push_back(std::move(entry));
  }
  statements_ += static_cast<std::uint32_t>(command.lines.size());
  event_.operations.emplace_back(std::move(operation));
  MINGMA_CHECK(follow_exports());
  return result;
}

}  // namespace mingma::shard
