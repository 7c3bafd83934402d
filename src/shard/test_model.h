// The slow and obvious model of a province: lists of everything that was ever signed, and every question answered from
// scratch by walking them. It was written from docs/accountability.md and docs/facts.md, and shares nothing with the
// machine but the rules room (which has a model of its own) and the types of documents. Tests drive both with the same
// history and compare outcomes, holds, brakes, colours, cases and deadlines.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/compiled.h"
#include "rules/policy.h"
#include "shard/case.h"
#include "shard/document.h"
#include "shard/event.h"

namespace mingma::shard::testing {

// ---- who may

struct ModelInstitution {
  std::string id;
  InstitutionClass klass{};
  std::string division;
  UnixSeconds key_from;
};

struct ModelGrant {
  std::string id;
  std::string grantor;
  std::string grantee;
  std::vector<std::string> kinds;
  std::vector<std::string> areas;  // prefixes: "41", "4102", "410202"
  UnixSeconds from;
  UnixSeconds until;
  bool may_delegate = false;
  std::vector<UnixSeconds> revoked;  // from when, one for each revocation
};

struct ModelKey {
  std::string id;
  bool passkey = false;
  UnixSeconds from;
  std::vector<UnixSeconds> revoked;
  bool replaced = false;                            // a later document of the officer has another key
  std::uint64_t used = 0;                           // signatures made
  std::map<std::uint16_t, std::uint64_t> accepted;  // by data shard: the newest one that it has taken
};

struct ModelOfficer {
  std::string id;
  std::string institution;
  std::string role;
  std::vector<ModelKey> keys;  // the last one is the present one
};

struct ModelHand {  // one signature
  const ModelOfficer* officer = nullptr;
  ModelKey* key = nullptr;
  std::uint64_t number = 0;  // of the key's signatures
};

class PowerModel {
 public:
  std::vector<ModelInstitution> institutions;
  std::vector<ModelGrant> grants;

  const ModelInstitution* find(const std::string& id) const;
  // Is the grant published? Empty: yes; else the code of the refusal.
  std::string publish(const ModelGrant& grant, UnixSeconds now);
  std::string revoke(const std::string& grant, const std::string& by, UnixSeconds from);
  bool authorised(const std::string& institution, rules::EvidenceKind kind, DivisionCode place, UnixSeconds signed_at,
                  UnixSeconds now) const;
  static bool key_in_force(const ModelKey& key, UnixSeconds at);

 private:
  bool chain(const std::string& institution, const std::string& kind, const std::string& place, UnixSeconds signed_at,
             UnixSeconds now, bool delegating, int depth) const;
};

// ---- what was said, and what became of it

enum class Standing { kCounts, kHeld, kSuspended, kNever };

struct ModelItem {
  std::uint32_t number = 0;  // the resident
  Statement statement;
  Standing standing = Standing::kCounts;
  std::uint8_t missing = 0;
  UnixSeconds lapses;
  std::vector<std::string> persons;  // officers who have given a hand
  bool took_effect = false;          // at once, or when the missing had signed
};

struct ModelCase {
  Ticket ticket;
  std::uint32_t who = 0;
  std::uint32_t version = 0;
  UnixSeconds opened;
  rules::CaseDeadlines hours;
  bool told_at_once = true;
  std::vector<std::size_t> items;
  std::vector<CaseAnswer> answers;
  bool accepted = false;
  bool told = false;
  CaseEnd end = CaseEnd::kOpen;
  UnixSeconds ended;
  unsigned missed = 0;

  bool open() const { return end == CaseEnd::kOpen; }
};

// What came with one statement.
struct ModelSaid {
  const Statement& statement;
  std::string key_signer;        // the institution's key, where no officer entered it
  std::vector<ModelHand> hands;  // the first entered it, if `by_officer`
  bool by_officer = false;
  std::string batch;  // of a manifest: its id
  std::uint16_t shard = 1;
};

class Model {
 public:
  PowerModel power;
  std::vector<AreaOrderDocument> orders;  // the latest of each number
  std::vector<ModelItem> items;
  std::vector<ModelCase> cases;

  void add_policy(rules::Policy policy);
  // It was proved that the one is never stricter than the other; by their places in policies().
  void add_proof(std::size_t city, std::size_t provincial) { proved_.emplace(city, provincial); }
  const std::vector<rules::Policy>& policies() const { return policies_; }
  void add_resident(DivisionCode home, UnixSeconds now);
  std::size_t residents() const { return residents_.size(); }
  std::string publish_order(const AreaOrderDocument& order, UnixSeconds now);
  // What the clock does until `now`. Then everybody's version.
  void clock(UnixSeconds now);

