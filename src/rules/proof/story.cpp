#include "rules/proof/story.h"

#include <vector>

#include "rules/policy_show.h"

namespace mingma::rules::proof {
namespace {

class Teller {
 public:
  explicit Teller(Language language) : language_(language), chinese_(language == Language::kChinese) {}

  std::string facts(const FactRow& row, UnixSeconds now) const;
  std::string tell(Question question, const Counterexample& person, const Policy& policy, const Policy* other) const;

 private:
  std::string pick(std::string_view zh, std::string_view en) const { return std::string(chinese_ ? zh : en); }
  std::string time(UnixSeconds at) const {
    const std::string text = at.to_local_string();
    return text.ends_with(":00") ? text.substr(0, text.size() - 3) : text;
  }
  std::string amount(std::int64_t count, std::string_view zh, std::string_view en) const {
    return std::to_string(count) + (chinese_ ? "" : " ") + pick(zh, en) + (chinese_ || count == 1 ? "" : "s");
  }
  std::string duration(std::int64_t seconds) const;
  std::string relative(std::int64_t seconds) const;
  std::string value(const FactInfo& info, std::uint32_t value, UnixSeconds now) const;
  std::string opening(const Counterexample& person) const;
  std::string outcome(const Decision& decision, const Policy& policy) const;
  std::string by_policy(const Decision& decision, const Policy& policy) const;
  std::string verdict(const Counterexample& person) const;
  std::string changes(const Counterexample& person) const;
  std::string full_stop() const { return pick("。", ". "); }

