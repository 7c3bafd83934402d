#include "rules/condition_limits.h"

#include <algorithm>

#include "rules/decide_clock.h"

namespace mingma::rules {
namespace {

using certlogic::Expression;
using certlogic::Node;
using certlogic::NodeIndex;
using certlogic::Op;
using certlogic::TimeUnit;

constexpr std::int64_t kStepSeconds = 60;  // how far beside a limit in time

bool is_time(const FactInfo& info) { return info.kind == FactKind::kInstant || info.kind == FactKind::kDate; }

std::int64_t seconds_of(std::int64_t amount, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kHour:
      return amount * 3'600;
    case TimeUnit::kDay:
      return amount * kSecondsPerDay;
    case TimeUnit::kMonth:
      return amount * 30 * kSecondsPerDay;
    case TimeUnit::kYear:
      break;
  }
  return amount * 365 * kSecondsPerDay;
}

std::uint32_t clamp_instant(std::int64_t seconds) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 1, kClockMax.value));
}

// A stored value as seconds, and back. A date is its midnight UTC.
std::int64_t to_seconds(const FactInfo& info, std::uint32_t stored) {
  return info.kind == FactKind::kDate ? std::int64_t{stored} * kSecondsPerDay : std::int64_t{stored};
}
std::uint32_t to_stored(const FactInfo& info, std::int64_t seconds) {
  if (info.kind != FactKind::kDate) return clamp_instant(seconds);
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds / kSecondsPerDay, 1, 0xffff));
}

struct Term {
  const FactInfo* fact = nullptr;  // null: the clock
  std::int64_t shift = 0;
};

class Reader {
 public:
  explicit Reader(const Expression& expression) : expression_(expression) {}

  const FactInfo* fact_of(const Node& node) const {
    return node.op == Op::kVar ? find_fact_path(expression_.path(node)) : nullptr;
  }
  const Node& operand(const Node& node, std::uint32_t index) const { return expression_.node(node.first + index); }

  std::optional<Term> term(const Node& node) const {
    if (node.op != Op::kPlusTime) return std::nullopt;
    const Node& inner = operand(node, 0);
    if (inner.op != Op::kVar) return std::nullopt;
    const FactInfo* fact = fact_of(inner);
    if (fact == nullptr && expression_.path(inner).text != "now") return std::nullopt;
    return Term{fact, seconds_of(node.value, node.unit)};
  }

  const Expression& expression() const { return expression_; }

 private:
  const Expression& expression_;
};

bool is_date_comparison(Op op) {
  return op == Op::kBefore || op == Op::kAfter || op == Op::kNotAfter || op == Op::kNotBefore;
}
bool is_integer_comparison(Op op) {
  return op == Op::kLess || op == Op::kGreater || op == Op::kLessEqual || op == Op::kGreaterEqual;
}

class LimitCollector {
 public:
  explicit LimitCollector(const Expression& expression) : read_(expression) {}

  std::set<FactLimit> run() {
    for (NodeIndex i = 0; i < read_.expression().nodes().size(); ++i) visit(read_.expression().node(i));
    return std::move(limits_);
  }

 private:
  void visit(const Node& node) {
    if (is_date_comparison(node.op)) {
      for (std::uint32_t a = 0; a < node.count; ++a) {
        for (std::uint32_t b = 0; b < node.count; ++b) {
          if (a != b) add_times(read_.operand(node, a), read_.operand(node, b));
        }
      }
    } else if (is_integer_comparison(node.op) || node.op == Op::kEqual) {
      for (std::uint32_t a = 0; a < node.count; ++a) {
        for (std::uint32_t b = 0; b < node.count; ++b) add_value(read_.operand(node, a), read_.operand(node, b));
      }
    } else if (node.op == Op::kIn) {
      const Node& list = read_.operand(node, 1);
      if (list.op != Op::kArray) return;
      for (std::uint32_t i = 0; i < list.count; ++i) add_value(read_.operand(node, 0), read_.operand(list, i));
    } else if (const FactInfo* fact = read_.fact_of(node); fact != nullptr) {
      if (fact->kind == FactKind::kBoolean) limits_.insert({FactLimit::Kind::kValue, fact->id, {}, 0, 1});
      if (is_time(*fact)) limits_.insert({FactLimit::Kind::kPresence, fact->id});
    }
  }

  void add_times(const Node& left, const Node& right) {
    const auto a = read_.term(left);
    if (!a || a->fact == nullptr || !is_time(*a->fact)) return;
    if (right.op == Op::kDate) {
      const std::int64_t at = right.value / 1'000 - a->shift;
      if (at > 0) limits_.insert({FactLimit::Kind::kValue, a->fact->id, {}, 0, to_stored(*a->fact, at)});
      return;
    }
    const auto b = read_.term(right);
    if (!b) return;
    if (b->fact == nullptr) limits_.insert({FactLimit::Kind::kClock, a->fact->id, {}, b->shift - a->shift, 0});
    if (b->fact != nullptr && b->fact != a->fact && is_time(*b->fact))
      limits_.insert({FactLimit::Kind::kFact, a->fact->id, b->fact->id, b->shift - a->shift, 0});
  }

