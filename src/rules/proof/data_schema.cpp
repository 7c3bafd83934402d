#include "rules/proof/data_schema.h"

#include <set>

namespace mingma::rules::proof {
namespace {

using certlogic::Expression;
using certlogic::NodeIndex;
using certlogic::Op;

// What an expression may give: places of the data, or a list written out.
struct Shape {
  std::set<DataNode*> nodes;
  std::vector<Shape> items;
  bool word = false;  // a literal or a computed text
  bool integer = false;
  bool boolean = false;
  bool frame = false;
};

class Inference {
 public:
  explicit Inference(DataNode& root) : root_(root) {}
  void read(const Expression& expression) {
    expression_ = &expression;
    run(0, nullptr);
  }

 private:
  struct Frame {
    Shape accumulator;
    Shape current;
  };

  Shape run(NodeIndex index, const Frame* frame);
  Shape run_var(NodeIndex index, const Frame* frame);
  Shape run_reduce(NodeIndex index, const Frame* frame);
  void same_kind(const Shape& a, const Shape& b);
  template <typename Mark>
  void mark(const Shape& shape, Mark&& how) {
    for (DataNode* node : shape.nodes) how(*node);
  }
  static Shape join(Shape a, const Shape& b) {
    a.nodes.insert(b.nodes.begin(), b.nodes.end());
    a.items.insert(a.items.end(), b.items.begin(), b.items.end());
    a.word = a.word || b.word;
    a.integer = a.integer || b.integer;
    a.boolean = a.boolean || b.boolean;
    return a;
  }
  static Shape boolean() {
    Shape shape;
    shape.boolean = true;
    return shape;
  }

