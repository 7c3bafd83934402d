#include "shard/checks.h"

#include <algorithm>

#include "rules/compiled.h"
#include "shard/finish.h"

namespace mingma::shard {
namespace {

constexpr std::size_t kBlock = rules::CompiledPolicy::kRowsAtOnce;

Result<Outcome> check_correction(const Working& working, InstitutionNumber institution, const Statement& statement,
                                 RowNumber row, const ResidentKeys& keys) {
  if (statement.action == StatementAction::kReplace) return Outcome::kAccepted;
  const bool add = statement.action == StatementAction::kAdd;
  if (add && (working.flags(row) & kRowWasCorrected) == 0) return Outcome::kAccepted;

  const RecordTag tag =
      make_record_tag(keys, statement.institution, add ? statement.source_record : statement.earlier_record);
  MINGMA_TRY(const auto evidence, working.all_evidence(row));
  for (const StoredEvidence& other : evidence) {
    if (other.institution != institution) continue;
    // A correction that is held, or lapsed, corrects nothing.
    const bool counts = other.status != EvidenceStatus::kHeld && other.status != EvidenceStatus::kLapsed;
    if (add && counts && other.action != StatementAction::kAdd && other.earlier == tag &&
        other.signed_at >= statement.signed_at)
      return Outcome::kSuperseded;
    if (!add && (is_correctable(other.status) || other.status == EvidenceStatus::kHeld) && other.record == tag)
      return Outcome::kAccepted;
  }
  return add ? Outcome::kAccepted : Outcome::kNoEarlierRecord;
}

// An arrival from abroad is a border crossing, whatever it is called.
bool fits_class(const Institution* institution, const rules::Evidence& evidence) {
  const bool abroad = evidence.kind == rules::EvidenceKind::kArrival &&
                      evidence.level == static_cast<std::uint8_t>(rules::ArrivedFrom::kAbroad);
  return !abroad || (institution != nullptr && may_sign(institution->klass, rules::EvidenceKind::kBorderEntry));
}

// Decisions of up to kBlock consecutive rows under the present view, without changing anything.
class BlockDecider {
 public:
  explicit BlockDecider(const Working& working) : working_(working) {}

  void decide(std::size_t first, std::size_t end) {
    const RowTable& rows = working_.base().rows;
    const std::size_t count = end - first;
    std::vector<PolicyNumber> needed;
    for (std::size_t i = 0; i < count; ++i) {
      const RowNumber row{static_cast<std::uint32_t>(first + i)};
      const PolicyNumber policy = working_.view().policy_for(rows.stay(row), rows.home(row));
      verdicts_[i] = {{}, policy};
      if (policy != kNoPolicyNumber && std::find(needed.begin(), needed.end(), policy) == needed.end())
        needed.push_back(policy);
    }
    for (const PolicyNumber policy : needed) {
      working_.control().compiled(policy).recolour(rows.facts(), first, end, working_.time(),
                                                   std::span(outcomes_).first(count),
                                                   std::span(horizons_).first(count));
      for (std::size_t i = 0; i < count; ++i) {
        if (verdicts_[i].policy == policy) verdicts_[i].decision = outcomes_[i].with_horizon(horizons_[i]);
      }
    }
  }
  const Verdict& verdict(std::size_t i) const { return verdicts_[i]; }

 private:
  const Working& working_;
  std::array<Verdict, kBlock> verdicts_;
  std::array<rules::Outcome, kBlock> outcomes_;
  std::array<std::uint32_t, kBlock> horizons_;
};

}  // namespace

Result<Outcome> check_line(const Working& working, AuthorityKind authority, InstitutionNumber institution,
                           const Statement& statement, RowNumber row, const StatementId& id, const ResidentKeys& keys) {
  MINGMA_TRY(const bool duplicate, working.has_evidence(statement.resident, row, id));
  if (duplicate) return Outcome::kDuplicate;
  if (authority != AuthorityKind::kSession) {
    if (!fits_class(working.control().institution(institution), statement.evidence)) return Outcome::kNotAuthorised;
    const rules::EvidenceKind kind = statement.evidence.kind;
    const DivisionCode home = working.home(row);
    MINGMA_TRY(const DivisionCode stay, working.stay_now(row));
    const ControlState& control = working.control();
    if (!control.authorised(institution, kind, home, statement.signed_at, working.time()) &&
        (stay == home || !control.authorised(institution, kind, stay, statement.signed_at, working.time()))) {
      return Outcome::kNotAuthorised;
    }
  }
  return check_correction(working, institution, statement, row, keys);
}

RowNumber collect_changed(const Working& working, RowNumber first, RowNumber end, std::uint32_t work_max,
                          std::vector<RowNumber>& changed) {
  const RowTable& rows = working.base().rows;
  const AreaScope& scope = working.machine().scope;
  const auto decider = std::make_unique<BlockDecider>(working);
  const std::size_t last = std::min<std::size_t>(end.value, rows.size());
  std::uint32_t work = 0;
  std::size_t at = first.value;
  while (at < last && work < work_max) {
    const std::size_t block = at;
    const std::size_t block_end = std::min(last, at / kBlock * kBlock + kBlock);
    decider->decide(block, block_end);
    for (; at < block_end && work < work_max; ++at) {
      const RowNumber row{static_cast<std::uint32_t>(at)};
      if (scope.concerns(rows.home(row), rows.stay(row), rows.flags(row))) {
        ++work;
        continue;
      }
      const Verdict& verdict = decider->verdict(at - block);
      if (verdict.policy == rows.policy(row) && verdict.decision == rows.decision(row)) continue;
      changed.push_back(row);
      ++work;
    }
  }
  return RowNumber{static_cast<std::uint32_t>(at)};
}

}  // namespace mingma::shard
