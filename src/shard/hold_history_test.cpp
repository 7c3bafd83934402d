// Random histories of grants, keys, statements with all sorts of hands, approvals, refusals, corrections and clock
// steps: a slow and obvious model says who may, what is held, why, and every colour; then the audit finds nothing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "rules/decide.h"
#include "rules/reducers.h"
#include "shard/audit.h"
#include "shard/test_cases.h"
#include "shard/test_holds.h"

namespace mingma::shard {
namespace {

using namespace testing;
using rules::Colour;

constexpr std::uint32_t kResidents = 12;
constexpr std::uint32_t kSignerHour = 3;
constexpr std::uint32_t kSignerDay = 6;
constexpr std::uint32_t kInstitutionHour = 5;
constexpr std::uint32_t kInstitutionDay = 9;
constexpr int kFlipDays = 3;
constexpr int kLapseHours = 10;

struct Person {
  TestOfficer* officer = nullptr;
  std::string role;
  std::string institution;
  bool in_force = true;
};

// Everything in lists, every question from scratch.
class Model {
 public:
  struct Item {
    std::uint32_t number = 0;
    Statement statement;
    enum { kCounts, kHeld, kNever } state = kCounts;
    std::uint8_t missing = 0;
    UnixSeconds lapses{};
    std::vector<std::string> persons;  // who has given a hand
  };
  struct Worsening {
    UnixSeconds at{};
    std::string signer;
  };
  struct Clearance {
    std::uint32_t number = 0;
    UnixSeconds at{};
    std::string record;
  };

  explicit Model(const std::string& policy) : policy_(rules::parse_policy(policy).value()) {}

  rules::Decision decide(std::uint32_t number, UnixSeconds now, const Statement* with = nullptr) const {
    std::vector<rules::Evidence> counted;
    for (const Item& item : items) {
      if (item.number != number || item.state != Item::kCounts || item.statement.action == StatementAction::kWithdraw)
        continue;
      if (with != nullptr && with->action != StatementAction::kAdd &&
          item.statement.source_record == with->earlier_record)
        continue;
      counted.push_back(item.statement.evidence);
    }
    if (with != nullptr && with->action != StatementAction::kWithdraw) counted.push_back(with->evidence);
    const rules::AreaTable areas({}, DivisionCode{410'000'000}, now);
    const rules::FactRow facts = rules::reduce(counted, {DivisionCode{410'102'000}}, areas);
    return policy_.in_force(now) ? rules::decide(policy_, facts, now) : rules::Decision{};
  }

  void lapse(UnixSeconds now) {
    for (Item& item : items) {
      if (item.state == Item::kHeld && item.lapses <= now) item.state = Item::kNever;
    }
  }

  std::uint32_t count(UnixSeconds now, std::int64_t hours, const std::string& signer) const {
    std::uint32_t out = 0;
    for (const Worsening& one : worsenings) {
      const std::int64_t age = now.value / 3'600 - one.at.value / 3'600;
      out += age < hours && (signer.empty() || one.signer == signer);
    }
    return out;
  }

