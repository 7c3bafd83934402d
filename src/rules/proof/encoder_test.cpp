// The encoder against the interpreter: on the same resident and instant the formulas give the same value, the same
// error at the same place, and the same truth; as computed here, and as Z3 computes them (MINGMA_PROOF_ROWS: how many
// of the latter, else a part).
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>

#include "rules/certlogic/date_time.h"
#include "rules/certlogic/interpreter.h"
#include "rules/compiled.h"
#include "rules/compiled_random.h"
#include "rules/decide_clock.h"
#include "rules/proof/fact_domain.h"
#include "rules/proof/proof.h"
#include "rules/proof/solver.h"

namespace mingma::rules::proof {
namespace {

// What a symbolic value is on given values: as JSON, "error <code> <place>", or "nothing" / "several" when not exactly
// one alternative holds.
std::string concrete(FormulaGraph& graph, const Symbolic& value, const certlogic::Expression& expression,
                     const Assignment& values) {
  std::string out = "nothing";
  for (const Alternative& alternative : value.alternatives) {
    if (!graph.evaluate(alternative.when, values)) continue;
    if (out != "nothing") return "several";
    const std::int64_t number = graph.evaluate(alternative.number, values);
    switch (alternative.kind) {
      case SymbolicKind::kNull:
        out = "null";
        break;
      case SymbolicKind::kBoolean:
        out = graph.evaluate(alternative.truth, values) ? "true" : "false";
        break;
      case SymbolicKind::kInteger:
        out = std::to_string(number);
        break;
      case SymbolicKind::kWord:
        out = Json(alternative.word).to_string();
        break;
      case SymbolicKind::kInstant:
        out = Json(UnixSeconds{number}.to_string()).to_string();
        break;
      case SymbolicKind::kDay:
        out = Json(CivilDate{static_cast<std::int32_t>(number)}.to_string()).to_string();
        break;
      case SymbolicKind::kDate:
        out = Json(certlogic::to_string(certlogic::DateTime{number})).to_string();
        break;
      case SymbolicKind::kList: {
        out = "[";
        for (const Symbolic& item : *alternative.items)
          out += (out.size() > 1 ? "," : "") + concrete(graph, item, expression, values);
        out += "]";
        break;
      }
      case SymbolicKind::kError:
        out = "error " + std::string(alternative.error->code) + " " + expression.place(alternative.place);
        break;
      default:
        out = "unexpected kind";
    }
  }
  return out;
}

std::string evaluated(const certlogic::Expression& expression, const Json& data) {
  const Result<Json> value = certlogic::evaluate(expression, data);
  return value.ok() ? value->to_string() : "error " + std::string(value.error().code()) + " " + value.error().where();
}

struct Totals {
  int compared = 0;
  int errors = 0;
  int unsupported = 0;
};

// `rows` residents and instants for each of `conditions` random conditions.
void compare(std::uint64_t seed, int conditions, int rows, Totals& totals) {
  RandomRules random(seed);
  for (int i = 0; i < conditions; ++i) {
    const Json json = random.condition();
    const auto expression = certlogic::Expression::parse(json);
    if (!expression.ok() || !ClockFlips::of(*expression).ok()) continue;
    FormulaGraph graph;
    Words words;
    FactDomain domain(graph, kClockMin, kClockMax);
    Encoder encoder(graph, words, domain);
    const auto value = encoder.encode(*expression);
    if (!value.ok()) {
      ++totals.unsupported;
      continue;
    }
    const auto truth = encoder.truth(*expression);
    ASSERT_TRUE(truth.ok());
    Assignment values(graph.variables().size());
    for (int j = 0; j < rows; ++j) {
      const FactRow row = random.row();
      const UnixSeconds now = random.now();
      domain.assign(row, now, values);
      graph.complete(values);
      const Json data = to_rule_data(row, now);
      const std::string expected = evaluated(*expression, data);
      ASSERT_EQ(concrete(graph, *value, *expression, values), expected) << json.to_string() << data.to_string();
      const Result<bool> holds = certlogic::is_truthy(*expression, data);
      ASSERT_EQ(graph.evaluate(truth->holds, values), holds.ok() && *holds) << json.to_string() << data.to_string();
      ASSERT_EQ(graph.evaluate(truth->error, values), !holds.ok()) << json.to_string() << data.to_string();
      ++totals.compared;
      totals.errors += holds.ok() ? 0 : 1;
    }
  }
}

TEST(Encoder, GivesWhatTheInterpreterGivesOnRandomRulesResidentsAndTimes) {
  const char* chosen = std::getenv("MINGMA_SEED");
  const std::uint64_t seed = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 20261123;
  Totals totals;
  compare(seed, 4'000, 30, totals);
  std::cout << "seed " << seed << ": " << totals.compared << " (rule, resident, time) compared, " << totals.errors
            << " of them errors; " << totals.unsupported << " conditions cannot be encoded\n";
  EXPECT_GE(totals.compared, 100'000);
  EXPECT_LT(totals.unsupported, 500);
}

// One random condition with its formulas.
struct Encoded {
  Json json;
  certlogic::Expression expression;
  FormulaGraph graph;
  Words words;
  FactDomain domain{graph, kClockMin, kClockMax};
  SymbolicTruth truth;

  explicit Encoded(Json condition, certlogic::Expression parsed)
      : json(std::move(condition)), expression(std::move(parsed)) {}
};

// Null pointer: refused by the validator, or not encoded.
std::unique_ptr<Encoded> random_condition(RandomRules& random) {
  Json json = random.condition();
  auto parsed = certlogic::Expression::parse(json);
  if (!parsed.ok() || !ClockFlips::of(*parsed).ok()) return nullptr;
  auto out = std::make_unique<Encoded>(std::move(json), std::move(parsed).value());
  const auto truth = Encoder(out->graph, out->words, out->domain).truth(out->expression);
  if (!truth.ok()) return nullptr;
  out->truth = *truth;
  return out;
}

TEST(Encoder, MeansToZ3WhatTheInterpreterGives) {
  if (!Solver::available()) GTEST_SKIP() << "skipped: built without Z3";
  const char* wanted = std::getenv("MINGMA_PROOF_ROWS");
  const int rows = wanted != nullptr ? std::atoi(wanted) : 3'000;
  RandomRules random(7);
  int compared = 0;
  while (compared < rows) {
    const std::unique_ptr<Encoded> encoded = random_condition(random);
    if (!encoded) continue;
    Solver solver(encoded->graph, 1'000'000);
    Assignment values(encoded->graph.variables().size());
    for (int i = 0; i < 30; ++i, ++compared) {
      const FactRow row = random.row();
      const UnixSeconds now = random.now();
      encoded->domain.assign(row, now, values);
      encoded->graph.complete(values);
      const Json data = to_rule_data(row, now);
      const Result<bool> holds = certlogic::is_truthy(encoded->expression, data);
      ASSERT_EQ(solver.evaluate(encoded->truth.holds, values), holds.ok() && *holds)
          << encoded->json.to_string() << data.to_string();
      ASSERT_EQ(solver.evaluate(encoded->truth.error, values), !holds.ok())
          << encoded->json.to_string() << data.to_string();
    }
  }
  std::cout << compared << " (rule, resident, time) compared\n";
}

TEST(Encoder, WhomZ3FindsTheInterpreterFindsToo) {
  if (!Solver::available()) GTEST_SKIP() << "skipped: built without Z3";
  RandomRules random(11);
  int found = 0, nobody = 0;
  for (int i = 0; i < 400; ++i) {
    const std::unique_ptr<Encoded> encoded = random_condition(random);
    if (!encoded) continue;
    for (const int wanted : {0, 1, 2}) {  // true, an error, false
      const Formula formula = wanted == 0   ? encoded->truth.holds
                              : wanted == 1 ? encoded->truth.error
                                            : !encoded->graph.either(encoded->truth.holds, encoded->truth.error);
      Solver solver(encoded->graph, 50'000'000);
      const Check check = formula.is_false() ? Check::kUnsatisfiable : solver.check({formula});
      ASSERT_NE(check, Check::kUnknown) << encoded->json.to_string();
      const auto shows = [&](const FactRow& row, UnixSeconds now) {
        const Result<bool> holds = certlogic::is_truthy(encoded->expression, to_rule_data(row, now));
        return wanted == 0 ? holds.ok() && *holds : wanted == 1 ? !holds.ok() : holds.ok() && !*holds;
      };
      if (check == Check::kSatisfiable) {
        const Assignment model = solver.model();
        ASSERT_TRUE(shows(encoded->domain.row(model), encoded->domain.clock(model))) << encoded->json.to_string();
        ++found;
        continue;
      }
      ++nobody;
      for (int j = 0; j < 20; ++j) {
        const FactRow row = random.row();
        const UnixSeconds now = random.now();
        ASSERT_FALSE(shows(row, now)) << encoded->json.to_string() << facts_to_json(row).to_string();
      }
    }
  }
  std::cout << found << " found, " << nobody << " proved to be nobody\n";
  EXPECT_GT(found, 300);
}

// ---- A domain small enough to try everybody: facts that no law ties to others.

using enum FactId;
constexpr FactId kSmall[] = {kZoneNow, kLockdownNow, kSymptomsReported, kInJurisdiction, kBubbleMember, kAreaTestHours};
constexpr std::uint32_t kHoursTried = 6;

Json small_condition(SeededRng& rng, int depth) {
  const auto operation = [](std::string_view name, Json::Array operands) {
    return Json(Json::Object{{std::string(name), Json(std::move(operands))}});
  };
  const FactInfo& info = fact_info(kSmall[rng.below(std::size(kSmall))]);
  const Json var(Json::Object{{"var", Json("facts." + std::string(info.name))}});
  if (depth > 0 && rng.below(3) != 0) {
    Json a = small_condition(rng, depth - 1), b = small_condition(rng, depth - 1);
    switch (rng.below(3)) {
      case 0:
        return operation("and", {std::move(a), std::move(b)});
      case 1:
        return operation("!", {std::move(a)});
      default:
        return operation("if", {std::move(a), std::move(b), small_condition(rng, depth - 1)});
    }
  }
  switch (info.kind) {
    case FactKind::kBoolean:
      return var;
    case FactKind::kInteger:
      return operation(rng.below(2) == 0 ? "<" : ">=", {var, static_cast<std::int64_t>(rng.below(kHoursTried))});
    default:
      return operation("===", {var, info.values[rng.below(info.values.size())].name});
  }
}

Policy small_policy(SeededRng& rng) {
  Policy policy;
  policy.id = "small";
  policy.effective_from = kRandomEpoch;
  policy.effective_to = kRandomEpoch.plus(kSecondsPerDay);
  for (std::uint64_t i = 0, count = 1 + rng.below(4); i < count; ++i) {
    policy.rules.push_back({.id = "R" + std::to_string(i),
                            .colour = static_cast<Colour>(1 + rng.below(3)),
                            .measure = static_cast<Measure>(rng.below(3)),
                            .when = *certlogic::Expression::parse(small_condition(rng, 3))});
  }
  return policy;
}

template <typename Visit>
void everybody(Visit&& visit) {
  FactRow row;
  const auto choose = [&](const auto& self, std::size_t position) -> void {
    if (position == std::size(kSmall)) return visit(row);
    const FactInfo& info = fact_info(kSmall[position]);
    const std::uint32_t max = info.kind == FactKind::kInteger ? kHoursTried : info.value_max;
    for (std::uint32_t value = 0; value <= max; ++value) {
      row.set(info.id, value);
      self(self, position + 1);
    }
  };
  choose(choose, 0);
}

TEST(Encoder, AgreesWithTryingEverybodyInASmallDomain) {
  if (!Solver::available()) GTEST_SKIP() << "skipped: built without Z3";
  SeededRng rng(13);
  int proved = 0, refuted = 0;
  for (int i = 0; i < 150; ++i) {
    const Policy a = small_policy(rng), b = small_policy(rng);
    const auto first = CompiledPolicy::compile(a), second = CompiledPolicy::compile(b);
    bool stricter = false;
    std::vector<bool> decisive(a.rules.size());
    everybody([&](const FactRow& row) {
      const Decision x = first->decide(row, kRandomEpoch), y = second->decide(row, kRandomEpoch);
      stricter = stricter || worse(x, y) != Worse::kNothing;
      if (x.rule != kDefaultRule) decisive[x.rule] = true;
    });
    const auto answer = prove(Question::kNeverStricter, a, &b);
    ASSERT_TRUE(answer.ok()) << answer.error().to_string();
    ASSERT_EQ(answer->verdict, stricter ? Verdict::kRefuted : Verdict::kProved) << "pair " << i;
    const auto rules = prove(Question::kNeverDecisive, a, nullptr);
    ASSERT_TRUE(rules.ok()) << rules.error().to_string();
    for (std::size_t rule = 0; rule < a.rules.size(); ++rule)
      ASSERT_EQ(rules->findings[rule].verdict == Verdict::kProved, decisive[rule]) << "pair " << i << " rule " << rule;
    ++(stricter ? refuted : proved);
  }
  std::cout << proved << " proved, " << refuted << " refuted\n";
  EXPECT_GT(proved, 5);
  EXPECT_GT(refuted, 5);
}

}  // namespace
}  // namespace mingma::rules::proof
