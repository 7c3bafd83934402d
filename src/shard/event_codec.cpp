// Deterministic CBOR of events. Format: docs/formats/event.md.
#include "shard/event.h"
#include "shard/event_codec_parts.h"
#include "shard/family_codec.h"
#include "shard/image.h"
#include "shard/neighbour_codec.h"

namespace mingma::shard {
namespace {

using namespace event_codec;

constexpr std::uint64_t kEventVersion = 1;
constexpr std::uint64_t kItemsMax = 1'000'000;

enum class OperationTag : std::uint8_t {
  kDocument = 1,
  kCheckpoint = 2,
  kFollow = 3,
  kRegister = 4,
  kDevice = 5,
  kStatements = 6,
  kTick = 7,
  kRecolour = 8,
  kApproval = 9,
  kLapse = 10,
  kCaseOpen = 13,
  kCaseStep = 14,
  kLookUp = 15,
  kExpire = 16,
  kDestroyKeys = 17,
  kNotice = 19,
  kGuardianship = 21,
  kPaper = 22,
  kExport = 23,
  kImport = 24,
  kAcknowledge = 25,
  kCount = 28,
};

// ---- writing

void start(CborWriter& out, OperationTag tag, std::uint64_t fields) {
  out.array(fields + 1).unsigned_integer(static_cast<std::uint8_t>(tag));
}

void write(CborWriter& out, const DocumentOperation& op) {
  start(out, OperationTag::kDocument, 4);
  out.unsigned_integer(static_cast<std::uint8_t>(op.document.type)).bytes(as_bytes(op.document.bytes));
  out.array(op.document.signatures.size());
  for (const DocumentSignature& signature : op.document.signatures)
    out.array(2).text(signature.key_id).bytes(signature.signature);
  write_leaf_number(out, op.leaf);
}

void write(CborWriter& out, const CheckpointOperation& op) {
  start(out, OperationTag::kCheckpoint, 3);
  out.unsigned_integer(op.shard.value).bytes(op.note);
  write_leaf_number(out, op.leaf);
}

void write(CborWriter& out, const NoticeOperation& op) {
  start(out, OperationTag::kNotice, 4);
  out.unsigned_integer(static_cast<std::uint8_t>(op.notice.type)).bytes(op.notice.id).bytes(as_bytes(op.notice.text));
  write_leaf_number(out, op.leaf);
}

void write(CborWriter& out, const FollowOperation& op) {
  start(out, OperationTag::kFollow, 2);
  out.unsigned_integer(op.control_sequence.value).bytes(op.event);
}

void write(CborWriter& out, const RegisterOperation& op) {
  start(out, OperationTag::kRegister, 4);
  out.bytes(op.resident.bytes).unsigned_integer(op.home.value).bytes(op.sealed_person).unsigned_integer(op.born.value);
}

void write(CborWriter& out, const DeviceOperation& op) {
  start(out, OperationTag::kDevice, 2);
  out.bytes(op.resident.bytes).bytes(op.public_key);
}

void write(CborWriter& out, const Judgement& judgement) {
  out.array(6).unsigned_integer((judgement.worse ? 1u : 0u) | (judgement.clears ? 2u : 0u));
  out.unsigned_integer(judgement.missing).unsigned_integer(judgement.reasons).unsigned_integer(judgement.rule);
  out.unsigned_integer(judgement.policy.value).integer(judgement.lapses.value);
}

void write(CborWriter& out, const OfficerMark& mark) { out.array(2).text(mark.key_id).unsigned_integer(mark.counter); }

void write(CborWriter& out, const StatementEntry& entry) {
  out.array(!is_recorded(entry.outcome) ? 4 : entry.judgement.empty() ? 11 : 12);
  out.bytes(entry.resident.bytes)
      .bytes(entry.id)
      .unsigned_integer(static_cast<std::uint8_t>(entry.outcome))
      .unsigned_integer(entry.line);
  if (!is_recorded(entry.outcome)) return;
  std::array<std::uint8_t, rules::kEvidenceImageBytes> image;
  rules::write_evidence(entry.evidence, image);
  out.unsigned_integer(static_cast<std::uint8_t>(entry.action))
      .bytes(image)
      .integer(entry.signed_at.value)
      .bytes(entry.record);
  if (entry.action == StatementAction::kAdd) {
    out.null();
  } else {
    out.bytes(entry.earlier);
  }
  out.bytes(entry.sealed);
  write_leaf_number(out, entry.leaf);
  if (!entry.judgement.empty()) write(out, entry.judgement);
}

void write(CborWriter& out, const StatementsOperation& op) {
  start(out, OperationTag::kStatements, op.officers.empty() ? 12 : 13);
  out.unsigned_integer(static_cast<std::uint8_t>(op.authority)).unsigned_integer(op.institution.value).text(op.key_id);
  out.bytes(op.submission).unsigned_integer(op.part).unsigned_integer(op.first_line);
  out.bytes(op.sealed_authority).bytes(op.authority_digest).unsigned_integer(op.part_lines);
  out.array(op.lines.size());
  for (const IndexedLine& line : op.lines) out.array(2).unsigned_integer(line.line).bytes(line.hash);
  out.array(op.siblings.size());
  for (const Digest& sibling : op.siblings) out.bytes(sibling);
  out.array(op.entries.size());
  for (const StatementEntry& entry : op.entries) write(out, entry);
  if (op.officers.empty()) return;
  out.array(op.officers.size());
  for (const OfficerMark& mark : op.officers) write(out, mark);
}

void write(CborWriter& out, const ApprovalOperation& op) {
  start(out, OperationTag::kApproval, 4);
  out.bytes(as_bytes(op.document));
  write(out, op.officer);
  out.bytes(op.signature).array(op.entries.size());
  for (const ApprovalEntry& entry : op.entries) {
    out.array(5).bytes(entry.resident.bytes).bytes(entry.id);
    out.unsigned_integer(static_cast<std::uint8_t>(entry.outcome)).unsigned_integer(entry.hand);
    write_leaf_number(out, entry.leaf);
  }
}

void write(CborWriter& out, const LapseOperation& op) {
  start(out, OperationTag::kLapse, 1);
  out.array(op.entries.size());
  for (const LapseEntry& entry : op.entries) {
    out.array(3).bytes(entry.resident.bytes).bytes(entry.id);
    write_leaf_number(out, entry.leaf);
  }
}

void write(CborWriter& out, const CountOperation& op) {
  start(out, OperationTag::kCount, 2);
  out.unsigned_integer(op.shard.value).array(op.answers.size());
  for (const BrakeAnswer& answer : op.answers) {
    const BrakeAsk& ask = answer.ask;
    out.array(7).bytes(ask.statement).unsigned_integer(ask.institution.value).text(ask.signer).bytes(ask.submission);
    out.unsigned_integer(ask.policy.value).unsigned_integer(static_cast<std::uint8_t>(ask.mode));
    out.unsigned_integer(answer.reasons);
  }
}

void write(CborWriter& out, const TickOperation& op) {
  start(out, OperationTag::kTick, 1);
  out.array(op.rows.size());
  for (const RowNumber row : op.rows) out.unsigned_integer(row.value);
}

void write(CborWriter& out, const RecolourOperation& op) {
  start(out, OperationTag::kRecolour, 2);
  out.unsigned_integer(op.first.value).unsigned_integer(op.end.value);
}

void write(CborWriter& out, const CaseOpenOperation& op) {
  start(out, OperationTag::kCaseOpen, kCaseOpenFields);
  write_fields(out, op);
}

void write(CborWriter& out, const CaseStepOperation& op) {
  start(out, OperationTag::kCaseStep, kCaseStepFields);
  write_fields(out, op);
}

void write(CborWriter& out, const LookUpOperation& op) {
  start(out, OperationTag::kLookUp, kLookUpFields);
  write_fields(out, op);
}

void write(CborWriter& out, const GuardianshipOperation& op) {
  start(out, OperationTag::kGuardianship, kGuardianshipFields);
  write_fields(out, op);
}

void write(CborWriter& out, const PaperOperation& op) {
  start(out, OperationTag::kPaper, kPaperFields);
  write_fields(out, op);
}

void write(CborWriter& out, const ExportOperation& op) {
  start(out, OperationTag::kExport, kExportFields);
  write_fields(out, op);
}

void write(CborWriter& out, const ImportOperation& op) {
  start(out, OperationTag::kImport, kImportFields);
  write_fields(out, op);
}

void write(CborWriter& out, const AcknowledgeOperation& op) {
  start(out, OperationTag::kAcknowledge, kAcknowledgeFields);
  write_fields(out, op);
}

void write(CborWriter& out, const ExpireOperation& op) {
  start(out, OperationTag::kExpire, kExpireFields);
  write_fields(out, op);
}

void write(CborWriter& out, const DestroyKeysOperation& op) {
  start(out, OperationTag::kDestroyKeys, kDestroyKeysFields);
  write_fields(out, op);
}

void write(CborWriter& out, const DecisionEntry& entry) {
  out.array(entry.record.empty() ? 7 : 9);
  out.unsigned_integer(entry.row.value);
  out.unsigned_integer(static_cast<std::uint8_t>(entry.decision.status));
  out.unsigned_integer(static_cast<std::uint8_t>(entry.decision.colour));
  out.unsigned_integer(static_cast<std::uint8_t>(entry.decision.measure));
  out.unsigned_integer(entry.decision.rule);
  out.integer(entry.decision.horizon.value);
  out.unsigned_integer(entry.policy.value);
  if (entry.record.empty()) return;
  out.bytes(entry.record);
  write_leaf_number(out, entry.leaf);
}

// ---- reading

Result<DocumentOperation> read_document(CborReader& in) {
  DocumentOperation op;
  MINGMA_CHECK(read_enumeration(in, 1, kDocumentTypeLast, op.document.type));
  MINGMA_TRY(const ByteView bytes, in.bytes());
  op.document.bytes = as_text(bytes);
  MINGMA_TRY(const std::uint64_t signatures, read_count(in, kSignaturesMax));
  for (std::uint64_t i = 0; i < signatures; ++i) {
    MINGMA_CHECK(expect_fields(in, 2));
    DocumentSignature signature;
    MINGMA_TRY(signature.key_id, in.text());
    MINGMA_CHECK(read_bytes(in, signature.signature));
    op.document.signatures.push_back(std::move(signature));
  }
  MINGMA_CHECK(read_leaf_number(in, op.leaf));
  return op;
}

Result<CheckpointOperation> read_checkpoint(CborReader& in) {
  CheckpointOperation op;
  MINGMA_CHECK(read_number(in, op.shard.value));
  MINGMA_CHECK(read_bytes(in, op.note));
  MINGMA_CHECK(read_leaf_number(in, op.leaf));
  return op;
}

Result<NoticeOperation> read_notice(CborReader& in) {
  NoticeOperation op;
  MINGMA_CHECK(read_enumeration(in, 1, 3, op.notice.type));
  MINGMA_CHECK(read_array(in, op.notice.id));
  MINGMA_TRY(const ByteView text, in.bytes());
  op.notice.text = as_text(text);
  if (!check_notice(op.notice).ok()) return invalid("a notice that is none");
  MINGMA_CHECK(read_leaf_number(in, op.leaf));
  return op;
}

Result<void> read_judgement(CborReader& in, Judgement& judgement) {
  MINGMA_CHECK(expect_fields(in, 6));
  std::uint8_t flags = 0;
  MINGMA_CHECK(read_number(in, flags));
  if (flags != 1 && flags != 2) return invalid("a judgement that says nothing, or both");
  judgement.worse = flags == 1;
  judgement.clears = flags == 2;
  MINGMA_CHECK(read_number(in, judgement.missing));
  MINGMA_CHECK(read_number(in, judgement.reasons));
  MINGMA_CHECK(read_number(in, judgement.rule));
  MINGMA_CHECK(read_number(in, judgement.policy.value));
  MINGMA_CHECK(read_time(in, judgement.lapses));
  if (judgement.missing > kHandsAll || judgement.reasons > kReasonsAll) return invalid("hands that there are not");
  return {};
}

Result<void> read_mark(CborReader& in, OfficerMark& mark) {
  MINGMA_CHECK(expect_fields(in, 2));
  MINGMA_TRY(mark.key_id, in.text());
  if (mark.key_id.empty() || mark.key_id.size() > 16) return invalid("a key id of the wrong length");
  return read_number(in, mark.counter);
}

Result<void> read_entry(CborReader& in, StatementEntry& entry) {
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 4 && fields != 11 && fields != 12) return invalid("a statement entry of the wrong length");
  MINGMA_CHECK(read_array(in, entry.resident.bytes));
  MINGMA_CHECK(read_array(in, entry.id.bytes));
  MINGMA_CHECK(read_enumeration(in, 1, 10, entry.outcome));
  MINGMA_CHECK(read_number(in, entry.line));
  if (is_recorded(entry.outcome) != (fields >= 11)) return invalid("a statement entry that does not fit its outcome");
  if (fields == 4) return {};
  MINGMA_CHECK(read_enumeration(in, 1, 3, entry.action));
  MINGMA_TRY(const ByteView image, in.bytes());
  MINGMA_TRY(entry.evidence, read_stored_evidence_image(image, entry.action == StatementAction::kWithdraw));
  MINGMA_CHECK(read_time(in, entry.signed_at));
  MINGMA_CHECK(read_array(in, entry.record));
  if (entry.action == StatementAction::kAdd) {
    MINGMA_CHECK(in.null());
  } else {
    MINGMA_CHECK(read_array(in, entry.earlier));
  }
  MINGMA_CHECK(read_bytes(in, entry.sealed));
  MINGMA_CHECK(read_leaf_number(in, entry.leaf));
  if (fields == 12) MINGMA_CHECK(read_judgement(in, entry.judgement));
  if ((entry.outcome == Outcome::kHeld) != (entry.judgement.missing != 0))
    return invalid("a statement is held when a hand is missing, and only then");
  return {};
}

Result<StatementsOperation> read_statements(CborReader& in, std::uint64_t fields) {
  StatementsOperation op;
  MINGMA_CHECK(read_enumeration(in, 1, 6, op.authority));
  MINGMA_CHECK(read_number(in, op.institution.value));
  MINGMA_TRY(op.key_id, in.text());
  MINGMA_CHECK(read_array(in, op.submission));
  MINGMA_CHECK(read_number(in, op.part));
  MINGMA_CHECK(read_number(in, op.first_line));
  MINGMA_CHECK(read_bytes(in, op.sealed_authority));
  MINGMA_CHECK(read_array(in, op.authority_digest.bytes));
  MINGMA_CHECK(read_number(in, op.part_lines));
  MINGMA_TRY(const std::uint64_t lines, read_count(in, kEventStatementsMax));
  op.lines.resize(lines);
  for (IndexedLine& line : op.lines) {
    MINGMA_CHECK(expect_fields(in, 2));
    MINGMA_CHECK(read_number(in, line.line));
    MINGMA_CHECK(read_array(in, line.hash.bytes));
  }
  MINGMA_TRY(const std::uint64_t siblings, read_count(in, kItemsMax));
  for (std::uint64_t i = 0; i < siblings; ++i) {
    Digest sibling;
    MINGMA_CHECK(read_array(in, sibling.bytes));
    op.siblings.push_back(sibling);
  }
  MINGMA_TRY(const std::uint64_t entries, read_count(in, kEventStatementsMax));
  op.entries.resize(entries);
  for (StatementEntry& entry : op.entries) MINGMA_CHECK(read_entry(in, entry));
  if (fields == 14) {
    MINGMA_TRY(const std::uint64_t officers, read_count(in, kHandsMax));
    if (officers == 0) return invalid("an empty list of officers");
    op.officers.resize(officers);
    for (OfficerMark& mark : op.officers) MINGMA_CHECK(read_mark(in, mark));
  }
  if (op.authority == AuthorityKind::kOfficer && (op.officers.empty() || op.officers.front().key_id != op.key_id))
    return invalid("an officer's statement without its officer");
  return op;
}

Result<ApprovalOperation> read_approval(CborReader& in) {
  ApprovalOperation op;
  MINGMA_TRY(const ByteView document, in.bytes());
  op.document = as_text(document);
  MINGMA_CHECK(read_mark(in, op.officer));
  MINGMA_CHECK(read_bytes(in, op.signature));
  MINGMA_TRY(const std::uint64_t entries, read_count(in, kApprovalStatementsMax));
  if (entries == 0) return invalid("an approval of nothing");
  op.entries.resize(entries);
  for (ApprovalEntry& entry : op.entries) {
    MINGMA_CHECK(expect_fields(in, 5));
    MINGMA_CHECK(read_array(in, entry.resident.bytes));
    MINGMA_CHECK(read_array(in, entry.id.bytes));
    MINGMA_CHECK(read_enumeration(in, 1, 3, entry.outcome));
    MINGMA_CHECK(read_number(in, entry.hand));
    MINGMA_CHECK(read_leaf_number(in, entry.leaf));
    if ((entry.leaf == kNoLeaf) != (entry.outcome == ApprovalOutcome::kNoted))
      return invalid("a hold's end has a leaf, and only it");
  }
  return op;
}

Result<LapseOperation> read_lapse(CborReader& in) {
  LapseOperation op;
  MINGMA_TRY(const std::uint64_t entries, read_count(in, kEventDecisionsMax));
  op.entries.resize(entries);
  for (LapseEntry& entry : op.entries) {
    MINGMA_CHECK(expect_fields(in, 3));
    MINGMA_CHECK(read_array(in, entry.resident.bytes));
    MINGMA_CHECK(read_array(in, entry.id.bytes));
    MINGMA_CHECK(read_leaf_number(in, entry.leaf));
    if (entry.leaf == kNoLeaf) return invalid("a lapse without a leaf");
  }
  return op;
}

Result<CountOperation> read_count_operation(CborReader& in) {
  CountOperation op;
  MINGMA_CHECK(read_number(in, op.shard.value));
  MINGMA_TRY(const std::uint64_t answers, read_count(in, kEventStatementsMax));
  if (answers == 0) return invalid("a count of nothing");
  op.answers.resize(answers);
  for (BrakeAnswer& answer : op.answers) {
    MINGMA_CHECK(expect_fields(in, 7));
    MINGMA_CHECK(read_array(in, answer.ask.statement.bytes));
    MINGMA_CHECK(read_number(in, answer.ask.institution.value));
    MINGMA_TRY(answer.ask.signer, in.text());
    if (answer.ask.signer.size() > kBrakeSignerBytesMax) return invalid("the name of a signer is too long");
    MINGMA_CHECK(read_array(in, answer.ask.submission));
    MINGMA_CHECK(read_number(in, answer.ask.policy.value));
    MINGMA_CHECK(read_enumeration(in, 1, 3, answer.ask.mode));
    MINGMA_CHECK(read_enumeration(in, 0, kReasonsAll, answer.reasons));
  }
  return op;
}

Result<TickOperation> read_tick(CborReader& in) {
  TickOperation op;
  MINGMA_TRY(const std::uint64_t rows, read_count(in, kEventDecisionsMax));
  op.rows.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    MINGMA_CHECK(read_number(in, op.rows[i].value));
    if (i > 0 && op.rows[i] <= op.rows[i - 1]) return invalid("rows are not in order");
  }
  return op;
}

