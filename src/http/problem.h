// Errors as problem details (RFC 9457): application/problem+json in the client's language, with a stable code.
//
// {"type":"tag:mingma.example,2026:http.not_found","title":"Not
// found","status":404,"code":"http.not_found","detail":"...",
//  "where":"/persons/0","retry":"after_fix"}; `where` only when the error has a place. Never personal data.
#pragma once

#include <string>

#include "base/error.h"
#include "http/message.h"

namespace mingma::http {

inline constexpr int kRetryAfterSeconds = 2;  // what 429 and 503 ask for unless the caller knows better

// The title of a code in a language; every code has one (by its own name or by its status).
std::string_view problem_title(const ErrorInfo& info, Language language);

std::string problem_json(const Error& error, Language language);
// With Retry-After on 429 and 503, WWW-Authenticate on 401.
Response problem(const Error& error, Language language, int retry_after_seconds = kRetryAfterSeconds);

}  // namespace mingma::http
