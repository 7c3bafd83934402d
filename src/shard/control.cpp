#include "shard/control.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/cbor.h"
#include "crypto/digest.h"
#include "rules/compiled.h"
#include "rules/policy.h"
#include "shard/errors.h"
#include "shard/neighbour.h"

namespace mingma::shard {
namespace {

constexpr int kGrantChainMax = 8;

struct ParsedPolicy {
  rules::Policy policy;
  rules::CompiledPolicy compiled;
  std::size_t document;  // index into the documents
};

bool in_force(const InstitutionKey& key, UnixSeconds at) {
  return key.from <= at && (key.until == UnixSeconds{} || at < key.until);
}

Error refused(const ErrorInfo& info, std::string message, std::string where = {}) {
  return Error(info, std::move(message), std::move(where));
}

std::string policy_document_id(const rules::Policy& policy) { return policy.id + "@" + policy.version.to_string(); }

}  // namespace

PolicyNumber ControlView::policy_for(DivisionCode place) const {
  for (const PolicyInForce& policy : policies) {
    if (policy.jurisdiction.contains(place)) return policy.number;
  }
  return kNoPolicyNumber;
}

PolicyNumber ControlView::policy_for(DivisionCode stay, DivisionCode home) const {
  return policy_for(areas.province().contains(stay) ? stay : home);
}

struct ControlState::Impl {
  std::vector<std::shared_ptr<const PublishedDocument>> documents;
  std::map<Digest, std::size_t> by_hash;
  std::shared_ptr<const Genesis> genesis;
  std::vector<std::shared_ptr<const Institution>> institutions;  // by number - 1; the latest document of each
  std::map<std::string, InstitutionNumber, std::less<>> institution_numbers;
  std::multimap<std::string, InstitutionNumber, std::less<>> key_holders;
  std::vector<std::shared_ptr<const Grant>> grants;
  std::map<std::string, std::size_t, std::less<>> grant_ids;
  std::multimap<std::string, std::size_t, std::less<>> grants_by_grantee;
  std::map<std::string, std::shared_ptr<const Revocation>, std::less<>> revocations;  // by grant; the earliest
  std::map<std::string, bool, std::less<>> revocation_ids;
  std::vector<std::shared_ptr<const ParsedPolicy>> policies;
  std::map<std::string, std::size_t, std::less<>> policy_ids;
  OfficerBook officers;
  std::map<DivisionCode, std::shared_ptr<const TrustedProvince>> trusted;  // the latest document of each
  PolicyGate gate;
  std::map<std::string, AreaOrderDocument, std::less<>> orders;  // by number; the latest document of each

  // Officers may sign beside whoever must: such signatures are checked like any, and count for the person.
  bool is_officers(const SignedDocument& document, std::string_view key_id) const {
    if (officers.knows(key_id)) return true;
    return document.type == DocumentType::kOfficer && genesis != nullptr && !is_root(key_id);
  }
  bool is_root(std::string_view key_id) const {
    return std::any_of(genesis->roots.begin(), genesis->roots.end(),
                       [&](const crypto::VerifyingKey& root) { return root.key_id() == key_id; });
  }
  bool grant_in_force(const Grant& grant, UnixSeconds at) const {
    if (at < grant.from || grant.until <= at) return false;
    const auto revoked = revocations.find(grant.id);
    return revoked == revocations.end() || at < revoked->second->from;
  }
  static bool covers(const Grant& grant, rules::EvidenceKind kind, DivisionCode area) {
    if ((grant.kinds >> static_cast<unsigned>(kind) & 1) == 0) return false;
    return std::any_of(grant.areas.begin(), grant.areas.end(),
                       [&](DivisionCode granted) { return granted.contains(area); });
  }

  bool authorised(std::string_view institution, rules::EvidenceKind kind, DivisionCode area, UnixSeconds signed_at,
                  UnixSeconds now, bool delegating, int depth) const {
    if (depth > kGrantChainMax) return false;
    const auto [first, last] = grants_by_grantee.equal_range(institution);
    for (auto at = first; at != last; ++at) {
      const Grant& grant = *grants[at->second];
      if (delegating && !grant.may_delegate) continue;
      if (!covers(grant, kind, area) || !grant_in_force(grant, signed_at) || !grant_in_force(grant, now)) continue;
      if (grant.grantor == kRootGrantor) return true;
      if (authorised(grant.grantor, kind, area, signed_at, now, true, depth + 1)) return true;
    }
    return false;
  }

