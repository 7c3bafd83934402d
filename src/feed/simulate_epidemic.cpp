// The epidemic of the simulated county: a night's tests and the findings of the day after.
#include "base/assert.h"
#include "base/json.h"
#include "feed/simulate.h"
#include "feed/simulate_text.h"

namespace mingma::feed {

namespace {

using rules::Evidence;
using rules::EvidenceKind;

constexpr std::uint32_t kHousehold = kSimulatedHousehold;
constexpr std::uint32_t kNightsMax = 200;
constexpr int kPositiveNights = 9;
constexpr std::int64_t kSamplingSeconds = 4 * 3'600;
constexpr int kIsolationNights = 7;
constexpr int kCaseNights = 10;

// Apart from the streams of simulate.cpp.
enum Stream : std::uint64_t {
  kAbsence = 32,
  kTestTime,
  kInconclusive,
  kNeighbour,
  kArrivalDay,
  kArrivalKind,
  kSeverity
};

std::uint64_t test_index(std::uint32_t resident, std::uint32_t night) {
  return std::uint64_t{resident} * kNightsMax + night;
}

// "2022-11-11T18:00:00+08:00"
void append_local_time(std::string& out, UnixSeconds at) {
  const std::int64_t local = at.value + kChinaOffsetSeconds;
  const YearMonthDay date = year_month_day(china_date(at));
  const std::uint64_t second = static_cast<std::uint64_t>(local % kSecondsPerDay);
  append_digits(out, static_cast<std::uint64_t>(date.year), 4);
  out += '-';
  append_digits(out, static_cast<std::uint64_t>(date.month), 2);
  out += '-';
  append_digits(out, static_cast<std::uint64_t>(date.day), 2);
  out += 'T';
  append_digits(out, second / 3'600, 2);
  out += ':';
  append_digits(out, second / 60 % 60, 2);
  out += ':';
  append_digits(out, second % 60, 2);
  out += "+08:00";
}

std::string_view result_code(const Evidence& test) {
  const bool pooled = (test.flags & rules::kFlagPooled) != 0;
  switch (static_cast<rules::TestResult>(test.level)) {
    case rules::TestResult::kPositive:
      return "260373001";
    case rules::TestResult::kInconclusive:
      return "419984006";
    case rules::TestResult::kNegative:
      break;
  }
  return pooled ? "895231008" : "260415000";
}

}  // namespace

bool SimulatedCounty::test(std::uint32_t index, std::uint32_t night, Evidence& out) const {
  MINGMA_ASSERT(index < settings_.residents && night < kNightsMax);
  const std::uint64_t which = test_index(index, night);
  if (draw(kAbsence, which) % 1'000 < settings_.absent_per_thousand) return false;
  const int onset = onset_night(index);
  const int since = static_cast<int>(night) - onset;
  const bool positive = onset >= 0 && since >= 0 && since < kPositiveNights;
  const bool inconclusive = !positive && draw(kInconclusive, which) % 20'000 == 0;
  const std::uint64_t times = draw(kTestTime, which);
  out = Evidence{.kind = EvidenceKind::kTestResult};
  out.level = static_cast<std::uint8_t>(positive       ? rules::TestResult::kPositive
                                        : inconclusive ? rules::TestResult::kInconclusive
                                                       : rules::TestResult::kNegative);
  out.detail = static_cast<std::uint8_t>(rules::TestMethod::kMolecular);
  out.flags =
      positive || inconclusive ? 0 : rules::kFlagPooled;  // a positive pool is taken apart and tested again singly
  out.at = settings_.first_evening.plus(std::int64_t{night} * kSecondsPerDay +
                                        static_cast<std::int64_t>(times % kSamplingSeconds));
  out.until = out.at.plus(6 * 3'600 + static_cast<std::int64_t>((times >> 32) % (4 * 3'600)));
  return true;
}

void SimulatedCounty::append_specimen_number(std::uint32_t index, std::uint32_t night, std::string& out) const {
  out += "SIM-";
  append_digits(out, night, 3);
  out += '-';
  append_digits(out, index, 9);
}

bool SimulatedCounty::append_test_line(std::uint32_t index, std::uint32_t night, std::string& out) const {
  Evidence evidence;
  if (!test(index, night, evidence)) return false;
  out += R"({"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p","identifier":[{"system":")";
  out += kResidentIdSystem;
  out += R"(","value":")";
  append_document_number(index, out);
  out += R"("}],"name":[{"text":")";
  append_name(index, out);
  out += R"("}]}],"identifier":[{"value":")";
  append_specimen_number(index, night, out);
  out +=
      R"("}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"94500-6"}]},"subject":{"reference":"#p"},"effectiveDateTime":")";
  append_local_time(out, evidence.at);
  out += R"(","issued":")";
  append_local_time(out, evidence.until);
  out += R"(","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":")";
  out += result_code(evidence);
  out += R"("}]},"performer":[{"display":")";
  out += institutions_[laboratory_of(index)].id;
  out += "\"}]}\n";
  return true;
}

// The household, and one to four neighbours with one of their households each. Who is ill is a case and no contact.
void SimulatedCounty::for_each_contact(std::uint32_t index,
                                       const std::function<void(std::uint32_t, rules::ContactLevel)>& visit) const {
  const auto name = [&](std::uint32_t contact, rules::ContactLevel level) {
    if (contact != index && contact < settings_.residents && onset_night(contact) < 0) visit(contact, level);
  };
  const std::uint32_t household = index / kHousehold * kHousehold;
  for (std::uint32_t member = household; member < household + kHousehold; ++member)
    name(member, rules::ContactLevel::kClose);
  const std::uint64_t drawn = draw(kNeighbour, index);
  for (std::uint32_t i = 0; i < 1 + drawn % 4; ++i) {
    const std::uint32_t neighbour =
        household + kHousehold * (1 + static_cast<std::uint32_t>((drawn >> (8 + 8 * i)) % 50));
    name(neighbour, rules::ContactLevel::kClose);
    name(neighbour + 1, rules::ContactLevel::kSecondary);
  }
}

void SimulatedCounty::case_findings(std::uint32_t index, UnixSeconds morning, const FindingSink& sink) const {
  const std::string number = "SIM-CASE-" + std::to_string(index);
  const bool confirmed = draw(kSeverity, index) % 10 < 3;  // the others are without symptoms
  sink({institution_of(SimulatedRole::kHospital),
        index,
        {.kind = EvidenceKind::kCaseReport,
         .level =
             static_cast<std::uint8_t>(confirmed ? rules::CaseStatus::kConfirmed : rules::CaseStatus::kAsymptomatic),
         .detail = static_cast<std::uint8_t>(confirmed ? rules::Severity::kMild : rules::Severity::kNone),
         .at = morning},
        number,
        morning});
  const std::size_t cdc = institution_of(SimulatedRole::kCdc);
  for_each_contact(index, [&](std::uint32_t contact, rules::ContactLevel level) {
    const std::string contact_number = number + "-" + std::to_string(contact);
    const UnixSeconds exposed = morning.plus(-12 * 3'600);
    sink({cdc,
          contact,
          {.kind = EvidenceKind::kContactFinding, .level = static_cast<std::uint8_t>(level), .at = exposed},
          contact_number,
          morning});
    if (level != rules::ContactLevel::kClose) return;
    sink({cdc,
          contact,
          {.kind = EvidenceKind::kControlOrder,
           .level = static_cast<std::uint8_t>(rules::ControlKind::kCentralIsolation),
           .detail = static_cast<std::uint8_t>(rules::ControlReason::kCloseContact),
           .at = morning},
          contact_number + "-ISO",
          morning});
  });
}

void SimulatedCounty::release_findings(std::uint32_t index, UnixSeconds morning, const FindingSink& sink) const {
  const std::size_t cdc = institution_of(SimulatedRole::kCdc);
  for_each_contact(index, [&](std::uint32_t contact, rules::ContactLevel level) {
    if (level != rules::ContactLevel::kClose) return;
    sink({cdc,
          contact,
          {.kind = EvidenceKind::kControlRelease, .flags = rules::kFlagTestsDone, .at = morning},
          "SIM-CASE-" + std::to_string(index) + "-" + std::to_string(contact) + "-REL",
          morning});
  });
}

void SimulatedCounty::arrival_findings(std::uint32_t index, std::uint32_t night, const FindingSink& sink) const {
  const std::uint64_t which = test_index(index, night);
  if (draw(kArrivalDay, which) % 1'000'000 >= settings_.arrivals_per_million) return;
  const std::uint64_t kind = draw(kArrivalKind, which);
  const UnixSeconds morning = settings_.first_evening.plus(std::int64_t{night} * kSecondsPerDay + 14 * 3'600);
  const UnixSeconds arrived = morning.plus(-static_cast<std::int64_t>(kind % (10 * 3'600)));
  const std::string number = std::to_string(night) + "-" + std::to_string(index);
  const bool abroad = (kind >> 32) % 10 == 0;
  if (abroad) {
    sink({institution_of(SimulatedRole::kBorderPost),
          index,
          {.kind = EvidenceKind::kBorderEntry, .flags = rules::kFlagPortInProvince, .at = arrived},
          "SIM-ENTRY-" + number,
          morning});
  }
  sink({institution_of(SimulatedRole::kCommunity),
        index,
        {.kind = EvidenceKind::kArrival,
         .level = static_cast<std::uint8_t>(abroad ? rules::ArrivedFrom::kAbroad : rules::ArrivedFrom::kOtherProvince),
         .flags = rules::kFlagRegistered,
         .at = arrived},
        "SIM-ARRIVAL-" + number,
        morning});
}

void SimulatedCounty::for_each_finding(std::uint32_t night, const FindingSink& sink) const {
  MINGMA_ASSERT(night < kNightsMax);
  const UnixSeconds morning = settings_.first_evening.plus(std::int64_t{night} * kSecondsPerDay + 14 * 3'600);
  for (std::uint32_t index = 0; index < settings_.residents; ++index) {
    if (const int onset = onset_night(index); onset >= 0) {
      const int since = static_cast<int>(night) - onset;
      if (since == 0) case_findings(index, morning, sink);
      if (since == kIsolationNights) release_findings(index, morning, sink);
      if (since == kCaseNights) {
        sink({institution_of(SimulatedRole::kHospital),
              index,
              {.kind = EvidenceKind::kCaseRelease, .at = morning},
              "SIM-CASE-" + std::to_string(index) + "-OUT",
              morning});
      }
    }
    arrival_findings(index, night, sink);
  }
}

std::vector<SimulatedAreaOrder> SimulatedCounty::area_orders(std::uint32_t night) const {
  std::vector<SimulatedAreaOrder> orders;
  const std::size_t command = institution_of(SimulatedRole::kCommand);
  const UnixSeconds morning = settings_.first_evening.plus(std::int64_t{night} * kSecondsPerDay + 14 * 3'600);
  if (night == 0) {
    orders.push_back(
        {"SIM-ORDER-COUNTY", command, settings_.county, "low", "none", 48, morning, morning.plus(14 * kSecondsPerDay)});
  }
  for (std::uint32_t township = 0; night == 1 && township < settings_.townships; ++township) {
    if (!is_outbreak(township)) continue;
    const DivisionCode area{settings_.county.value + 1 + township};
    orders.push_back({"SIM-ORDER-" + area.to_string(), command, area, "high", "lockdown", 24, morning,
                      morning.plus(kIsolationNights * kSecondsPerDay)});
  }
  return orders;
}

std::string SimulatedCounty::finding_json(const SimulatedFinding& finding) const {
  const PersonIdentity person = resident(finding.resident).person;
  const Json::Object document{
      {"document_type", "resident_id"}, {"document_number", person.number}, {"name", person.name}};
  Json json{Json::Object{{"type", "statement"},
                         {"institution", institutions_[finding.institution].id},
                         {"person", document},
                         {"evidence", rules::evidence_to_json(finding.evidence)},
                         {"source_record", finding.source_record},
                         {"signed_at", finding.signed_at.to_string()}}};
  return json.to_string();
}

std::string SimulatedCounty::area_order_json(const SimulatedAreaOrder& order) const {
  Json json{Json::Object{{"type", "area_order"},
                         {"number", order.number},
                         {"issuer", institutions_[order.institution].id},
                         {"area", order.area.to_string()},
                         {"level", std::string(order.level)},
                         {"lockdown", std::string(order.lockdown)},
                         {"test_interval_hours", static_cast<std::int64_t>(order.test_interval_hours)},
                         {"from", order.from.to_string()},
                         {"until", order.until.to_string()}}};
  return json.to_string();
}

}  // namespace mingma::feed
