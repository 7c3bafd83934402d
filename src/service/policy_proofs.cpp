#include "service/policy_proofs.h"

#include <algorithm>
#include <set>

#include "service/errors.h"

namespace mingma::service {
namespace {

using rules::proof::Answer;
using rules::proof::Verdict;

std::string name_of(const rules::Policy& policy) { return policy.id + " " + policy.version.to_string(); }

std::string listed(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Rules of the city's policy that some counterexample was decided by.
std::set<std::string> stricter_rules(const Answer& answer) {
  std::set<std::string> rules;
  for (const rules::proof::Finding& finding : answer.findings) {
    if (finding.verdict == Verdict::kRefuted && finding.person) rules.insert(finding.person->first_rule);
  }
  return rules;
}

Error refusal(const rules::Policy& policy, const rules::Policy& provincial, const Answer& answer) {
  const std::string hash = hex_encode(policy.hash);
  return Error(errors::kStricterThanProvince,
               "rules " + listed(stricter_rules(answer)) + " are stricter than " + name_of(provincial) +
                   " of the province for somebody; see /v1/policies/refusals/" + hash +
                   ", loosen them or ask the province for an exception",
               "/rules");
}

std::string reason_of(const Answer& answer) {
  for (const rules::proof::Finding& finding : answer.findings) {
    if (finding.verdict == Verdict::kNotProved) return finding.reason;
  }
  return "the solver gave up";
}

rules::proof::Options options_for(const std::vector<std::string>& except_rules) {
  rules::proof::Options options;
  options.except_rules = except_rules;
  options.every_rule = true;
  return options;
}

const rules::Policy* policy_by_hash(const shard::ControlState& control, const Digest& hash) {
  for (std::uint16_t i = 0; i < control.policy_count(); ++i) {
    const rules::Policy& policy = control.policy(shard::PolicyNumber{i});
    if (policy.hash == hash) return &policy;
  }
  return nullptr;
}

// Empty: the record holds.
Result<std::string> reprove_one(const shard::ControlState& control, const shard::ProofRecord& record) {
  const rules::Policy* policy = policy_by_hash(control, record.policy);
  const rules::Policy* other = policy_by_hash(control, record.other);
  if (policy == nullptr || other == nullptr) return std::string("names a policy that is not published");
  if (record.schema != rules::proof::schema_hash()) return std::string("was proved over another fact schema");
  MINGMA_TRY(const Answer answer, rules::proof::never_stricter(*policy, *other, options_for(record.except_rules)));
  if (answer.verdict == Verdict::kProved) return std::string();
  if (answer.verdict == Verdict::kNotProved) return "cannot be proved here: " + reason_of(answer);
  return "is wrong: rules " + listed(stricter_rules(answer)) + " of " + name_of(*policy) + " are stricter than " +
         name_of(*other);
}

std::vector<Publication> against_new_provincial(const shard::ControlState& control, const rules::Policy& provincial,
                                                UnixSeconds now) {
  std::vector<Publication> again;
  for (std::uint16_t i = 0; i < control.policy_count(); ++i) {
    const rules::Policy& city = control.policy(shard::PolicyNumber{i});
    const UnixSeconds from = std::max({now, city.effective_from, provincial.effective_from});
    if (city.jurisdiction == control.genesis().province || from >= std::min(city.effective_to, provincial.effective_to))
      continue;
    again.push_back({city, {provincial}, control.gate().excepted_rules(city.hash, from, city.effective_to)});
  }
  return again;
}

std::vector<Publication> with_new_exception(const shard::ControlState& control, const shard::PolicyException& exception,
                                            UnixSeconds now) {
  std::vector<Publication> again;
  const rules::Policy* city = policy_by_hash(control, exception.policy_hash);
  if (city == nullptr || exception.until < city->effective_to) return again;
  const UnixSeconds from = std::max({now, city->effective_from, exception.from});
  const auto numbers = control.provincial_policies(*city, from);
  if (!numbers) return again;
  const std::vector<std::string> before = control.gate().excepted_rules(city->hash, from, city->effective_to);
  std::set<std::string> except(before.begin(), before.end());
  except.insert(exception.rules.begin(), exception.rules.end());
  for (const shard::PolicyNumber number : *numbers) {
    const rules::Policy& provincial = control.policy(number);
    if (!control.gate().check_proved(*city, provincial, from))
      again.push_back({*city, {provincial}, {except.begin(), except.end()}});
  }
  return again;
}

}  // namespace

std::vector<Publication> proofs_again(const shard::ControlState& control, const shard::SignedDocument& document,
                                      UnixSeconds now) {
  if (document.type == shard::DocumentType::kPolicy) {
    const Result<rules::Policy> policy = rules::parse_policy(document.bytes);
    if (policy.ok() && policy->jurisdiction == control.genesis().province)
      return against_new_provincial(control, *policy, now);
  } else if (document.type == shard::DocumentType::kPolicyException) {
    const Result<shard::PolicyException> exception = shard::parse_policy_exception(document.bytes);
    if (exception.ok()) return with_new_exception(control, *exception, now);
  }
  return {};
}

Result<Publication> needed_proofs(const shard::ControlState& control, const rules::Policy& policy, UnixSeconds now) {
  MINGMA_TRY(const std::vector<shard::PolicyNumber> numbers, control.provincial_policies(policy, now));
  Publication publication{policy, {}, {}};
  for (const shard::PolicyNumber number : numbers) publication.provincial.push_back(control.policy(number));
  publication.except_rules =
      control.gate().excepted_rules(policy.hash, std::max(now, policy.effective_from), policy.effective_to);
  return publication;
}

void Refusals::add(PolicyRefusal refusal) {
  const std::lock_guard lock(mutex_);
  const Digest hash = refusal.answer.policy_hash;
  if (by_policy_.insert_or_assign(hash, std::make_shared<const PolicyRefusal>(std::move(refusal))).second)
    order_.push_back(hash);
  if (order_.size() <= kRefusalsKept) return;
  by_policy_.erase(order_.front());
  order_.pop_front();
}

std::shared_ptr<const PolicyRefusal> Refusals::find(const Digest& policy) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_policy_.find(policy);
  return found == by_policy_.end() ? nullptr : found->second;
}

Result<std::vector<shard::ProofRecord>> prove_publication(const Publication& publication, UnixSeconds now,
                                                          Refusals& refusals) {
  std::vector<shard::ProofRecord> records;
  for (const rules::Policy& provincial : publication.provincial) {
    MINGMA_TRY(Answer answer,
               rules::proof::never_stricter(publication.policy, provincial, options_for(publication.except_rules)));
    if (answer.verdict == Verdict::kRefuted) {
      Error error = refusal(publication.policy, provincial, answer);
      refusals.add({name_of(publication.policy), name_of(provincial), now, std::move(answer)});
      return error;
    }
    if (answer.verdict != Verdict::kProved) {
      return Error(errors::kPolicyNotProved,
                   "it could not be proved never stricter than " + name_of(provincial) +
                       " of the province: " + reason_of(answer),
                   "/rules");
    }
    records.push_back({std::string(shard::kNeverStricterQuestion), answer.policy_hash, answer.other_hash,
                       answer.schema_hash, publication.except_rules, std::string(shard::kProvedVerdict), answer.solver,
                       answer.effort, now});
  }
  return records;
}

Result<Reproved> reprove(const shard::ControlState& control) {
  Reproved out;
  for (const auto& published : control.documents()) {
    if (published->document.type != shard::DocumentType::kProofRecord) continue;
    ++out.records;
    MINGMA_TRY(const shard::ProofRecord record, shard::parse_proof_record(published->document.bytes));
    MINGMA_TRY(const std::string wrong, reprove_one(control, record));
    if (!wrong.empty()) out.findings.push_back("proof record " + published->id + " " + wrong);
  }
  return out;
}

Json to_json(const PolicyRefusal& refusal) {
  return Json::Object{{"policy", refusal.policy},
                      {"provincial", refusal.provincial},
                      {"at", refusal.at.to_string()},
                      {"answer", rules::proof::to_json(refusal.answer)},
                      {"text", Json::Object{{"zh", rules::proof::to_text(refusal.answer, rules::Language::kChinese)},
                                            {"en", rules::proof::to_text(refusal.answer, rules::Language::kEnglish)}}}};
}

}  // namespace mingma::service
