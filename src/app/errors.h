// Error codes of the program. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

inline constexpr ErrorInfo kInvalidArgument{"app.invalid_argument", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFileFailed{"app.file", 500, Retry::kAfterFix};        // cannot read or write a file
inline constexpr ErrorInfo kServerFailed{"app.server", 502, Retry::kLater};       // the server could not be reached
inline constexpr ErrorInfo kServerRefused{"app.refused", 422, Retry::kAfterFix};  // the server answered with a problem

}  // namespace mingma::errors