  Result<void> check_root_signatures(const SignedDocument& document) const;
  Result<void> check_institution_signature(const SignedDocument& document, std::string_view institution,
                                           UnixSeconds now) const;
  Result<void> check_signer(const SignedDocument& document, std::string_view signer, UnixSeconds now) const;
  Result<void> check_officer_signatures(const SignedDocument& document, UnixSeconds now) const;
  Result<void> check_ordering_officer(const SignedDocument& document, std::string_view institution,
                                      UnixSeconds now) const;
  Result<void> check_keys_free(const Institution& institution) const;
  Result<void> check_officer(const SignedDocument& document, UnixSeconds now) const;
  Result<void> check_officer_revocation(const SignedDocument& document, UnixSeconds now) const;
  Result<void> check_institution(const SignedDocument& document) const;
  Result<void> check_grant(const SignedDocument& document, UnixSeconds now) const;
  Result<void> check_revocation(const SignedDocument& document, UnixSeconds now) const;
  Result<void> check_policy(const SignedDocument& document, UnixSeconds now) const;
  Result<void> check_policy_exception(const SignedDocument& document) const;
  Result<void> check_proof_record(const SignedDocument& document) const;
  std::optional<std::size_t> provincial_at(UnixSeconds at) const;
  Result<std::vector<PolicyNumber>> provincial_policies(const rules::Policy& policy, UnixSeconds now) const;
  Result<void> check_gate(const rules::Policy& policy, UnixSeconds now) const;
  Result<void> check_area_order(const SignedDocument& document, UnixSeconds now) const;
  Result<void> check_trusted_province(const SignedDocument& document) const;
  Result<void> check_area_brakes(const AreaOrderDocument& order, UnixSeconds now) const;