  void add_value(const Node& left, const Node& right) {
    const FactInfo* fact = read_.fact_of(left);
    if (fact == nullptr || is_time(*fact)) return;
    if (right.op == Op::kString && fact->kind == FactKind::kEnumeration) {
      if (const auto value = find_fact_value(*fact, read_.expression().string(right)))
        limits_.insert({FactLimit::Kind::kValue, fact->id, {}, 0, *value});
    } else if (right.op == Op::kInteger && right.value >= 0 && right.value <= fact->value_max) {
      limits_.insert({FactLimit::Kind::kValue, fact->id, {}, 0, static_cast<std::uint32_t>(right.value)});
    }
  }

  Reader read_;
  std::set<FactLimit> limits_;
};

class Distance {
 public:
  Distance(const Expression& expression, const FactRow& row, UnixSeconds now)
      : read_(expression), row_(row), now_(now) {}

  int of(const Node& node, bool wanted) const {
    switch (node.op) {
      case Op::kAnd: {
        int sum = 0, least = 1'000'000;
        for (std::uint32_t i = 0; i < node.count; ++i) {
          const int one = of(read_.operand(node, i), wanted);
          sum += one;
          least = std::min(least, one);
        }
        return wanted ? sum : least;
      }
      case Op::kNot:
        return of(read_.operand(node, 0), !wanted);
      case Op::kIf:
        return std::min(of(read_.operand(node, 0), true) + of(read_.operand(node, 1), wanted),
                        of(read_.operand(node, 0), false) + of(read_.operand(node, 2), wanted));
      default:
        return truth(node) == wanted ? 0 : 1;
    }
  }

 private:
  bool truth(const Node& node) const {
    if (node.op == Op::kBoolean || node.op == Op::kInteger) return node.value != 0;
    if (const FactInfo* fact = read_.fact_of(node))
      return fact->kind == FactKind::kEnumeration || row_.present(fact->id);
    if (is_date_comparison(node.op)) return compare_all(node, [&](const Node& one) { return time(one); });
    if (is_integer_comparison(node.op)) return compare_all(node, [&](const Node& one) { return number(one, nullptr); });
    if (node.op == Op::kEqual) return equal(read_.operand(node, 0), read_.operand(node, 1));
    if (node.op == Op::kIn) {
      const Node& list = read_.operand(node, 1);
      for (std::uint32_t i = 0; list.op == Op::kArray && i < list.count; ++i) {
        if (equal(read_.operand(node, 0), read_.operand(list, i))) return true;
      }
    }
    return false;
  }

  bool equal(const Node& left, const Node& right) const {
    const FactInfo* hint = read_.fact_of(left) != nullptr ? read_.fact_of(left) : read_.fact_of(right);
    const auto a = number(left, hint), b = number(right, hint);
    return a && b && *a == *b;
  }

  template <typename Value>
  bool compare_all(const Node& node, const Value& value) const {
    for (std::uint32_t i = 0; i + 1 < node.count; ++i) {
      const auto a = value(read_.operand(node, i)), b = value(read_.operand(node, i + 1));
      if (!a || !b || !compare(node.op, *a, *b)) return false;
    }
    return true;
  }

  static bool compare(Op op, std::int64_t a, std::int64_t b) {
    if (op == Op::kBefore || op == Op::kLess) return a < b;
    if (op == Op::kAfter || op == Op::kGreater) return a > b;
    if (op == Op::kNotAfter || op == Op::kLessEqual) return a <= b;
    return a >= b;
  }

  // A number, or the number of an enumeration's word (`hint`: the fact that gives words their numbers).
  std::optional<std::int64_t> number(const Node& node, const FactInfo* hint) const {
    if (node.op == Op::kInteger || node.op == Op::kBoolean) return node.value;
    if (const FactInfo* fact = read_.fact_of(node)) return row_.get(fact->id);
    if (node.op == Op::kString && hint != nullptr) {
      const auto value = find_fact_value(*hint, read_.expression().string(node));
      return value ? std::optional<std::int64_t>(*value) : std::nullopt;
    }
    if (node.op != Op::kPlus) return std::nullopt;
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < node.count; ++i) {
      const auto one = number(read_.operand(node, i), nullptr);
      if (!one) return std::nullopt;
      sum += *one;
    }
    return sum;
  }

  std::optional<std::int64_t> time(const Node& node) const {
    if (node.op == Op::kDate) return node.value / 1'000;
    const auto term = read_.term(node);
    if (!term) return std::nullopt;
    if (term->fact == nullptr) return now_.value + term->shift;
    if (!row_.present(term->fact->id)) return std::nullopt;
    return to_seconds(*term->fact, row_.get(term->fact->id)) + term->shift;
  }

  Reader read_;
  const FactRow& row_;
  UnixSeconds now_;
};

