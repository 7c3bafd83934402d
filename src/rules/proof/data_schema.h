// What a set of plain CertLogic rules reads: the paths, and what each is by its use. The published country rules read
// certificates, not our facts, and come without a schema; this one is inferred from the rules themselves.
//
// A path whose value is moved by plusTime is a date, one that is compared by < or added an integer, one that is
// compared with words a text, one that is reduced or searched a list. Anything may be missing. Assumed: dates are valid
// and lie between 1970 and 2106, integers are at most a million either way, lists have at most kListMax items (more
// where a rule reads a later one), all of one kind, and an object that is there is not empty. Threading: immutable
// after infer().
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "rules/certlogic/expression.h"

namespace mingma::rules::proof {

inline constexpr int kListMax = 2;
inline constexpr std::int64_t kDataIntegerMax = 1'000'000;

struct DataNode {
  std::string path;  // "payload.v.0.dn"
  std::map<std::string, std::unique_ptr<DataNode>> members;
  std::vector<std::unique_ptr<DataNode>> items;  // of a list
  bool date = false;
  bool text = false;
  bool integer = false;
  bool boolean = false;
  bool list = false;
  const Json* fixed = nullptr;  // what is known of it: all of a text, number or list, the members named of an object

  bool is_object() const { return !members.empty(); }
  DataNode& member(const certlogic::Fragment& fragment);
};

class DataSchema {
 public:
  // `fixed`: parts of the data that are known, such as {"external": {"valueSets": ...}}; borrowed.
  static DataSchema infer(std::span<const certlogic::Expression* const> rules, const Json& fixed);

  const DataNode& root() const { return *root_; }
  // Where the node at a fragment is; null pointer: nobody reads it.
  static const DataNode* find(const DataNode& node, const certlogic::Fragment& fragment);

 private:
  std::unique_ptr<DataNode> root_ = std::make_unique<DataNode>();
};

}  // namespace mingma::rules::proof
