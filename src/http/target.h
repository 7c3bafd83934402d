// Request targets and queries (RFC 9112 3.2, RFC 3986): percent-encoding, paths, parameters.
//
// Strict, because two readings of one path are how access rules are walked around: no bad escape, no encoded NUL or
// slash, no dot segment, no empty segment inside a path.
// Threading: free functions. Errors: errors::kInvalidTarget, kInvalidQuery with the parameter as the place.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace mingma::http {

struct Target {
  std::string_view path;   // begins with '/', percent-encoded
  std::string_view query;  // without '?'
  bool has_query = false;
  std::string_view origin;  // what came before the path in absolute form ("http://host"); empty in origin form
};

// Origin form ("/a?b") or absolute form ("http://host/a?b"); checks the characters and every path segment.
Result<Target> parse_target(std::string_view text);

// '+' stays '+': these are URIs, not forms.
Result<std::string> percent_decode(std::string_view text);
// application/x-www-form-urlencoded: '+' is a blank.
Result<std::string> form_decode(std::string_view text);
std::string percent_encode(std::string_view text);  // everything but unreserved characters

// Name and value pairs of a query or a form, decoded, in order. At most 32; no name twice.
using Parameters = std::vector<std::pair<std::string, std::string>>;
Result<Parameters> parse_parameters(std::string_view text);
const std::string* find_parameter(const Parameters& parameters, std::string_view name);

}  // namespace mingma::http
