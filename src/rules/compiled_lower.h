// Lowers one CertLogic condition to two nodes of a BitGraph. Internal to `rules`.
#pragma once

#include <optional>

#include "rules/certlogic/expression.h"
#include "rules/compiled_bits.h"

namespace mingma::rules {

// Where a condition is truthy and where it is an error; never both.
struct LoweredCondition {
  BitIndex truthy = kFalseBit;
  BitIndex error = kFalseBit;
};

// Nothing when the condition cannot be lowered and must be interpreted: it compares the text of instants, takes them
// apart
// ("extractFromUVCI", "dccDateOfBirth", "reduce"), adds facts to facts, or grows beyond the graph's limit.
std::optional<LoweredCondition> lower_condition(const certlogic::Expression& expression, BitGraph& graph);

// left < right, or left <= right, where both are present. Whole seconds against the clock or a constant become one
// leaf; a fact with months against the clock a calendar leaf; what is left is compared row by row.
BitIndex lower_date_order(BitGraph& graph, const DateTerm& left, const DateTerm& right, bool or_equal);

}  // namespace mingma::rules
