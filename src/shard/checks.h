// What owner and audit ask of a single statement, in the same words. Internal to the room. Pure but for reads of the
// store.
#pragma once

#include "shard/event.h"
#include "shard/keys.h"
#include "shard/working.h"

namespace mingma::shard {

inline constexpr std::int64_t kClockSkewSeconds = 300;  // how far in the future an institution's clock may be

// kAccepted, kDuplicate, kNotAuthorised, kSuperseded or kNoEarlierRecord, for a statement that is valid, about a
// registered resident with a key, and of a kind its signer may sign.
Result<Outcome> check_line(const Working& working, AuthorityKind authority, InstitutionNumber institution,
                           const Statement& statement, RowNumber row, const StatementId& id, const ResidentKeys& keys);

// Rows of [first, end) whose decision under the present view differs from the one they have, and that area orders do
// not concern (those are reduced and decided anyway). Stops after the row at which `work_max` such rows of either sort
// were met; returns the row to go on with.
RowNumber collect_changed(const Working& working, RowNumber first, RowNumber end, std::uint32_t work_max,
                          std::vector<RowNumber>& changed);

}  // namespace mingma::shard
