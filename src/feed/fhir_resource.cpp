#include "feed/fhir_resource.h"

#include "feed/feed_time.h"
#include "feed/terminology.h"

namespace mingma::feed {

namespace {

using rules::Evidence;
using rules::EvidenceKind;
using shard::StatementAction;

// What became of a result: it stands, it replaces what was said before, or nothing of it stands.
enum class Standing : std::uint8_t { kFinal, kCorrected, kWithdrawn };

Error ignored(const ErrorInfo& info, std::string_view message, const Path& path, std::string_view member = {}) {
  return fhir_error(info, message, path, member);
}

Result<Standing> observation_standing(std::string_view status, const Path& path) {
  if (status == "final") return Standing::kFinal;
  if (status == "corrected" || status == "amended") return Standing::kCorrected;
  if (status == "entered-in-error") return Standing::kWithdrawn;
  if (status == "preliminary" || status == "registered")
    return ignored(errors::kFeedPreliminary, "the result is not final", path, "status");
  if (status == "cancelled") return ignored(errors::kFeedNotDone, "the test was cancelled", path, "status");
  if (status == "unknown") return ignored(errors::kFeedStatusUnknown, "the status is unknown", path, "status");
  return fhir_error(errors::kFeedInvalidCode, "missing, or no status of an Observation", path, "status");
}

// A report's status covers all its results; it can only take validity away.
Standing with_report(Standing standing, std::string_view report_status) {
  if (report_status == "entered-in-error") return Standing::kWithdrawn;
  if ((report_status == "corrected" || report_status == "amended") && standing == Standing::kFinal)
    return Standing::kCorrected;
  return standing;
}

struct TestedFor {
  TestKind kind = TestKind::kUnknown;
  std::string_view code;
};

// Of several codings the first that names a SARS-CoV-2 test counts; else the first that we know at all.
Result<TestedFor> read_test_code(const Element& code, const Path& path) {
  TestedFor best;
  MINGMA_CHECK(for_each_coding(code, path, [&](const Coding& coding) {
    const TestKind kind = classify_test(coding.system, coding.code);
    const bool is_test = kind == TestKind::kMolecular || kind == TestKind::kAntigen;
    const bool had_test = best.kind == TestKind::kMolecular || best.kind == TestKind::kAntigen;
    if (best.kind == TestKind::kUnknown || (is_test && !had_test)) best = {kind, coding.code};
  }));
  return best;
}

Result<rules::TestMethod> method_of(const TestedFor& test, const Path& path) {
  switch (test.kind) {
    case TestKind::kMolecular:
      return rules::TestMethod::kMolecular;
    case TestKind::kAntigen:
      return rules::TestMethod::kAntigen;
    case TestKind::kAntibody:
      return ignored(errors::kFeedAntibody, "an antibody test says nothing about infection now", path, "code");
    case TestKind::kQuestion:
      return ignored(errors::kFeedQuestion, "a question asked at order entry", path, "code");
    case TestKind::kPanel:
      return ignored(errors::kFeedPanel, "a code for several viruses does not say which was found", path, "code");
    case TestKind::kOtherTest:
      return ignored(errors::kFeedNotSarsCov2, "not a test for SARS-CoV-2", path, "code");
    case TestKind::kBadCheckDigit:
      return fhir_error(errors::kFeedInvalidCode, "not a LOINC code: its check digit is wrong", path, "code");
    case TestKind::kUnknown:
      break;
  }
  return ignored(errors::kFeedNoUsableCode, "no LOINC or SNOMED CT code", path, "code");
}

struct TimeText {
  std::string_view text;
  std::string_view member;  // for the place
};

Result<EvidenceTimes> read_times(const FhirScope& scope, const TimeText& sampled, const TimeText& reported,
                                 const Path& path) {
  const FeedContext& context = scope.context;
  if (sampled.text.empty())
    return fhir_error(errors::kFeedMissingTime, "the time of sampling or vaccination is missing", path, sampled.member);
  const auto placed = [&](const Error& error, std::string_view member) {
    return fhir_error(error.info(), error.message(), path, member);
  };
  auto at = parse_fhir_time(sampled.text, context.laboratory_offset_seconds);
  if (!at.ok()) return placed(at.error(), sampled.member);
  std::optional<FeedTime> until;
  if (!reported.text.empty()) {
    auto parsed = parse_fhir_time(reported.text, context.laboratory_offset_seconds);
    if (!parsed.ok()) return placed(parsed.error(), reported.member);
    until = *parsed;
  }
  auto times = combine_times(*at, until, context.received_at);
  if (!times.ok())
    return placed(times.error(), times.error().is(errors::kFeedTimesContradict) ? reported.member : sampled.member);
  return times;
}

Result<std::string> source_record(std::string_view number, std::string_view suffix, const Path& path,
                                  std::string_view member) {
  std::string record(number);
  if (!suffix.empty()) record.append("#").append(suffix);
  if (record.size() > kSourceRecordBytesMax)
    return fhir_error(errors::kFeedTooLarge, "the record number is longer than 64 bytes", path, member);
  if (has_control_character(record))
    return fhir_error(errors::kFeedInvalidText, "a control character in the record number", path, member);
  return record;
}

void set_action(FeedStatement& statement, Standing standing, bool usable, bool duplicate) {
  if (standing == Standing::kFinal) return;
  statement.earlier_record = statement.source_record;
  const bool withdrawn = standing == Standing::kWithdrawn || !usable;
  statement.action = withdrawn ? StatementAction::kWithdraw : StatementAction::kReplace;
  statement.reason = standing == Standing::kCorrected ? "amended" : duplicate ? "duplicate" : "entered_in_error";
}

namespace observation {

enum Member : std::size_t {
  kId,
  kMeta,
  kIdentifierList,
  kStatus,
  kCode,
  kSubject,
  kEffective,
  kEffectivePeriod,
  kEffectiveInstant,
  kIssued,
  kValueConcept,
  kValueString,
  kSpecimenReference,
  kContained,
  kNote,
  kCount
};
constexpr std::array<std::string_view, kCount> kNames{"id",
                                                      "meta",
                                                      "identifier",
                                                      "status",
                                                      "code",
                                                      "subject",
                                                      "effectiveDateTime",
                                                      "effectivePeriod",
                                                      "effectiveInstant",
                                                      "issued",
                                                      "valueCodeableConcept",
                                                      "valueString",
                                                      "specimen",
                                                      "contained",
                                                      "note"};

Result<TestOutcome> read_value(const Members<kCount>& members, const Path& path) {
  TestOutcome outcome;
  if (members.has(kValueConcept)) {
    const Path at{&path, "valueCodeableConcept", 0};
    MINGMA_CHECK(for_each_coding(members.at(kValueConcept), at, [&](const Coding& coding) {
      if (outcome.kind == ResultKind::kUnknown) outcome = classify_result(coding.system, coding.code);
    }));
  } else if (members.has(kValueString)) {
    MINGMA_TRY(const std::string_view word, members.text(kValueString, path));
    outcome = classify_result_word(word);
  }
  return outcome;
}

Result<bool> says_duplicate(const Members<kCount>& members, const Path& path) {
  static constexpr std::array<std::string_view, 1> kText{"text"};
  bool duplicate = false;
  MINGMA_TRY(const auto notes, members.array(kNote, path));
  MINGMA_CHECK(for_each(notes, path, "note", [&](const Element& note, const Path& at) -> Result<void> {
    MINGMA_TRY(const auto fields, Members<1>::read(note, kText, at));
    MINGMA_TRY(const std::string_view text, fields.text(0, at));
    if (text.find("DUPLICATE_TEST") != std::string_view::npos) duplicate = true;
    return {};
  }));
  return duplicate;
}

Result<TimeText> sampled_text(const Members<kCount>& members, const Path& path, const SpecimenFacts& specimen,
                              const ReportFacts* report) {
  if (!specimen.collected.empty()) return TimeText{specimen.collected, "specimen"};
  for (const Member member : {kEffective, kEffectiveInstant}) {
    MINGMA_TRY(const std::string_view text, members.text(member, path));
    if (!text.empty()) return TimeText{text, kNames[member]};
  }
  if (members.has(kEffectivePeriod)) {
    const Path at{&path, "effectivePeriod", 0};
    MINGMA_TRY(const std::string_view text, read_period(members.at(kEffectivePeriod), at));
    if (!text.empty()) return TimeText{text, kNames[kEffectivePeriod]};
  }
  if (report != nullptr && !report->specimen.collected.empty())
    return TimeText{report->specimen.collected, "effectiveDateTime"};
  if (report != nullptr) return TimeText{report->effective, "effectiveDateTime"};
  return TimeText{{}, "effectiveDateTime"};
}

// A report's number covers several results, so the test's code is added to it; an Observation's own number stands
// alone.
Result<std::string> record_number(const FhirScope& scope, const Members<kCount>& members, const Path& path,
                                  const SpecimenFacts& specimen, const ReportFacts* report, std::string_view code) {
  const std::string_view message_number = scope.bundle == nullptr ? std::string_view() : scope.bundle->identifier;
  if (report != nullptr) {
    const std::string_view number = report->number.empty() ? message_number : report->number;
    if (!number.empty()) return source_record(number, code, path, "identifier");
  }
  MINGMA_TRY(const auto identifiers, members.array(kIdentifierList, path));
  MINGMA_TRY(const std::string_view own, first_identifier(identifiers, path, "FILL"));
  if (!own.empty()) return source_record(own, {}, path, "identifier");
  if (!specimen.number.empty()) return source_record(specimen.number, code, path, "specimen");
  if (!message_number.empty()) return source_record(message_number, code, path, "identifier");
  MINGMA_TRY(const std::string_view id, members.text(kId, path));
  if (!id.empty()) return source_record("Observation/" + std::string(id), {}, path, "id");
  return fhir_error(errors::kFeedMissingRecord, "no identifier of the report, the result or the specimen", path,
                    "identifier");
}

}  // namespace observation

namespace immunization {

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
  if (status == "not-done") return ignored(errors::kFeedNotDone, "the vaccine was not given", path, "status");
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
  if (!known_system) return ignored(errors::kFeedNoUsableCode, "no coded vaccine", path, "vaccineCode");
  return ignored(errors::kFeedNotSarsCov2, "not a known vaccine against COVID-19", path, "vaccineCode");
}

}  // namespace immunization

}  // namespace

