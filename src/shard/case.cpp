#include "shard/case.h"

#include <algorithm>

#include "shard/errors.h"

namespace mingma::shard {
namespace {

constexpr std::uint64_t kShardsMax = 1'024;
constexpr std::size_t kTicketDigitsMin = 9;

// ISO 7064 hybrid system MOD 11,10.
char check_digit(std::string_view digits) {
  unsigned product = 10;
  for (const char digit : digits) {
    unsigned sum = (product + static_cast<unsigned>(digit - '0')) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  return static_cast<char>('0' + (11 - product) % 10);
}

Error refused(std::string message) { return Error(errors::kShardCaseStep, std::move(message)); }

template <typename Value, std::size_t N>
std::string_view name_of(Value value, const std::array<std::string_view, N>& names) {
  const auto at = static_cast<std::size_t>(value);
  return at < N ? names[at] : std::string_view("unknown");
}

constexpr std::array<std::string_view, 5> kChannels{"", "resident", "guardian", "community", "hotline"};
constexpr std::array<std::string_view, 4> kConsents{"own", "signed", "spoken_in_person", "spoken_on_phone"};
constexpr std::array<std::string_view, 11> kKinds{
    "", "opened", "added", "accepted", "replied", "defaulted", "decided", "told", "withdrawn", "missed", "reinstated"};
constexpr std::array<std::string_view, 8> kAnswers{
    "waiting", "substantiated", "not_substantiated", "defaulted", "corrected", "overruled", "late", "reinstated"};
constexpr std::array<std::string_view, 5> kEnds{"open", "upheld", "corrected", "suspended_by_default", "withdrawn"};
constexpr std::array<std::string_view, 4> kDeadlines{"accept", "substantiate", "decide", "reply"};

// A resident with a phone sees the end where they opened the case; others must be told.
void end_case(Case& subject, CaseEnd end, UnixSeconds at) {
  subject.end = end;
  subject.ended_at = at;
  if (subject.channel == CaseChannel::kResident || subject.channel == CaseChannel::kGuardian ||
      end == CaseEnd::kWithdrawn)
    subject.told_at = at;
}

// When nothing that the case contests counts any more, it has ended.
void end_if_nothing_counts(Case& subject, UnixSeconds at) {
  if (!subject.open() || subject.statements.empty()) return;
  bool defaulted = false;
  for (const CaseStatement& statement : subject.statements) {
    if (!is_suspended(statement.answer) && statement.answer != CaseAnswer::kCorrected) return;
    defaulted |= statement.answer == CaseAnswer::kDefaulted || statement.answer == CaseAnswer::kLate;
  }
  end_case(subject, defaulted ? CaseEnd::kSuspendedByDefault : CaseEnd::kCorrected, at);
}

void answer(CaseStatement& statement, CaseAnswer given, UnixSeconds at) {
  statement.answer = given;
  statement.answered_at = at;
}

Result<void> reply(Case& subject, const CaseStep& step, UnixSeconds at, CaseEffects& effects) {
  CaseStatement* statement = subject.find(step.statement);
  if (statement == nullptr) return refused("the case does not name this statement");
  if (statement->institution != step.institution) return refused("only who signed a statement can substantiate it");
  if (statement->answer == CaseAnswer::kDefaulted && step.answer == CaseAnswer::kSubstantiated) {
    answer(*statement, CaseAnswer::kLate, at);
    return {};
  }
  if (!subject.open()) return refused("the case has ended");
  if (statement->answer != CaseAnswer::kWaiting) return refused("the statement was answered for already");
  if (step.answer != CaseAnswer::kSubstantiated && step.answer != CaseAnswer::kNotSubstantiated &&
      step.answer != CaseAnswer::kCorrected)
    return refused("a reply substantiates the statement, says that it cannot be, or that it was corrected");
  answer(*statement, step.answer, at);
  if (step.answer == CaseAnswer::kNotSubstantiated) effects.suspended.push_back(statement->id);
  return {};
}

Result<void> default_statement(Case& subject, const CaseStep& step, UnixSeconds at, CaseEffects& effects) {
  CaseStatement* statement = subject.find(step.statement);
  if (!subject.open() || statement == nullptr || statement->answer != CaseAnswer::kWaiting ||
      statement->institution != step.institution || at < subject.deadline(CaseDeadline::kSubstantiate))
    return refused("nothing was due for this statement");
  if (step.answer != CaseAnswer::kDefaulted && step.answer != CaseAnswer::kCorrected)
    return refused("the clock suspends what nobody substantiated, or notes that it was corrected");
  answer(*statement, step.answer, at);
  if (step.answer == CaseAnswer::kDefaulted) effects.suspended.push_back(statement->id);
  return {};
}

Result<void> decide(Case& subject, const CaseStep& step, UnixSeconds at, CaseEffects& effects) {
  if (!subject.open()) return refused("the case has ended");
  if (step.end != CaseEnd::kUpheld && step.end != CaseEnd::kCorrected) return refused("a decision upholds or corrects");
  if (step.end == CaseEnd::kUpheld && !step.statements.empty())
    return refused("a decision that upholds suspends nothing");
  for (const StatementId& id : step.statements) {
    CaseStatement* statement = subject.find(id);
    if (statement == nullptr) return refused("the case does not name this statement");
    if (statement->answer != CaseAnswer::kWaiting && statement->answer != CaseAnswer::kSubstantiated)
      return refused("this statement does not count any more");
    answer(*statement, CaseAnswer::kOverruled, at);
    effects.suspended.push_back(id);
  }
  for (const CaseStatement& statement : subject.statements) {
    if (statement.answer == CaseAnswer::kWaiting)
      return refused("a statement still waits for its institution; wait for the deadline or overrule it");
  }
  const bool any = std::any_of(subject.statements.begin(), subject.statements.end(), [](const CaseStatement& one) {
    return is_suspended(one.answer) || one.answer == CaseAnswer::kCorrected;
  });
  if (step.end == CaseEnd::kCorrected && !any && !subject.statements.empty())
    return refused("a decision that corrects must say which statement does not count");
  subject.decider = step.institution;
  end_case(subject, step.end, at);
  return {};
}

Result<void> reinstate(Case& subject, const CaseStep& step, UnixSeconds at, CaseEffects& effects) {
  if (subject.open()) return refused("decide the case first");
  if (step.statements.empty()) return refused("no statement is named");
  for (const StatementId& id : step.statements) {
    CaseStatement* statement = subject.find(id);
    if (statement == nullptr || statement->answer != CaseAnswer::kLate)
      return refused("only a statement that was substantiated late can count again");
    answer(*statement, CaseAnswer::kReinstated, at);
    effects.reinstated.push_back(id);
  }
  return {};
}

Result<void> miss(Case& subject, const CaseStep& step, UnixSeconds at) {
  const bool relevant = step.missed == CaseDeadline::kAccept   ? subject.open() && subject.accepted_at == UnixSeconds{}
                        : step.missed == CaseDeadline::kDecide ? subject.open()
                        : step.missed == CaseDeadline::kReply  ? subject.told_at == UnixSeconds{}
                                                               : false;
  if (!relevant || subject.has_missed(step.missed) || at < subject.deadline(step.missed))
    return refused("no deadline was missed");
  subject.missed = static_cast<std::uint8_t>(subject.missed | 1u << static_cast<unsigned>(step.missed));
  return {};
}

Result<void> apply(Case& subject, const CaseStep& step, UnixSeconds at, CaseEffects& effects) {
  switch (step.kind) {
    case CaseStepKind::kOpened:
      break;
    case CaseStepKind::kAdded:
      if (!subject.open()) return refused("the case has ended");
      return {};
    case CaseStepKind::kAccepted:
      if (!subject.open()) return refused("the case has ended");
      if (subject.accepted_at != UnixSeconds{}) return refused("the case was accepted already");
      subject.accepted_at = at;
      subject.handler = step.institution;
      return {};
    case CaseStepKind::kReplied:
      return reply(subject, step, at, effects);
    case CaseStepKind::kDefaulted:
      return default_statement(subject, step, at, effects);
    case CaseStepKind::kDecided:
      return decide(subject, step, at, effects);
    case CaseStepKind::kTold:
      if (subject.open()) return refused("there is nothing to tell yet: the case is open");
      if (subject.told_at != UnixSeconds{}) return refused("the resident was told already");
      subject.told_at = at;
      return {};
    case CaseStepKind::kWithdrawn:
      if (!subject.open()) return refused("the case has ended");
      end_case(subject, CaseEnd::kWithdrawn, at);
      return {};
    case CaseStepKind::kMissed:
      return miss(subject, step, at);
    case CaseStepKind::kReinstated:
      return reinstate(subject, step, at, effects);
  }
  return refused("a case is opened once");
}

}  // namespace

Ticket make_ticket(ShardId shard, std::uint64_t serial) {
  MINGMA_ASSERT(shard.value < kShardsMax);
  return {serial * kShardsMax + shard.value};
}

ShardId ticket_shard(Ticket ticket) { return {static_cast<std::uint16_t>(ticket.value % kShardsMax)}; }

std::string ticket_text(Ticket ticket) {
  std::string digits = std::to_string(ticket.value);
  if (digits.size() < kTicketDigitsMin) digits.insert(0, kTicketDigitsMin - digits.size(), '0');
  digits.push_back(check_digit(digits));
  std::string out = digits;
  out.insert(out.size() - 3, 1, '-');
  out.insert(out.size() - 7, 1, '-');
  return out;
}

std::optional<Ticket> parse_ticket(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == '-' || c == ' ') continue;
    if (c < '0' || c > '9') return std::nullopt;
    digits.push_back(c);
  }
  if (digits.size() <= kTicketDigitsMin || digits.size() > 19) return std::nullopt;
  const std::string_view number = std::string_view(digits).substr(0, digits.size() - 1);
  if (check_digit(number) != digits.back()) return std::nullopt;
  Ticket ticket;
  for (const char c : number) ticket.value = ticket.value * 10 + static_cast<std::uint64_t>(c - '0');
  const bool padded = number.size() > kTicketDigitsMin && number.front() == '0';
  if (ticket.value < kShardsMax || padded) return std::nullopt;
  return ticket;
}

