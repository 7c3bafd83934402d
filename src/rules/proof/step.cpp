#include "rules/proof/step.h"

#include "rules/proof/story.h"

namespace mingma::rules::proof {
namespace {

using enum FactId;

constexpr std::int64_t kSpacing = 24 * 3'600;
constexpr std::int64_t kCountMax = 255;

// Shorthand over one graph and the two rows.
struct Relation {
  FormulaGraph& graph;
  const FactDomain& before;
  const FactDomain& after;

  Formula had(FactId id) const { return before.present(id); }
  Formula has(FactId id) const { return after.present(id); }
  Linear old_value(FactId id) const { return before.value(id); }
  Linear new_value(FactId id) const { return after.value(id); }
  Linear now() const { return before.now(); }

  Formula unchanged(FactId id) const {
    const Formula equal = graph.equal(new_value(id), old_value(id));
    if (!fact_info(id).nullable) return equal;
    return graph.both(graph.same(has(id), had(id)), graph.implies(has(id), equal));
  }
  Formula becomes(FactId id, std::int64_t value) const { return graph.equal(new_value(id), Linear::of(value)); }
  // Present, not after now, and not before `than` if that was there.
  Formula new_event(FactId id, FactId than) const {
    return graph.all({has(id), graph.at_most(new_value(id), now()),
                      graph.implies(had(than), graph.at_most(old_value(than), new_value(id)))});
  }
  Formula none_left(std::initializer_list<FactId> ids) const {
    std::vector<Formula> all;
    for (const FactId id : ids) all.push_back(!has(id));
    return graph.all(std::move(all));
  }
};

// The latest negative at least 24 hours before `last`, after one more was added at the end.
Formula earlier_negative(const Relation& r, FactId id, const Linear& new_last, FactId last) {
  FormulaGraph& g = r.graph;
  const Linear kept = r.old_value(id), chosen = r.new_value(id), old_last = r.old_value(last);
  const Formula far = g.at_most(old_last.plus(kSpacing), new_last);  // the one before is far enough back itself
  const Formula same = g.both(r.had(id), g.equal(chosen, kept));
  const Formula between = g.both(g.less(old_last.plus(-kSpacing), chosen), g.at_most(chosen, old_last));
  const Formula picked =
      g.choose(far, g.both(r.has(id), g.equal(chosen, old_last)),
               g.both(g.implies(r.had(id), r.has(id)), g.implies(r.has(id), g.either(same, between))));
  return g.choose(r.had(last), picked, !r.has(id));
}

Formula third_negative(const Relation& r) {
  FormulaGraph& g = r.graph;
  const FactId last = kLastNegativeSampledAt, second = kSecondNegativeSampledAt, third = kThirdNegativeSampledAt;
  const Formula moved_up = g.all({r.had(last), r.has(second), g.equal(r.new_value(second), r.old_value(last))});
  const Formula stayed = g.all({r.had(second), r.has(second), g.equal(r.new_value(second), r.old_value(second))});
  const auto takes = [&](FactId from) {
    return g.both(g.same(r.has(third), r.had(from)),
                  g.implies(r.has(third), g.equal(r.new_value(third), r.old_value(from))));
  };
  const Formula no_worse =
      g.implies(r.had(third), g.both(r.has(third), g.at_most(r.old_value(third), r.new_value(third))));
  return g.choose(moved_up, takes(second), g.choose(stayed, takes(third), no_worse));
}

Formula negative(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  const Linear at = r.new_value(kLastSampledAt);
  const Formula arrived = g.both(r.had(kArrivedAt), g.at_most(r.old_value(kArrivedAt), at));
  const Formula counted = g.implies(r.had(kArrivedAt), arrived);
  const Formula controlled = g.both(r.had(kControlStartedAt), g.at_most(r.old_value(kControlStartedAt), at));
  const auto grows = [&](FactId id, std::int64_t max) {
    const Linear more = r.old_value(id).plus(1);
    return g.all({g.at_most(r.old_value(id), r.new_value(id)), g.at_most(r.new_value(id), more),
                  g.at_most(Linear::of(1), r.new_value(id)), g.at_most(r.new_value(id), Linear::of(max))});
  };
  const Formula ct_full = g.at_most(Linear::of(kCountMax), r.old_value(kCtHighConsecutive));
  return g.all({r.has(kLastSampledAt), g.at_most(at, r.now()),
                g.implies(r.had(kLastSampledAt), g.less(r.old_value(kLastSampledAt), at)),
                r.has(kLastNegativeSampledAt), g.equal(r.new_value(kLastNegativeSampledAt), at),
                earlier_negative(r, kSecondNegativeSampledAt, at, kLastNegativeSampledAt), third_negative(r),
                g.choose(counted, grows(kSpacedNegatives3d, 4), r.unchanged(kSpacedNegatives3d)),
                g.choose(controlled, grows(kNegativesSinceControl, kCountMax), r.unchanged(kNegativesSinceControl)),
                g.choose(ct_full, r.unchanged(kCtHighConsecutive),
                         g.equal(r.new_value(kCtHighConsecutive), r.old_value(kCtHighConsecutive).plus(1))),
                g.implies(r.had(kRecheckSingleNegative), r.has(kRecheckSingleNegative)),
                g.same(r.has(kTestSinceArrival), arrived),
                // A duty listed before the sample is done; another one, listed later, may be due later.
                g.implies(r.has(kTestDueAt),
                          g.both(r.had(kTestDueAt), g.at_most(r.old_value(kTestDueAt), r.new_value(kTestDueAt))))});
}

Formula control_release(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  return g.all({r.had(kControlStartedAt), !r.had(kControlEndedAt), r.new_event(kControlEndedAt, kControlStartedAt)});
}

Formula case_closed(const Relation& r, FactId closed) {
  return r.graph.all({r.had(kCaseStatus), !r.had(kCaseReleasedAt), !r.had(kCaseExcludedAt),
                      r.new_event(closed, kLastPositiveSampledAt)});
}
Formula case_release(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  return case_closed({g, before, after}, kCaseReleasedAt);
}
Formula case_exclusion(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  return case_closed({g, before, after}, kCaseExcludedAt);
}

Formula risk_clearance(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  const Formula open = g.either(r.had(kContactLevel), g.both(r.had(kOverlapAt), !r.had(kRiskCleared)));
  // Of exposures that are all cleared the latest of all is kept: the one that was open, or a later one.
  const Linear old_at = r.old_value(kOverlapAt), new_at = r.new_value(kOverlapAt);
  const Formula same_kind = g.both(r.unchanged(kOverlapKind), r.unchanged(kOverlapSource));
  const Formula greater = g.at_most(r.old_value(kOverlapKind), r.new_value(kOverlapKind));
  const Formula kept =
      g.choose(g.less(old_at, new_at), kTrue, g.both(g.equal(old_at, new_at), g.either(same_kind, greater)));
  return g.all({open,
                r.none_left({kContactLevel, kLastExposureAt, kSecondaryExposureAt, kIndexContactFirstTwoNegative}),
                r.has(kRiskCleared), g.same(r.has(kOverlapAt), r.had(kOverlapAt)), g.implies(r.has(kOverlapAt), kept)});
}

Formula fever_cleared(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  return g.all({r.had(kFeverClinicAt), !r.had(kFeverClinicCleared), r.new_event(kFeverClinicAt, kFeverClinicAt),
                r.has(kFeverClinicCleared), !r.has(kUnexplainedFever)});
}

Formula symptoms_gone(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  return g.both(r.had(kSymptomsReported), !r.has(kSymptomsReported));
}

Formula area_lifted(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  const auto no_more = [&](FactId id) { return g.at_most(r.new_value(id), r.old_value(id)); };
  // 0 hours is no interval at all; otherwise fewer hours are stricter.
  const Formula tests =
      g.choose(r.had(kAreaTestHours),
               g.either(!r.has(kAreaTestHours), g.at_most(r.old_value(kAreaTestHours), r.new_value(kAreaTestHours))),
               !r.has(kAreaTestHours));
  return g.all({no_more(kZoneNow), no_more(kLockdownNow), tests});
}

// All findings of the highest class are withdrawn: what was found of a lower class remains.
Formula contact_corrected(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  constexpr std::int64_t kGeneral = 1, kSecondary = 2, kClose = 3;
  const Formula below = g.both(g.equal(r.old_value(kContactLevel), Linear::of(kClose)), r.had(kSecondaryExposureAt));
  const Formula secondary =
      g.all({r.becomes(kContactLevel, kSecondary), r.has(kLastExposureAt), r.has(kSecondaryExposureAt),
             g.equal(r.new_value(kLastExposureAt), r.old_value(kSecondaryExposureAt)),
             g.equal(r.new_value(kSecondaryExposureAt), r.old_value(kSecondaryExposureAt))});
  const Formula general =
      g.all({r.becomes(kContactLevel, kGeneral), r.has(kLastExposureAt), !r.has(kSecondaryExposureAt)});
  const Formula nothing =
      r.none_left({kContactLevel, kLastExposureAt, kSecondaryExposureAt, kIndexContactFirstTwoNegative});
  const Formula lower = g.less(r.new_value(kContactLevel), r.old_value(kContactLevel));
  return g.all({r.had(kContactLevel), lower, g.choose(below, secondary, g.either(nothing, general))});
}

// All case reports are withdrawn: a positive test, if there is one, speaks for itself again.
Formula case_corrected(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  constexpr std::int64_t kPooledPositive = 2;
  const Formula by_test = g.all(
      {r.has(kCaseStatus), g.at_most(r.new_value(kCaseStatus), Linear::of(kPooledPositive)), !r.has(kCaseSeverity)});
  return g.both(r.had(kCaseStatus),
                g.choose(r.had(kLastPositiveSampledAt), by_test,
                         r.none_left({kCaseStatus, kCaseSeverity, kCaseReleasedAt, kCaseExcludedAt})));
}

Formula exposure_corrected(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  return g.both(r.had(kOverlapAt), r.none_left({kOverlapAt, kOverlapKind, kOverlapSource}));
}

Formula control_corrected(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  return g.both(r.had(kControlStartedAt), r.none_left({kControlStartedAt, kControlEndedAt, kControlKind, kControlReason,
                                                       kControlTestsDone, kNegativesSinceControl}));
}

Formula duty_corrected(FormulaGraph& g, const FactDomain& before, const FactDomain& after) {
  const Relation r{g, before, after};
  return g.both(r.had(kTestDueAt), !r.has(kTestDueAt));
}

}  // namespace

std::span<const Step> clearing_steps() {
  static const std::vector<Step> kSteps = {
      {"negative",
       "检测阴性",
       "a negative test",
       {kLastSampledAt, kLastNegativeSampledAt, kSecondNegativeSampledAt, kThirdNegativeSampledAt, kSpacedNegatives3d,
        kNegativesSinceControl, kCtHighConsecutive, kRecheckSingleNegative, kTestSinceArrival, kTestDueAt},
       negative},
      {"control_release",
       "解除管控",
       "the release from a control order",
       {kControlEndedAt, kControlTestsDone},
       control_release},
      {"case_release", "病例出院或解除隔离", "the discharge or release of a case", {kCaseReleasedAt}, case_release},
      {"case_exclusion", "复核排除病例", "the exclusion of a case by review", {kCaseExcludedAt}, case_exclusion},
      {"risk_clearance",
       "复核排除风险",
       "the clearance of contacts and exposures",
       {kContactLevel, kLastExposureAt, kSecondaryExposureAt, kIndexContactFirstTwoNegative, kRiskCleared, kOverlapAt,
        kOverlapKind, kOverlapSource},
       risk_clearance},
      {"fever_cleared",
       "发热门诊排除",
       "the exclusion by a fever clinic",
       {kFeverClinicAt, kFeverClinicCleared, kUnexplainedFever},
       fever_cleared},
      {"symptoms_gone", "申报症状消失", "a declaration without symptoms", {kSymptomsReported}, symptoms_gone},
      {"area_lifted",
       "解除区域管控",
       "the lifting of an area order",
       {kZoneNow, kLockdownNow, kAreaTestHours},
       area_lifted},
      {"contact_corrected",
       "更正接触者认定",
       "the withdrawal of a contact finding",
       {kContactLevel, kLastExposureAt, kSecondaryExposureAt, kIndexContactFirstTwoNegative, kRiskCleared},
       contact_corrected},
      {"case_corrected",
       "更正病例报告",
       "the withdrawal of a case report",
       {kCaseStatus, kCaseSeverity, kCaseReleasedAt, kCaseExcludedAt},
       case_corrected},
      {"exposure_corrected",
       "更正暴露认定",
       "the withdrawal of an exposure finding",
       {kOverlapAt, kOverlapKind, kOverlapSource, kRiskCleared},
       exposure_corrected},
      {"control_corrected",
       "更正管控决定",
       "the withdrawal of a control order",
       {kControlStartedAt, kControlEndedAt, kControlKind, kControlReason, kControlTestsDone, kNegativesSinceControl},
       control_corrected},
      {"duty_corrected", "更正应检名单", "the withdrawal of a testing duty", {kTestDueAt}, duty_corrected},
  };
  return kSteps;
}

LocalText step_text(std::string_view step) {
  for (const Step& known : clearing_steps()) {
    if (known.name == step) return {std::string(known.zh), std::string(known.en)};
  }
  return {std::string(step), std::string(step)};
}

}  // namespace mingma::rules::proof
