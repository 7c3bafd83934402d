// Random histories of cases against a slow and obvious model: who is asked, every answer, every deadline, every colour.
#include <gtest/gtest.h>

#include <map>

#include "rules/decide.h"
#include "rules/reducers.h"
#include "shard/audit.h"
#include "shard/test_cases.h"

namespace mingma::shard {
namespace {

using testing::case_decision;
using testing::case_reply;
using testing::empty_store;
using testing::kDay;
using testing::kHour;
using testing::kStart;
using testing::TestProvince;

constexpr std::uint32_t kResidents = 8;

enum class Standing { kCounts, kSuspended, kCorrected };

struct Item {
  Statement statement;
  Standing standing = Standing::kCounts;
};

struct ModelCase {
  Ticket ticket;
  std::uint32_t who = 0;
  std::uint32_t version = 0;
  UnixSeconds opened;
  bool by_hotline = false;
  std::vector<std::size_t> items;
  std::vector<CaseAnswer> answers;
  bool accepted = false;
  bool told = false;
  CaseEnd end = CaseEnd::kOpen;
  unsigned missed = 0;

  bool open() const { return end == CaseEnd::kOpen; }
};

class Model {
 public:
  explicit Model(const std::string& policy) : policy_(rules::parse_policy(policy).value()) {}

  void add(std::uint32_t who, UnixSeconds now) {
    residents_[who];
    refresh(who, now);
  }

  rules::Decision decide(const std::vector<rules::Evidence>& evidence, UnixSeconds now) const {
    const rules::AreaTable areas({}, DivisionCode{410'000'000}, now);
    return rules::decide(policy_, rules::reduce(evidence, {DivisionCode{410'102'000}}, areas), now);
  }
  rules::Decision decide(std::uint32_t who, UnixSeconds now) const {
    return decide(evidence_of(who, [](std::size_t) { return true; }), now);
  }

  Outcome submit(std::uint32_t who, const Statement& statement, UnixSeconds now) {
    std::vector<Item>& items = residents_.at(who).items;
    Outcome outcome = Outcome::kAccepted;
    if (statement.action == StatementAction::kWithdraw) {
      outcome = Outcome::kNoEarlierRecord;
      for (Item& item : items) {
        if (item.standing == Standing::kCorrected || item.statement.institution != statement.institution ||
            item.statement.source_record != statement.earlier_record)
          continue;
        item.standing = Standing::kCorrected;
        outcome = Outcome::kAccepted;
      }
    } else {
      items.push_back({statement});
    }
    refresh(who, now);
    return outcome;
  }

  // The indices of the items to ask about.
  std::vector<std::size_t> named(std::uint32_t who, UnixSeconds now) const {
    const rules::RuleIndex rule = decide(who, now).rule;
    const std::vector<Item>& items = residents_.at(who).items;
    const auto read = [&](std::size_t i) {
      const bool contact = items[i].statement.evidence.kind == rules::EvidenceKind::kContactFinding;
      return rule == 0 ? !contact : rule == 1 && contact;
    };
    const auto hardness = [&](auto keep) {
      const rules::Decision decision = decide(evidence_of(who, keep), now);
      return std::pair(decision.colour, decision.measure);
    };
    std::vector<std::size_t> out;
    for (std::size_t i = items.size(); i-- > 0;) {
      if (items[i].standing != Standing::kCounts || !read(i)) continue;
      if (hardness([&](std::size_t k) { return k != i; }) < hardness([](std::size_t) { return true; }) ||
          hardness([&](std::size_t k) { return k == i || !read(k); }) >
              hardness([&](std::size_t k) { return !read(k); }))
        out.push_back(i);
    }
    return out;
  }

  // The ticket of a case that contests this decision already, if there is one.
  std::optional<Ticket> contested(std::uint32_t who) const {
    for (const auto& [ticket, one] : cases_) {
      if (one.who == who && one.open() && one.version == residents_.at(who).version) return ticket;
    }
    return std::nullopt;
  }
  std::size_t open_cases(std::uint32_t who) const {
    std::size_t count = 0;
    for (const auto& [ticket, one] : cases_) count += one.who == who && one.open();
    return count;
  }

