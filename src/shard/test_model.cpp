#include "shard/test_model.h"

#include <algorithm>

#include "rules/decide.h"
#include "rules/reducers.h"

namespace mingma::shard::testing {
namespace {

constexpr DivisionCode kModelProvince{410'000'000};

constexpr std::int64_t kHourSeconds = 3'600;

bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

std::string digits(DivisionCode place) { return std::to_string(place.value).substr(0, 6); }

bool prefixed(const std::string& place, const std::vector<std::string>& areas) {
  return std::any_of(areas.begin(), areas.end(), [&](const std::string& area) { return place.starts_with(area); });
}

bool holds_at(const ModelGrant& grant, UnixSeconds at) {
  const bool revoked =
      std::any_of(grant.revoked.begin(), grant.revoked.end(), [&](UnixSeconds from) { return from <= at; });
  return grant.from <= at && at < grant.until && !revoked;
}

std::pair<rules::Colour, rules::Measure> strictness(const rules::Decision& decision) {
  return {decision.colour, decision.measure};
}

// docs/facts.md: which kinds the rules of test_province.cpp read.
bool reads(rules::RuleIndex rule, rules::EvidenceKind kind) {
  using enum rules::EvidenceKind;
  if (rule == 0) return kind == kCaseReport || kind == kCaseRelease || kind == kCaseExclusion;
  if (rule == 1) return kind == kContactFinding || kind == kRiskClearance;
  return rule == 2 && kind == kStay;
}

}  // namespace

// ---- who may

const ModelInstitution* PowerModel::find(const std::string& id) const {
  const auto found =
      std::find_if(institutions.begin(), institutions.end(), [&](const ModelInstitution& one) { return one.id == id; });
  return found == institutions.end() ? nullptr : &*found;
}

std::string PowerModel::publish(const ModelGrant& grant, UnixSeconds now) {
  for (const ModelGrant& other : grants) {
    if (other.id == grant.id) return "shard.conflict";
  }
  if (find(grant.grantee)->klass == InstitutionClass::kOperator) return "shard.not_authorised";
  bool covered = grant.grantor == "root";
  for (const ModelGrant& own : grants) {
    if (own.grantee != grant.grantor || !own.may_delegate || !holds_at(own, now)) continue;
    const bool kinds = std::all_of(grant.kinds.begin(), grant.kinds.end(),
                                   [&](const auto& kind) { return contains(own.kinds, kind); });
    const bool areas = std::all_of(grant.areas.begin(), grant.areas.end(),
                                   [&](const auto& area) { return prefixed(area, own.areas); });
    covered = covered || (kinds && areas && own.from <= grant.from && grant.until <= own.until);
  }
  if (!covered) return "shard.not_authorised";
  grants.push_back(grant);
  return "";
}

std::string PowerModel::revoke(const std::string& grant, const std::string& by, UnixSeconds from) {
  for (ModelGrant& one : grants) {
    if (one.id != grant) continue;
    if (by != "root" && by != one.grantor) return "shard.not_authorised";
    one.revoked.push_back(from);
    return "";
  }
  return "shard.invalid_document";
}

bool PowerModel::chain(const std::string& institution, const std::string& kind, const std::string& place,
                       UnixSeconds signed_at, UnixSeconds now, bool delegating, int depth) const {
  if (depth > 8) return false;
  return std::any_of(grants.begin(), grants.end(), [&](const ModelGrant& grant) {
    if (grant.grantee != institution || (delegating && !grant.may_delegate)) return false;
    if (!contains(grant.kinds, kind) || !prefixed(place, grant.areas)) return false;
    if (!holds_at(grant, signed_at) || !holds_at(grant, now)) return false;
    return grant.grantor == "root" || chain(grant.grantor, kind, place, signed_at, now, true, depth + 1);
  });
}

bool PowerModel::authorised(const std::string& institution, rules::EvidenceKind kind, DivisionCode place,
                            UnixSeconds signed_at, UnixSeconds now) const {
  const InstitutionClass klass = find(institution)->klass;
  if (klass == InstitutionClass::kOperator) return false;
  if (kind == rules::EvidenceKind::kBorderEntry && klass != InstitutionClass::kBorderPost) return false;
  return chain(institution, std::string(rules::evidence_kind_info(kind).name), digits(place), signed_at, now, false, 1);
}

bool PowerModel::key_in_force(const ModelKey& key, UnixSeconds at) {
  const bool revoked =
      std::any_of(key.revoked.begin(), key.revoked.end(), [&](UnixSeconds from) { return from <= at; });
  return !key.replaced && key.from <= at && !revoked;
}

// ---- colours

void Model::add_policy(rules::Policy policy) {
  compiled_.push_back(rules::CompiledPolicy::compile(policy).value());
  policies_.push_back(std::move(policy));
}

void Model::add_resident(DivisionCode home, UnixSeconds now) {
  residents_.push_back({.home = home});
  refresh(now);
}

std::string Model::publish_order(const AreaOrderDocument& order, UnixSeconds now) {
  const auto same = std::find_if(orders.begin(), orders.end(), [&](const AreaOrderDocument& other) {
    return other.order.number == order.order.number;
  });
  if (same != orders.end() && (same->order.area != order.order.area || same->issuer != order.issuer))
    return "shard.conflict";
  if (order.issuer != "root") {
    const ModelInstitution& issuer = *power.find(order.issuer);
    if (issuer.klass != InstitutionClass::kCommand || !digits(order.order.area).starts_with(issuer.division))
      return "shard.not_authorised";
    for (const rules::Policy& policy : policies_) {
      if (!policy.enforcement.brakes || !policy.in_force(now) || !policy.jurisdiction.contains(order.order.area))
        continue;
      const std::int64_t days = policy.brakes.area_order_days_max;
      const bool longer = std::max(order.order.from, now).plus(days * 24 * kHourSeconds) < order.order.until;
      if (longer || order.population == 0 || order.population > policy.brakes.area_order_population_max)
        return "shard.not_authorised";
    }
  }
  if (same == orders.end()) {
    orders.push_back(order);
  } else {
    *same = order;
  }
  return "";
}

int Model::provincial_policy(UnixSeconds now) const {
  int chosen = -1;
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    if (policies_[i].jurisdiction != kModelProvince || !policies_[i].in_force(now)) continue;
    if (chosen < 0 || policies_[static_cast<std::size_t>(chosen)].effective_from <= policies_[i].effective_from)
      chosen = static_cast<int>(i);
  }
  return chosen;
}

