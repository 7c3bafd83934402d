// A value during evaluation: 16 bytes, borrowed from the data, the expression or the evaluation's arena.
// Internal to the interpreter. Lifetime: that of what it borrows from.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "rules/certlogic/date_time.h"

namespace mingma::rules::certlogic {

class Value {
 public:
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kInteger,
    kString,
    kDate,
    kArray,        // items, evaluated
    kFrame,        // what a lambda sees: items[0] = accumulator, items[1] = current
    kJsonArray,    // borrowed data
    kJsonObject,   // borrowed data
    kNotIntegral,  // a number that no operation takes
    kTooLarge,     // an integer beyond 2^53 - 1
  };
  enum class Truth : std::uint8_t { kFalsy, kTruthy, kNeither };

  Value() = default;  // null
  static Value boolean(bool value) { return scalar(Kind::kBoolean, value ? 1 : 0); }
  static Value integer(std::int64_t value) { return scalar(Kind::kInteger, value); }
  static Value date(DateTime value) { return scalar(Kind::kDate, value.milliseconds); }
  static Value string(std::string_view text) {
    Value v;
    v.kind_ = Kind::kString;
    v.size_ = static_cast<std::uint32_t>(text.size());
    v.text_ = text.data();
    return v;
  }
  static Value array(const Value* items, std::uint32_t size) { return owned(Kind::kArray, items, size); }
  static Value frame(const Value* accumulator_and_current) { return owned(Kind::kFrame, accumulator_and_current, 2); }
  static Value borrow(const Json& json);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  std::int64_t number() const { return number_; }  // boolean, integer, date
  std::string_view text() const { return {text_, size_}; }
  const Json& json() const { return *json_; }
  const Value* items() const { return items_; }
  std::uint32_t size() const { return size_; }  // kArray

  // Strings, integers, booleans and null: what `===` and `in` compare.
  bool is_comparable() const { return kind_ <= Kind::kString; }
  bool same_scalar(const Value& other) const;  // both comparable
  Truth truth() const;
  // One step of a path; null where there is nothing.
  Value member(const Fragment& fragment) const;

 private:
  static Value scalar(Kind kind, std::int64_t number) {
    Value v;
    v.kind_ = kind;
    v.number_ = number;
    return v;
  }
  static Value owned(Kind kind, const Value* items, std::uint32_t size) {
    Value v;
    v.kind_ = kind;
    v.size_ = size;
    v.items_ = items;
    return v;
  }

  Kind kind_ = Kind::kNull;
  std::uint32_t size_ = 0;
  union {
    std::int64_t number_ = 0;
    const char* text_;
    const Json* json_;
    const Value* items_;
  };
};

// The element of borrowed data that a fragment names, or a null pointer.
inline const Json* json_member(const Json& json, const Fragment& fragment) {
  if (json.is_object()) return json.find(fragment.name);
  if (!json.is_array() || fragment.index < 0) return nullptr;
  const Json::Array& array = json.array();
  const auto index = static_cast<std::size_t>(fragment.index);
  return index < array.size() ? &array[index] : nullptr;
}

}  // namespace mingma::rules::certlogic