Result<RecolourOperation> read_recolour(CborReader& in) {
  RecolourOperation op;
  MINGMA_CHECK(read_number(in, op.first.value));
  MINGMA_CHECK(read_number(in, op.end.value));
  if (op.end < op.first) return invalid("a range of rows that ends before it begins");
  return op;
}

Result<Operation> read_operation(CborReader& in) {
  MINGMA_TRY(const std::uint64_t fields, in.array());
  OperationTag tag{};
  if (fields == 0) return invalid("an operation without a kind");
  MINGMA_CHECK(read_enumeration(in, 1, 28, tag));
  switch (tag) {
    case OperationTag::kDocument: {
      MINGMA_CHECK(check_count(fields, 5));
      MINGMA_TRY(auto op, read_document(in));
      return Operation(std::move(op));
    }
    case OperationTag::kCheckpoint: {
      MINGMA_CHECK(check_count(fields, 4));
      MINGMA_TRY(auto op, read_checkpoint(in));
      return Operation(std::move(op));
    }
    case OperationTag::kNotice: {
      MINGMA_CHECK(check_count(fields, 5));
      MINGMA_TRY(auto op, read_notice(in));
      return Operation(std::move(op));
    }
    case OperationTag::kFollow: {
      MINGMA_CHECK(check_count(fields, 3));
      FollowOperation op;
      MINGMA_CHECK(read_number(in, op.control_sequence.value));
      MINGMA_CHECK(read_bytes(in, op.event));
      return Operation(std::move(op));
    }
    case OperationTag::kRegister: {
      MINGMA_CHECK(check_count(fields, 5));
      RegisterOperation op;
      MINGMA_CHECK(read_array(in, op.resident.bytes));
      MINGMA_CHECK(read_number(in, op.home.value));
      MINGMA_CHECK(read_bytes(in, op.sealed_person));
      MINGMA_CHECK(read_number(in, op.born.value));
      if (op.born.value >= rules::BirthDecade::kCount) return invalid("no such decade of birth");
      return Operation(std::move(op));
    }
    case OperationTag::kDevice: {
      MINGMA_CHECK(check_count(fields, 3));
      DeviceOperation op;
      MINGMA_CHECK(read_array(in, op.resident.bytes));
      MINGMA_CHECK(read_bytes(in, op.public_key));
      if (op.public_key.size() != 65) return invalid("a device key of the wrong length");
      return Operation(std::move(op));
    }
    case OperationTag::kStatements: {
      if (fields != 14) MINGMA_CHECK(check_count(fields, 13));
      MINGMA_TRY(auto op, read_statements(in, fields));
      return Operation(std::move(op));
    }
    case OperationTag::kTick: {
      MINGMA_CHECK(check_count(fields, 2));
      MINGMA_TRY(auto op, read_tick(in));
      return Operation(std::move(op));
    }
    case OperationTag::kApproval: {
      MINGMA_CHECK(check_count(fields, 5));
      MINGMA_TRY(auto op, read_approval(in));
      return Operation(std::move(op));
    }
    case OperationTag::kLapse: {
      MINGMA_CHECK(check_count(fields, 2));
      MINGMA_TRY(auto op, read_lapse(in));
      return Operation(std::move(op));
    }
    case OperationTag::kCount: {
      MINGMA_CHECK(check_count(fields, 3));
      MINGMA_TRY(auto op, read_count_operation(in));
      return Operation(std::move(op));
    }
    case OperationTag::kRecolour: {
      MINGMA_CHECK(check_count(fields, 3));
      MINGMA_TRY(auto op, read_recolour(in));
      return Operation(std::move(op));
    }
    case OperationTag::kCaseOpen: {
      MINGMA_CHECK(check_count(fields, kCaseOpenFields + 1));
      MINGMA_TRY(auto op, read_case_open(in));
      return Operation(std::move(op));
    }
    case OperationTag::kCaseStep: {
      MINGMA_CHECK(check_count(fields, kCaseStepFields + 1));
      MINGMA_TRY(auto op, read_case_step(in));
      return Operation(std::move(op));
    }
    case OperationTag::kLookUp: {
      MINGMA_CHECK(check_count(fields, kLookUpFields + 1));
      MINGMA_TRY(auto op, read_look_up(in));
      return Operation(std::move(op));
    }
    case OperationTag::kGuardianship: {
      MINGMA_CHECK(check_count(fields, kGuardianshipFields + 1));
      MINGMA_TRY(auto op, read_guardianship_fields(in));
      return Operation(std::move(op));
    }
    case OperationTag::kPaper: {
      MINGMA_CHECK(check_count(fields, kPaperFields + 1));
      MINGMA_TRY(auto op, read_paper_fields(in));
      return Operation(std::move(op));
    }
    case OperationTag::kExport: {
      MINGMA_CHECK(check_count(fields, kExportFields + 1));
      MINGMA_TRY(auto op, read_export_fields(in));
      return Operation(std::move(op));
    }
    case OperationTag::kImport: {
      MINGMA_CHECK(check_count(fields, kImportFields + 1));
      MINGMA_TRY(auto op, read_import_fields(in));
      return Operation(std::move(op));
    }
    case OperationTag::kAcknowledge: {
      MINGMA_CHECK(check_count(fields, kAcknowledgeFields + 1));
      MINGMA_TRY(auto op, read_acknowledge_fields(in));
      return Operation(std::move(op));
    }
    case OperationTag::kExpire: {
      MINGMA_CHECK(check_count(fields, kExpireFields + 1));
      MINGMA_TRY(auto op, read_expire(in));
      return Operation(std::move(op));
    }
    case OperationTag::kDestroyKeys: {
      MINGMA_CHECK(check_count(fields, kDestroyKeysFields + 1));
      MINGMA_TRY(auto op, read_destroy_keys(in));
      return Operation(std::move(op));
    }
  }
  return invalid("an unknown operation");
}

