#include "rules/proof/data_domain.h"

#include <algorithm>

#include "base/assert.h"
#include "base/time.h"
#include "rules/certlogic/date_time.h"
#include "rules/errors.h"

namespace mingma::rules::proof {
namespace {

constexpr std::int64_t kSecondsMax = 0xFFFF'FFFF;

bool known(const DataNode& node) { return node.fixed != nullptr && !node.fixed->is_object(); }

std::string other_text(std::int64_t identity) { return "other " + std::to_string(-identity); }

}  // namespace

DataDomain::DataDomain(FormulaGraph& graph, Words& words, const DataSchema& schema)
    : graph_(graph), words_(words), schema_(schema) {
  add(schema.root(), false);
}

void DataDomain::add(const DataNode& node, bool may_be_missing) {
  if (known(node)) return;
  Slot slot;
  if (may_be_missing && node.fixed == nullptr) slot.options.push_back(Option::kMissing);
  if (node.text || node.date) {
    slot.options.push_back(Option::kText);
    slot.text = graph_.variable(node.path + " text", -Words::kOthers, Words::kMax);
    slot.date = graph_.variable(node.path + " date", 0, kSecondsMax);
    texts_.push_back(slot.text);
  }
  if (node.integer) {
    slot.options.push_back(Option::kInteger);
    slot.integer = graph_.variable(node.path, -kDataIntegerMax, kDataIntegerMax);
  }
  if (node.boolean) {
    slot.options.push_back(Option::kBoolean);
    slot.boolean = graph_.variable(node.path + " is true", 0, 1);
  }
  if (!node.items.empty() || (node.list && node.members.empty())) {
    slot.options.push_back(Option::kList);
    slot.length = graph_.variable(node.path + " length", 0, static_cast<std::int64_t>(node.items.size()));
  }
  if (node.is_object() || node.fixed != nullptr || &node == &schema_.root()) slot.options.push_back(Option::kObject);
  slot.kind = graph_.variable(node.path + " kind", 0, static_cast<std::int64_t>(slot.options.size()) - 1);
  slots_.emplace(&node, std::move(slot));
  for (const auto& [name, member] : node.members) add(*member, true);
  for (const auto& item : node.items) add(*item, false);
}

Formula DataDomain::laws() const {
  std::vector<Formula> all;
  const auto words = static_cast<std::int64_t>(words_.all().size());
  for (const VariableId text : texts_) all.push_back(graph_.less(Linear::variable(text), Linear::of(words)));
  return graph_.all(std::move(all));
}

Symbolic DataDomain::constant(const Json& json) const {
  Alternative value;
  if (json.is_string()) {
    value.kind = SymbolicKind::kWord;
    value.word = json.string();
  } else if (json.is_integer()) {
    value.kind = SymbolicKind::kInteger;
    value.number = Linear::of(json.integer());
  } else if (json.is_boolean()) {
    value.kind = SymbolicKind::kBoolean;
    value.truth = json.boolean() ? kTrue : kFalse;
  } else if (json.is_array()) {
    auto items = std::make_shared<std::vector<Symbolic>>();
    for (const Json& item : json.array()) items->push_back(constant(item));
    value.kind = SymbolicKind::kList;
    value.items = std::move(items);
  }
  return {{value}};
}

Symbolic DataDomain::symbol(const DataNode& node) {
  if (known(node)) return constant(*node.fixed);
  const Slot& own = slot(node);
  Symbolic out;
  for (std::size_t i = 0; i < own.options.size(); ++i) {
    Alternative value{.when = graph_.equal(Linear::variable(own.kind), Linear::of(static_cast<std::int64_t>(i)))};
    switch (own.options[i]) {
      case Option::kMissing:
        break;
      case Option::kText:
        value.kind = SymbolicKind::kText;
        value.number = Linear::variable(own.text);
        value.node = &node;
        break;
      case Option::kInteger:
        value.kind = SymbolicKind::kInteger;
        value.number = Linear::variable(own.integer);
        break;
      case Option::kBoolean:
        value.kind = SymbolicKind::kBoolean;
        value.truth = graph_.boolean(own.boolean);
        break;
      case Option::kList:
      case Option::kObject:
        value.kind = SymbolicKind::kNode;
        value.node = &node;
        break;
    }
    out.alternatives.push_back(std::move(value));
  }
  return out;
}

Result<Symbolic> DataDomain::read(const certlogic::Path& path) {
  Symbolic value = symbol(schema_.root());
  for (const certlogic::Fragment& fragment : path.fragments) {
    Symbolic next;
    for (const Alternative& from : value.alternatives) {
      if (from.kind != SymbolicKind::kNode && from.kind != SymbolicKind::kList) {
        next.alternatives.push_back({.when = from.when});
        continue;
      }
      Symbolic inner{{Alternative{}}};
      if (from.kind == SymbolicKind::kNode) {
        inner = member(from, fragment);
      } else if (fragment.index >= 0 && static_cast<std::size_t>(fragment.index) < from.items->size()) {
        inner = (*from.items)[static_cast<std::size_t>(fragment.index)];
      }
      for (Alternative alternative : inner.alternatives) {
        alternative.when = graph_.both(from.when, alternative.when);
        if (!alternative.when.is_false()) next.alternatives.push_back(std::move(alternative));
      }
    }
    value = std::move(next);
  }
  return value;
}

Symbolic DataDomain::member(const Alternative& node, const certlogic::Fragment& fragment) {
  const DataNode* inner = DataSchema::find(*node.node, fragment);
  if (inner == nullptr) return {{Alternative{}}};
  Symbolic out = symbol(*inner);
  if (!is_list(node)) return out;
  const Formula there = graph_.less(Linear::of(fragment.index), Linear::variable(slot(*node.node).length));
  for (Alternative& alternative : out.alternatives) alternative.when = graph_.both(there, alternative.when);
  out.alternatives.push_back({.when = !there});
  return out;
}

Formula DataDomain::not_empty(const Alternative& node) {
  return is_list(node) ? graph_.less(Linear::of(0), Linear::variable(slot(*node.node).length)) : kTrue;
}

bool DataDomain::is_list(const Alternative& node) {
  const std::vector<Option>& options = slot(*node.node).options;
  return std::find(options.begin(), options.end(), Option::kList) != options.end();
}

std::vector<std::pair<Formula, Symbolic>> DataDomain::items(const Alternative& node) {
  std::vector<std::pair<Formula, Symbolic>> out;
  const Linear length = Linear::variable(slot(*node.node).length);
  for (std::size_t i = 0; i < node.node->items.size(); ++i) {
    out.emplace_back(graph_.less(Linear::of(static_cast<std::int64_t>(i)), length), symbol(*node.node->items[i]));
  }
  return out;
}

std::optional<std::pair<Formula, Linear>> DataDomain::date_of(const Alternative& text) {
  if (text.node == nullptr || !text.node->date) return std::nullopt;
  const Slot& own = slot(*text.node);
  const Linear milliseconds = Linear::variable(own.date, 1'000);
  if (!text.node->text) return std::pair(kTrue, milliseconds);
  // A text that is compared with words too: a word of the rules is no date, any other text is one.
  return std::pair(graph_.less(Linear::variable(own.text), Linear::of(0)), milliseconds);
}

bool DataDomain::missing(const DataNode& node, const Assignment& values) const {
  if (known(node)) return false;
  const Slot& own = slot(node);
  return own.options[static_cast<std::size_t>(values[own.kind])] == Option::kMissing;
}

Json DataDomain::value(const DataNode& node, const Assignment& values) const {
  if (known(node)) return *node.fixed;
  const Slot& own = slot(node);
  const auto at = [&](VariableId variable) { return values[variable]; };
  switch (own.options[static_cast<std::size_t>(at(own.kind))]) {
    case Option::kMissing:
      break;
    case Option::kText:
      if (node.date && (!node.text || at(own.text) < 0)) return Json(UnixSeconds{at(own.date)}.to_string());
      if (at(own.text) < 0) return Json(other_text(at(own.text)));
      return Json(words_.all()[static_cast<std::size_t>(at(own.text))]);
    case Option::kInteger:
      return Json(at(own.integer));
    case Option::kBoolean:
      return Json(at(own.boolean) != 0);
    case Option::kList: {
      Json::Array items;
      for (std::int64_t i = 0; i < at(own.length); ++i)
        items.push_back(value(*node.items[static_cast<std::size_t>(i)], values));
      return Json(std::move(items));
    }
    case Option::kObject: {
      Json::Object members;
      for (const auto& [name, member] : node.members) {
        if (!missing(*member, values)) members.emplace_back(name, value(*member, values));
      }
      if (members.empty() && &node != &schema_.root()) members.emplace_back("other", Json(true));
      return Json(std::move(members));
    }
  }
  return {};
}

Json DataDomain::data(const Assignment& values) const { return value(schema_.root(), values); }

}  // namespace mingma::rules::proof
