#include "rules/certlogic/expression.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <span>

#include "rules/certlogic/date_time.h"
#include "rules/errors.h"

namespace mingma::rules::certlogic {
namespace {

struct Operator {
  std::string_view name;
  Op op;
  std::size_t operands_min;
  std::size_t operands_max;
};

constexpr std::array<Operator, 18> kOperators{{
    {"if", Op::kIf, 3, 3},
    {"and", Op::kAnd, 2, kOperandsMax},
    {"!", Op::kNot, 1, 1},
    {"===", Op::kEqual, 2, 2},
    {"in", Op::kIn, 2, 2},
    {"+", Op::kPlus, 2, 2},
    {"<", Op::kLess, 2, 3},
    {">", Op::kGreater, 2, 3},
    {"<=", Op::kLessEqual, 2, 3},
    {">=", Op::kGreaterEqual, 2, 3},
    {"before", Op::kBefore, 2, 3},
    {"after", Op::kAfter, 2, 3},
    {"not-after", Op::kNotAfter, 2, 3},
    {"not-before", Op::kNotBefore, 2, 3},
    {"plusTime", Op::kPlusTime, 3, 3},
    {"reduce", Op::kReduce, 3, 3},
    {"extractFromUVCI", Op::kExtractFromUvci, 2, 2},
    {"dccDateOfBirth", Op::kDateOfBirth, 1, 1},
}};

constexpr std::array<std::string_view, 4> kUnitNames{"year", "month", "day", "hour"};

const Operator* find_operator(std::string_view name) {
  const auto* found =
      std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& o) { return o.name == name; });
  return found == kOperators.end() ? nullptr : found;
}

std::optional<TimeUnit> find_unit(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const auto found = std::find(kUnitNames.begin(), kUnitNames.end(), json.string());
  if (found == kUnitNames.end()) return std::nullopt;
  return static_cast<TimeUnit>(found - kUnitNames.begin());
}

bool is_portable_integer(const Json& json) {
  return json.is_integer() && json.integer() <= kIntegerMax && json.integer() >= -kIntegerMax;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Would a reader that takes leading digits for an index take this for one? (" 1", "-1", "1st", "01")
bool begins_like_number(std::string_view name) {
  while (!name.empty() && (name.front() == ' ' || (name.front() >= '\t' && name.front() <= '\r')))
    name.remove_prefix(1);
  if (!name.empty() && (name.front() == '-' || name.front() == '+')) name.remove_prefix(1);
  return !name.empty() && is_digit(name.front());
}

// The array index a fragment names; -1 when it is none.
std::int32_t index_of(std::string_view name) {
  if (name.empty() || name.size() > 9 || (name.front() == '0' && name.size() > 1)) return -1;
  std::int32_t value = 0;
  for (const char c : name) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

// The path cut at its dots, or why it is refused.
Result<Path> read_path(const std::string& text) {
  const auto refuse = [](std::string why) { return Error(errors::kRuleInvalidExpression, std::move(why)); };
  Path path{text, {}};
  if (text.empty()) return path;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    Fragment fragment{text.substr(begin, end - begin), -1};
    if (fragment.name.empty()) return refuse("data access path has an empty fragment: " + text);
    if (fragment.name == "length") return refuse("data access path goes through 'length', which is no data: " + text);
    fragment.index = index_of(fragment.name);
    if (fragment.index < 0 && begins_like_number(fragment.name)) {
      return refuse("data access path has a fragment that begins like a number and is no index: " + text);
    }
    path.fragments.push_back(std::move(fragment));
    begin = end + 1;
  }
  if (path.fragments.size() > kFragmentsMax) return refuse("data access path has more than 64 fragments");
  return path;
}

}  // namespace

// Walks a Json once, giving both the nodes and the issues.
class ExpressionBuilder {
 public:
  explicit ExpressionBuilder(const Json& json) {
    out_.nodes_.emplace_back();
    build(json, 0, 1);
  }

  std::vector<Issue>& issues() { return issues_; }
  Expression take() { return std::move(out_); }

 private:
  void build(const Json& json, NodeIndex slot, int depth);
  void build_integer(const Json& json, NodeIndex slot);
  void build_array(const Json& json, NodeIndex slot, int depth);
  void build_operation(const Json& json, NodeIndex slot, int depth);
  void build_var(const Json& json, const Json& path, NodeIndex slot);
  void build_plus_time(const Json& json, const Json::Array& values, NodeIndex slot);
  void build_extract(const Json& json, const Json::Array& values, NodeIndex slot);
  void build_operands(std::span<const Json> operands, NodeIndex slot, int depth);
  bool fold_date(const Json::Array& values, NodeIndex slot);
  void check_comparable(const Json& json, NodeIndex slot);
  bool may_be_incomparable(NodeIndex slot) const;

