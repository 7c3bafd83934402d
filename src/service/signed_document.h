// Signed documents as clients send them, and the single statements among them.
//
// A "statement" or "correction" document has the form of shard/statement_document.h; its "person" is
//   {"document_type": "resident_id" | "passport", "country": "CHN"?, "document_number": "..."}
// It is signed by one key of its institution over SHA-256("mingma/v1/<type>\n" || document) and kept sealed under the
// resident's key. Pure functions. Errors: kBadRequest with the place; errors of evidence and identity as they are.
// Limits: 1 MiB.
#pragma once

#include <string_view>

#include "base/json.h"
#include "service/person.h"
#include "service/types.h"
#include "shard/document.h"
#include "shard/statement.h"

namespace mingma::service {

Result<shard::SignedDocument> to_shard_document(const SignedDocument& document);

// The "person" of such a document. "name" and "birth_date" are optional and identify nobody.
Result<Person> parse_person(const Json& json);

Result<shard::Statement> parse_statement_document(const SignedDocument& document, const Pseudonyms& pseudonyms);

}  // namespace mingma::service