  void open(Ticket ticket, std::uint32_t who, bool by_hotline, UnixSeconds now) {
    ModelCase one{.ticket = ticket,
                  .who = who,
                  .version = residents_.at(who).version,
                  .opened = now,
                  .by_hotline = by_hotline,
                  .items = named(who, now)};
    for (const std::size_t item : one.items) {
      CaseAnswer answer = CaseAnswer::kWaiting;
      for (const auto& [earlier, before] : cases_) {
        for (std::size_t k = 0; k < before.items.size(); ++k) {
          if (before.who == who && before.end == CaseEnd::kUpheld && before.items[k] == item &&
              before.answers[k] == CaseAnswer::kSubstantiated)
            answer = CaseAnswer::kSubstantiated;
        }
      }
      one.answers.push_back(answer);
    }
    cases_[ticket] = one;
  }

  bool reply(Ticket ticket, std::size_t k, CaseAnswer answer, UnixSeconds now) {
    ModelCase& one = cases_.at(ticket);
    if (one.answers[k] == CaseAnswer::kDefaulted && answer == CaseAnswer::kSubstantiated) {
      one.answers[k] = CaseAnswer::kLate;
      return true;
    }
    if (!one.open() || one.answers[k] != CaseAnswer::kWaiting) return false;
    if (answer == CaseAnswer::kCorrected && item(one, k).standing == Standing::kCounts) return false;
    one.answers[k] = answer;
    if (answer == CaseAnswer::kNotSubstantiated) suspend(one, k);
    settle(one, now);
    return true;
  }

  bool decide_case(Ticket ticket, CaseEnd end, const std::vector<std::size_t>& overruled, UnixSeconds now) {
    ModelCase next = cases_.at(ticket);
    if (!next.open() || (end == CaseEnd::kUpheld && !overruled.empty())) return false;
    for (const std::size_t k : overruled) {
      if (next.answers[k] != CaseAnswer::kWaiting && next.answers[k] != CaseAnswer::kSubstantiated) return false;
      next.answers[k] = CaseAnswer::kOverruled;
    }
    bool any = next.items.empty();
    for (const CaseAnswer answer : next.answers) {
      if (answer == CaseAnswer::kWaiting) return false;
      any |= answer != CaseAnswer::kSubstantiated;
    }
    if (end == CaseEnd::kCorrected && !any) return false;
    for (const std::size_t k : overruled) suspend(next, k);
    finish(next, end);
    cases_[ticket] = next;
    refresh(next.who, now);
    return true;
  }

  bool reinstate(Ticket ticket, const std::vector<std::size_t>& which, UnixSeconds now) {
    ModelCase& one = cases_.at(ticket);
    if (one.open() || which.empty()) return false;
    for (const std::size_t k : which) {
      if (one.answers[k] != CaseAnswer::kLate) return false;
    }
    for (const std::size_t k : which) {
      one.answers[k] = CaseAnswer::kReinstated;
      if (item(one, k).standing == Standing::kSuspended) item(one, k).standing = Standing::kCounts;
    }
    refresh(one.who, now);
    return true;
  }

  bool step(Ticket ticket, CaseStepKind kind, UnixSeconds) {
    ModelCase& one = cases_.at(ticket);
    if (kind == CaseStepKind::kTold) {
      if (one.open() || one.told) return false;
      return one.told = true;
    }
    if (!one.open()) return false;
    if (kind == CaseStepKind::kAccepted) {
      if (one.accepted) return false;
      one.accepted = true;
    }
    if (kind == CaseStepKind::kWithdrawn) finish(one, CaseEnd::kWithdrawn);
    return true;
  }

  void clock(UnixSeconds now) {
    for (auto& [ticket, one] : cases_) {
      const auto past = [&](int hours) { return one.opened.plus(hours * kHour) <= now; };
      if (one.open() && past(2) && !one.accepted) one.missed |= 1;
      for (std::size_t k = 0; k < one.items.size() && past(12) && one.open(); ++k) {
        if (one.answers[k] != CaseAnswer::kWaiting) continue;
        const bool counts = item(one, k).standing == Standing::kCounts;
        one.answers[k] = counts ? CaseAnswer::kDefaulted : CaseAnswer::kCorrected;
        if (counts) suspend(one, k);
        settle(one, now, false);
      }
      if (one.open() && past(24)) one.missed |= 4;
      if (!one.told && past(48)) one.missed |= 8;
    }
    for (const auto& [who, resident] : residents_) refresh(who, now);
  }