Result<void> read_decision(CborReader& in, DecisionEntry& entry) {
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 7 && fields != 9) return invalid("a decision of the wrong length");
  MINGMA_CHECK(read_number(in, entry.row.value));
  MINGMA_CHECK(read_enumeration(in, 0, 2, entry.decision.status));
  MINGMA_CHECK(read_enumeration(in, 0, 3, entry.decision.colour));
  MINGMA_CHECK(read_enumeration(in, 0, 5, entry.decision.measure));
  MINGMA_CHECK(read_number(in, entry.decision.rule));
  MINGMA_CHECK(read_time(in, entry.decision.horizon));
  MINGMA_CHECK(read_number(in, entry.policy.value));
  if (fields == 7) return {};
  MINGMA_CHECK(read_bytes(in, entry.record));
  if (entry.record.empty()) return invalid("a decision without its record");
  MINGMA_CHECK(read_leaf_number(in, entry.leaf));
  if (entry.leaf == kNoLeaf) return invalid("a new decision without a leaf");
  return {};
}

// Every leaf belongs to exactly one operation or decision.
Result<void> check_leaves(const Event& event) {
  std::vector<bool> named(event.leaves.size());
  std::size_t count = 0;
  bool good = true;
  const auto name = [&](std::uint32_t leaf) {
    if (leaf == kNoLeaf) return;
    if (leaf >= named.size() || named[leaf]) {
      good = false;
      return;
    }
    named[leaf] = true;
    ++count;
  };
  for (const Operation& operation : event.operations) each_leaf(operation, name);
  for (const DecisionEntry& entry : event.decisions) name(entry.leaf);
  if (!good || count != event.leaves.size()) return invalid("leaves and what names them do not match");
  return {};
}

