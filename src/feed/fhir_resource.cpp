#include "feed/fhir_resource.h"

namespace mingma::feed {

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

Result<std::string> read_source_record(std::string_view number, std::string_view suffix, const Path& path,
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
  statement.action = withdrawn ? shard::StatementAction::kWithdraw : shard::StatementAction::kReplace;
  statement.reason = standing == Standing::kCorrected ? "amended" : duplicate ? "duplicate" : "entered_in_error";
}

Result<void> check_production(const Element* meta, const Path& path) {
  if (meta == nullptr) return {};
  const Path at{&path, "meta", 0};
  MINGMA_TRY(const bool not_production, is_not_production(*meta, at));
  if (not_production) return fhir_error(errors::kFeedNotProduction, "marked as test data", at);
  return {};
}

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

}  // namespace mingma::feed
