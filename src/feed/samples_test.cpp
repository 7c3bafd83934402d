// What must come of every sample file in scope, worked out from what the files say (README.md and MANIFEST.csv beside
// them) and from docs/formats/feeds.md. A file that is not listed in a folder in scope fails the test.
#include <gtest/gtest.h>

#include <sstream>

#include "feed/feed_test_support.h"

namespace mingma::feed {
namespace {

using test::Counts;

enum class Form { kDocument, kNdjson, kCsv };

struct Sample {
  Form form;
  const char* file;
  Counts expected;
};

const Counts kOne{{"statements", 1}};
Counts ignored(const char* code, int n = 1) { return {{std::string("ignored feed.") + code, n}}; }
Counts rejected(const char* code, int n = 1) { return {{std::string("rejected feed.") + code, n}}; }

class FeedSamples : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(test::samples())) GTEST_SKIP() << "skipped: no conformance data";
    // The Australian resources refer to patients in files of their own; so do the bulk exports.
    for (const char* patient : {"baratz-toni", "howe-deangelo", "wang-li"}) {
      people_.add(test::slurp(test::samples() / "au-fhir-test-data" / (std::string("Patient-") + patient + ".json")));
    }
    for (const char* folder : {"synthea-bulk-10-patients", "synthea-bulk-100-patients"}) {
      std::istringstream lines(test::slurp(test::samples() / folder / "Patient.000.ndjson"));
      for (std::string line; std::getline(lines, line);) people_.add(line);
    }
  }

  FeedContext context(std::int64_t offset = kChinaOffsetSeconds) const { return {test::kReceived, offset, &people_}; }

  Counts run(Form form, const std::string& file, std::int64_t offset = kChinaOffsetSeconds) const {
    const std::string bytes = test::slurp(test::samples() / file);
    Counts counts;
    if (form == Form::kDocument) {
      FeedParser parser(FeedFormat::kFhirNdjson, context(offset));
      LineResult result;
      parser.parse(bytes, result);
      test::count(result, counts);
    } else {
      const FeedFormat format = form == Form::kCsv ? FeedFormat::kLabCsv : FeedFormat::kFhirNdjson;
      test::for_each_record(bytes, format, context(offset),
                            [&](std::uint64_t, const LineResult& result) { test::count(result, counts); });
    }
    return counts;
  }

  void check(const std::vector<Sample>& samples, std::int64_t offset = kChinaOffsetSeconds) const {
    for (const Sample& sample : samples)
      EXPECT_EQ(run(sample.form, sample.file, offset), sample.expected) << sample.file;
  }

  void expect_all_listed(const char* folder, const std::vector<Sample>& samples) const {
    for (const auto& entry : std::filesystem::directory_iterator(test::samples() / folder)) {
      if (!entry.is_regular_file()) continue;
      const std::string file = std::string(folder) + "/" + entry.path().filename().string();
      bool listed = false;
      for (const Sample& sample : samples) listed |= file == sample.file;
      EXPECT_TRUE(listed) << file << " has no expectation";
    }
  }

  test::People people_;
};

// One SARS-CoV-2 result per message, except: codes for several viruses at once; messages marked as training.
TEST_F(FeedSamples, ReportStreamMessagesGiveOneStatementEach) {
  const std::string folder = "cdc-reportstream/fhir/";
  const std::vector<std::string> panels{"sample_CO_20240403.fhir", "sample_SR_1_20230302-0001.fhir",
                                        "sample_SR_1_20230302-0001-missing-data.fhir",
                                        "simple_report_with_date_aoe_question.fhir"};
  const std::vector<std::string> training{"sample_MT_20240614-0001.fhir", "sample_SR_2_20231024-0002.fhir"};
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::samples() / folder)) {
    const std::string name = entry.path().filename().string();
    const bool panel = std::find(panels.begin(), panels.end(), name) != panels.end();
    const bool trained = std::find(training.begin(), training.end(), name) != training.end();
    EXPECT_EQ(run(Form::kDocument, folder + name), panel     ? ignored("panel")
                                                   : trained ? ignored("not_production")
                                                             : kOne)
        << name;
    ++files;
  }
  EXPECT_EQ(files, 24);
}

