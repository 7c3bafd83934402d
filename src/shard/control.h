// ControlState: the province's institutions, grants, policies and area orders: a fold over published documents.
//
// The control shard owns it; every data shard keeps its own copy by following. It knows documents, not the clock: what
// is in force is asked for with an instant. ControlView is the frozen answer for one instant that rows are decided
// with. Threading: owned by one shard; ControlView is immutable and shared.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "rules/areas.h"
#include "shard/document.h"
#include "shard/officer_book.h"
#include "shard/policy_gate.h"
#include "shard/row.h"

namespace mingma::rules {
struct Policy;
class CompiledPolicy;
}  // namespace mingma::rules

namespace mingma::shard {

// A document as published, with its place in the control shard's ledger.
struct PublishedDocument {
  SignedDocument document;
  Digest hash{};   // SHA-256 of its bytes
  std::string id;  // institution, grant, officer or revocation id, policy "id@version", area order number, "genesis"
  UnixSeconds published_at{};
  Sequence sequence{};  // control shard's event
  LeafIndex leaf{};     // control shard's ledger; in the copies that data shards keep: 0
};

struct PolicyInForce {
  DivisionCode jurisdiction{};
  PolicyNumber number = kNoPolicyNumber;
};

// Everything time-dependent that a decision needs, as of one instant. Valid until next_change (exclusive; {0}: for
// ever).
struct ControlView {
  UnixSeconds as_of{};
  UnixSeconds next_change{};
  rules::AreaTable areas;
  std::vector<PolicyInForce> policies;  // at most one per jurisdiction; longest jurisdiction first

  // The city's policy where it has one, else the province's; kNoPolicyNumber: none in force.
  PolicyNumber policy_for(DivisionCode place) const;
  // Of a resident: where they are, if that is in the province, else at home.
  PolicyNumber policy_for(DivisionCode stay, DivisionCode home) const;
};

struct TrustedProvince;

class ControlState {
 public:
  ControlState();
  ~ControlState();
  ControlState(ControlState&&) noexcept;
  ControlState& operator=(ControlState&&) noexcept;
  ControlState clone() const;  // cheap: parsed documents are shared

  // An entry of kControlTable.
  static Bytes encode_published(const PublishedDocument& document);
  static Result<PublishedDocument> decode_published(ByteView bytes);

  // Would this document be accepted at `now`? Parses, checks signatures, who may sign, ids and succession.
  // kShardConflict for an id that is taken by other content. Does not change anything. An exact repeat is not an error:
  // ask find_document first.
  Result<void> check(const SignedDocument& document, UnixSeconds now) const;
  // Adds a document that was accepted (it is parsed, not checked again).
  Result<void> add(PublishedDocument document);
  // The place of documents()[index] in the control shard's ledger, once it is known.
  void set_leaf(std::size_t index, LeafIndex leaf);

  bool has_genesis() const;
  const Genesis& genesis() const;  // requires has_genesis()

  std::span<const std::shared_ptr<const PublishedDocument>> documents() const;  // in order of publication
  const PublishedDocument* find_document(const Digest& hash) const;

  const Institution* find_institution(std::string_view id) const;
  InstitutionNumber institution_number(std::string_view id) const;  // kSelf: none such
  const Institution* institution(InstitutionNumber number) const;   // latest document; null for kSelf or unknown
  // The institution's key with this id, in force at `at`; null if none.
  const crypto::VerifyingKey* institution_key(InstitutionNumber number, std::string_view key_id, UnixSeconds at) const;
  // Which institution holds this key at `at`; kSelf: none.
  InstitutionNumber find_key_holder(std::string_view key_id, UnixSeconds at) const;

  const OfficerBook& officers() const;
  std::shared_ptr<const Officer> find_officer(std::string_view id) const { return officers().find(id); }
  // The officer's key with this id, in force at `at`, of an institution that may have officers.
  OfficerKeyRef officer_key(std::string_view key_id, UnixSeconds at) const { return officers().key(key_id, at); }

  // An unbroken chain of grants root -> ... -> institution covers `kind` in `area`, both at `signed_at` and at `now`.
  // Operators are never authorised. Chains of at most 8 grants.
  bool authorised(InstitutionNumber number, rules::EvidenceKind kind, DivisionCode area, UnixSeconds signed_at,
                  UnixSeconds now) const;
  std::vector<const Grant*> grants_of(InstitutionNumber number) const;
  const Revocation* revocation_of(std::string_view grant_id) const;  // null: not revoked

  // The latest document about another province; null: none. In force or not: see neighbour.h.
  const TrustedProvince* find_trusted(DivisionCode province) const;

  std::size_t policy_count() const;
  const rules::Policy& policy(PolicyNumber number) const;  // requires number < policy_count()
  const rules::CompiledPolicy& compiled(PolicyNumber number) const;
  // Under this policy, or status kNoPolicy for kNoPolicyNumber.
  rules::Decision decide(PolicyNumber number, const rules::FactRow& facts, UnixSeconds now) const;
  // "A1"; "default" for the default colour; empty for kNoPolicyNumber or status kNoPolicy.
  std::string_view rule_id(PolicyNumber number, const rules::Decision& decision) const;
  const Digest& policy_hash(PolicyNumber number) const;
  const PublishedDocument& policy_document(PolicyNumber number) const;

  std::shared_ptr<const ControlView> view_at(UnixSeconds at) const;

  const PolicyGate& gate() const;
  // The province's policies that govern at some instant of this policy's life from `now` on, ascending: what it must be
  // proved against. Empty for a policy of the province itself, and when its life is over.
  // kShardNoProvincialPolicy: at some instant of its life the province has none.
  Result<std::vector<PolicyNumber>> provincial_policies(const rules::Policy& policy, UnixSeconds now) const;
  // A city's policy that the province has overtaken: it is not proved never stricter than the province's policy of that
  // instant, so it is in no view and decides about nobody. False of policies of the province.
  bool gives_way(PolicyNumber number, UnixSeconds at) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mingma::shard
