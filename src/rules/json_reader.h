// Reads the members of one JSON object under a closed list of names, remembering where it is and the first error.
//
// The caller reads every member, then calls finish(): the first thing wrong, or a name that nobody asked for. After an
// error each read gives an empty value, so that a reader needs no branch per member.
// Threading: one object, one caller. Lifetime: borrows the Json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace mingma::rules {

class JsonReader {
 public:
  // `place` is the JSON pointer of `json` in its document.
  JsonReader(const Json& json, std::string place, const ErrorInfo& info);

  const Json* optional(std::string_view name);     // null pointer: absent
  const Json& required(std::string_view name);     // null after an error
  const std::string& text(std::string_view name);  // not empty
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
  const Json::Array& array(std::string_view name);
  std::string place_of(std::string_view name) const { return place_ + "/" + std::string(name); }

  // Runs a parser of one text member and keeps its value or its error.
  template <typename T>
  T parsed(std::string_view name, Result<T> (*parse)(std::string_view));

  void fail(std::string_view name, std::string message);
  void fail(Error error);
  bool ok() const { return !error_.has_value(); }
  Result<void> finish();

 private:
  const Json& json_;
  std::string place_;
  const ErrorInfo& info_;
  std::vector<std::string_view> known_;
  std::optional<Error> error_;
};

template <typename T>
T JsonReader::parsed(std::string_view name, Result<T> (*parse)(std::string_view)) {
  const std::string& written = text(name);
  if (!ok()) return T{};
  Result<T> value = parse(written);
  if (value.ok()) return std::move(value).value();
  fail(name, value.error().message());
  return T{};
}

}  // namespace mingma::rules
