// Writes random CertLogic expressions and data with what our interpreter makes of them, one JSON object per line; then
// the conditions of the given policies on residents with random evidence.
// Usage: mingma_certlogic_random SEED COUNT [POLICY.json...]
//
// Expressions are mostly well typed, so that most of them give a value, and wrong now and then. Left out because the
// two implementations are known to differ there and error_paths.json has it: an index on a string.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/rng.h"
#include "rules/certlogic/expression.h"
#include "rules/certlogic/interpreter.h"
#include "rules/evidence.h"
#include "rules/facts.h"
#include "rules/reducers.h"

namespace {

using mingma::Json;

enum class Type { kBoolean, kInteger, kString, kDate, kArray };

constexpr std::string_view kDates[] = {"2021-06-01",
                                       "2021-06-01T12:00:00Z",
                                       "2021-05-31T23:59:59.999+02:00",
                                       "2020-02-29",
                                       "2021-01-31",
                                       "2021-12-31T23:00:00-05:30",
                                       "2021",
                                       "2020-02",
                                       "2021-06-01T08:00:00+8",
                                       "1969-12-31",
                                       "2021-06-01T12:00:00.5",
                                       "2021-02-30",
                                       "2021-13-01",
                                       "soon",
                                       ""};
constexpr std::string_view kWords[] = {"", "0", "a", "NL", "URN:UVCI:01:NL:A/B#C", "x:y//z", "码"};
constexpr std::string_view kComparisons[] = {"<", ">", "<=", ">="};
constexpr std::string_view kDateComparisons[] = {"after", "before", "not-after", "not-before"};
constexpr std::string_view kUnits[] = {"year", "month", "day", "hour"};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : rng_(seed) {}

  Json data() {
    Json::Object members;
    members.emplace_back("b", boolean_data());
    members.emplace_back("i", integer());
    members.emplace_back("s", Json(pick(kWords)));
    members.emplace_back("d", Json(pick(kDates)));
    members.emplace_back("n", Json());
    members.emplace_back("ints", list([&] { return integer(); }));
    members.emplace_back("words", list([&] { return Json(pick(kWords)); }));
    members.emplace_back("rows", list([&] { return Json(Json::Object{{"i", integer()}, {"d", Json(pick(kDates))}}); }));
    if (one_in(8)) members.erase(members.begin() + static_cast<long>(rng_.below(members.size())));
    return Json(std::move(members));
  }

  Json expression(int depth) { return of_type(any_type(), depth, false); }

 private:
  bool one_in(std::uint64_t n) { return rng_.below(n) == 0; }
  std::string_view pick(std::span<const std::string_view> from) { return from[rng_.below(from.size())]; }
  Type any_type() { return static_cast<Type>(rng_.below(5)); }
  Json integer() { return Json(static_cast<std::int64_t>(rng_.below(9)) - 4); }
  Json boolean_data() { return Json(one_in(2)); }
  Json var(std::string_view path) { return Json(Json::Object{{"var", Json(path)}}); }
  Json operation(std::string_view name, Json::Array operands) {
    if (one_in(200) && !operands.empty()) operands.pop_back();
    return Json(Json::Object{{std::string(name), Json(std::move(operands))}});
  }
  template <typename Make>
  Json list(Make make) {
    Json::Array items(rng_.below(4));
    for (Json& item : items) item = make();
    return Json(std::move(items));
  }

  Json of_type(Type type, int depth, bool in_lambda) {
    if (one_in(25)) type = any_type();
    if (depth > 0 && one_in(6)) {
      return operation("if", {of_type(any_truth(), depth - 1, in_lambda), of_type(type, depth - 1, in_lambda),
                              of_type(type, depth - 1, in_lambda)});
    }
    switch (type) {
      case Type::kBoolean:
        return boolean(depth, in_lambda);
      case Type::kInteger:
        return number(depth, in_lambda);
      case Type::kString:
        return string(depth, in_lambda);
      case Type::kDate:
        return date(depth, in_lambda);
      case Type::kArray:
        break;
    }
    return array(depth, in_lambda);
  }
  // Anything but a date-time can be true or false.
  Type any_truth() { return one_in(30) ? Type::kDate : static_cast<Type>(rng_.below(3)); }

