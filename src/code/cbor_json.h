// Foreign CBOR as a JSON value: what a certificate says, for rules and feeds to read.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/json.h"

namespace mingma::code {

// Reads exactly one item, leniently. Text keys only; byte strings become base64url; tags are dropped (a tagged
// date-time is its text); a float that is an integer within 53 bits becomes one.
// Errors: base.invalid_cbor, code.malformed (not a number, a key that is no text). Depth: at most 16.
Result<Json> cbor_to_json(ByteView encoded);

}  // namespace mingma::code
