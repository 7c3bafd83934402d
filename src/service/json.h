// Answers as JSON: the same for HTTP and the command line. Field names are those of docs/openapi.yaml.
// Digests are lower-case hex, instants RFC 3339 in UTC, absent values left out. Pure functions.
#pragma once

#include <string>

#include "base/json.h"
#include "service/family_api.h"
#include "service/neighbour_api.h"
#include "service/types.h"

namespace mingma::service {

// What every answer is made of.
Json bilingual(const Bilingual& text);
void set_instant(Json& json, std::string_view name, UnixSeconds instant);  // left out when absent
Json leaf_place(ShardId shard, LeafIndex leaf);                            // {"shard","index"}

Json to_json(const InstitutionSummary& institution);
Json to_json(const LeafOpening& leaf);
Json to_json(const HistoryEntry& entry);
Json to_json(const StatisticsCell& cell);
Json to_json(const ShardHealth& shard);
Json to_json(const Registered& registered);
Json to_json(const EnrolledDevice& device);
Json to_json(const StatementOutcome& outcome);
Json line_to_json(std::uint64_t line, const StatementOutcome& outcome);
Json to_json(const DecisionView& decision);
Json to_json(const Cause& cause);
Json to_json(const Receipt& receipt);
Json to_json(const History& history);
Json to_json(const SubmissionStatus& status);
Json to_json(const PartStatus& status);
Json to_json(const Published& published);
Json to_json(const PublicDocument& document);  // with the document's own text parsed as "content"
Json to_json(const Statistics& statistics);
Json to_json(const InclusionProof& proof);
Json to_json(const ConsistencyProof& proof);
Json to_json(const ProvinceInfo& province);
Json to_json(const Health& health);

std::string_view to_string(StatementOutcomeCode outcome);  // "accepted", "duplicate", ...
std::string_view to_string(PartState state);               // "missing", "received", "done"
std::string_view to_string(ShardState state);              // "opening", "serving", "stopped"

Json to_json(const GuardianView& guardian);
Json to_json(const DependantView& dependant);
Json to_json(const GuardianshipDone& done);
Json to_json(const PaperView& paper);
Json to_json(const ExportView& exported);

}  // namespace mingma::service
