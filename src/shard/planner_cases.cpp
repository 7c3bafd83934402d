// Cases and look-ups: who may, what the clock owes first, what is sealed and committed to.
#include "shard/case_checks.h"
#include "shard/errors.h"
#include "shard/planner.h"

namespace mingma::shard {
namespace {

constexpr std::size_t kTickCasesMax = 4'096;

CommandResult refuse(Error error) {
  CommandResult result;
  result.error = std::move(error);
  return result;
}

}  // namespace

// The institution that a command names; kSelf for the resident.
Result<InstitutionNumber> Planner::staff(const InstitutionId& institution) const {
  if (institution.empty()) return kSelf;
  const InstitutionNumber number = working_.control().institution_number(institution);
  if (number == kSelf) return Error(errors::kShardUnknownInstitution, "no such institution");
  return number;
}

Result<void> Planner::add_case_step(const Case& subject, CaseStep step, std::string actor, const CaseContent* content) {
  const auto row = working_.find(subject.resident);
  const ResidentKeys* keys = row ? keys_of(*row, subject.resident) : nullptr;
  CaseStepOperation op{.ticket = subject.ticket, .step = std::move(step), .actor = std::move(actor)};
  if (content != nullptr) {
    MINGMA_ASSERT(keys != nullptr);
    const Bytes plain = encode_case_content(*content);
    op.content = case_content_tag(*keys, plain);
    op.sealed = seal(keys->seal, case_step_key(subject.ticket, subject.steps + 1), plain);
  }
  const CaseStepRecord record = working_.case_record(subject, op);
  const InstitutionNumber acting = op.step.kind == CaseStepKind::kMissed ? kSelf : op.step.institution;
  Leaf leaf = make_staff_leaf(working_, LeafKind::kCaseStep, acting, row ? working_.home(*row) : DivisionCode{});
  leaf.rule = case_outcome(op.step);
  const Bytes canonical = encode_case_record(record);
  op.leaf =
      add_personal_leaf(leaf, keys != nullptr ? *keys : orphan_keys(subject.resident), canonical, record.institution);
  command_leaf_ = op.leaf;
  MINGMA_CHECK(working_.step_case(op, op.leaf));
  event_.operations.emplace_back(std::move(op));
  return {};
}

// The clock goes first: whoever comes after a deadline finds it kept.
Result<void> Planner::advance_case(Ticket ticket) {
  for (;;) {
    MINGMA_TRY(const auto subject, working_.find_case(ticket));
    if (!subject) return {};
    MINGMA_TRY(auto step, due_step(working_, *subject));
    if (!step) return {};
    MINGMA_CHECK(add_case_step(*subject, *std::move(step), {}, nullptr));
  }
}

Result<void> Planner::tick_cases() {
  std::vector<Ticket> due;
  for (const auto& [deadline, ticket] : working_.base().case_clock) {
    if (deadline > event_.time || due.size() >= kTickCasesMax) break;
    due.push_back(ticket);
  }
  for (const Ticket ticket : due) MINGMA_CHECK(advance_case(ticket));
  return {};
}

Result<CommandResult> Planner::run(const OpenCaseCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "cases belong to the residents' shards"));
  if (command.material.size() > kCaseMaterialBytesMax)
    return refuse(Error(errors::kShardTooLarge, "at most 16 KiB of material at a time"));
  const auto row = working_.find(command.resident);
  if (!row) return refuse(Error(errors::kShardUnknownResident, "not registered"));
  const auto institution = staff(command.institution);
  if (!institution.ok()) return refuse(institution.error());
  const CaseOpener opener{command.resident, command.channel, command.consent, *institution, command.actor};
  if (auto checked = check_case_opener(working_, *row, opener); !checked.ok()) return refuse(checked.error());
  const ResidentKeys* keys = keys_of(*row, command.resident);
  if (keys == nullptr) return refuse(Error(errors::kShardKeyDestroyed, "the resident's records were destroyed"));
  MINGMA_TRY(const std::vector<Case> cases, working_.cases_of(command.resident));
  for (const Case& one : cases) MINGMA_CHECK(advance_case(one.ticket));
  auto opening = check_case_opening(working_, *row);
  if (!opening.ok()) return refuse(std::move(opening).error());
  CommandResult result;
  if (opening->existing) {
    result.ticket = opening->existing;
    result.existed = true;
    return result;
  }
  MINGMA_TRY(const std::uint64_t opened, working_.case_count());
  CaseOpenOperation op{.resident = command.resident,
                       .ticket = make_ticket(options_.shard, opened + 1),
                       .channel = command.channel,
                       .consent = command.consent,
                       .institution = *institution,
                       .actor = command.actor,
                       .version = opening->version,
                       .policy = opening->policy,
                       .deadlines = opening->deadlines,
                       .statements = std::move(opening->statements)};
  if (!command.material.empty()) {
    const Bytes plain = encode_case_content({std::string(kCaseMaterial), command.material, {}, {}});
    op.content = case_content_tag(*keys, plain);
    op.sealed = seal(keys->seal, case_step_key(op.ticket, 1), plain);
  }
  const CaseStepRecord record = working_.case_record(op);
  op.leaf = add_personal_leaf(make_staff_leaf(working_, LeafKind::kCaseStep, *institution, working_.home(*row)), *keys,
                              encode_case_record(record), record.institution);
  command_leaf_ = op.leaf;
  result.ticket = op.ticket;
  MINGMA_CHECK(working_.open_case(op, op.leaf));
  event_.operations.emplace_back(std::move(op));
  return result;
}