  Result<std::string> add_parsed(const PublishedDocument& document);
  Result<std::string> add_institution(std::string_view bytes);
  Result<std::string> add_grant(std::string_view bytes);
  Result<std::string> add_revocation(std::string_view bytes);
  Result<std::string> add_policy(std::string_view bytes);
};

ControlState::ControlState() : impl_(std::make_unique<Impl>()) {}
ControlState::~ControlState() = default;
ControlState::ControlState(ControlState&&) noexcept = default;
ControlState& ControlState::operator=(ControlState&&) noexcept = default;

ControlState ControlState::clone() const {
  ControlState copy;
  *copy.impl_ = *impl_;
  return copy;
}

// ---- checks

Result<void> ControlState::Impl::check_root_signatures(const SignedDocument& document) const {
  const Digest digest = document_digest(to_string(document.type), document.bytes);
  std::vector<bool> signed_by(genesis->roots.size());
  for (const DocumentSignature& signature : document.signatures) {
    bool known = false;
    for (std::size_t i = 0; i < genesis->roots.size(); ++i) {
      if (genesis->roots[i].key_id() != signature.key_id) continue;
      known = true;
      if (!genesis->roots[i].verify(digest, signature.signature))
        return refused(errors::kShardBadSignature, "a root signature does not verify", signature.key_id);
      signed_by[i] = true;
    }
    if (!known && !is_officers(document, signature.key_id))
      return refused(errors::kShardUnknownKey, "this document is signed by root keys only", signature.key_id);
  }
  const auto count = std::count(signed_by.begin(), signed_by.end(), true);
  if (count < genesis->threshold) {
    return refused(errors::kShardNotAuthorised, "signed by " + std::to_string(count) + " root keys; " +
                                                    std::to_string(genesis->threshold) + " must sign");
  }
  return {};
}

Result<void> ControlState::Impl::check_institution_signature(const SignedDocument& document,
                                                             std::string_view institution, UnixSeconds now) const {
  const auto number = institution_numbers.find(institution);
  if (number == institution_numbers.end())
    return refused(errors::kShardUnknownInstitution, "no such institution", std::string(institution));
  const Digest digest = document_digest(to_string(document.type), document.bytes);
  for (const DocumentSignature& signature : document.signatures) {
    for (const InstitutionKey& key : institutions[number->second.value - 1]->keys) {
      if (key.key.key_id() != signature.key_id || !in_force(key, now)) continue;
      if (key.key.verify(digest, signature.signature)) return {};
      return refused(errors::kShardBadSignature, "the institution's signature does not verify", signature.key_id);
    }
  }
  return refused(errors::kShardUnknownKey, "not signed by a key in force of " + std::string(institution));
}

Result<void> ControlState::Impl::check_signer(const SignedDocument& document, std::string_view signer,
                                              UnixSeconds now) const {
  MINGMA_CHECK(check_officer_signatures(document, now));
  if (signer == kRootGrantor) return check_root_signatures(document);
  auto by_institution = check_institution_signature(document, signer, now);
  if (by_institution.ok() || !by_institution.error().is(errors::kShardUnknownKey)) return by_institution;
  return check_ordering_officer(document, signer, now);
}

// Every signature by an officer's key verifies and its key is in force, whether it is needed or not.
Result<void> ControlState::Impl::check_officer_signatures(const SignedDocument& document, UnixSeconds now) const {
  for (const DocumentSignature& signature : document.signatures) {
    if (!officers.knows(signature.key_id)) continue;
    const OfficerKeyRef key = officers.key(signature.key_id, now);
    if (!key) return refused(errors::kShardUnknownKey, "this officer's key has ended or was revoked", signature.key_id);
    MINGMA_CHECK(officers.check_signature(*key.key, document, signature));
  }
  return {};
}

Result<void> ControlState::Impl::check_ordering_officer(const SignedDocument& document, std::string_view institution,
                                                        UnixSeconds now) const {
  for (const DocumentSignature& signature : document.signatures) {
    const OfficerKeyRef key = officers.key(signature.key_id, now);
    if (key && key.officer->institution == institution && key.officer->role == OfficerRole::kOrdering) return {};
  }
  return refused(errors::kShardUnknownKey,
                 "signed neither by a key in force nor by an ordering officer of " + std::string(institution));
}

Result<void> ControlState::Impl::check_keys_free(const Institution& institution) const {
  for (const InstitutionKey& key : institution.keys) {
    if (officers.knows(key.key.key_id()))
      return refused(errors::kShardConflict, "a key of an officer is not the institution's", "/keys");
  }
  return {};
}

Result<void> ControlState::Impl::check_officer(const SignedDocument& document, UnixSeconds now) const {
  MINGMA_TRY(const Officer officer, parse_officer(document.bytes));
  const auto number = institution_numbers.find(officer.institution);
  if (number == institution_numbers.end())
    return refused(errors::kShardUnknownInstitution, "no such institution", "/institution");
  if (institutions[number->second.value - 1]->klass == InstitutionClass::kOperator)
    return refused(errors::kShardNotAuthorised, "an operator executes and does not decide: it has no officers",
                   "/institution");
  for (const OfficerKey& key : officer.keys) {
    if (is_root(key.key.key_id()) || key_holders.contains(key.key.key_id()))
      return refused(errors::kShardConflict, "a key of an institution or a root is not an officer's", "/keys");
  }
  for (const DocumentSignature& signature : document.signatures) {
    const auto is = [&](const auto& key) { return key.key.key_id() == signature.key_id; };
    const auto& own = institutions[number->second.value - 1]->keys;
    if (!is_root(signature.key_id) && std::none_of(own.begin(), own.end(), is) &&
        std::none_of(officer.keys.begin(), officer.keys.end(), is))
      return refused(errors::kShardUnknownKey, "signed by the institution or the roots, and by the officer's own keys",
                     signature.key_id);
  }
  MINGMA_CHECK(officers.check(officer, document));
  MINGMA_CHECK(check_officer_signatures(document, now));
  const bool by_roots = std::any_of(document.signatures.begin(), document.signatures.end(),
                                    [&](const DocumentSignature& signature) { return is_root(signature.key_id); });
  return by_roots ? check_root_signatures(document) : check_institution_signature(document, officer.institution, now);
}

Result<void> ControlState::Impl::check_officer_revocation(const SignedDocument& document, UnixSeconds now) const {
  MINGMA_TRY(const OfficerRevocation revocation, parse_officer_revocation(document.bytes));
  MINGMA_CHECK(officers.check(revocation));
  MINGMA_CHECK(check_officer_signatures(document, now));
  if (revocation.revoked_by == kRootGrantor) return check_root_signatures(document);
  return check_institution_signature(document, revocation.revoked_by, now);
}

Result<void> ControlState::Impl::check_institution(const SignedDocument& document) const {
  MINGMA_TRY(const Institution institution, parse_institution(document.bytes));
  MINGMA_CHECK(check_root_signatures(document));
  MINGMA_CHECK(check_keys_free(institution));
  const auto number = institution_numbers.find(institution.id);
  if (number == institution_numbers.end()) return {};
  const Institution& present = *institutions[number->second.value - 1];
  if (present.klass != institution.klass)
    return refused(errors::kShardConflict, "the class of an institution never changes", "/class");
  if (institution.issued_at <= present.issued_at)
    return refused(errors::kShardConflict, "not later than the document it replaces", "/issued_at");
  return {};
}

Result<void> ControlState::Impl::check_grant(const SignedDocument& document, UnixSeconds now) const {
  MINGMA_TRY(const Grant grant, parse_grant(document.bytes));
  if (grant_ids.contains(grant.id)) return refused(errors::kShardConflict, "this grant id is taken", "/id");
  const auto grantee = institution_numbers.find(grant.grantee);
  if (grantee == institution_numbers.end())
    return refused(errors::kShardUnknownInstitution, "no such institution", "/grantee");
  if (institutions[grantee->second.value - 1]->klass == InstitutionClass::kOperator) {
    return refused(errors::kShardNotAuthorised,
                   "an operator executes and does not decide: nothing can be granted to it", "/grantee");
  }
  MINGMA_CHECK(check_signer(document, grant.grantor, now));
  if (grant.grantor == kRootGrantor) return {};
  // One grant of the grantor must cover all of it; its own chain is looked at whenever a statement is counted.
  const auto [first, last] = grants_by_grantee.equal_range(grant.grantor);
  for (auto at = first; at != last; ++at) {
    const Grant& own = *grants[at->second];
    if (!own.may_delegate || !grant_in_force(own, now) || (grant.kinds & ~own.kinds) != 0) continue;
    if (grant.from < own.from || own.until < grant.until) continue;
    const bool areas = std::all_of(grant.areas.begin(), grant.areas.end(), [&](DivisionCode area) {
      return std::any_of(own.areas.begin(), own.areas.end(), [&](DivisionCode outer) { return outer.contains(area); });
    });
    if (areas) return {};
  }
  return refused(errors::kShardNotAuthorised, "the grantor holds no grant that covers this one and may be delegated",
                 "/grantor");
}

Result<void> ControlState::Impl::check_revocation(const SignedDocument& document, UnixSeconds now) const {
  MINGMA_TRY(const Revocation revocation, parse_revocation(document.bytes));
  if (revocation_ids.contains(revocation.id))
    return refused(errors::kShardConflict, "this revocation id is taken", "/id");
  const auto grant = grant_ids.find(revocation.grant);
  if (grant == grant_ids.end()) return refused(errors::kShardInvalidDocument, "no such grant", "/grant");
  if (revocation.revoked_by != kRootGrantor && revocation.revoked_by != grants[grant->second]->grantor) {
    return refused(errors::kShardNotAuthorised, "only the grantor or the root keys revoke a grant", "/revoked_by");
  }
  return check_signer(document, revocation.revoked_by, now);
}

Result<void> ControlState::Impl::check_policy(const SignedDocument& document, UnixSeconds now) const {
  auto policy = rules::parse_policy(document.bytes);
  if (!policy.ok()) return std::move(policy).error();
  MINGMA_CHECK(check_officer_signatures(document, now));
  MINGMA_CHECK(check_root_signatures(document));
  if (!genesis->province.contains(policy->jurisdiction))
    return refused(errors::kShardInvalidDocument, "outside the province", "/jurisdiction");
  if (policy_ids.contains(policy_document_id(*policy)))
    return refused(errors::kShardConflict, "this version of the policy is published already", "/version");
  if (policies.size() >= kNoPolicyNumber.value) return refused(errors::kShardTooLarge, "too many policies");
  return check_gate(*policy, now);
}

Result<void> ControlState::Impl::check_policy_exception(const SignedDocument& document) const {
  MINGMA_TRY(const PolicyException exception, parse_policy_exception(document.bytes));
  MINGMA_CHECK(check_root_signatures(document));
  return gate.check(exception);
}

// Nobody signs a record: the two documents that it is about are public, and whoever has a solver asks again.
Result<void> ControlState::Impl::check_proof_record(const SignedDocument& document) const {
  MINGMA_TRY(const ProofRecord record, parse_proof_record(document.bytes));
  if (!document.signatures.empty())
    return refused(errors::kShardInvalidDocument, "a proof record carries no signature");
  if (record.question != kNeverStricterQuestion || record.verdict != kProvedVerdict)
    return refused(errors::kShardInvalidDocument, "only what was proved is recorded", "/verdict");
  const bool known = std::any_of(policies.begin(), policies.end(), [&](const auto& policy) {
    return policy->policy.hash == record.other && policy->policy.jurisdiction == genesis->province;
  });
  if (!known) return refused(errors::kShardInvalidDocument, "no policy of the province has this hash", "/other");
  return {};
}

// The one that began last; of two that began together the one published later.
std::optional<std::size_t> ControlState::Impl::provincial_at(UnixSeconds at) const {
  std::optional<std::size_t> governs;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const rules::Policy& policy = policies[i]->policy;
    if (policy.jurisdiction != genesis->province || !policy.in_force(at)) continue;
    if (!governs || policies[*governs]->policy.effective_from <= policy.effective_from) governs = i;
  }
  return governs;
}

