// The use cases of officers: persons who sign for an institution (shard/officer.h). Part of Api.
//
// An officer is asked who they are in one of two ways: a passkey signs a challenge, after which HTTP holds a session
// bound to that key; or a key file signs each request (RFC 9421), for scripts. Either way handlers get an OfficerCaller
// and nothing else, and every later call shows it to check_officer() first, so that a revoked key ends its sessions.
// Statements, approvals, replies and policies are not authorised by a session: they carry the officer's own signature.
// Threading, errors, durability: as Api.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
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

struct GivenHandView {
  std::string hand;     // "ordered", "approved", "executed"
  std::string officer;  // who gave it
  std::string key_id;
  UnixSeconds at{};
};

// A statement that waits for a hand. Says nothing about whom it concerns.
struct HoldView {
  Digest statement{};
  ShardId shard{};
  InstitutionSummary institution;
  std::string kind;
  Bilingual kind_words;
  std::string rule;                  // that would decide with it
  std::vector<std::string> missing;  // "ordered", "approved", "executed", "other_institution"
  std::vector<std::string> reasons;  // "hands", "flip_back", "signer_brake", "institution_brake", "batch_brake"
  UnixSeconds since{};
  UnixSeconds lapses{};
  std::vector<GivenHandView> given;
};
inline constexpr std::size_t kHoldsListedMax = 1'000;

struct ApprovalView {
  Digest statement{};
  std::string outcome;               // "completed", "noted", "refused", "unknown", ...
  std::vector<std::string> missing;  // still
};

// What statements would do if their officer signed them now (shard/preview.h). Counts, and what is wrong with which.
struct StatementPreviewView {
  std::vector<StatementOutcome> outcomes;  // of the documents, in their order
  std::uint32_t worse = 0, better = 0, worse_when_approved = 0;
  std::map<std::string, std::uint32_t> missing, reasons;
};
inline constexpr std::size_t kPreviewDocumentsMax = 1'000;

class OfficerApi {
 public:
  virtual ~OfficerApi() = default;
  // Open holds, the next to lapse first; at most kHoldsListedMax. Who approves, orders or audits sees all; others only
  // their own institution's (kForbidden).
  virtual Async<std::vector<HoldView>> holds(OfficerCaller caller, std::string institution) = 0;
  // Documents as submit_statement() takes them, unsigned. kForbidden for roles that sign no statements; whatever is
  // wrong with one document is its outcome. Computed by the shards, written nowhere.
  virtual Async<StatementPreviewView> preview_statements(OfficerCaller caller, std::vector<std::string> documents) = 0;
  // An "approval" document: approves or refuses the statements it names, in its order.
  virtual Async<std::vector<ApprovalView>> approve(SignedDocument document) = 0;
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