// A city's policy counts only while it is proved never stricter than the province's of the day.
int Model::policy_of(DivisionCode place, UnixSeconds now) const {
  const int provincial = provincial_policy(now);
  int chosen = -1;
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    const rules::Policy& policy = policies_[i];
    if (!policy.in_force(now) || !policy.jurisdiction.contains(place)) continue;
    if (policy.jurisdiction != kModelProvince && provincial >= 0 &&
        !proved_.contains({i, static_cast<std::size_t>(provincial)}))
      continue;
    if (chosen >= 0) {
      const rules::Policy& best = policies_[static_cast<std::size_t>(chosen)];
      const bool inside = best.jurisdiction != policy.jurisdiction;
      if (inside ? policy.jurisdiction.contains(best.jurisdiction) : policy.effective_from < best.effective_from)
        continue;
    }
    chosen = static_cast<int>(i);
  }
  return chosen;
}

rules::FactRow Model::facts(const std::vector<rules::Evidence>& evidence, DivisionCode home, UnixSeconds now) const {
  std::vector<rules::AreaOrder> all;
  for (const AreaOrderDocument& order : orders) all.push_back(order.order);
  return rules::reduce(evidence, {home}, rules::AreaTable(std::move(all), kModelProvince, now));
}

rules::Decision Model::decide(int policy, const std::vector<rules::Evidence>& evidence, DivisionCode home,
                              UnixSeconds now) const {
  if (policy < 0) return {};
  return compiled_[static_cast<std::size_t>(policy)].decide(facts(evidence, home, now), now);
}

Model::Situation Model::situation(std::uint32_t number, const std::vector<rules::Evidence>& evidence,
                                  UnixSeconds now) const {
  const DivisionCode home = residents_.at(number).home;
  Situation out;
  out.place = rules::present_place(evidence, {home});
  out.policy = policy_of(kModelProvince.contains(out.place) ? out.place : home, now);
  out.decision = decide(out.policy, evidence, home, now);
  return out;
}

