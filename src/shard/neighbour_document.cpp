// Reading of what provinces and their institutions sign about exchange. Format: docs/formats/exchange.md.
#include "shard/json_members.h"
#include "shard/neighbour.h"

namespace mingma::shard {
namespace {

constexpr JsonLimits kLimits{.depth_max = 8, .bytes_max = 256u << 10};
constexpr JsonLimits kSmall{.depth_max = 4, .bytes_max = 16u << 10};
constexpr std::size_t kLedgerKeysMax = 300;
constexpr std::size_t kGenesisBytesMax = 64u << 10;

Result<Json> parse(std::string_view bytes, const JsonLimits& limits) {
  auto json = parse_json(bytes, limits);
  if (!json.ok()) return Error(errors::kShardInvalidDocument, json.error().message(), json.error().where());
  return std::move(json).value();
}

Result<void> expect_type(JsonMembers& members, std::string_view wanted) {
  MINGMA_TRY(const std::string type, members.text("type"));
  if (type != wanted) return members.fail("type", "not " + std::string(wanted));
  return {};
}

Result<void> read_names(JsonMembers& members, TrustedProvince& out) {
  MINGMA_TRY(const Json* json, members.object("name"));
  MINGMA_TRY(JsonMembers inner, JsonMembers::open(*json, "/name"));
  MINGMA_TRY(out.name_zh, inner.text("zh"));
  MINGMA_TRY(out.name_en, inner.text("en"));
  return inner.end();
}

// Every key belongs to a shard's ledger of the province that the genesis document founds.
Result<void> read_keys(JsonMembers& members, TrustedProvince& out) {
  const auto genesis = parse_genesis(out.genesis);
  if (!genesis.ok()) return members.fail("genesis", genesis.error().to_string());
  if (genesis->province != out.province) return members.fail("genesis", "of another province");
  MINGMA_TRY(const Json::Array* keys, members.array("ledger_keys", kLedgerKeysMax));
  for (const Json& key : *keys) {
    auto verifier = key.is_string() ? ledger::NoteVerifier::parse(key.string())
                                    : Result<ledger::NoteVerifier>(Error(errors::kShardInvalidDocument, "no text"));
    if (!verifier.ok() || !verifier->name().starts_with(genesis->origin + "/shard/"))
      return members.fail("ledger_keys", "not verifier keys of " + genesis->origin + "/shard/<n>");
    out.ledger_keys.push_back(std::move(verifier).value());
  }
  MINGMA_TRY(const std::string seal_key, members.text("seal_key", 64));
  const auto raw = base64_decode(seal_key);
  const auto digest = raw.ok() ? Digest::from(*raw) : Result<Digest>(raw.error());
  if (!digest.ok()) return members.fail("seal_key", "not base64 of 32 bytes");
  out.seal_key = *digest;
  MINGMA_TRY(const std::string sign_key, members.text("sign_key", 1'024));
  const auto der = base64_decode(sign_key);
  auto key = der.ok() ? crypto::VerifyingKey::from_spki_der(*der) : Result<crypto::VerifyingKey>(der.error());
  if (!key.ok() || key->algorithm() != crypto::SignatureAlgorithm::kEd25519)
    return members.fail("sign_key", "not a SubjectPublicKeyInfo with an Ed25519 key");
  out.sign_key = std::move(key).value();
  return {};
}

Result<Digest> read_digest(JsonMembers& members, std::string_view name) {
  MINGMA_TRY(const std::string text, members.text(name, 64));
  const auto raw = hex_decode(text);
  const auto digest = raw.ok() ? Digest::from(*raw) : Result<Digest>(raw.error());
  if (!digest.ok()) return members.fail(name, "not 64 lower-case hex digits");
  return *digest;
}

}  // namespace

Result<TrustedProvince> parse_trusted_province(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes, kLimits));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  TrustedProvince out;
  MINGMA_CHECK(expect_type(members, "trusted_province"));
  MINGMA_TRY(out.province, members.division("id"));
  if (out.province != out.province.province()) return members.fail("id", "not a province's code of 2 digits");
  MINGMA_TRY(out.institution, members.text("institution", 32));
  MINGMA_CHECK(read_names(members, out));
  MINGMA_TRY(out.phone, members.text("phone", 64));
  MINGMA_TRY(out.url, members.text("url", 256));
  const bool web = out.url.starts_with("https://") || out.url.starts_with("http://");
  if (!web || out.url.ends_with('/')) return members.fail("url", "not a web address without a slash at its end");
  MINGMA_TRY(out.genesis, members.text("genesis", kGenesisBytesMax));
  MINGMA_CHECK(read_keys(members, out));
  MINGMA_TRY(out.from, members.instant("from"));
  MINGMA_TRY(out.until, members.instant("until"));
  if (out.until <= out.from) return members.fail("until", "not later than from");
  MINGMA_TRY(out.issued_at, members.instant("issued_at"));
  MINGMA_CHECK(members.end());
  return out;
}

Result<ExportOrder> parse_export_order(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes, kSmall));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  ExportOrder out;
  MINGMA_CHECK(expect_type(members, "export"));
  MINGMA_TRY(out.institution, members.text("institution", 32));
  MINGMA_TRY(out.to, members.division("to"));
  if (out.to != out.to.province()) return members.fail("to", "not a province's code of 2 digits");
  MINGMA_TRY(const Json* person, members.object("person"));
  out.person = *person;
  MINGMA_TRY(out.record, members.text("record", 64));
  MINGMA_CHECK(members.text("reason", 256));
  MINGMA_TRY(out.signed_at, members.instant("signed_at"));
  MINGMA_CHECK(members.end());
  return out;
}

Result<Acknowledgement> parse_acknowledgement(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes, kSmall));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  Acknowledgement out;
  MINGMA_CHECK(expect_type(members, "acknowledgement"));
  MINGMA_TRY(out.exported, read_digest(members, "export"));
  MINGMA_TRY(out.from, members.division("from"));
  MINGMA_TRY(out.to, members.division("to"));
  MINGMA_TRY(out.outcome, members.text("outcome", 32));
  MINGMA_TRY(out.at, members.instant("at"));
  if (members.take("leaf") != nullptr) {
    MINGMA_CHECK(members.integer("leaf", 0, std::int64_t{1} << 53));
    MINGMA_CHECK(members.integer("shard", 1, 0xffff));
  }
  MINGMA_CHECK(members.end());
  return out;
}

}  // namespace mingma::shard
