#include "shard/family_fold.h"

#include "base/cbor.h"
#include "crypto/digest.h"
#include "shard/checks.h"
#include "shard/errors.h"
#include "shard/image.h"

namespace mingma::shard {
namespace {

Error refused(const ErrorInfo& info, std::string message, std::string where = {}) {
  return Error(info, std::move(message), std::move(where));
}

std::uint32_t hour_of(UnixSeconds time) { return static_cast<std::uint32_t>(time.value / 3'600); }

Bytes image(UnixSeconds until) {
  Bytes out;
  ImageWriter(out).number(static_cast<std::uint32_t>(until.value));
  return out;
}

Result<Digest> check_signature(const Working& working, InstitutionNumber institution, std::string_view type,
                               const PersonalDocument& document, UnixSeconds signed_at) {
  if (signed_at > working.time().plus(kClockSkewSeconds) || signed_at < working.time().plus(-kAttestationSecondsMax)) {
    return refused(errors::kShardInvalidDocument, "signed in the future, or more than seven days ago", "/signed_at");
  }
  const crypto::VerifyingKey* key = working.control().institution_key(institution, document.key_id, signed_at);
  if (key == nullptr)
    return refused(errors::kShardUnknownKey, "not a key of this institution in force when it signed", document.key_id);
  const Digest digest = document_digest(type, as_text(document.document));
  if (!key->verify(digest, document.signature))
    return refused(errors::kShardBadSignature, "the document's signature does not verify");
  return digest;
}

Error differs() { return refused(errors::kShardConflict, "the signed document says something else"); }

RowNumber row_of(const Working& working, const ResidentId& resident) {
  const auto row = working.find(resident);
  MINGMA_ASSERT(row.has_value());
  return *row;
}

Leaf personal_leaf(const Working& working, LeafKind kind, InstitutionNumber institution, const ResidentId& resident) {
  const Institution* found = working.control().institution(institution);
  return {.kind = kind,
          .klass = found == nullptr ? InstitutionClass::kNone : found->klass,
          .city = working.home(row_of(working, resident)).prefecture(),
          .hour = hour_of(working.time())};
}

}  // namespace

std::string_view family_institution(const ControlState& control, InstitutionNumber institution) {
  const Institution* found = control.institution(institution);
  return found == nullptr ? std::string_view("self") : std::string_view(found->id);
}

Result<void> check_attestor(const Working& working, InstitutionNumber institution, RowNumber row) {
  const Institution* found = working.control().institution(institution);
  if (found == nullptr) return refused(errors::kShardUnknownInstitution, "no such institution");
  if (found->klass != InstitutionClass::kCommunity)
    return refused(errors::kShardNotAuthorised, "only a community institution attests families and issues paper codes");
  if (!found->division.contains(working.home(row)) && !found->division.contains(working.stay(row)))
    return refused(errors::kShardNotAuthorised, "this resident lives in another community");
  return {};
}

Result<Digest> check_guardianship_document(const Working& working, const GuardianshipOperation& op,
                                           const PersonalDocument& document) {
  MINGMA_TRY(const GuardianshipDocument said, parse_guardianship(as_text(document.document)));
  if (said.step != op.step || said.institution != document.institution) return differs();
  if (op.step == GuardianStep::kBegun &&
      (said.basis != op.basis || said.relation != op.relation || said.until != op.until)) {
    return differs();
  }
  MINGMA_CHECK(check_attestor(working, op.institution, row_of(working, op.dependant)));
  return check_signature(working, op.institution, op.step == GuardianStep::kBegun ? "guardianship" : "guardianship_end",
                         document, said.signed_at);
}

Result<Digest> check_paper_document(const Working& working, const PaperOperation& op,
                                    const PersonalDocument& document) {
  MINGMA_TRY(const PaperDocument said, parse_paper_document(as_text(document.document)));
  if (said.step != op.step || said.institution != document.institution || said.reason != op.reason) return differs();
  if (op.step == PaperStep::kRevoked && said.id != op.id) return differs();
  if (op.step == PaperStep::kIssued && op.expires > said.signed_at.plus(said.days * kSecondsPerDay)) return differs();
  MINGMA_CHECK(check_attestor(working, op.institution, row_of(working, op.resident)));
  MINGMA_TRY(const Digest digest,
             check_signature(working, op.institution, op.step == PaperStep::kIssued ? "paper_code" : "paper_code_end",
                             document, said.signed_at));
  if (op.step == PaperStep::kIssued && !equal(op.id, ByteView(digest).first(op.id.size()))) return differs();
  return digest;
}

Result<bool> is_guardian(Working& working, const ResidentId& dependant, const ResidentId& guardian) {
  const Bytes key = guardian_key(dependant, guardian);
  MINGMA_TRY(const auto value, working.family().get(key));
  if (!value) return false;
  MINGMA_TRY(const StoredGuardian stored, decode_stored_guardian(key, *value));
  return stored.in_force(working.time());
}

namespace {

Result<void> check_guardian_limits(Working& working, const GuardianshipOperation& op) {
  std::size_t guardians = 0;
  Bytes prefix = guardian_key(op.dependant, {});
  prefix.resize(17);
  MINGMA_CHECK(working.family().scan(prefix, [&](ByteView key, ByteView value) -> Result<void> {
    MINGMA_TRY(const StoredGuardian other, decode_stored_guardian(key, value));
    guardians += other.guardian != op.guardian && other.in_force(working.time());
    return {};
  }));
  if (guardians >= kGuardiansMax)
    return refused(errors::kShardLimit, "this resident has as many guardians as one may have");
  std::size_t dependants = 0;
  prefix = dependant_key(op.guardian, {});
  prefix.resize(17);
  MINGMA_CHECK(working.family().scan(prefix, [&](ByteView key, ByteView value) -> Result<void> {
    const auto until = ImageReader(value).number<std::uint32_t>();
    dependants += !equal(key.subspan(17), op.dependant.bytes) && working.time() < UnixSeconds{until};
    return {};
  }));
  if (dependants >= kDependantsMax)
    return refused(errors::kShardLimit, "this guardian has as many dependants as one may have");
  return {};
}

}  // namespace

Result<void> check_guardianship(Working& working, const GuardianshipOperation& op) {
  if (!working.find(op.dependant)) return refused(errors::kShardUnknownResident, "not registered");
  if (op.dependant == op.guardian)
    return refused(errors::kShardInvalidStatement, "nobody is their own guardian", "guardian");
  const bool by_session = op.institution == kSelf;
  if (op.step != GuardianStep::kBegun) {
    if ((op.step == GuardianStep::kEnded) == by_session)
      return refused(errors::kShardInvalidStatement, "an end by document is signed by an institution, no other is");
    MINGMA_TRY(const bool there, is_guardian(working, op.dependant, op.guardian));
    if (!there) return refused(errors::kShardNotGuardian, "there is no such guardianship in force");
    return {};
  }
  if ((op.basis == GuardianBasis::kOwnConsent) != by_session)
    return refused(errors::kShardInvalidStatement, "own consent is given in a session, all else is signed", "basis");
  if (op.until <= working.time())
    return refused(errors::kShardInvalidStatement, "it would have ended already", "until");
  if (op.basis != GuardianBasis::kAge && op.until > working.time().plus(kGuardianshipSecondsMax))
    return refused(errors::kShardInvalidStatement, "consent holds for 366 days at most", "until");
  return check_guardian_limits(working, op);
}

Result<void> check_paper(Working& working, const PaperOperation& op) {
  const auto row = working.find(op.resident);
  if (!row) return refused(errors::kShardUnknownResident, "not registered");
  if ((op.hand == PaperHand::kInstitution) != (op.institution != kSelf))
    return refused(errors::kShardInvalidStatement, "an institution signs, a session does not", "hand");
  if (op.hand == PaperHand::kGuardian) {
    MINGMA_TRY(const bool guardian, is_guardian(working, op.resident, op.guardian));
    if (!guardian) return refused(errors::kShardNotGuardian, "there is no such guardianship in force");
  }
  const Bytes key = paper_key(op.resident, op.id);
  MINGMA_TRY(const auto present, working.family().get(key));
  if (op.step == PaperStep::kRevoked) {
    if (!present) return refused(errors::kShardUnknownPaper, "no such paper code");
    MINGMA_TRY(const StoredPaper stored, decode_stored_paper(key, *present));
    if (!stored.valid(working.time())) return refused(errors::kShardConflict, "it is not valid any more");
    return {};
  }
  if (present) return refused(errors::kShardConflict, "this id is taken");
  // Only what is durable can stand on paper: the version before this event.
  if (row->value >= working.base().rows.size()) return refused(errors::kShardNoDecision, "there is no colour yet");
  const Row before = working.base().rows.get(*row);
  if (before.decision.status != rules::DecisionStatus::kDecided)
    return refused(errors::kShardNoDecision, "there is no colour to put on paper");
  if (op.version != before.version || op.colour != before.decision.colour) return differs();
  const UnixSeconds horizon = before.decision.horizon;
  const UnixSeconds last = working.time().plus(kPaperSecondsMax);
  if (op.expires > last || (horizon != rules::kNoHorizon && op.expires > horizon) ||
      op.expires < working.time().plus(kPaperSecondsMin)) {
    return refused(errors::kShardNoDecision, "the colour is about to change; ask again in a minute", "expires");
  }
  std::size_t valid = 0;
  Bytes prefix = paper_key(op.resident, {});
  prefix.resize(17);
  MINGMA_CHECK(working.family().scan(prefix, [&](ByteView other_key, ByteView value) -> Result<void> {
    MINGMA_TRY(const StoredPaper other, decode_stored_paper(other_key, value));
    valid += other.valid(working.time());
    return {};
  }));
  if (valid >= kPapersMax) return refused(errors::kShardLimit, "four paper codes are valid already; revoke one first");
  return {};
}

Leaf make_guardianship_leaf(const Working& working, const GuardianshipOperation& op) {
  return personal_leaf(working, LeafKind::kGuardianship, op.institution, op.dependant);
}

Leaf make_paper_leaf(const Working& working, const PaperOperation& op) {
  return personal_leaf(working, LeafKind::kPaperCode, op.institution, op.resident);
}

Result<void> fold_guardianship(Working& working, const GuardianshipOperation& op, std::uint32_t index) {
  if (!working.find(op.dependant)) return refused(errors::kShardInvalidEvent, "a guardianship of someone unregistered");
  const StoredGuardian stored{
      .dependant = op.dependant,
      .guardian = op.guardian,
      .step = op.step,
      .basis = op.basis,
      .relation = op.relation,
      .since = working.time(),
      .until = op.until,
      .institution = op.institution,
      .record = encode_guardianship_record(op, family_institution(working.control(), op.institution), working.time()),
      .place = {{}, working.sequence(), index},
      .sealed = op.sealed};
  working.family().put(guardian_key(op.dependant, op.guardian), encode_stored(stored));
  if (op.step == GuardianStep::kBegun) {
    working.family().put(dependant_key(op.guardian, op.dependant), image(op.until));
  } else {
    working.family().erase(dependant_key(op.guardian, op.dependant));
  }
  return {};
}

Result<void> fold_paper(Working& working, const PaperOperation& op, std::uint32_t index) {
  if (!working.find(op.resident)) return refused(errors::kShardInvalidEvent, "a paper code of someone unregistered");
  const Bytes key = paper_key(op.resident, op.id);
  const Bytes record = encode_paper_record(op, family_institution(working.control(), op.institution), working.time());
  StoredPaper stored;
  if (op.step == PaperStep::kIssued) {
    stored = {.resident = op.resident,
              .id = op.id,
              .version = op.version,
              .colour = op.colour,
              .issued_at = working.time(),
              .expires = op.expires,
              .hand = op.hand,
              .institution = op.institution,
              .record = record,
              .place = {{}, working.sequence(), index}};
  } else {
    MINGMA_TRY(const auto present, working.family().get(key));
    if (!present) return refused(errors::kShardInvalidEvent, "a paper code is revoked that was never issued");
    MINGMA_TRY(stored, decode_stored_paper(key, *present));
    stored.revoked_at = working.time();
    stored.reason = op.reason;
    stored.end_record = record;
    stored.end_place = {{}, working.sequence(), index};
  }
  working.family().put(key, encode_stored(stored));
  working.family().put(live_paper_key(stored.expires, op.resident, op.id),
                       {static_cast<std::uint8_t>(stored.colour), stored.revoked_at != UnixSeconds{}});
  return {};
}

Result<void> place_guardianship(Working& working, const GuardianshipOperation& op, LeafIndex leaf) {
  const Bytes key = guardian_key(op.dependant, op.guardian);
  MINGMA_TRY(const auto value, working.family().get(key));
  MINGMA_ASSERT(value.has_value());
  MINGMA_TRY(StoredGuardian stored, decode_stored_guardian(key, *value));
  stored.place.leaf = leaf;
  working.family().put(key, encode_stored(stored));
  return {};
}

Result<void> place_paper(Working& working, const PaperOperation& op, LeafIndex leaf) {
  const Bytes key = paper_key(op.resident, op.id);
  MINGMA_TRY(const auto value, working.family().get(key));
  MINGMA_ASSERT(value.has_value());
  MINGMA_TRY(StoredPaper stored, decode_stored_paper(key, *value));
  (op.step == PaperStep::kIssued ? stored.place : stored.end_place).leaf = leaf;
  working.family().put(key, encode_stored(stored));
  return {};
}

Bytes seal_context(const GuardianshipOperation& op) { return guardian_key(op.dependant, op.guardian); }
Bytes seal_context(const PaperOperation& op) { return paper_key(op.resident, op.id); }

Bytes encode_personal_material(const PersonalDocument& document, std::string_view label) {
  CborWriter out;
  out.array(3).bytes(document.document).bytes(document.signature).text(label);
  return out.take();
}

Result<PersonalMaterial> decode_personal_material(ByteView bytes) {
  CborReader in(bytes);
  PersonalMaterial out;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 3) return refused(errors::kShardDamaged, "a sealed document is damaged");
  MINGMA_TRY(const ByteView document, in.bytes());
  out.document = to_bytes(document);
  MINGMA_TRY(const ByteView signature, in.bytes());
  out.signature = to_bytes(signature);
  MINGMA_TRY(out.label, in.text());
  MINGMA_CHECK(in.end());
  return out;
}

}  // namespace mingma::shard
