// Cases, look-ups and retention as JSON, the same for HTTP and the command line; with words in Chinese and English for
// everything a person reads. As service/json.h.
#pragma once

#include "base/json.h"
#include "service/redress_types.h"

namespace mingma::service {

Json to_json(const CaseView& view);
// Ticket, state and deadlines only: for the receipt.
Json summary_json(const CaseView& view);
Json to_json(const WorkItem& item);
Json to_json(const LookUpView& view);
Json to_json(const LookUpRecorded& recorded);
Json to_json(const LookedUp& looked_up);
Json to_json(const shard::HolderCode& code);
Json to_json(const RetentionDone& done);

// In words: {"zh","en"}.
Bilingual words_of(shard::CaseEnd end);
Bilingual words_of(shard::CaseStepKind kind);
Bilingual words_of(shard::CaseAnswer answer);
Bilingual words_of(shard::CaseDeadline deadline);
Bilingual words_of(shard::CaseChannel channel);

}  // namespace mingma::service
