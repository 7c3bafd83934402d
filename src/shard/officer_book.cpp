#include "shard/officer_book.h"

#include <algorithm>

#include "shard/errors.h"

namespace mingma::shard {
namespace {

bool within(const OfficerKey& key, UnixSeconds at) {
  return key.from <= at && (key.until == UnixSeconds{} || at < key.until);
}

Error refused(const ErrorInfo& info, std::string message, std::string where = {}) {
  return {info, std::move(message), std::move(where)};
}

}  // namespace

std::shared_ptr<const Officer> OfficerBook::find(std::string_view id) const {
  const auto found = officers_.find(id);
  return found == officers_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Officer>> OfficerBook::all() const {
  std::vector<std::shared_ptr<const Officer>> out;
  for (const auto& [id, officer] : officers_) out.push_back(officer);
  return out;
}

OfficerKeyRef OfficerBook::ref(const std::string& key_id, const std::shared_ptr<const Officer>& officer) const {
  for (const OfficerKey& key : officer->keys) {
    if (key.key.key_id() == key_id) return {officer, &key};
  }
  return {};
}

OfficerKeyRef OfficerBook::any_key(std::string_view key_id) const {
  const auto found = keys_.find(key_id);
  return found == keys_.end() ? OfficerKeyRef{} : ref(found->first, found->second);
}

OfficerKeyRef OfficerBook::key(std::string_view key_id, UnixSeconds at) const {
  OfficerKeyRef found = any_key(key_id);
  if (!found || !within(*found.key, at) || find(found.officer->id) != found.officer) return {};
  const OfficerRevocation* revoked = revocation(found.officer->id, key_id);
  if (revoked != nullptr && revoked->from <= at) return {};
  return found;
}

OfficerKeyRef OfficerBook::key_of_credential(ByteView credential, UnixSeconds at) const {
  const auto found = credentials_.find(to_bytes(credential));
  return found == credentials_.end() ? OfficerKeyRef{} : key(found->second, at);
}

const OfficerRevocation* OfficerBook::revocation(std::string_view officer, std::string_view key_id) const {
  const OfficerRevocation* earliest = nullptr;
  const auto [first, last] = revocations_.equal_range(officer);
  for (auto at = first; at != last; ++at) {
    const bool concerns = at->second.key.empty() || at->second.key == key_id;
    if (concerns && (earliest == nullptr || at->second.from < earliest->from)) earliest = &at->second;
  }
  return earliest;
}

bool OfficerBook::is_new(const Officer& officer, const OfficerKey& key) const {
  const auto present = find(officer.id);
  return present == nullptr || std::none_of(present->keys.begin(), present->keys.end(),
                                            [&](const OfficerKey& other) { return other.key == key.key; });
}

Result<void> OfficerBook::check(const Officer& officer, const SignedDocument& document) const {
  if (const auto present = find(officer.id); present != nullptr && officer.issued_at <= present->issued_at)
    return refused(errors::kShardConflict, "not later than the document it replaces", "/issued_at");
  const Digest digest = document_digest(to_string(document.type), document.bytes);
  for (std::size_t i = 0; i < officer.keys.size(); ++i) {
    const OfficerKey& key = officer.keys[i];
    const std::string where = "/keys/" + std::to_string(i);
    const std::string& key_id = key.key.key_id();
    if (const auto other = any_key(key_id); other && other.officer->id != officer.id)
      return refused(errors::kShardConflict, "this key belongs to another officer", where);
    if (const auto other = credentials_.find(key.credential);
        key.kind == OfficerKeyKind::kPasskey && other != credentials_.end() && other->second != key_id)
      return refused(errors::kShardConflict, "this credential id belongs to another key", where);
    if (!is_new(officer, key)) {
      const OfficerKeyRef held = any_key(key_id);
      if (held.key->kind != key.kind || held.key->scope != key.scope || held.key->credential != key.credential ||
          key.from < held.key->from)
        return refused(errors::kShardConflict, "a key that is kept stays as it was enrolled; only its end changes",
                       where);
      continue;
    }
    if (knows(key_id)) return refused(errors::kShardConflict, "a key that ended is not enrolled again", where);
    if (key.kind == OfficerKeyKind::kPasskey) MINGMA_CHECK(check_registration(officer.id, key));
    const auto own = std::find_if(document.signatures.begin(), document.signatures.end(),
                                  [&](const DocumentSignature& signature) { return signature.key_id == key_id; });
    if (own == document.signatures.end())
      return refused(errors::kShardNotAuthorised, "a new key signs the document that enrols it", where);
    MINGMA_CHECK(verify_officer_signature(key, digest, own->signature));
  }
  return {};
}

Result<void> OfficerBook::check(const OfficerRevocation& revocation) const {
  if (revocation_ids_.contains(revocation.id))
    return refused(errors::kShardConflict, "this revocation id is taken", "/id");
  const auto officer = find(revocation.officer);
  if (officer == nullptr) return refused(errors::kShardInvalidDocument, "no such officer", "/officer");
  if (!revocation.key.empty()) {
    const OfficerKeyRef key = any_key(revocation.key);
    if (!key || key.officer->id != revocation.officer)
      return refused(errors::kShardInvalidDocument, "no key of this officer", "/key");
  }
  if (revocation.revoked_by != kRootGrantor && revocation.revoked_by != officer->institution)
    return refused(errors::kShardNotAuthorised, "only the officer's institution or the root keys revoke",
                   "/revoked_by");
  return {};
}

Result<void> OfficerBook::check_signature(const OfficerKey& key, const SignedDocument& document,
                                          const DocumentSignature& signature) const {
  const Digest digest = document_digest(to_string(document.type), document.bytes);
  MINGMA_TRY(const std::uint32_t counter, verify_officer_signature(key, digest, signature.signature));
  const auto last = counters_.find(signature.key_id);
  if (key.kind == OfficerKeyKind::kPasskey && last != counters_.end() &&
      !crypto::counter_accepts(last->second, counter)) {
    return refused(errors::kShardCounterBack, "the passkey's counter did not rise: a copied key, or an old signature",
                   signature.key_id);
  }
  return {};
}

void OfficerBook::add(Officer officer) {
  const auto added = std::make_shared<const Officer>(std::move(officer));
  officers_[added->id] = added;
  for (const OfficerKey& key : added->keys) {
    keys_[key.key.key_id()] = added;
    if (key.kind == OfficerKeyKind::kPasskey) credentials_[key.credential] = key.key.key_id();
  }
}

void OfficerBook::add(OfficerRevocation revocation) {
  revocation_ids_.insert(revocation.id);
  std::string officer = revocation.officer;
  revocations_.emplace(std::move(officer), std::move(revocation));
}

void OfficerBook::note_counters(const SignedDocument& document) {
  for (const DocumentSignature& signature : document.signatures) {
    const OfficerKeyRef key = any_key(signature.key_id);
    if (!key || key.key->kind != OfficerKeyKind::kPasskey) continue;
    const auto assertion = crypto::decode_assertion(signature.signature);
    if (!assertion.ok()) continue;
    const auto data = crypto::parse_authenticator_data(assertion->authenticator_data);
    if (data.ok()) counters_[signature.key_id] = data->counter;
  }
}

}  // namespace mingma::shard