  void issue(NodeIndex slot, const Json& json, std::string message) {
    if (issues_.size() < kIssuesMax) issues_.push_back({out_.place(slot), &json, std::move(message)});
  }
  Node& node(NodeIndex slot) { return out_.nodes_[slot]; }

  Expression out_;
  std::vector<Issue> issues_;
};

void ExpressionBuilder::build(const Json& json, NodeIndex slot, int depth) {
  if (depth > kDepthMax) return issue(slot, json, "more than 64 expressions inside each other");
  if (json.is_boolean()) {
    node(slot).op = Op::kBoolean;
    node(slot).value = json.boolean() ? 1 : 0;
  } else if (json.is_integer()) {
    build_integer(json, slot);
  } else if (json.is_double()) {
    issue(slot, json, json.to_string() + " is a non-integer number");
  } else if (json.is_string()) {
    node(slot).op = Op::kString;
    node(slot).first = static_cast<std::uint32_t>(out_.strings_.size());
    out_.strings_.push_back(json.string());
  } else if (json.is_array()) {
    build_array(json, slot, depth);
  } else if (json.is_object()) {
    build_operation(json, slot, depth);
  } else {
    issue(slot, json, "null is no CertLogic expression");
  }
}

void ExpressionBuilder::build_integer(const Json& json, NodeIndex slot) {
  if (!is_portable_integer(json)) return issue(slot, json, "integer beyond 2^53 - 1");
  node(slot).op = Op::kInteger;
  node(slot).value = json.integer();
}

void ExpressionBuilder::build_array(const Json& json, NodeIndex slot, int depth) {
  node(slot).op = Op::kArray;
  if (json.array().size() > kOperandsMax) return issue(slot, json, "an array of more than 1,000 items");
  build_operands(json.array(), slot, depth);
}

void ExpressionBuilder::build_operation(const Json& json, NodeIndex slot, int depth) {
  const Json::Object& object = json.object();
  if (object.size() != 1) {
    return issue(slot, json,
                 "expression object must have exactly one key, but it has " + std::to_string(object.size()));
  }
  const auto& [name, values] = object.front();
  if (name == "var") return build_var(json, values, slot);
  const Operator* found = find_operator(name);
  if (found == nullptr) return issue(slot, json, "unrecognised operator: \"" + name + "\"");
  if (!values.is_array()) return issue(slot, json, "operation not of the form { \"<operator>\": [ <values...> ] }");

  node(slot).op = found->op;
  const Json::Array& operands = values.array();
  if (operands.size() < found->operands_min || operands.size() > found->operands_max) {
    std::string expected = std::to_string(found->operands_min);
    if (found->operands_max != found->operands_min) expected += " to " + std::to_string(found->operands_max);
    issue(slot, json,
          "operation \"" + name + "\" takes " + expected + " operands, but it has " + std::to_string(operands.size()));
    if (operands.size() > found->operands_max) return;
  }
  if (found->op == Op::kPlusTime) build_plus_time(json, operands, slot);
  if (found->op == Op::kExtractFromUvci) build_extract(json, operands, slot);
  if (fold_date(operands, slot)) return;
  const bool has_parameters = found->op == Op::kPlusTime || found->op == Op::kExtractFromUvci;
  const std::size_t count = has_parameters ? std::min<std::size_t>(operands.size(), 1) : operands.size();
  build_operands({operands.data(), count}, slot, depth);
  if (found->op == Op::kEqual || found->op == Op::kIn) check_comparable(json, slot);
}

void ExpressionBuilder::build_var(const Json& json, const Json& path, NodeIndex slot) {
  if (!path.is_string()) return issue(slot, json, "not of the form { \"var\": \"<path>\" }");
  Result<Path> read = read_path(path.string());
  if (!read) return issue(slot, json, read.error().message());
  node(slot).op = Op::kVar;
  node(slot).first = static_cast<std::uint32_t>(out_.paths_.size());
  out_.paths_.push_back(std::move(read).value());
}

void ExpressionBuilder::build_plus_time(const Json& json, const Json::Array& values, NodeIndex slot) {
  if (values.size() > 1) {
    if (is_portable_integer(values[1])) {
      node(slot).value = values[1].integer();
    } else {
      issue(slot, json, "\"amount\" argument (#2) of \"plusTime\" must be an integer");
    }
  }
  if (values.size() > 2) {
    if (const std::optional<TimeUnit> unit = find_unit(values[2])) {
      node(slot).unit = *unit;
    } else {
      issue(slot, json, "\"unit\" argument (#3) of \"plusTime\" must be one of year, month, day, hour");
    }
  }
}

void ExpressionBuilder::build_extract(const Json& json, const Json::Array& values, NodeIndex slot) {
  if (values.size() < 2) return;
  if (!is_portable_integer(values[1])) {
    return issue(slot, json, "\"index\" argument (#2) of \"extractFromUVCI\" must be an integer");
  }
  node(slot).value = values[1].integer();
}

