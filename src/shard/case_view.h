// Reads of cases and look-ups for people and pages, with what is needed to prove them. As shard/view.h.
#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "shard/case.h"
#include "shard/look_up.h"
#include "shard/view.h"
#include "store/store.h"

namespace mingma::shard {

Result<std::optional<Case>> read_case(const store::Reader& reader, Ticket ticket);
Result<std::vector<Case>> list_cases(const store::Reader& reader, const ResidentId& resident);  // newest first

struct CaseStepView {
  StoredCaseStep stored;
  CaseStepRecord record;
  std::optional<CaseContent> content;  // opened; absent: none, or the key is gone
};
Result<std::vector<CaseStepView>> list_case_steps(const store::Reader& reader, const Case& subject,
                                                  const KeySource* keys);  // in order

// Cases that wait for something, the soonest deadline first; then those where a late reply waits for a reviewer.
Result<std::vector<Case>> list_waiting_cases(const store::Reader& reader, std::size_t count_max);

struct LookUpView {
  StoredLookUp stored;
  LookUpRecord record;
  std::string note;  // opened; empty: none, or the key is gone
};
Result<std::vector<LookUpView>> list_look_ups(const store::Reader& reader, const ResidentId& resident,
                                              const KeySource* keys);  // newest first
// Those with a flag, from `after` (an event's sequence, exclusive) on, oldest first.
Result<std::vector<LookUpView>> list_flagged_look_ups(const store::Reader& reader, Sequence after,
                                                      std::size_t count_max);

// As open_decision.
Result<LeafOpening> open_case_step(const CaseStepView& step, const KeySource& keys);
Result<LeafOpening> open_look_up(const LookUpView& look_up, const KeySource& keys);

}  // namespace mingma::shard
