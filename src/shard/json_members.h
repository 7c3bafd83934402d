// Strict reading of the members of one JSON object: each is asked for once, and none may be left over. Internal to the
// room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/time.h"
#include "shard/errors.h"

namespace mingma::shard {

class JsonMembers {
 public:
  // `json` must outlive this. `where` is put before the names of members in errors.
  static Result<JsonMembers> open(const Json& json, std::string where = {});

  Result<std::string> text(std::string_view name, std::size_t bytes_max = 256);  // not empty
  Result<std::string> optional_text(std::string_view name, std::size_t bytes_max = 256);
  Result<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t greatest);
  Result<bool> boolean(std::string_view name);
  Result<UnixSeconds> instant(std::string_view name);           // 1970-01-01T00:00:01Z to 2106
  Result<UnixSeconds> optional_instant(std::string_view name);  // {0} when absent
  Result<DivisionCode> division(std::string_view name);
  Result<const Json*> object(std::string_view name);
  Result<const Json::Array*> array(std::string_view name, std::size_t items_max);  // at least one item
  // Marks a member as known without reading it; null when absent.
  const Json* take(std::string_view name);
  // Refuses members that nobody asked for.
  Result<void> end() const;

  Error fail(std::string_view name, std::string message) const;

 private:
  JsonMembers(const Json& json, std::string where)
      : json_(&json), where_(std::move(where)), taken_(json.object().size(), false) {}
  Result<const Json*> need(std::string_view name);

  const Json* json_;
  std::string where_;
  std::vector<bool> taken_;
};

}  // namespace mingma::shard
