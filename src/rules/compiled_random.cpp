#include "rules/compiled_random.h"

#include <algorithm>
#include <array>

#include "rules/decide_clock.h"

namespace mingma::rules {
namespace {

Json operation(std::string_view name, Json::Array operands) {
  return Json::Object{{std::string(name), std::move(operands)}};
}
Json present_clock() { return Json::Object{{"var", "now"}}; }

}  // namespace

const FactInfo& RandomRules::fact(FactKind kind) {
  for (;;) {
    const FactInfo& info = fact_schema()[below(kFacts)];
    if (info.kind == kind) return info;
  }
}

Json RandomRules::var(const FactInfo& info) { return Json::Object{{"var", "facts." + std::string(info.name)}}; }

std::int64_t RandomRules::amount() {
  return chance(80) ? static_cast<std::int64_t>(below(15)) - 4 : static_cast<std::int64_t>(below(200)) - 100;
}

UnixSeconds RandomRules::now() {
  const auto hours = static_cast<std::int64_t>(below(40 * 24)) - 20 * 24;
  return kRandomEpoch.plus(hours * 3'600 + (chance(50) ? 0 : static_cast<std::int64_t>(below(3'600))) +
                           (chance(30) ? static_cast<std::int64_t>(below(3)) - 1 : 0));
}