std::string_view to_string(CaseChannel channel) { return name_of(channel, kChannels); }
std::string_view to_string(CaseConsent consent) { return name_of(consent, kConsents); }
std::string_view to_string(CaseStepKind kind) { return name_of(kind, kKinds); }
std::string_view to_string(CaseAnswer answer) { return name_of(answer, kAnswers); }
std::string_view to_string(CaseEnd end) { return name_of(end, kEnds); }
std::string_view to_string(CaseDeadline deadline) { return name_of(deadline, kDeadlines); }

std::optional<CaseChannel> find_case_channel(std::string_view name) {
  const auto found = std::find(kChannels.begin() + 1, kChannels.end(), name);
  if (found == kChannels.end()) return std::nullopt;
  return static_cast<CaseChannel>(found - kChannels.begin());
}

std::optional<CaseConsent> find_case_consent(std::string_view name) {
  const auto found = std::find(kConsents.begin(), kConsents.end(), name);
  if (found == kConsents.end()) return std::nullopt;
  return static_cast<CaseConsent>(found - kConsents.begin());
}

CaseStatement* Case::find(const StatementId& id) {
  const auto found =
      std::find_if(statements.begin(), statements.end(), [&](const CaseStatement& one) { return one.id == id; });
  return found == statements.end() ? nullptr : &*found;
}
const CaseStatement* Case::find(const StatementId& id) const { return const_cast<Case*>(this)->find(id); }

