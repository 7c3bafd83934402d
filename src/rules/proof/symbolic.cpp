#include "rules/proof/symbolic.h"

#include <algorithm>

#include "base/assert.h"
#include "base/time.h"
#include "rules/certlogic/date_time.h"
#include "rules/errors.h"

namespace mingma::rules::proof {
namespace {

using certlogic::Op;
using certlogic::TimeUnit;
using enum SymbolicKind;

constexpr std::int64_t kMillisecondsPerHour = 3'600'000;
constexpr std::int64_t kMillisecondsPerDay = 24 * kMillisecondsPerHour;
constexpr std::int64_t kMillisecondsMax = 100'000'000 * kMillisecondsPerDay;
// Further than this in months, and a date may or may not be out of range: nobody writes it, so it is not encoded.
constexpr std::int64_t kMonthsMax = 12 * 200'000;

bool is_text(const Alternative& value) { return value.kind >= kWord && value.kind <= kDay; }

Alternative boolean(Formula truth) {
  Alternative value{.kind = kBoolean};
  value.truth = truth;
  return value;
}
Alternative integer(Linear number) {
  Alternative value{.kind = kInteger};
  value.number = std::move(number);
  return value;
}
Alternative date(Linear milliseconds) {
  Alternative value{.kind = kDate};
  value.number = std::move(milliseconds);
  return value;
}
Alternative word(std::string text) {
  Alternative value{.kind = kWord};
  value.word = std::move(text);
  return value;
}

bool same_value(const Alternative& a, const Alternative& b) {
  return a.kind == b.kind && a.number == b.number && a.word == b.word && a.items == b.items && a.node == b.node &&
         a.error == b.error && a.place == b.place;
}

// The second or day of which `text` is the one spelling that facts have.
std::optional<std::int64_t> canonical_instant(const std::string& text) {
  const auto instant = parse_instant(text);
  if (!instant.ok() || instant->to_string() != text) return std::nullopt;
  return instant->value;
}
std::optional<std::int64_t> canonical_day(const std::string& text) {
  const auto day = parse_date(text);
  if (!day.ok()) return std::nullopt;
  return day->days;
}

}  // namespace

bool is_comparable(const Alternative& value) { return value.kind <= kDay; }

std::int64_t Words::id(const std::string& word) {
  const auto found = std::find(words_.begin(), words_.end(), word);
  if (found != words_.end()) return found - words_.begin();
  words_.push_back(word);
  MINGMA_ASSERT(words_.size() < static_cast<std::size_t>(kMax));
  return static_cast<std::int64_t>(words_.size() - 1);
}

Symbolic Encoder::unsupported(Index index, std::string message) {
  if (!failure_) failure_ = Error(errors::kProofUnsupported, std::move(message), expression_->place(index));
  return {{Alternative{}}};
}

Symbolic Encoder::failing(Index place, const ErrorInfo& error) const {
  Alternative value{.kind = kError};
  value.error = &error;
  value.place = place;
  return {{value}};
}

void Encoder::add(Symbolic& out, Formula when, Alternative value) {
  value.when = graph_.both(when, value.when);
  if (value.when.is_false()) return;
  for (Alternative& known : out.alternatives) {
    if (!same_value(known, value)) continue;
    if (known.kind == kBoolean && known.truth != value.truth) {
      known.truth = graph_.either(graph_.both(known.when, known.truth), graph_.both(value.when, value.truth));
    }
    known.when = graph_.either(known.when, value.when);
    return;
  }
  out.alternatives.push_back(std::move(value));
}

void Encoder::add(Symbolic& out, Formula when, const Symbolic& value) {
  for (const Alternative& alternative : value.alternatives) add(out, when, alternative);
}

template <typename Use>
void Encoder::each(Symbolic& out, const std::vector<Symbolic>& operands, Use&& use) {
  std::vector<const Alternative*> chosen(operands.size());
  const auto choose = [&](const auto& self, std::size_t position, Formula when) -> void {
    if (when.is_false()) return;
    if (position == operands.size()) return use(when, chosen);
    for (const Alternative& alternative : operands[position].alternatives) {
      const Formula both = graph_.both(when, alternative.when);
      if (both.is_false()) continue;
      if (alternative.kind == kError) {
        add(out, when, alternative);
        continue;
      }
      chosen[position] = &alternative;
      self(self, position + 1, both);
    }
  };
  choose(choose, 0, kTrue);
}

Result<Symbolic> Encoder::encode(const certlogic::Expression& expression) {
  expression_ = &expression;
  failure_.reset();
  Symbolic value = run(0, nullptr);
  if (failure_) return *failure_;
  return value;
}

Result<SymbolicTruth> Encoder::truth(const certlogic::Expression& expression) {
  MINGMA_TRY(const Symbolic value, encode(expression));
  SymbolicTruth truth{kFalse, kFalse};
  for (const Alternative& alternative : value.alternatives) {
    const std::optional<Formula> holds = alternative.kind == kError ? std::nullopt : truthy(alternative);
    if (!holds) {
      truth.error = graph_.either(truth.error, alternative.when);
    } else {
      truth.holds = graph_.either(truth.holds, graph_.both(alternative.when, *holds));
    }
  }
  return truth;
}

Symbolic Encoder::run(Index index, const Symbolic* frame) {
  Symbolic value;
  switch (const certlogic::Node& self = node(index); self.op) {
    case Op::kBoolean:
      return {{boolean(self.value != 0 ? kTrue : kFalse)}};
    case Op::kInteger:
      return {{integer(Linear::of(self.value))}};
    case Op::kString:
      return {{word(expression_->string(self))}};
    case Op::kDate:
      return {{date(Linear::of(self.value))}};
    case Op::kArray:
      value = run_array(index, frame);
      break;
    case Op::kVar:
      value = run_var(index, frame);
      break;
    case Op::kIf:
      value = run_if(index, frame);
      break;
    case Op::kAnd:
      value = run_and(index, frame);
      break;
    case Op::kNot:
      value = run_not(index, frame);
      break;
    case Op::kEqual:
      value = run_equal(index, frame);
      break;
    case Op::kIn:
      value = run_in(index, frame);
      break;
    case Op::kPlus:
      value = run_plus(index, frame);
      break;
    case Op::kPlusTime:
      value = run_plus_time(index, frame);
      break;
    case Op::kDateOfBirth:
      value = run_date_of_birth(index, frame);
      break;
    case Op::kExtractFromUvci:
      return unsupported(index, "extractFromUVCI takes a text apart");
    case Op::kReduce:
      value = run_reduce(index, frame);
      break;
    default:
      value = run_comparison(index, frame);
      break;
  }
  // One of the alternatives always holds, so a single one needs no condition.
  if (value.alternatives.size() == 1) value.alternatives.front().when = kTrue;
  return value;
}

std::optional<Formula> Encoder::truthy(const Alternative& value) {
  switch (value.kind) {
    case kNull:
      return kFalse;
    case kBoolean:
      return value.truth;
    case kInteger:
      return !graph_.equal(value.number, Linear::of(0));
    case kWord:
      return value.word.empty() ? kFalse : kTrue;
    case kText:
      return !graph_.equal(value.number, Linear::of(words_.id("")));
    case kInstant:
    case kDay:
    case kFrame:
      return kTrue;
    case kList:
      return value.items->empty() ? kFalse : kTrue;
    case kNode:
      return domain_.not_empty(value);
    case kDate:
    case kError:
      break;
  }
  return std::nullopt;
}

Symbolic Encoder::run_var(Index index, const Symbolic* frame) {
  const certlogic::Path& path = expression_->path(node(index));
  if (frame == nullptr) {
    Result<Symbolic> value = domain_.read(path);
    if (!value.ok()) return unsupported(index, value.error().message());
    return std::move(value).value();
  }
  Symbolic value = *frame;
  for (const certlogic::Fragment& fragment : path.fragments) value = step(value, fragment);
  return value;
}

Symbolic Encoder::step(const Symbolic& value, const certlogic::Fragment& fragment) {
  Symbolic out;
  for (const Alternative& from : value.alternatives) {
    if (from.kind == kError) {
      add(out, kTrue, from);
    } else if (from.kind == kFrame && (fragment.name == "accumulator" || fragment.name == "current")) {
      add(out, from.when, (*from.items)[fragment.name == "current" ? 1 : 0]);
    } else if (from.kind == kList && fragment.index >= 0 &&
               static_cast<std::size_t>(fragment.index) < from.items->size()) {
      add(out, from.when, (*from.items)[static_cast<std::size_t>(fragment.index)]);
    } else if (from.kind == kNode) {
      add(out, from.when, domain_.member(from, fragment));
    } else {
      add(out, from.when, Alternative{});
    }
  }
  return out;
}

Symbolic Encoder::run_array(Index index, const Symbolic* frame) {
  const certlogic::Node& self = node(index);
  auto items = std::make_shared<std::vector<Symbolic>>();
  Symbolic out;
  Formula sound = kTrue;  // no item so far was an error
  for (std::uint32_t i = 0; i < self.count; ++i) {
    Symbolic value = run(self.first + i, frame), good;
    Formula failed = kFalse;
    for (const Alternative& alternative : value.alternatives) {
      if (alternative.kind != kError) {
        good.alternatives.push_back(alternative);
        continue;
      }
      add(out, sound, alternative);
      failed = graph_.either(failed, alternative.when);
    }
    sound = graph_.both(sound, !failed);
    items->push_back(std::move(good));
  }
  Alternative list{.kind = kList};
  list.items = std::move(items);
  add(out, sound, list);
  return out;
}

Symbolic Encoder::run_if(Index index, const Symbolic* frame) {
  const certlogic::Node& self = node(index);
  Symbolic out;
  Formula then = kFalse, otherwise = kFalse;
  for (const Alternative& guard : run(self.first, frame).alternatives) {
    if (guard.kind == kError) {
      add(out, kTrue, guard);
    } else if (const std::optional<Formula> holds = truthy(guard)) {
      then = graph_.either(then, graph_.both(guard.when, *holds));
      otherwise = graph_.either(otherwise, graph_.both(guard.when, !*holds));
    } else {
      add(out, guard.when, failing(self.first, errors::kRuleWrongType));
    }
  }
  if (!then.is_false()) add(out, then, run(self.first + 1, frame));
  if (!otherwise.is_false()) add(out, otherwise, run(self.first + 2, frame));
  return out;
}

Symbolic Encoder::run_and(Index index, const Symbolic* frame) {
  const certlogic::Node& self = node(index);
  Symbolic out;
  Formula reached = kTrue;
  for (std::uint32_t i = 0; i < self.count && !reached.is_false(); ++i) {
    const bool last = i + 1 == self.count;
    Formula next = kFalse;
    for (Alternative operand : run(self.first + i, frame).alternatives) {
      if (operand.kind == kError) {
        add(out, reached, operand);
        continue;
      }
      const std::optional<Formula> holds = truthy(operand);
      if (!holds) {
        add(out, graph_.both(reached, operand.when), failing(self.first + i, errors::kRuleWrongType));
        continue;
      }
      if (last) {
        add(out, reached, operand);
        continue;
      }
      next = graph_.either(next, graph_.both(operand.when, *holds));
      if (operand.kind == kBoolean) operand.truth = kFalse;
      add(out, graph_.both(reached, !*holds), operand);
    }
    reached = graph_.both(reached, next);
  }
  return out;
}

Symbolic Encoder::run_not(Index index, const Symbolic* frame) {
  const certlogic::Node& self = node(index);
  Symbolic out;
  each(out, {run(self.first, frame)}, [&](Formula when, const auto& operand) {
    if (const std::optional<Formula> holds = truthy(*operand[0])) {
      add(out, when, boolean(!*holds));
    } else {
      add(out, when, failing(self.first, errors::kRuleWrongType));
    }
  });
  return out;
}

Linear Encoder::identity(const Alternative& text) {
  return text.kind == kWord ? Linear::of(words_.id(text.word)) : text.number;
}

// Requires `b` comparable or anything else (then unequal).
Formula Encoder::same_scalar(Index index, const Alternative& a, const Alternative& b) {
  if (is_text(a) && is_text(b)) {
    if (a.kind == kWord && b.kind == kWord) return a.word == b.word ? kTrue : kFalse;
    if (a.kind == kText || b.kind == kText) {
      const bool dates = a.kind >= kInstant || b.kind >= kInstant;
      if (dates) unsupported(index, "compares the clock with a text of the data");
      return graph_.equal(identity(a), identity(b));
    }
    if (a.kind == b.kind) return graph_.equal(a.number, b.number);
    if (a.kind != kWord && b.kind != kWord) return kFalse;  // an instant and a day are never spelt alike
    const Alternative& constant = a.kind == kWord ? a : b;
    const Alternative& fact = a.kind == kWord ? b : a;
    const auto value = fact.kind == kInstant ? canonical_instant(constant.word) : canonical_day(constant.word);
    return value ? graph_.equal(fact.number, Linear::of(*value)) : kFalse;
  }
  if (a.kind != b.kind) return kFalse;
  switch (a.kind) {
    case kNull:
      return kTrue;
    case kBoolean:
      return graph_.same(a.truth, b.truth);
    case kInteger:
      return graph_.equal(a.number, b.number);
    default:
      return kFalse;
  }
}

Symbolic Encoder::run_equal(Index index, const Symbolic* frame) {
  const Index left = node(index).first, right = left + 1;
  Symbolic out;
  each(out, {run(left, frame), run(right, frame)}, [&](Formula when, const auto& operand) {
    if (!is_comparable(*operand[0]) || !is_comparable(*operand[1])) {
      add(out, when, failing(is_comparable(*operand[0]) ? right : left, errors::kRuleWrongType));
    } else {
      add(out, when, boolean(same_scalar(index, *operand[0], *operand[1])));
    }
  });
  return out;
}

Symbolic Encoder::run_in(Index index, const Symbolic* frame) {
  const Index left = node(index).first, right = left + 1;
  Symbolic out;
  each(out, {run(left, frame), run(right, frame)}, [&](Formula when, const auto& operand) {
    const Alternative& item = *operand[0];
    const Alternative& list = *operand[1];
    if (list.kind != kList && !(list.kind == kNode && domain_.is_list(list)))
      return add(out, when, failing(right, errors::kRuleWrongType));
    if (!is_comparable(item)) return add(out, when, failing(left, errors::kRuleWrongType));
    std::vector<Formula> found;
    const auto look = [&](Formula there, const Symbolic& candidate) {
      for (const Alternative& other : candidate.alternatives)
        found.push_back(graph_.all({there, other.when, same_scalar(index, other, item)}));
    };
    if (list.kind == kList) {
      for (const Symbolic& candidate : *list.items) look(kTrue, candidate);
    } else {
      for (const auto& [there, candidate] : domain_.items(list)) look(there, candidate);
    }
    add(out, when, boolean(graph_.any(std::move(found))));
  });
  return out;
}

Symbolic Encoder::run_plus(Index index, const Symbolic* frame) {
  const Index left = node(index).first, right = left + 1;
  Symbolic out;
  each(out, {run(left, frame), run(right, frame)}, [&](Formula when, const auto& operand) {
    for (const auto& [value, place] : {std::pair(operand[0], left), std::pair(operand[1], right)}) {
      if (value->kind != kInteger) return add(out, when, failing(place, errors::kRuleWrongType));
    }
    const Linear sum = operand[0]->number.plus(operand[1]->number);
    const Formula fits = graph_.both(graph_.at_most(sum, Linear::of(certlogic::kIntegerMax)),
                                     graph_.at_most(Linear::of(-certlogic::kIntegerMax), sum));
    add(out, graph_.both(when, fits), integer(sum));
    add(out, graph_.both(when, !fits), failing(index, errors::kRuleIntegerRange));
  });
  return out;
}

Symbolic Encoder::run_comparison(Index index, const Symbolic* frame) {
  const certlogic::Node& self = node(index);
  std::vector<Symbolic> operands;
  for (std::uint32_t i = 0; i < self.count; ++i) operands.push_back(run(self.first + i, frame));
  const SymbolicKind wanted = self.op >= Op::kBefore ? kDate : kInteger;
  const auto in_order = [&](const Linear& a, const Linear& b) {
    switch (self.op) {
      case Op::kLess:
      case Op::kBefore:
        return graph_.less(a, b);
      case Op::kGreater:
      case Op::kAfter:
        return graph_.less(b, a);
      case Op::kLessEqual:
      case Op::kNotAfter:
        return graph_.at_most(a, b);
      default:
        return graph_.at_most(b, a);
    }
  };
  Symbolic out;
  each(out, operands, [&](Formula when, const auto& operand) {
    Formula holds = kTrue;
    for (std::uint32_t i = 0; i < self.count; ++i) {
      if (operand[i]->kind != wanted) return add(out, when, failing(self.first + i, errors::kRuleWrongType));
      if (i > 0) holds = graph_.both(holds, in_order(operand[i - 1]->number, operand[i]->number));
    }
    add(out, when, boolean(holds));
  });
  return out;
}

// start + the amount of the plusTime at `index`, as certlogic::add_time has it.
Symbolic Encoder::shifted(Index index, const Linear& start) {
  const certlogic::Node& self = node(index);
  if (start.is_constant()) {
    const auto sum = certlogic::add_time({start.constant}, self.value, self.unit);
    return sum ? Symbolic{{date(Linear::of(sum->milliseconds))}} : failing(index, errors::kRuleInvalidDate);
  }
  Linear sum = start;
  if (self.unit == TimeUnit::kHour || self.unit == TimeUnit::kDay) {
    const bool days = self.unit == TimeUnit::kDay;
    const std::int64_t limit = days ? 200'000'000 : 10'000'000'000;
    if (self.value > limit || self.value < -limit) return failing(index, errors::kRuleInvalidDate);
    sum = sum.plus(self.value * (days ? kMillisecondsPerDay : kMillisecondsPerHour));
  } else {
    const std::int64_t months_each = self.unit == TimeUnit::kYear ? 12 : 1;
    if (self.value > kMonthsMax / months_each || self.value < -kMonthsMax / months_each)
      return unsupported(index, "moves a date by more than 200,000 years");
    MINGMA_ASSERT(start.terms.size() == 1 && start.constant == 0);
    const auto [source, unit_milliseconds] = start.terms.front();
    if (self.value != 0) {
      const VariableId shift = graph_.calendar_shift(source, unit_milliseconds, self.value * months_each);
      sum = sum.plus(Linear::variable(shift, kMillisecondsPerDay));
    }
  }
  const Formula fits = graph_.both(graph_.at_most(sum, Linear::of(kMillisecondsMax)),
                                   graph_.at_most(Linear::of(-kMillisecondsMax), sum));
  Symbolic out;
  add(out, fits, date(sum));
  add(out, !fits, failing(index, errors::kRuleInvalidDate));
  return out;
}

Symbolic Encoder::moved(Index index, const Alternative& text) {
  const Index operand = node(index).first;
  switch (text.kind) {
    case kWord: {
      const auto start = certlogic::parse_partial_or_date_time(text.word);
      return start ? shifted(index, Linear::of(start->milliseconds)) : failing(operand, errors::kRuleInvalidDate);
    }
    case kInstant:
      return shifted(index, Linear::of(0).plus(text.number, 1'000));
    case kDay:
      return shifted(index, Linear::of(0).plus(text.number, kMillisecondsPerDay));
    case kText: {
      const auto start = domain_.date_of(text);
      if (!start) return unsupported(operand, "the data's text cannot be read as a date here");
      Symbolic out;
      add(out, start->first, shifted(index, start->second));
      add(out, !start->first, failing(operand, errors::kRuleInvalidDate));
      return out;
    }
    default:
      return failing(operand, errors::kRuleWrongType);
  }
}

Symbolic Encoder::run_plus_time(Index index, const Symbolic* frame) {
  Symbolic out;
  each(out, {run(node(index).first, frame)},
       [&](Formula when, const auto& operand) { add(out, when, moved(index, *operand[0])); });
  return out;
}

Symbolic Encoder::run_date_of_birth(Index index, const Symbolic* frame) {
  const Index operand_place = node(index).first;
  Symbolic out;
  each(out, {run(operand_place, frame)}, [&](Formula when, const auto& operand) {
    const Alternative& text = *operand[0];
    if (text.kind == kDay) {
      add(out, when, date(Linear::of(0).plus(text.number, kMillisecondsPerDay)));
    } else if (text.kind == kWord) {
      const auto born = certlogic::parse_date_of_birth(text.word);
      add(out, when,
          born ? Symbolic{{date(Linear::of(born->milliseconds))}} : failing(operand_place, errors::kRuleInvalidDate));
    } else if (text.kind == kText) {
      unsupported(operand_place, "the data's text cannot be read as a date of birth here");
    } else {
      // The text of an instant is no date of birth, everything else no text.
      add(out, when, failing(operand_place, text.kind == kInstant ? errors::kRuleInvalidDate : errors::kRuleWrongType));
    }
  });
  return out;
}

Symbolic Encoder::run_reduce(Index index, const Symbolic* frame) {
  const Index operand = node(index).first, lambda = operand + 1, initial = operand + 2;
  Symbolic out;
  each(out, {run(operand, frame)}, [&](Formula when, const auto& chosen) {
    const Alternative& list = *chosen[0];
    std::vector<std::pair<Formula, Symbolic>> items;
    if (list.kind == kList) {
      for (const Symbolic& item : *list.items) items.emplace_back(kTrue, item);
    } else if (list.kind == kNode && domain_.is_list(list)) {
      items = domain_.items(list);
    } else if (list.kind != kNull) {
      return add(out, when, failing(operand, errors::kRuleWrongType));
    }
    Symbolic accumulator = run(initial, frame);
    for (const auto& [there, item] : items) {
      Symbolic next, good;
      Formula failed = kFalse;
      for (const Alternative& before : accumulator.alternatives) {
        if (before.kind == kError) {
          add(next, kTrue, before);
          failed = graph_.either(failed, before.when);
        } else {
          add(next, !there, before);
          good.alternatives.push_back(before);
        }
      }
      Alternative inner{.kind = kFrame};
      inner.items = std::make_shared<std::vector<Symbolic>>(std::vector<Symbolic>{good, item});
      const Symbolic inner_frame{{inner}};
      add(next, graph_.both(there, !failed), run(lambda, &inner_frame));
      accumulator = std::move(next);
    }
    add(out, when, accumulator);
  });
  return out;
}

}  // namespace mingma::rules::proof