Result<std::vector<PolicyNumber>> ControlState::Impl::provincial_policies(const rules::Policy& policy,
                                                                          UnixSeconds now) const {
  std::vector<PolicyNumber> governing;
  const UnixSeconds from = std::max(now, policy.effective_from);
  if (policy.jurisdiction == genesis->province || policy.effective_to <= from) return governing;
  // Who governs changes only where one of them begins or ends.
  std::set<UnixSeconds> instants{from};
  for (const auto& other : policies) {
    if (other->policy.jurisdiction != genesis->province) continue;
    for (const UnixSeconds change : {other->policy.effective_from, other->policy.effective_to}) {
      if (from < change && change < policy.effective_to) instants.insert(change);
    }
  }
  std::set<PolicyNumber> found;
  for (const UnixSeconds at : instants) {
    const std::optional<std::size_t> governs = provincial_at(at);
    if (!governs)
      return refused(errors::kShardNoProvincialPolicy,
                     "the province has no policy from " + at.to_string() + " on, and a city's may not outlive it",
                     "/effective_to");
    found.insert(PolicyNumber{static_cast<std::uint16_t>(*governs)});
  }
  governing.assign(found.begin(), found.end());
  return governing;
}

// A city is not stricter than the province without the province's signature (shard/policy_gate.h).
Result<void> ControlState::Impl::check_gate(const rules::Policy& policy, UnixSeconds now) const {
  MINGMA_TRY(const std::vector<PolicyNumber> provincial, provincial_policies(policy, now));
  for (const PolicyNumber number : provincial) {
    const UnixSeconds from = std::max(now, policy.effective_from);
    MINGMA_CHECK(gate.check_proved(policy, policies[number.value]->policy, from));
  }
  return {};
}

