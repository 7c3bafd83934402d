// What rules give: a colour, the rule that gave it, and when it will next change by itself.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace mingma::rules {

// Numbers are part of stored formats; greater is stricter among green, yellow, red.
enum class Colour : std::uint8_t { kNone = 0, kGreen = 1, kYellow = 2, kRed = 3 };
enum class Measure : std::uint8_t {
  kNone = 0,
  kTestOnly = 1,
  kHomeMonitoring = 2,
  kHomeIsolation = 3,
  kCentralIsolation = 4,
  kHospital = 5
};
enum class DecisionStatus : std::uint8_t {
  kNoPolicy = 0,  // no policy in force: colour none
  kDecided = 1,
  kUndetermined = 2,  // a rule could not be evaluated: colour none, rule = the one that failed
};

// Index of a rule in its policy; the default colour has its own.
using RuleIndex = std::uint8_t;
inline constexpr RuleIndex kDefaultRule = 255;
inline constexpr int kRulesMax = 250;

inline constexpr UnixSeconds kNoHorizon{0};  // nothing changes by the clock alone

struct Decision {
  DecisionStatus status = DecisionStatus::kNoPolicy;
  Colour colour = Colour::kNone;
  Measure measure = Measure::kNone;
  RuleIndex rule = kDefaultRule;
  UnixSeconds horizon = kNoHorizon;  // first instant after the decision at which it would differ

  auto operator<=>(const Decision&) const = default;
  // Everything but the horizon: what makes a new version in a resident's chain.
  bool same_outcome(const Decision& other) const {
    return status == other.status && colour == other.colour && measure == other.measure && rule == other.rule;
  }
};

std::string_view to_string(Colour colour);    // "none", "green", "yellow", "red"
std::string_view to_chinese(Colour colour);   // "无码", "绿码", "黄码", "红码"
std::string_view to_string(Measure measure);  // "none", "test_only", ...
std::string_view to_string(DecisionStatus status);

}  // namespace mingma::rules