  Language language_;
  bool chinese_;
};

std::string Teller::duration(std::int64_t seconds) const {
  if (seconds % kSecondsPerDay == 0) return amount(seconds / kSecondsPerDay, "天", "day");
  if (seconds % 3'600 == 0) return amount(seconds / 3'600, "小时", "hour");
  if (seconds % 60 == 0) return amount(seconds / 60, "分钟", "minute");
  return amount(seconds, "秒", "second");
}

std::string Teller::relative(std::int64_t seconds) const {
  if (seconds == 0) return pick("此刻", "at that moment");
  const std::string length = duration(seconds < 0 ? -seconds : seconds);
  return length + (seconds < 0 ? pick("前", " before") : pick("后", " after"));
}

std::string Teller::value(const FactInfo& info, std::uint32_t number, UnixSeconds now) const {
  switch (info.kind) {
    case FactKind::kInstant: {
      const UnixSeconds at{number};
      return relative(at.value - now.value) + pick("(", " (") + time(at) + pick(")", ")");
    }
    case FactKind::kDate:
      return CivilDate{static_cast<std::int32_t>(number)}.to_string();
    case FactKind::kEnumeration:
      return pick(info.values[number].zh, info.values[number].en);
    case FactKind::kInteger:
      return std::to_string(number);
    case FactKind::kBoolean:
      return number != 0 ? pick("是", "yes") : pick("否", "no");
  }
  return {};
}

std::string Teller::facts(const FactRow& row, UnixSeconds now) const {
  std::string out;
  for (const FactInfo& info : fact_schema()) {
    if (!row.present(info.id)) continue;
    if (!out.empty()) out += pick(";", "; ");
    out += pick(info.zh, info.en);
    if (info.kind != FactKind::kBoolean) out += pick(":", ": ") + value(info, row.get(info.id), now);
  }
  return out.empty() ? pick("没有任何记录", "nothing is known") : out;
}

std::string Teller::opening(const Counterexample& person) const {
  return pick("有这样一位居民:", "There could be this resident: ") + facts(person.facts, person.now) + full_stop();
}

std::string Teller::outcome(const Decision& decision, const Policy& policy) const {
  if (decision.status == DecisionStatus::kNoPolicy)
    return pick("政策未生效,无码", "the policy is not in force, no colour");
  if (decision.status == DecisionStatus::kUndetermined) {
    return pick("规则 ", "rule ") + policy.rules[decision.rule].id +
           pick(" 无法计算,无法判定", " cannot be evaluated, undetermined");
  }
  const Rule* rule = policy.find_rule(decision.rule);
  const std::string code = std::string(colour_name(decision.colour, language_)) + pick("、", ", ") +
                           std::string(measure_name(decision.measure, language_));
  if (rule == nullptr) return pick("无规则成立,默认", "no rule is true, by default ") + code;
  return pick("规则 ", "rule ") + rule->id + pick("(", " (") + rule->title.in(language_) + pick(")判为", ") gives ") +
         code;
}

std::string Teller::by_policy(const Decision& decision, const Policy& policy) const {
  return pick("按《", "Under \"") + policy.title.in(language_) + pick("》(", "\" (") + policy.id + " " +
         policy.version.to_string() + pick("),", "), ") + outcome(decision, policy);
}

std::string Teller::verdict(const Counterexample& person) const {
  switch (person.worse) {
    case Worse::kNothing:
      return {};
    case Worse::kColour:
      return pick("前者颜色更重。", "The first colour is worse.");
    case Worse::kMeasure:
      return pick("前者措施更重。", "The first measure is heavier.");
    case Worse::kLonger:
      return pick("后者对同一情形此前同样管控,此时已经解除,前者持续更久。",
                  "The second asked as much before and has ended by now; the first lasts longer.");
    case Worse::kUndetermined:
      return pick("前者无法判定。", "The first cannot decide.");
  }
  return {};
}

std::string Teller::changes(const Counterexample& person) const {
  std::string out;
  for (const FactInfo& info : fact_schema()) {
    const std::uint32_t before = person.facts.get(info.id), after = person.facts_after.get(info.id);
    if (before == after) continue;
    if (!out.empty()) out += pick(";", "; ");
    const bool absent = after == 0 && info.nullable;
    out += pick(info.zh, info.en) + pick(":", ": ") + (absent ? pick("无", "none") : value(info, after, person.now));
  }
  return out;
}

std::string Teller::tell(Question question, const Counterexample& person, const Policy& policy,
                         const Policy* other) const {
  std::string out = opening(person) + pick("北京时间", "At ") + time(person.now) + pick(",", " (UTC+8): ");
  switch (question) {
    case Question::kNeverStricter:
    case Question::kEquivalent:
      return out + by_policy(person.first, policy) + full_stop() + by_policy(person.second, *other) + full_stop() +
             verdict(person);
    case Question::kDisjoint:
      return out + pick("规则 ", "rules ") + person.first_rule + pick(" 和 ", " and ") + person.second_rule +
             pick(" 同时成立。", " are both true.");
    case Question::kWaitingNeverWorsens:
      return out + by_policy(person.first, policy) + full_stop() +
             pick("没有任何新情况,过了", "Nothing new is stated. After ") +
             duration(person.now_after.value - person.now.value) + pick(",", ", ") + outcome(person.second, policy) +
             full_stop() + pick("等待使其变差。", "Waiting made it worse.");
    case Question::kClearingNeverWorsens: {
      const LocalText step = step_text(person.step);
      return out + by_policy(person.first, policy) + full_stop() + pick("随后", "Then ") + step.in(language_) +
             pick(",事实变为:", ", and the facts become: ") + changes(person) + full_stop() + pick("结果:", "Now ") +
             outcome(person.second, policy) + full_stop() + pick("好消息使其变差。", "Good news made it worse.");
    }
    case Question::kHorizonBounded:
      return out + by_policy(person.first, policy) + full_stop() +
             pick("若无新的证据,永远如此。", "Without new evidence it stays so for ever.");
    case Question::kDeadRule:
      return out + pick("规则 ", "rule ") + person.first_rule + pick(" 成立。", " is true.");
    default:
      return out + by_policy(person.first, policy) + full_stop();
  }
}

}  // namespace

std::string facts_text(const FactRow& facts, UnixSeconds now, Language language) {
  return Teller(language).facts(facts, now);
}

LocalText tell(Question question, const Counterexample& person, const Policy& policy, const Policy* other) {
  return {Teller(Language::kChinese).tell(question, person, policy, other),
          Teller(Language::kEnglish).tell(question, person, policy, other)};
}

}  // namespace mingma::rules::proof