TEST_F(FeedSamples, BrokenAndOddMessagesAreRefusedWithTheirReason) {
  const std::vector<Sample> samples{
      {Form::kDocument, "cdc-reportstream/fhir-invalid-or-edge/bundle_multiple_bundles.fhir",
       rejected("invalid_json")},  // two documents
      {Form::kDocument, "cdc-reportstream/fhir-invalid-or-edge/bundle_multiple_observations.fhir",
       rejected("invalid_code")},  // 94558-5
      {Form::kDocument, "cdc-reportstream/fhir-invalid-or-edge/fhir_without_birth_time.fhir", kOne},
      {Form::kDocument, "cdc-reportstream/fhir-invalid-or-edge/fhir_without_patient.fhir",
       rejected("unresolved_subject")},
      {Form::kDocument, "cdc-reportstream/fhir-invalid-or-edge/lab_order_no_observations.fhir",
       ignored("other_resource")},
      {Form::kDocument, "cdc-reportstream/fhir-invalid-or-edge/valid_no_identifier.fhir",
       kOne},  // of the Bundle; the report has one
  };
  check(samples);
  expect_all_listed("cdc-reportstream/fhir-invalid-or-edge", samples);
}

TEST_F(FeedSamples, SimpleReportFhir) {
  check({
      {Form::kDocument, "cdc-simplereport/fhir/bundle.json", kOne},
      // Positive, Negative, Detected, Not Detected, Invalid Result, 260373001.
      {Form::kNdjson,
       "cdc-simplereport/fhir/test-results-upload-valid-as-fhir.ndjson",
       {{"statements", 5}, {"ignored feed.no_usable_value", 1}}},
      {Form::kNdjson, "derived-ndjson/simplereport-bundles-upload.ndjson", {{"statements", 5}}},
      {Form::kNdjson,
       "derived-ndjson/reportstream-bundles.ndjson",
       {{"statements", 18}, {"ignored feed.panel", 4}, {"ignored feed.not_production", 2}}},
      // Single resources: no subject; several in an array; not results.
      {Form::kDocument, "cdc-simplereport/fhir-resources/observationCovid.json", rejected("missing_identity")},
      {Form::kDocument, "cdc-simplereport/fhir-resources/observationCorrection.json", rejected("missing_identity")},
      {Form::kDocument, "cdc-simplereport/fhir-resources/observationFlu.json", ignored("not_sars_cov_2")},
      {Form::kDocument, "cdc-simplereport/fhir-resources/observationSymptomatic.json", rejected("not_fhir")},
      {Form::kDocument, "cdc-simplereport/fhir-resources/diagnosticReport.json", ignored("other_resource")},
      {Form::kDocument, "cdc-simplereport/fhir-resources/patient.json", ignored("other_resource")},
  });
}

TEST_F(FeedSamples, PrettyPrintedBundlesAreNoNdjson) {
  for (const char* file : {"bundles-upload-integration-testing.ndjson", "fhir-for-csv-with-comments.ndjson",
                           "fhir-for-csv-with-flu-only.ndjson"}) {
    const Counts counts = run(Form::kNdjson, std::string("cdc-simplereport/fhir-not-really-ndjson/") + file);
    EXPECT_EQ(counts.count("statements"), 0u) << file;
    EXPECT_GT(counts.at("rejected feed.invalid_json"), 700) << file;
  }
}

TEST_F(FeedSamples, AustralianResourcesWithTheirPatients) {
  check({
      {Form::kDocument, "au-fhir-test-data/Observation-pathresult-covid-1.json", kOne},
      {Form::kDocument, "au-fhir-test-data/DiagnosticReport-covid-report.json",
       ignored("other_resource")},  // its result is another file
      {Form::kDocument, "au-fhir-test-data/Immunization-air-covid-1.json", kOne},
      {Form::kDocument, "au-fhir-test-data/Immunization-air-covid-2.json", kOne},
      {Form::kDocument, "au-fhir-test-data/Immunization-covid-1.json",
       rejected("unresolved_subject")},  // a patient nobody sent
      {Form::kDocument, "au-fhir-test-data/Immunization-covid-2.json", kOne},
      // final 94309-2 for wang-li; two masked codes; no time; status unknown; two without value; no subject
      {Form::kNdjson,
       "derived-ndjson/au-core-observations.ndjson",
       {{"statements", 1},
        {"ignored feed.no_usable_code", 2},
        {"rejected feed.missing_time", 1},
        {"ignored feed.status_unknown", 1},
        {"ignored feed.no_usable_value", 2},
        {"rejected feed.missing_identity", 1}}},
      {Form::kNdjson,
       "derived-ndjson/au-core-immunizations.ndjson",
       {{"statements", 3}, {"rejected feed.unresolved_subject", 1}, {"ignored feed.not_sars_cov_2", 3}}},
  });
}

