// Evaluations per second of the published country rules on their own tests, parsed beforehand as a server holds them.
// The same work by certlogic-js: bench/certlogic/run.sh. Without the shared data one rule of our own stands in.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "base/json.h"
#include "rules/certlogic/expression.h"
#include "rules/certlogic/interpreter.h"

namespace mingma::rules::certlogic {
namespace {

namespace fs = std::filesystem;

struct Work {
  std::vector<Expression> expressions;
  std::vector<std::pair<std::size_t, Json>> tests;  // which expression, its data
};

Json read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto json = parse_json(text);
  MINGMA_ASSERT(json.ok());
  return std::move(json).value();
}

void add_country(const Json& file, const Json& value_sets, Work& work) {
  std::map<std::string, std::size_t> index;
  for (const Json& rule : file.find("rules")->array()) {
    auto expression = Expression::parse(*rule.find("Logic"));
    if (!expression) continue;
    index[rule.find("Identifier")->string()] = work.expressions.size();
    work.expressions.push_back(std::move(expression).value());
  }
  for (const Json& test : file.find("tests")->array()) {
    Json data, external;
    if (const Json* payload = test.find("payload")) data.set("payload", *payload);
    if (const Json* key = test.find("valueSets"); key->is_string())
      external.set("valueSets", *value_sets.find(key->string()));
    if (const Json* clock = test.find("validationClock")) external.set("validationClock", *clock);
    data.set("external", external);
    work.tests.emplace_back(index.at(test.find("ruleId")->string()), std::move(data));
  }
}

Work load_work() {
  const char* source = std::getenv("MINGMA_SOURCE_DIR");
  const char* data = std::getenv("MINGMA_DATA");
  const fs::path folder =
      (data != nullptr ? fs::path(data) : fs::path(source != nullptr ? source : ".") / "../shared/data") / "eu-rules";
  Work work;
  if (!fs::exists(folder)) {
    const auto json = parse_json(
        R"({"rules":[{"Identifier":"A","Logic":{"if":[{"var":"payload.t.0"},{"before":[{"plusTime":[{"var":"external.validationClock"},0,"day"]},)"
        R"({"plusTime":[{"var":"payload.t.0.sc"},72,"hour"]}]},true]}}],"tests":[{"ruleId":"A","valueSets":null,)"
        R"("validationClock":"2022-01-02T00:00:00Z","payload":{"t":[{"sc":"2022-01-01T08:00:00+08:00"}]}}]})");
    MINGMA_ASSERT(json.ok());
    add_country(*json, Json(), work);
    return work;
  }
  const Json value_sets = read_json(folder / "valuesets.json");
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json" && entry.path().filename() != "valuesets.json") files.insert(entry.path());
  }
  for (const fs::path& path : files) add_country(read_json(path), value_sets, work);
  return work;
}

void evaluate_country_rules(benchmark::State& state) {
  const Work work = load_work();
  std::int64_t truthy = 0;
  for (auto _ : state) {
    truthy = 0;
    for (const auto& [index, data] : work.tests) {
      const auto value = is_truthy(work.expressions[index], data);
      truthy += value.ok() && *value ? 1 : 0;
    }
    benchmark::DoNotOptimize(truthy);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(work.tests.size()));
  state.counters["tests"] = static_cast<double>(work.tests.size());
  state.counters["true"] = static_cast<double>(truthy);  // 672 of 1,012: the digest of the result
}
BENCHMARK(evaluate_country_rules);

}  // namespace
}  // namespace mingma::rules::certlogic

BENCHMARK_MAIN();