bool Case::waits_for(InstitutionNumber institution) const {
  return open() && std::any_of(statements.begin(), statements.end(), [&](const CaseStatement& one) {
           return one.institution == institution && one.answer == CaseAnswer::kWaiting;
         });
}

CaseTimes case_deadlines(const rules::CaseDeadlines& policy, UnixSeconds opened_at) {
  const auto after = [&](std::uint32_t hours) { return opened_at.plus(std::int64_t{hours} * 3'600); };
  return {after(policy.accept_hours), after(policy.substantiate_hours), after(policy.decide_hours),
          after(policy.reply_hours)};
}

Result<CaseEffects> apply_case_step(Case& subject, const CaseStep& step, UnixSeconds at) {
  // A case that somebody floods with material can still be answered, decided and ended by the clock.
  if (step.kind == CaseStepKind::kAdded && subject.steps >= kCaseStepsMax / 2)
    return refused("enough material was added to this case");
  if (subject.steps >= kCaseStepsMax) return refused("the case has too many steps");
  Case next = subject;
  CaseEffects effects;
  MINGMA_CHECK(apply(next, step, at, effects));
  end_if_nothing_counts(next, at);
  subject = std::move(next);
  return effects;
}

UnixSeconds next_case_deadline(const Case& subject) {
  UnixSeconds next{};
  const auto consider = [&](bool relevant, CaseDeadline which) {
    const UnixSeconds at = subject.deadline(which);
    if (relevant && (next == UnixSeconds{} || at < next)) next = at;
  };
  const auto fresh = [&](CaseDeadline which) { return !subject.has_missed(which); };
  if (subject.open()) {
    consider(subject.accepted_at == UnixSeconds{} && fresh(CaseDeadline::kAccept), CaseDeadline::kAccept);
    const bool waiting = std::any_of(subject.statements.begin(), subject.statements.end(),
                                     [](const CaseStatement& one) { return one.answer == CaseAnswer::kWaiting; });
    consider(waiting, CaseDeadline::kSubstantiate);
    consider(fresh(CaseDeadline::kDecide), CaseDeadline::kDecide);
  }
  consider(subject.told_at == UnixSeconds{} && fresh(CaseDeadline::kReply), CaseDeadline::kReply);
  return next;
}

}  // namespace mingma::shard
