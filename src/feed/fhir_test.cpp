#include <gtest/gtest.h>

#include "feed/feed_test_support.h"

namespace mingma::feed {
namespace {

using test::describe;

// A result as our laboratories send it; the parts in braces are replaced by the tests.
std::string observation(std::string_view from = {}, std::string_view to = {}) {
  std::string text =
      R"({"resourceType":"Observation","id":"o1","contained":[{"resourceType":"Patient","id":"p","identifier":)"
      R"([{"system":"urn:oid:2.16.156.10011.1.3","value":"11010519491231002X"}],"name":[{"text":"张三"}],"birthDate":"1949-12-31"}],)"
      R"("identifier":[{"value":"S-1"}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"94500-6"}]},)"
      R"("subject":{"reference":"#p"},"effectiveDateTime":"2022-11-11T08:00:00+08:00","issued":"2022-11-11T20:00:00+08:00",)"
      R"("valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260415000"}]}})";
  if (!from.empty()) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string parse(std::string_view line, UnixSeconds received = test::kReceived) {
  FeedParser parser(FeedFormat::kFhirNdjson, {received});
  LineResult result;
  parser.parse(line, result);
  for (const FeedStatement& statement : result.statements) {
    EXPECT_TRUE(statement.action == shard::StatementAction::kWithdraw ||
                rules::check_evidence(statement.evidence).ok());
  }
  return describe(result);
}

TEST(FhirObservations, OneResultOneStatement) {
  FeedParser parser(FeedFormat::kFhirNdjson, {test::kReceived});
  LineResult result;
  parser.parse(observation(), result);
  ASSERT_EQ(result.statements.size(), 1u);
  EXPECT_EQ(describe(result),
            "add negative molecular 2022-11-11T00:00:00Z .. 2022-11-11T12:00:00Z S-1 of 11010519491231002X");
  const PersonIdentity& person = result.statements[0].person;
  EXPECT_EQ(person.document, DocumentType::kResidentId);
  EXPECT_EQ(person.name, "张三");
  EXPECT_EQ(person.birth_date->to_string(), "1949-12-31");
}

TEST(FhirObservations, StatusDecidesWhatBecomesOfTheResult) {
  const auto with = [](const char* status) {
    return parse(observation(R"("status":"final")", std::string(R"("status":")") + status + '"'));
  };
  EXPECT_TRUE(with("corrected").starts_with("replace negative")) << with("corrected");
  EXPECT_TRUE(with("amended").ends_with("S-1 for S-1 (amended) of 11010519491231002X")) << with("amended");
  EXPECT_TRUE(with("entered-in-error").ends_with("S-1 for S-1 (entered_in_error) of 11010519491231002X"));
  EXPECT_TRUE(with("entered-in-error").starts_with("withdraw"));
  EXPECT_EQ(with("preliminary"), "ignored feed.preliminary at /status");
  EXPECT_EQ(with("registered"), "ignored feed.preliminary at /status");
  EXPECT_EQ(with("cancelled"), "ignored feed.not_done at /status");
  EXPECT_EQ(with("unknown"), "ignored feed.status_unknown at /status");
  EXPECT_EQ(with("Final"), "rejected feed.invalid_code at /status");
}

TEST(FhirObservations, ACorrectionToNoResultWithdraws) {
  std::string line = observation("260415000", "373121007");
  EXPECT_EQ(parse(line), "ignored feed.not_done at /valueCodeableConcept");
  line.replace(line.find("\"final\""), 7, "\"corrected\"");
  EXPECT_TRUE(parse(line).starts_with("withdraw S-1")) << parse(line);
}

TEST(FhirObservations, AWithdrawalNeedsNoTime) {
  std::string line = observation(R"("status":"final")", R"("status":"entered-in-error")");
  line.replace(line.find("2022-11-11T08"), 13, "2002-11-11T08");
  EXPECT_TRUE(parse(line).starts_with("withdraw")) << parse(line);
}

TEST(FhirObservations, WhatIsNoEvidenceIsIgnoredWithItsReason) {
  EXPECT_EQ(parse(observation("94500-6", "94563-4")), "ignored feed.antibody at /code");
  EXPECT_EQ(parse(observation("94500-6", "95419-8")), "ignored feed.question at /code");
  EXPECT_EQ(parse(observation("94500-6", "95423-0")), "ignored feed.panel at /code");
  EXPECT_EQ(parse(observation("94500-6", "80382-5")), "ignored feed.not_sars_cov_2 at /code");
  EXPECT_EQ(parse(observation("94500-6", "94558-5")), "rejected feed.invalid_code at /code");
  EXPECT_EQ(parse(observation("http://loinc.org", "http://terminology.hl7.org/CodeSystem/data-absent-reason")),
            "ignored feed.no_usable_code at /code");
  EXPECT_EQ(parse(observation("260415000", "840539006")), "ignored feed.no_usable_value at /valueCodeableConcept");
  EXPECT_EQ(parse(observation("260415000", "455371000124106")),
            "ignored feed.no_usable_value at /valueCodeableConcept");
  EXPECT_EQ(parse(observation(
                R"("id":"o1")",
                R"("id":"o1","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0103","code":"T"}]})")),
            "ignored feed.not_production at /meta");
  EXPECT_EQ(
      parse(observation(
          R"("id":"o1")",
          R"("id":"o1","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]})")),
      "ignored feed.not_production at /meta");
  EXPECT_EQ(parse(R"({"resourceType":"Practitioner"})"), "ignored feed.other_resource");
}

TEST(FhirObservations, PooledAndInconclusiveResultsAreKept) {
  EXPECT_TRUE(parse(observation("260415000", "462371000124108")).starts_with("add positive molecular pooled"));
  EXPECT_TRUE(parse(observation("260415000", "419984006")).starts_with("add inconclusive"));
}

TEST(FhirObservations, TimesOutOfRangeAreRefusedWithTheirPlace) {
  EXPECT_EQ(parse(observation("2022-11-11T08", "2012-11-11T08")),
            "rejected feed.time_out_of_range at /effectiveDateTime");
  EXPECT_EQ(parse(observation("2022-11-11T20", "2022-11-10T20")), "rejected feed.times_contradict at /issued");
  EXPECT_EQ(parse(observation("2022-11-11T20", "2022-11-31T20")), "rejected feed.invalid_time at /issued");
  EXPECT_EQ(parse(observation(R"("effectiveDateTime")", R"("effectiveTiming")")),
            "rejected feed.missing_time at /effectiveDateTime");
  const UnixSeconds two_days_before{1'668'124'800 - 2 * kSecondsPerDay};
  EXPECT_EQ(parse(observation(), two_days_before), "rejected feed.time_out_of_range at /effectiveDateTime");
}

TEST(FhirObservations, ThePersonMustBeInTheRecord) {
  EXPECT_EQ(parse(observation("#p", "#q")), "rejected feed.unresolved_subject at /subject/reference");
  EXPECT_EQ(parse(observation("11010519491231002X", "110105194912310021")),
            "rejected feed.invalid_identity at /subject/identifier/0/value");
  EXPECT_EQ(parse(observation(R"("value":"11010519491231002X")", R"("use":"official")")),
            "rejected feed.missing_identity at /subject");
  const std::string logical =
      observation(R"({"reference":"#p"})",
                  R"({"identifier":{"system":"urn:oid:2.16.156.10011.1.3","value":"11010519491231002X"}})");
  EXPECT_TRUE(parse(logical).ends_with("of 11010519491231002X")) << parse(logical);
}

TEST(FhirObservations, AResidentIdComesBeforeOtherNumbers) {
  const std::string line = observation(
      R"("identifier":[{"system":"urn:oid)",
      R"("identifier":[{"system":"https://hospital.example","value":"77"},{"use":"old","value":"1"},{"system":"urn:oid)");
  EXPECT_TRUE(parse(line).ends_with("of 11010519491231002X")) << parse(line);
}

TEST(FhirObservations, ASourceRecordIsNeededAndMayBeTheSpecimens) {
  std::string line = observation(R"("identifier":[{"value":"S-1"}],)", R"("specimen":{"identifier":{"value":"T-9"}},)");
  EXPECT_NE(parse(line).find(" T-9#94500-6 "), std::string::npos) << parse(line);
  line = observation(R"("identifier":[{"value":"S-1"}],)", "");
  EXPECT_NE(parse(line).find(" Observation/o1 "), std::string::npos) << parse(line);
  line.replace(line.find(R"("id":"o1",)"), 10, "");
  EXPECT_EQ(parse(line), "rejected feed.missing_record at /identifier");
  EXPECT_EQ(parse(observation("S-1", std::string(65, 'x'))), "rejected feed.too_large at /identifier");
}

TEST(FhirObservations, TheSpecimensTimeComesBeforeTheResults) {
  const std::string line = observation(
      R"("contained":[)",
      R"("specimen":{"reference":"#s"},"contained":[{"resourceType":"Specimen","id":"s","collection":{"collectedDateTime":"2022-11-10T08:00:00+08:00"}},)");
  EXPECT_TRUE(parse(line).starts_with("add negative molecular 2022-11-10T00:00:00Z")) << parse(line);
}

TEST(FhirDocuments, AMemberThatOccursTwiceIsRefused) {
  EXPECT_EQ(parse(observation(R"("status":"final")", R"("status":"final","status":"cancelled")")),
            "rejected feed.duplicate_field at /status");
}

TEST(FhirDocuments, WrongTypesAreRefusedWithTheirPlace) {
  EXPECT_EQ(parse(observation(R"("status":"final")", R"("status":1)")), "rejected feed.not_fhir at /status");
  EXPECT_EQ(parse(observation(R"("contained":[)", R"("note":[{"text":7}],"contained":[)")),
            "rejected feed.not_fhir at /note/0/text");
  EXPECT_EQ(parse("[]"), "rejected feed.not_fhir");
  EXPECT_EQ(parse("{}"), "rejected feed.not_fhir at /resourceType");
}

TEST(FhirDocuments, BadJsonAndTextAreRefused) {
  EXPECT_EQ(parse("{"), "rejected feed.invalid_json");
  EXPECT_EQ(parse(observation() + "}"), "rejected feed.invalid_json");
  EXPECT_EQ(parse("MSH|^~\\&|LAB"), "rejected feed.invalid_json");  // HL7 v2 is out of scope
  EXPECT_EQ(parse(observation("张三", "\xD5\xC5")), "rejected feed.invalid_text");
  EXPECT_EQ(parse(std::string(100, '[') + std::string(100, ']')), "rejected feed.too_large");
  EXPECT_EQ(parse(std::string(kRecordBytesMax + 1, ' ')), "rejected feed.too_large");
}

TEST(FhirBundles, ARejectedPartRejectsTheWhole) {
  const std::string good = observation();
  const std::string bad = observation(R"("status":"final")", R"("status":"done")");
  const auto bundle = [](const std::string& a, const std::string& b) {
    return R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)" + a + R"(},{"resource":)" + b +
           "}]}";
  };
  EXPECT_EQ(parse(bundle(good, bad)), "rejected feed.invalid_code at /entry/1/resource/status");
  EXPECT_NE(parse(bundle(good, good)).find("; add"), std::string::npos);
  EXPECT_EQ(parse(bundle(observation("94500-6", "95419-8"), observation("94500-6", "94563-4"))),
            "ignored feed.antibody at /entry/1/resource/code");
}

TEST(FhirBundles, AReportsStatusCoversItsResults) {
  const auto bundle = [](const char* status) {
    return R"({"resourceType":"Bundle","type":"message","identifier":{"value":"M-1"},"entry":[{"fullUrl":"urn:uuid:1","resource":)" +
           observation() + R"(},{"resource":{"resourceType":"DiagnosticReport","status":")" + status +
           R"(","identifier":[{"value":"X"},{"type":{"coding":[{"code":"FILL"}]},"value":"R-1"}],"result":[{"reference":"urn:uuid:1"}]}}]})";
  };
  EXPECT_TRUE(parse(bundle("final")).starts_with("add")) << parse(bundle("final"));
  EXPECT_NE(parse(bundle("final")).find(" R-1#94500-6 "), std::string::npos) << parse(bundle("final"));
  EXPECT_TRUE(parse(bundle("corrected")).starts_with("replace"));
  EXPECT_TRUE(parse(bundle("entered-in-error")).starts_with("withdraw"));
}

