// Deterministic CBOR of the operations of cases and look-ups. Format: docs/formats/event.md.
#include "shard/event_codec_parts.h"

namespace mingma::shard::event_codec {
namespace {

constexpr std::size_t kActorBytesMax = 128;

template <typename Value>
void small(CborWriter& out, Value value) {
  out.unsigned_integer(static_cast<std::uint8_t>(value));
}

Result<void> read_actor(CborReader& in, std::string& out) {
  MINGMA_TRY(const std::string_view text, in.text());
  if (text.size() > kActorBytesMax) return invalid("an actor's name is too long");
  out = text;
  return {};
}

Result<void> read_digest(CborReader& in, Digest& out) { return read_array(in, out.bytes); }

Result<void> read_ticket(CborReader& in, Ticket& out) { return read_number(in, out.value); }

// Every step and every look-up has a leaf.
Result<void> read_own_leaf(CborReader& in, std::uint32_t& out) {
  MINGMA_CHECK(read_leaf_number(in, out));
  if (out == kNoLeaf) return invalid("a step or look-up without a leaf");
  return {};
}

Result<void> read_ids(CborReader& in, std::vector<StatementId>& out) {
  MINGMA_TRY(const std::uint64_t count, read_count(in, kCaseStatementsMax));
  out.resize(count);
  for (StatementId& id : out) MINGMA_CHECK(read_digest(in, id));
  return {};
}

}  // namespace

void write_fields(CborWriter& out, const CaseOpenOperation& op) {
  out.bytes(op.resident.bytes).unsigned_integer(op.ticket.value);
  small(out, op.channel);
  small(out, op.consent);
  out.unsigned_integer(op.institution.value).text(op.actor).unsigned_integer(op.version);
  out.unsigned_integer(op.policy.value);
  out.array(op.deadlines.size());
  for (const UnixSeconds time : op.deadlines) out.integer(time.value);
  out.array(op.statements.size());
  for (const CaseStatement& statement : op.statements) {
    out.array(4).bytes(statement.id).unsigned_integer(statement.institution.value);
    small(out, statement.answer);
    out.integer(statement.answered_at.value);
  }
  out.bytes(op.content).bytes(op.sealed);
  write_leaf_number(out, op.leaf);
}

void write_fields(CborWriter& out, const CaseStepOperation& op) {
  out.unsigned_integer(op.ticket.value);
  small(out, op.step.kind);
  out.unsigned_integer(op.step.institution.value).text(op.actor).bytes(op.step.statement);
  small(out, op.step.answer);
  small(out, op.step.end);
  out.array(op.step.statements.size());
  for (const StatementId& id : op.step.statements) out.bytes(id);
  small(out, op.step.missed);
  out.bytes(op.content).bytes(op.sealed);
  write_leaf_number(out, op.leaf);
}

void write_fields(CborWriter& out, const LookUpOperation& op) {
  out.bytes(op.resident.bytes).unsigned_integer(op.institution.value).text(op.actor);
  small(out, op.role);
  small(out, op.duty);
  out.unsigned_integer(op.ticket.value).unsigned_integer(op.flags).bytes(op.content).bytes(op.sealed);
  write_leaf_number(out, op.leaf);
}

void write_fields(CborWriter& out, const ExpireOperation& op) {
  out.array(op.expired.size());
  for (const ExpiredEvidence& one : op.expired) {
    out.array(2).unsigned_integer(one.row.value).array(one.statements.size());
    for (const StatementId& id : one.statements) out.bytes(id);
  }
  write_leaf_number(out, op.leaf);
}

void write_fields(CborWriter& out, const DestroyKeysOperation& op) {
  small(out, op.keys.scope);
  out.unsigned_integer(op.keys.month.value);
  small(out, op.keys.kind);
  write_leaf_number(out, op.leaf);
}

Result<ExpireOperation> read_expire(CborReader& in) {
  ExpireOperation op;
  MINGMA_TRY(const std::uint64_t rows, read_count(in, kExpiredMax));
  op.expired.resize(rows);
  std::size_t all = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    ExpiredEvidence& one = op.expired[i];
    MINGMA_CHECK(expect_fields(in, 2));
    MINGMA_CHECK(read_number(in, one.row.value));
    if (i > 0 && one.row <= op.expired[i - 1].row) return invalid("rows are not in order");
    MINGMA_TRY(const std::uint64_t count, read_count(in, kExpiredMax));
    all += count;
    if (count == 0 || all > kExpiredMax) return invalid("too many or no expired statements");
    one.statements.resize(count);
    for (StatementId& id : one.statements) MINGMA_CHECK(read_digest(in, id));
  }
  MINGMA_CHECK(read_own_leaf(in, op.leaf));
  return op;
}

