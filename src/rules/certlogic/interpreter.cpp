#include "rules/certlogic/interpreter.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "rules/certlogic/date_time.h"
#include "rules/certlogic/value.h"
#include "rules/errors.h"

namespace mingma::rules::certlogic {
namespace {

constexpr std::string_view kUciPrefix = "URN:UVCI:";
constexpr std::string_view kUciSeparators = "/#:";

// The fragment with that index of a unique certificate identifier; its optional prefix is no fragment.
std::optional<std::string_view> uci_fragment(std::string_view uci, std::int64_t index) {
  if (uci.starts_with(kUciPrefix)) uci.remove_prefix(kUciPrefix.size());
  if (index < 0) return std::nullopt;
  for (; index > 0; --index) {
    const std::size_t separator = uci.find_first_of(kUciSeparators);
    if (separator == std::string_view::npos) return std::nullopt;
    uci.remove_prefix(separator + 1);
  }
  return uci.substr(0, uci.find_first_of(kUciSeparators));
}

bool in_order(Op op, std::int64_t a, std::int64_t b) {
  switch (op) {
    case Op::kLess:
    case Op::kBefore:
      return a < b;
    case Op::kGreater:
    case Op::kAfter:
      return a > b;
    case Op::kLessEqual:
    case Op::kNotAfter:
      return a <= b;
    default:
      return a >= b;
  }
}

// Values made during one evaluation: a small array inside first, then blocks that all live until its end.
class Arena {
 public:
  Value* take(std::size_t count) {
    if (count <= inside_.size() - used_) {
      used_ += count;
      return inside_.data() + used_ - count;
    }
    if (count > block_left_) {
      block_left_ = std::max(count, kBlockValues);
      blocks_.push_back(std::make_unique<Value[]>(block_left_));
      block_ = blocks_.back().get();
    }
    block_left_ -= count;
    block_ += count;
    return block_ - count;
  }

 private:
  static constexpr std::size_t kBlockValues = 1'024;

  std::array<Value, 48> inside_;
  std::size_t used_ = 0;
  Value* block_ = nullptr;
  std::size_t block_left_ = 0;
  std::vector<std::unique_ptr<Value[]>> blocks_;
};

// One evaluation. Every run_... returns false after recording the first failure.
class Evaluation {
 public:
  Evaluation(const Expression& expression, const Json& data) : expression_(expression), data_(data) {}

  bool run(NodeIndex index, const Value* frame, Value& out);
  bool to_json(const Value& value, int depth, Json& out);
  bool fail(NodeIndex index, const ErrorInfo& info, std::string_view message) {
    failed_at_ = index;
    info_ = &info;
    message_ = message;
    return false;
  }
  Error error() const {
    const Node& node = expression_.node(failed_at_);
    return Error(*info_, std::string(operator_name(node.op)) + ": " + std::string(message_),
                 expression_.place(failed_at_));
  }

 private:
  bool spend(NodeIndex index, std::size_t steps) {
    steps_ += steps;
    return steps_ <= kStepsMax || fail(index, errors::kRuleTooManySteps, "more than a million steps");
  }
  bool wrong_type(NodeIndex index, std::string_view message) { return fail(index, errors::kRuleWrongType, message); }

  bool run_var(NodeIndex index, const Value* frame, Value& out);
  bool run_array(NodeIndex index, const Value* frame, Value& out);
  bool run_if(NodeIndex index, const Value* frame, Value& out);
  bool run_and(NodeIndex index, const Value* frame, Value& out);
  bool run_not(NodeIndex index, const Value* frame, Value& out);
  bool run_equal(NodeIndex index, const Value* frame, Value& out);
  bool run_in(NodeIndex index, const Value* frame, Value& out);
  bool run_plus(NodeIndex index, const Value* frame, Value& out);
  bool run_comparison(NodeIndex index, const Value* frame, Value& out);
  bool run_plus_time(NodeIndex index, const Value* frame, Value& out);
  bool run_date_of_birth(NodeIndex index, const Value* frame, Value& out);
  bool run_extract(NodeIndex index, const Value* frame, Value& out);
  bool run_reduce(NodeIndex index, const Value* frame, Value& out);
  bool is_in(NodeIndex index, const Value& item, const Value& list, bool& found);
  bool copy_json(const Json& json, Json& out);
  std::size_t count_values(const Json& json) const;

