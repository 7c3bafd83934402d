// Previews: statements are planned like any others, and the plan is dropped.
#include <set>

#include "shard/hold.h"
#include "shard/planner.h"

namespace mingma::shard {
namespace {

std::pair<rules::Colour, rules::Measure> strictness(const rules::Decision& decision) {
  return {decision.colour, decision.measure};
}

void count_change(const rules::Decision& before, const rules::Decision& after, StatementPreview& out) {
  if (after.colour >= rules::Colour::kYellow && strictness(after) > strictness(before)) ++out.worse;
  if (before.colour >= rules::Colour::kYellow && strictness(after) < strictness(before)) ++out.better;
}

}  // namespace

Result<StatementPreview> Planner::preview(const StatementsCommand& command) {
  StatementsOperation operation{.authority = command.authority, .key_id = command.key_id};
  operation.institution = working_.control().institution_number(command.institution);
  MINGMA_CHECK(check_statements(command, operation.institution));
  operation.officers.push_back({command.key_id, 0});

  previewing_ = true;
  StatementPreview out;
  std::set<ResidentId> waiting;
  warm_keys(command);
  for (const StatementLine& line : command.lines) {
    MINGMA_TRY(const StatementEntry entry, plan_line(command, operation, line));
    out.outcomes.push_back(entry.outcome);
    if (entry.outcome != Outcome::kHeld) continue;
    waiting.insert(entry.resident);
    for (const std::string_view hand : hand_names(entry.judgement.missing)) ++out.missing[hand];
    for (const std::string_view reason : reason_names(entry.judgement.reasons)) ++out.reasons[reason];
  }
  out.worse_when_approved = static_cast<std::uint32_t>(waiting.size());
  MINGMA_CHECK(working_.settle());
  for (const Touched* touched : working_.sorted())
    count_change(touched->before.decision, decide_row(working_, touched->row).decision, out);
  return out;
}

}  // namespace mingma::shard