TEST_F(FeedSamples, BritishVaccinations) {
  const std::string folder = "nhs-immunisation-fhir-api/fhir/";
  for (const char* file : {"completed_covid_immunization_event", "completed_covid_immunization_event_filtered_for_read",
                           "completed_covid_immunization_event_filtered_for_search", "vaccination", "vaccination4",
                           "vaccination5", "vaccination7"}) {
    EXPECT_EQ(run(Form::kDocument, folder + file + ".json"), kOne) << file;
  }
  check({
      {Form::kDocument, "nhs-immunisation-fhir-api/fhir/completed_covid_immunization_event_mandatory_fields_only.json",
       rejected("missing_identity")},
      {Form::kDocument, "nhs-immunisation-fhir-api/fhir/completed_flu_immunization_event.json",
       ignored("not_sars_cov_2")},
      {Form::kDocument, "nhs-immunisation-fhir-api/fhir/sample_immunization_response__for__not_done_event.json",
       kOne},  // and one not done
      {Form::kNdjson,
       "derived-ndjson/nhs-immunizations.ndjson",
       {{"statements", 7}, {"rejected feed.missing_identity", 1}, {"ignored feed.not_sars_cov_2", 1}}},
      {Form::kDocument, "nhs-immunisation-fhir-api/operation-outcome/400-invalid.json", ignored("other_resource")},
  });
}

// README: 15 of 161 and 141 of 1,818 are against COVID-19; none says which dose it was.
TEST_F(FeedSamples, BulkExportsLackTheDoseNumber) {
  check({
      {Form::kNdjson,
       "synthea-bulk-10-patients/Immunization.000.ndjson",
       {{"rejected feed.missing_dose", 15}, {"ignored feed.not_sars_cov_2", 146}}},
      {Form::kNdjson,
       "synthea-bulk-100-patients/Immunization.000.ndjson",
       {{"rejected feed.missing_dose", 141}, {"ignored feed.not_sars_cov_2", 1677}}},
      {Form::kNdjson, "synthea-bulk-10-patients/Organization.000.ndjson", ignored("other_resource", 43)},
      {Form::kNdjson, "synthea-bulk-10-patients/log.ndjson", rejected("not_fhir", 4)},
  });
  EXPECT_EQ(people_.size(), 3u + 120u);  // the 13 people of the smaller export are in the larger one too
}

TEST_F(FeedSamples, BigBatchBundlesGiveTheirOneTestResult) {
  for (const auto& entry : std::filesystem::directory_iterator(test::samples() / "synthea-covid19-module-bundles")) {
    const std::string name = entry.path().filename().string();
    const bool person = name.find("Information") == std::string::npos;
    EXPECT_EQ(run(Form::kDocument, "synthea-covid19-module-bundles/" + name), person ? kOne : ignored("other_resource"))
        << name;
  }
}

