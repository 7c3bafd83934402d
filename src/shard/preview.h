// Preview: what statements would do if their officer signed them now. The planner computes it; nothing is written.
//
// Counts only. Nobody's colour is in it, and a statement that its institution may not make is not evaluated, so that a
// preview tells an officer nothing that signing would not. Brakes count the earlier statements of the same preview.
// Threading: values.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "shard/event.h"

namespace mingma::shard {

struct StatementPreview {
  std::vector<Outcome> outcomes;  // of the command's lines, in their order
  // Residents whose colour or measure would change at once, and those whom held statements make worse when approved.
  std::uint32_t worse = 0;
  std::uint32_t better = 0;
  std::uint32_t worse_when_approved = 0;
  // Statements by the hand that is missing and by why they are held; names as in hold.h.
  std::map<std::string_view, std::uint32_t> missing;
  std::map<std::string_view, std::uint32_t> reasons;
};

}  // namespace mingma::shard
