// Internal to the feed room: one FHIR document to its outcome. Reuses one JSON parser; belongs to one thread.
#pragma once

#include <memory>

#include "feed/feed.h"

namespace mingma::feed {

class FhirReader final {
 public:
  explicit FhirReader(const FeedContext& context);
  ~FhirReader();

  // The statements, at least one; or an error, whose Retry::kNo means that the document is ignored.
  Result<void> read(std::string_view document, std::vector<FeedStatement>& out);
  Result<ReferencedPatient> read_patient_line(std::string_view document);

 private:
  struct Parser;
  FeedContext context_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace mingma::feed
