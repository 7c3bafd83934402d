// "Who may change a code here?": for a place, a kind of statement and an instant, the institutions that may say so, by
// which chain of grants up to the root keys, and whom to call. Also who makes the rules and who orders areas.
//
// Everything in it is public: published documents and their places in the control shard's ledger.
// Threading: pure functions of a ControlState.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/types.h"
#include "shard/control.h"
#include "shard/mandate.h"

namespace mingma::service {

struct PowerRequest {
  DivisionCode division;
  std::optional<rules::EvidenceKind> kind;  // absent: every kind
  std::optional<UnixSeconds> at;            // absent: now
};

// One grant as a link of a chain.
struct GrantLink {
  std::string id;
  InstitutionSummary grantor;  // id "root": the command's root keys
  InstitutionSummary grantee;
  std::vector<DivisionCode> areas;
  std::vector<std::string> kinds;
  UnixSeconds from{};
  UnixSeconds until{};
  bool may_delegate = false;
  std::string document_number;
  Digest hash{};     // of the published document
  LeafIndex leaf{};  // in the control shard's ledger
};

struct MandateView {
  InstitutionSummary institution;
  DivisionCode area{};           // the place asked for, or the part of it that the grant covers
  std::vector<GrantLink> chain;  // the institution's own grant first, the one by the root keys last
};

struct KindPower {
  std::string kind;
  Bilingual words;
  bool resident_may_declare = false;
  std::vector<MandateView> mandates;
};

struct Power {
  DivisionCode division;
  UnixSeconds at{};
  Bilingual province;
  std::uint16_t threshold = 0;  // so many of the root keys sign institutions, policies and the first grants
  std::vector<std::string> root_names;
  std::string policy_id, policy_version, policy_document_number;  // the rules in force here; empty: none
  Digest policy_hash{};
  std::vector<InstitutionSummary> area_orders_by;  // besides the root keys
  std::vector<KindPower> kinds;
};

InstitutionSummary summarise_command(const shard::ControlState& control);                        // id "root"
InstitutionSummary summarise(const shard::ControlState& control, std::string_view institution);  // also "root", "self"
GrantLink to_link(const shard::ControlState& control, const shard::Grant& grant);

// kBadRequest: the place is not in the province. kNotReady: no genesis document yet.
Result<Power> describe_power(const shard::ControlState& control, const PowerRequest& request, UnixSeconds now);

Json to_json(const GrantLink& link);
Json to_json(const Power& power);

}  // namespace mingma::service
