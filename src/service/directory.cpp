#include "service/directory.h"

#include <algorithm>

#include "rules/policy.h"
#include "service/errors.h"
#include "shard/neighbour.h"

namespace mingma::service {
namespace {

// From when to when a published document counts. Parsed again: lists are short and asked for seldom.
struct Validity {
  UnixSeconds from{};
  UnixSeconds until{};
  std::string id;
};

bool belongs_to(shard::DocumentType type, PublicList which) {
  switch (which) {
    case PublicList::kInstitutions:
      return type == shard::DocumentType::kInstitution;
    case PublicList::kGrants:
      return type == shard::DocumentType::kGrant || type == shard::DocumentType::kRevocation;
    case PublicList::kPolicies:
      return type == shard::DocumentType::kPolicy;
    case PublicList::kAreaOrders:
      return type == shard::DocumentType::kAreaOrder;
    case PublicList::kPolicyExceptions:
      return type == shard::DocumentType::kPolicyException;
    case PublicList::kProofs:
      return type == shard::DocumentType::kProofRecord;
    case PublicList::kNeighbours:
      return type == shard::DocumentType::kTrustedProvince;
  }
  return false;
}

Result<Validity> validity_of(const shard::ControlState& control, const shard::PublishedDocument& published) {
  const std::string& bytes = published.document.bytes;
  switch (published.document.type) {
    case shard::DocumentType::kInstitution: {
      MINGMA_TRY(const shard::Institution institution, shard::parse_institution(bytes));
      // Only the latest document of an institution counts.
      const shard::Institution* latest = control.find_institution(institution.id);
      const bool replaced = latest != nullptr && latest->issued_at != institution.issued_at;
      return Validity{institution.issued_at, replaced ? latest->issued_at : UnixSeconds{}, institution.id};
    }
    case shard::DocumentType::kGrant: {
      MINGMA_TRY(const shard::Grant grant, shard::parse_grant(bytes));
      const shard::Revocation* revoked = control.revocation_of(grant.id);
      return Validity{grant.from, revoked == nullptr ? grant.until : std::min(grant.until, revoked->from), grant.id};
    }
    case shard::DocumentType::kPolicy: {
      MINGMA_TRY(const rules::Policy policy, rules::parse_policy(bytes));
      return Validity{policy.effective_from, policy.effective_to, published.id};
    }
    case shard::DocumentType::kAreaOrder: {
      MINGMA_TRY(const shard::AreaOrderDocument order, shard::parse_area_order(bytes));
      // Lifted or changed by a later document of the same number, this one ended when that was published.
      const auto documents = control.documents();
      const auto latest = std::find_if(documents.rbegin(), documents.rend(), [&](const auto& other) {
        return other->document.type == shard::DocumentType::kAreaOrder && other->id == published.id;
      });
      const bool replaced = latest != documents.rend() && (*latest)->hash != published.hash;
      return Validity{order.order.from,
                      replaced ? std::min(order.order.until, (*latest)->published_at) : order.order.until,
                      published.id};
    }
    case shard::DocumentType::kTrustedProvince: {
      MINGMA_TRY(const shard::TrustedProvince province, shard::parse_trusted_province(bytes));
      const shard::TrustedProvince* latest = control.find_trusted(province.province);
      const bool replaced = latest != nullptr && latest->issued_at != province.issued_at;
      return Validity{province.from, replaced ? std::min(province.until, latest->issued_at) : province.until,
                      published.id};
    }
    case shard::DocumentType::kPolicyException: {
      MINGMA_TRY(const shard::PolicyException exception, shard::parse_policy_exception(bytes));
      return Validity{exception.from, exception.until, exception.id};
    }
    case shard::DocumentType::kProofRecord:
    case shard::DocumentType::kRevocation:
    case shard::DocumentType::kOfficer:
    case shard::DocumentType::kOfficerRevocation:
    case shard::DocumentType::kGenesis:
      break;
  }
  return Validity{published.published_at, {}, published.id};
}

// A city's policy that the province has overtaken is on the list, not in force.
bool gives_way(const shard::ControlState& control, const shard::PublishedDocument& published, UnixSeconds now) {
  if (published.document.type != shard::DocumentType::kPolicy) return false;
  for (std::uint16_t i = 0; i < control.policy_count(); ++i) {
    const shard::PolicyNumber number{i};
    if (control.policy(number).hash == published.hash) return control.gives_way(number, now);
  }
  return false;
}

Result<PublicDocument> to_public(const shard::ControlState& control, const shard::PublishedDocument& published,
                                 UnixSeconds now) {
  MINGMA_TRY(const Validity validity, validity_of(control, published));
  PublicDocument out;
  out.type = shard::to_string(published.document.type);
  out.id = validity.id;
  out.hash = published.hash;
  out.from = validity.from;
  out.until = validity.until;
  out.in_force = validity.from <= now && (validity.until == UnixSeconds{} || now < validity.until) &&
                 !gives_way(control, published, now);
  out.signed_document = service::to_public(published.document);
  out.leaf = published.leaf;
  return out;
}

}  // namespace

SignedDocument to_public(const shard::SignedDocument& document) {
  SignedDocument out;
  out.type = shard::to_string(document.type);
  out.document = document.bytes;
  for (const shard::DocumentSignature& signature : document.signatures)
    out.signatures.push_back({signature.key_id, signature.signature});
  return out;
}

InstitutionSummary summarise(const shard::Institution& institution) {
  return {institution.id,
          {institution.name_zh, institution.name_en},
          std::string(shard::to_string(institution.klass)),
          institution.phone};
}

void Directory::publish(shard::ControlState state) {
  auto next = std::make_shared<const shard::ControlState>(std::move(state));
  const std::lock_guard lock(mutex_);
  current_ = std::move(next);
}

std::shared_ptr<const shard::ControlState> Directory::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

// A certificate names its signer by the hash of a certificate we need not have: every issuer's keys are tried, and
// there are few issuers.
Result<Caller> Directory::find_issuer(const code::Hcert& certificate) const {
  const auto control = current();
  const UnixSeconds issued = certificate.claims.issued_at.value_or(UnixSeconds{});
  for (std::uint32_t n = 1; const shard::Institution* each = control->institution(shard::InstitutionNumber{n}); ++n) {
    if (each->klass != shard::InstitutionClass::kOtherProvince) continue;
    for (const shard::InstitutionKey& key : each->keys) {
      const std::string& id = key.key.key_id();
      if (control->institution_key(shard::InstitutionNumber{n}, id, issued) != nullptr &&
          code::check_hcert_signature(certificate, key.key).ok())
        return Caller{each->id, id};
    }
  }
  return Error(errors::kUnknownIssuer, "no issuer that the command published signed this certificate");
}

Result<Caller> Directory::authenticate(const MessageSignature& signature) const {
  const auto control = current();
  const UnixSeconds now = clock_.now();
  const shard::InstitutionNumber holder = control->find_key_holder(signature.key_id, now);
  const crypto::VerifyingKey* key =
      holder == shard::kSelf ? nullptr : control->institution_key(holder, signature.key_id, now);
  if (key == nullptr)
    return Error(errors::kUnknownKey, "no institution has this key in force; ask the command to publish it");
  if (!key->verify(signature.base, signature.signature))
    return Error(errors::kSignatureRefused, "the signature does not fit the message");
  return Caller{control->institution(holder)->id, signature.key_id};
}

Result<std::vector<PublicDocument>> Directory::list(PublicList which, bool only_in_force) const {
  const auto control = current();
  const UnixSeconds now = clock_.now();
  std::vector<PublicDocument> out;
  for (const auto& published : control->documents()) {
    if (!belongs_to(published->document.type, which)) continue;
    MINGMA_TRY(PublicDocument document, to_public(*control, *published, now));
    if (!only_in_force || document.in_force) out.push_back(std::move(document));
  }
  return out;
}

Result<PublicDocument> Directory::find(PublicList which, const std::string& id) const {
  const auto control = current();
  const auto documents = control->documents();
  // From the newest: an institution's id names its latest document.
  for (std::size_t i = documents.size(); i-- > 0;) {
    const shard::PublishedDocument& published = *documents[i];
    if (!belongs_to(published.document.type, which)) continue;
    if (published.id == id || hex_encode(published.hash) == id) return to_public(*control, published, clock_.now());
  }
  return Error(errors::kNoSuchThing, "no published document has this id");
}

}  // namespace mingma::service
