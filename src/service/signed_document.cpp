#include "service/signed_document.h"

#include <algorithm>

#include "base/json.h"
#include "crypto/webauthn.h"
#include "service/errors.h"
#include "shard/statement_document.h"

namespace mingma::service {
namespace {

Error invalid(std::string what, std::string where) { return {errors::kBadRequest, std::move(what), std::move(where)}; }

Result<void> only_members(const Json& object, std::initializer_list<std::string_view> known, const std::string& where) {
  if (!object.is_object()) return invalid("this must be an object", where);
  for (const Json::Member& member : object.object()) {
    if (std::find(known.begin(), known.end(), member.first) == known.end())
      return invalid("unknown member", where + "/" + member.first);
  }
  return {};
}

Result<std::string> text(const Json& object, std::string_view name, bool required) {
  const Json* member = object.find(name);
  if (member == nullptr && !required) return std::string();
  if (member == nullptr || !member->is_string()) return invalid("this must be a string", "/" + std::string(name));
  return member->string();
}

Result<Bytes> read_base64url(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (member == nullptr || !member->is_string()) return invalid("this must be base64url", "/" + std::string(name));
  return base64url_decode(member->string());
}

// An assertion as browsers give it (AuthenticatorAssertionResponse), in the place of a plain signature.
Result<Bytes> parse_webauthn(const Json& json) {
  MINGMA_CHECK(only_members(json, {"authenticator_data", "client_data", "signature"}, "/signatures/webauthn"));
  crypto::WebAuthnAssertion assertion;
  MINGMA_TRY(assertion.authenticator_data, read_base64url(json, "authenticator_data"));
  MINGMA_TRY(assertion.client_data, read_base64url(json, "client_data"));
  MINGMA_TRY(assertion.signature, read_base64url(json, "signature"));
  return crypto::encode_assertion(assertion);
}

}  // namespace

Result<Person> parse_person(const Json& json) {
  MINGMA_CHECK(only_members(json, {"document_type", "country", "document_number", "name", "birth_date"}, "/person"));
  Person person;
  MINGMA_TRY(person.document_type, text(json, "document_type", true));
  MINGMA_TRY(person.country, text(json, "country", false));
  MINGMA_TRY(person.document_number, text(json, "document_number", true));
  MINGMA_TRY(person.name, text(json, "name", false));
  MINGMA_TRY(const std::string born, text(json, "birth_date", false));
  if (born.empty()) return person;
  MINGMA_TRY(person.birth_date, parse_date(born));
  return person;
}

Result<SignedDocument> parse_signed_document(std::string_view envelope) {
  if (envelope.size() > 3 * shard::kDocumentBytesMax) return invalid("a document has at most 1 MiB", "/");
  MINGMA_TRY(const Json json, parse_json(envelope));
  MINGMA_CHECK(only_members(json, {"type", "document", "signatures"}, ""));
  SignedDocument out;
  MINGMA_TRY(out.type, text(json, "type", true));
  MINGMA_TRY(out.document, text(json, "document", true));
  const Json* signatures = json.find("signatures");
  if (signatures == nullptr || !signatures->is_array() || signatures->array().size() > shard::kSignaturesMax) {
    return invalid("there must be at most 16 signatures", "/signatures");
  }
  for (const Json& entry : signatures->array()) {
    MINGMA_CHECK(only_members(entry, {"key", "signature", "webauthn"}, "/signatures"));
    DocumentSignature signature;
    MINGMA_TRY(signature.key_id, text(entry, "key", true));
    if (const Json* webauthn = entry.find("webauthn"); webauthn != nullptr) {
      if (entry.find("signature") != nullptr) return invalid("either signature or webauthn", "/signatures");
      MINGMA_TRY(signature.signature, parse_webauthn(*webauthn));
      out.signatures.push_back(std::move(signature));
      continue;
    }
    MINGMA_TRY(const std::string encoded, text(entry, "signature", true));
    MINGMA_TRY(signature.signature, base64_decode(encoded));
    out.signatures.push_back(std::move(signature));
  }
  return out;
}

std::string write_signed_document(const SignedDocument& document) {
  Json json;
  json.set("type", document.type);
  json.set("document", document.document);
  Json::Array signatures;
  for (const DocumentSignature& signature : document.signatures) {
    Json entry;
    entry.set("key", signature.key_id);
    entry.set("signature", base64_encode(signature.signature));
    signatures.push_back(std::move(entry));
  }
  json.set("signatures", std::move(signatures));
  return json.to_string();
}

Result<shard::SignedDocument> to_shard_document(const SignedDocument& document) {
  const auto type = shard::find_document_type(document.type);
  if (!type) return invalid("no such type of document", "/type");
  shard::SignedDocument out;
  out.type = *type;
  out.bytes = document.document;
  for (const DocumentSignature& signature : document.signatures)
    out.signatures.push_back({signature.key_id, signature.signature});
  return out;
}

Result<shard::Statement> parse_statement_document(const SignedDocument& document, const Pseudonyms& pseudonyms) {
  MINGMA_TRY(shard::StatementDocument parsed, shard::parse_statement_document(document.document));
  const bool correction = parsed.statement.action != shard::StatementAction::kAdd;
  if (document.type != (correction ? "correction" : "statement")) {
    return invalid("the document is of another type than its envelope says", "/type");
  }
  MINGMA_TRY(const Person person, parse_person(parsed.person));
  MINGMA_TRY(const feed::PersonIdentity identity, to_identity(person));
  parsed.statement.resident = pseudonyms.of(identity);
  MINGMA_CHECK(shard::check_statement(parsed.statement));
  return std::move(parsed.statement);
}

}  // namespace mingma::service