// With `with`: as if it counted, and what it corrects did not.
std::vector<rules::Evidence> Model::evidence_of(std::uint32_t number, const Statement* with) const {
  std::vector<rules::Evidence> out;
  for (const ModelItem& item : items) {
    if (item.number != number || item.standing != Standing::kCounts) continue;
    const bool corrected = with != nullptr && with->action != StatementAction::kAdd &&
                           item.statement.institution == with->institution &&
                           item.statement.source_record == with->earlier_record;
    if (!corrected) out.push_back(item.statement.evidence);
  }
  if (with != nullptr && with->action != StatementAction::kWithdraw) out.push_back(with->evidence);
  return out;
}

rules::Decision Model::decide_slowly(std::uint32_t number, UnixSeconds now) const {
  const std::vector<rules::Evidence> evidence = evidence_of(number);
  const int policy = situation(number, evidence, now).policy;
  if (policy < 0) return {};
  return rules::decide(policies_[static_cast<std::size_t>(policy)], facts(evidence, residents_[number].home, now), now);
}

void Model::refresh(UnixSeconds now) {
  for (std::uint32_t number = 0; number < residents_.size(); ++number) {
    Resident& resident = residents_[number];
    const Situation present = situation(number, evidence_of(number), now);
    if (resident.version == 0 || resident.policy != present.policy || !resident.last.same_outcome(present.decision))
      ++resident.version;
    resident.last = present.decision;
    resident.policy = present.policy;
  }
}

// ---- statements

std::string Model::check_hands(const ModelSaid& said, UnixSeconds now) const {
  const UnixSeconds signed_at = said.statement.signed_at;
  if (signed_at > now.plus(300)) return "shard.invalid_statement";
  if (!said.by_officer && signed_at < power.find(said.statement.institution)->key_from) return "shard.unknown_key";
  std::vector<const ModelKey*> seen;
  for (const ModelHand& hand : said.hands) {
    if (!PowerModel::key_in_force(*hand.key, now) || !PowerModel::key_in_force(*hand.key, std::min(signed_at, now)))
      return "shard.unknown_key";
    const bool enters = said.by_officer && seen.empty();
    if (enters && hand.officer->institution != said.statement.institution) return "shard.not_authorised";
    if (!contains({"executing", "approving", "ordering"}, hand.officer->role)) return "shard.not_authorised";
    if (std::find(seen.begin(), seen.end(), hand.key) != seen.end()) return "shard.invalid_statement";
    seen.push_back(hand.key);
  }
  for (const ModelHand& hand : said.hands) {
    const auto last = hand.key->accepted.find(said.shard);
    if (hand.key->passkey && last != hand.key->accepted.end() && hand.number <= last->second)
      return "shard.counter_back";
  }
  return "";
}

void Model::note_hands(const std::vector<ModelHand>& hands, std::uint16_t shard) {
  for (const ModelHand& hand : hands) hand.key->accepted[shard] = std::max(hand.key->accepted[shard], hand.number);
}

bool Model::may_say(std::uint32_t number, const Statement& statement, UnixSeconds now) const {
  const auto in = [&](DivisionCode place) {
    return power.authorised(statement.institution, statement.evidence.kind, place, statement.signed_at, now);
  };
  return in(residents_.at(number).home) || in(situation(number, evidence_of(number), now).place);
}

std::uint32_t Model::count(const std::string& institution, const std::string& signer, std::int64_t hours,
                           UnixSeconds now) const {
  std::uint32_t out = 0;
  for (const Worsening& one : worsenings_) {
    const std::int64_t age = now.value / kHourSeconds - one.at.value / kHourSeconds;
    out += age < hours && one.institution == institution && (signer.empty() || one.signer == signer);
  }
  return out;
}

bool Model::over_limits(const rules::Brakes& brakes, const ModelSaid& said, UnixSeconds now) const {
  const std::string& institution = said.statement.institution;
  const std::string signer = said.by_officer ? said.hands.front().officer->id : said.key_signer;
  const auto batch = std::count(batch_worsenings_.begin(), batch_worsenings_.end(), said.batch);
  return count(institution, signer, 1, now) >= brakes.signer_worse_per_hour ||
         count(institution, signer, 24, now) >= brakes.signer_worse_per_day ||
         count(institution, "", 1, now) >= brakes.institution_worse_per_hour ||
         count(institution, "", 24, now) >= brakes.institution_worse_per_day ||
         (!said.batch.empty() && batch >= brakes.batch_approval_above);
}

