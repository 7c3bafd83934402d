// Reading answers of the server for people: a member as text, in both languages, or in local time; absent gives empty.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace mingma::app {

std::string text_of(const Json& json, std::string_view name);
// "中文 / English" of {"zh","en"}.
std::string both_of(const Json& json, std::string_view name);
// An RFC 3339 instant at UTC+8: "2022-06-13 08:00:00".
std::string local_of(const Json& json, std::string_view name);
// The elements of an array; empty when it is none.
const Json::Array& array_of(const Json& json, std::string_view name);
std::int64_t integer_of(const Json& json, std::string_view name);  // 0 when absent
bool flag_of(const Json& json, std::string_view name);             // false when absent
// "郑州市疾控中心 / Zhengzhou CDC (CDC-01, cdc), 0371-67170000" of an institution's summary.
std::string institution_line(const Json& institution);

}  // namespace mingma::app
