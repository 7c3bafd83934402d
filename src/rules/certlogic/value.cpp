#include "rules/certlogic/value.h"

namespace mingma::rules::certlogic {

Value Value::borrow(const Json& json) {
  if (json.is_string()) return string(json.string());
  if (json.is_boolean()) return boolean(json.boolean());
  if (json.is_integer()) {
    const std::int64_t value = json.integer();
    return value <= kIntegerMax && value >= -kIntegerMax ? integer(value) : scalar(Kind::kTooLarge, 0);
  }
  if (json.is_null()) return {};
  if (json.is_double()) return scalar(Kind::kNotIntegral, 0);
  Value v;
  v.kind_ = json.is_array() ? Kind::kJsonArray : Kind::kJsonObject;
  v.json_ = &json;
  return v;
}

bool Value::same_scalar(const Value& other) const {
  if (kind_ != other.kind_) return false;
  return kind_ == Kind::kString ? text() == other.text() : number_ == other.number_;
}

Value::Truth Value::truth() const {
  const auto when = [](bool truthy) { return truthy ? Truth::kTruthy : Truth::kFalsy; };
  switch (kind_) {
    case Kind::kNull:
      return Truth::kFalsy;
    case Kind::kBoolean:
    case Kind::kInteger:
      return when(number_ != 0);
    case Kind::kString:
    case Kind::kArray:
      return when(size_ != 0);
    case Kind::kFrame:
      return Truth::kTruthy;
    case Kind::kJsonArray:
      return when(!json_->array().empty());
    case Kind::kJsonObject:
      return when(!json_->object().empty());
    case Kind::kDate:
    case Kind::kNotIntegral:
    case Kind::kTooLarge:
      break;
  }
  return Truth::kNeither;
}

Value Value::member(const Fragment& fragment) const {
  switch (kind_) {
    case Kind::kJsonArray:
    case Kind::kJsonObject: {
      const Json* found = json_member(*json_, fragment);
      return found == nullptr ? Value() : borrow(*found);
    }
    case Kind::kArray:
      return fragment.index >= 0 && static_cast<std::uint32_t>(fragment.index) < size_ ? items_[fragment.index]
                                                                                       : Value();
    case Kind::kFrame:
      if (fragment.name == "accumulator") return items_[0];
      return fragment.name == "current" ? items_[1] : Value();
    default:
      return {};
  }
}

}  // namespace mingma::rules::certlogic