Result<void> ControlState::Impl::check_area_order(const SignedDocument& document, UnixSeconds now) const {
  MINGMA_TRY(const AreaOrderDocument order, parse_area_order(document.bytes));
  MINGMA_CHECK(check_signer(document, order.issuer, now));
  const auto present = orders.find(order.order.number);
  if (present != orders.end() &&
      (present->second.order.area != order.order.area || present->second.issuer != order.issuer)) {
    return refused(errors::kShardConflict, "this number belongs to an order of another area or issuer", "/number");
  }
  if (order.issuer == kRootGrantor) return {};
  const Institution& issuer = *institutions[institution_numbers.find(order.issuer)->second.value - 1];
  if (issuer.klass != InstitutionClass::kCommand || !issuer.division.contains(order.order.area)) {
    return refused(errors::kShardNotAuthorised, "area orders are issued by a command for its own division", "/issuer");
  }
  return check_area_brakes(order, now);
}

// Larger or longer orders need the province: the root keys.
Result<void> ControlState::Impl::check_area_brakes(const AreaOrderDocument& order, UnixSeconds now) const {
  for (const auto& parsed : policies) {
    const rules::Policy& policy = parsed->policy;
    if (!policy.enforcement.brakes || !policy.in_force(now) || !policy.jurisdiction.contains(order.order.area))
      continue;
    const std::int64_t seconds = order.order.until.value - std::max(order.order.from, now).value;
    if (seconds > std::int64_t{policy.brakes.area_order_days_max} * kSecondsPerDay)
      return refused(errors::kShardNotAuthorised, "longer than the policy's brakes allow: the province must sign",
                     "/until");
    if (order.population == 0 || order.population > policy.brakes.area_order_population_max)
      return refused(errors::kShardNotAuthorised,
                     "the population must be stated; over the policy's brakes the province must sign", "/population");
  }
  return {};
}

Result<void> ControlState::Impl::check_trusted_province(const SignedDocument& document) const {
  MINGMA_TRY(const TrustedProvince province, parse_trusted_province(document.bytes));
  MINGMA_CHECK(check_root_signatures(document));
  if (province.province == genesis->province)
    return refused(errors::kShardInvalidDocument, "a province is no neighbour of its own", "/id");
  const auto number = institution_numbers.find(province.institution);
  if (number == institution_numbers.end() ||
      institutions[number->second.value - 1]->klass != InstitutionClass::kOtherProvince) {
    return refused(errors::kShardUnknownInstitution, "no institution of class other_province", "/institution");
  }
  const auto present = trusted.find(province.province);
  if (present != trusted.end() && province.issued_at <= present->second->issued_at)
    return refused(errors::kShardConflict, "not later than the document it replaces", "/issued_at");
  return {};
}

Result<void> ControlState::check(const SignedDocument& document, UnixSeconds now) const {
  if (document.bytes.size() > kDocumentBytesMax || document.signatures.size() > kSignaturesMax) {
    return refused(errors::kShardTooLarge, "a document is at most 1 MiB and has at most 16 signatures");
  }
  if (document.type == DocumentType::kGenesis) {
    if (has_genesis()) return refused(errors::kShardConflict, "there is a genesis document already");
    MINGMA_TRY(Genesis genesis, parse_genesis(document.bytes));
    Impl scratch;
    scratch.genesis = std::make_shared<const Genesis>(std::move(genesis));
    return scratch.check_root_signatures(document);
  }
  if (!has_genesis()) return refused(errors::kShardNoGenesis, "the first document must be the genesis document");
  switch (document.type) {
    case DocumentType::kGenesis:
      break;
    case DocumentType::kInstitution:
      return impl_->check_institution(document);
    case DocumentType::kGrant:
      return impl_->check_grant(document, now);
    case DocumentType::kRevocation:
      return impl_->check_revocation(document, now);
    case DocumentType::kPolicy:
      return impl_->check_policy(document, now);
    case DocumentType::kAreaOrder:
      return impl_->check_area_order(document, now);
    case DocumentType::kPolicyException:
      return impl_->check_policy_exception(document);
    case DocumentType::kProofRecord:
      return impl_->check_proof_record(document);
    case DocumentType::kOfficer:
      return impl_->check_officer(document, now);
    case DocumentType::kOfficerRevocation:
      return impl_->check_officer_revocation(document, now);
    case DocumentType::kTrustedProvince:
      return impl_->check_trusted_province(document);
  }
  return refused(errors::kShardInvalidDocument, "no such type of document");
}

