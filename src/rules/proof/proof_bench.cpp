// Each question about policies of 10, 100 and 300 rules. A policy holds at most 250, so that is what stands at 300 for
// questions about one; of two policies there are 5, 50 and 150 rules on each side.
// The rules are made from the shapes that published policies have: a status that no release ends, so many days after an
// event, stages that follow each other, an event without a negative since.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/rng.h"
#include "rules/proof/proof.h"

namespace mingma::rules::proof {
namespace {

std::string var(const std::string& name) { return R"({"var":"facts.)" + name + R"("})"; }
std::string after_days(const std::string& fact, std::uint64_t days) {
  return R"({"plusTime":[)" + var(fact) + "," + std::to_string(days) + R"(,"day"]})";
}

std::string condition(SeededRng& rng) {
  static const std::vector<std::string> kEvents = {"last_exposure_at",   "entered_country_at", "arrived_at",
                                                   "left_high_at",       "left_medium_at",     "overlap_at",
                                                   "cold_chain_left_at", "control_started_at", "fever_clinic_at"};
  static const std::string kNow = R"({"plusTime":[{"var":"now"},0,"day"]})";
  const std::string& event = kEvents[rng.below(kEvents.size())];
  const std::uint64_t days = 1 + rng.below(20), longer = days + 1 + rng.below(7);
  const FactInfo& word = [&]() -> const FactInfo& {
    for (;;) {
      const FactInfo& info = fact_schema()[rng.below(kFacts)];
      if (info.kind == FactKind::kEnumeration) return info;
    }
  }();
  const std::string is = R"({"===":[)" + var(std::string(word.name)) + R"(,")" +
                         std::string(word.values[1 + rng.below(word.values.size() - 1)].name) + R"("]})";
  switch (rng.below(4)) {
    case 0:
      return R"({"and":[)" + is + "," + var(event) + R"(,{"before":[)" + kNow + "," + after_days(event, days) + "]}]}";
    case 1:
      return R"({"and":[)" + is + "," + var(event) + R"(,{"not-before":[)" + kNow + "," + after_days(event, days) +
             R"(]},{"before":[)" + kNow + "," + after_days(event, longer) + "]}]}";
    case 2:
      return R"({"and":[)" + is + "," + var(event) + R"(,{"!":[{"and":[)" + var("last_negative_sampled_at") +
             R"(,{"after":[)" + after_days("last_negative_sampled_at", 0) + "," + after_days(event, days % 4) +
             "]}]}]}]}";
    default:
      return R"({"and":[)" + is + R"(,{"<":[)" + var("spaced_negatives_3d") + "," + std::to_string(1 + rng.below(3)) +
             "]}]}";
  }
}

Policy policy_of(std::uint64_t seed, std::size_t rules) {
  SeededRng rng(seed);
  Policy policy;
  policy.id = "bench";
  policy.title = {"测试", "bench"};
  policy.effective_from = {1'668'124'800};
  policy.effective_to = policy.effective_from.plus(90 * kSecondsPerDay);
  for (std::size_t i = 0; i < rules; ++i) {
    policy.rules.push_back({.id = "R" + std::to_string(i),
                            .colour = static_cast<Colour>(1 + rng.below(3)),
                            .measure = static_cast<Measure>(rng.below(6)),
                            .when = *certlogic::Expression::parse(*parse_json(condition(rng))),
                            .title = {"规则", "rule"}});
  }
  // Most severe first, as published policies are sorted.
  std::stable_sort(policy.rules.begin(), policy.rules.end(),
                   [](const Rule& a, const Rule& b) { return a.colour > b.colour; });
  return policy;
}

void ask(benchmark::State& state, Question question) {
  if (!available()) {
    state.SkipWithError("built without Z3");
    return;
  }
  const auto rules = static_cast<std::size_t>(state.range(0));
  const bool two = takes_two_policies(question);
  const Policy policy = policy_of(1, two ? rules / 2 : std::min<std::size_t>(rules, kRulesMax));
  // The same without its last, mildest rule: never stricter, and everything must be proved; not equivalent.
  Policy without = policy;
  without.rules.pop_back();
  Options options;
  if (question == Question::kDisjoint) options.rule = policy.rules.front().id;
  std::uint64_t effort = 0;
  std::string verdict;
  for (auto _ : state) {
    const auto answer = two ? prove(question, without, &policy, options) : prove(question, policy, nullptr, options);
    if (!answer.ok()) {
      state.SkipWithError(answer.error().to_string().c_str());
      return;
    }
    effort = answer->effort;
    verdict = to_string(answer->verdict);
  }
  state.SetLabel(verdict);
  state.counters["effort"] = static_cast<double>(effort);
}

void register_all() {
  for (int i = 1; i <= static_cast<int>(Question::kHorizonBounded); ++i) {
    const auto question = static_cast<Question>(i);
    auto* bench = benchmark::RegisterBenchmark(std::string(to_string(question)).c_str(),
                                               [question](benchmark::State& state) { ask(state, question); });
    bench->Arg(10)->Arg(100)->Arg(300)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
  }
}

}  // namespace
}  // namespace mingma::rules::proof

int main(int argc, char** argv) {
  mingma::rules::proof::register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
