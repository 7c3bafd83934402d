#include "shard/json_members.h"

namespace mingma::shard {

Result<JsonMembers> JsonMembers::open(const Json& json, std::string where) {
  if (!json.is_object()) return Error(errors::kShardInvalidDocument, "not a JSON object", std::move(where));
  return JsonMembers(json, std::move(where));
}

Error JsonMembers::fail(std::string_view name, std::string message) const {
  return Error(errors::kShardInvalidDocument, std::move(message), where_ + "/" + std::string(name));
}

const Json* JsonMembers::take(std::string_view name) {
  const Json::Object& members = json_->object();
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].first != name) continue;
    taken_[i] = true;
    return &members[i].second;
  }
  return nullptr;
}

Result<const Json*> JsonMembers::need(std::string_view name) {
  const Json* member = take(name);
  if (member == nullptr) return fail(name, "missing");
  return member;
}

Result<std::string> JsonMembers::text(std::string_view name, std::size_t bytes_max) {
  MINGMA_TRY(const Json* member, need(name));
  if (!member->is_string() || member->string().empty()) return fail(name, "not a text, or empty");
  if (member->string().size() > bytes_max) return fail(name, "over " + std::to_string(bytes_max) + " bytes");
  return member->string();
}

Result<std::string> JsonMembers::optional_text(std::string_view name, std::size_t bytes_max) {
  const Json::Object& members = json_->object();
  for (const auto& member : members) {
    if (member.first == name) return text(name, bytes_max);
  }
  return std::string{};
}

Result<std::int64_t> JsonMembers::integer(std::string_view name, std::int64_t least, std::int64_t greatest) {
  MINGMA_TRY(const Json* member, need(name));
  if (!member->is_integer() || member->integer() < least || member->integer() > greatest) {
    return fail(name, "not an integer from " + std::to_string(least) + " to " + std::to_string(greatest));
  }
  return member->integer();
}

Result<bool> JsonMembers::boolean(std::string_view name) {
  MINGMA_TRY(const Json* member, need(name));
  if (!member->is_boolean()) return fail(name, "neither true nor false");
  return member->boolean();
}

Result<UnixSeconds> JsonMembers::instant(std::string_view name) {
  MINGMA_TRY(const std::string value, text(name, 40));
  const auto instant = parse_instant(value);
  if (!instant.ok()) return fail(name, "not an RFC 3339 date-time with offset");
  if (instant->value <= 0 || instant->value > 0xffff'ffff) return fail(name, "outside 1970 to 2106");
  return *instant;
}

Result<UnixSeconds> JsonMembers::optional_instant(std::string_view name) {
  const Json::Object& members = json_->object();
  for (const auto& member : members) {
    if (member.first == name) return instant(name);
  }
  return UnixSeconds{};
}

Result<DivisionCode> JsonMembers::division(std::string_view name) {
  MINGMA_TRY(const std::string value, text(name, 9));
  const auto code = DivisionCode::parse(value);
  if (!code.ok()) return fail(name, "not a division code of 2, 4, 6 or 9 digits");
  return *code;
}

Result<const Json*> JsonMembers::object(std::string_view name) {
  MINGMA_TRY(const Json* member, need(name));
  if (!member->is_object()) return fail(name, "not an object");
  return member;
}

Result<const Json::Array*> JsonMembers::array(std::string_view name, std::size_t items_max) {
  MINGMA_TRY(const Json* member, need(name));
  if (!member->is_array() || member->array().empty()) return fail(name, "not an array, or empty");
  if (member->array().size() > items_max) return fail(name, "over " + std::to_string(items_max) + " items");
  return &member->array();
}

Result<void> JsonMembers::end() const {
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (!taken_[i]) return fail(json_->object()[i].first, "no such member in this document");
  }
  return {};
}

}  // namespace mingma::shard