TEST(FhirBundles, TooManyEntriesAreRefused) {
  std::string text = R"({"resourceType":"Bundle","type":"batch","entry":[{})";
  for (std::size_t i = 0; i < kBundleEntriesMax; ++i) text += ",{}";
  EXPECT_EQ(parse(text + "]}"), "rejected feed.too_large at /entry/10000");
}

TEST(FhirBundles, ReferencesToEntriesWithoutResourcesResolveToNothing) {
  const std::string line = R"({"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:p"},{"resource":)" +
                           observation("#p", "urn:uuid:p") + "}]}";
  EXPECT_EQ(parse(line), "rejected feed.unresolved_subject at /entry/1/resource/subject/reference");
}

TEST(FhirReports, ContainedResultsAreRead) {
  std::string inner = observation(R"("subject":{"reference":"#p"},)", "");
  const std::size_t begin = inner.find(R"("contained":[)");
  const std::size_t end = inner.find("}],\"identifier\":[{\"value\":\"S-1\"");
  const std::string patient = inner.substr(begin + 13, end + 1 - begin - 13);
  inner.erase(begin, end + 3 - begin);
  const std::string report =
      R"({"resourceType":"DiagnosticReport","status":"final","identifier":[{"value":"R-7"}],"subject":{"reference":"#p"},"contained":[)" +
      patient + "," + inner + "]}";
  EXPECT_EQ(parse(report),
            "add negative molecular 2022-11-11T00:00:00Z .. 2022-11-11T12:00:00Z R-7#94500-6 of 11010519491231002X");
}

TEST(FhirImmunizations, DoseAndTimeAreNeeded) {
  const auto line = [](std::string_view protocol,
                       std::string_view occurrence = R"("occurrenceDateTime":"2021-06-17")") {
    return R"({"resourceType":"Immunization","status":"completed","identifier":[{"value":"V-1"}],"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"510"}]},)"
           R"("patient":{"identifier":{"system":"urn:oid:2.16.156.10011.1.3","value":"11010519491231002X"}},)" +
           std::string(occurrence) + std::string(protocol) + "}";
  };
  EXPECT_EQ(parse(line(R"(,"protocolApplied":[{"doseNumberPositiveInt":2}])")),
            "add dose 2 2021-06-16T16:00:00Z V-1 of 11010519491231002X");
  EXPECT_EQ(parse(line(R"(,"protocolApplied":[{"doseNumberString":"3"}])")),
            "add dose 3 2021-06-16T16:00:00Z V-1 of 11010519491231002X");
  EXPECT_EQ(parse(line("")), "rejected feed.missing_dose at /protocolApplied");
  EXPECT_EQ(parse(line(R"(,"protocolApplied":[{"doseNumberPositiveInt":99}])")),
            "rejected feed.missing_dose at /protocolApplied");
  EXPECT_EQ(parse(line(R"(,"protocolApplied":[{"doseNumberPositiveInt":1}])", R"("occurrenceString":"spring")")),
            "rejected feed.missing_time at /occurrenceDateTime");
}

TEST(FeedMessages, NeverHoldPersonalData) {
  FeedParser parser(FeedFormat::kFhirNdjson, {test::kReceived});
  LineResult result;
  for (const std::string& line : {observation("11010519491231002X", "110105194912310021"), observation("#p", "#q"),
                                  observation("2022-11-11T20", "2022-11-31T20")}) {
    parser.parse(line, result);
    EXPECT_EQ(result.outcome, Outcome::kRejected);
    const std::string text = result.message + result.place;
    for (const char* secret : {"1101051949", "张三", "1949-12-31", "#q", "2022-11-31"})
      EXPECT_EQ(text.find(secret), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace mingma::feed
