// The access log: one line a request, without anything personal: no path, query, address, header or user.
//
//   2022-06-13T00:00:00Z GET /v1/me/code 200 412 1180 93     (route, status, bytes in, bytes out, microseconds)
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "http/server.h"

namespace mingma::http {

// Writes through a background thread with a bounded queue; when that is full the oldest lines are dropped rather than
// requests delayed. The file is rotated at 64 MiB, eight are kept. Errors: kCannotServeFiles.
Result<std::function<void(const AccessRecord&)>> open_access_log(const std::string& file, const Clock& clock);

}  // namespace mingma::http