  const std::map<Ticket, ModelCase>& cases() const { return cases_; }
  const std::vector<Item>& items(std::uint32_t who) const { return residents_.at(who).items; }

 private:
  struct Resident {
    std::vector<Item> items;
    rules::Decision last;
    std::uint32_t version = 0;
  };

  template <typename Keep>
  std::vector<rules::Evidence> evidence_of(std::uint32_t who, Keep keep) const {
    std::vector<rules::Evidence> out;
    const std::vector<Item>& items = residents_.at(who).items;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].standing == Standing::kCounts && keep(i)) out.push_back(items[i].statement.evidence);
    }
    return out;
  }
  void refresh(std::uint32_t who, UnixSeconds now) {
    Resident& resident = residents_.at(who);
    const rules::Decision decision = decide(who, now);
    if (resident.version == 0 || !decision.same_outcome(resident.last)) ++resident.version;
    resident.last = decision;
  }
  Item& item(const ModelCase& one, std::size_t k) { return residents_.at(one.who).items[one.items[k]]; }
  void suspend(const ModelCase& one, std::size_t k) {
    if (item(one, k).standing == Standing::kCounts) item(one, k).standing = Standing::kSuspended;
  }
  static void finish(ModelCase& one, CaseEnd end) {
    one.end = end;
    one.told |= !one.by_hotline || end == CaseEnd::kWithdrawn;
  }
  void settle(ModelCase& one, UnixSeconds now, bool fresh = true) {
    bool defaulted = false;
    bool over = !one.items.empty();
    for (const CaseAnswer answer : one.answers) {
      over &= is_suspended(answer) || answer == CaseAnswer::kCorrected;
      defaulted |= answer == CaseAnswer::kDefaulted || answer == CaseAnswer::kLate;
    }
    if (one.open() && over) finish(one, defaulted ? CaseEnd::kSuspendedByDefault : CaseEnd::kCorrected);
    if (fresh) refresh(one.who, now);
  }

  rules::Policy policy_;
  std::map<std::uint32_t, Resident> residents_;
  std::map<Ticket, ModelCase> cases_;
};

class History {
 public:
  History(std::uint64_t seed, TestProvince& province) : rng_(seed), province_(province) {
    province_.found();
    model_.emplace(province_.control().machine().control().policy_document(PolicyNumber{0}).document.bytes);
    for (std::uint32_t who = 0; who < kResidents; ++who) {
      province_.add_resident(who, now_);
      model_->add(who, now_);
    }
  }

  void step() {
    now_ = now_.plus(1 + static_cast<std::int64_t>(rng_.below(5 * kHour)));
    province_.data().settle(now_);
    model_->clock(now_);
    switch (rng_.below(9)) {
      case 0:
      case 1:
        return submit();
      case 2:
      case 3:
        return open();
      case 4:
      case 5:
        return reply();
      case 6:
        return decide();
      case 7:
        return plain_step();
      default:
        return look_up();
    }
  }