// SMART Health Cards carry a name and a birth date, and no number: they identify nobody by themselves.
TEST_F(FeedSamples, HealthCardBundlesIdentifyNobody) {
  int statements = 0;
  int files = 0;
  for (const char* folder :
       {"hl7-shc-vaccination-ig", "hl7-shc-vaccination-ig/immunization-by-code-system", "vci-vaccine-credential-ig",
        "smart-health-cards", "smart-health-cards-dev-tools-invalid", "sg-healthcerts-pdt"}) {
    for (const auto& entry : std::filesystem::directory_iterator(test::samples() / folder)) {
      if (!entry.is_regular_file()) continue;
      const Counts counts = run(Form::kDocument, std::string(folder) + "/" + entry.path().filename().string());
      statements += static_cast<int>(counts.count("statements"));
      ++files;
    }
  }
  EXPECT_EQ(statements, 0);
  EXPECT_EQ(files, 11 + 9 + 3 + 2 + 23 + 4);
  check({
      {Form::kDocument, "vci-vaccine-credential-ig/Scenario1Bundle.json", rejected("missing_identity")},
      {Form::kDocument, "vci-vaccine-credential-ig/Scenario3Bundle.json", rejected("missing_identity")},
      {Form::kDocument, "smart-health-cards-dev-tools-invalid/test-example-00-a-fhirBundle-status-not-completed.json",
       rejected("invalid_code")},
      {Form::kDocument, "smart-health-cards-dev-tools-invalid/test-example-00-a-short-refs.json",
       rejected("unresolved_subject")},
      {Form::kDocument, "smart-health-cards-dev-tools-invalid/test-example-00-b-jws-payload-expanded-expired.json",
       rejected("not_fhir")},
      {Form::kDocument, "smart-health-cards-dev-tools-invalid/test-example-00-a-fhirBundle-bad_meta_extra_key.json",
       ignored("no_usable_code")},
      {Form::kDocument, "hl7-shc-vaccination-ig/immunization-by-code-system/gtin_immunization.json",
       ignored("no_usable_code")},
      {Form::kDocument, "hl7-shc-vaccination-ig/immunization-by-code-system/icd11_immunization.json",
       rejected("missing_identity")},
      {Form::kDocument, "sg-healthcerts-pdt/pdt_ser_unwrapped.json", rejected("not_fhir")},
  });
}

TEST_F(FeedSamples, ContactTracingResourcesAreNoResults) {
  check({
      {Form::kDocument, "sara-alert/fhir-from-api-spec/get-immunization.json",
       rejected("not_fhir")},  // vaccineCode is a list
      {Form::kDocument, "sara-alert/fhir-from-api-spec/get-observation.json", ignored("no_usable_code")},  // OTH
      {Form::kDocument, "sara-alert/fhir-from-api-spec/post-observation.json", ignored("antibody")},
      {Form::kDocument, "sara-alert/fhir-from-api-spec/transaction-bundle-1.json", ignored("antibody")},
      {Form::kDocument, "sara-alert/fhir-from-api-spec/transaction-bundle-2.json",
       ignored("other_resource")},  // a response
      {Form::kDocument, "sara-alert/fhir-from-api-spec/get-patient-everything-bundle.json", rejected("not_fhir")},
      {Form::kDocument, "sara-alert/fhir-from-api-spec/patch-observation.jsonpatch.json", rejected("not_fhir")},
      {Form::kDocument, "sara-alert/fhir-from-api-spec/get-relatedperson-close-contact.json",
       ignored("other_resource")},
  });
}

TEST_F(FeedSamples, SimpleReportCsv) {
  const std::vector<Sample> samples{
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-integration-expected-transform.csv", {{"statements", 5}}},
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-integration.csv", {{"statements", 5}}},
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-valid-blank-dates.csv", kOne},
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-valid-default-dates.csv", kOne},
      {Form::kCsv,
       "cdc-simplereport/csv/test-results-upload-valid-different-results.csv",
       {{"statements", 5}, {"ignored feed.no_usable_value", 1}}},
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-valid-no-ordering-facility.csv", kOne},
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-valid-required-only.csv",
       rejected("missing_identity", 2)},  // no patient_id
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-valid-with-comments.csv", {{"statements", 2}}},
      {Form::kCsv,
       "cdc-simplereport/csv/test-results-upload-valid-with-flu-results.csv",
       {{"statements", 2}, {"ignored feed.not_sars_cov_2", 1}}},
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-valid-with-processingModeCode-D.csv",
       ignored("not_production")},
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-valid-without-ordering-facility.csv", kOne},
      {Form::kCsv, "cdc-simplereport/csv/test-results-upload-valid.csv", kOne},
  };
  check(samples);
  expect_all_listed("cdc-simplereport/csv", samples);
  check({
      {Form::kCsv, "cdc-simplereport/csv-not-sars-cov-2/test-results-upload-valid-flu-only.csv",
       ignored("not_sars_cov_2")},
      {Form::kCsv, "cdc-simplereport/csv-not-sars-cov-2/test-results-upload-valid-rsv-only.csv",
       ignored("not_sars_cov_2")},
      {Form::kCsv, "cdc-simplereport/csv-not-sars-cov-2/test-results-upload-valid-hiv-only.csv",
       rejected("invalid_code")},  // 16249-0: check digit
      {Form::kCsv, "cdc-simplereport/csv-invalid/test-results-upload-invalid-values.csv",
       rejected("invalid_csv")},  // a field too few
      // Wrong only in what is not read here: the device's name, the specimen's name.
      {Form::kCsv, "cdc-simplereport/csv-invalid/test-results-upload-invalid-specimen-name.csv", kOne},
      {Form::kCsv, "cdc-simplereport/csv-invalid/test-results-upload-invalid-deviceModel_testPerformedCode.csv", kOne},
  });
}

