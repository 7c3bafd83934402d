// Error codes of the program. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::app::errors {

inline constexpr ErrorInfo kInvalidArgument{"app.invalid_argument", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFile{"app.file", 500, Retry::kAfterFix};          // cannot read or write a file
inline constexpr ErrorInfo kServer{"app.server", 502, Retry::kLater};         // the server could not be reached
inline constexpr ErrorInfo kRefused{"app.refused", 422, Retry::kAfterFix};    // the server answered with a problem

}  // namespace mingma::app::errors
