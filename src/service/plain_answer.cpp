#include "service/plain_answer.h"

#include <array>

#include "service/redress_json.h"

namespace mingma::service {
namespace {

Bilingual words_of_colour(rules::Colour colour) {
  static constexpr std::array<std::pair<const char*, const char*>, 4> kWords{
      {{"无码", "absent"}, {"绿码", "green"}, {"黄码", "yellow"}, {"红码", "red"}}};
  const auto& found = kWords.at(static_cast<std::size_t>(colour));
  return {found.first, found.second};
}

// Sentences, each with its full stop once.
class Answer {
 public:
  void say(std::string zh, std::string en) {
    if (zh.empty() && en.empty()) return;
    if (!zh.ends_with("。")) zh += "。";
    if (!en.empty() && !en.ends_with('.')) en += '.';
    out_.zh += zh;
    if (!out_.en.empty() && !en.empty()) out_.en += ' ';
    out_.en += en;
  }
  Bilingual take() { return std::move(out_); }

 private:
  Bilingual out_;
};

void say_receipt(Answer& answer, const Receipt& receipt) {
  const Bilingual colour = words_of_colour(receipt.decision.colour);
  answer.say("您的健康码现在是" + colour.zh, "Your code is " + colour.en + " now");
  answer.say(receipt.reason.zh, receipt.reason.en);
  answer.say(receipt.way_out.zh, receipt.way_out.en);
  for (const InstitutionSummary& one : receipt.responsible) {
    if (one.phone.empty()) continue;
    answer.say("负责机构是" + one.name.zh + "，电话 " + one.phone,
               "Responsible is " + one.name.en + ", phone " + one.phone);
  }
}

void say_case(Answer& answer, const CaseView& view) {
  const std::string ticket = shard::ticket_text(view.ticket);
  const Bilingual end = words_of(view.end);
  answer.say("申诉 " + ticket + "：" + end.zh, "Appeal " + ticket + ": " + end.en);
  for (const CaseStatementView& one : view.statements) {
    const Bilingual words = words_of(one.answer);
    answer.say(one.institution.name.zh + "：" + words.zh, one.institution.name.en + ": " + words.en);
  }
  for (const CaseDeadlineView& deadline : view.deadlines) {
    if (deadline.state != "running") continue;
    const Bilingual step = words_of(deadline.which);
    const std::string at = deadline.at.to_local_string();
    answer.say(at + " 前" + step.zh, "By " + at + ": " + step.en);
  }
  for (const CaseStepView& step : view.steps) {
    if (!step.reply.zh.empty()) answer.say("答复：" + step.reply.zh, "The reply: " + step.reply.en);
  }
}

}  // namespace

Bilingual plain_answer(const LookedUp& found) {
  Answer answer;
  if (found.receipt) say_receipt(answer, *found.receipt);
  for (const CaseView& one : found.cases) say_case(answer, one);
  return answer.take();
}

}  // namespace mingma::service