  // Of one statement entered by `main` (null: the institution's key), with the hands of others.
  Outcome submit(std::uint32_t number, const Statement& statement, const Person* main,
                 const std::vector<const Person*>& hands, bool granted, UnixSeconds now) {
    for (const Item& item : items) {
      Statement again = statement;
      if (again.action == StatementAction::kAdd) again.signed_at = item.statement.signed_at;
      if (item.number == number && item.statement == again) return Outcome::kDuplicate;
    }
    if (!granted) return Outcome::kNotAuthorised;
    Item added{.number = number, .statement = statement};
    if (statement.action == StatementAction::kWithdraw) {
      const auto earlier = [&](const Item& item) {
        return item.number == number && item.state != Item::kNever && item.statement.action == StatementAction::kAdd &&
               item.statement.source_record == statement.earlier_record;
      };
      if (std::none_of(items.begin(), items.end(), earlier)) return Outcome::kNoEarlierRecord;
      const Colour before = decide(number, now).colour;
      const Colour after = decide(number, now, &statement).colour;
      if (after <= before && before >= Colour::kYellow) clearances.push_back({number, now, statement.earlier_record});
      for (Item& item : items) {
        if (earlier(item)) item.state = Item::kNever;
      }
      items.push_back(added);
      return Outcome::kAccepted;
    }
    for (const Item& item : items) {
      if (item.number == number && item.statement.action == StatementAction::kWithdraw &&
          item.statement.earlier_record == statement.source_record && item.statement.signed_at >= statement.signed_at) {
        added.state = Item::kNever;
        items.push_back(added);
        return Outcome::kSuperseded;
      }
    }
    const rules::Decision before = decide(number, now);
    const rules::Decision after = decide(number, now, &statement);
    const bool worse = after.colour >= Colour::kYellow &&
                       std::pair(after.colour, after.measure) > std::pair(before.colour, before.measure);
    const std::string signer = main == nullptr ? "key" : main->officer->id();
    bool executed = false, approved = false, approved_elsewhere = false;
    if (main != nullptr) {
      executed = true;
      added.persons.push_back(main->officer->id());
    }
    for (const Person* hand : hands) {
      if (std::find(added.persons.begin(), added.persons.end(), hand->officer->id()) != added.persons.end()) continue;
      if (hand->role == "executing") {
        if (executed || hand->institution != "cdc-1") continue;
        executed = true;
      } else {
        approved = true;
        approved_elsewhere = approved_elsewhere || hand->institution != "cdc-1";
      }
      added.persons.push_back(hand->officer->id());
    }
    if (worse) {
      bool brake = count(now, 1, signer) >= kSignerHour || count(now, 24, signer) >= kSignerDay ||
                   count(now, 1, "") >= kInstitutionHour || count(now, 24, "") >= kInstitutionDay;
      for (const Clearance& one : clearances) {
        brake = brake || (one.number == number &&
                          (one.record == statement.source_record || now.value < one.at.value + kFlipDays * kDay));
      }
      if (!executed) added.missing |= kHandExecuted;
      if (brake ? !approved_elsewhere : !approved) added.missing |= kHandApproved;
      if (brake && !approved_elsewhere) added.missing |= kHandOtherBody;
    }
    if (added.missing != 0) {
      added.state = Item::kHeld;
      added.lapses = now.plus(kLapseHours * kHour);
    } else if (worse) {
      worsenings.push_back({now, signer});
    }
    items.push_back(added);
    return added.missing != 0 ? Outcome::kHeld : Outcome::kAccepted;
  }

  std::string approve(std::size_t index, const Person& person, bool refuses, bool granted, UnixSeconds now) {
    Item& item = items[index];
    if (item.state != Item::kHeld || item.lapses <= now) return "unknown";
    const bool decides = person.role != "executing";
    if (refuses) {
      if (!decides) return "not_entitled";
      item.state = Item::kNever;
      return "refused";
    }
    if (std::find(item.persons.begin(), item.persons.end(), person.officer->id()) != item.persons.end())
      return "same_person";
    std::uint8_t missing = item.missing;
    if ((missing & kHandApproved) != 0 && decides) {
      if ((missing & kHandOtherBody) != 0 && person.institution == "cdc-1") return "same_institution";
      missing &= static_cast<std::uint8_t>(~(kHandApproved | kHandOtherBody));
    } else if ((missing & kHandExecuted) != 0 && person.role == "executing" && person.institution == "cdc-1") {
      missing &= static_cast<std::uint8_t>(~kHandExecuted);
    } else {
      return "not_entitled";
    }
    if (missing == 0 && !granted) return "not_authorised";
    item.missing = missing;
    item.persons.push_back(person.officer->id());
    if (missing != 0) return "noted";
    item.state = Item::kCounts;
    return "completed";
  }

  std::vector<Item> items;
  std::vector<Worsening> worsenings;
  std::vector<Clearance> clearances;

