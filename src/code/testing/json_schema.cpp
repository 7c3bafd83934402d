#include "code/testing/json_schema.h"

#include <algorithm>
#include <array>
#include <regex>

namespace mingma::code::testing {
namespace {

constexpr std::array<std::string_view, 11> kAnnotations{"$schema",      "$id",         "$comment", "$defs",
                                                        "title",        "description", "examples", "format",
                                                        "valueset-uri", "$anchor",     "default"};

bool has_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_integer();
  if (type == "number") return value.is_integer() || value.is_double();
  if (type == "boolean") return value.is_boolean();
  MINGMA_ASSERT(type == "null");
  return value.is_null();
}

std::size_t code_points(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

class Checker {
 public:
  explicit Checker(const Json& root) : root_(root) {}

  bool valid(const Json& value, const Json& schema) const {
    return std::all_of(schema.object().begin(), schema.object().end(),
                       [&](const Json::Member& keyword) { return holds(value, keyword.first, keyword.second); });
  }

 private:
  bool holds(const Json& value, const std::string& keyword, const Json& argument) const {
    if (std::find(kAnnotations.begin(), kAnnotations.end(), keyword) != kAnnotations.end()) return true;
    if (keyword == "$ref") return valid(value, resolve(argument.string()));
    if (keyword == "type") return has_type(value, argument.string());
    if (keyword == "oneOf") return matching(value, argument) == 1;
    if (keyword == "anyOf") return matching(value, argument) >= 1;
    if (keyword == "minimum") return !value.is_integer() || value.integer() >= argument.integer();
    if (keyword == "required" || keyword == "properties")
      return !value.is_object() || members_hold(value, keyword, argument);
    if (keyword == "maxLength" || keyword == "pattern")
      return !value.is_string() || text_holds(value.string(), keyword, argument);
    return !value.is_array() || items_hold(value.array(), keyword, argument);
  }
  bool members_hold(const Json& value, const std::string& keyword, const Json& argument) const {
    if (keyword == "required") {
      return std::all_of(argument.array().begin(), argument.array().end(),
                         [&](const Json& name) { return value.find(name.string()) != nullptr; });
    }
    return std::all_of(argument.object().begin(), argument.object().end(), [&](const Json::Member& property) {
      const Json* member = value.find(property.first);
      return member == nullptr || valid(*member, property.second);
    });
  }
  static bool text_holds(const std::string& text, const std::string& keyword, const Json& argument) {
    if (keyword == "maxLength") return code_points(text) <= static_cast<std::size_t>(argument.integer());
    return std::regex_search(text, std::regex(argument.string(), std::regex::ECMAScript));
  }
  bool items_hold(const Json::Array& items, const std::string& keyword, const Json& argument) const {
    if (keyword == "minItems") return items.size() >= static_cast<std::size_t>(argument.integer());
    if (keyword == "maxItems") return items.size() <= static_cast<std::size_t>(argument.integer());
    MINGMA_ASSERT(keyword == "items");
    return std::all_of(items.begin(), items.end(), [&](const Json& item) { return valid(item, argument); });
  }
  std::ptrdiff_t matching(const Json& value, const Json& schemas) const {
    return std::count_if(schemas.array().begin(), schemas.array().end(),
                         [&](const Json& schema) { return valid(value, schema); });
  }
  const Json& resolve(std::string_view reference) const {
    constexpr std::string_view kDefs = "#/$defs/";
    MINGMA_ASSERT(reference.starts_with(kDefs));
    const Json* schema = root_.find("$defs")->find(reference.substr(kDefs.size()));
    MINGMA_ASSERT(schema != nullptr);
    return *schema;
  }

  const Json& root_;
};

}  // namespace

bool valid_by_schema(const Json& value, const Json& schema) { return Checker(schema).valid(value, schema); }

}  // namespace mingma::code::testing
