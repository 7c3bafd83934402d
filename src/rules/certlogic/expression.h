// A CertLogic 1.3.3 expression: validated, immutable, ready to be run or compiled.
//
// Nodes lie in one vector; the operands of a node lie next to each other, so operand i of `node` is node.first + i and
// the root is node 0. Paths are cut into fragments and constant dates are read once, here. What the specification
// leaves open is settled in docs/rules.md; the validator refuses what implementations read differently:
// `===` and `in` on arrays, objects and date-times, paths through `length`, fragments that begin like a number and
// are none ("1st", "-1", "01"), integers beyond 2^53 - 1.
//
// Threading: immutable after parse; any number of readers.
// Limits: 64 expressions inside each other, 10,000 nodes, 1,000 operands per operation, 64 fragments per path; at most
// 100 issues are reported.
// Source: ehn-dcc-development/eu-dcc-business-rules, certlogic/specification (version 1.3.3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace mingma::rules::certlogic {

inline constexpr int kDepthMax = 64;
inline constexpr std::size_t kNodesMax = 10'000;
inline constexpr std::size_t kOperandsMax = 1'000;
inline constexpr std::size_t kFragmentsMax = 64;
inline constexpr std::size_t kIssuesMax = 100;
inline constexpr std::int64_t kIntegerMax = 9'007'199'254'740'991;  // 2^53 - 1, what every implementation can hold

enum class Op : std::uint8_t {
  kBoolean,  // value = 0 or 1
  kInteger,  // value
  kString,   // string(node)
  kArray,    // count items, each an expression; 0 allowed
  kVar,      // path(node)
  kIf,       // guard, then, else
  kAnd,      // 2 or more operands, lazy
  kNot,
  kEqual,  // ===
  kIn,
  kPlus,
  kLess,  // the eight comparisons take 2 or 3 operands
  kGreater,
  kLessEqual,
  kGreaterEqual,
  kBefore,
  kAfter,
  kNotAfter,
  kNotBefore,
  kPlusTime,         // one operand; value = amount, unit
  kDate,             // plusTime or dccDateOfBirth of a valid constant: value = milliseconds since 1970-01-01T00:00:00Z
  kReduce,           // operand, lambda, initial; inside lambda paths begin at {accumulator, current}
  kExtractFromUvci,  // one operand; value = index
  kDateOfBirth,      // one operand
};

enum class TimeUnit : std::uint8_t { kYear, kMonth, kDay, kHour };

using NodeIndex = std::uint32_t;

struct Node {
  Op op = Op::kBoolean;
  TimeUnit unit = TimeUnit::kDay;
  std::uint16_t ordinal = 0;  // position among the operands written in the text, for places
  NodeIndex parent = 0;       // of the root: itself
  std::uint32_t first = 0;    // first operand; for kString and kVar the index of the text
  std::uint32_t count = 0;    // operands
  std::int64_t value = 0;
};

// One step of a path. "0", "17" are array indices (and member names when met on an object).
struct Fragment {
  std::string name;
  std::int32_t index = -1;  // -1: not an index
};

struct Path {
  std::string text;  // "payload.v.0.dn"; "" is the whole data context
  std::vector<Fragment> fragments;
};

// What is wrong, and with which sub-expression.
struct Issue {
  std::string place;                 // JSON pointer into the expression, "" is all of it
  const Json* expression = nullptr;  // borrowed from the validated Json
  std::string message;
};

// Every issue in the order of the text; empty means valid. Same verdict as Expression::parse.
std::vector<Issue> validate(const Json& expression);

class Expression {
 public:
  // Error kInvalidExpression with the first issue's message and place.
  static Result<Expression> parse(const Json& json);

  const Node& node(NodeIndex index) const { return nodes_[index]; }
  const Node& root() const { return nodes_.front(); }
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::string& string(const Node& node) const { return strings_[node.first]; }
  const Path& path(const Node& node) const { return paths_[node.first]; }

  // JSON pointer to the sub-expression, "/and/0/plusTime/0"; "" for the root.
  std::string place(NodeIndex index) const;
  // Paths read from the data, each once, in ascending order; those inside a reduction's lambda are not.
  std::vector<std::string> paths_read() const;

 private:
  friend class ExpressionBuilder;
  Expression() = default;

  std::vector<Node> nodes_;
  std::vector<std::string> strings_;
  std::vector<Path> paths_;
};

// "and", "plusTime", ...; for literals "boolean", "integer", "string", "array", for kDate "date".
std::string_view operator_name(Op op);
std::string_view unit_name(TimeUnit unit);

}  // namespace mingma::rules::certlogic