Result<CommandResult> Planner::run(const CaseStepCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "cases belong to the residents' shards"));
  if (command.material.size() > kCaseMaterialBytesMax)
    return refuse(Error(errors::kShardTooLarge, "at most 16 KiB of material at a time"));
  if (command.kind == CaseStepKind::kAdded && command.material.empty())
    return refuse(Error(errors::kShardCaseStep, "there is nothing to add"));
  MINGMA_CHECK(advance_case(command.ticket));
  MINGMA_TRY(const auto subject, working_.find_case(command.ticket));
  if (!subject) return refuse(Error(errors::kShardUnknownCase, "there is no such case"));
  const auto institution = staff(command.institution);
  if (!institution.ok()) return refuse(institution.error());
  auto step = check_case_step(working_, *subject, command.kind, *institution);
  if (!step.ok()) return refuse(std::move(step).error());
  const CaseContent content{std::string(kCaseMaterial), command.material, {}, {}};
  const auto row = working_.find(subject->resident);
  if (!command.material.empty() && keys_of(*row, subject->resident) == nullptr)
    return refuse(Error(errors::kShardKeyDestroyed, "the resident's records were destroyed"));
  MINGMA_CHECK(add_case_step(*subject, *std::move(step), command.actor, command.material.empty() ? nullptr : &content));
  CommandResult result;
  result.ticket = command.ticket;
  return result;
}

Result<CommandResult> Planner::run(const CaseDocumentCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "cases belong to the residents' shards"));
  const auto ticket = ticket_of(command.document);
  if (!ticket.ok()) return refuse(ticket.error());
  MINGMA_CHECK(advance_case(*ticket));
  MINGMA_TRY(const auto subject, working_.find_case(*ticket));
  if (!subject) return refuse(Error(errors::kShardUnknownCase, "there is no such case"));
  const auto row = working_.find(subject->resident);
  const ResidentKeys* keys = row ? keys_of(*row, subject->resident) : nullptr;
  if (keys == nullptr) return refuse(Error(errors::kShardKeyDestroyed, "the resident's records were destroyed"));
  auto step = check_case_document(working_, *subject, command.document, *keys);
  if (!step.ok()) return refuse(std::move(step).error());
  MINGMA_CHECK(add_case_step(*subject, *std::move(step), command.document.key_id, &command.document));
  CommandResult result;
  result.ticket = *ticket;
  return result;
}

Result<CommandResult> Planner::run(const LookUpCommand& command) {
  if (is_control()) return refuse(Error(errors::kShardWrongShard, "residents are looked up in their own shards"));
  if (command.note.size() > kLookUpNoteBytesMax)
    return refuse(Error(errors::kShardTooLarge, "a note has at most 500 bytes"));
  const auto row = working_.find(command.resident);
  if (!row) return refuse(Error(errors::kShardUnknownResident, "not registered"));
  const auto institution = staff(command.institution);
  if (!institution.ok()) return refuse(institution.error());
  const auto flags = check_look_up(working_, *row, *institution, command.actor, command.role, command.duty,
                                   command.ticket, !command.note.empty());
  if (!flags.ok()) return refuse(flags.error());
  const ResidentKeys* keys = keys_of(*row, command.resident);
  if (keys == nullptr) return refuse(Error(errors::kShardKeyDestroyed, "the resident's records were destroyed"));
  if (command.duty == Duty::kAuthorised && !holder_code_fits(*keys, event_.time, command.note))
    return refuse(Error(errors::kShardPurpose, "not the holder's code of these minutes; ask them to read it again"));
  LookUpOperation op{.resident = command.resident,
                     .institution = *institution,
                     .actor = command.actor,
                     .role = command.role,
                     .duty = command.duty,
                     .ticket = command.ticket,
                     .flags = *flags};
  if (!command.note.empty()) {
    op.content = look_up_note_tag(*keys, as_bytes(command.note));
    const auto number = static_cast<std::uint32_t>(working_.look_ups().size());
    op.sealed = seal(keys->seal, look_up_key(command.resident, working_.sequence(), number), as_bytes(command.note));
  }
  const LookUpRecord record = working_.look_up_record(op);
  op.leaf = add_personal_leaf(make_staff_leaf(working_, LeafKind::kLookUp, *institution, working_.home(*row)), *keys,
                              encode_look_up_record(record), record.institution);
  command_leaf_ = op.leaf;
  CommandResult result;
  result.look_up_flags = *flags;
  MINGMA_CHECK(working_.look_up(op, op.leaf));
  event_.operations.emplace_back(std::move(op));
  return result;
}

}  // namespace mingma::shard
