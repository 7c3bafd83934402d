#include "shard/neighbour_fold.h"

#include <algorithm>

#include "base/cbor.h"
#include "crypto/digest.h"
#include "shard/checks.h"
#include "shard/errors.h"
#include "shard/family_fold.h"

namespace mingma::shard {
namespace {

Error refused(const ErrorInfo& info, std::string message, std::string where = {}) {
  return Error(info, std::move(message), std::move(where));
}

Bytes row_prefix(const ResidentId& resident) {
  Bytes prefix(1, 'e');
  append(prefix, resident.bytes);
  return prefix;
}

Result<std::optional<StoredExport>> find_export(Working& working, ByteView key) {
  MINGMA_TRY(const auto value, working.neighbours().get(key));
  if (!value) return std::optional<StoredExport>{};
  MINGMA_TRY(StoredExport out, decode_stored_export(key, *value));
  return std::optional<StoredExport>(std::move(out));
}

}  // namespace

// ---- at the receiver

Result<CheckedImport> check_import(const StatementsCommand& command, const ControlState& control, UnixSeconds now) {
  if (command.lines.size() != 1) return refused(errors::kShardInvalidStatement, "an import holds one statement");
  MINGMA_TRY(const ExportMaterial material, decode_export(command.document));
  const TrustedProvince* trusted = control.find_trusted(material.origin);
  if (trusted == nullptr || !trusted->in_force(now))
    return refused(errors::kShardUntrustedProvince, "no document of our roots trusts this province now");
  if (trusted->institution != command.institution || command.key_id != material.key_id)
    return refused(errors::kShardConflict, "this province speaks here as another institution");
  CheckedImport out;
  MINGMA_TRY(out.proved, prove_import(material, *trusted, control.genesis().province));
  const Statement& statement = command.lines.front().statement;
  if (localise(out.proved, *trusted, statement.resident) != statement)
    return refused(errors::kShardConflict, "the material proves something else than the statement");
  if (statement.signed_at > now.plus(kClockSkewSeconds))
    return refused(errors::kShardInvalidStatement, "signed in the future", "/signed_at");
  out.authority = {crypto::sha256(command.document), statement.signed_at};
  out.exported = export_id(material.origin, material.receiver, out.proved.origin_id);
  return out;
}

ImportOperation make_import(const CheckedImport& checked, DivisionCode origin, const StatementEntry& entry) {
  return {.resident = entry.resident,
          .statement = entry.id,
          .exported = checked.exported,
          .origin = origin,
          .institution = checked.proved.institution.id,
          .name_zh = checked.proved.institution.name_zh,
          .name_en = checked.proved.institution.name_en,
          .phone = checked.proved.institution.phone,
          .origin_statement = checked.proved.origin_id,
          .shard = checked.proved.shard,
          .origin_leaf = checked.proved.leaf,
          .outcome = static_cast<std::uint8_t>(entry.outcome)};
}

Result<void> fold_import(Working& working, const ImportOperation& op) {
  const Bytes value = encode_import(op, working.time());
  if (is_recorded(static_cast<Outcome>(op.outcome)))
    working.neighbours().put(import_key(op.resident, op.statement), value);
  working.neighbours().put(imported_key(op.exported), value);
  return {};
}

// ---- at the origin

Result<StoredEvidence> find_exportable(Working& working, RowNumber row, InstitutionNumber institution,
                                       const RecordTag& record) {
  MINGMA_TRY(const auto evidence, working.all_evidence(row));
  for (const StoredEvidence& one : evidence) {
    if (one.institution == institution && one.record == record && one.status == EvidenceStatus::kEffective) return one;
  }
  return refused(errors::kShardInvalidStatement, "there is no effective statement of yours with this record",
                 "/record");
}

Result<Digest> check_export_order(const Working& working, const ExportOperation& op, const PersonalDocument& order) {
  MINGMA_TRY(const ExportOrder said, parse_export_order(as_text(order.document)));
  if (said.institution != order.institution || said.to != op.to)
    return refused(errors::kShardConflict, "the signed order says something else");
  if (said.signed_at > working.time().plus(kClockSkewSeconds) ||
      said.signed_at < working.time().plus(-kAttestationSecondsMax)) {
    return refused(errors::kShardInvalidDocument, "signed in the future, or more than seven days ago", "/signed_at");
  }
  const crypto::VerifyingKey* key = working.control().institution_key(op.institution, order.key_id, said.signed_at);
  if (key == nullptr)
    return refused(errors::kShardUnknownKey, "not a key of this institution in force when it signed", order.key_id);
  const Digest digest = document_digest("export", as_text(order.document));
  if (!key->verify(digest, order.signature))
    return refused(errors::kShardBadSignature, "the order's signature does not verify");
  return digest;
}

Result<void> check_export(Working& working, const ExportOperation& op) {
  const auto row = working.find(op.resident);
  if (!row) return refused(errors::kShardUnknownResident, "not registered");
  const TrustedProvince* trusted = working.control().find_trusted(op.to);
  if (trusted == nullptr || (op.basis == ExportBasis::kOrder && !trusted->in_force(working.time())))
    return refused(errors::kShardUntrustedProvince, "no document of our roots trusts this province now");
  MINGMA_TRY(const auto present, find_export(working, export_key(op.resident, op.statement, op.to)));
  if (present) return refused(errors::kShardConflict, "this statement was given to this province already");
  MINGMA_TRY(const bool known, working.has_evidence(op.resident, *row, op.statement));
  if (!known) return refused(errors::kShardInvalidStatement, "there is no such statement");
  std::size_t count = 0;
  MINGMA_CHECK(working.neighbours().scan(row_prefix(op.resident), [&](ByteView, ByteView) -> Result<void> {
    ++count;
    return {};
  }));
  if (op.basis == ExportBasis::kOrder && count >= kExportsMax)
    return refused(errors::kShardLimit, "64 statements about this resident were given away already");
  return {};
}

Result<std::vector<DivisionCode>> provinces_to_follow(Working& working, const ResidentId& resident,
                                                      InstitutionNumber institution, const StatementEntry& entry) {
  std::vector<DivisionCode> out;
  if (entry.action == StatementAction::kAdd || entry.outcome != Outcome::kAccepted) return out;
  MINGMA_CHECK(working.neighbours().scan(row_prefix(resident), [&](ByteView key, ByteView value) -> Result<void> {
    MINGMA_TRY(const StoredExport one, decode_stored_export(key, value));
    if (one.institution == institution && one.record == entry.earlier) out.push_back(one.to);
    return {};
  }));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<Acknowledgement> check_acknowledgement(Working& working, const AcknowledgeOperation& op) {
  MINGMA_TRY(Acknowledgement said, parse_acknowledgement(as_text(op.document)));
  const DivisionCode here = working.control().genesis().province;
  if (said.from != op.to || said.to != here || said.exported != export_id(here, op.to, op.statement))
    return refused(errors::kShardConflict, "this acknowledges something else");
  const TrustedProvince* trusted = working.control().find_trusted(op.to);
  if (trusted == nullptr) return refused(errors::kShardUntrustedProvince, "nobody trusts this province here");
  if (trusted->sign_key->key_id() != op.key_id)
    return refused(errors::kShardUnknownKey, "not the key of this province", op.key_id);
  if (!trusted->sign_key->verify(document_digest("acknowledgement", as_text(op.document)), op.signature))
    return refused(errors::kShardBadSignature, "the acknowledgement's signature does not verify");
  MINGMA_TRY(const auto present, find_export(working, export_key(op.resident, op.statement, op.to)));
  if (!present) return refused(errors::kShardConflict, "nothing was given away that this could acknowledge");
  if (present->acknowledged_at != UnixSeconds{}) return refused(errors::kShardConflict, "it is acknowledged already");
  return said;
}

Bytes encode_export_record(const ExportOperation& op, std::string_view institution, UnixSeconds at) {
  CborWriter out;
  out.map(9).unsigned_integer(1).unsigned_integer(1);
  out.unsigned_integer(2).bytes(op.resident.bytes);
  out.unsigned_integer(3).unsigned_integer(1);  // given away
  out.unsigned_integer(4).bytes(op.statement);
  out.unsigned_integer(5).unsigned_integer(op.to.value);
  out.unsigned_integer(6).unsigned_integer(static_cast<std::uint8_t>(op.basis));
  out.unsigned_integer(7).integer(at.value);
  out.unsigned_integer(8).text(institution);
  out.unsigned_integer(9).bytes(op.authority);
  return out.take();
}

Bytes encode_acknowledged_record(const AcknowledgeOperation& op, UnixSeconds at) {
  CborWriter out;
  out.map(7).unsigned_integer(1).unsigned_integer(1);
  out.unsigned_integer(2).bytes(op.resident.bytes);
  out.unsigned_integer(3).unsigned_integer(2);  // acknowledged
  out.unsigned_integer(4).bytes(op.statement);
  out.unsigned_integer(5).unsigned_integer(op.to.value);
  out.unsigned_integer(7).integer(at.value);
  out.unsigned_integer(9).bytes(document_digest("acknowledgement", as_text(op.document)));
  return out.take();
}

Leaf make_export_leaf(const Working& working, const ResidentId& resident, InstitutionNumber institution) {
  const Institution* found = working.control().institution(institution);
  const auto row = working.find(resident);
  return {.kind = LeafKind::kExchange,
          .klass = found == nullptr ? InstitutionClass::kNone : found->klass,
          .city = row ? working.home(*row).prefecture() : DivisionCode{},
          .hour = static_cast<std::uint32_t>(working.time().value / 3'600)};
}

Result<void> fold_export(Working& working, const ExportOperation& op, std::uint32_t index) {
  const auto row = working.find(op.resident);
  if (!row) return refused(errors::kShardInvalidEvent, "an export about someone unregistered");
  StoredExport stored{.resident = op.resident,
                      .statement = op.statement,
                      .to = op.to,
                      .basis = op.basis,
                      .institution = op.institution,
                      .at = working.time(),
                      .place = {{}, working.sequence(), index},
                      .sealed = op.sealed};
  MINGMA_TRY(const auto evidence, working.all_evidence(*row));
  for (const StoredEvidence& one : evidence) {
    if (one.id == op.statement) stored.record = one.record;
  }
  const Bytes key = export_key(op.resident, op.statement, op.to);
  working.neighbours().put(unacknowledged_key(stored.at, key), {});
  working.neighbours().put(key, encode_stored(stored));
  return {};
}

Result<void> fold_acknowledge(Working& working, const AcknowledgeOperation& op, std::uint32_t index) {
  const Bytes key = export_key(op.resident, op.statement, op.to);
  MINGMA_TRY(auto stored, find_export(working, key));
  if (!stored) return refused(errors::kShardInvalidEvent, "an acknowledgement of nothing");
  MINGMA_TRY(const Acknowledgement said, parse_acknowledgement(as_text(op.document)));
  stored->acknowledged_at = working.time();
  stored->outcome = said.outcome;
  stored->acknowledged_place = {{}, working.sequence(), index};
  working.neighbours().erase(unacknowledged_key(stored->at, key));
  working.neighbours().put(key, encode_stored(*stored));
  return {};
}

Result<void> place_export(Working& working, const ExportOperation& op, LeafIndex leaf) {
  const Bytes key = export_key(op.resident, op.statement, op.to);
  MINGMA_TRY(auto stored, find_export(working, key));
  MINGMA_ASSERT(stored.has_value());
  stored->place.leaf = leaf;
  working.neighbours().put(key, encode_stored(*stored));
  return {};
}

Result<void> place_acknowledge(Working& working, const AcknowledgeOperation& op, LeafIndex leaf) {
  const Bytes key = export_key(op.resident, op.statement, op.to);
  MINGMA_TRY(auto stored, find_export(working, key));
  MINGMA_ASSERT(stored.has_value());
  stored->acknowledged_place.leaf = leaf;
  working.neighbours().put(key, encode_stored(*stored));
  return {};
}

}  // namespace mingma::shard