bool Model::flips_back(std::uint32_t number, const rules::Brakes& brakes, const Statement& statement,
                       UnixSeconds now) const {
  const bool cleared = std::any_of(clearances_.begin(), clearances_.end(), [&](const Clearance& one) {
    if (one.number != number || one.institution != statement.institution) return false;
    const bool lately = now < one.at.plus(std::int64_t{brakes.no_flip_back_days} * 24 * kHourSeconds);
    return one.record == statement.source_record || (one.kind == statement.evidence.kind && lately);
  });
  return cleared || std::any_of(items.begin(), items.end(), [&](const ModelItem& item) {
           return item.number == number && item.standing == Standing::kSuspended &&
                  item.statement.institution == statement.institution &&
                  item.statement.evidence.kind == statement.evidence.kind;
         });
}

Model::Judged Model::judge(std::uint32_t number, const ModelSaid& said, UnixSeconds now) const {
  const Statement& statement = said.statement;
  const Situation without = situation(number, evidence_of(number), now);
  const Situation with = situation(number, evidence_of(number, &statement), now);
  Judged out;
  if (with.policy < 0) return out;
  const rules::Policy& policy = policies_[static_cast<std::size_t>(with.policy)];
  if (!policy.enforcement.hands && !policy.enforcement.brakes) return out;
  out.lapse_hours = policy.brakes.hold_lapses_after_hours;
  out.worse =
      with.decision.colour >= rules::Colour::kYellow && strictness(with.decision) > strictness(without.decision);
  if (!out.worse) {
    const bool better = strictness(with.decision) < strictness(without.decision);
    const bool takes_back =
        statement.action == StatementAction::kWithdraw && without.decision.colour >= rules::Colour::kYellow;
    out.clears = statement.action != StatementAction::kAdd && (better || takes_back);
    return out;
  }

  out.counted = policy.enforcement.brakes;
  const rules::Rule* rule = policy.find_rule(with.decision.rule);
  const bool asks = policy.enforcement.hands && rule != nullptr;
  const bool elsewhere = asks && policy.enforcement.needs_other_institution(rule->id);
  bool ordered = false, executed = false, approved = false, approved_elsewhere = false;
  const bool needs_order = asks && rule->hands.ordered;
  for (std::size_t i = 0; i < said.hands.size(); ++i) {
    const ModelOfficer& officer = *said.hands[i].officer;
    if (contains(out.persons, officer.id)) continue;
    const bool ours = officer.institution == statement.institution;
    bool approves = false;
    if (said.by_officer && i == 0) {
      executed = true;
    } else if (officer.role == "executing") {
      if (executed || !ours) continue;
      executed = true;
    } else if (officer.role == "ordering" && !ordered) {
      ordered = true;
      approves = !needs_order;
    } else {
      approves = true;
    }
    approved = approved || approves;
    approved_elsewhere = approved_elsewhere || (approves && !ours);
    out.persons.push_back(officer.id);
  }
  bool needs_approval = asks && (rule->hands.approved || elsewhere);
  bool needs_elsewhere = elsewhere;
  if (policy.enforcement.brakes && !approved_elsewhere &&
      (over_limits(policy.brakes, said, now) || flips_back(number, policy.brakes, statement, now)))
    needs_approval = needs_elsewhere = true;
  if (needs_order && !ordered) out.missing |= kHandOrdered;
  if (asks && rule->hands.executed && !executed) out.missing |= kHandExecuted;
  if (needs_approval && (needs_elsewhere ? !approved_elsewhere : !approved)) {
    out.missing |= kHandApproved;
    if (needs_elsewhere) out.missing |= kHandOtherBody;
  }
  return out;
}

void Model::correct(std::uint32_t number, const Statement& by) {
  for (ModelItem& item : items) {
    const bool same = item.number == number && item.statement.institution == by.institution &&
                      item.statement.source_record == by.earlier_record;
    if (same && !(item.statement == by)) item.standing = Standing::kNever;
  }
}

