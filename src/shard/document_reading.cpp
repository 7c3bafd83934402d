#include "shard/document_reading.h"

#include <algorithm>

namespace mingma::shard {
namespace {

constexpr JsonLimits kLimits{.depth_max = 8, .bytes_max = kDocumentBytesMax};

}  // namespace

Result<Names> read_names(JsonMembers& members, std::string_view name) {
  MINGMA_TRY(const Json* json, members.object(name));
  MINGMA_TRY(JsonMembers inner, JsonMembers::open(*json, "/" + std::string(name)));
  Names names;
  MINGMA_TRY(names.zh, inner.text("zh"));
  MINGMA_TRY(names.en, inner.text("en"));
  MINGMA_CHECK(inner.end());
  return names;
}

Result<crypto::VerifyingKey> read_key(JsonMembers& members) {
  MINGMA_TRY(const std::string text, members.text("key", 1'024));
  const auto der = base64_decode(text);
  if (!der.ok()) return members.fail("key", "not canonical base64");
  auto key = crypto::VerifyingKey::from_spki_der(*der);
  if (!key.ok()) return members.fail("key", "not a SubjectPublicKeyInfo with an Ed25519 or P-256 key");
  if (key->algorithm() == crypto::SignatureAlgorithm::kPs256) return members.fail("key", "RSA keys do not sign here");
  return key;
}

Result<std::string> read_id(JsonMembers& members, std::string_view name, std::size_t bytes_min, std::size_t bytes_max) {
  MINGMA_TRY(std::string id, members.text(name, bytes_max));
  const bool good = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
           c == '_';
  });
  if (!good || id.size() < bytes_min)
    return members.fail(name, "not an identifier of letters, digits, '.', '-' and '_'");
  return id;
}

Result<std::string> read_institution_id(JsonMembers& members, std::string_view name) {
  MINGMA_TRY(std::string id, read_id(members, name, 3, 32));
  if (id.find_first_of("._") != std::string::npos)
    return members.fail(name, "an institution is named by letters, digits and hyphens");
  if (id == "self" || id == kRootGrantor) return members.fail(name, "this name is reserved");
  return id;
}

Result<std::string> read_signer(JsonMembers& members, std::string_view name) {
  const Json* json = members.take(name);
  if (json != nullptr && json->is_string() && json->string() == kRootGrantor) return std::string(kRootGrantor);
  return read_institution_id(members, name);
}

Result<ParsedDocument> parse_document(std::string_view bytes) {
  auto json = parse_json(bytes, kLimits);
  if (!json.ok()) return Error(errors::kShardInvalidDocument, json.error().message(), json.error().where());
  return ParsedDocument{std::move(json).value()};
}

Result<JsonMembers> open_document(const ParsedDocument& parsed, DocumentType type) {
  MINGMA_TRY(JsonMembers members, JsonMembers::open(parsed.json));
  MINGMA_TRY(const std::string name, members.text("type"));
  if (name != to_string(type)) return members.fail("type", "not \"" + std::string(to_string(type)) + "\"");
  return members;
}

}  // namespace mingma::shard
