#include "rules/policy_show.h"

#include <algorithm>
#include <vector>

#include "rules/condition_text.h"

namespace mingma::rules {
namespace {

// Columns a text takes on a terminal: Chinese characters and full-width signs take two.
std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    columns += byte >= 0xE3 ? 2 : 1;
  }
  return columns;
}

std::string padded(std::string_view text, std::size_t columns) {
  std::string out(text);
  out.append(columns > width(text) ? columns - width(text) : 0, ' ');
  return out;
}

// A '|' would end a table cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c == '\n' ? ' ' : c);
  return out;
}

std::string hands_text(const Hands& hands, bool chinese) {
  std::string out;
  const auto add = [&](bool wanted, std::string_view zh, std::string_view en) {
    if (wanted) out += (out.empty() ? "" : chinese ? "、" : ", ") + std::string(chinese ? zh : en);
  };
  add(hands.ordered, "命令", "ordered");
  add(hands.approved, "审批", "approved");
  add(hands.executed, "执行", "executed");
  return out.empty() ? chinese ? "仅机构签名" : "institution only" : out;
}

class Table {
 public:
  Table(const Policy& policy, Language language)
      : policy_(policy), language_(language), chinese_(language == Language::kChinese) {}

  std::string text() const {
    std::string out = head("  ");
    std::size_t id_columns = 4;
    for (const Rule& rule : policy_.rules) id_columns = std::max(id_columns, width(rule.id));
    const std::string indent(id_columns + 7, ' ');
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      const Rule& rule = policy_.rules[i];
      out += "\n" + padded(std::to_string(i + 1), 5) + padded(rule.id, id_columns + 2) +
             padded(colour_name(rule.colour, language_), 8) + padded(measure_name(rule.measure, language_), 20) +
             rule.title.in(language_) + "\n";
      const auto line = [&](std::string_view zh, std::string_view en, const std::string& value) {
        out += indent + padded(pick(zh, en), 10) + value + "\n";
      };
      line("条件", "when", condition_text(rule.when, language_));
      line("原因", "reason", rule.reason.in(language_));
      line("要求", "asks", rule.control_mode.in(language_));
      line("解除", "way out", rule.way_out.in(language_));
      if (rule.worsens_by_waiting) line("逾时变重", "worsens", rule.worsens_by_waiting->in(language_));
      if (rule.held_until_evidence) line("待证解除", "held", rule.held_until_evidence->in(language_));
      line("依据", "basis", rule.legal_basis);
      line("经手", "hands", hands_text(rule.hands, chinese_));
      if (rule.catch_all_document) line("兜底", "catch-all", *rule.catch_all_document);
    }
    out += "\n" + padded("", 5) + padded("-", id_columns + 2) +
           padded(colour_name(policy_.default_colour, language_), 8) +
           padded(measure_name(Measure::kNone, language_), 20) + policy_.default_reason.in(language_) + "\n";
    return out;
  }

  std::string markdown() const {
    std::string out = head("- ") + "\n";
    out += pick("| 序 | 规则 | 码色 | 措施 | 情形 | 条件 | 解除 | 依据 | 经手 |\n",
                "| # | Rule | Colour | Measure | Case | When | Way out | Basis | Hands |\n");
    out += "|---|---|---|---|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      const Rule& rule = policy_.rules[i];
      out += "| " + std::to_string(i + 1) + " | " + rule.id + " | " + std::string(colour_name(rule.colour, language_)) +
             " | " + std::string(measure_name(rule.measure, language_)) + " | " + cell(rule.title.in(language_)) +
             " | " + cell(condition_text(rule.when, language_)) + " | " + cell(way_out(rule)) + " | " +
             cell(rule.legal_basis) + " | " + hands_text(rule.hands, chinese_) + " |\n";
    }
    return out + "|  | - | " + std::string(colour_name(policy_.default_colour, language_)) + " |  | " +
           cell(policy_.default_reason.in(language_)) + " |  |  |  |  |\n";
  }

 private:
  std::string pick(std::string_view zh, std::string_view en) const { return std::string(chinese_ ? zh : en); }

  // With what the rule declares of itself: worse by waiting, held until evidence.
  std::string way_out(const Rule& rule) const {
    std::string out = rule.way_out.in(language_);
    if (rule.worsens_by_waiting)
      out += pick(" 逾时变重:", " Worsens by waiting: ") + rule.worsens_by_waiting->in(language_);
    if (rule.held_until_evidence)
      out += pick(" 有证据方解除:", " Held until evidence: ") + rule.held_until_evidence->in(language_);
    return out;
  }

  std::string head(const std::string& bullet) const {
    std::string out = (bullet == "- " ? "# " : "") + policy_.title.in(language_) + "\n\n";
    const auto line = [&](std::string_view zh, std::string_view en, const std::string& value) {
      out += bullet + padded(pick(zh, en), bullet == "- " ? 0 : 12) + (bullet == "- " ? ": " : "") + value + "\n";
    };
    line("规则集", "policy", policy_.id + " " + policy_.version.to_string());
    line("文号", "document", policy_.document_no);
    line("适用地区", "area", policy_.jurisdiction.to_string());
    line("有效期", "in force",
         policy_.effective_from.to_local_string() + pick(" 至 ", " to ") + policy_.effective_to.to_local_string() +
             pick("(北京时间)", " (UTC+8)"));
    line("摘要值", "sha-256", hex_encode(policy_.hash));
    line("判定", "decision", pick("自上而下,首条成立者为准", "from the top, the first rule that is true"));
    if (policy_.notes) line("说明", "notes", policy_.notes->in(language_));
    return out;
  }

  const Policy& policy_;
  Language language_;
  bool chinese_;
};

}  // namespace

std::string show_policy(const Policy& policy, Language language, TableFormat format) {
  const Table table(policy, language);
  return format == TableFormat::kText ? table.text() : table.markdown();
}

std::string_view measure_name(Measure measure, Language language) {
  const bool chinese = language == Language::kChinese;
  switch (measure) {
    case Measure::kNone:
      return chinese ? "无" : "none";
    case Measure::kTestOnly:
      return chinese ? "核酸检测" : "test only";
    case Measure::kHomeMonitoring:
      return chinese ? "居家健康监测" : "home monitoring";
    case Measure::kHomeIsolation:
      return chinese ? "居家隔离" : "home isolation";
    case Measure::kCentralIsolation:
      return chinese ? "集中隔离" : "central isolation";
    case Measure::kHospital:
      return chinese ? "住院隔离" : "hospital";
  }
  return {};
}

std::string_view colour_name(Colour colour, Language language) {
  return language == Language::kChinese ? to_chinese(colour) : to_string(colour);
}

}  // namespace mingma::rules