  DataNode& root_;
  const Expression* expression_ = nullptr;
};

// Two values that are compared are of the same kind.
void Inference::same_kind(const Shape& a, const Shape& b) {
  mark(a, [&](DataNode& node) {
    node.text = node.text || b.word;
    node.integer = node.integer || b.integer;
    node.boolean = node.boolean || b.boolean;
    for (const DataNode* other : b.nodes) {
      node.text = node.text || other->text;
      node.integer = node.integer || other->integer;
      node.boolean = node.boolean || other->boolean;
    }
  });
}

Shape Inference::run_var(NodeIndex index, const Frame* frame) {
  const certlogic::Path& path = expression_->path(expression_->node(index));
  Shape shape;
  std::size_t position = 0;
  if (frame == nullptr) {
    shape.nodes = {&root_};
  } else if (path.fragments.empty()) {
    return {};
  } else {
    const std::string& name = path.fragments.front().name;
    if (name == "accumulator") shape = frame->accumulator;
    if (name == "current") shape = frame->current;
    position = 1;
  }
  for (; position < path.fragments.size(); ++position) {
    Shape next;
    for (DataNode* node : shape.nodes) next.nodes.insert(&node->member(path.fragments[position]));
    if (const std::int32_t at = path.fragments[position].index;
        at >= 0 && static_cast<std::size_t>(at) < shape.items.size())
      next = join(std::move(next), shape.items[static_cast<std::size_t>(at)]);
    shape = std::move(next);
  }
  return shape;
}

Shape Inference::run_reduce(NodeIndex index, const Frame* frame) {
  const NodeIndex first = expression_->node(index).first;
  const Shape list = run(first, frame);
  Frame inner{.accumulator = run(first + 2, frame), .current = {}};
  for (const Shape& item : list.items) inner.current = join(std::move(inner.current), item);
  for (DataNode* node : list.nodes) {
    node->list = true;
    for (int i = 0; i < kListMax; ++i) inner.current.nodes.insert(&node->member({std::to_string(i), i}));
  }
  return run(first + 1, &inner);
}

Shape Inference::run(NodeIndex index, const Frame* frame) {
  const certlogic::Node& self = expression_->node(index);
  Shape shape;
  std::vector<Shape> operands;
  if (self.op != Op::kReduce) {
    for (std::uint32_t i = 0; i < self.count; ++i) operands.push_back(run(self.first + i, frame));
  }
  switch (self.op) {
    case Op::kString:
      shape.word = true;
      return shape;
    case Op::kInteger:
      shape.integer = true;
      return shape;
    case Op::kArray:
      shape.items = std::move(operands);
      return shape;
    case Op::kVar:
      return run_var(index, frame);
    case Op::kIf:
      return join(std::move(operands[1]), operands[2]);
    case Op::kAnd:
      for (const Shape& operand : operands) shape = join(std::move(shape), operand);
      return shape;
    case Op::kEqual:
      same_kind(operands[0], operands[1]);
      same_kind(operands[1], operands[0]);
      return boolean();
    case Op::kIn:
      for (const Shape& item : operands[1].items) {
        same_kind(operands[0], item);
        same_kind(item, operands[0]);
      }
      mark(operands[1], [&](DataNode& node) {
        node.list = true;
        if (node.fixed != nullptr) mark(operands[0], [](DataNode& item) { item.text = true; });
      });
      return boolean();
    case Op::kPlus:
    case Op::kLess:
    case Op::kGreater:
    case Op::kLessEqual:
    case Op::kGreaterEqual:
      for (const Shape& operand : operands) mark(operand, [](DataNode& node) { node.integer = true; });
      shape.integer = self.op == Op::kPlus;
      shape.boolean = self.op != Op::kPlus;
      return shape;
    case Op::kPlusTime:
    case Op::kDateOfBirth:
      mark(operands[0], [](DataNode& node) { node.date = true; });
      return shape;
    case Op::kExtractFromUvci:
      mark(operands[0], [](DataNode& node) { node.text = true; });
      shape.word = true;
      return shape;
    case Op::kReduce:
      return run_reduce(index, frame);
    case Op::kDate:
      return shape;
    default:
      return boolean();
  }
}

// Items of one list are alike, and a list is as long as the last item that is read.
void settle(DataNode& node) {
  if (node.list && node.fixed == nullptr) {
    while (node.items.size() < kListMax) {
      const int at = static_cast<int>(node.items.size());
      node.member({std::to_string(at), at});
    }
    for (const auto& item : node.items) {
      for (const auto& other : node.items) {
        for (const auto& [name, inner] : other->members) {
          if (item->members.contains(name)) continue;
          auto copy = std::make_unique<DataNode>();
          copy->path = item->path + "." + name;
          copy->date = inner->date;
          copy->text = inner->text;
          copy->integer = inner->integer;
          copy->boolean = inner->boolean;
          item->members.emplace(name, std::move(copy));
        }
        item->text = item->text || other->text;
        item->date = item->date || other->date;
        item->integer = item->integer || other->integer;
        item->boolean = item->boolean || other->boolean;
      }
    }
  }
  for (const auto& item : node.items) settle(*item);
  for (const auto& [name, member] : node.members) settle(*member);
  // Only ever asked for: any text will do.
  const bool nothing = !node.date && !node.text && !node.integer && !node.boolean && !node.list;
  if (nothing && node.members.empty() && node.fixed == nullptr) node.text = true;
}

}  // namespace

DataNode& DataNode::member(const certlogic::Fragment& fragment) {
  const std::string inner = path.empty() ? fragment.name : path + "." + fragment.name;
  const Json* known = nullptr;
  if (fixed != nullptr) {
    if (fixed->is_object()) known = fixed->find(fragment.name);
    if (fixed->is_array() && fragment.index >= 0 && static_cast<std::size_t>(fragment.index) < fixed->array().size())
      known = &fixed->array()[static_cast<std::size_t>(fragment.index)];
  }
  if (fragment.index >= 0 && members.empty()) {
    list = true;
    while (items.size() <= static_cast<std::size_t>(fragment.index)) {
      items.push_back(std::make_unique<DataNode>());
      items.back()->path = path + "." + std::to_string(items.size() - 1);
    }
    DataNode& item = *items[static_cast<std::size_t>(fragment.index)];
    if (known != nullptr) item.fixed = known;
    return item;
  }
  std::unique_ptr<DataNode>& slot = members[fragment.name];
  if (slot == nullptr) {
    slot = std::make_unique<DataNode>();
    slot->path = inner;
    slot->fixed = known;
  }
  return *slot;
}

const DataNode* DataSchema::find(const DataNode& node, const certlogic::Fragment& fragment) {
  if (!node.items.empty()) {
    const auto at = static_cast<std::size_t>(fragment.index);
    return fragment.index >= 0 && at < node.items.size() ? node.items[at].get() : nullptr;
  }
  const auto member = node.members.find(fragment.name);
  return member == node.members.end() ? nullptr : member->second.get();
}

DataSchema DataSchema::infer(std::span<const certlogic::Expression* const> rules, const Json& fixed) {
  DataSchema schema;
  if (fixed.is_object()) schema.root_->fixed = &fixed;
  // Twice: a kind found late ("dn" is compared with "sd", and "sd" with a number) reaches what was read before.
  for (int round = 0; round < 2; ++round) {
    for (const certlogic::Expression* rule : rules) Inference(*schema.root_).read(*rule);
  }
  settle(*schema.root_);
  return schema;
}

}  // namespace mingma::rules::proof