// ---- adding

Result<std::string> ControlState::Impl::add_institution(std::string_view bytes) {
  MINGMA_TRY(Institution parsed, parse_institution(bytes));
  const auto institution = std::make_shared<const Institution>(std::move(parsed));
  const auto present = institution_numbers.find(institution->id);
  const InstitutionNumber number = present != institution_numbers.end()
                                       ? present->second
                                       : InstitutionNumber{static_cast<std::uint32_t>(institutions.size() + 1)};
  if (present == institution_numbers.end()) {
    institutions.push_back(institution);
    institution_numbers.emplace(institution->id, number);
  } else {
    for (const InstitutionKey& key : institutions[number.value - 1]->keys) {
      const auto [first, last] = key_holders.equal_range(key.key.key_id());
      const auto held = std::find_if(first, last, [&](const auto& entry) { return entry.second == number; });
      if (held != last) key_holders.erase(held);
    }
    institutions[number.value - 1] = institution;
  }
  for (const InstitutionKey& key : institution->keys) key_holders.emplace(key.key.key_id(), number);
  return institution->id;
}

Result<std::string> ControlState::Impl::add_grant(std::string_view bytes) {
  MINGMA_TRY(Grant parsed, parse_grant(bytes));
  const auto grant = std::make_shared<const Grant>(std::move(parsed));
  grant_ids.emplace(grant->id, grants.size());
  grants_by_grantee.emplace(grant->grantee, grants.size());
  grants.push_back(grant);
  return grant->id;
}

Result<std::string> ControlState::Impl::add_revocation(std::string_view bytes) {
  MINGMA_TRY(Revocation parsed, parse_revocation(bytes));
  const auto revocation = std::make_shared<const Revocation>(std::move(parsed));
  revocation_ids.emplace(revocation->id, true);
  const auto present = revocations.find(revocation->grant);
  if (present == revocations.end() || revocation->from < present->second->from)
    revocations[revocation->grant] = revocation;
  return revocation->id;
}

Result<std::string> ControlState::Impl::add_policy(std::string_view bytes) {
  MINGMA_TRY(rules::Policy policy, rules::parse_policy(bytes));
  MINGMA_TRY(rules::CompiledPolicy compiled, rules::CompiledPolicy::compile(policy));
  std::string id = policy_document_id(policy);
  policy_ids.emplace(id, policies.size());
  policies.push_back(
      std::make_shared<const ParsedPolicy>(ParsedPolicy{std::move(policy), std::move(compiled), documents.size()}));
  return id;
}

Result<std::string> ControlState::Impl::add_parsed(const PublishedDocument& document) {
  const std::string& bytes = document.document.bytes;
  switch (document.document.type) {
    case DocumentType::kGenesis: {
      MINGMA_TRY(Genesis parsed, parse_genesis(bytes));
      genesis = std::make_shared<const Genesis>(std::move(parsed));
      return std::string("genesis");
    }
    case DocumentType::kInstitution:
      return add_institution(bytes);
    case DocumentType::kGrant:
      return add_grant(bytes);
    case DocumentType::kRevocation:
      return add_revocation(bytes);
    case DocumentType::kPolicy:
      return add_policy(bytes);
    case DocumentType::kAreaOrder: {
      MINGMA_TRY(AreaOrderDocument order, parse_area_order(bytes));
      std::string number = order.order.number;
      orders[number] = std::move(order);
      return number;
    }
    case DocumentType::kPolicyException: {
      MINGMA_TRY(PolicyException exception, parse_policy_exception(bytes));
      std::string id = exception.id;
      gate.add(std::move(exception));
      return id;
    }
    case DocumentType::kProofRecord: {
      MINGMA_TRY(ProofRecord record, parse_proof_record(bytes));
      std::string id = proof_record_id(record);
      gate.add(std::move(record));
      return id;
    }
    case DocumentType::kOfficer: {
      MINGMA_TRY(Officer officer, parse_officer(bytes));
      std::string id = officer.id;
      officers.add(std::move(officer));
      return id;
    }
    case DocumentType::kOfficerRevocation: {
      MINGMA_TRY(OfficerRevocation revocation, parse_officer_revocation(bytes));
      std::string id = revocation.id;
      officers.add(std::move(revocation));
      return id;
    }
    case DocumentType::kTrustedProvince: {
      MINGMA_TRY(TrustedProvince parsed, parse_trusted_province(bytes));
      const DivisionCode province = parsed.province;
      trusted[province] = std::make_shared<const TrustedProvince>(std::move(parsed));
      return province.to_string();
    }
  }
  return refused(errors::kShardInvalidDocument, "no such type of document");
}

