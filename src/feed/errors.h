// Error codes of the feed room: why a record gave no statement. Explained in docs/errors.md.
//
// kRejected... codes ask the sender to correct the record and send it again. kIgnored... codes say that the record was
// understood and is no evidence of the kinds this platform takes; nothing is to be done.
#pragma once

#include "base/error.h"

namespace mingma::errors {

// Rejected: form.
inline constexpr ErrorInfo kFeedInvalidJson{"feed.invalid_json", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFeedInvalidText{"feed.invalid_text", 400,
                                            Retry::kAfterFix};  // not UTF-8, or a control character
inline constexpr ErrorInfo kFeedTooLarge{"feed.too_large", 400,
                                         Retry::kAfterFix};  // line, field, columns, entries, depth
inline constexpr ErrorInfo kFeedInvalidCsv{"feed.invalid_csv", 400, Retry::kAfterFix};  // quotes or number of fields
inline constexpr ErrorInfo kFeedUnknownLayout{"feed.unknown_layout", 400,
                                              Retry::kAfterFix};  // CSV header of no known layout
inline constexpr ErrorInfo kFeedNotFhir{"feed.not_fhir", 400,
                                        Retry::kAfterFix};  // no resourceType, or an element of the wrong type
inline constexpr ErrorInfo kFeedDuplicateField{"feed.duplicate_field", 400, Retry::kAfterFix};
// Rejected: content.
inline constexpr ErrorInfo kFeedInvalidCode{"feed.invalid_code", 400,
                                            Retry::kAfterFix};  // status, or LOINC check digit
inline constexpr ErrorInfo kFeedInvalidTime{"feed.invalid_time", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFeedMissingTime{"feed.missing_time", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFeedTimeOutOfRange{"feed.time_out_of_range", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFeedTimesContradict{"feed.times_contradict", 400,
                                                Retry::kAfterFix};  // reported before sampled
inline constexpr ErrorInfo kFeedStatusContradicts{"feed.status_contradicts", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFeedMissingIdentity{"feed.missing_identity", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFeedInvalidIdentity{"feed.invalid_identity", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFeedUnresolvedSubject{"feed.unresolved_subject", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kFeedMissingDose{"feed.missing_dose", 400,
                                            Retry::kAfterFix};  // a vaccination without its dose number
inline constexpr ErrorInfo kFeedMissingRecord{"feed.missing_record", 400, Retry::kAfterFix};  // no source record number

// Ignored.
inline constexpr ErrorInfo kFeedHeader{"feed.header", 200, Retry::kNo};  // the header line of a CSV file
inline constexpr ErrorInfo kFeedOtherResource{"feed.other_resource", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedNotSarsCov2{"feed.not_sars_cov_2", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedAntibody{"feed.antibody", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedQuestion{"feed.question", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedPanel{"feed.panel", 200, Retry::kNo};  // a code for several viruses at once
inline constexpr ErrorInfo kFeedNoUsableCode{"feed.no_usable_code", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedNoUsableValue{"feed.no_usable_value", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedPreliminary{"feed.preliminary", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedNotDone{"feed.not_done", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedStatusUnknown{"feed.status_unknown", 200, Retry::kNo};
inline constexpr ErrorInfo kFeedNotProduction{"feed.not_production", 200,
                                              Retry::kNo};  // marked as test, training or debugging

}  // namespace mingma::errors