// Generated files give dates in any order; where the test precedes the sample by a day or more, the row is refused. The
// counts come from a separate computation over the files with the laboratories at UTC-5, not from this program.
TEST_F(FeedSamples, ReportStreamCsv) {
  const std::vector<Sample> samples{
      {Form::kCsv, "cdc-reportstream/csv/202107141914_200_dynamic.csv", rejected("unknown_layout", 201)},
      {Form::kCsv,
       "cdc-reportstream/csv/ReportStream-StandardCSV-ExampleData-20220509.csv",
       {{"rejected feed.missing_record", 3}, {"ignored feed.antibody", 2}}},
      {Form::kCsv, "cdc-reportstream/csv/SR_CP_02262024.csv", kOne},
      {Form::kCsv,
       "cdc-reportstream/csv/ak_test_file.csv",
       {{"statements", 7}, {"rejected feed.times_contradict", 13}}},
      {Form::kCsv, "cdc-reportstream/csv/ca_test_file.csv", {{"statements", 3}, {"rejected feed.times_contradict", 2}}},
      {Form::kCsv, "cdc-reportstream/csv/duplicate.csv", {{"statements", 2}}},
      {Form::kCsv,
       "cdc-reportstream/csv/fake-pdi-covid-19.csv",
       {{"statements", 23}, {"rejected feed.times_contradict", 17}}},
      {Form::kCsv, "cdc-reportstream/csv/pdi-covid-19-wa-k12.csv", {{"statements", 14}}},
      // Final rows with a disease, an exposure or a vaccination as their result: nothing usable. Corrections with one
      // withdraw.
      {Form::kCsv,
       "cdc-reportstream/csv/sample-batch-pdi-20210608-0001.csv",
       {{"statements", 12}, {"ignored feed.no_usable_value", 6}, {"rejected feed.times_contradict", 2}}},
      {Form::kCsv, "cdc-reportstream/csv/sample-pdi-covid-19-nh.csv", kOne},
      {Form::kCsv,
       "cdc-reportstream/csv/simple_report_example.csv",
       {{"statements", 12}, {"rejected feed.times_contradict", 1}, {"rejected feed.missing_time", 1}}},
      {Form::kCsv,
       "cdc-reportstream/csv/simplereport.csv",
       {{"statements", 26}, {"rejected feed.times_contradict", 24}}},
  };
  check(samples, -5 * test::kHour);
  expect_all_listed("cdc-reportstream/csv", samples);
}

TEST_F(FeedSamples, OtherCsvFilesAreRefusedAtTheirHeader) {
  int files = 0;
  for (const char* folder : {"cdc-reportstream/csv-minimal", "cdc-reportstream/csv-invalid",
                             "cdc-simplereport/patient-roster-csv", "cdc-simplereport/patient-roster-csv-invalid",
                             "sara-alert/csv", "sara-alert/csv-invalid", "nhs-immunisation-fhir-api/batch-csv"}) {
    for (const auto& entry : std::filesystem::directory_iterator(test::samples() / folder)) {
      const std::string name = std::string(folder) + "/" + entry.path().filename().string();
      std::vector<std::string> outcomes;
      test::for_each_record(
          test::slurp(entry.path()), FeedFormat::kLabCsv, context(),
          [&](std::uint64_t, const LineResult& result) { outcomes.push_back(test::describe(result)); });
      ++files;
      if (name.find("completely-empty") != std::string::npos) {
        EXPECT_TRUE(outcomes.empty());
        continue;
      }
      ASSERT_FALSE(outcomes.empty()) << name;
      const char* expected = name.find("too-many-columns") != std::string::npos ? "rejected feed.too_large"
                             : name.find("Invalid-Csv-File") != std::string::npos
                                 ? "rejected feed.invalid_text"  // a workbook
                                 : "rejected feed.unknown_layout";
      EXPECT_EQ(outcomes.front(), expected) << name;
      for (const std::string& outcome : outcomes) EXPECT_TRUE(outcome.starts_with("rejected ")) << name;
    }
  }
  EXPECT_EQ(files, 3 + 12 + 7 + 8 + 2 + 8 + 3);
}