Result<void> ControlState::add(PublishedDocument published) {
  const auto document = std::make_shared<PublishedDocument>(std::move(published));
  document->hash = crypto::sha256(as_bytes(document->document.bytes));
  MINGMA_TRY(document->id, impl_->add_parsed(*document));
  impl_->officers.note_counters(document->document);
  impl_->by_hash.emplace(document->hash, impl_->documents.size());
  impl_->documents.push_back(document);
  return {};
}

void ControlState::set_leaf(std::size_t index, LeafIndex leaf) {
  auto document = std::make_shared<PublishedDocument>(*impl_->documents.at(index));
  document->leaf = leaf;
  impl_->documents[index] = std::move(document);
}

Bytes ControlState::encode_published(const PublishedDocument& published) {
  CborWriter out;
  out.array(6);
  out.unsigned_integer(static_cast<std::uint8_t>(published.document.type)).bytes(as_bytes(published.document.bytes));
  out.array(published.document.signatures.size());
  for (const DocumentSignature& signature : published.document.signatures)
    out.array(2).text(signature.key_id).bytes(signature.signature);
  out.integer(published.published_at.value)
      .unsigned_integer(published.sequence.value)
      .unsigned_integer(published.leaf.value);
  return out.take();
}

Result<PublishedDocument> ControlState::decode_published(ByteView bytes) {
  const Error damaged(errors::kShardDamaged, "a stored control document is damaged; restore the shard from its log");
  CborReader in(bytes);
  PublishedDocument out;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 6) return damaged;
  MINGMA_TRY(const std::uint64_t type, in.unsigned_integer());
  if (type < 1 || type > kDocumentTypeLast) return damaged;
  out.document.type = static_cast<DocumentType>(type);
  MINGMA_TRY(const ByteView text, in.bytes());
  out.document.bytes = as_text(text);
  MINGMA_TRY(const std::uint64_t signatures, in.array());
  if (signatures > kSignaturesMax) return damaged;
  for (std::uint64_t i = 0; i < signatures; ++i) {
    MINGMA_TRY(const std::uint64_t pair, in.array());
    if (pair != 2) return damaged;
    DocumentSignature signature;
    MINGMA_TRY(signature.key_id, in.text());
    MINGMA_TRY(const ByteView raw, in.bytes());
    signature.signature = to_bytes(raw);
    out.document.signatures.push_back(std::move(signature));
  }
  MINGMA_TRY(out.published_at.value, in.integer());
  MINGMA_TRY(out.sequence.value, in.unsigned_integer());
  MINGMA_TRY(out.leaf.value, in.unsigned_integer());
  MINGMA_CHECK(in.end());
  return out;
}

// ---- reading

const PolicyGate& ControlState::gate() const { return impl_->gate; }

Result<std::vector<PolicyNumber>> ControlState::provincial_policies(const rules::Policy& policy,
                                                                    UnixSeconds now) const {
  if (!has_genesis()) return refused(errors::kShardNoGenesis, "the first document must be the genesis document");
  return impl_->provincial_policies(policy, now);
}

bool ControlState::has_genesis() const { return impl_->genesis != nullptr; }

const Genesis& ControlState::genesis() const {
  MINGMA_ASSERT(has_genesis());
  return *impl_->genesis;
}

std::span<const std::shared_ptr<const PublishedDocument>> ControlState::documents() const { return impl_->documents; }

const PublishedDocument* ControlState::find_document(const Digest& hash) const {
  const auto found = impl_->by_hash.find(hash);
  return found == impl_->by_hash.end() ? nullptr : impl_->documents[found->second].get();
}

InstitutionNumber ControlState::institution_number(std::string_view id) const {
  const auto found = impl_->institution_numbers.find(id);
  return found == impl_->institution_numbers.end() ? kSelf : found->second;
}

const Institution* ControlState::institution(InstitutionNumber number) const {
  return number.value == 0 || number.value > impl_->institutions.size() ? nullptr
                                                                        : impl_->institutions[number.value - 1].get();
}

const Institution* ControlState::find_institution(std::string_view id) const {
  return institution(institution_number(id));
}

const crypto::VerifyingKey* ControlState::institution_key(InstitutionNumber number, std::string_view key_id,
                                                          UnixSeconds at) const {
  const Institution* found = institution(number);
  if (found == nullptr) return nullptr;
  for (const InstitutionKey& key : found->keys) {
    if (key.key.key_id() == key_id && in_force(key, at)) return &key.key;
  }
  return nullptr;
}

InstitutionNumber ControlState::find_key_holder(std::string_view key_id, UnixSeconds at) const {
  const auto [first, last] = impl_->key_holders.equal_range(key_id);
  for (auto holder = first; holder != last; ++holder) {
    if (institution_key(holder->second, key_id, at) != nullptr) return holder->second;
  }
  return kSelf;
}

