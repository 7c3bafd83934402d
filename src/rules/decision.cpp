#include "rules/decision.h"

#include "base/assert.h"

namespace mingma::rules {

std::string_view to_string(Colour colour) {
  switch (colour) {
    case Colour::kNone:
      return "none";
    case Colour::kGreen:
      return "green";
    case Colour::kYellow:
      return "yellow";
    case Colour::kRed:
      return "red";
  }
  MINGMA_ASSERT(false);
  return {};
}

std::string_view to_chinese(Colour colour) {
  switch (colour) {
    case Colour::kNone:
      return "无码";
    case Colour::kGreen:
      return "绿码";
    case Colour::kYellow:
      return "黄码";
    case Colour::kRed:
      return "红码";
  }
  MINGMA_ASSERT(false);
  return {};
}

std::string_view to_string(Measure measure) {
  switch (measure) {
    case Measure::kNone:
      return "none";
    case Measure::kTestOnly:
      return "test_only";
    case Measure::kHomeMonitoring:
      return "home_monitoring";
    case Measure::kHomeIsolation:
      return "home_isolation";
    case Measure::kCentralIsolation:
      return "central_isolation";
    case Measure::kHospital:
      return "hospital";
  }
  MINGMA_ASSERT(false);
  return {};
}

std::string_view to_string(DecisionStatus status) {
  switch (status) {
    case DecisionStatus::kNoPolicy:
      return "no_policy";
    case DecisionStatus::kDecided:
      return "decided";
    case DecisionStatus::kUndetermined:
      return "undetermined";
  }
  MINGMA_ASSERT(false);
  return {};
}

}  // namespace mingma::rules