Outcome Model::submit(std::uint32_t number, const ModelSaid& said, UnixSeconds now) {
  const Statement& statement = said.statement;
  if (statement.signed_at > now.plus(300)) return Outcome::kInvalid;
  const auto about = [&](const ModelItem& item) {
    return item.number == number && item.statement.institution == statement.institution;
  };
  for (const ModelItem& item : items) {
    Statement again = statement;
    if (again.action == StatementAction::kAdd) again.signed_at = item.statement.signed_at;
    if (item.number == number && item.statement == again) return Outcome::kDuplicate;
  }
  if (!may_say(number, statement, now)) return Outcome::kNotAuthorised;
  ModelItem added{.number = number, .statement = statement};
  if (statement.action == StatementAction::kAdd) {
    for (const ModelItem& item : items) {
      if (!about(item) || item.statement.action == StatementAction::kAdd || !item.took_effect) continue;
      if (item.statement.earlier_record == statement.source_record && item.statement.signed_at >= statement.signed_at)
        added.standing = Standing::kNever;
    }
    if (added.standing == Standing::kNever) {
      items.push_back(added);
      return Outcome::kSuperseded;
    }
  } else if (statement.action == StatementAction::kWithdraw) {
    const bool there = std::any_of(items.begin(), items.end(), [&](const ModelItem& item) {
      return about(item) && item.standing != Standing::kNever &&
             item.statement.source_record == statement.earlier_record;
    });
    if (!there) return Outcome::kNoEarlierRecord;
  }
  const Judged judged = judge(number, said, now);
  if (judged.clears)
    clearances_.push_back({number, now, statement.institution, statement.evidence.kind, statement.earlier_record});
  if (judged.counted && !said.batch.empty()) batch_worsenings_.push_back(said.batch);
  if (judged.missing != 0) {
    added.standing = Standing::kHeld;
    added.missing = judged.missing;
    added.persons = judged.persons;
    added.lapses = now.plus(judged.lapse_hours * kHourSeconds);
    items.push_back(added);
    return Outcome::kHeld;
  }
  if (judged.counted) {
    worsenings_.push_back(
        {now, statement.institution, said.by_officer ? said.hands.front().officer->id : said.key_signer});
  }
  items.push_back(added);
  take_effect(items.size() - 1);
  return Outcome::kAccepted;
}

void Model::take_effect(std::size_t index) {
  if (items[index].statement.action != StatementAction::kAdd) correct(items[index].number, items[index].statement);
  items[index].took_effect = true;
  items[index].standing =
      items[index].statement.action == StatementAction::kWithdraw ? Standing::kNever : Standing::kCounts;
}

ApprovalOutcome Model::approve(std::size_t index, const ModelOfficer& officer, bool refuses, UnixSeconds now) {
  ModelItem& item = items[index];
  if (item.standing != Standing::kHeld || item.lapses <= now) return ApprovalOutcome::kUnknown;
  const bool decides = officer.role == "approving" || officer.role == "ordering";
  if (refuses) {
    if (!decides) return ApprovalOutcome::kNotEntitled;
    item.standing = Standing::kNever;
    return ApprovalOutcome::kRefused;
  }
  if (contains(item.persons, officer.id)) return ApprovalOutcome::kSamePerson;
  const bool ours = officer.institution == item.statement.institution;
  std::uint8_t given = 0;
  if ((item.missing & kHandOrdered) != 0 && officer.role == "ordering") {
    given = kHandOrdered;
  } else if ((item.missing & kHandApproved) != 0 && decides) {
    if ((item.missing & kHandOtherBody) != 0 && ours) return ApprovalOutcome::kSameInstitution;
    given = kHandApproved | kHandOtherBody;
  } else if ((item.missing & kHandExecuted) != 0 && officer.role == "executing" && ours) {
    given = kHandExecuted;
  } else {
    return ApprovalOutcome::kNotEntitled;
  }
  const auto missing = static_cast<std::uint8_t>(item.missing & ~given);
  if (missing == 0 && !may_say(item.number, item.statement, now)) return ApprovalOutcome::kNotAuthorised;
  item.missing = missing;
  item.persons.push_back(officer.id);
  if (missing != 0) return ApprovalOutcome::kNoted;
  take_effect(index);
  return ApprovalOutcome::kCompleted;
}

// ---- cases

