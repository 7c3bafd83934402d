// A single statement as an institution signs it: one JSON object, exact bytes kept. Format: docs/formats/statement.md.
//
// {"type":"statement","institution":"...","person":{...},"evidence":{"kind":...},"source_record":"...","signed_at":"..."}
// {"type":"correction", the same, and "action":"replace"|"withdraw","earlier_record":"...","reason":"amended"}
// A withdrawal's evidence is {"kind":"..."} only. `person` is read by the service, which turns it into a ResidentId;
// here it only has to be an object. The signature is over document_digest(type, bytes).
// Threading: values. Limits: 64 KiB.
#pragma once

#include <string_view>

#include "base/json.h"
#include "shard/statement.h"

namespace mingma::shard {

struct StatementDocument {
  Statement statement;  // `resident` is left empty
  Json person;
};

Result<StatementDocument> parse_statement_document(std::string_view bytes);

}  // namespace mingma::shard
