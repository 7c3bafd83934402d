// A policy as a table that a person can read.
//
// Text: fixed columns for a terminal, Chinese characters counted as two. Markdown: one table row per rule.
// Threading: pure function.
#pragma once

#include <string>

#include "rules/policy.h"

namespace mingma::rules {

enum class TableFormat : std::uint8_t { kText, kMarkdown };

std::string show_policy(const Policy& policy, Language language, TableFormat format);

// "集中隔离", "central isolation"
std::string_view measure_name(Measure measure, Language language);
std::string_view colour_name(Colour colour, Language language);

}  // namespace mingma::rules
