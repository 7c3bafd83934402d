// For the feed room's tests only: one record in, one line of text out; and the shared sample files.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "feed/feed.h"
#include "feed/splitter.h"
#include "rules/evidence.h"

namespace mingma::feed::test {

// 2025-01-01T00:00:00Z: after every time in the samples, so that only wrong ones are out of range.
inline constexpr UnixSeconds kReceived{1'735'689'600};
inline constexpr std::int64_t kHour = 3'600;

inline std::filesystem::path samples() {
  const char* data = std::getenv("MINGMA_DATA");
  const std::filesystem::path root = data != nullptr ? data : MINGMA_SOURCE_DIR "/../shared/data";
  return root / "feeds";
}

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class People final : public PatientDirectory {
 public:
  const PersonIdentity* find(std::string_view reference) const override {
    const auto found = people_.find(reference);
    return found == people_.end() ? nullptr : &found->second;
  }
  void add(const std::string& line) {
    auto patient = parse_fhir_patient(line);
    if (patient.ok()) people_[patient->reference] = patient->person;
  }
  std::size_t size() const { return people_.size(); }

 private:
  std::map<std::string, PersonIdentity, std::less<>> people_;
};

inline std::string describe(const FeedStatement& statement) {
  static constexpr const char* kActions[] = {"", "add", "replace", "withdraw"};
  const rules::Evidence& evidence = statement.evidence;
  const bool test = evidence.kind == rules::EvidenceKind::kTestResult;
  static constexpr const char* kResults[] = {"", "negative", "positive", "inconclusive"};
  static constexpr const char* kMethods[] = {"", "molecular", "antigen"};
  std::string text = kActions[static_cast<int>(statement.action)];
  if (statement.action == shard::StatementAction::kWithdraw) {
    EXPECT_EQ(evidence, rules::Evidence{.kind = evidence.kind});
    return text + " " + statement.source_record + " for " + statement.earlier_record + " (" + statement.reason +
           ") of " + statement.person.number;
  }
  text += test ? std::string(" ") + kResults[evidence.level] + " " + kMethods[evidence.detail]
               : " dose " + std::to_string(evidence.level);
  if (test && (evidence.flags & rules::kFlagPooled) != 0) text += " pooled";
  text += " " + evidence.at.to_string();
  if (evidence.until != UnixSeconds{}) text += " .. " + evidence.until.to_string();
  text += " " + statement.source_record;
  if (!statement.earlier_record.empty()) text += " for " + statement.earlier_record + " (" + statement.reason + ")";
  return text + " of " + statement.person.number;
}

inline std::string describe(const LineResult& result) {
  if (result.outcome == Outcome::kStatements) {
    std::string text;
    for (const FeedStatement& statement : result.statements) text += (text.empty() ? "" : "; ") + describe(statement);
    return text;
  }
  const std::string verb = result.outcome == Outcome::kRejected ? "rejected " : "ignored ";
  return verb + std::string(result.code->code) + (result.place.empty() ? "" : " at " + result.place);
}

// What became of the records of a file: counts by outcome, e.g. {"statements": 5, "rejected feed.missing_time": 1}. The
// header of a CSV file is not counted.
using Counts = std::map<std::string, int>;

inline void count(const LineResult& result, Counts& counts) {
  if (result.outcome == Outcome::kStatements) {
    counts["statements"] += static_cast<int>(result.statements.size());
  } else if (result.code->code != "feed.header") {
    ++counts[std::string(result.outcome == Outcome::kRejected ? "rejected " : "ignored ") +
             std::string(result.code->code)];
  }
}

template <typename Handler>
void for_each_record(const std::string& bytes, FeedFormat format, const FeedContext& context, Handler&& handle) {
  FeedParser parser(format, context);
  LineResult result;
  RecordSplitter splitter(format == FeedFormat::kLabCsv ? RecordKind::kCsv : RecordKind::kNdjson, kRecordBytesMax);
  const auto sink = [&](const RawRecord& record) {
    parser.parse(record.text, result);
    handle(record.line, result);
  };
  splitter.push(bytes, sink);
  splitter.finish(sink);
}

}  // namespace mingma::feed::test
