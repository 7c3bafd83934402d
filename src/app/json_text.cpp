#include "app/json_text.h"

#include "base/time.h"

namespace mingma::app {

std::string text_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_string() ? member->string() : std::string();
}

std::string both_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  if (member == nullptr) return {};
  const std::string zh = text_of(*member, "zh");
  const std::string en = text_of(*member, "en");
  return zh + (zh.empty() || en.empty() ? "" : " / ") + en;
}

std::string local_of(const Json& json, std::string_view name) {
  const auto instant = parse_instant(text_of(json, name));
  return instant.ok() ? instant->to_local_string() : std::string();
}

const Json::Array& array_of(const Json& json, std::string_view name) {
  static const Json::Array kNone;
  const Json* member = json.find(name);
  return member != nullptr && member->is_array() ? member->array() : kNone;
}

std::int64_t integer_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_integer() ? member->integer() : 0;
}

bool flag_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_boolean() && member->boolean();
}

std::string institution_line(const Json& institution) {
  std::string out = both_of(institution, "name") + " (" + text_of(institution, "id");
  const std::string klass = text_of(institution, "class");
  if (!klass.empty()) out += ", " + klass;
  out += ")";
  const std::string phone = text_of(institution, "phone");
  return phone.empty() ? out : out + ", " + phone;
}

}  // namespace mingma::app
