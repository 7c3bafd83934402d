// The use cases of officers: persons who sign for an institution (shard/officer.h). Part of Api.
//
// An officer is asked who they are in one of two ways: a passkey signs a challenge, after which HTTP holds a session
// bound to that key; or a key file signs each request (RFC 9421), for scripts. Either way handlers get an OfficerCaller
// and nothing else, and every later call shows it to check_officer() first, so that a revoked key ends its sessions.
// Statements, approvals, replies and policies are not authorised by a session: they carry the officer's own signature.
// Threading, errors, durability: as Api.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "crypto/webauthn.h"
#include "service/types.h"
#include "shard/officer.h"

namespace mingma::service {

template <typename T>
using Async = boost::asio::awaitable<Result<T>>;

struct OfficerCaller {
  std::string officer;  // "cdc-1/zhang.wei"
  std::string institution;
  shard::OfficerRole role = shard::OfficerRole::kExecuting;
  std::string key_id;
};

struct OfficerSignIn {
  Bytes challenge;   // that was given out, not taken from the client
  Bytes credential;  // the credential id that the browser names
  crypto::WebAuthnAssertion assertion;
};

struct OfficerKeyView {
  std::string key_id;
  shard::OfficerKeyKind kind = shard::OfficerKeyKind::kKey;
  Bytes credential;
  crypto::WebAuthnScope scope;
  UnixSeconds from{};
  UnixSeconds until{};  // or when it was revoked
  bool in_force = false;
  std::string revoked_for;  // the reason; empty: not revoked
};

struct OfficerView {
  std::string id;
  std::string institution;
  shard::OfficerRole role = shard::OfficerRole::kExecuting;
  Bilingual name;
  std::string phone;
  std::vector<OfficerKeyView> keys;
  Digest document{};  // hash of the latest document
  LeafIndex leaf{};   // in shard 0's ledger
};

class OfficerApi {
 public:
  virtual ~OfficerApi() = default;
  // Which officer's key file signed `signature.base`. kUnknownKey, kSignatureRefused. Passkeys do not sign requests.
  virtual Result<OfficerCaller> authenticate_officer(const MessageSignature& signature) const = 0;
  // Is the caller's key still in force? The caller with its present role; kUnknownKey.
  virtual Result<OfficerCaller> check_officer(const OfficerCaller& caller) const = 0;
  // Verifies the assertion against the key and scope it was enrolled with, and writes the counter down (synced) before
  // it answers. kUnknownKey, kWebAuthn..., kShardCounterBack.
  virtual Async<OfficerCaller> sign_in_officer(OfficerSignIn request) = 0;
  virtual Result<OfficerView> find_officer(const std::string& id) const = 0;                    // kNoSuchThing
  virtual Result<std::vector<OfficerView>> officers(const std::string& institution) const = 0;  // empty: all
};

}  // namespace mingma::service
