#include "feed/fhir_resource.h"
#include "feed/terminology.h"

namespace mingma::feed {

namespace {

Result<Standing> observation_standing(std::string_view status, const Path& path) {
  if (status == "final") return Standing::kFinal;
  if (status == "corrected" || status == "amended") return Standing::kCorrected;
  if (status == "entered-in-error") return Standing::kWithdrawn;
  if (status == "preliminary" || status == "registered")
    return fhir_error(errors::kFeedPreliminary, "the result is not final", path, "status");
  if (status == "cancelled") return fhir_error(errors::kFeedNotDone, "the test was cancelled", path, "status");
  if (status == "unknown") return fhir_error(errors::kFeedStatusUnknown, "the status is unknown", path, "status");
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

Result<rules::TestMethod> method_of(const TestedFor& test, const Path& path) {
  switch (test.kind) {
    case TestKind::kMolecular:
      return rules::TestMethod::kMolecular;
    case TestKind::kAntigen:
      return rules::TestMethod::kAntigen;
    case TestKind::kAntibody:
      return fhir_error(errors::kFeedAntibody, "an antibody test says nothing about infection now", path, "code");
    case TestKind::kQuestion:
      return fhir_error(errors::kFeedQuestion, "a question asked at order entry", path, "code");
    case TestKind::kPanel:
      return fhir_error(errors::kFeedPanel, "a code for several viruses does not say which was found", path, "code");
    case TestKind::kOtherTest:
      return fhir_error(errors::kFeedNotSarsCov2, "not a test for SARS-CoV-2", path, "code");
    case TestKind::kBadCheckDigit:
      return fhir_error(errors::kFeedInvalidCode, "not a LOINC code: its check digit is wrong", path, "code");
    case TestKind::kUnknown:
      break;
  }
  return fhir_error(errors::kFeedNoUsableCode, "no LOINC or SNOMED CT code", path, "code");
}

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

// Of several codings the first that names a SARS-CoV-2 test counts; else the first that we know at all.
Result<TestedFor> read_test_code(const Members<kCount>& members, const Path& path) {
  TestedFor best;
  if (!members.has(kCode)) return best;
  const Path at{&path, "code", 0};
  MINGMA_CHECK(for_each_coding(members.at(kCode), at, [&](const Coding& coding) {
    const TestKind kind = classify_test(coding.system, coding.code);
    const bool is_test = kind == TestKind::kMolecular || kind == TestKind::kAntigen;
    const bool had_test = best.kind == TestKind::kMolecular || best.kind == TestKind::kAntigen;
    if (best.kind == TestKind::kUnknown || (is_test && !had_test)) best = {kind, coding.code};
  }));
  return best;
}

Result<PersonIdentity> read_person(const FhirScope& scope, const Members<kCount>& members, const Path& path,
                                   const ReportFacts* report) {
  const Path at{&path, "subject", 0};
  if (members.has(kSubject)) return read_subject(scope, members.at(kSubject), at);
  if (report != nullptr && report->subject) return read_subject(scope, *report->subject, at);
  return fhir_error(errors::kFeedMissingIdentity, "missing", at);
}

Result<SpecimenFacts> read_own_specimen(const FhirScope& scope, const Members<kCount>& members, const Path& path) {
  if (!members.has(kSpecimenReference)) return SpecimenFacts{};
  const Path at{&path, "specimen", 0};
  return read_specimen(scope, members.at(kSpecimenReference), at);
}

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
    if (!number.empty()) return read_source_record(number, code, path, "identifier");
  }
  MINGMA_TRY(const auto identifiers, members.array(kIdentifierList, path));
  MINGMA_TRY(const std::string_view own, first_identifier(identifiers, path, "FILL"));
  if (!own.empty()) return read_source_record(own, {}, path, "identifier");
  if (!specimen.number.empty()) return read_source_record(specimen.number, code, path, "specimen");
  if (!message_number.empty()) return read_source_record(message_number, code, path, "identifier");
  MINGMA_TRY(const std::string_view id, members.text(kId, path));
  if (!id.empty()) return read_source_record("Observation/" + std::string(id), {}, path, "id");
  return fhir_error(errors::kFeedMissingRecord, "no identifier of the report, the result or the specimen", path,
                    "identifier");
}

}  // namespace

Result<FeedStatement> read_observation(FhirScope scope, const Element& element, const Path& path,
                                       const ReportFacts* report) {
  MINGMA_TRY(const auto members, Members<kCount>::read(element, kNames, path));
  MINGMA_TRY(const TestedFor test, read_test_code(members, path));
  MINGMA_TRY(const rules::TestMethod method, method_of(test, path));
  MINGMA_CHECK(check_production(members.has(kMeta) ? &members.at(kMeta) : nullptr, path));
  MINGMA_TRY(const std::string_view status, members.text(kStatus, path));
  MINGMA_TRY(Standing standing, observation_standing(status, path));
  if (report != nullptr) standing = with_report(standing, report->status);
  MINGMA_TRY(const TestOutcome outcome, read_value(members, path));
  const std::optional<rules::TestResult> result = usable_result(outcome.kind);
  if (!result && standing == Standing::kFinal) {
    const ErrorInfo& reason = outcome.kind == ResultKind::kNotDone ? errors::kFeedNotDone : errors::kFeedNoUsableValue;
    return fhir_error(reason, "neither positive, negative nor inconclusive", path, kNames[kValueConcept]);
  }
  if (members.has(kContained)) {
    MINGMA_TRY(scope.contained, members.array(kContained, path));
  }
  FeedStatement statement;
  MINGMA_TRY(statement.person, read_person(scope, members, path, report));
  MINGMA_TRY(const SpecimenFacts specimen, read_own_specimen(scope, members, path));
  MINGMA_TRY(statement.source_record, record_number(scope, members, path, specimen, report, test.code));
  MINGMA_TRY(const bool duplicate, says_duplicate(members, path));
  set_action(statement, standing, result.has_value(), duplicate);
  rules::Evidence& evidence = statement.evidence;
  evidence.kind = rules::EvidenceKind::kTestResult;
  if (statement.action == shard::StatementAction::kWithdraw) return statement;  // it says nothing else

  MINGMA_TRY(const TimeText sampled, sampled_text(members, path, specimen, report));
  MINGMA_TRY(const std::string_view issued, members.text(kIssued, path));
  const TimeText reported{issued.empty() && report != nullptr ? report->issued : issued, "issued"};
  MINGMA_TRY(const EvidenceTimes times, read_times(scope, sampled, reported, path));
  evidence.at = times.at;
  evidence.until = times.until;
  evidence.level = static_cast<std::uint8_t>(*result);
  evidence.detail = static_cast<std::uint8_t>(method);
  evidence.flags = outcome.pooled ? rules::kFlagPooled : 0;
  return statement;
}

}  // namespace mingma::feed
