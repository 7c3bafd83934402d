// A JSON Schema checker for the tests, with just the vocabulary that the EU DCC schemas use (2020-12): $ref into $defs,
// type, required, properties, items, minItems, maxItems, minimum, maxLength, pattern, oneOf, anyOf. `format` is an
// annotation, as the standard has it by default. Any other asserting keyword stops the test: nothing is skipped
// silently.
#pragma once

#include "base/json.h"

namespace mingma::code::testing {

bool valid_by_schema(const Json& value, const Json& schema);

}  // namespace mingma::code::testing