Result<void> read_decisions(CborReader& in, Event& event) {
  MINGMA_TRY(const std::uint64_t count, read_count(in, kEventDecisionsMax));
  event.decisions.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    MINGMA_CHECK(read_decision(in, event.decisions[i]));
    if (i > 0 && event.decisions[i].row <= event.decisions[i - 1].row) return invalid("decisions are not in row order");
  }
  return {};
}

Result<void> read_member(CborReader& in, std::int64_t key, Event& event) {
  switch (key) {
    case 1: {
      MINGMA_TRY(const std::uint64_t version, in.unsigned_integer());
      if (version != kEventVersion) return invalid("an event of another version");
      return {};
    }
    case 2:
      return read_time(in, event.time);
    case 3:
      return read_array(in, event.seed.bytes);
    case 4: {
      MINGMA_TRY(const std::uint64_t count, read_count(in, kEventStatementsMax));
      for (std::uint64_t i = 0; i < count; ++i) {
        MINGMA_TRY(Operation operation, read_operation(in));
        event.operations.push_back(std::move(operation));
      }
      return {};
    }
    case 5:
      return read_decisions(in, event);
    case 6: {
      MINGMA_TRY(const std::uint64_t count, read_count(in, kEventStatementsMax + kEventDecisionsMax));
      event.leaves.resize(count);
      for (Bytes& leaf : event.leaves) MINGMA_CHECK(read_bytes(in, leaf));
      return {};
    }
    default:
      return invalid("an unknown member of an event");
  }
}

}  // namespace