bool ControlState::authorised(InstitutionNumber number, rules::EvidenceKind kind, DivisionCode area,
                              UnixSeconds signed_at, UnixSeconds now) const {
  const Institution* found = institution(number);
  if (found == nullptr || !may_sign(found->klass, kind)) return false;
  return impl_->authorised(found->id, kind, area, signed_at, now, false, 1);
}

const OfficerBook& ControlState::officers() const { return impl_->officers; }

std::vector<const Grant*> ControlState::grants_of(InstitutionNumber number) const {
  std::vector<const Grant*> out;
  const Institution* found = institution(number);
  if (found == nullptr) return out;
  const auto [first, last] = impl_->grants_by_grantee.equal_range(found->id);
  for (auto at = first; at != last; ++at) out.push_back(impl_->grants[at->second].get());
  return out;
}

const Revocation* ControlState::revocation_of(std::string_view grant_id) const {
  const auto found = impl_->revocations.find(grant_id);
  return found == impl_->revocations.end() ? nullptr : found->second.get();
}

const TrustedProvince* ControlState::find_trusted(DivisionCode province) const {
  const auto found = impl_->trusted.find(province);
  return found == impl_->trusted.end() ? nullptr : found->second.get();
}

std::size_t ControlState::policy_count() const { return impl_->policies.size(); }
const rules::Policy& ControlState::policy(PolicyNumber number) const {
  return impl_->policies.at(number.value)->policy;
}
const rules::CompiledPolicy& ControlState::compiled(PolicyNumber number) const {
  return impl_->policies.at(number.value)->compiled;
}
const Digest& ControlState::policy_hash(PolicyNumber number) const {
  return impl_->policies.at(number.value)->policy.hash;
}
const PublishedDocument& ControlState::policy_document(PolicyNumber number) const {
  return *impl_->documents[impl_->policies.at(number.value)->document];
}

rules::Decision ControlState::decide(PolicyNumber number, const rules::FactRow& facts, UnixSeconds now) const {
  if (number == kNoPolicyNumber) return {};
  return impl_->policies.at(number.value)->compiled.decide(facts, now);
}

std::string_view ControlState::rule_id(PolicyNumber number, const rules::Decision& decision) const {
  if (number == kNoPolicyNumber || decision.status == rules::DecisionStatus::kNoPolicy) return "";
  const rules::Rule* rule = policy(number).find_rule(decision.rule);
  return rule == nullptr ? std::string_view("default") : std::string_view(rule->id);
}

bool ControlState::gives_way(PolicyNumber number, UnixSeconds at) const {
  const rules::Policy& policy = impl_->policies.at(number.value)->policy;
  if (policy.jurisdiction == impl_->genesis->province) return false;
  const std::optional<std::size_t> provincial = impl_->provincial_at(at);
  return provincial && !impl_->gate.check_proved(policy, impl_->policies[*provincial]->policy, at);
}

std::shared_ptr<const ControlView> ControlState::view_at(UnixSeconds at) const {
  auto view = std::make_shared<ControlView>();
  view->as_of = at;
  const auto changes_at = [&](UnixSeconds instant) {
    if (instant > at && (view->next_change == UnixSeconds{} || instant < view->next_change))
      view->next_change = instant;
  };
  if (!has_genesis()) return view;

  std::vector<rules::AreaOrder> orders;
  for (const auto& [number, order] : impl_->orders) orders.push_back(order.order);
  view->areas = rules::AreaTable(std::move(orders), impl_->genesis->province, at);
  changes_at(view->areas.next_change());
  for (const auto& exception : impl_->gate.exceptions()) changes_at(exception->from);

  for (std::size_t i = 0; i < impl_->policies.size(); ++i) {
    const rules::Policy& policy = impl_->policies[i]->policy;
    changes_at(policy.effective_from);
    changes_at(policy.effective_to);
    const PolicyNumber number{static_cast<std::uint16_t>(i)};
    if (!policy.in_force(at) || gives_way(number, at)) continue;
    const PolicyInForce candidate{policy.jurisdiction, number};
    const auto same = std::find_if(view->policies.begin(), view->policies.end(), [&](const PolicyInForce& other) {
      return other.jurisdiction == candidate.jurisdiction;
    });
    if (same == view->policies.end()) {
      view->policies.push_back(candidate);
    } else if (impl_->policies[same->number.value]->policy.effective_from <= policy.effective_from) {
      same->number = candidate.number;  // the one that began later; of two that began together the one published later
    }
  }
  // Inside before outside: a jurisdiction comes before every other that contains it.
  std::sort(view->policies.begin(), view->policies.end(), [](const PolicyInForce& a, const PolicyInForce& b) {
    const auto width = [](DivisionCode code) {
      return code == code.province() ? 0 : code == code.prefecture() ? 1 : code == code.county() ? 2 : 3;
    };
    return std::pair(-width(a.jurisdiction), a.jurisdiction) < std::pair(-width(b.jurisdiction), b.jurisdiction);
  });
  return view;
}

}  // namespace mingma::shard