FactRow RandomRules::row() {
  FactRow row;
  const std::uint64_t density = below(100);
  for (const FactInfo& info : fact_schema()) {
    if (!chance(density)) continue;
    if (info.kind == FactKind::kInstant) {
      row.set_instant(info.id, chance(2) ? UnixSeconds{chance(50) ? 1 : 0xFFFF'FFFF} : now());
    } else if (info.kind == FactKind::kDate) {
      row.set(info.id, chance(5) ? 0xFFFF : static_cast<std::uint32_t>(china_date(now()).days));
    } else {
      row.set(info.id, static_cast<std::uint32_t>(below(std::min<std::uint64_t>(info.value_max, 8) + 1)));
    }
  }
  return row;
}

Json RandomRules::date(int depth) {
  constexpr std::array<std::string_view, 4> kUnits{"hour", "day", "month", "year"};
  const std::string_view unit = kUnits[chance(80) ? below(2) : below(4)];
  const std::uint64_t pick = below(100);
  if (pick < 40) return operation("plusTime", {present_clock(), chance(50) ? 0 : amount(), unit});
  if (pick < 85)
    return operation("plusTime", {var(fact(chance(85) ? FactKind::kInstant : FactKind::kDate)), amount(), unit});
  if (pick < 92) {
    const std::string text = chance(50)   ? now().to_string()
                             : chance(50) ? china_date(now()).to_string()
                                          : "2022-11-11T05:00:00.500+02:00";
    return operation("plusTime", {text, amount(), unit});
  }
  if (pick < 96 && depth > 0) {
    Json chosen = operation("if", {boolean(depth - 1), var(fact(FactKind::kInstant)),
                                   chance(80) ? var(fact(FactKind::kInstant)) : any_value(depth - 1)});
    return operation("plusTime", {std::move(chosen), amount(), unit});
  }
  if (depth > 0) return operation("if", {boolean(depth - 1), date(depth - 1), date(depth - 1)});
  return operation("plusTime", {var(fact(FactKind::kEnumeration)), 1, unit});
}

// Mostly guarded against absent facts, as policies are; sometimes not, so that errors are reached.
Json RandomRules::date_comparison(int depth) {
  constexpr std::array<std::string_view, 4> kOperators{"before", "after", "not-before", "not-after"};
  Json::Array operands;
  Json::Array guarded;
  const std::size_t count = chance(85) ? 2 : 3;
  for (std::size_t i = 0; i < count; ++i) {
    Json term = date(depth);
    if (const Json* plus = term.find("plusTime"); plus != nullptr && plus->array()[0].is_object() && chance(70))
      guarded.push_back(plus->array()[0]);
    operands.push_back(std::move(term));
  }
  Json comparison = operation(kOperators[below(4)], std::move(operands));
  std::erase_if(guarded, [](const Json& g) { return g.find("var") == nullptr || g.find("var")->string() == "now"; });
  if (guarded.empty()) return comparison;
  guarded.push_back(std::move(comparison));
  return operation("and", std::move(guarded));
}

Json RandomRules::integer(int depth) {
  if (chance(50)) return static_cast<std::int64_t>(below(6)) - 1;
  if (chance(25) && depth > 0) return operation("+", {integer(depth - 1), static_cast<std::int64_t>(below(5)) - 2});
  return var(fact(FactKind::kInteger));
}

Json RandomRules::any_value(int depth) {
  switch (below(depth > 0 ? 9 : 6)) {
    case 0:
      return var(fact_schema()[below(kFacts)]);
    case 1:
      return integer(0);
    case 2:
      return chance(50);
    case 3:
      return chance(50) ? "" : "close";
    case 4:
      return chance(50) ? Json(Json::Array{}) : Json(Json::Array{1, "none"});
    case 5:
      return leaf();
    case 6:
      return operation("and", {any_value(depth - 1), any_value(depth - 1)});
    case 7:
      return operation("if", {any_value(depth - 1), any_value(depth - 1), any_value(depth - 1)});
    default:
      return boolean(depth - 1);
  }
}

Json RandomRules::leaf() {
  const FactInfo& choice = fact(FactKind::kEnumeration);
  const auto value = [&] { return Json(choice.values[below(choice.values.size())].name); };
  switch (below(8)) {
    case 0:
      return var(fact(FactKind::kBoolean));
    case 1:
      return operation("===", {var(choice), value()});
    case 2:
      return operation("in", {var(choice), Json::Array{value(), value(), chance(10) ? Json("nothing") : value()}});
    case 3:
      return var(fact(FactKind::kInstant));
    case 4:
      return operation("!", {var(fact(FactKind::kInstant))});
    case 5: {
      constexpr std::array<std::string_view, 4> kOperators{"<", ">", "<=", ">="};
      Json::Array operands{integer(1), integer(1)};
      if (chance(20)) operands.push_back(integer(1));
      return operation(kOperators[below(4)], std::move(operands));
    }
    case 6:
      return operation("===", {chance(50) ? var(fact(FactKind::kInteger)) : var(choice),
                               chance(50) ? integer(0) : var(fact(FactKind::kEnumeration))});
    default:
      return chance(97) ? operation("===", {var(fact(FactKind::kInteger)), integer(1)})
                        : operation("===", {operation("extractFromUVCI", {var(fact(FactKind::kInstant)), 1}), "00"});
  }
}

Json RandomRules::boolean(int depth) {
  const std::uint64_t pick = below(100);
  if (depth == 0 || pick < 15) return leaf();
  if (pick < 50) return date_comparison(depth - 1);
  if (pick < 75) {
    Json::Array operands;
    for (std::uint64_t i = 0, count = 2 + below(3); i < count; ++i) operands.push_back(boolean(depth - 1));
    return operation("and", std::move(operands));
  }
  if (pick < 88) return operation("!", {boolean(depth - 1)});
  if (pick < 96) return operation("if", {boolean(depth - 1), boolean(depth - 1), boolean(depth - 1)});
  if (pick < 98) return operation("in", {any_value(depth - 1), Json::Array{any_value(0), any_value(0)}});
  return any_value(depth - 1);
}

Policy RandomRules::policy() {
  Policy policy;
  policy.id = "random";
  policy.effective_from = chance(90) ? kRandomEpoch.plus(-40 * kSecondsPerDay) : now();
  policy.effective_to = chance(50) ? policy.effective_from.plus(90 * kSecondsPerDay) : now();
  if (policy.effective_to <= policy.effective_from) policy.effective_to = policy.effective_from.plus(kSecondsPerDay);
  policy.default_colour = Colour::kGreen;
  const std::size_t count = 1 + below(10);
  while (policy.rules.size() < count) {
    auto when = certlogic::Expression::parse(condition());
    if (!when.ok() || !ClockFlips::of(*when).ok()) continue;
    policy.rules.push_back({.id = "R" + std::to_string(policy.rules.size()),
                            .colour = static_cast<Colour>(1 + below(3)),
                            .measure = static_cast<Measure>(below(6)),
                            .when = std::move(when).value()});
  }
  return policy;
}

}  // namespace mingma::rules
