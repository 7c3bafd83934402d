#include "service/redress_json.h"

#include <array>

#include "service/json.h"

namespace mingma::service {
namespace {

template <typename T, typename Convert>
Json list(const std::vector<T>& values, Convert convert) {
  Json::Array array;
  for (const T& value : values) array.push_back(convert(value));
  return array;
}

Json strings(const std::vector<std::string>& values) {
  return list(values, [](const std::string& value) { return Json(value); });
}

using Words = std::pair<std::string_view, std::string_view>;
template <typename Value, std::size_t N>
Bilingual pick(Value value, const std::array<Words, N>& words) {
  const Words& found = words.at(static_cast<std::size_t>(value));
  return {std::string(found.first), std::string(found.second)};
}

Json statement_json(const CaseStatementView& one) {
  Json json;
  json.set("statement", hex_encode(one.statement));
  if (!one.kind.empty()) {
    json.set("kind", one.kind);
    json.set("kind_words", bilingual(one.kind_words));
  }
  if (one.evidence) json.set("evidence", rules::evidence_to_json(*one.evidence));
  if (!one.source_record.empty()) json.set("source_record", one.source_record);
  set_instant(json, "signed_at", one.signed_at);
  json.set("institution", to_json(one.institution));
  json.set("answer", shard::to_string(one.answer));
  json.set("answer_words", bilingual(words_of(one.answer)));
  set_instant(json, "answered_at", one.answered_at);
  set_instant(json, "answer_by", one.answer_by);
  if (!one.status.empty()) json.set("status", one.status);
  return json;
}

Json deadline_json(const CaseDeadlineView& one) {
  Json json;
  json.set("step", shard::to_string(one.which));
  json.set("step_words", bilingual(words_of(one.which)));
  set_instant(json, "at", one.at);
  json.set("remaining_seconds", one.remaining_seconds);
  json.set("state", one.state);
  return json;
}

Json step_json(const CaseStepView& one, ShardId shard) {
  Json json;
  json.set("number", static_cast<std::int64_t>(one.number));
  json.set("kind", shard::to_string(one.step.kind));
  json.set("words", bilingual(words_of(one.step.kind)));
  set_instant(json, "at", one.at);
  json.set("institution", to_json(one.institution));
  if (!one.actor.empty()) json.set("actor", one.actor);
  if (one.step.statement != Digest{}) json.set("statement", hex_encode(one.step.statement));
  if (one.step.answer != shard::CaseAnswer::kWaiting) json.set("answer", shard::to_string(one.step.answer));
  if (one.step.end != shard::CaseEnd::kOpen) json.set("outcome", shard::to_string(one.step.end));
  if (one.step.kind == shard::CaseStepKind::kMissed) json.set("missed", shard::to_string(one.step.missed));
  if (one.step.kind != shard::CaseStepKind::kOpened && !one.step.statements.empty()) {
    json.set("statements", list(one.step.statements, [](const Digest& id) { return Json(hex_encode(id)); }));
  }
  if (!one.text.empty()) json.set("text", one.text);
  if (!one.reply.zh.empty()) json.set("reply", bilingual(one.reply));
  if (!one.document.empty()) {
    Json document;
    document.set("text", one.document);
    document.set("key", one.key_id);
    document.set("signature", one.signature);
    json.set("document", std::move(document));
  }
  json.set("leaf", leaf_place(shard, one.leaf));
  return json;
}

Json flags_json(std::uint8_t flags) {
  Json::Array out;
  const auto add = [&](std::uint8_t flag, const char* name) {
    if ((flags & flag) != 0) out.push_back(name);
  };
  add(shard::kLookUpNoCase, "no_case");
  add(shard::kLookUpOutsideArea, "outside_area");
  add(shard::kLookUpMany, "many_today");
  add(shard::kLookUpEmergency, "emergency");
  add(shard::kLookUpEndedCase, "ended_case");
  return out;
}

}  // namespace

Bilingual words_of(shard::CaseEnd end) {
  static constexpr std::array<Words, 5> kWords{
      {{"办理中", "open"},
       {"维持原判定", "upheld"},
       {"已更正", "corrected"},
       {"逾期未核实，证据已中止", "not substantiated in time: the evidence is suspended"},
       {"已撤回", "withdrawn"}}};
  return pick(end, kWords);
}

Bilingual words_of(shard::CaseStepKind kind) {
  static constexpr std::array<Words, 11> kWords{{{"", ""},
                                                 {"提出申诉", "case opened"},
                                                 {"补充材料", "material added"},
                                                 {"已受理", "accepted"},
                                                 {"出具机构答复", "reply of the institution"},
                                                 {"逾期未核实", "not substantiated in time"},
                                                 {"作出决定", "decision"},
                                                 {"已告知本人", "the resident was told"},
                                                 {"撤回申诉", "withdrawn"},
                                                 {"办理超时", "a deadline was missed"},
                                                 {"恢复证据效力", "evidence reinstated"}}};
  return pick(kind, kWords);
}

Bilingual words_of(shard::CaseAnswer answer) {
  static constexpr std::array<Words, 8> kWords{
      {{"等待核实", "waiting for the institution"},
       {"已核实", "substantiated"},
       {"机构无法核实，已中止", "the institution cannot substantiate it: suspended"},
       {"逾期未核实，已中止", "no reply in time: suspended"},
       {"机构已更正", "corrected by the institution"},
       {"复核认定不成立，已中止", "overruled by the reviewer: suspended"},
       {"逾期后核实，仍中止，待复核", "substantiated late: still suspended, waits for the reviewer"},
       {"复核后恢复效力", "reinstated by the reviewer"}}};
  return pick(answer, kWords);
}

Bilingual words_of(shard::CaseDeadline deadline) {
  static constexpr std::array<Words, 4> kWords{{{"受理", "to be accepted"},
                                                {"机构核实", "institutions to substantiate"},
                                                {"作出决定", "to be decided"},
                                                {"答复本人", "the resident to be told"}}};
  return pick(deadline, kWords);
}

Bilingual words_of(shard::CaseChannel channel) {
  static constexpr std::array<Words, 5> kWords{{{"", ""},
                                                {"本人", "the resident"},
                                                {"监护人", "a guardian"},
                                                {"社区工作者", "a community worker"},
                                                {"12345 热线", "the hotline"}}};
  return pick(channel, kWords);
}

Json to_json(const CaseView& view) {
  Json json;
  json.set("ticket", shard::ticket_text(view.ticket));
  json.set("state", view.end == shard::CaseEnd::kOpen ? "open" : "ended");
  json.set("end", shard::to_string(view.end));
  json.set("end_words", bilingual(words_of(view.end)));
  set_instant(json, "opened_at", view.opened_at);
  set_instant(json, "ended_at", view.ended_at);
  set_instant(json, "told_at", view.told_at);
  json.set("channel", shard::to_string(view.channel));
  json.set("channel_words", bilingual(words_of(view.channel)));
  json.set("consent", shard::to_string(view.consent));
  json.set("opener", to_json(view.opener));
  if (view.handler) json.set("handler", to_json(*view.handler));
  if (view.decider) json.set("decider", to_json(*view.decider));
  json.set("contested_version", static_cast<std::int64_t>(view.contested_version));
  if (view.decision.version != 0) json.set("decision", to_json(view.decision));
  json.set("statements", list(view.statements, statement_json));
  json.set("deadlines", list(view.deadlines, deadline_json));
  json.set("steps", list(view.steps, [&](const CaseStepView& one) { return step_json(one, view.shard); }));
  json.set("actions", strings(view.actions));
  return json;
}

Json summary_json(const CaseView& view) {
  Json json;
  json.set("ticket", shard::ticket_text(view.ticket));
  json.set("end", shard::to_string(view.end));
  json.set("end_words", bilingual(words_of(view.end)));
  set_instant(json, "opened_at", view.opened_at);
  json.set("deadlines", list(view.deadlines, deadline_json));
  return json;
}

Json to_json(const WorkItem& item) {
  Json json;
  json.set("ticket", shard::ticket_text(item.ticket));
  json.set("actions", strings(item.actions));
  set_instant(json, "opened_at", item.opened_at);
  set_instant(json, "due_at", item.due_at);
  json.set("remaining_seconds", item.remaining_seconds);
  json.set("division", item.division);
  json.set("overdue", item.overdue);
  json.set("asked", list(item.asked, [](const WorkItem::Asked& one) {
             Json asked;
             asked.set("statement", hex_encode(one.statement));
             asked.set("kind", one.kind);
             if (!one.source_record.empty()) asked.set("source_record", one.source_record);
             set_instant(asked, "signed_at", one.signed_at);
             return asked;
           }));
  return json;
}

Json to_json(const LookUpView& view) {
  Json json;
  set_instant(json, "at", view.at);
  json.set("institution", to_json(view.institution));
  json.set("reader", view.actor);
  json.set("role", shard::to_string(view.role));
  json.set("duty", shard::to_string(view.duty));
  const shard::DutyInfo& duty = shard::duty_info(view.duty);
  json.set("duty_words", bilingual({std::string(duty.zh), std::string(duty.en)}));
  if (view.ticket) json.set("ticket", shard::ticket_text(*view.ticket));
  if (!view.note.empty()) json.set("note", view.note);
  json.set("flags", flags_json(view.flags));
  json.set("leaf", leaf_place(view.shard, view.leaf));
  return json;
}

Json to_json(const LookUpRecorded& recorded) {
  Json json;
  set_instant(json, "at", recorded.at);
  json.set("flags", flags_json(recorded.flags));
  json.set("leaf", leaf_place(recorded.shard, recorded.leaf));
  return json;
}

Json to_json(const LookedUp& looked_up) {
  Json json;
  json.set("look_up", to_json(looked_up.recorded));
  if (!looked_up.name.empty()) json.set("name", looked_up.name);
  if (!looked_up.document_digits.empty()) json.set("document_digits", looked_up.document_digits);
  if (looked_up.receipt) json.set("receipt", to_json(*looked_up.receipt));
  if (looked_up.decision) json.set("decision", to_json(*looked_up.decision));
  json.set("cases", list(looked_up.cases, [](const CaseView& view) { return to_json(view); }));
  return json;
}

Json to_json(const shard::HolderCode& code) {
  Json json;
  json.set("code", code.digits.substr(0, 4) + "-" + code.digits.substr(4));
  set_instant(json, "valid_from", code.from);
  set_instant(json, "expires_at", code.until);
  return json;
}

Json to_json(const RetentionDone& done) {
  Json json;
  json.set("expired_statements", static_cast<std::int64_t>(done.expired));
  json.set("destroyed_keys", strings(done.destroyed));
  return json;
}

}  // namespace mingma::service
