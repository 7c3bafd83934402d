#include "feed/fhir.h"

#include <algorithm>
#include <bit>

#include "feed/fhir_resource.h"

namespace mingma::feed {

namespace {

constexpr std::array<std::string_view, 2> kResource{"resourceType", "id"};
constexpr std::array<std::string_view, 4> kBundle{"type", "entry", "identifier", "resourceType"};
constexpr std::array<std::string_view, 2> kEntry{"fullUrl", "resource"};
constexpr std::array<std::string_view, 1> kValue{"value"};
constexpr std::array<std::string_view, 1> kReferenceText{"reference"};
constexpr std::array<std::string_view, 1> kMetaOnly{"meta"};

// Of several reasons to ignore the parts of a record, the one that tells its sender most.
constexpr const ErrorInfo* kReasonsByInterest[] = {
    &errors::kFeedNoUsableValue, &errors::kFeedPreliminary, &errors::kFeedNotDone,      &errors::kFeedStatusUnknown,
    &errors::kFeedNotProduction, &errors::kFeedPanel,       &errors::kFeedAntibody,     &errors::kFeedNoUsableCode,
    &errors::kFeedNotSarsCov2,   &errors::kFeedQuestion,    &errors::kFeedOtherResource};

std::size_t interest(const Error& error) {
  std::size_t rank = 0;
  while (rank < std::size(kReasonsByInterest) && !error.is(*kReasonsByInterest[rank])) ++rank;
  return rank;
}

Error other_resource(std::string_view message) { return {errors::kFeedOtherResource, std::string(message)}; }

// Gathers the parts' outcomes into one: all statements, or the first rejection, or the most telling reason to ignore
// it.
class Gathered {
 public:
  explicit Gathered(std::vector<FeedStatement>& out) : out_(out) {}

  Result<void> add(Result<FeedStatement> part) {
    if (part.ok()) {
      out_.push_back(std::move(part).value());
      return {};
    }
    if (part.error().info().retry != Retry::kNo) return std::move(part).error();
    if (!reason_ || interest(part.error()) < interest(*reason_)) reason_ = std::move(part).error();
    return {};
  }
  Result<void> finish(std::string_view if_nothing) && {
    if (!out_.empty()) return {};
    return reason_ ? *std::move(reason_) : other_resource(if_nothing);
  }