ModelCase& Model::find_case(Ticket ticket) {
  return *std::find_if(cases.begin(), cases.end(), [&](const ModelCase& one) { return one.ticket == ticket; });
}

std::optional<Ticket> Model::contested(std::uint32_t who) const {
  for (const ModelCase& one : cases) {
    if (one.who == who && one.open() && one.version == residents_.at(who).version) return one.ticket;
  }
  return std::nullopt;
}

std::size_t Model::open_cases(std::uint32_t who) const {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [&](const ModelCase& one) { return one.who == who && one.open(); }));
}

// The statements without which the decision were milder, or which alone make it as strict as it is; newest first.
std::vector<std::size_t> Model::named(std::uint32_t who, UnixSeconds now) const {
  const Resident& resident = residents_.at(who);
  const auto read = [&](std::size_t i) { return reads(resident.last.rule, items[i].statement.evidence.kind); };
  const auto hardness = [&](auto keep) {
    std::vector<rules::Evidence> evidence;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].number == who && items[i].standing == Standing::kCounts && keep(i))
        evidence.push_back(items[i].statement.evidence);
    }
    return strictness(decide(resident.policy, evidence, resident.home, now));
  };
  std::vector<std::size_t> out;
  for (std::size_t i = items.size(); i-- > 0;) {
    if (items[i].number != who || items[i].standing != Standing::kCounts || !read(i)) continue;
    if (hardness([&](std::size_t k) { return k != i; }) < hardness([](std::size_t) { return true; }) ||
        hardness([&](std::size_t k) { return k == i || !read(k); }) > hardness([&](std::size_t k) { return !read(k); }))
      out.push_back(i);
  }
  if (out.size() > kCaseStatementsMax) out.resize(kCaseStatementsMax);
  return out;
}

void Model::open_case(Ticket ticket, std::uint32_t who, bool told_at_once, UnixSeconds now) {
  ModelCase opened{.ticket = ticket,
                   .who = who,
                   .version = residents_.at(who).version,
                   .opened = now,
                   .hours = policies_[static_cast<std::size_t>(residents_.at(who).policy)].cases,
                   .told_at_once = told_at_once,
                   .items = named(who, now)};
  for (const std::size_t item : opened.items) {
    CaseAnswer answer = CaseAnswer::kWaiting;
    for (const ModelCase& before : cases) {
      for (std::size_t k = 0; k < before.items.size(); ++k) {
        if (before.end == CaseEnd::kUpheld && before.items[k] == item &&
            before.answers[k] == CaseAnswer::kSubstantiated)
          answer = CaseAnswer::kSubstantiated;
      }
    }
    opened.answers.push_back(answer);
  }
  cases.push_back(opened);
}

void Model::suspend(std::size_t item) {
  if (items[item].standing == Standing::kCounts) items[item].standing = Standing::kSuspended;
}

void Model::end_case(ModelCase& one, CaseEnd end, UnixSeconds now) {
  one.end = end;
  one.ended = now;
  one.told = one.told || one.told_at_once || end == CaseEnd::kWithdrawn;
}

void Model::settle_case(ModelCase& one, UnixSeconds now) {
  bool defaulted = false;
  bool over = !one.items.empty();
  for (const CaseAnswer answer : one.answers) {
    over = over && (is_suspended(answer) || answer == CaseAnswer::kCorrected);
    defaulted = defaulted || answer == CaseAnswer::kDefaulted || answer == CaseAnswer::kLate;
  }
  if (one.open() && over) end_case(one, defaulted ? CaseEnd::kSuspendedByDefault : CaseEnd::kCorrected, now);
}

bool Model::reply(ModelCase& one, std::size_t k, CaseAnswer answer, UnixSeconds now) {
  if (one.answers[k] == CaseAnswer::kDefaulted && answer == CaseAnswer::kSubstantiated) {
    one.answers[k] = CaseAnswer::kLate;
    return true;
  }
  if (!one.open() || one.answers[k] != CaseAnswer::kWaiting) return false;
  if (answer == CaseAnswer::kCorrected && items[one.items[k]].standing == Standing::kCounts) return false;
  one.answers[k] = answer;
  if (answer == CaseAnswer::kNotSubstantiated) suspend(one.items[k]);
  settle_case(one, now);
  return true;
}

