// The statements of an event: signatures, grants, bodies, outcomes, leaves.
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "shard/audit_event.h"
#include "shard/authority.h"
#include "shard/checks.h"
#include "shard/errors.h"
#include "shard/judge.h"
#include "shard/statement_document.h"

namespace mingma::shard {
namespace {

// What check_line() says of it: holding is another question.
Outcome as_line(Outcome outcome) { return outcome == Outcome::kHeld ? Outcome::kAccepted : outcome; }

}  // namespace

Result<void> EventAuditor::operation(const StatementsOperation& op) {
  check_role(false, "a batch of statements");
  const Institution* institution = working_.control().institution(op.institution);
  const std::string id = op.authority == AuthorityKind::kSession ? "self"
                         : institution == nullptr                ? ""
                                                                 : institution->id;
  if (op.authority == AuthorityKind::kSession ? op.institution != kSelf : institution == nullptr) {
    findings_.add("bad_authority", at(), "statements of an institution that does not exist");
  } else if (institution != nullptr && institution->klass == InstitutionClass::kOperator) {
    findings_.add("bad_authority", at(), "statements of operator " + id + ", who may sign none");
  }
  MINGMA_CHECK(check_authority(op, id));
  check_officers(op.officers);
  note_officers(working_, op.officers);
  for (const StatementEntry& entry : op.entries)
    MINGMA_CHECK(is_recorded(entry.outcome) ? check_entry(op, entry, id) : check_refused_entry(entry));
  return expect_exports(op);
}

// Rebuilds the command that the owner must have had, and checks it as the owner should have.
Result<void> EventAuditor::check_authority(const StatementsOperation& op, std::string_view institution) {
  if (op.authority == AuthorityKind::kSession) return {};
  Bytes sealed = op.sealed_authority;
  if (sealed.empty()) {
    MINGMA_TRY(auto stored, find_stored_authority(reader_, op.submission));
    if (stored) sealed = std::move(stored->sealed);
  }
  if (sealed.empty()) {
    // A document about someone unknown is not kept; then nothing may have come of it.
    for (const StatementEntry& entry : op.entries) {
      if (is_recorded(entry.outcome))
        findings_.add("bad_authority", at(entry.resident), "no signature was kept for this statement");
    }
    return {};
  }
  std::optional<Digest> key;
  if (op.authority == AuthorityKind::kManifest && keys_ != nullptr) {
    if (auto found = keys_->submission_key(op.submission); found.ok()) key = *found;
  } else if (op.authority != AuthorityKind::kManifest && !op.entries.empty()) {
    const StatementEntry& entry = op.entries.front();
    if (!is_recorded(entry.outcome)) return {};  // nothing came of it, and its kind is not kept
    if (const auto found = keys_of(entry.resident)) key = body_key_of(*found, entry.evidence.kind);
  }
  if (!key) {
    ++report_.unopened;
    return {};
  }
  const auto opened = crypto::open_sealed(*key, op.submission, sealed);
  const auto material = opened.ok() ? decode_authority(*opened) : Result<AuthorityMaterial>(opened.error());
  if (!material.ok()) {
    findings_.add("bad_authority", at(),
                  "the signed document of a batch cannot be opened: " + material.error().to_string());
    return {};
  }
  StatementsCommand command{.authority = op.authority,
                            .institution = std::string(institution),
                            .key_id = op.key_id,
                            .submission = op.submission,
                            .part = op.part,
                            .part_lines = op.part_lines,
                            .document = material->document,
                            .signature_base = material->signature_base,
                            .signature = material->signature,
                            .hands = material->hands,
                            .siblings = op.siblings};
  ++report_.signatures;
  if (op.authority == AuthorityKind::kManifest) {
    for (const IndexedLine& line : op.lines) command.lines.push_back({{}, line.line, line.hash});
  } else if (op.entries.size() == 1 && is_recorded(op.entries.front().outcome)) {
    const auto keys = keys_of(op.entries.front().resident);
    MINGMA_TRY(const auto body, open_body(op, op.entries.front(), institution, *keys));
    if (!body) return {};
    command.lines.push_back({*body, 0, {}});
  } else {
    return {};  // refused: nothing came of it, and its content is not kept
  }
  if (op.authority == AuthorityKind::kImported) return check_imported(op, command);
  const auto checked = [&] {
    if (op.authority == AuthorityKind::kManifest)
      return check_manifest(command, working_.control(), op.institution, event_.time, false);
    if (op.authority == AuthorityKind::kCertificate)
      return check_certificate(command, working_.control(), op.institution, event_.time);
    return check_document(command, working_.control(), op.institution, event_.time);
  }();
  if (!checked.ok()) {
    findings_.add("bad_authority", at(),
                  "the signature behind a batch of " + std::string(institution) +
                      " is not valid: " + checked.error().to_string());
  } else if (checked->digest != op.authority_digest) {
    findings_.add("bad_authority", at(), "the signed document kept for a batch is not the one it names");
  } else if (checked->officers != op.officers) {
    findings_.add("bad_authority", at(), "the officers of a batch are not those who signed it");
  } else if (op.authority == AuthorityKind::kDocument || op.authority == AuthorityKind::kOfficer) {
    const auto said = parse_statement_document(as_text(command.document));
    if (said.ok()) check_person(said->person, op.entries.front().resident);
  }
  return {};
}

Result<std::optional<Statement>> EventAuditor::open_body(const StatementsOperation& op, const StatementEntry& entry,
                                                         std::string_view institution, const ResidentKeys& keys) {
  const auto altered = [&](std::string text) {
    findings_.add("altered_statement", at(entry.resident), std::move(text));
    return std::optional<Statement>{};
  };
  const auto key = body_key_of(keys, entry.evidence.kind);
  if (!key) {
    ++report_.unopened;
    return std::optional<Statement>{};
  }
  const auto canonical = crypto::open_sealed(*key, evidence_key(entry.resident, entry.id), entry.sealed);
  if (!canonical.ok()) return altered("the statement's sealed body was exchanged or changed");
  auto statement = decode_statement(*canonical);
  if (!statement.ok()) return altered("the statement's body is invalid: " + statement.error().to_string());
  if (statement_id(*statement) != entry.id) return altered("the statement's id is not that of its body");
  if (statement->resident != entry.resident || statement->institution != institution ||
      statement->action != entry.action || statement->evidence != entry.evidence ||
      statement->signed_at != entry.signed_at) {
    return altered("what counts as evidence is not what the signed statement says");
  }
  const RecordTag record = make_record_tag(keys, institution, statement->source_record);
  const RecordTag earlier = entry.action == StatementAction::kAdd
                                ? RecordTag{}
                                : make_record_tag(keys, institution, statement->earlier_record);
  if (record != entry.record || earlier != entry.earlier)
    return altered("the statement's record tags are not those of its record numbers");
  if (op.authority == AuthorityKind::kSession && !rules::evidence_kind_info(entry.evidence.kind).resident_may_sign) {
    return altered("a resident cannot declare this kind of evidence");
  }
  return std::optional<Statement>(std::move(statement).value());
}

Result<void> EventAuditor::check_entry(const StatementsOperation& op, const StatementEntry& entry,
                                       std::string_view institution) {
  ++report_.statements;
  const auto row = working_.find(entry.resident);
  if (!row) return Error(errors::kShardInvalidEvent, "a statement about someone who is not registered");
  const std::string where = at(entry.resident);
  if (entry.signed_at > event_.time.plus(kClockSkewSeconds))
    findings_.add("wrong_outcome", where, "signed in the future");
  const auto keys = keys_of(entry.resident);
  std::optional<Statement> body;
  if (keys) {
    MINGMA_TRY(body, open_body(op, entry, institution, *keys));
  } else {
    ++report_.unopened;
  }
  // Without the body: grants and duplicates can still be looked at, corrections cannot.
  Statement statement{.resident = entry.resident,
                      .institution = std::string(institution),
                      .action = entry.action,
                      .evidence = entry.evidence,
                      .signed_at = entry.signed_at};
  if (body) statement = *body;
  const ResidentKeys any = keys ? *keys : derive_resident_keys(Digest{});
  MINGMA_TRY(const Outcome derived, check_line(working_, op.authority, op.institution, statement, *row, entry.id, any));
  if (derived == Outcome::kNotAuthorised) {
    findings_.add("not_authorised", where,
                  "counted though no chain of grants covers " +
                      std::string(rules::evidence_kind_info(entry.evidence.kind).name) + " by " +
                      std::string(institution));
  } else if (derived != as_line(entry.outcome) && (body || derived == Outcome::kDuplicate)) {
    findings_.add(
        "wrong_outcome", where,
        "recorded as " + std::string(to_string(entry.outcome)) + "; it is " + std::string(to_string(derived)));
  }
  MINGMA_CHECK(check_judgement(op, entry, *row, where));
  const Bytes record = body ? encode_statement(*body) : Bytes{};
  working_.touch(*row, cause_of(op.authority));
  check_statement_leaf(op, entry, institution, body && keys ? &*keys : nullptr, record);
  MINGMA_CHECK(working_.add_statement(*row, op.institution, entry, index_++));
  MINGMA_CHECK(record_judgement(working_, op, entry));
  return {};
}

Result<void> EventAuditor::check_refused_entry(const StatementEntry& entry) {
  const auto row = working_.find(entry.resident);
  if (entry.outcome == Outcome::kUnknownResident && row) {
    findings_.add("wrong_outcome", at(entry.resident), "refused as unknown though registered");
  }
  if (entry.outcome == Outcome::kDuplicate) {
    bool there = false;
    if (row) {
      MINGMA_TRY(there, working_.has_evidence(entry.resident, *row, entry.id));
    }
    if (!there)
      findings_.add("wrong_outcome", at(entry.resident), "refused as a duplicate of something that is not there");
  }
  return {};
}

void EventAuditor::check_statement_leaf(const StatementsOperation& op, const StatementEntry& entry,
                                        std::string_view institution, const ResidentKeys* keys, ByteView record) {
  const std::string where = at(entry.resident);
  if (index_ < places_.size() && entry.leaf != places_[index_])
    findings_.add("wrong_shuffle", where, "a leaf is not where the seed puts it");
  const Row& row = working_.touched(*working_.find(entry.resident)).row;
  check_leaf(entry.leaf, make_statement_leaf(working_, op.institution, row, entry), institution, keys, record, where);
}

}  // namespace mingma::shard