// The oracle of two forms: upstream made the FHIR of these CSV rows, row by row. Evidence, action, record and person
// agree, once the laboratory's offset is known (upstream used Alabama's for one file and Eastern time for the other).
TEST_F(FeedSamples, CsvAndFhirFormsOfTheSameResultsAgree) {
  const auto statements = [&](FeedFormat format, const std::string& file, std::int64_t offset) {
    std::vector<std::string> all;
    test::for_each_record(test::slurp(test::samples() / file), format, context(offset),
                          [&](std::uint64_t, const LineResult& result) {
                            if (result.outcome == Outcome::kStatements || result.code->code != "feed.header")
                              all.push_back(test::describe(result).substr(0, 200));
                          });
    return all;
  };
  const auto without_place = [](std::vector<std::string> all) {
    for (std::string& text : all) text = text.substr(0, text.find(" at "));
    return all;
  };
  EXPECT_EQ(without_place(statements(FeedFormat::kLabCsv,
                                     "cdc-simplereport/csv/test-results-upload-valid-different-results.csv",
                                     -6 * test::kHour)),
            without_place(statements(FeedFormat::kFhirNdjson,
                                     "cdc-simplereport/fhir/test-results-upload-valid-as-fhir.ndjson", 0)));
  const auto fhir = statements(FeedFormat::kFhirNdjson, "derived-ndjson/simplereport-bundles-upload.ndjson", 0);
  const auto summer =
      statements(FeedFormat::kLabCsv, "cdc-simplereport/csv/test-results-upload-integration.csv", -4 * test::kHour);
  const auto winter =
      statements(FeedFormat::kLabCsv, "cdc-simplereport/csv/test-results-upload-integration.csv", -5 * test::kHour);
  ASSERT_EQ(fhir.size(), 5u);
  EXPECT_EQ(fhir[0], summer[0]);  // 10 July; the others are of December and January
  for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(fhir[i], winter[i]) << i;

  const auto pdi = statements(FeedFormat::kLabCsv, "cdc-reportstream/csv/SR_CP_02262024.csv", 0);
  EXPECT_EQ(pdi.at(0),
            "add positive molecular 2024-02-26T21:25:38Z .. 2024-02-26T21:40:38Z "
            "3268e1d6-cb84-459b-8640-e7930369d34d#95406-5 of "
            "10083d1d-dc8b-4ea0-91fa-8744cf0f013b");
  FeedParser parser(FeedFormat::kFhirNdjson, context());
  LineResult result;
  parser.parse(test::slurp(test::samples() / "cdc-reportstream/fhir/SR_UP_02262024.fhir"), result);
  EXPECT_EQ(test::describe(result), pdi.at(0));
}

TEST_F(FeedSamples, CorrectionsAndWithdrawalsNameTheRecordTheyCorrect) {
  FeedParser parser(FeedFormat::kFhirNdjson, context());
  LineResult result;
  const auto read = [&](const char* file) {
    parser.parse(test::slurp(test::samples() / "cdc-reportstream/fhir" / file), result);
    return test::describe(result);
  };
  EXPECT_EQ(read("sample_VI_20231228-0001.fhir"),
            "replace negative molecular 2023-12-18T22:01:55Z .. 2023-12-18T22:16:55Z "
            "2eecfd5c-2152-40c6-a91b-ccc7ceda57b2#94500-6 for "
            "2eecfd5c-2152-40c6-a91b-ccc7ceda57b2#94500-6 (amended) of 3551359f-bd1c-411e-b930-789ac694e75f");
  // The old value is still in it; the questions of the same message stay final.
  EXPECT_EQ(read("sample_SR_ENTEREDINERROR_20240904-0001.fhir"),
            "withdraw 8c66de45-62e3-453c-a5b2-90b6f90a407c#94558-4 for "
            "8c66de45-62e3-453c-a5b2-90b6f90a407c#94558-4 (duplicate) of 2f5d5a55-11c5-4e9f-92b0-418a0eb1fe1e");
}

}  // namespace
}  // namespace mingma::feed
