// Officers' use cases: who is it, are they still, sign in.
#include <algorithm>

#include "service/errors.h"
#include "service/province_unit.h"

namespace mingma::service {
namespace {

OfficerCaller caller_of(const shard::OfficerKeyRef& key) {
  return {key.officer->id, key.officer->institution, key.officer->role, key.key->key.key_id()};
}

Error no_key() { return {errors::kUnknownKey, "no officer has this key in force; ask the institution to enrol it"}; }

OfficerView view_of(const shard::ControlState& control, const shard::Officer& officer, UnixSeconds now) {
  OfficerView out{.id = officer.id,
                  .institution = officer.institution,
                  .role = officer.role,
                  .name = {officer.name_zh, officer.name_en},
                  .phone = officer.phone};
  for (const shard::OfficerKey& key : officer.keys) {
    const std::string& key_id = key.key.key_id();
    OfficerKeyView shown{.key_id = key_id,
                         .kind = key.kind,
                         .credential = key.credential,
                         .scope = key.scope,
                         .from = key.from,
                         .until = key.until,
                         .in_force = static_cast<bool>(control.officer_key(key_id, now))};
    if (const shard::OfficerRevocation* revoked = control.officers().revocation(officer.id, key_id)) {
      if (shown.until == UnixSeconds{} || revoked->from < shown.until) shown.until = revoked->from;
      shown.revoked_for = revoked->reason;
    }
    out.keys.push_back(std::move(shown));
  }
  const auto documents = control.documents();
  for (std::size_t i = documents.size(); i-- > 0;) {
    if (documents[i]->document.type != shard::DocumentType::kOfficer || documents[i]->id != officer.id) continue;
    out.document = documents[i]->hash;
    out.leaf = documents[i]->leaf;
    break;
  }
  return out;
}

}  // namespace

Result<OfficerCaller> Province::authenticate_officer(const MessageSignature& signature) const {
  const auto control = directory_.current();
  const shard::OfficerKeyRef key = control->officer_key(signature.key_id, clock_.now());
  if (!key) return no_key();
  if (key.key->kind != shard::OfficerKeyKind::kKey)
    return Error(errors::kUnknownKey, "a passkey signs no requests; sign in with it at /v1/officer-session");
  if (!key.key->key.verify(signature.base, signature.signature))
    return Error(errors::kSignatureRefused, "the signature does not fit the message");
  return caller_of(key);
}

Result<OfficerCaller> Province::check_officer(const OfficerCaller& caller) const {
  const auto control = directory_.current();
  const shard::OfficerKeyRef key = control->officer_key(caller.key_id, clock_.now());
  if (!key || key.officer->id != caller.officer) return no_key();
  return caller_of(key);
}

Async<OfficerCaller> Province::sign_in_officer(OfficerSignIn request) {
  const auto control = directory_.current();
  const shard::OfficerKeyRef key = control->officers().key_of_credential(request.credential, clock_.now());
  if (!key) co_return no_key();
  const Result<std::uint32_t> counter =
      crypto::verify_assertion(request.assertion, key.key->key, key.key->scope, request.challenge);
  if (!counter) co_return counter.error();
  const Result<bool> advanced = co_await on_disk<bool>([&]() -> Result<bool> {
    MINGMA_TRY(const Digest challenge, Digest::from(request.challenge));
    MINGMA_CHECK(exchange_->advance_counter(key.key->key.key_id(), *counter, challenge));
    return true;
  });
  if (!advanced) co_return advanced.error();
  co_return caller_of(key);
}

Result<OfficerView> Province::find_officer(const std::string& id) const {
  const auto control = directory_.current();
  const auto officer = control->find_officer(id);
  if (officer == nullptr) return Error(errors::kNoSuchThing, "no officer has this id");
  return view_of(*control, *officer, clock_.now());
}

Result<std::vector<OfficerView>> Province::officers(const std::string& institution) const {
  const auto control = directory_.current();
  std::vector<OfficerView> out;
  for (const auto& officer : control->officers().all()) {
    if (institution.empty() || officer->institution == institution)
      out.push_back(view_of(*control, *officer, clock_.now()));
  }
  return out;
}

void Province::take_signatures(const SignedDocument& document, shard::StatementsCommand& command) const {
  const auto control = directory_.current();
  const auto is_officers = [&](const DocumentSignature& signature) {
    return control->officers().knows(signature.key_id);
  };
  const auto entered = std::find_if_not(document.signatures.begin(), document.signatures.end(), is_officers);
  const std::size_t main =
      entered == document.signatures.end() ? 0 : static_cast<std::size_t>(entered - document.signatures.begin());
  command.authority =
      is_officers(document.signatures[main]) ? shard::AuthorityKind::kOfficer : shard::AuthorityKind::kDocument;
  command.key_id = document.signatures[main].key_id;
  command.signature = document.signatures[main].signature;
  for (std::size_t i = 0; i < document.signatures.size(); ++i) {
    if (i != main) command.hands.push_back({document.signatures[i].key_id, document.signatures[i].signature});
  }
}

// Passkeys that signed the document, each with its counter, before anything comes of it.
Async<bool> Province::note_counters(const SignedDocument& document) {
  const auto control = directory_.current();
  std::vector<std::pair<std::string, std::uint32_t>> counters;
  for (const DocumentSignature& signature : document.signatures) {
    const shard::OfficerKeyRef key = control->officers().any_key(signature.key_id);
    if (!key || key.key->kind != shard::OfficerKeyKind::kPasskey) continue;
    const auto assertion = crypto::decode_assertion(signature.signature);
    if (!assertion) continue;  // the shard says what is wrong with it
    const Digest digest = shard::document_digest(document.type, document.document);
    const auto counter = crypto::verify_assertion(*assertion, key.key->key, key.key->scope, digest);
    if (counter) counters.emplace_back(signature.key_id, *counter);
  }
  if (counters.empty()) co_return true;
  const Digest digest = shard::document_digest(document.type, document.document);
  co_return co_await on_disk<bool>([&]() -> Result<bool> {
    for (const auto& [key_id, counter] : counters) MINGMA_CHECK(exchange_->advance_counter(key_id, counter, digest));
    return true;
  });
}

}  // namespace mingma::service
