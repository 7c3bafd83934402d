#include <charconv>

#include "feed/fhir_resource.h"
#include "feed/terminology.h"

namespace mingma::feed {

namespace {

enum Member : std::size_t {
  kId,
  kMeta,
  kIdentifierList,
  kStatus,
  kVaccine,
  kPatientReference,
  kOccurrence,
  kProtocol,
  kContained,
  kCount
};
constexpr std::array<std::string_view, kCount> kNames{"id",          "meta",    "identifier",         "status",
                                                      "vaccineCode", "patient", "occurrenceDateTime", "protocolApplied",
                                                      "contained"};
constexpr std::array<std::string_view, 3> kProtocolNames{"doseNumberPositiveInt", "doseNumberString", "targetDisease"};

struct Protocol {
  bool covid = false;
  int dose = 0;  // 0: not given
};

Result<int> read_dose(const Members<3>& members, const Path& path) {
  std::int64_t dose = 0;
  if (members.has(0)) {
    if (members.at(0).get(dose) != simdjson::SUCCESS)
      return fhir_error(errors::kFeedNotFhir, "not an integer", path, kProtocolNames[0]);
  } else {
    MINGMA_TRY(const std::string_view text, members.text(1, path));
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), dose);
    if (error != std::errc() || end != text.data() + text.size()) dose = 0;  // "dose number unknown"
  }
  return dose >= 1 && dose <= 20 ? static_cast<int>(dose) : 0;
}

// The dose of the first protocol against COVID-19, else of the first one.
Result<Protocol> read_protocol(const Members<kCount>& members, const Path& path) {
  Protocol best;
  bool first = true;
  MINGMA_TRY(const auto protocols, members.array(kProtocol, path));
  MINGMA_CHECK(
      for_each(protocols, path, "protocolApplied", [&](const Element& element, const Path& at) -> Result<void> {
        MINGMA_TRY(const auto fields, Members<3>::read(element, kProtocolNames, at));
        Protocol protocol;
        MINGMA_TRY(const auto targets, fields.array(2, at));
        MINGMA_CHECK(for_each(targets, at, "targetDisease", [&](const Element& target, const Path& at_target) {
          return for_each_coding(target, at_target, [&](const Coding& coding) {
            protocol.covid |= is_covid_target(coding.system, coding.code);
          });
        }));
        MINGMA_TRY(protocol.dose, read_dose(fields, at));
        if (first || (protocol.covid && !best.covid)) best = protocol;
        first = false;
        return {};
      }));
  return best;
}

Result<Standing> standing_of(std::string_view status, const Path& path) {
  if (status == "completed") return Standing::kFinal;
  if (status == "entered-in-error") return Standing::kWithdrawn;
  if (status == "not-done") return fhir_error(errors::kFeedNotDone, "the vaccine was not given", path, "status");
  return fhir_error(errors::kFeedInvalidCode, "missing, or no status of an Immunization", path, "status");
}

Result<void> check_vaccine(const Members<kCount>& members, const Path& path, bool covid_target) {
  if (!members.has(kVaccine)) return fhir_error(errors::kFeedNotFhir, "missing", path, "vaccineCode");
  bool covid = false;
  bool known_system = false;  // a code of a system we do not know says nothing, not even that it is another vaccine
  const Path at{&path, "vaccineCode", 0};
  MINGMA_CHECK(for_each_coding(members.at(kVaccine), at, [&](const Coding& coding) {
    covid |= is_covid_vaccine(coding.system, coding.code);
    known_system |= is_vaccine_system(coding.system);
  }));
  if (covid || covid_target) return {};
  if (!known_system) return fhir_error(errors::kFeedNoUsableCode, "no coded vaccine", path, "vaccineCode");
  return fhir_error(errors::kFeedNotSarsCov2, "not a known vaccine against COVID-19", path, "vaccineCode");
}

}  // namespace

Result<FeedStatement> read_immunization(FhirScope scope, const Element& element, const Path& path) {
  MINGMA_TRY(const auto members, Members<kCount>::read(element, kNames, path));
  MINGMA_TRY(const Protocol protocol, read_protocol(members, path));
  MINGMA_CHECK(check_vaccine(members, path, protocol.covid));
  MINGMA_CHECK(check_production(members.has(kMeta) ? &members.at(kMeta) : nullptr, path));
  MINGMA_TRY(const std::string_view status, members.text(kStatus, path));
  MINGMA_TRY(const Standing standing, standing_of(status, path));
  if (members.has(kContained)) {
    MINGMA_TRY(scope.contained, members.array(kContained, path));
  }
  if (!members.has(kPatientReference)) return fhir_error(errors::kFeedMissingIdentity, "missing", path, "patient");
  FeedStatement statement;
  const Path at_patient{&path, "patient", 0};
  MINGMA_TRY(statement.person, read_subject(scope, members.at(kPatientReference), at_patient));

  MINGMA_TRY(const auto identifiers, members.array(kIdentifierList, path));
  MINGMA_TRY(const std::string_view number, first_identifier(identifiers, path, {}));
  MINGMA_TRY(const std::string_view id, members.text(kId, path));
  if (number.empty() && id.empty())
    return fhir_error(errors::kFeedMissingRecord, "no identifier of the vaccination", path, "identifier");
  const std::string own = number.empty() ? "Immunization/" + std::string(id) : std::string(number);
  MINGMA_TRY(statement.source_record, read_source_record(own, {}, path, "identifier"));
  set_action(statement, standing, true, false);

  statement.evidence.kind = rules::EvidenceKind::kVaccination;
  if (statement.action == shard::StatementAction::kWithdraw) return statement;

  MINGMA_TRY(const std::string_view occurrence, members.text(kOccurrence, path));
  MINGMA_TRY(const EvidenceTimes times, read_times(scope, {occurrence, "occurrenceDateTime"}, {}, path));
  if (protocol.dose == 0)
    return fhir_error(errors::kFeedMissingDose, "the dose number is missing, or not from 1 to 20", path,
                      "protocolApplied");
  statement.evidence.at = times.at;
  statement.evidence.level = static_cast<std::uint8_t>(protocol.dose);
  return statement;
}

}  // namespace mingma::feed