 private:
  rules::Policy policy_;
};

class HoldHistory : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void must(SignedDocument document) {
    const CommandResult result = province_.publish(std::move(document), now_);
    ASSERT_FALSE(result.error) << result.error->to_string();
  }
  void begin() {
    province_.found();
    must(province_.institution("cdc-2", InstitutionClass::kCdc));
    const Enforced wanted{.hands = {"executed", "approved"},
                          .brakes = {{"signer_worse_per_hour", kSignerHour},
                                     {"signer_worse_per_day", kSignerDay},
                                     {"institution_worse_per_hour", kInstitutionHour},
                                     {"institution_worse_per_day", kInstitutionDay},
                                     {"no_flip_back_days", kFlipDays},
                                     {"hold_lapses_after_hours", kLapseHours}}};
    const SignedDocument policy = enforced_policy(province_, "2.0.0", wanted);
    must(policy);
    model_ = std::make_unique<Model>(policy.bytes);
    const auto add = [&](std::string id, std::string role) {
      owned_.push_back(std::make_unique<TestOfficer>(
          id, role, owned_.size() % 2 == 0 ? OfficerKeyKind::kPasskey : OfficerKeyKind::kKey, rng_));
      people_.push_back({owned_.back().get(), role, owned_.back()->institution(), true});
      must(owned_.back()->enrolment(province_, now_));
    };
    add("cdc-1/a", "executing");
    add("cdc-1/b", "executing");
    add("cdc-1/c", "approving");
    add("cdc-2/d", "approving");
    add("cdc-2/e", "executing");
    add("command-1/f", "ordering");
    for (std::uint32_t i = 0; i < kResidents; ++i) province_.add_resident(i, now_);
  }

  Person& anyone() { return people_[rng_.below(people_.size())]; }

  // A lost key, and its successor; or a grant that ends and another that begins.
  void change_powers() {
    now_ = now_.plus(1);
    if (rng_.below(2) == 0) {
      Person& person = anyone();
      must(province_.sign_by(DocumentType::kOfficerRevocation,
                             officer_revocation("r-" + std::to_string(++documents_), person.officer->id(),
                                                person.officer->key_id(), person.institution, now_),
                             person.institution));
      now_ = now_.plus(1);
      owned_.push_back(
          std::make_unique<TestOfficer>(person.officer->id(), person.role,
                                        rng_.below(2) == 0 ? OfficerKeyKind::kPasskey : OfficerKeyKind::kKey, rng_));
      person.officer = owned_.back().get();
      must(person.officer->enrolment(province_, now_));
    } else if (granted_) {
      must(province_.revocation("r-" + std::to_string(++documents_), grant_, now_));
      granted_ = false;
    } else {
      grant_ = "g-" + std::to_string(++documents_);
      must(province_.grant(grant_, "cdc-1", {"contact_finding"}, {"41"}));
      granted_ = true;
    }
  }

  void submit() {
    const auto number = static_cast<std::uint32_t>(rng_.below(kResidents));
    const std::string record = "c-" + std::to_string(rng_.below(40));
    Statement statement =
        province_.contact_finding(number, now_.plus(-static_cast<std::int64_t>(rng_.below(2 * kDay))), record, now_);
    if (rng_.below(4) == 0) {
      statement.action = StatementAction::kWithdraw;
      statement.evidence = {.kind = rules::EvidenceKind::kContactFinding};
      statement.earlier_record = "c-" + std::to_string(rng_.below(40));
      if (!model_->items.empty()) {
        const Model::Item& known = model_->items[rng_.below(model_->items.size())];
        if (known.number == number) statement.earlier_record = known.statement.source_record;
      }
      statement.source_record = "w-" + std::to_string(++documents_);
      statement.reason = "entered_in_error";
    }
    const Person* main = nullptr;
    if (rng_.below(5) != 0) main = &people_[rng_.below(3)];
    std::vector<const Person*> hands;
    for (std::uint64_t i = rng_.below(3); i > 0; --i) {
      const Person* hand = &anyone();
      const bool there = hand == main || std::find(hands.begin(), hands.end(), hand) != hands.end();
      if (!there) hands.push_back(hand);
    }
    StatementsCommand command = province_.document(statement);
    const std::string_view type = statement.action == StatementAction::kAdd ? "statement" : "correction";
    const Digest digest = document_digest(type, as_text(command.document));
    if (main != nullptr) {
      command.authority = AuthorityKind::kOfficer;
      command.key_id = main->officer->key_id();
      command.signature = main->officer->sign(digest);
    }
    for (const Person* hand : hands) command.hands.push_back({hand->officer->key_id(), hand->officer->sign(digest)});
    const CommandResult result = province_.data().run(std::move(command), now_);
    ASSERT_FALSE(result.error) << result.error->to_string();
    const Outcome expected = model_->submit(number, statement, main, hands, granted_, now_);
    ASSERT_EQ(result.statements.front().outcome, expected)
        << to_string(result.statements.front().outcome) << ", the model says " << to_string(expected);
  }