 private:
  std::vector<FeedStatement>& out_;
  std::optional<Error> reason_;
};

struct EntryPath {
  explicit EntryPath(std::size_t index)
      : entries{nullptr, {}, 0}, list{&entries, "entry", 0}, entry{&list, {}, index}, resource{&entry, "resource", 0} {}
  EntryPath(const EntryPath&) = delete;
  Path entries, list, entry, resource;
};

Result<void> index_entries(const std::optional<simdjson::dom::array>& list, BundleIndex& index) {
  return for_each(list, Path{}, "entry", [&](const Element& element, const Path& at) -> Result<void> {
    if (index.entries.size() == kBundleEntriesMax)
      return fhir_error(errors::kFeedTooLarge, "more than 10,000 entries in a Bundle", at);
    MINGMA_TRY(const auto entry, Members<2>::read(element, kEntry, at));
    MINGMA_TRY(const std::string_view url, entry.text(0, at));
    BundleEntry indexed;
    if (entry.has(1)) {
      const Path at_resource{&at, "resource", 0};
      MINGMA_TRY(const auto resource, Members<2>::read(entry.at(1), kResource, at_resource));
      MINGMA_TRY(indexed.type, resource.text(0, at_resource));
      indexed.resource = entry.at(1);
      std::string_view id;
      if (resource.has(1) && resource.at(1).get(id) == simdjson::SUCCESS && !indexed.type.empty()) {
        index.by_id.emplace(std::string(indexed.type) + "/" + std::string(id), index.entries.size());
      }
    }
    if (!url.empty()) index.by_url.emplace(url, index.entries.size());
    index.entries.push_back(indexed);
    return {};
  });
}

// The reports of the Bundle; each of their results learns which report it belongs to.
Result<std::vector<ReportFacts>> link_reports(const FhirScope& scope, BundleIndex& index) {
  std::vector<ReportFacts> reports;
  for (std::size_t i = 0; i < index.entries.size(); ++i) {
    if (index.entries[i].type != "DiagnosticReport") continue;
    const EntryPath path(i);
    MINGMA_TRY(ReportFacts facts, read_report(scope, index.entries[i].resource, path.resource));
    index.entries[i].report = reports.size();
    MINGMA_CHECK(
        for_each(facts.results, path.resource, "result", [&](const Element& result, const Path& at) -> Result<void> {
          MINGMA_TRY(const auto members, Members<1>::read(result, kReferenceText, at));
          MINGMA_TRY(const std::string_view reference, members.text(0, at));
          const std::size_t found = index.find(reference);
          if (found != kNoEntry && index.entries[found].type == "Observation")
            index.entries[found].report = reports.size();
          return {};
        }));
    reports.push_back(facts);
  }
  return reports;
}

Result<void> read_contained_results(FhirScope scope, const ReportFacts& report, const Path& path, Gathered& gathered) {
  scope.contained = report.contained;
  return for_each(report.contained, path, "contained", [&](const Element& element, const Path& at) -> Result<void> {
    MINGMA_TRY(const auto resource, Members<2>::read(element, kResource, at));
    MINGMA_TRY(const std::string_view type, resource.text(0, at));
    if (type != "Observation") return {};
    return gathered.add(read_observation(scope, element, at, &report));
  });
}

Result<void> check_production(const BundleIndex& index) {
  for (std::size_t i = 0; i < index.entries.size(); ++i) {
    if (index.entries[i].type != "MessageHeader") continue;
    const EntryPath path(i);
    MINGMA_TRY(const auto header, Members<1>::read(index.entries[i].resource, kMetaOnly, path.resource));
    if (!header.has(0)) continue;
    const Path at{&path.resource, "meta", 0};
    MINGMA_TRY(const bool not_production, is_not_production(header.at(0), at));
    if (not_production)
      return fhir_error(errors::kFeedNotProduction, "the message is marked as a test", path.resource, "meta");
  }
  return {};
}

bool carries_submissions(std::string_view type) {
  for (const std::string_view known : {"message", "collection", "batch", "transaction", "searchset", "document"}) {
    if (type == known) return true;
  }
  return false;
}

Result<void> read_bundle(const FeedContext& context, const Element& element, std::vector<FeedStatement>& out) {
  MINGMA_TRY(const auto bundle, Members<4>::read(element, kBundle, Path{}));
  MINGMA_TRY(const std::string_view type, bundle.text(0, Path{}));
  if (type == "history" || type == "transaction-response" || type == "batch-response")
    return other_resource("a Bundle of this type submits nothing");
  if (!carries_submissions(type)) return Error(errors::kFeedInvalidCode, "missing, or no type of a Bundle", "/type");
  BundleIndex index;
  if (type == "message" && bundle.has(2)) {
    const Path root;
    const Path at{&root, "identifier", 0};
    MINGMA_TRY(const auto identifier, Members<1>::read(bundle.at(2), kValue, at));
    MINGMA_TRY(index.identifier, identifier.text(0, at));
  }
  MINGMA_TRY(const auto list, bundle.array(1, Path{}));
  MINGMA_CHECK(index_entries(list, index));
  MINGMA_CHECK(check_production(index));
  const FhirScope scope{context, &index, std::nullopt};
  MINGMA_TRY(const std::vector<ReportFacts> reports, link_reports(scope, index));
  Gathered gathered(out);
  for (std::size_t i = 0; i < index.entries.size(); ++i) {
    const BundleEntry& entry = index.entries[i];
    const EntryPath path(i);
    const ReportFacts* report = entry.report == kNoEntry ? nullptr : &reports[entry.report];
    if (entry.type == "Observation") {
      MINGMA_CHECK(gathered.add(read_observation(scope, entry.resource, path.resource, report)));
    } else if (entry.type == "Immunization") {
      MINGMA_CHECK(gathered.add(read_immunization(scope, entry.resource, path.resource)));
    } else if (entry.type == "DiagnosticReport") {
      MINGMA_CHECK(read_contained_results(scope, *report, path.resource, gathered));
    }
  }
  return std::move(gathered).finish("a Bundle without results or vaccinations");
}

}  // namespace

// A parser's memory is about 13 times its capacity, so it grows with what it meets.
struct FhirReader::Parser {
  simdjson::dom::parser json{kRecordBytesMax};
  std::size_t capacity = 0;

