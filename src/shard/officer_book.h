// OfficerBook: who signs for which institution with which key, a fold over officers' documents. Part of ControlState.
//
// Passkeys' signature counters, as far as published documents show them, are kept here too: each must rise (or stay 0)
// from one document to the next. Counters of statements are the data shards' (shard/brakes.h).
// Threading: a value; const methods are pure.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shard/officer.h"

namespace mingma::shard {

// An officer's key and the document it stands in. Empty: none such.
struct OfficerKeyRef {
  std::shared_ptr<const Officer> officer;
  const OfficerKey* key = nullptr;
  explicit operator bool() const { return key != nullptr; }
};

class OfficerBook {
 public:
  std::shared_ptr<const Officer> find(std::string_view id) const;  // the latest document; null if none
  std::vector<std::shared_ptr<const Officer>> all() const;         // by id
  // In force at `at`: in the officer's latest document, within its dates, not revoked.
  OfficerKeyRef key(std::string_view key_id, UnixSeconds at) const;
  OfficerKeyRef key_of_credential(ByteView credential, UnixSeconds at) const;
  // In force or not: from the last document that held it. For names in answers, and for the audit.
  OfficerKeyRef any_key(std::string_view key_id) const;
  bool knows(std::string_view key_id) const { return keys_.contains(key_id); }
  const OfficerRevocation* revocation(std::string_view officer, std::string_view key_id) const;  // the earliest

  // Succession, keys nobody else has, registrations, and that each new key has signed. Who vouches for the officer is
  // ControlState's to check.
  Result<void> check(const Officer& officer, const SignedDocument& document) const;
  Result<void> check(const OfficerRevocation& revocation) const;
  // One signature of a published document, by a key in force. kShardCounterBack when a passkey's counter did not rise.
  Result<void> check_signature(const OfficerKey& key, const SignedDocument& document,
                               const DocumentSignature& signature) const;

  void add(Officer officer);
  void add(OfficerRevocation revocation);
  void note_counters(const SignedDocument& document);

 private:
  bool is_new(const Officer& officer, const OfficerKey& key) const;
  OfficerKeyRef ref(const std::string& key_id, const std::shared_ptr<const Officer>& officer) const;

  std::map<std::string, std::shared_ptr<const Officer>, std::less<>> officers_;  // by id, the latest
  std::map<std::string, std::shared_ptr<const Officer>, std::less<>> keys_;  // by key id, ever; the last that held it
  std::map<Bytes, std::string> credentials_;                                 // credential -> key id
  std::multimap<std::string, OfficerRevocation, std::less<>> revocations_;   // by officer
  std::set<std::string, std::less<>> revocation_ids_;
  std::map<std::string, std::uint32_t, std::less<>> counters_;  // by key id
};

}  // namespace mingma::shard
