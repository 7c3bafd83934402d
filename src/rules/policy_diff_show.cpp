// A policy diff as text.
#include <algorithm>
#include <array>

#include "rules/policy_diff_report.h"
#include "rules/policy_show.h"

namespace mingma::rules {
namespace {

constexpr std::size_t kRowsShownMax = 20;

// "1,234,567"
std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) columns += byte >= 0xE3 ? 2 : 1;
  }
  return columns;
}

class Text {
 public:
  Text(const DiffReport& report, Language language)
      : report_(report), language_(language), chinese_(language == Language::kChinese) {}

  std::string all() {
    head();
    days();
    rows(pick("现在:码色变化", "Now: changes of colour"), report_.colours, false, 0);
    rows(pick("现在:规则", "Now: by rule"), report_.rules, true, 0);
    rows(pick("现在:地区", "Now: by place"), report_.places, false, 0);
    if (report_.audience == DiffAudience::kAuthorised)
      rows(pick("现在:出生年代(周岁)", "Now: by decade of birth (age)"), report_.ages, false, 0, true);
    if (!report_.days.empty() && report_.days.back().day > 0) {
      const int last = report_.days.back().day;
      const std::string day = std::to_string(last);
      rows(chinese_ ? "第" + day + "天:规则" : "In " + day + " days: by rule", report_.rules, true, last);
    }
    sample();
    return std::move(out_);
  }

 private:
  std::string pick(std::string_view zh, std::string_view en) const { return std::string(chinese_ ? zh : en); }

  std::string name(const DiffPolicy& policy) const {
    return policy.id + " " + policy.version + " (" + policy.title.in(language_) + ")";
  }

  std::string outcome(const DiffOutcome& outcome, bool with_rule) const {
    if (outcome.undetermined) return pick("无法判定", "undetermined") + (with_rule ? " " + outcome.rule : "");
    std::string text(colour_name(outcome.colour, language_));
    if (!with_rule || outcome.rule.empty()) return text;
    if (outcome.measure != Measure::kNone) text += ", " + std::string(measure_name(outcome.measure, language_));
    return text + " (" + outcome.rule + ")";
  }

  // The same colour, but another measure.
  std::string of_measure(const DiffRow& row) const {
    if (row.before != row.after) return {};
    return row.change == DiffChange::kWorse ? pick(",措施加重", ", heavier measure")
                                            : pick(",措施减轻", ", lighter measure");
  }

  std::string change(DiffChange change) const {
    switch (change) {
      case DiffChange::kSame:
        return pick("不变", "same");
      case DiffChange::kWorse:
        return pick("加重", "worse");
      case DiffChange::kBetter:
        return pick("减轻", "better");
      case DiffChange::kUnclear:
        break;
    }
    return pick("不明", "unclear");
  }

  // "1960s (52-62)"
  std::string age(BirthDecade born) const {
    if (!born.known()) return pick("不详", "not known");
    const std::string decade = born.to_string();
    const std::string name = decade == "earlier" ? pick("1930年以前", "before 1930")
                             : chinese_          ? decade.substr(0, decade.size() - 1) + "年代"
                                                 : decade;
    return name + " (" + ages_of(born, report_.as_of) + ")";
  }

  // First column left, counts right.
  void table(const std::vector<std::vector<std::string>>& lines, std::size_t left) {
    std::vector<std::size_t> widths;
    for (const auto& line : lines) {
      widths.resize(std::max(widths.size(), line.size()));
      for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
    }
    for (const auto& line : lines) {
      std::string text;
      for (std::size_t i = 0; i < line.size(); ++i) {
        const std::string blanks(widths[i] - columns_of(line[i]), ' ');
        text += "  " + (i < left ? line[i] + blanks : blanks + line[i]);
      }
      text.erase(text.find_last_not_of(' ') + 1);
      out_ += text + "\n";
    }
  }

  void head() {
    out_ += pick("现行  ", "before  ") + name(report_.before) + "\n";
    out_ += pick("拟定  ", "after   ") + name(report_.after) + "\n";
    out_ += pick("人数  ", "people  ") + grouped(report_.residents);
    if (report_.elsewhere != 0)
      out_ += pick(";另有适用其他规则集 ", "; under other policies ") + grouped(report_.elsewhere);
    out_ += "\n" + pick("时点  ", "as of   ") + report_.as_of.to_local_string() + pick("(北京时间)", " (UTC+8)");
    out_ += report_.as_dated ? pick(",按各自有效期", ", each between its own dates")
                             : pick(",不计有效期", ", both taken as in force throughout");
    out_ += "\n";
    if (report_.audience == DiffAudience::kPublic)
      out_ += pick("各数向下取整到十,不足十者不列\n", "every count is rounded down to tens; under ten is not shown\n");
  }

  void days() {
    out_ += "\n";
    std::vector<std::vector<std::string>> lines{{pick("天", "day"), pick("北京时间", "UTC+8"), pick("加重", "worse"),
                                                 pick("减轻", "better"), pick("不明", "unclear"), pick("不变", "same"),
                                                 pick("首次变化", "first on this day")}};
    for (const DiffDay& day : report_.days) {
      lines.push_back({std::to_string(day.day), day.at.to_local_string(), grouped(day.worse), grouped(day.better),
                       grouped(day.unclear), grouped(day.same), grouped(day.first)});
    }
    table(lines, 2);
  }

  void rows(const std::string& title, const std::vector<DiffRow>& rows, bool with_rule, int day,
            bool with_age = false) {
    std::vector<std::vector<std::string>> lines;
    std::size_t more = 0;
    for (const DiffRow& row : rows) {
      if (row.day != day) continue;
      if (lines.size() == kRowsShownMax) {
        ++more;
        continue;
      }
      std::vector<std::string> line{change(row.change)};
      if (!row.place.empty()) line.push_back(row.place);
      if (with_age) line.push_back(age(row.born));
      line.push_back(outcome(row.before, with_rule));
      line.push_back("->  " + outcome(row.after, with_rule) + (with_rule ? "" : of_measure(row)));
      line.push_back(grouped(row.count));
      lines.push_back(std::move(line));
    }
    out_ += "\n" + title + "\n";
    if (lines.empty()) {
      out_ += "  " + pick("无", "none") + "\n";
      return;
    }
    table(lines, lines.front().size() - 1);
    if (more != 0)
      out_ += "  " +
              pick("另有 " + std::to_string(more) + " 行,见 --json",
                   "and " + std::to_string(more) + " more rows; --json shows all") +
              "\n";
  }

  void sample() {
    if (report_.sample.empty()) return;
    out_ +=
        "\n" + pick("受影响居民(抽样,仅限授权查看)", "Residents affected (a sample, for authorised eyes only)") + "\n";
    std::vector<std::vector<std::string>> lines;
    for (const DiffSample& one : report_.sample) {
      lines.push_back({one.resident.empty() ? "-" : one.resident, one.place,
                       chinese_ ? "第" + std::to_string(one.day) + "天" : "day " + std::to_string(one.day),
                       outcome(one.before, true), "->  " + outcome(one.after, true)});
    }
    table(lines, 5);
  }

  const DiffReport& report_;
  Language language_;
  bool chinese_;
  std::string out_;
};

}  // namespace

std::string show_diff(const DiffReport& report, Language language) { return Text(report, language).all(); }

}  // namespace mingma::rules