bool Model::decide_case(ModelCase& one, CaseEnd end, const std::vector<std::size_t>& overruled, UnixSeconds now) {
  if (!one.open() || (end == CaseEnd::kUpheld && !overruled.empty())) return false;
  std::vector<CaseAnswer> answers = one.answers;
  for (const std::size_t k : overruled) {
    if (answers[k] != CaseAnswer::kWaiting && answers[k] != CaseAnswer::kSubstantiated) return false;
    answers[k] = CaseAnswer::kOverruled;
  }
  bool any = one.items.empty();
  for (const CaseAnswer answer : answers) {
    if (answer == CaseAnswer::kWaiting) return false;
    any = any || answer != CaseAnswer::kSubstantiated;
  }
  if (end == CaseEnd::kCorrected && !any) return false;
  one.answers = answers;
  for (const std::size_t k : overruled) suspend(one.items[k]);
  end_case(one, end, now);
  return true;
}

bool Model::reinstate(ModelCase& one, const std::vector<std::size_t>& which) {
  if (one.open() || which.empty()) return false;
  for (const std::size_t k : which) {
    if (one.answers[k] != CaseAnswer::kLate) return false;
  }
  for (const std::size_t k : which) {
    one.answers[k] = CaseAnswer::kReinstated;
    if (items[one.items[k]].standing == Standing::kSuspended) items[one.items[k]].standing = Standing::kCounts;
  }
  return true;
}

bool Model::step(ModelCase& one, CaseStepKind kind, UnixSeconds now) {
  if (kind == CaseStepKind::kTold) {
    if (one.open() || one.told) return false;
    return one.told = true;
  }
  if (!one.open() || (kind == CaseStepKind::kAccepted && one.accepted)) return false;
  one.accepted = one.accepted || kind == CaseStepKind::kAccepted;
  if (kind == CaseStepKind::kWithdrawn) end_case(one, CaseEnd::kWithdrawn, now);
  return true;
}

// ---- the clock

UnixSeconds Model::next_deadline(const ModelCase& one) const {
  UnixSeconds next{};
  const auto consider = [&](bool relevant, std::uint32_t hours) {
    const UnixSeconds at = one.opened.plus(hours * kHourSeconds);
    if (relevant && (next == UnixSeconds{} || at < next)) next = at;
  };
  const bool waiting = std::find(one.answers.begin(), one.answers.end(), CaseAnswer::kWaiting) != one.answers.end();
  consider(one.open() && !one.accepted && (one.missed & 1) == 0, one.hours.accept_hours);
  consider(one.open() && waiting, one.hours.substantiate_hours);
  consider(one.open() && (one.missed & 4) == 0, one.hours.decide_hours);
  consider(!one.told && (one.missed & 8) == 0, one.hours.reply_hours);
  return next;
}

void Model::advance(ModelCase& one, UnixSeconds now) {
  const auto past = [&](std::uint32_t hours) { return one.opened.plus(hours * kHourSeconds) <= now; };
  if (one.open() && past(one.hours.accept_hours) && !one.accepted) one.missed |= 1;
  for (std::size_t k = 0; k < one.items.size() && one.open() && past(one.hours.substantiate_hours); ++k) {
    if (one.answers[k] != CaseAnswer::kWaiting) continue;
    const bool counts = items[one.items[k]].standing == Standing::kCounts;
    one.answers[k] = counts ? CaseAnswer::kDefaulted : CaseAnswer::kCorrected;
    if (counts) suspend(one.items[k]);
    settle_case(one, now);
  }
  if (one.open() && past(one.hours.decide_hours)) one.missed |= 4;
  if (!one.told && past(one.hours.reply_hours)) one.missed |= 8;
}

void Model::clock(UnixSeconds now) {
  for (ModelItem& item : items) {
    if (item.standing == Standing::kHeld && item.lapses <= now) item.standing = Standing::kNever;
  }
  std::vector<std::pair<UnixSeconds, std::size_t>> due;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const UnixSeconds next = next_deadline(cases[i]);
    if (next != UnixSeconds{} && next <= now) due.emplace_back(next, i);
  }
  std::sort(due.begin(), due.end());
  for (const auto& [deadline, index] : due) advance(cases[index], now);
  refresh(now);
}

}  // namespace mingma::shard::testing
