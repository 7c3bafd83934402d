// What a condition compares facts with, and how far somebody is from making it true. For searching residents, not for
// deciding: months are taken as 30 days, and whatever is not understood counts as false. Internal to `rules`.
//
// Threading: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/certlogic/expression.h"
#include "rules/facts.h"

namespace mingma::rules {

// A limit that one fact is compared with. Times: the clock, another fact or an instant, moved by `seconds`.
struct FactLimit {
  enum class Kind : std::uint8_t { kValue, kClock, kFact, kPresence } kind = Kind::kValue;
  FactId fact{};
  FactId other{};            // kFact
  std::int64_t seconds = 0;  // kClock, kFact: the limit is that far after the clock or the other fact
  std::uint32_t value = 0;   // kValue: the stored value
  auto operator<=>(const FactLimit&) const = default;
};

std::vector<FactLimit> limits_of(const certlogic::Expression& condition);  // each once, ascending
std::set<FactId> facts_read(const certlogic::Expression& condition);

// The stored values on this side of the limit, on it and on the other side; for presence: absent and a day ago.
std::vector<std::uint32_t> values_around(const FactLimit& limit, const FactRow& row, UnixSeconds now);
// "last_exposure_at: 5 days ago"
std::string limit_text(const FactLimit& limit);

// How many parts of the condition would have to change their truth; 0: it is true.
int distance(const certlogic::Expression& condition, const FactRow& row, UnixSeconds now);

// Changes other facts until all implications hold, `kept` excepted; false when that cannot be done.
bool make_reachable(FactRow& row, std::optional<FactId> kept, UnixSeconds now);

}  // namespace mingma::rules
