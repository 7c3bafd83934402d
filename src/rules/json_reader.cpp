#include "rules/json_reader.h"

#include <algorithm>

namespace mingma::rules {
namespace {

const Json kNull;
const std::string kNoText;
const Json::Array kNoItems;

}  // namespace

JsonReader::JsonReader(const Json& json, std::string place, const ErrorInfo& info)
    : json_(json), place_(std::move(place)), info_(info) {
  if (!json.is_object()) error_.emplace(info_, "an object is expected here", place_);
}

const Json* JsonReader::optional(std::string_view name) {
  known_.push_back(name);
  return json_.find(name);
}

const Json& JsonReader::required(std::string_view name) {
  const Json* found = optional(name);
  if (found == nullptr) fail(Error(info_, "\"" + std::string(name) + "\" is missing", place_));
  return found == nullptr ? kNull : *found;
}

const std::string& JsonReader::text(std::string_view name) {
  const Json& value = required(name);
  if (ok() && (!value.is_string() || value.string().empty())) fail(name, "a text that is not empty is expected here");
  return ok() ? value.string() : kNoText;
}

std::int64_t JsonReader::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const Json& value = required(name);
  if (ok() && (!value.is_integer() || value.integer() < min || value.integer() > max)) {
    fail(name, "an integer from " + std::to_string(min) + " to " + std::to_string(max) + " is expected here");
  }
  return ok() ? value.integer() : min;
}

const Json::Array& JsonReader::array(std::string_view name) {
  const Json& value = required(name);
  if (ok() && !value.is_array()) fail(name, "an array is expected here");
  return ok() ? value.array() : kNoItems;
}

void JsonReader::fail(std::string_view name, std::string message) {
  fail(Error(info_, std::move(message), place_of(name)));
}

void JsonReader::fail(Error error) {
  if (ok()) error_.emplace(std::move(error));
}

Result<void> JsonReader::finish() {
  if (ok()) {
    for (const auto& [name, value] : json_.object()) {
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      fail(name, "no such member is known here; check its spelling");
      break;
    }
  }
  if (error_.has_value()) return *error_;
  return {};
}

}  // namespace mingma::rules
