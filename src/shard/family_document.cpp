// Reading of what community institutions sign about guardians and paper codes. Format: docs/formats/family.md.
#include "shard/family.h"
#include "shard/json_members.h"

namespace mingma::shard {
namespace {

constexpr JsonLimits kLimits{.depth_max = 4, .bytes_max = 16u << 10};
constexpr std::size_t kBirthPlace = 6;  // of the eight digits YYYYMMDD in a resident ID number (GB 11643)

Error invalid(std::string message, std::string where) {
  return Error(errors::kShardInvalidDocument, std::move(message), std::move(where));
}

Result<Json> parse(std::string_view bytes) {
  auto json = parse_json(bytes, kLimits);
  if (!json.ok()) return invalid(json.error().message(), json.error().where());
  return std::move(json).value();
}

Result<void> read_begin(JsonMembers& members, GuardianshipDocument& out) {
  MINGMA_TRY(const std::string basis, members.text("basis"));
  if (basis != "in_person" && basis != "age") return members.fail("basis", "neither in_person nor age");
  out.basis = basis == "age" ? GuardianBasis::kAge : GuardianBasis::kInPerson;
  MINGMA_TRY(const std::string relation, members.text("relation"));
  const auto found = find_relation(relation);
  if (!found) return members.fail("relation", "no such relation");
  out.relation = *found;
  if (out.basis == GuardianBasis::kInPerson) {
    MINGMA_TRY(out.until, members.instant("until"));
    return {};
  }
  MINGMA_TRY(const CivilDate born, birth_date_of(out.dependant, "/dependant"));
  out.until = birthday(born, kOwnConsentYears);
  return {};
}

}  // namespace

UnixSeconds birthday(CivilDate born, int years) {
  YearMonthDay date = year_month_day(born);
  date.year += years;
  return china_midnight(civil_date(date));
}

Result<CivilDate> birth_date_of(const Json& person, std::string_view where) {
  const Json* type = person.find("document_type");
  const Json* number = person.find("document_number");
  const bool resident_id = type != nullptr && type->is_string() && type->string() == "resident_id";
  std::string text;
  if (resident_id && number != nullptr && number->is_string() && number->string().size() == 18) {
    const std::string digits = number->string().substr(kBirthPlace, 8);
    text = digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2);
  } else if (const Json* born = person.find("birth_date"); !resident_id && born != nullptr && born->is_string()) {
    text = born->string();
  }
  const auto date = parse_date(text);
  if (!date.ok()) return invalid("no date of birth: a resident ID number or birth_date", std::string(where));
  return *date;
}

Result<GuardianshipDocument> parse_guardianship(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  GuardianshipDocument out;
  MINGMA_TRY(const std::string type, members.text("type"));
  if (type != "guardianship" && type != "guardianship_end")
    return members.fail("type", "neither guardianship nor guardianship_end");
  MINGMA_TRY(out.institution, members.text("institution", 32));
  MINGMA_TRY(const Json* dependant, members.object("dependant"));
  out.dependant = *dependant;
  MINGMA_TRY(const Json* guardian, members.object("guardian"));
  out.guardian = *guardian;
  if (type == "guardianship") {
    MINGMA_CHECK(read_begin(members, out));
  } else {
    out.step = GuardianStep::kEnded;
    MINGMA_CHECK(members.text("reason", 256));
  }
  MINGMA_CHECK(members.text("source_record", 64));
  MINGMA_TRY(out.signed_at, members.instant("signed_at"));
  MINGMA_CHECK(members.end());
  return out;
}

Result<PaperDocument> parse_paper_document(std::string_view bytes) {
  MINGMA_TRY(const Json json, parse(bytes));
  MINGMA_TRY(JsonMembers members, JsonMembers::open(json));
  PaperDocument out;
  MINGMA_TRY(const std::string type, members.text("type"));
  if (type != "paper_code" && type != "paper_code_end")
    return members.fail("type", "neither paper_code nor paper_code_end");
  MINGMA_TRY(out.institution, members.text("institution", 32));
  MINGMA_TRY(const Json* person, members.object("person"));
  out.person = *person;
  if (type == "paper_code") {
    MINGMA_TRY(out.days, members.integer("days", 1, kPaperSecondsMax / kSecondsPerDay));
  } else {
    out.step = PaperStep::kRevoked;
    MINGMA_TRY(const std::string id, members.text("id", 32));
    const auto raw = hex_decode(id);
    if (!raw.ok() || raw->size() != out.id.size()) return members.fail("id", "not 32 lower-case hex digits");
    std::copy(raw->begin(), raw->end(), out.id.begin());
    MINGMA_TRY(const std::string reason, members.text("reason", 16));
    const auto found = find_paper_reason(reason);
    if (!found) return members.fail("reason", "none of lost, replaced, not_needed, error");
    out.reason = *found;
  }
  MINGMA_CHECK(members.text("source_record", 64));
  MINGMA_TRY(out.signed_at, members.instant("signed_at"));
  MINGMA_CHECK(members.end());
  return out;
}

}  // namespace mingma::shard