  const Expression& expression_;
  const Json& data_;
  Arena arena_;
  std::size_t steps_ = 0;
  NodeIndex failed_at_ = 0;
  const ErrorInfo* info_ = nullptr;
  std::string_view message_;
};

bool Evaluation::run(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  if (!spend(index, 1)) return false;
  switch (node.op) {
    case Op::kBoolean:
      out = Value::boolean(node.value != 0);
      return true;
    case Op::kInteger:
      out = Value::integer(node.value);
      return true;
    case Op::kString:
      out = Value::string(expression_.string(node));
      return true;
    case Op::kDate:
      out = Value::date({node.value});
      return true;
    case Op::kArray:
      return run_array(index, frame, out);
    case Op::kVar:
      return run_var(index, frame, out);
    case Op::kIf:
      return run_if(index, frame, out);
    case Op::kAnd:
      return run_and(index, frame, out);
    case Op::kNot:
      return run_not(index, frame, out);
    case Op::kEqual:
      return run_equal(index, frame, out);
    case Op::kIn:
      return run_in(index, frame, out);
    case Op::kPlus:
      return run_plus(index, frame, out);
    case Op::kPlusTime:
      return run_plus_time(index, frame, out);
    case Op::kDateOfBirth:
      return run_date_of_birth(index, frame, out);
    case Op::kExtractFromUvci:
      return run_extract(index, frame, out);
    case Op::kReduce:
      return run_reduce(index, frame, out);
    default:
      return run_comparison(index, frame, out);
  }
}

bool Evaluation::run_var(NodeIndex index, const Value* frame, Value& out) {
  const Path& path = expression_.path(expression_.node(index));
  if (frame != nullptr) {
    out = Value::frame(frame);
    for (const Fragment& fragment : path.fragments) out = out.member(fragment);
  } else {
    const Json* json = &data_;
    for (const Fragment& fragment : path.fragments) {
      json = json_member(*json, fragment);
      if (json == nullptr) break;
    }
    out = json == nullptr ? Value() : Value::borrow(*json);
  }
  if (out.is(Value::Kind::kNotIntegral)) return wrong_type(index, "the data holds a number that is no integer");
  if (out.is(Value::Kind::kTooLarge))
    return fail(index, errors::kRuleIntegerRange, "the data holds an integer beyond 2^53 - 1");
  return true;
}

bool Evaluation::run_array(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value* items = arena_.take(node.count);
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (!run(node.first + i, frame, items[i])) return false;
  }
  out = Value::array(items, node.count);
  return true;
}

bool Evaluation::run_if(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value guard;
  if (!run(node.first, frame, guard)) return false;
  const Value::Truth truth = guard.truth();
  if (truth == Value::Truth::kNeither)
    return wrong_type(node.first, "a guard must be truthy or falsy, a date-time is neither");
  return run(truth == Value::Truth::kTruthy ? node.first + 1 : node.first + 2, frame, out);
}

bool Evaluation::run_and(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (!run(node.first + i, frame, out)) return false;
    const Value::Truth truth = out.truth();
    if (truth == Value::Truth::kNeither) {
      return wrong_type(node.first + i, "an operand of \"and\" must be truthy or falsy, a date-time is neither");
    }
    if (truth == Value::Truth::kFalsy) return true;
  }
  return true;
}

bool Evaluation::run_not(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value operand;
  if (!run(node.first, frame, operand)) return false;
  const Value::Truth truth = operand.truth();
  if (truth == Value::Truth::kNeither)
    return wrong_type(node.first, "an operand of \"!\" must be truthy or falsy, a date-time is neither");
  out = Value::boolean(truth == Value::Truth::kFalsy);
  return true;
}

bool Evaluation::run_equal(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value left, right;
  if (!run(node.first, frame, left) || !run(node.first + 1, frame, right)) return false;
  for (const auto& [value, operand] : {std::pair(&left, 0U), std::pair(&right, 1U)}) {
    if (!value->is_comparable())
      return wrong_type(node.first + operand, "\"===\" does not compare arrays, objects or date-times");
  }
  out = Value::boolean(left.same_scalar(right));
  return true;
}