  void make_room(std::size_t bytes) {
    if (capacity != 0 && bytes <= capacity) return;
    capacity = std::max<std::size_t>(std::bit_ceil(bytes), 16 * 1024);
    MINGMA_ASSERT(json.allocate(capacity, kJsonDepthMax) == simdjson::SUCCESS);
  }
};

FhirReader::FhirReader(const FeedContext& context) : context_(context), parser_(std::make_unique<Parser>()) {}

FhirReader::~FhirReader() = default;

namespace {

template <typename Parser>
Result<Element> parse_document(Parser& parser, std::string_view document) {
  if (document.size() > kRecordBytesMax) return Error(errors::kFeedTooLarge, "a record is at most 1 MiB");
  parser.make_room(document.size());
  Element root;
  const simdjson::error_code error = parser.json.parse(document.data(), document.size(), true).get(root);
  if (error == simdjson::SUCCESS) return root;
  if (error == simdjson::UTF8_ERROR) return Error(errors::kFeedInvalidText, "not UTF-8");
  if (error == simdjson::DEPTH_ERROR) return Error(errors::kFeedTooLarge, "nested deeper than 64");
  return Error(errors::kFeedInvalidJson, simdjson::error_message(error));
}

}  // namespace

Result<void> FhirReader::read(std::string_view document, std::vector<FeedStatement>& out) {
  MINGMA_TRY(const Element root, parse_document(*parser_, document));
  const Path path;
  MINGMA_TRY(const auto resource, Members<2>::read(root, kResource, path));
  MINGMA_TRY(const std::string_view type, resource.text(0, path));
  if (type.empty()) return Error(errors::kFeedNotFhir, "missing", "/resourceType");
  if (type == "Bundle") return read_bundle(context_, root, out);
  const FhirScope scope{context_, nullptr, std::nullopt};
  Gathered gathered(out);
  if (type == "Observation") {
    MINGMA_CHECK(gathered.add(read_observation(scope, root, path, nullptr)));
  } else if (type == "Immunization") {
    MINGMA_CHECK(gathered.add(read_immunization(scope, root, path)));
  } else if (type == "DiagnosticReport") {
    MINGMA_TRY(const ReportFacts report, read_report(scope, root, path));
    MINGMA_CHECK(read_contained_results(scope, report, path, gathered));
  }
  return std::move(gathered).finish("a resource that holds no result and no vaccination");
}

Result<ReferencedPatient> FhirReader::read_patient_line(std::string_view document) {
  MINGMA_TRY(const Element root, parse_document(*parser_, document));
  const Path path;
  MINGMA_TRY(const auto resource, Members<2>::read(root, kResource, path));
  MINGMA_TRY(const std::string_view type, resource.text(0, path));
  MINGMA_TRY(const std::string_view id, resource.text(1, path));
  if (type != "Patient" || id.empty()) return Error(errors::kFeedNotFhir, "not a Patient with an id", "/resourceType");
  MINGMA_TRY(PersonIdentity person, read_patient(root, path));
  return ReferencedPatient{"Patient/" + std::string(id), std::move(person)};
}

}  // namespace mingma::feed
