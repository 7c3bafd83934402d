// The officers' use cases over a table of keys: for tests of routes.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "service/api.h"
#include "service/errors.h"

namespace mingma::http::testing {

class FakeOfficers : public service::Api {
 public:
  struct Known {
    service::OfficerCaller caller;
    crypto::VerifyingKey key;
    Bytes credential;  // empty: a key file
    crypto::WebAuthnScope scope;
  };
  std::map<std::string, Known> officer_keys;  // by key id

  Result<service::OfficerCaller> authenticate_officer(const service::MessageSignature& signature) const override {
    const auto found = officer_keys.find(signature.key_id);
    if (found == officer_keys.end()) return Error(mingma::errors::kUnknownKey, "no officer has this key");
    if (!found->second.key.verify(signature.base, signature.signature))
      return Error(mingma::errors::kSignatureRefused, "the signature does not verify");
    return found->second.caller;
  }
  Result<service::OfficerCaller> check_officer(const service::OfficerCaller& caller) const override {
    const auto found = officer_keys.find(caller.key_id);
    if (found == officer_keys.end()) return Error(mingma::errors::kUnknownKey, "revoked");
    return found->second.caller;
  }
  service::Async<service::OfficerCaller> sign_in_officer(service::OfficerSignIn request) override {
    for (const auto& [id, known] : officer_keys) {
      if (known.credential != request.credential) continue;
      const auto counter = crypto::verify_assertion(request.assertion, known.key, known.scope, request.challenge);
      if (!counter.ok()) co_return counter.error();
      co_return known.caller;
    }
    co_return Error(mingma::errors::kUnknownKey, "no officer has this credential");
  }
  service::Async<std::vector<service::HoldView>> holds(service::OfficerCaller caller, std::string) override {
    service::HoldView hold;
    hold.institution.id = caller.institution;
    hold.missing = {"approved"};
    co_return std::vector<service::HoldView>{hold};
  }
  service::Async<service::StatementPreviewView> preview_statements(service::OfficerCaller,
                                                                   std::vector<std::string> documents) override {
    service::StatementPreviewView out;
    out.worse_when_approved = static_cast<std::uint32_t>(documents.size());
    out.missing["approved"] = out.worse_when_approved;
    for (std::size_t i = 0; i < documents.size(); ++i)
      out.outcomes.push_back({.outcome = service::StatementOutcomeCode::kHeld});
    co_return out;
  }
  service::Async<std::vector<service::ApprovalView>> approve(service::SignedDocument) override {
    co_return std::vector<service::ApprovalView>{{Digest{}, "completed", {}}};
  }
  Result<service::OfficerView> find_officer(const std::string& id) const override {
    for (const auto& [key_id, known] : officer_keys) {
      if (known.caller.officer != id) continue;
      service::OfficerView out{.id = id, .institution = known.caller.institution, .role = known.caller.role};
      out.keys.push_back(
          {.key_id = key_id,
           .kind = known.credential.empty() ? shard::OfficerKeyKind::kKey : shard::OfficerKeyKind::kPasskey,
           .credential = known.credential,
           .scope = known.scope,
           .in_force = true});
      return out;
    }
    return Error(mingma::errors::kNoSuchThing, "no officer has this id");
  }
  Result<std::vector<service::OfficerView>> officers(const std::string& institution) const override {
    std::vector<service::OfficerView> out;
    for (const auto& [key_id, known] : officer_keys) {
      if (known.caller.institution == institution) out.push_back(*find_officer(known.caller.officer));
    }
    return out;
  }
};

}  // namespace mingma::http::testing