Result<DestroyKeysOperation> read_destroy_keys(CborReader& in) {
  DestroyKeysOperation op;
  MINGMA_CHECK(read_enumeration(in, 1, 3, op.keys.scope));
  MINGMA_CHECK(read_number(in, op.keys.month.value));
  const bool bodies = op.keys.scope == KeyScope::kBodies;
  MINGMA_CHECK(read_enumeration(in, bodies ? 1 : 0, bodies ? rules::evidence_schema().size() : 0, op.keys.kind));
  MINGMA_CHECK(read_own_leaf(in, op.leaf));
  return op;
}

Result<CaseOpenOperation> read_case_open(CborReader& in) {
  CaseOpenOperation op;
  MINGMA_CHECK(read_array(in, op.resident.bytes));
  MINGMA_CHECK(read_ticket(in, op.ticket));
  MINGMA_CHECK(read_enumeration(in, 1, 4, op.channel));
  MINGMA_CHECK(read_enumeration(in, 0, 3, op.consent));
  MINGMA_CHECK(read_number(in, op.institution.value));
  MINGMA_CHECK(read_actor(in, op.actor));
  MINGMA_CHECK(read_number(in, op.version));
  MINGMA_CHECK(read_number(in, op.policy.value));
  MINGMA_CHECK(expect_fields(in, op.deadlines.size()));
  for (UnixSeconds& time : op.deadlines) MINGMA_CHECK(read_time(in, time));
  MINGMA_TRY(const std::uint64_t statements, read_count(in, kCaseStatementsMax));
  op.statements.resize(statements);
  for (CaseStatement& statement : op.statements) {
    MINGMA_CHECK(expect_fields(in, 4));
    MINGMA_CHECK(read_digest(in, statement.id));
    MINGMA_CHECK(read_number(in, statement.institution.value));
    MINGMA_CHECK(read_enumeration(in, 0, 1, statement.answer));
    MINGMA_CHECK(read_time(in, statement.answered_at));
  }
  MINGMA_CHECK(read_digest(in, op.content));
  MINGMA_CHECK(read_bytes(in, op.sealed));
  MINGMA_CHECK(read_own_leaf(in, op.leaf));
  return op;
}

Result<CaseStepOperation> read_case_step(CborReader& in) {
  CaseStepOperation op;
  MINGMA_CHECK(read_ticket(in, op.ticket));
  MINGMA_CHECK(read_enumeration(in, 2, 10, op.step.kind));
  MINGMA_CHECK(read_number(in, op.step.institution.value));
  MINGMA_CHECK(read_actor(in, op.actor));
  MINGMA_CHECK(read_digest(in, op.step.statement));
  MINGMA_CHECK(read_enumeration(in, 0, 7, op.step.answer));
  MINGMA_CHECK(read_enumeration(in, 0, 4, op.step.end));
  MINGMA_CHECK(read_ids(in, op.step.statements));
  MINGMA_CHECK(read_enumeration(in, 0, 3, op.step.missed));
  MINGMA_CHECK(read_digest(in, op.content));
  MINGMA_CHECK(read_bytes(in, op.sealed));
  MINGMA_CHECK(read_own_leaf(in, op.leaf));
  return op;
}

Result<LookUpOperation> read_look_up(CborReader& in) {
  LookUpOperation op;
  MINGMA_CHECK(read_array(in, op.resident.bytes));
  MINGMA_CHECK(read_number(in, op.institution.value));
  MINGMA_CHECK(read_actor(in, op.actor));
  MINGMA_CHECK(read_enumeration(in, 0, 7, op.role));
  MINGMA_CHECK(read_enumeration(in, 1, duty_schema().size(), op.duty));
  MINGMA_CHECK(read_ticket(in, op.ticket));
  MINGMA_CHECK(read_number(in, op.flags));
  if (op.flags > kLookUpFlagsAll) return invalid("unknown flags of a look-up");
  MINGMA_CHECK(read_digest(in, op.content));
  MINGMA_CHECK(read_bytes(in, op.sealed));
  MINGMA_CHECK(read_own_leaf(in, op.leaf));
  return op;
}

}  // namespace mingma::shard::event_codec