// Room for most events, so that a large one is not copied again and again while it grows.
static std::size_t event_bytes_about(const Event& event) {
  std::size_t bytes = 4'096 + 160 * event.decisions.size();
  for (const DecisionEntry& entry : event.decisions) bytes += entry.record.size();
  for (const Bytes& leaf : event.leaves) bytes += leaf.size() + 3;
  for (const Operation& operation : event.operations) {
    bytes += 256;
    const auto* statements = std::get_if<StatementsOperation>(&operation);
    if (statements == nullptr) continue;
    bytes += statements->sealed_authority.size() + 48 * (statements->lines.size() + statements->siblings.size());
    for (const StatementEntry& entry : statements->entries) bytes += 256 + entry.sealed.size();
  }
  return bytes;
}

Bytes encode_event(const Event& event) {
  Bytes buffer;
  buffer.reserve(event_bytes_about(event));
  CborWriter out(std::move(buffer));
  out.map(6);
  out.unsigned_integer(1).unsigned_integer(kEventVersion);
  out.unsigned_integer(2).integer(event.time.value);
  out.unsigned_integer(3).bytes(event.seed);
  out.unsigned_integer(4).array(event.operations.size());
  for (const Operation& operation : event.operations) std::visit([&](const auto& op) { write(out, op); }, operation);
  out.unsigned_integer(5).array(event.decisions.size());
  for (const DecisionEntry& entry : event.decisions) write(out, entry);
  out.unsigned_integer(6).array(event.leaves.size());
  for (const Bytes& leaf : event.leaves) out.bytes(leaf);
  return out.take();
}

Result<Event> decode_event(ByteView bytes) {
  CborReader in(bytes);
  Event event;
  int members = 0;
  MINGMA_CHECK(in.integer_map([&](std::int64_t key) -> Result<void> {
    ++members;
    return read_member(in, key, event);
  }));
  MINGMA_CHECK(in.end());
  if (members != 6) return invalid("an event lacks a member");
  MINGMA_CHECK(check_leaves(event));
  return event;
}

}  // namespace mingma::shard
