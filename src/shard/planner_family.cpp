// Guardianships and paper codes: who said so, may it be, and the leaf.
#include "shard/errors.h"
#include "shard/family_fold.h"
#include "shard/planner.h"

namespace mingma::shard {
namespace {

CommandResult refuse(Error error) {
  CommandResult result;
  result.error = std::move(error);
  return result;
}

constexpr std::size_t kLabelBytesMax = 64;

}  // namespace

Result<CommandResult> Planner::run(const GuardianshipCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "this command belongs to a shard of the other kind"));
  if (command.label.size() > kLabelBytesMax)
    return refuse(Error(errors::kShardTooLarge, "a label is at most 64 bytes"));
  GuardianshipOperation op{.dependant = command.dependant,
                           .guardian = command.guardian,
                           .step = command.step,
                           .basis = command.basis,
                           .relation = command.relation,
                           .until = command.until,
                           .key_id = command.document.key_id};
  const bool by_document = !command.document.document.empty();
  if (by_document) op.institution = working_.control().institution_number(command.document.institution);
  if (by_document && op.institution == kSelf)
    return refuse(Error(errors::kShardUnknownInstitution, "no such institution"));
  // An end repeats what it ends, so that its record says it.
  if (op.step != GuardianStep::kBegun) {
    const Bytes key = guardian_key(op.dependant, op.guardian);
    MINGMA_TRY(const auto present, working_.family().get(key));
    if (present) {
      MINGMA_TRY(const StoredGuardian stored, decode_stored_guardian(key, *present));
      op.basis = stored.basis;
      op.relation = stored.relation;
    }
    op.until = {};
  }
  if (auto checked = check_guardianship(working_, op); !checked.ok()) return refuse(checked.error());
  if (by_document) {
    auto authority = check_guardianship_document(working_, op, command.document);
    if (!authority.ok()) return refuse(authority.error());
    op.authority = *authority;
  }
  const ResidentKeys* keys = keys_of(*working_.find(op.dependant), op.dependant);
  if (keys == nullptr) return refuse(Error(errors::kShardKeyDestroyed, "this resident's key was destroyed"));
  op.sealed = seal(keys->seal, seal_context(op), encode_personal_material(command.document, command.label));
  const std::string_view institution = family_institution(working_.control(), op.institution);
  command_leaf_ = add_personal_leaf(make_guardianship_leaf(working_, op), *keys,
                                    encode_guardianship_record(op, institution, event_.time), institution);
  op.leaf = command_leaf_;
  MINGMA_CHECK(fold_guardianship(working_, op, op.leaf));
  event_.operations.emplace_back(std::move(op));
  return CommandResult{};
}

Result<CommandResult> Planner::run(const PaperCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "this command belongs to a shard of the other kind"));
  PaperOperation op{.resident = command.resident,
                    .step = command.step,
                    .id = command.id,
                    .hand = command.hand,
                    .guardian = command.hand == PaperHand::kGuardian ? command.guardian : ResidentId{},
                    .reason = command.reason,
                    .key_id = command.document.key_id};
  const bool by_document = !command.document.document.empty();
  if (by_document) op.institution = working_.control().institution_number(command.document.institution);
  if (by_document && op.institution == kSelf)
    return refuse(Error(errors::kShardUnknownInstitution, "no such institution"));
  const auto row = working_.find(op.resident);
  if (op.step == PaperStep::kIssued && row && row->value < working_.base().rows.size()) {
    const Row before = working_.base().rows.get(*row);
    op.version = before.version;
    op.colour = before.decision.colour;
    op.expires = std::min(command.expires, event_.time.plus(kPaperSecondsMax));
    if (before.decision.horizon != rules::kNoHorizon) op.expires = std::min(op.expires, before.decision.horizon);
  }
  if (auto checked = check_paper(working_, op); !checked.ok()) return refuse(checked.error());
  if (by_document) {
    auto authority = check_paper_document(working_, op, command.document);
    if (!authority.ok()) return refuse(authority.error());
    op.authority = *authority;
  }
  const ResidentKeys* keys = keys_of(*row, op.resident);
  if (keys == nullptr) return refuse(Error(errors::kShardKeyDestroyed, "this resident's key was destroyed"));
  if (by_document) op.sealed = seal(keys->seal, seal_context(op), encode_personal_material(command.document, {}));
  const std::string_view institution = family_institution(working_.control(), op.institution);
  command_leaf_ = add_personal_leaf(make_paper_leaf(working_, op), *keys,
                                    encode_paper_record(op, institution, event_.time), institution);
  op.leaf = command_leaf_;
  MINGMA_CHECK(fold_paper(working_, op, op.leaf));
  event_.operations.emplace_back(std::move(op));
  return CommandResult{};
}

}  // namespace mingma::shard