  void compare() {
    const RowTable& rows = province_.data().machine().rows();
    for (std::uint32_t who = 0; who < kResidents; ++who) {
      const rules::Decision found = rows.decision(*rows.find(province_.resident(who)));
      const rules::Decision expected = model_->decide(who, now_);
      ASSERT_TRUE(found.same_outcome(expected)) << "resident " << who << " at " << now_.to_string() << ": "
                                                << to_string(found.colour) << ", model " << to_string(expected.colour);
      ASSERT_EQ(found.horizon, expected.horizon);
    }
    for (const auto& [ticket, expected] : model_->cases()) {
      const Case found = decode_case(*province_.data().store().get(kCasesTable, case_key(ticket)).value()).value();
      const std::string what = "case " + ticket_text(ticket) + " at " + now_.to_string();
      ASSERT_EQ(found.statements.size(), expected.items.size()) << what;
      for (std::size_t k = 0; k < found.statements.size(); ++k) {
        ASSERT_EQ(found.statements[k].id, statement_id(model_->items(expected.who)[expected.items[k]].statement))
            << what;
        ASSERT_EQ(to_string(found.statements[k].answer), to_string(expected.answers[k])) << what;
      }
      ASSERT_EQ(to_string(found.end), to_string(expected.end)) << what;
      ASSERT_EQ(found.accepted_at != UnixSeconds{}, expected.accepted) << what;
      ASSERT_EQ(found.told_at != UnixSeconds{}, expected.told) << what;
      ASSERT_EQ(found.missed, expected.missed) << what;
    }
  }
  std::size_t cases() const { return model_->cases().size(); }

 private:
  void submit() {
    const auto who = static_cast<std::uint32_t>(rng_.below(kResidents));
    const std::string record = "r-" + std::to_string(rng_.below(5));
    const UnixSeconds at = now_.plus(-static_cast<std::int64_t>(rng_.below(9 * kDay)) - 1);
    Statement statement = province_.contact_finding(who, at, record, now_);
    if (rng_.below(3) == 0) {
      statement.institution = "hospital-1";
      const bool release = rng_.below(3) == 0;
      statement.evidence = {
          .kind = release ? rules::EvidenceKind::kCaseRelease : rules::EvidenceKind::kCaseReport,
          .level = static_cast<std::uint8_t>(release ? rules::CaseStatus::kNone : rules::CaseStatus::kConfirmed),
          .at = at};
    }
    if (rng_.below(4) == 0) {
      statement.action = StatementAction::kWithdraw;
      statement.evidence = {.kind = statement.evidence.kind};
      statement.earlier_record = "r-" + std::to_string(rng_.below(5));
      statement.reason = "amended";
    }
    ASSERT_EQ(province_.submit(statement, now_), model_->submit(who, statement, now_));
  }

  void open() {
    const auto who = static_cast<std::uint32_t>(rng_.below(kResidents));
    const bool hotline = rng_.below(3) == 0;
    OpenCaseCommand command{.resident = province_.resident(who)};
    if (hotline) {
      command.channel = CaseChannel::kHotline;
      command.consent = CaseConsent::kSpokenOnPhone;
      command.institution = "command-1";
    }
    const auto contested = model_->contested(who);
    const bool full = model_->open_cases(who) >= kOpenCasesMax;
    const CommandResult result = province_.data().run(std::move(command), now_);
    if (contested) {
      ASSERT_EQ(result.ticket, contested);
      ASSERT_TRUE(result.existed);
    } else if (full) {
      ASSERT_TRUE(result.error.has_value());
    } else {
      ASSERT_FALSE(result.error) << result.error->to_string();
      model_->open(*result.ticket, who, hotline, now_);
    }
  }

  const ModelCase* draw() {
    if (model_->cases().empty()) return nullptr;
    // Mostly among the newest.
    auto at = model_->cases().end();
    std::advance(at, -1 - static_cast<std::ptrdiff_t>(rng_.below(std::min<std::size_t>(model_->cases().size(), 6))));
    return &at->second;
  }

  void reply() {
    const ModelCase* one = draw();
    if (one == nullptr || one->items.empty()) return;
    const std::size_t k = rng_.below(one->items.size());
    constexpr CaseAnswer kGiven[] = {CaseAnswer::kSubstantiated, CaseAnswer::kSubstantiated,
                                     CaseAnswer::kNotSubstantiated, CaseAnswer::kCorrected};
    const CaseAnswer answer = kGiven[rng_.below(4)];
    const Ticket ticket = one->ticket;
    const Statement statement = model_->items(one->who)[one->items[k]].statement;
    const CommandResult result =
        province_.data().run(CaseDocumentCommand{case_reply(province_, ticket, statement, answer, now_)}, now_);
    ASSERT_EQ(!result.error.has_value(), model_->reply(ticket, k, answer, now_));
  }

