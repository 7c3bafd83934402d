#include "feed/csv_row.h"

#include "feed/errors.h"
#include "feed/feed_time.h"
#include "feed/terminology.h"

namespace mingma::feed {

namespace {

using shard::StatementAction;

enum class Standing : std::uint8_t { kFinal, kCorrected, kWithdrawn, kPreliminary, kNotDone };

class Row {
 public:
  Row(const FeedContext& context, const CsvLayout& layout, const CsvFields& fields)
      : context_(context), layout_(layout), fields_(fields) {}

  Result<FeedStatement> read() const;

 private:
  std::string_view get(CsvColumn column) const { return layout_.get(fields_, column); }
  Error fail(const ErrorInfo& info, std::string_view message, CsvColumn column) const {
    return {info, std::string(message), layout_.place(column)};
  }
  Result<rules::TestMethod> method() const;
  Result<Standing> standing() const;
  Result<std::optional<Standing>> one_status(CsvColumn column) const;
  Result<PersonIdentity> person() const;
  Result<std::string> record(CsvColumn column) const;
  Result<EvidenceTimes> times() const;
  Result<std::optional<FeedTime>> time(CsvColumn column) const;
  TestOutcome outcome() const;

  const FeedContext& context_;
  const CsvLayout& layout_;
  const CsvFields& fields_;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

Result<rules::TestMethod> Row::method() const {
  if (layout_.kind() == CsvLayoutKind::kMinimal) {
    const std::string word = lower(get(CsvColumn::kMethod));
    if (word == "molecular" || word == "核酸") return rules::TestMethod::kMolecular;
    if (word == "antigen" || word == "抗原") return rules::TestMethod::kAntigen;
    if (word == "antibody" || word == "抗体")
      return fail(errors::kFeedAntibody, "an antibody test says nothing about infection now", CsvColumn::kMethod);
    return fail(errors::kFeedInvalidCode, "neither molecular nor antigen", CsvColumn::kMethod);
  }
  const std::string_view code = get(CsvColumn::kTestCode);
  if (code.empty()) return fail(errors::kFeedNoUsableCode, "no LOINC code of the test", CsvColumn::kTestCode);
  switch (classify_test(kLoinc, code)) {
    case TestKind::kMolecular:
      return rules::TestMethod::kMolecular;
    case TestKind::kAntigen:
      return rules::TestMethod::kAntigen;
    case TestKind::kAntibody:
      return fail(errors::kFeedAntibody, "an antibody test says nothing about infection now", CsvColumn::kTestCode);
    case TestKind::kQuestion:
      return fail(errors::kFeedQuestion, "a question asked at order entry", CsvColumn::kTestCode);
    case TestKind::kPanel:
      return fail(errors::kFeedPanel, "a code for several viruses does not say which was found", CsvColumn::kTestCode);
    case TestKind::kBadCheckDigit:
      return fail(errors::kFeedInvalidCode, "not a LOINC code: its check digit is wrong", CsvColumn::kTestCode);
    case TestKind::kOtherTest:
    case TestKind::kUnknown:
      break;
  }
  return fail(errors::kFeedNotSarsCov2, "not a test for SARS-CoV-2", CsvColumn::kTestCode);
}

// HL7 table 0085, as used in these files: F and U final, C corrected, W and D withdrawn, X not done, R I S P O A
// preliminary; the minimal layout also takes words.
Result<std::optional<Standing>> Row::one_status(CsvColumn column) const {
  const std::string word = lower(get(column));
  if (word.empty()) return std::optional<Standing>();
  if (word == "f" || word == "u" || word == "final") return std::optional(Standing::kFinal);
  if (word == "c" || word == "corrected") return std::optional(Standing::kCorrected);
  if (word == "w" || word == "d" || word == "withdrawn") return std::optional(Standing::kWithdrawn);
  if (word == "x" || word == "n") return std::optional(Standing::kNotDone);
  for (const std::string_view open : {"p", "r", "i", "s", "o", "a", "preliminary"}) {
    if (word == open) return std::optional(Standing::kPreliminary);
  }
  return fail(errors::kFeedInvalidCode, "no known status of a result", column);
}

// Up to three columns speak of the status. A corrected order with a withdrawn result is how HL7 v2 says "entered in
// error"; final beside withdrawn, or open beside anything else, contradict each other.
Result<Standing> Row::standing() const {
  std::array<bool, 5> said{};
  bool any = false;
  for (const CsvColumn column : {CsvColumn::kStatus, CsvColumn::kOrderStatus, CsvColumn::kObservationStatus}) {
    MINGMA_TRY(const std::optional<Standing> status, one_status(column));
    if (!status) continue;
    any = true;
    said[static_cast<std::size_t>(*status)] = true;
  }
  if (!any) return Standing::kFinal;
  const auto says = [&](Standing standing) { return said[static_cast<std::size_t>(standing)]; };
  const bool closed = says(Standing::kFinal) || says(Standing::kCorrected) || says(Standing::kWithdrawn);
  const bool open = says(Standing::kPreliminary) || says(Standing::kNotDone);
  if ((closed && open) || (says(Standing::kFinal) && says(Standing::kWithdrawn))) {
    return fail(errors::kFeedStatusContradicts, "the columns of the result's status contradict each other",
                CsvColumn::kStatus);
  }
  for (const Standing strongest : {Standing::kWithdrawn, Standing::kCorrected, Standing::kFinal, Standing::kNotDone}) {
    if (says(strongest)) return strongest;
  }
  return Standing::kPreliminary;
}

Result<PersonIdentity> Row::person() const {
  PersonIdentity person;
  person.name = get(CsvColumn::kName);
  if (person.name.empty()) {
    const std::string_view given = get(CsvColumn::kGivenName);
    person.name = given;
    if (!given.empty() && !get(CsvColumn::kFamilyName).empty()) person.name += ' ';
    person.name += get(CsvColumn::kFamilyName);
  }
  cut_at_character(person.name, kNameBytesMax);
  if (const std::string_view birth = get(CsvColumn::kBirthDate); !birth.empty())
    person.birth_date = parse_birth_date(birth);
  const std::string type = lower(get(CsvColumn::kDocumentType));
  std::string_view system;
  bool is_passport = false;
  if (type == "resident_id" || type == "居民身份证") {
    system = kResidentIdSystem;
  } else if (type == "passport" || type == "护照") {
    is_passport = true;
  } else if (!type.empty() && type != "other" && type != "其他") {
    return fail(errors::kFeedInvalidCode, "none of resident_id, passport, other", CsvColumn::kDocumentType);
  }
  auto set = set_document(person, system, get(CsvColumn::kDocumentNumber), is_passport);
  if (!set.ok()) return fail(set.error().info(), set.error().message(), CsvColumn::kDocumentNumber);
  return person;
}

// A laboratory's report number covers several tests of one specimen, so the test's code is added, as for FHIR reports.
Result<std::string> Row::record(CsvColumn column) const {
  std::string number(get(column));
  if (number.empty()) return fail(errors::kFeedMissingRecord, "missing", column);
  if (layout_.kind() != CsvLayoutKind::kMinimal) number.append("#").append(get(CsvColumn::kTestCode));
  if (number.size() > kSourceRecordBytesMax)
    return fail(errors::kFeedTooLarge, "the record number is longer than 64 bytes", column);
  if (has_control_character(number))
    return fail(errors::kFeedInvalidText, "a control character in the record number", column);
  return number;
}

Result<std::optional<FeedTime>> Row::time(CsvColumn column) const {
  const std::string_view text = get(column);
  if (text.empty()) return std::optional<FeedTime>();
  auto parsed = parse_csv_time(text, context_.laboratory_offset_seconds);
  if (!parsed.ok()) return fail(parsed.error().info(), parsed.error().message(), column);
  return std::optional(*parsed);
}

Result<EvidenceTimes> Row::times() const {
  MINGMA_TRY(std::optional<FeedTime> sampled, time(CsvColumn::kSampledAt));
  CsvColumn reported_column = CsvColumn::kReportedAt;
  MINGMA_TRY(std::optional<FeedTime> reported, time(reported_column));
  if (!reported) {
    reported_column = CsvColumn::kReleasedAt;
    MINGMA_TRY(reported, time(reported_column));
  }
  // The standard layout leaves the sample date out when the sample was tested at once.
  CsvColumn sampled_column = CsvColumn::kSampledAt;
  if (!sampled && layout_.kind() == CsvLayoutKind::kStandard && reported_column == CsvColumn::kReportedAt) {
    sampled = reported;
    sampled_column = reported_column;
  }
  if (!sampled) return fail(errors::kFeedMissingTime, "missing", CsvColumn::kSampledAt);
  auto times = combine_times(*sampled, reported, context_.received_at);
  if (!times.ok()) {
    const bool late = times.error().is(errors::kFeedTimesContradict);
    return fail(times.error().info(), times.error().message(), late ? reported_column : sampled_column);
  }
  return times;
}

TestOutcome Row::outcome() const {
  TestOutcome outcome = classify_result_word(get(CsvColumn::kResult));
  const std::string pooled = lower(get(CsvColumn::kPooled));
  if (pooled == "true" || pooled == "yes" || pooled == "是") outcome.pooled = true;
  return outcome;
}

Result<FeedStatement> Row::read() const {
  MINGMA_TRY(const rules::TestMethod tested_by, method());
  const std::string mode = lower(get(CsvColumn::kProcessingMode));
  if (mode == "t" || mode == "d")
    return fail(errors::kFeedNotProduction, "marked as a test", CsvColumn::kProcessingMode);
  MINGMA_TRY(const Standing stands, standing());
  if (stands == Standing::kPreliminary)
    return fail(errors::kFeedPreliminary, "the result is not final", CsvColumn::kStatus);
  if (stands == Standing::kNotDone) return fail(errors::kFeedNotDone, "the test was not done", CsvColumn::kStatus);
  const TestOutcome found = outcome();
  const std::optional<rules::TestResult> result = usable_result(found.kind);
  if (!result && stands == Standing::kFinal) {
    const ErrorInfo& reason = found.kind == ResultKind::kNotDone ? errors::kFeedNotDone : errors::kFeedNoUsableValue;
    return fail(reason, "neither positive, negative nor inconclusive", CsvColumn::kResult);
  }
  FeedStatement statement;
  MINGMA_TRY(statement.person, person());
  MINGMA_TRY(statement.source_record, record(CsvColumn::kRecord));
  if (stands != Standing::kFinal) {
    const bool names_other = !get(CsvColumn::kEarlierRecord).empty();
    MINGMA_TRY(statement.earlier_record, record(names_other ? CsvColumn::kEarlierRecord : CsvColumn::kRecord));
    const bool withdrawn = stands == Standing::kWithdrawn || !result;
    statement.action = withdrawn ? StatementAction::kWithdraw : StatementAction::kReplace;
    statement.reason = stands == Standing::kCorrected ? "amended" : "entered_in_error";
  }
  statement.evidence.kind = rules::EvidenceKind::kTestResult;
  if (statement.action == StatementAction::kWithdraw) return statement;  // it says nothing else

  MINGMA_TRY(const EvidenceTimes span, times());
  statement.evidence.at = span.at;
  statement.evidence.until = span.until;
  statement.evidence.detail = static_cast<std::uint8_t>(tested_by);
  statement.evidence.flags = found.pooled ? rules::kFlagPooled : 0;
  statement.evidence.level = static_cast<std::uint8_t>(*result);
  return statement;
}

}  // namespace

Result<FeedStatement> read_csv_row(const FeedContext& context, const CsvLayout& layout, const CsvFields& row) {
  return Row(context, layout, row).read();
}

}  // namespace mingma::feed
