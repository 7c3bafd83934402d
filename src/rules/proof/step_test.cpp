// What the prover assumes of residents, against the reducers: the laws of a row, and what good news does to it.
#include "rules/proof/step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

#include "rules/reducers_random.h"

namespace mingma::rules::proof {
namespace {

using namespace evidence_for_tests;

std::uint64_t seed() {
  const char* chosen = std::getenv("MINGMA_SEED");
  const std::uint64_t value = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 20'221'207;
  std::cout << "seed " << value << "\n";
  return value;
}

struct Life {
  std::vector<Evidence> history;
  std::vector<AreaOrder> orders;
  UnixSeconds as_of = day(40);  // after everything that random_history makes

  FactRow facts() const { return reduce(history, {kHome}, AreaTable(orders, kProvince, as_of)); }
};

Evidence stated(EvidenceKind kind, UnixSeconds at, int level = 0, int detail = 0, int flags = 0) {
  return {.kind = kind,
          .level = static_cast<std::uint8_t>(level),
          .detail = static_cast<std::uint8_t>(detail),
          .flags = static_cast<std::uint8_t>(flags),
          .at = at};
}

void withdraw(Life& life, EvidenceKind kind) {
  std::erase_if(life.history, [&](const Evidence& item) { return item.kind == kind; });
}

// Does the step to a life. False: it does not apply to this one.
bool take(std::string_view step, SeededRng& rng, Life& life) {
  const FactRow row = life.facts();
  const auto add = [&](const Evidence& item) {
    life.history.push_back(item);
    return true;
  };
  const UnixSeconds at = day(38).plus(static_cast<std::int64_t>(rng.below(24)) * kHour);
  const bool open_case = row.present(FactId::kCaseStatus) && !row.present(FactId::kCaseReleasedAt) &&
                         !row.present(FactId::kCaseExcludedAt);
  if (step == "negative") {
    UnixSeconds sampled =
        rng.below(4) == 0
            ? at
            : row.instant(FactId::kLastSampledAt).plus(1 + static_cast<std::int64_t>(rng.below(60)) * kHour);
    if (!row.present(FactId::kLastSampledAt)) sampled = random_time(rng);
    return sampled <= life.as_of &&
           add(stated(EvidenceKind::kTestResult, sampled, 1, 1, static_cast<int>(rng.below(2))));
  }
  if (step == "control_release")
    return row.present(FactId::kControlStartedAt) && !row.present(FactId::kControlEndedAt) &&
           add(stated(EvidenceKind::kControlRelease, at, 0, 0, static_cast<int>(rng.below(2))));
  if (step == "case_release") return open_case && add(stated(EvidenceKind::kCaseRelease, at));
  if (step == "case_exclusion") return open_case && add(stated(EvidenceKind::kCaseExclusion, at));
  if (step == "risk_clearance") {
    const bool open =
        row.present(FactId::kContactLevel) || (row.present(FactId::kOverlapAt) && !row.present(FactId::kRiskCleared));
    return open && add(stated(EvidenceKind::kRiskClearance, at));
  }
  if (step == "fever_cleared")
    return row.present(FactId::kFeverClinicAt) && !row.present(FactId::kFeverClinicCleared) &&
           add(stated(EvidenceKind::kClinicVisit, at, 0, 0, kFlagCleared));
  if (step == "symptoms_gone")
    return row.present(FactId::kSymptomsReported) && add(stated(EvidenceKind::kHealthDeclaration, at));
  if (step == "area_lifted") {
    if (life.orders.empty()) return false;
    life.orders.erase(life.orders.begin() + static_cast<long>(rng.below(life.orders.size())));
    return true;
  }
  if (step == "contact_corrected") {
    const std::uint32_t level = row.get(FactId::kContactLevel);
    std::erase_if(life.history, [&](const Evidence& item) {
      return item.kind == EvidenceKind::kContactFinding && item.level == level;
    });
    return level != 0;
  }
  if (step == "case_corrected") {
    withdraw(life, EvidenceKind::kCaseReport);
    return row.present(FactId::kCaseStatus);
  }
  if (step == "exposure_corrected") {
    withdraw(life, EvidenceKind::kExposureFinding);
    return row.present(FactId::kOverlapAt);
  }
  if (step == "control_corrected") {
    withdraw(life, EvidenceKind::kControlOrder);
    return row.present(FactId::kControlStartedAt);
  }
  withdraw(life, EvidenceKind::kTestingDuty);
  return step == "duty_corrected" && row.present(FactId::kTestDueAt);
}

TEST(ProofLaws, EveryRowThatEvidenceGivesKeepsThem) {
  SeededRng rng(seed());
  const RowLaws laws;
  for (int i = 0; i < 50'000; ++i) {
    const FactRow row = reduce(random_history(rng), {kHome}, random_areas(rng));
    ASSERT_TRUE(laws.keeps(row)) << facts_to_json(row).to_string();
  }
}

TEST(ProofSteps, WhateverGoodNewsDoesToARowTheRelationAllows) {
  SeededRng rng(seed());
  for (const Step& step : clearing_steps()) {
    FormulaGraph graph;
    const FactDomain before(graph, day(40), day(40));
    const FactDomain after(before, step.changed);
    const Formula relation = step.relation(graph, before, after);
    Assignment values(graph.variables().size());
    int taken = 0;
    for (int i = 0; i < 40'000 && taken < 3'000; ++i) {
      Life life{.history = random_history(rng)};
      if (step.name == "area_lifted") life.orders = random_orders(rng);
      const bool stays = std::any_of(life.history.begin(), life.history.end(),
                                     [](const Evidence& item) { return item.kind == EvidenceKind::kStay; });
      if (step.name == "area_lifted" && stays) continue;  // lifting an order does not undo that somebody left its area
      const FactRow old_row = life.facts();
      if (!take(step.name, rng, life)) continue;
      const FactRow new_row = life.facts();
      ++taken;
      for (const FactInfo& info : fact_schema()) {
        if (std::find(step.changed.begin(), step.changed.end(), info.id) != step.changed.end()) continue;
        ASSERT_EQ(old_row.get(info.id), new_row.get(info.id)) << step.name << " changes " << info.name;
      }
      before.assign(old_row, life.as_of, values);
      after.assign(new_row, life.as_of, values);
      ASSERT_TRUE(graph.evaluate(relation, values)) << step.name << "\n"
                                                    << facts_to_json(old_row).to_string() << "\n"
                                                    << facts_to_json(new_row).to_string();
    }
    std::cout << step.name << " " << taken << ", ";
    EXPECT_GT(taken, 200) << step.name;
  }
  std::cout << "\n";
}

}  // namespace
}  // namespace mingma::rules::proof