bool Evaluation::run_in(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value item, list;
  if (!run(node.first, frame, item) || !run(node.first + 1, frame, list)) return false;
  if (!list.is(Value::Kind::kArray) && !list.is(Value::Kind::kJsonArray)) {
    return wrong_type(node.first + 1, "the right operand of \"in\" must be an array");
  }
  if (!item.is_comparable()) return wrong_type(node.first, "\"in\" does not look for arrays, objects or date-times");
  bool found = false;
  if (!is_in(index, item, list, found)) return false;
  out = Value::boolean(found);
  return true;
}

bool Evaluation::is_in(NodeIndex index, const Value& item, const Value& list, bool& found) {
  if (list.is(Value::Kind::kArray)) {
    const Value* end = list.items() + list.size();
    found = std::any_of(list.items(), end, [&](const Value& other) { return other.same_scalar(item); });
    return true;
  }
  const Json::Array& array = list.json().array();
  found = std::any_of(array.begin(), array.end(),
                      [&](const Json& other) { return Value::borrow(other).same_scalar(item); });
  return spend(index, array.size());
}

bool Evaluation::run_plus(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value left, right;
  if (!run(node.first, frame, left) || !run(node.first + 1, frame, right)) return false;
  if (!left.is(Value::Kind::kInteger)) return wrong_type(node.first, "operands of \"+\" must be integers");
  if (!right.is(Value::Kind::kInteger)) return wrong_type(node.first + 1, "operands of \"+\" must be integers");
  const std::int64_t sum = left.number() + right.number();
  if (sum > kIntegerMax || sum < -kIntegerMax)
    return fail(index, errors::kRuleIntegerRange, "the sum is beyond 2^53 - 1");
  out = Value::integer(sum);
  return true;
}

bool Evaluation::run_comparison(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  std::array<Value, 3> values;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (!run(node.first + i, frame, values[i])) return false;
  }
  const bool dates = node.op >= Op::kBefore;
  const Value::Kind wanted = dates ? Value::Kind::kDate : Value::Kind::kInteger;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (!values[i].is(wanted)) {
      return wrong_type(node.first + i, dates ? "operands of a date-time comparison must be date-times"
                                              : "operands of a comparison must be integers");
    }
  }
  bool holds = in_order(node.op, values[0].number(), values[1].number());
  if (node.count == 3) holds = holds && in_order(node.op, values[1].number(), values[2].number());
  out = Value::boolean(holds);
  return true;
}

bool Evaluation::run_plus_time(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value operand;
  if (!run(node.first, frame, operand)) return false;
  if (!operand.is(Value::Kind::kString))
    return wrong_type(node.first, "\"plusTime\" takes a string with a date or date-time");
  const std::optional<DateTime> start = parse_partial_or_date_time(operand.text());
  if (!start) return fail(node.first, errors::kRuleInvalidDate, "no date that exists in a form that CertLogic allows");
  const std::optional<DateTime> result = add_time(*start, node.value, node.unit);
  if (!result) return fail(index, errors::kRuleInvalidDate, "the date-time is out of range");
  out = Value::date(*result);
  return true;
}

bool Evaluation::run_date_of_birth(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value operand;
  if (!run(node.first, frame, operand)) return false;
  if (!operand.is(Value::Kind::kString)) return wrong_type(node.first, "\"dccDateOfBirth\" takes a string");
  const std::optional<DateTime> date = parse_date_of_birth(operand.text());
  if (!date) return fail(node.first, errors::kRuleInvalidDate, "no date of birth: YYYY, YYYY-MM or YYYY-MM-DD");
  out = Value::date(*date);
  return true;
}

bool Evaluation::run_extract(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value operand;
  if (!run(node.first, frame, operand)) return false;
  if (operand.is(Value::Kind::kNull)) {
    out = Value();
    return true;
  }
  if (!operand.is(Value::Kind::kString)) return wrong_type(node.first, "\"extractFromUVCI\" takes a string or null");
  const std::optional<std::string_view> fragment = uci_fragment(operand.text(), node.value);
  out = fragment ? Value::string(*fragment) : Value();
  return true;
}