Result<ReportFacts> read_report(const FhirScope& outer, const Element& report, const Path& path) {
  enum Member : std::size_t {
    kStatus,
    kIdentifierList,
    kEffective,
    kEffectivePeriod,
    kIssued,
    kSpecimenList,
    kSubject,
    kResult,
    kContained,
    kCount
  };
  static constexpr std::array<std::string_view, kCount> kNames{"status",          "identifier", "effectiveDateTime",
                                                               "effectivePeriod", "issued",     "specimen",
                                                               "subject",         "result",     "contained"};
  MINGMA_TRY(const auto members, Members<kCount>::read(report, kNames, path));
  ReportFacts facts;
  MINGMA_TRY(facts.status, members.text(kStatus, path));
  MINGMA_TRY(const auto identifiers, members.array(kIdentifierList, path));
  MINGMA_TRY(facts.number, first_identifier(identifiers, path, "FILL"));
  MINGMA_TRY(facts.effective, members.text(kEffective, path));
  if (facts.effective.empty() && members.has(kEffectivePeriod)) {
    const Path at{&path, "effectivePeriod", 0};
    MINGMA_TRY(facts.effective, read_period(members.at(kEffectivePeriod), at));
  }
  MINGMA_TRY(facts.issued, members.text(kIssued, path));
  MINGMA_TRY(facts.results, members.array(kResult, path));
  MINGMA_TRY(facts.contained, members.array(kContained, path));
  if (members.has(kSubject)) facts.subject = members.at(kSubject);
  FhirScope scope = outer;
  scope.contained = facts.contained;
  MINGMA_TRY(const auto specimens, members.array(kSpecimenList, path));
  MINGMA_CHECK(for_each(specimens, path, "specimen", [&](const Element& element, const Path& at) -> Result<void> {
    if (!facts.specimen.collected.empty() || !facts.specimen.number.empty()) return {};
    MINGMA_TRY(facts.specimen, read_specimen(scope, element, at));
    return {};
  }));
  return facts;
}

