#include "app/case_text.h"

#include <cstdio>
#include <string>

#include "app/json_text.h"

namespace mingma::app {
namespace {

std::string remaining(std::int64_t seconds) {
  const std::int64_t left = seconds < 0 ? -seconds : seconds;
  std::string out = std::to_string(left / 3'600) + " h " + std::to_string(left % 3'600 / 60) + " min";
  return seconds < 0 ? out + " ago" : "in " + out;
}

void print_case(const Json& view) {
  std::printf("申诉 case %s   %s\n", text_of(view, "ticket").c_str(), both_of(view, "end_words").c_str());
  std::printf("  opened    %s by %s\n", local_of(view, "opened_at").c_str(), both_of(view, "channel_words").c_str());
  if (const Json* decision = view.find("decision")) {
    std::printf("  colour    %s, rule %s (decision %lld; contested: %lld)\n", text_of(*decision, "colour").c_str(),
                text_of(*decision, "rule").c_str(), static_cast<long long>(integer_of(*decision, "version")),
                static_cast<long long>(integer_of(view, "contested_version")));
  }
  for (const Json& deadline : array_of(view, "deadlines")) {
    std::printf("  deadline  %s  %-8s %s (%s)\n", local_of(deadline, "at").c_str(), text_of(deadline, "state").c_str(),
                both_of(deadline, "step_words").c_str(), remaining(integer_of(deadline, "remaining_seconds")).c_str());
  }
  for (const Json& statement : array_of(view, "statements")) {
    std::printf("  statement %.16s… %s\n            %s\n            %s\n", text_of(statement, "statement").c_str(),
                both_of(statement, "kind_words").c_str(),
                statement.find("institution") ? institution_line(*statement.find("institution")).c_str() : "",
                both_of(statement, "answer_words").c_str());
  }
  for (const Json& step : array_of(view, "steps")) {
    std::string who;
    if (const Json* institution = step.find("institution")) who = text_of(*institution, "id");
    std::printf("  %s  %s%s%s\n", local_of(step, "at").c_str(), both_of(step, "words").c_str(),
                who.empty() ? "" : (" · " + who).c_str(),
                step.find("text") ? (": " + text_of(step, "text")).c_str() : "");
    if (step.find("reply")) std::printf("                       %s\n", both_of(step, "reply").c_str());
  }
  std::string actions;
  for (const Json& action : array_of(view, "actions")) actions += (actions.empty() ? "" : ", ") + action.string();
  if (!actions.empty()) std::printf("  next      %s\n", actions.c_str());
}

void print_look_up(const Json& item) {
  std::string flags;
  for (const Json& flag : array_of(item, "flags")) flags += " [" + flag.string() + "]";
  const Json* institution = item.find("institution");
  std::printf("%s  %s  %s, %s%s%s%s\n", local_of(item, "at").c_str(), text_of(item, "reader").c_str(),
              institution == nullptr ? "" : both_of(*institution, "name").c_str(), both_of(item, "duty_words").c_str(),
              item.find("ticket") ? (" " + text_of(item, "ticket")).c_str() : "",
              item.find("note") ? (": " + text_of(item, "note")).c_str() : "", flags.c_str());
}

void print_items(const Json& answer) {
  const Json::Array& items = array_of(answer, "items");
  if (items.empty()) std::printf("nothing 无\n");
  for (const Json& item : items) {
    if (item.find("steps") != nullptr) {
      print_case(item);
      continue;
    }
    if (item.find("duty") != nullptr) {
      print_look_up(item);
      continue;
    }
    std::string actions;
    for (const Json& action : array_of(item, "actions")) actions += (actions.empty() ? "" : ", ") + action.string();
    std::printf("%s  %-18s due %s (%s)%s\n", text_of(item, "ticket").c_str(), actions.c_str(),
                local_of(item, "due_at").c_str(), remaining(integer_of(item, "remaining_seconds")).c_str(),
                flag_of(item, "overdue") ? "  OVERDUE 超时" : "");
    for (const Json& asked : array_of(item, "asked")) {
      std::printf("    %s, record %s, statement %s\n", text_of(asked, "kind").c_str(),
                  text_of(asked, "source_record").c_str(), text_of(asked, "statement").c_str());
    }
  }
}

}  // namespace

void print_redress(const Json& answer) {
  if (answer.find("items") != nullptr) {
    print_items(answer);
  } else if (answer.find("steps") != nullptr) {
    print_case(answer);
  } else if (const Json* words = answer.find("answer")) {
    std::printf("%s\n%s\n", text_of(*words, "zh").c_str(), text_of(*words, "en").c_str());
  } else if (answer.find("expires_at") != nullptr) {
    std::printf("%s   有效至 until %s\n", text_of(answer, "code").c_str(), local_of(answer, "expires_at").c_str());
  } else if (const Json* decision = answer.find("decision")) {
    std::printf("%s %s: %s\n", text_of(answer, "name").c_str(), text_of(answer, "document_digits").c_str(),
                text_of(*decision, "colour").c_str());
  } else if (const Json* receipt = answer.find("receipt")) {
    std::printf("%s %s: %s\n%s\n%s\n", text_of(answer, "name").c_str(), text_of(answer, "document_digits").c_str(),
                text_of(*receipt, "colour").c_str(), both_of(*receipt, "reason").c_str(),
                both_of(*receipt, "way_out").c_str());
    for (const Json& one : array_of(answer, "cases")) print_case(one);
  } else if (answer.find("look_up") != nullptr) {
    for (const Json& one : array_of(answer, "cases")) print_case(one);
  } else {
    std::printf("done 已提交: case %s\n", text_of(answer, "ticket").c_str());
  }
}

}  // namespace mingma::app
