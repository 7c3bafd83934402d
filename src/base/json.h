// A JSON value and its bounded parser. Parsing wraps Boost.JSON's event parser; no Boost type is visible here.
//
// Numbers: an integral number, also when written 1.0 or 1e2, is an integer if it fits 64 bits; every other number is
// kept as a double, because CertLogic and every format of ours refuse it; one so fine that its double is an integer
// (1e-400) is refused. Objects keep the order of the text. A name that occurs twice, invalid UTF-8, a depth over
// `depth_max` or text after the value is refused with its line and column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace mingma {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;                                              // null
  Json(std::nullptr_t) {}                                        // NOLINT(google-explicit-constructor)
  Json(bool value) : value_(value) {}                            // NOLINT(google-explicit-constructor)
  Json(std::int64_t value) : value_(value) {}                    // NOLINT(google-explicit-constructor)
  Json(int value) : value_(static_cast<std::int64_t>(value)) {}  // NOLINT(google-explicit-constructor)
  Json(double value) : value_(value) {}                          // NOLINT(google-explicit-constructor)
  Json(std::string value) : value_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Json(std::string_view value) : value_(std::string(value)) {}   // NOLINT(google-explicit-constructor)
  Json(const char* value) : value_(std::string(value)) {}        // NOLINT(google-explicit-constructor)
  Json(Array value) : value_(std::move(value)) {}                // NOLINT(google-explicit-constructor)
  Json(Object value) : value_(std::move(value)) {}               // NOLINT(google-explicit-constructor)

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_boolean() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_double() const { return std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Each requires the matching is_...().
  bool boolean() const { return get<bool>(); }
  std::int64_t integer() const { return get<std::int64_t>(); }
  double floating() const { return get<double>(); }
  const std::string& string() const { return get<std::string>(); }
  const Array& array() const { return get<Array>(); }
  Array& array() { return get<Array>(); }
  const Object& object() const { return get<Object>(); }
  Object& object() { return get<Object>(); }

  // The member's value, or null pointer when this is no object or has no such member.
  const Json* find(std::string_view name) const;
  // Appends or replaces; turns a null into an object first.
  Json& set(std::string_view name, Json value);

  // Equal as JSON values: the order of members does not matter.
  bool operator==(const Json& other) const;

  std::string to_string() const;         // one line, members in their order
  std::string to_pretty_string() const;  // two-space indentation

 private:
  template <typename T>
  const T& get() const {
    MINGMA_ASSERT(std::holds_alternative<T>(value_));
    return *std::get_if<T>(&value_);
  }
  template <typename T>
  T& get() {
    MINGMA_ASSERT(std::holds_alternative<T>(value_));
    return *std::get_if<T>(&value_);
  }

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

struct JsonLimits {
  std::size_t depth_max = 64;
  std::size_t bytes_max = 16u << 20;
};

Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace mingma