  void approve() {
    if (model_->items.empty()) return;
    const std::size_t index = model_->items.size() - 1 - rng_.below(std::min<std::size_t>(model_->items.size(), 12));
    Person& person = anyone();
    const bool refuses = rng_.below(6) == 0;
    const CommandResult result = province_.data().run(
        approval(*person.officer, {statement_id(model_->items[index].statement)}, now_, refuses), now_);
    ASSERT_FALSE(result.error) << result.error->to_string();
    std::string found(to_string(result.approvals.front().outcome));
    ASSERT_EQ(found, model_->approve(index, person, refuses, granted_, now_));
  }

  void compare() {
    const RowTable& rows = province_.data().machine().rows();
    for (std::uint32_t i = 0; i < kResidents; ++i) {
      const rules::Decision found = rows.decision(*rows.find(province_.resident(i)));
      ASSERT_TRUE(found.same_outcome(model_->decide(i, now_))) << "resident " << i << " at " << now_.to_string();
    }
    std::size_t held = 0;
    for (const Model::Item& item : model_->items) held += item.state == Model::Item::kHeld;
    ASSERT_EQ(province_.data().machine().holds().size(), held);
  }

  SeededRng rng_{GetParam() + 1000};  // not the province's: keys are drawn from both
  TestProvince province_{GetParam()};
  std::unique_ptr<Model> model_;
  std::vector<std::unique_ptr<TestOfficer>> owned_;
  std::vector<Person> people_;
  UnixSeconds now_ = kStart;
  std::string grant_ = "g-cdc";
  bool granted_ = true;
  int documents_ = 0;
};

// MINGMA_HISTORY_STEPS: steps of each seed; the full run of 100,000 events takes 25,000.
TEST_P(HoldHistory, AgreesWithTheModelAndTheAuditIsClean) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  const char* wanted = std::getenv("MINGMA_HISTORY_STEPS");
  const int steps = wanted == nullptr ? 250 : std::atoi(wanted);
  begin();
  for (int i = 0; i < steps && !HasFatalFailure(); ++i) {
    // The policy ends after 80 days: the clock goes slowly enough.
    now_ = now_.plus(1 + static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(70 * kDay / steps))));
    province_.data().settle(now_);
    model_->lapse(now_);
    const std::uint64_t choice = rng_.below(20);
    if (choice == 0) {
      change_powers();
    } else if (choice < 8) {
      approve();
    } else {
      submit();
    }
    province_.data().settle(now_);
    if (!HasFatalFailure()) compare();
  }
  ASSERT_FALSE(HasFatalFailure());
  const auto scratch = empty_store();
  const auto report = audit_shard({.shard = ShardId{1}}, province_.data().store(), &province_.control().store(),
                                  &province_.keys(), *scratch);
  ASSERT_TRUE(report.ok());
  for (const Finding& finding : report->findings)
    ADD_FAILURE() << finding.code << " " << finding.where << " " << finding.text;
}
INSTANTIATE_TEST_SUITE_P(Seeds, HoldHistory, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace mingma::shard
