#include "shard/document.h"

#include <algorithm>
#include <array>

#include "crypto/digest.h"
#include "shard/document_reading.h"

namespace mingma::shard {
namespace {

// By number; empty ones are not used here.
constexpr std::array<std::string_view, 15> kTypes{"",
                                                  "genesis",
                                                  "institution",
                                                  "grant",
                                                  "revocation",
                                                  "policy",
                                                  "area_order",
                                                  "officer",
                                                  "officer_revocation",
                                                  "policy_exception",
                                                  "proof_record",
                                                  "",
                                                  "",
                                                  "",
                                                  "trusted_province"};
constexpr std::array<std::string_view, 11> kClasses{
    "none",        "command",   "health_commission", "cdc",      "laboratory", "hospital",
    "border_post", "community", "other_province",    "operator", "auditor"};
constexpr std::size_t kRootsMax = 64;
constexpr std::size_t kInstitutionKeysMax = 32;
constexpr std::size_t kGrantAreasMax = 256;
constexpr std::int64_t kShardsMax = 1'024;

Result<void> read_roots(JsonMembers& members, Genesis& genesis) {
  MINGMA_TRY(const Json::Array* roots, members.array("roots", kRootsMax));
  for (std::size_t i = 0; i < roots->size(); ++i) {
    MINGMA_TRY(JsonMembers root, JsonMembers::open((*roots)[i], "/roots/" + std::to_string(i)));
    MINGMA_TRY(std::string name, root.text("name"));
    MINGMA_TRY(crypto::VerifyingKey key, read_key(root));
    MINGMA_CHECK(root.end());
    for (const crypto::VerifyingKey& other : genesis.roots) {
      if (other == key) return root.fail("key", "this key is there already");
    }
    genesis.root_names.push_back(std::move(name));
    genesis.roots.push_back(std::move(key));
  }
  if (genesis.threshold > genesis.roots.size())
    return members.fail("threshold", "more signatures than there are roots");
  return {};
}

Result<void> read_institution_keys(JsonMembers& members, Institution& institution) {
  MINGMA_TRY(const Json::Array* keys, members.array("keys", kInstitutionKeysMax));
  for (std::size_t i = 0; i < keys->size(); ++i) {
    MINGMA_TRY(JsonMembers item, JsonMembers::open((*keys)[i], "/keys/" + std::to_string(i)));
    MINGMA_TRY(crypto::VerifyingKey key, read_key(item));
    MINGMA_TRY(const UnixSeconds from, item.instant("from"));
    MINGMA_TRY(const UnixSeconds until, item.optional_instant("until"));
    if (until != UnixSeconds{} && until <= from) return item.fail("until", "not later than from");
    MINGMA_CHECK(item.end());
    institution.keys.push_back({std::move(key), from, until});
  }
  return {};
}

Result<void> read_grant_scope(JsonMembers& members, Grant& grant) {
  MINGMA_TRY(const Json::Array* kinds, members.array("kinds", 31));
  for (const Json& kind : *kinds) {
    const rules::EvidenceKindInfo* info = kind.is_string() ? rules::find_evidence_kind(kind.string()) : nullptr;
    if (info == nullptr) return members.fail("kinds", "no such kind of evidence");
    grant.kinds |= 1u << static_cast<unsigned>(info->kind);
  }
  MINGMA_TRY(const Json::Array* areas, members.array("areas", kGrantAreasMax));
  for (const Json& area : *areas) {
    const auto code = area.is_string() ? DivisionCode::parse(area.string()) : Result<DivisionCode>(DivisionCode{});
    if (!code.ok() || code->value == 0) return members.fail("areas", "not a division code of 2, 4, 6 or 9 digits");
    grant.areas.push_back(*code);
  }
  return {};
}

template <typename Value, std::size_t N>
Result<Value> read_named(JsonMembers& members, std::string_view name, const std::array<std::string_view, N>& values) {
  MINGMA_TRY(const std::string text, members.text(name));
  const auto found = std::find(values.begin(), values.end(), text);
  if (found == values.end()) return members.fail(name, "no such value");
  return static_cast<Value>(found - values.begin());
}

}  // namespace

std::string_view to_string(DocumentType type) { return kTypes[static_cast<std::size_t>(type)]; }

std::optional<DocumentType> find_document_type(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto found = std::find(kTypes.begin() + 1, kTypes.end(), name);
  if (found == kTypes.end()) return std::nullopt;
  return static_cast<DocumentType>(found - kTypes.begin());
}

std::string_view to_string(InstitutionClass klass) { return kClasses[static_cast<std::size_t>(klass)]; }

std::optional<InstitutionClass> find_institution_class(std::string_view name) {
  const auto found = std::find(kClasses.begin() + 1, kClasses.end(), name);
  if (found == kClasses.end()) return std::nullopt;
  return static_cast<InstitutionClass>(found - kClasses.begin());
}

bool may_sign(InstitutionClass klass, rules::EvidenceKind kind) {
  if (klass == InstitutionClass::kOperator) return false;
  if (kind == rules::EvidenceKind::kBorderEntry)
    return klass == InstitutionClass::kBorderPost || klass == InstitutionClass::kOtherProvince;
  return true;
}

Digest document_digest(std::string_view type, std::string_view bytes) {
  return crypto::sha256_concat({as_bytes("mingma/v1/"), as_bytes(type), as_bytes("\n"), as_bytes(bytes)});
}

Result<Genesis> parse_genesis(std::string_view bytes) {
  MINGMA_TRY(const ParsedDocument parsed, parse_document(bytes));
  MINGMA_TRY(JsonMembers members, open_document(parsed, DocumentType::kGenesis));
  Genesis genesis;
  MINGMA_TRY(genesis.province, members.division("province"));
  if (genesis.province != genesis.province.province())
    return members.fail("province", "not a province's code of 2 digits");
  MINGMA_TRY(Names names, read_names(members, "name"));
  genesis.name_zh = std::move(names.zh);
  genesis.name_en = std::move(names.en);
  MINGMA_TRY(genesis.origin, members.text("origin"));
  if (genesis.origin.find_first_of(" +\n\t") != std::string::npos)
    return members.fail("origin", "spaces and '+' cannot stand in a log's origin");
  MINGMA_TRY(const std::int64_t shards, members.integer("shards", 1, kShardsMax));
  genesis.shards = static_cast<std::uint16_t>(shards);
  MINGMA_TRY(const std::int64_t threshold, members.integer("threshold", 1, static_cast<std::int64_t>(kRootsMax)));
  genesis.threshold = static_cast<std::uint16_t>(threshold);
  MINGMA_CHECK(read_roots(members, genesis));
  MINGMA_TRY(const std::string check, members.text("pseudonym_check", 64));
  const auto check_bytes = hex_decode(check);
  if (!check_bytes.ok() || check_bytes->size() != 32)
    return members.fail("pseudonym_check", "not 64 lower-case hex digits");
  MINGMA_TRY(genesis.pseudonym_check, Digest::from(*check_bytes));
  MINGMA_TRY(genesis.created_at, members.instant("created_at"));
  MINGMA_CHECK(members.end());
  return genesis;
}

Result<Institution> parse_institution(std::string_view bytes) {
  MINGMA_TRY(const ParsedDocument parsed, parse_document(bytes));
  MINGMA_TRY(JsonMembers members, open_document(parsed, DocumentType::kInstitution));
  Institution institution;
  MINGMA_TRY(institution.id, read_institution_id(members, "id"));
  MINGMA_TRY(const std::string klass, members.text("class"));
  const auto found = find_institution_class(klass);
  if (!found) return members.fail("class", "no such class of institution");
  institution.klass = *found;
  MINGMA_TRY(Names names, read_names(members, "name"));
  institution.name_zh = std::move(names.zh);
  institution.name_en = std::move(names.en);
  MINGMA_TRY(institution.phone, members.text("phone", 64));
  MINGMA_TRY(institution.division, members.division("division"));
  MINGMA_CHECK(read_institution_keys(members, institution));
  MINGMA_TRY(institution.issued_at, members.instant("issued_at"));
  MINGMA_CHECK(members.end());
  return institution;
}

Result<Grant> parse_grant(std::string_view bytes) {
  MINGMA_TRY(const ParsedDocument parsed, parse_document(bytes));
  MINGMA_TRY(JsonMembers members, open_document(parsed, DocumentType::kGrant));
  Grant grant;
  MINGMA_TRY(grant.id, read_id(members, "id"));
  MINGMA_TRY(grant.grantor, read_signer(members, "grantor"));
  MINGMA_TRY(grant.grantee, read_institution_id(members, "grantee"));
  MINGMA_CHECK(read_grant_scope(members, grant));
  MINGMA_TRY(grant.from, members.instant("from"));
  MINGMA_TRY(grant.until, members.instant("until"));
  if (grant.until <= grant.from) return members.fail("until", "not later than from");
  MINGMA_TRY(grant.may_delegate, members.boolean("may_delegate"));
  MINGMA_TRY(grant.document_number, members.text("document_number"));
  MINGMA_CHECK(members.end());
  return grant;
}

Result<Revocation> parse_revocation(std::string_view bytes) {
  MINGMA_TRY(const ParsedDocument parsed, parse_document(bytes));
  MINGMA_TRY(JsonMembers members, open_document(parsed, DocumentType::kRevocation));
  Revocation revocation;
  MINGMA_TRY(revocation.id, read_id(members, "id"));
  MINGMA_TRY(revocation.grant, read_id(members, "grant"));
  MINGMA_TRY(revocation.revoked_by, read_signer(members, "revoked_by"));
  MINGMA_TRY(revocation.from, members.instant("from"));
  MINGMA_TRY(revocation.reason, members.text("reason", 1'024));
  MINGMA_CHECK(members.end());
  return revocation;
}

Result<AreaOrderDocument> parse_area_order(std::string_view bytes) {
  constexpr std::array<std::string_view, 4> kLevels{"none", "low", "medium", "high"};
  constexpr std::array<std::string_view, 4> kLockdowns{"none", "precaution", "control", "lockdown"};
  MINGMA_TRY(const ParsedDocument parsed, parse_document(bytes));
  MINGMA_TRY(JsonMembers members, open_document(parsed, DocumentType::kAreaOrder));
  AreaOrderDocument out;
  MINGMA_TRY(out.order.number, members.text("number", 64));
  MINGMA_TRY(out.issuer, read_signer(members, "issuer"));
  MINGMA_TRY(out.order.area, members.division("area"));
  MINGMA_TRY(out.order.level, read_named<rules::RiskLevel>(members, "level", kLevels));
  MINGMA_TRY(out.order.lockdown, read_named<rules::LockdownClass>(members, "lockdown", kLockdowns));
  MINGMA_TRY(const std::int64_t hours, members.integer("test_interval_hours", 0, 255));
  out.order.test_interval_hours = static_cast<std::uint8_t>(hours);
  MINGMA_TRY(out.order.from, members.instant("from"));
  MINGMA_TRY(out.order.until, members.instant("until"));
  MINGMA_TRY(out.order.counts_from, members.optional_instant("counts_from"));
  if (members.take("population") != nullptr) {
    MINGMA_TRY(const std::int64_t population, members.integer("population", 1, 2'000'000'000));
    out.population = static_cast<std::uint32_t>(population);
  }
  if (members.take("reason") != nullptr) MINGMA_CHECK(read_names(members, "reason"));
  MINGMA_CHECK(members.end());
  if (auto checked = rules::check_area_order(out.order); !checked.ok()) {
    return Error(errors::kShardInvalidDocument, checked.error().message(), checked.error().where());
  }
  return out;
}

}  // namespace mingma::shard