  void decide() {
    const ModelCase* one = draw();
    if (one == nullptr) return;
    const Ticket ticket = one->ticket;
    std::vector<std::size_t> which;
    std::vector<StatementId> ids;
    for (std::size_t k = 0; k < one->items.size(); ++k) {
      if (rng_.below(2) == 0) continue;
      which.push_back(k);
      ids.push_back(statement_id(model_->items(one->who)[one->items[k]].statement));
    }
    constexpr std::string_view kOutcomes[] = {"upheld", "corrected", "reinstated"};
    const std::size_t outcome = rng_.below(3);
    if (outcome == 0 && rng_.below(3) != 0) which.clear(), ids.clear();
    const CommandResult result = province_.data().run(
        CaseDocumentCommand{case_decision(province_, ticket, kOutcomes[outcome], ids, now_)}, now_);
    const bool expected =
        outcome == 2 ? model_->reinstate(ticket, which, now_)
                     : model_->decide_case(ticket, outcome == 0 ? CaseEnd::kUpheld : CaseEnd::kCorrected, which, now_);
    ASSERT_EQ(!result.error.has_value(), expected) << kOutcomes[outcome];
  }

  void plain_step() {
    const ModelCase* one = draw();
    if (one == nullptr) return;
    constexpr CaseStepKind kKinds[] = {CaseStepKind::kAccepted, CaseStepKind::kTold, CaseStepKind::kWithdrawn,
                                       CaseStepKind::kAdded};
    CaseStepCommand command{.ticket = one->ticket, .kind = kKinds[rng_.below(4)]};
    if (command.kind == CaseStepKind::kAccepted || command.kind == CaseStepKind::kTold)
      command.institution = "command-1";
    if (command.kind == CaseStepKind::kAdded) command.material = "more";
    const CommandResult result = province_.data().run(command, now_);
    ASSERT_EQ(!result.error.has_value(), model_->step(command.ticket, command.kind, now_)) << to_string(command.kind);
  }

  void look_up() {
    const auto who = static_cast<std::uint32_t>(rng_.below(kResidents));
    LookUpCommand command{.resident = province_.resident(who),
                          .institution = "command-1",
                          .actor = "o-" + std::to_string(rng_.below(2)),
                          .role = StaffRole::kHotline,
                          .duty = Duty::kCaller};
    const std::string day = std::to_string((now_.value + 8 * kHour) / kDay);
    const std::uint32_t count = ++look_ups_[day + command.actor];
    const CommandResult result = province_.data().run(command, now_);
    ASSERT_FALSE(result.error);
    ASSERT_EQ(result.look_up_flags, kLookUpNoCase | (count > kLookUpsUsualPerDay ? kLookUpMany : 0));
  }

  SeededRng rng_;
  TestProvince& province_;
  std::optional<Model> model_;
  UnixSeconds now_ = kStart;
  std::map<std::string, std::uint32_t> look_ups_;
};

class CaseHistory : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(CaseHistory, AgreesWithTheModelIsCleanUnderAuditAndReplaysToTheSameDigest) {
  SCOPED_TRACE(GetParam());
  TestProvince province(GetParam());
  History history(GetParam(), province);
  for (int i = 0; i < 250; ++i) {
    history.step();
    if (HasFatalFailure()) return;
    history.compare();
    if (HasFatalFailure()) return;
    if (i % 50 == 49) province.data().reopen();
  }
  EXPECT_GT(history.cases(), 10u);
  const auto replayed = testing::rewritten(province.data().store(), [](Event&, Sequence) {});
  EXPECT_EQ(state_digest(*replayed).value(), state_digest(province.data().store()).value());
  const auto scratch = empty_store();
  const auto report = audit_shard({.shard = ShardId{1}}, province.data().store(), &province.control().store(),
                                  &province.keys(), *scratch);
  ASSERT_TRUE(report.ok());
  for (const Finding& finding : report->findings)
    ADD_FAILURE() << finding.code << " at " << finding.where << ": " << finding.text;
}

INSTANTIATE_TEST_SUITE_P(Seeds, CaseHistory, ::testing::Values(1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u));

}  // namespace
}  // namespace mingma::shard
