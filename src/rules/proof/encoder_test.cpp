// The encoder against the interpreter: on the same resident and instant the formulas give the same value, the same
// error at the same place, and the same truth.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "rules/certlogic/date_time.h"
#include "rules/certlogic/interpreter.h"
#include "rules/compiled_random.h"
#include "rules/decide_clock.h"
#include "rules/proof/fact_domain.h"

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
  compare(seed, 5'000, 30, totals);
  std::cout << "seed " << seed << ": " << totals.compared << " (rule, resident, time) compared, " << totals.errors
            << " of them errors; " << totals.unsupported << " conditions cannot be encoded\n";
  EXPECT_GE(totals.compared, 100'000);
  EXPECT_LT(totals.unsupported, 500);
}

}  // namespace
}  // namespace mingma::rules::proof
