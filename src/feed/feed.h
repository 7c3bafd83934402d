// Bytes of the outside world to statements: FHIR R4 NDJSON and laboratory CSV. Formats: docs/formats/feeds.md.
//
// One record (a line of NDJSON, a row of CSV) in, one outcome out: statements, or one clear reason why not. A record is
// taken whole or not at all: if any result in a Bundle must be rejected, nothing of that Bundle is taken.
// HL7 v2 messages are out of scope and are rejected as invalid JSON or an unknown CSV layout.
//
// Threading: a FeedParser belongs to one thread; make one per thread. It holds no state between NDJSON lines; between
// CSV rows it holds the header. The results own their strings. Errors: codes in feed/errors.h; `place` is a JSON
// pointer (RFC 6901) or "column <name>"; the caller adds the line number of the splitter. Messages and places never
// hold personal data. Limits: record 1 MiB, JSON depth 64, 10,000 entries in a Bundle, 256 CSV columns.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "feed/identity.h"
#include "rules/evidence.h"
#include "shard/statement.h"

namespace mingma::feed {

inline constexpr std::size_t kRecordBytesMax = 1u << 20;
inline constexpr std::size_t kBundleEntriesMax = 10'000;
inline constexpr std::size_t kJsonDepthMax = 64;
inline constexpr std::size_t kCsvColumnsMax = 256;
inline constexpr std::size_t kSourceRecordBytesMax = 64;

// No sampling of SARS-CoV-2 is older; anything before is a wrong date. The future is allowed one day for wrong clocks.
inline constexpr UnixSeconds kEarliestEvidence{1'575'158'400};  // 2019-12-01T00:00:00Z
inline constexpr std::int64_t kFutureSecondsMax = kSecondsPerDay;

enum class FeedFormat : std::uint8_t { kFhirNdjson = 1, kLabCsv = 2 };

// "fhir-ndjson", "lab-csv": the names used in submission manifests.
std::string_view to_string(FeedFormat format);
Result<FeedFormat> parse_feed_format(std::string_view name);

// What one record says about one person. The service turns `person` into a ResidentId and adds institution and
// signature.
struct FeedStatement {
  PersonIdentity person;
  rules::Evidence evidence;  // for kWithdraw its kind only, every other field zero
  shard::StatementAction action = shard::StatementAction::kAdd;
  std::string source_record;   // 1 to 64 bytes, no control characters
  std::string earlier_record;  // for kReplace and kWithdraw, never empty; often equal to source_record
  std::string reason;          // for corrections: "amended", "entered_in_error" or "duplicate"; else empty

  bool operator==(const FeedStatement&) const = default;
};

enum class Outcome : std::uint8_t { kStatements = 1, kRejected = 2, kIgnored = 3 };

// Reused from record to record so that a bulk feed allocates little.
struct LineResult {
  Outcome outcome = Outcome::kIgnored;
  std::vector<FeedStatement> statements;  // at least one for kStatements, else empty
  const ErrorInfo* code = nullptr;        // null for kStatements
  std::string place;                      // empty: the whole record
  std::string message;                    // one line for the sender
};

// People of an earlier file of the same submission (bulk exports reference "Patient/123"). Borrowed; may be absent.
class PatientDirectory {
 public:
  virtual ~PatientDirectory() = default;
  // `reference` as written in the feed, e.g. "Patient/123". Null when unknown.
  virtual const PersonIdentity* find(std::string_view reference) const = 0;
};

struct FeedContext {
  UnixSeconds received_at;
  // For times without an offset and for bare dates (which count from 00:00): the laboratory's offset from UTC.
  std::int64_t laboratory_offset_seconds = kChinaOffsetSeconds;
  const PatientDirectory* patients = nullptr;
};

class FeedParser final {
 public:
  FeedParser(FeedFormat format, const FeedContext& context);
  ~FeedParser();
  FeedParser(const FeedParser&) = delete;
  FeedParser& operator=(const FeedParser&) = delete;

  // `record` is one line without its line end (CSV: one record, which may hold line ends inside quotes). For CSV the
  // first record is the header; when it is of no known layout, it and every later record are rejected with
  // feed.unknown_layout.
  void parse(std::string_view record, LineResult& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A FHIR Patient line: the reference others use ("Patient/<id>") and the person. Fails as parse() would.
struct ReferencedPatient {
  std::string reference;
  PersonIdentity person;
};
Result<ReferencedPatient> parse_fhir_patient(std::string_view line);

}  // namespace mingma::feed