Result<FeedStatement> read_observation(FhirScope scope, const Element& element, const Path& path,
                                       const ReportFacts* report) {
  using namespace observation;
  MINGMA_TRY(const auto members, Members<kCount>::read(element, kNames, path));
  const Path at_code{&path, "code", 0};
  TestedFor test;
  if (members.has(kCode)) {
    MINGMA_TRY(test, read_test_code(members.at(kCode), at_code));
  }
  MINGMA_TRY(const rules::TestMethod method, method_of(test, path));
  if (members.has(kMeta)) {
    const Path at{&path, "meta", 0};
    MINGMA_TRY(const bool not_production, is_not_production(members.at(kMeta), at));
    if (not_production) return ignored(errors::kFeedNotProduction, "marked as test data", path, "meta");
  }
  MINGMA_TRY(const std::string_view status, members.text(kStatus, path));
  MINGMA_TRY(Standing standing, observation_standing(status, path));
  if (report != nullptr) standing = with_report(standing, report->status);

  MINGMA_TRY(const TestOutcome outcome, read_value(members, path));
  const bool usable = outcome.kind != ResultKind::kUnknown && outcome.kind != ResultKind::kNotEvaluable &&
                      outcome.kind != ResultKind::kNotDone;
  if (!usable && standing == Standing::kFinal) {
    const bool not_done = outcome.kind == ResultKind::kNotDone;
    return ignored(not_done ? errors::kFeedNotDone : errors::kFeedNoUsableValue,
                   "neither positive, negative nor inconclusive", path, "valueCodeableConcept");
  }

  if (members.has(kContained)) {
    MINGMA_TRY(scope.contained, members.array(kContained, path));
  }
  FeedStatement statement;
  const Path at_subject{&path, "subject", 0};
  if (members.has(kSubject)) {
    MINGMA_TRY(statement.person, read_subject(scope, members.at(kSubject), at_subject));
  } else if (report != nullptr && report->subject) {
    MINGMA_TRY(statement.person, read_subject(scope, *report->subject, at_subject));
  } else {
    return fhir_error(errors::kFeedMissingIdentity, "missing", path, "subject");
  }
  SpecimenFacts specimen;
  if (members.has(kSpecimenReference)) {
    const Path at{&path, "specimen", 0};
    MINGMA_TRY(specimen, read_specimen(scope, members.at(kSpecimenReference), at));
  }
  MINGMA_TRY(statement.source_record, record_number(scope, members, path, specimen, report, test.code));
  MINGMA_TRY(const bool duplicate, says_duplicate(members, path));
  set_action(statement, standing, usable, duplicate);

  Evidence& evidence = statement.evidence;
  evidence.kind = EvidenceKind::kTestResult;
  if (statement.action == StatementAction::kWithdraw) return statement;  // it says nothing else

  MINGMA_TRY(const TimeText sampled, sampled_text(members, path, specimen, report));
  MINGMA_TRY(const std::string_view issued, members.text(kIssued, path));
  const TimeText reported{issued.empty() && report != nullptr ? report->issued : issued, "issued"};
  MINGMA_TRY(const EvidenceTimes times, read_times(scope, sampled, reported, path));
  evidence.at = times.at;
  evidence.until = times.until;
  evidence.detail = static_cast<std::uint8_t>(method);
  evidence.flags = outcome.pooled ? rules::kFlagPooled : 0;
  const rules::TestResult result = outcome.kind == ResultKind::kPositive   ? rules::TestResult::kPositive
                                   : outcome.kind == ResultKind::kNegative ? rules::TestResult::kNegative
                                                                           : rules::TestResult::kInconclusive;
  evidence.level = static_cast<std::uint8_t>(result);
  return statement;
}

Result<FeedStatement> read_immunization(FhirScope scope, const Element& element, const Path& path) {
  using namespace immunization;
  MINGMA_TRY(const auto members, Members<kCount>::read(element, kNames, path));
  MINGMA_TRY(const Protocol protocol, read_protocol(members, path));
  MINGMA_CHECK(check_vaccine(members, path, protocol.covid));
  if (members.has(kMeta)) {
    const Path at{&path, "meta", 0};
    MINGMA_TRY(const bool not_production, is_not_production(members.at(kMeta), at));
    if (not_production) return ignored(errors::kFeedNotProduction, "marked as test data", path, "meta");
  }
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
  MINGMA_TRY(statement.source_record, source_record(own, {}, path, "identifier"));
  set_action(statement, standing, true, false);

  statement.evidence.kind = EvidenceKind::kVaccination;
  if (statement.action == StatementAction::kWithdraw) return statement;

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
