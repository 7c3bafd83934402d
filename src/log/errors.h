// Error codes of the log room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::log::errors {

inline constexpr ErrorInfo kBrokenChain{"log.broken_chain", 500, Retry::kNo};  // a record was altered, cut out or put in
inline constexpr ErrorInfo kNotOwner{"log.not_owner", 503, Retry::kLater};     // this process does not (or no longer) own the shard
inline constexpr ErrorInfo kTooLarge{"log.too_large", 413, Retry::kAfterFix};

}  // namespace mingma::log::errors
