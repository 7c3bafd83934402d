// Error codes of the http room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::http::errors {

// ---- a request that could not be taken
inline constexpr ErrorInfo kBadRequest{"http.bad_request", 400, Retry::kAfterFix};        // not HTTP/1.1, or ambiguous
inline constexpr ErrorInfo kInvalidTarget{"http.invalid_target", 400, Retry::kAfterFix};  // path or query
inline constexpr ErrorInfo kInvalidQuery{"http.invalid_query", 400,
                                         Retry::kAfterFix};  // a parameter is unknown or wrong
inline constexpr ErrorInfo kInvalidBody{"http.invalid_body", 400,
                                        Retry::kAfterFix};  // a member is missing, unknown or wrong
inline constexpr ErrorInfo kNotFound{"http.not_found", 404, Retry::kNo};
inline constexpr ErrorInfo kMethodNotAllowed{"http.method_not_allowed", 405, Retry::kNo};
inline constexpr ErrorInfo kNotAcceptable{"http.not_acceptable", 406, Retry::kAfterFix};
inline constexpr ErrorInfo kTimeout{"http.timeout", 408, Retry::kLater};
inline constexpr ErrorInfo kLengthRequired{"http.length_required", 411, Retry::kAfterFix};
inline constexpr ErrorInfo kBodyTooLarge{"http.body_too_large", 413, Retry::kAfterFix};
inline constexpr ErrorInfo kTargetTooLong{"http.target_too_long", 414, Retry::kAfterFix};
inline constexpr ErrorInfo kUnsupportedMediaType{"http.unsupported_media_type", 415, Retry::kAfterFix};
inline constexpr ErrorInfo kExpectationFailed{"http.expectation_failed", 417, Retry::kAfterFix};
inline constexpr ErrorInfo kTooManyRequests{"http.too_many_requests", 429, Retry::kLater};
inline constexpr ErrorInfo kHeaderTooLarge{"http.header_too_large", 431, Retry::kAfterFix};
inline constexpr ErrorInfo kInternal{"http.internal", 500, Retry::kLater};
inline constexpr ErrorInfo kTransferNotImplemented{"http.transfer_not_implemented", 501, Retry::kAfterFix};
inline constexpr ErrorInfo kBusy{"http.busy", 503, Retry::kLater};  // too many connections, or shutting down

// ---- who is asking
inline constexpr ErrorInfo kNotSignedIn{"http.not_signed_in", 401, Retry::kAfterFix};
inline constexpr ErrorInfo kCrossSite{"http.cross_site", 403, Retry::kNo};  // a page of another origin used the cookie
inline constexpr ErrorInfo kSignatureMissing{"http.signature_missing", 401, Retry::kAfterFix};
inline constexpr ErrorInfo kSignatureInvalid{"http.signature_invalid", 401,
                                             Retry::kAfterFix};  // malformed, too little covered
inline constexpr ErrorInfo kSignatureExpired{"http.signature_expired", 401, Retry::kAfterFix};  // or from the future
inline constexpr ErrorInfo kSignatureReplayed{"http.signature_replayed", 401, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidField{"http.invalid_field", 400, Retry::kAfterFix};  // a structured header field
inline constexpr ErrorInfo kDigestMissing{"http.digest_missing", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kDigestMismatch{"http.digest_mismatch", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kLoginFailed{"http.login_failed", 401, Retry::kAfterFix};
inline constexpr ErrorInfo kLoginExpired{"http.login_expired", 400, Retry::kAfterFix};  // state unknown or used
inline constexpr ErrorInfo kInvalidToken{"http.invalid_token", 401, Retry::kAfterFix};  // JWS, ID token
inline constexpr ErrorInfo kProviderFailed{"http.provider_failed", 502, Retry::kLater};

// ---- as a client
inline constexpr ErrorInfo kInvalidUrl{"http.invalid_url", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kUnreachable{"http.unreachable", 502, Retry::kLater};
inline constexpr ErrorInfo kNoAnswer{"http.no_answer", 504, Retry::kLater};
inline constexpr ErrorInfo kInvalidAnswer{"http.invalid_answer", 502, Retry::kLater};

// ---- at start
inline constexpr ErrorInfo kCannotListen{"http.cannot_listen", 500, Retry::kAfterFix};
inline constexpr ErrorInfo kCannotServeFiles{"http.cannot_serve_files", 500, Retry::kAfterFix};

}  // namespace mingma::http::errors