  // As of the last event or clock step.
  const rules::Decision& decision(std::uint32_t number) const { return residents_.at(number).last; }
  // The same by the rules room's reference evaluation, which is slow.
  rules::Decision decide_slowly(std::uint32_t number, UnixSeconds now) const;
  std::uint32_t version(std::uint32_t number) const { return residents_.at(number).version; }

  // Is the batch or document taken at all? Empty: yes; else the code.
  std::string check_hands(const ModelSaid& said, UnixSeconds now) const;
  void note_hands(const std::vector<ModelHand>& hands, std::uint16_t shard);
  Outcome submit(std::uint32_t number, const ModelSaid& said, UnixSeconds now);
  ApprovalOutcome approve(std::size_t item, const ModelOfficer& officer, bool refuses, UnixSeconds now);
  void refresh(UnixSeconds now);  // after each event

  std::optional<Ticket> contested(std::uint32_t who) const;
  std::size_t open_cases(std::uint32_t who) const;
  void open_case(Ticket ticket, std::uint32_t who, bool told_at_once, UnixSeconds now);
  ModelCase& find_case(Ticket ticket);
  bool reply(ModelCase& one, std::size_t k, CaseAnswer answer, UnixSeconds now);
  bool decide_case(ModelCase& one, CaseEnd end, const std::vector<std::size_t>& overruled, UnixSeconds now);
  bool reinstate(ModelCase& one, const std::vector<std::size_t>& which);
  bool step(ModelCase& one, CaseStepKind kind, UnixSeconds now);

 private:
  struct Resident {
    DivisionCode home;
    rules::Decision last;
    int policy = -1;
    std::uint32_t version = 0;
  };
  struct Worsening {
    UnixSeconds at;
    std::string institution;
    std::string signer;
  };
  struct Clearance {
    std::uint32_t number;
    UnixSeconds at;
    std::string institution;
    rules::EvidenceKind kind;
    std::string record;
  };
  struct Situation {
    rules::Decision decision;
    int policy = -1;
    DivisionCode place;
  };
  rules::FactRow facts(const std::vector<rules::Evidence>& evidence, DivisionCode home, UnixSeconds now) const;
  struct Judged {
    bool worse = false;
    bool clears = false;
    bool counted = false;  // worse, where brakes are enforced
    std::uint8_t missing = 0;
    std::vector<std::string> persons;
    std::int64_t lapse_hours = 0;
  };

  Situation situation(std::uint32_t number, const std::vector<rules::Evidence>& evidence, UnixSeconds now) const;
  std::vector<rules::Evidence> evidence_of(std::uint32_t number, const Statement* with = nullptr) const;
  int provincial_policy(UnixSeconds now) const;
  int policy_of(DivisionCode place, UnixSeconds now) const;
  bool may_say(std::uint32_t number, const Statement& statement, UnixSeconds now) const;
  Judged judge(std::uint32_t number, const ModelSaid& said, UnixSeconds now) const;
  bool over_limits(const rules::Brakes& brakes, const ModelSaid& said, UnixSeconds now) const;
  bool flips_back(std::uint32_t number, const rules::Brakes& brakes, const Statement& statement, UnixSeconds now) const;
  std::uint32_t count(const std::string& institution, const std::string& signer, std::int64_t hours,
                      UnixSeconds now) const;
  void correct(std::uint32_t number, const Statement& by);
  void take_effect(std::size_t item);
  std::vector<std::size_t> named(std::uint32_t who, UnixSeconds now) const;
  void suspend(std::size_t item);
  void end_case(ModelCase& one, CaseEnd end, UnixSeconds now);
  void settle_case(ModelCase& one, UnixSeconds now);
  UnixSeconds next_deadline(const ModelCase& one) const;
  void advance(ModelCase& one, UnixSeconds now);

  rules::Decision decide(int policy, const std::vector<rules::Evidence>& evidence, DivisionCode home,
                         UnixSeconds now) const;

  std::vector<rules::Policy> policies_;
  std::set<std::pair<std::size_t, std::size_t>> proved_;
  std::vector<rules::CompiledPolicy> compiled_;
  std::vector<Resident> residents_;
  std::vector<Worsening> worsenings_;
  std::vector<Clearance> clearances_;
  std::vector<std::string> batch_worsenings_;  // the batch's id, once for each
};

}  // namespace mingma::shard::testing
