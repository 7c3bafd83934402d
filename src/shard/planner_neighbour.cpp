// Statements to and from other provinces: orders, corrections that follow, imports, acknowledgements.
#include <algorithm>

#include "shard/errors.h"
#include "shard/family_fold.h"
#include "shard/neighbour_fold.h"
#include "shard/planner.h"

namespace mingma::shard {
namespace {

CommandResult refuse(Error error) {
  CommandResult result;
  result.error = std::move(error);
  return result;
}

Error wrong_shard() { return Error(errors::kShardWrongShard, "this command belongs to a shard of the other kind"); }

}  // namespace

Result<CommandResult> Planner::run(const ImportCommand& command) {
  if (is_control()) return refuse(wrong_shard());
  auto checked = check_import(command.statements, working_.control(), event_.time);
  if (!checked.ok()) return refuse(std::move(checked).error());
  MINGMA_TRY(const auto present, working_.neighbours().get(imported_key(checked->exported)));
  if (present) return refuse(Error(errors::kShardConflict, "this was imported before"));
  MINGMA_TRY(CommandResult result, run(command.statements));
  if (result.error) return result;
  const auto statements = std::find_if(event_.operations.rbegin(), event_.operations.rend(), [](const Operation& one) {
    return std::holds_alternative<StatementsOperation>(one);
  });
  const StatementEntry& entry = std::get<StatementsOperation>(*statements).entries.front();
  ImportOperation op = make_import(*checked, command.origin, entry);
  MINGMA_CHECK(fold_import(working_, op));
  event_.operations.emplace_back(std::move(op));
  return result;
}

Result<CommandResult> Planner::run(const ExportCommand& command) {
  if (is_control()) return refuse(wrong_shard());
  const auto row = working_.find(command.resident);
  if (!row) return refuse(Error(errors::kShardUnknownResident, "not registered"));
  const ResidentKeys* keys = keys_of(*row, command.resident);
  if (keys == nullptr) return refuse(Error(errors::kShardKeyDestroyed, "this resident's key was destroyed"));
  ExportOperation op{.resident = command.resident,
                     .to = command.to,
                     .institution = working_.control().institution_number(command.order.institution),
                     .key_id = command.order.key_id};
  if (op.institution == kSelf) return refuse(Error(errors::kShardUnknownInstitution, "no such institution"));
  auto authority = check_export_order(working_, op, command.order);
  if (!authority.ok()) return refuse(authority.error());
  op.authority = *authority;
  MINGMA_TRY(const ExportOrder said, parse_export_order(as_text(command.order.document)));
  auto evidence =
      find_exportable(working_, *row, op.institution, make_record_tag(*keys, said.institution, said.record));
  if (!evidence.ok()) return refuse(evidence.error());
  op.statement = evidence->id;
  if (auto allowed = check_export(working_, op); !allowed.ok()) return refuse(allowed.error());
  op.sealed =
      seal(keys->seal, export_key(op.resident, op.statement, op.to), encode_personal_material(command.order, {}));
  MINGMA_CHECK(add_export(std::move(op), *keys));
  return CommandResult{};
}

Result<void> Planner::add_export(ExportOperation op, const ResidentKeys& keys) {
  const std::string_view institution = family_institution(working_.control(), op.institution);
  op.leaf = add_personal_leaf(make_export_leaf(working_, op.resident, op.institution), keys,
                              encode_export_record(op, institution, event_.time), institution);
  command_leaf_ = op.leaf;
  MINGMA_CHECK(fold_export(working_, op, op.leaf));
  event_.operations.emplace_back(std::move(op));
  return {};
}

// What was given away is corrected where it was given to. The statements operation is the last of the event so far.
Result<void> Planner::follow_exports() {
  const auto& operation = std::get<StatementsOperation>(event_.operations.back());
  std::vector<ExportOperation> follow;
  for (const StatementEntry& entry : operation.entries) {
    MINGMA_TRY(const auto provinces, provinces_to_follow(working_, entry.resident, operation.institution, entry));
    for (const DivisionCode to : provinces) {
      follow.push_back({.resident = entry.resident,
                        .statement = entry.id,
                        .to = to,
                        .basis = ExportBasis::kCorrection,
                        .institution = operation.institution});
    }
  }
  for (ExportOperation& op : follow) {
    const ResidentKeys* keys = keys_of(*working_.find(op.resident), op.resident);
    MINGMA_ASSERT(keys != nullptr);  // the statement was recorded
    MINGMA_CHECK(add_export(std::move(op), *keys));
  }
  return {};
}

Result<CommandResult> Planner::run(const AcknowledgeCommand& command) {
  if (is_control()) return refuse(wrong_shard());
  AcknowledgeOperation op{command.resident, command.statement, command.to,
                          command.document, command.key_id,    command.signature};
  const auto row = working_.find(command.resident);
  if (!row || !working_.control().has_genesis()) return refuse(Error(errors::kShardUnknownResident, "not registered"));
  if (auto checked = check_acknowledgement(working_, op); !checked.ok()) return refuse(checked.error());
  const ResidentKeys* keys = keys_of(*row, command.resident);
  const Leaf leaf = make_export_leaf(working_, op.resident, kSelf);
  const Bytes record = encode_acknowledged_record(op, event_.time);
  // A key may be destroyed between giving away and the answer: the answer counts all the same.
  op.leaf = keys != nullptr ? add_personal_leaf(leaf, *keys, record, "")
                            : add_personal_leaf(leaf, orphan_keys(op.resident), record, "");
  command_leaf_ = op.leaf;
  MINGMA_CHECK(fold_acknowledge(working_, op, op.leaf));
  event_.operations.emplace_back(std::move(op));
  return CommandResult{};
}

}  // namespace mingma::shard