  Json boolean(int depth, bool in_lambda) {
    if (depth <= 0) return one_in(2) ? Json(one_in(2)) : var("b");
    switch (rng_.below(7)) {
      case 0:
        return operation("!", {of_type(any_truth(), depth - 1, in_lambda)});
      case 1:
        return operation("and", {of_type(any_truth(), depth - 1, in_lambda), of_type(any_truth(), depth - 1, in_lambda),
                                 of_type(any_truth(), depth - 1, in_lambda)});
      case 2: {
        const Type type = static_cast<Type>(rng_.below(3));
        return operation("===", {of_type(type, depth - 1, in_lambda), of_type(type, depth - 1, in_lambda)});
      }
      case 3:
        return operation("in", {of_type(one_in(2) ? Type::kInteger : Type::kString, depth - 1, in_lambda),
                                of_type(Type::kArray, depth - 1, in_lambda)});
      case 4:
        return comparison(pick(kComparisons), Type::kInteger, depth, in_lambda);
      default:
        return comparison(pick(kDateComparisons), Type::kDate, depth, in_lambda);
    }
  }
  Json comparison(std::string_view name, Type type, int depth, bool in_lambda) {
    Json::Array operands;
    const std::uint64_t count = 2 + rng_.below(2);
    for (std::uint64_t i = 0; i < count; ++i) operands.push_back(of_type(type, depth - 1, in_lambda));
    return operation(name, std::move(operands));
  }
  Json number(int depth, bool in_lambda) {
    if (depth > 0 && one_in(3)) {
      return operation("+",
                       {of_type(Type::kInteger, depth - 1, in_lambda), of_type(Type::kInteger, depth - 1, in_lambda)});
    }
    if (depth > 0 && !in_lambda && one_in(5)) {
      const Json lambda = operation("+", {var("accumulator"), of_type(Type::kInteger, depth - 1, true)});
      return operation("reduce", {of_type(Type::kArray, depth - 1, in_lambda), lambda, integer()});
    }
    if (in_lambda) return one_in(2) ? var("current") : one_in(2) ? var("current.i") : integer();
    return one_in(2) ? integer() : one_in(3) ? var("ints.0") : one_in(2) ? var("rows.1.i") : var("i");
  }
  Json string(int depth, bool in_lambda) {
    if (depth > 0 && one_in(3)) {
      return operation("extractFromUVCI", {of_type(Type::kString, depth - 1, in_lambda),
                                           Json(static_cast<std::int64_t>(rng_.below(5)) - 1)});
    }
    if (in_lambda) return one_in(2) ? var("current.d") : Json(pick(kWords));
    return one_in(3) ? Json(pick(kWords)) : one_in(3) ? var("words.0") : one_in(5) ? var("n") : var("s");
  }
  Json date(int depth, bool in_lambda) {
    const Json text = one_in(40)  ? of_type(any_type(), depth - 1, in_lambda)
                      : one_in(3) ? Json(kDates[rng_.below(11)])
                      : one_in(9) ? Json(pick(kDates))
                      : in_lambda ? var("current.d")
                      : one_in(2) ? var("rows.0.d")
                                  : var("d");
    if (one_in(6)) return operation("dccDateOfBirth", {text});
    const std::int64_t amount = static_cast<std::int64_t>(rng_.below(101)) - 50;
    return operation("plusTime", {text, Json(one_in(3) ? 0 : amount), Json(pick(kUnits))});
  }
  Json array(int depth, bool in_lambda) {
    if (!in_lambda && one_in(2)) return var(one_in(3) ? "words" : one_in(3) ? "rows" : "ints");
    const Type type = one_in(2) ? Type::kInteger : Type::kString;
    return list([&] { return of_type(type, depth - 1, in_lambda); });
  }

  mingma::SeededRng rng_;
};

Json result_of(const Json& json, const Json& data) {
  namespace certlogic = mingma::rules::certlogic;
  const auto refused = [](std::string_view name, const mingma::Error& error) {
    return Json(Json::Object{
        {std::string(name), Json(error.code())}, {"message", Json(error.message())}, {"at", Json(error.where())}});
  };
  const auto expression = certlogic::Expression::parse(json);
  if (!expression) return refused("refused", expression.error());
  const auto value = certlogic::evaluate(*expression, data);
  if (!value) return refused("error", value.error());
  return Json(Json::Object{{"value", *value}});
}

void print(const Json& expression, const Json& data) {
  Json line;
  line.set("expression", expression);
  line.set("data", data);
  line.set("result", result_of(expression, data));
  std::puts(line.to_string().c_str());
}

mingma::rules::FactRow random_resident(mingma::SeededRng& rng, mingma::UnixSeconds now) {
  using namespace mingma::rules;
  std::vector<Evidence> evidence;
  for (std::uint64_t tries = 4 + rng.below(40); tries > 0; --tries) {
    Evidence item{.kind = evidence_schema()[rng.below(evidence_schema().size())].kind};
    item.at = now.plus(static_cast<std::int64_t>(rng.below(20 * mingma::kSecondsPerDay)) - 18 * mingma::kSecondsPerDay);
    item.level = static_cast<std::uint8_t>(rng.below(8));
    item.detail = static_cast<std::uint8_t>(rng.below(4));
    item.flags = static_cast<std::uint8_t>(rng.below(4));
    item.area = {rng.below(2) == 0 ? 0U : 410'100'000U};
    if (rng.below(2) == 0) item.until = item.at.plus(static_cast<std::int64_t>(rng.below(5 * mingma::kSecondsPerDay)));
    if (check_evidence(item).ok()) evidence.push_back(item);
  }
  return reduce(evidence, {.home = {410'100'000}}, AreaTable());
}

bool print_policy(const char* path, std::uint64_t seed) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto policy = mingma::parse_json(text);
  const Json* rules = policy.ok() ? policy->find("rules") : nullptr;
  const Json* from = policy.ok() ? policy->find("effective_from") : nullptr;
  if (rules == nullptr || from == nullptr) return false;
  const auto begin = mingma::parse_instant(from->string());
  if (!begin.ok()) return false;
  mingma::SeededRng rng(seed);
  for (int i = 0; i < 100; ++i) {
    const auto now = begin->plus(static_cast<std::int64_t>(rng.below(80 * mingma::kSecondsPerDay)));
    const Json data = mingma::rules::to_rule_data(random_resident(rng, now), now);
    for (const Json& rule : rules->array()) print(*rule.find("when"), data);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s SEED COUNT [POLICY.json...]\n", argv[0]);
    return 2;
  }
  const std::uint64_t seed = std::strtoull(argv[1], nullptr, 10);
  Generator generator(seed);
  const long count = std::strtol(argv[2], nullptr, 10);
  for (long i = 0; i < count; ++i) {
    const Json data = generator.data();
    print(generator.expression(static_cast<int>(2 + i % 4)), data);
  }
  for (int i = 3; i < argc; ++i) {
    if (print_policy(argv[i], seed)) continue;
    std::fprintf(stderr, "no policy: %s\n", argv[i]);
    return 1;
  }
  return 0;
}
