#include "feed/feed.h"

#include <optional>

#include "feed/csv_row.h"
#include "feed/errors.h"
#include "feed/fhir.h"

namespace mingma::feed {

namespace {

// JSON text is checked by its parser; CSV has none. Rejects what RFC 3629 does.
bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return false;
    if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
    i += length;
  }
  return true;
}

class CsvReader {
 public:
  explicit CsvReader(const FeedContext& context) : context_(context) {}

  Result<void> read(std::string_view record, std::vector<FeedStatement>& out) {
    if (record.size() > kRecordBytesMax) return Error(errors::kFeedTooLarge, "a record is at most 1 MiB");
    if (!is_utf8(record)) return Error(errors::kFeedInvalidText, "not UTF-8; convert the file");
    const bool is_header = !seen_header_;
    seen_header_ = true;
    if (!is_header && !layout_) return Error(errors::kFeedUnknownLayout, "the header of this file was not accepted");
    MINGMA_CHECK(fields_.read(record, kCsvColumnsMax));
    if (is_header) {
      MINGMA_TRY(layout_, CsvLayout::recognise(fields_));
      return Error(errors::kFeedHeader, "the header");
    }
    if (fields_.size() != layout_->columns())
      return Error(errors::kFeedInvalidCsv, "not as many fields as the header has columns");
    MINGMA_TRY(FeedStatement statement, read_csv_row(context_, *layout_, fields_));
    out.push_back(std::move(statement));
    return {};
  }

 private:
  FeedContext context_;
  CsvFields fields_;
  std::optional<CsvLayout> layout_;
  bool seen_header_ = false;
};

}  // namespace

std::string_view to_string(FeedFormat format) { return format == FeedFormat::kFhirNdjson ? "fhir-ndjson" : "lab-csv"; }

Result<FeedFormat> parse_feed_format(std::string_view name) {
  for (const FeedFormat format : {FeedFormat::kFhirNdjson, FeedFormat::kLabCsv}) {
    if (to_string(format) == name) return format;
  }
  return Error(errors::kFeedUnknownLayout, "the format is neither fhir-ndjson nor lab-csv");
}

struct FeedParser::State {
  std::optional<FhirReader> fhir;
  std::optional<CsvReader> csv;
};

FeedParser::FeedParser(FeedFormat format, const FeedContext& context) : state_(std::make_unique<State>()) {
  if (format == FeedFormat::kFhirNdjson) {
    state_->fhir.emplace(context);
  } else {
    state_->csv.emplace(context);
  }
}

FeedParser::~FeedParser() = default;

void FeedParser::parse(std::string_view record, LineResult& out) {
  out.statements.clear();
  const Result<void> read =
      state_->fhir ? state_->fhir->read(record, out.statements) : state_->csv->read(record, out.statements);
  if (read.ok()) {
    out.outcome = Outcome::kStatements;
    out.code = nullptr;
    out.place.clear();
    out.message.clear();
    return;
  }
  out.statements.clear();
  out.outcome = read.error().info().retry == Retry::kNo ? Outcome::kIgnored : Outcome::kRejected;
  out.code = &read.error().info();
  out.place = read.error().where();
  out.message = read.error().message();
}

Result<ReferencedPatient> parse_fhir_patient(std::string_view line) {
  return FhirReader(FeedContext{}).read_patient_line(line);
}

}  // namespace mingma::feed