bool Evaluation::run_reduce(NodeIndex index, const Value* frame, Value& out) {
  const Node& node = expression_.node(index);
  Value list;
  if (!run(node.first, frame, list)) return false;
  const bool borrowed = list.is(Value::Kind::kJsonArray);
  if (!borrowed && !list.is(Value::Kind::kArray) && !list.is(Value::Kind::kNull)) {
    return wrong_type(node.first, "\"reduce\" takes an array or null");
  }
  Value accumulator;
  if (!run(node.first + 2, frame, accumulator)) return false;
  const std::size_t count = list.is(Value::Kind::kNull) ? 0 : borrowed ? list.json().array().size() : list.size();
  for (std::size_t i = 0; i < count; ++i) {
    // Kept in the arena: the lambda's value may be its frame, or hold it.
    Value* inner = arena_.take(2);
    inner[0] = accumulator;
    inner[1] = borrowed ? Value::borrow(list.json().array()[i]) : list.items()[i];
    if (!run(node.first + 1, inner, accumulator)) return false;
  }
  out = accumulator;
  return true;
}

std::size_t Evaluation::count_values(const Json& json) const {
  std::size_t count = 1;
  if (json.is_array()) {
    for (const Json& item : json.array()) count += count_values(item);
  } else if (json.is_object()) {
    for (const auto& [name, value] : json.object()) count += count_values(value);
  }
  return count;
}

bool Evaluation::copy_json(const Json& json, Json& out) {
  if (!spend(0, count_values(json))) return false;
  out = json;
  return true;
}

bool Evaluation::to_json(const Value& value, int depth, Json& out) {
  if (depth > kDepthMax) return fail(0, errors::kRuleTooManySteps, "the result is more than 64 deep");
  if (!spend(0, 1)) return false;
  switch (value.kind()) {
    case Value::Kind::kBoolean:
      out = Json(value.number() != 0);
      return true;
    case Value::Kind::kInteger:
      out = Json(value.number());
      return true;
    case Value::Kind::kString:
      out = Json(value.text());
      return true;
    case Value::Kind::kDate:
      out = Json(to_string(DateTime{value.number()}));
      return true;
    case Value::Kind::kJsonArray:
    case Value::Kind::kJsonObject:
      return copy_json(value.json(), out);
    case Value::Kind::kArray: {
      Json::Array items(value.size());
      for (std::uint32_t i = 0; i < value.size(); ++i) {
        if (!to_json(value.items()[i], depth + 1, items[i])) return false;
      }
      out = Json(std::move(items));
      return true;
    }
    case Value::Kind::kFrame: {
      Json::Object members{{"accumulator", Json()}, {"current", Json()}};
      for (std::size_t i = 0; i < 2; ++i) {
        if (!to_json(value.items()[i], depth + 1, members[i].second)) return false;
      }
      out = Json(std::move(members));
      return true;
    }
    case Value::Kind::kNotIntegral:
      return wrong_type(0, "the result holds a number that is no integer");
    case Value::Kind::kTooLarge:
      return fail(0, errors::kRuleIntegerRange, "the result holds an integer beyond 2^53 - 1");
    case Value::Kind::kNull:
      break;
  }
  out = Json();
  return true;
}

}  // namespace

Result<Json> evaluate(const Expression& expression, const Json& data) {
  Evaluation evaluation(expression, data);
  Value value;
  Json out;
  if (!evaluation.run(0, nullptr, value) || !evaluation.to_json(value, 1, out)) return evaluation.error();
  return out;
}

Result<bool> is_truthy(const Expression& expression, const Json& data) {
  Evaluation evaluation(expression, data);
  Value value;
  if (!evaluation.run(0, nullptr, value)) return evaluation.error();
  const Value::Truth truth = value.truth();
  if (truth == Value::Truth::kNeither) {
    evaluation.fail(0, errors::kRuleWrongType, "the result must be truthy or falsy, a date-time is neither");
    return evaluation.error();
  }
  return truth == Value::Truth::kTruthy;
}

}  // namespace mingma::rules::certlogic