void ExpressionBuilder::build_operands(std::span<const Json> operands, NodeIndex slot, int depth) {
  const std::size_t first = out_.nodes_.size();
  if (first + operands.size() > kNodesMax) {
    if (issues_.empty() || issues_.back().message != "more than 10,000 nodes") {
      issues_.push_back({"", nullptr, "more than 10,000 nodes"});
    }
    return;
  }
  node(slot).first = static_cast<std::uint32_t>(first);
  node(slot).count = static_cast<std::uint32_t>(operands.size());
  out_.nodes_.resize(first + operands.size());
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const NodeIndex child = static_cast<NodeIndex>(first + i);
    node(child).parent = slot;
    node(child).ordinal = static_cast<std::uint16_t>(i);
    build(operands[i], child, depth + 1);
  }
}

// A constant date is read once, here. One that does not exist stays an operation: it is an error only where it is run.
bool ExpressionBuilder::fold_date(const Json::Array& values, NodeIndex slot) {
  const Op op = node(slot).op;
  if ((op != Op::kPlusTime && op != Op::kDateOfBirth) || values.empty() || !values[0].is_string()) return false;
  const std::string& text = values[0].string();
  std::optional<DateTime> date = op == Op::kPlusTime ? parse_partial_or_date_time(text) : parse_date_of_birth(text);
  if (date && op == Op::kPlusTime) date = add_time(*date, node(slot).value, node(slot).unit);
  if (!date) return false;
  node(slot).op = Op::kDate;
  node(slot).value = date->milliseconds;
  return true;
}

// Refuses what can be seen to compare arrays or date-times by identity.
void ExpressionBuilder::check_comparable(const Json& json, NodeIndex slot) {
  const Node self = node(slot);
  if (self.count != 2) return;
  bool refused = may_be_incomparable(self.first);
  if (self.op == Op::kEqual) {
    refused = refused || may_be_incomparable(self.first + 1);
  } else if (const Node& list = node(self.first + 1); list.op == Op::kArray) {
    for (std::uint32_t i = 0; i < list.count; ++i) refused = refused || may_be_incomparable(list.first + i);
  }
  if (!refused) return;
  const std::string name(operator_name(self.op));
  issue(slot, json, "\"" + name + "\" compares strings, integers, booleans and null only, not arrays or date-times");
}

bool ExpressionBuilder::may_be_incomparable(NodeIndex slot) const {
  const Node& self = out_.nodes_[slot];
  switch (self.op) {
    case Op::kArray:
    case Op::kDate:
    case Op::kPlusTime:
    case Op::kDateOfBirth:
      return true;
    case Op::kIf:
      return self.count == 3 && (may_be_incomparable(self.first + 1) || may_be_incomparable(self.first + 2));
    default:
      return false;
  }
}

std::vector<Issue> validate(const Json& expression) { return std::move(ExpressionBuilder(expression).issues()); }

Result<Expression> Expression::parse(const Json& json) {
  ExpressionBuilder builder(json);
  if (!builder.issues().empty()) {
    Issue& first = builder.issues().front();
    return Error(errors::kRuleInvalidExpression, std::move(first.message), std::move(first.place));
  }
  return builder.take();
}

std::string Expression::place(NodeIndex index) const {
  std::string out;
  while (index != 0) {
    const Node& self = nodes_[index];
    const Node& parent = nodes_[self.parent];
    std::string step = "/" + std::to_string(self.ordinal);
    if (parent.op != Op::kArray) step = "/" + std::string(operator_name(parent.op)) + step;
    out.insert(0, step);
    index = self.parent;
  }
  return out;
}

std::vector<std::string> Expression::paths_read() const {
  std::set<std::string> paths;
  std::vector<NodeIndex> pending{0};
  while (!pending.empty()) {
    const Node& self = nodes_[pending.back()];
    pending.pop_back();
    if (self.op == Op::kVar) {
      paths.insert(path(self).text);
      continue;
    }
    for (std::uint32_t i = 0; i < self.count; ++i) {
      if (self.op == Op::kReduce && i == 1) continue;
      pending.push_back(self.first + i);
    }
  }
  return {paths.begin(), paths.end()};
}

std::string_view operator_name(Op op) {
  switch (op) {
    case Op::kBoolean:
      return "boolean";
    case Op::kInteger:
      return "integer";
    case Op::kString:
      return "string";
    case Op::kArray:
      return "array";
    case Op::kVar:
      return "var";
    case Op::kDate:
      return "date";
    default:
      break;
  }
  return std::find_if(kOperators.begin(), kOperators.end(), [op](const Operator& o) { return o.op == op; })->name;
}

std::string_view unit_name(TimeUnit unit) { return kUnitNames[static_cast<std::size_t>(unit)]; }

}  // namespace mingma::rules::certlogic
