// What the readers of control documents share: their JSON, identifiers, names, keys. Internal to the room.
#pragma once

#include <string>
#include <string_view>

#include "crypto/signature.h"
#include "shard/document.h"
#include "shard/json_members.h"

namespace mingma::shard {

struct ParsedDocument {
  Json json;
};
Result<ParsedDocument> parse_document(std::string_view bytes);
// `parsed` must outlive the members. "type" must be `type`.
Result<JsonMembers> open_document(const ParsedDocument& parsed, DocumentType type);

struct Names {
  std::string zh;
  std::string en;
};
Result<Names> read_names(JsonMembers& members, std::string_view name);

// An Ed25519 or P-256 key: "key": "<base64 SPKI DER>".
Result<crypto::VerifyingKey> read_key(JsonMembers& members);
// An identifier that appears in paths and lists: 1 to 64 of letters, digits, '.', '-', '_'.
Result<std::string> read_id(JsonMembers& members, std::string_view name, std::size_t bytes_min = 1,
                            std::size_t bytes_max = 64);
Result<std::string> read_institution_id(JsonMembers& members, std::string_view name);
Result<std::string> read_signer(JsonMembers& members, std::string_view name);  // "root" or an institution

}  // namespace mingma::shard