bool holds(const FactImplication& implication, const FactRow& row) {
  if (!row.present(implication.fact)) return true;
  const std::int64_t fact = row.get(implication.fact), other = row.get(implication.other);
  switch (implication.kind) {
    case ImplicationKind::kPresent:
      return other != 0;
    case ImplicationKind::kAtLeast:
      return other >= implication.value;
    case ImplicationKind::kAtMost:
      return other <= implication.value;
    case ImplicationKind::kNotEarlier:
      return other != 0 && other >= fact + implication.value;
    case ImplicationKind::kNotLater:
      break;
  }
  return other != 0 && other + implication.value <= fact;
}

std::uint32_t fitting_value(const FactImplication& implication, const FactRow& row, UnixSeconds now) {
  const std::int64_t fact = row.get(implication.fact);
  switch (implication.kind) {
    case ImplicationKind::kPresent:
      break;
    case ImplicationKind::kAtLeast:
    case ImplicationKind::kAtMost:
      return implication.value;
    case ImplicationKind::kNotEarlier:
      return clamp_instant(fact + implication.value);
    case ImplicationKind::kNotLater:
      return clamp_instant(fact - implication.value);
  }
  const FactInfo& other = fact_info(implication.other);
  const FactInfo& info = fact_info(implication.fact);
  if (!is_time(other)) return 1;
  return to_stored(other, is_time(info) ? to_seconds(info, static_cast<std::uint32_t>(fact)) : now.value - 3'600);
}

std::string span_text(std::int64_t seconds) {
  const std::int64_t length = seconds < 0 ? -seconds : seconds;
  if (length % kSecondsPerDay == 0) return std::to_string(length / kSecondsPerDay) + " days";
  return std::to_string(length / 3'600) + " hours";
}

}  // namespace

std::vector<FactLimit> limits_of(const Expression& condition) {
  const std::set<FactLimit> limits = LimitCollector(condition).run();
  return {limits.begin(), limits.end()};
}

std::set<FactId> facts_read(const Expression& condition) {
  std::set<FactId> facts;
  for (const std::string& path : condition.paths_read()) {
    if (!path.starts_with("facts.")) continue;
    if (const FactInfo* fact = find_fact(std::string_view(path).substr(6))) facts.insert(fact->id);
  }
  return facts;
}

std::vector<std::uint32_t> values_around(const FactLimit& limit, const FactRow& row, UnixSeconds now) {
  const FactInfo& info = fact_info(limit.fact);
  if (limit.kind == FactLimit::Kind::kPresence) return {0, to_stored(info, now.value - kSecondsPerDay)};
  std::vector<std::uint32_t> values;
  if (limit.kind == FactLimit::Kind::kValue && !is_time(info)) {
    const std::int64_t value = limit.value;
    for (const std::int64_t near : {value - 1, value, value + 1}) {
      if (near >= 0 && near <= info.value_max) values.push_back(static_cast<std::uint32_t>(near));
    }
    return values;
  }
  std::int64_t base = 0;
  if (limit.kind == FactLimit::Kind::kValue) base = to_seconds(info, limit.value);
  if (limit.kind == FactLimit::Kind::kClock) base = now.value + limit.seconds;
  if (limit.kind == FactLimit::Kind::kFact) {
    if (!row.present(limit.other)) return {};
    base = to_seconds(fact_info(limit.other), row.get(limit.other)) + limit.seconds;
  }
  const std::int64_t step = info.kind == FactKind::kDate ? kSecondsPerDay : kStepSeconds;
  for (const std::int64_t near : {base - step, base, base + step}) {
    const std::uint32_t stored = to_stored(info, near);
    if (values.empty() || values.back() != stored) values.push_back(stored);
  }
  return values;
}

std::string limit_text(const FactLimit& limit) {
  const FactInfo& info = fact_info(limit.fact);
  const std::string name(info.name);
  switch (limit.kind) {
    case FactLimit::Kind::kPresence:
      return name + " known or not";
    case FactLimit::Kind::kClock:
      return name + " " + span_text(limit.seconds) + (limit.seconds <= 0 ? " ago" : " ahead");
    case FactLimit::Kind::kFact:
      return name + " " + span_text(limit.seconds) + (limit.seconds <= 0 ? " before " : " after ") +
             std::string(fact_info(limit.other).name);
    case FactLimit::Kind::kValue:
      break;
  }
  if (info.kind == FactKind::kEnumeration) return name + " " + std::string(info.values[limit.value].name);
  return name + " " + std::to_string(limit.value);
}

int distance(const Expression& condition, const FactRow& row, UnixSeconds now) {
  return Distance(condition, row, now).of(condition.root(), true);
}

bool make_reachable(FactRow& row, std::optional<FactId> kept, UnixSeconds now) {
  for (int round = 0; round < 8; ++round) {
    bool whole = true;
    for (const FactImplication& implication : fact_implications()) {
      if (holds(implication, row)) continue;
      whole = false;
      if (kept != implication.other) {
        row.set(implication.other, fitting_value(implication, row, now));
      } else if (kept != implication.fact) {
        row.set(implication.fact, 0);
      } else {
        return false;
      }
    }
    if (whole) return true;
  }
  return false;
}

}  // namespace mingma::rules
