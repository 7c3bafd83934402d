// Reads for people and pages: what is known about one resident, with what is needed to prove it.
//
// Everything here reads the durable state (a store or a snapshot of it) and the machine's memory; nothing changes.
// Bodies of statements are sealed: without the resident's key (destroyed, or `keys` null) `statement` is absent and the
// rest is still there. Threading: on the shard's thread (the machine), or with a snapshot where only a Reader is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "shard/machine.h"
#include "store/store.h"

namespace mingma::shard {

struct EvidenceView {
  StoredEvidence stored;
  std::optional<Statement> statement;  // opened
};

// Of one resident, newest first (by sequence, then index).
Result<std::vector<EvidenceView>> list_evidence(const store::Reader& reader, const ResidentId& resident,
                                                const KeySource* keys);

struct DecisionVersion {
  DecisionRecord record;
  StoredDecision stored;
  Digest record_hash{};
};
// Newest first; `before_version` 0: from the newest.
Result<std::vector<DecisionVersion>> list_decisions(const store::Reader& reader, const ResidentId& resident,
                                                    std::uint32_t before_version, std::size_t count_max);
Result<std::optional<DecisionVersion>> find_decision(const store::Reader& reader, const ResidentId& resident,
                                                     std::uint32_t version);

// Kinds of evidence that feed the facts which rule `rule` of the policy reads. Bit EvidenceKind. For the default
// colour: 0.
std::uint32_t deciding_kinds(const ControlState& control, PolicyNumber policy, rules::RuleIndex rule);

// Device public keys (65 bytes each), in the order of their ids.
Result<std::vector<Bytes>> list_devices(const store::Reader& reader, const ResidentId& resident);
// One device's public key by its id; none: not enrolled.
Result<std::optional<Bytes>> find_device(const store::Reader& reader, const ResidentId& resident,
                                         const std::array<std::uint8_t, 16>& device);
Result<std::optional<Bytes>> sealed_person(const store::Reader& reader, const ResidentId& resident);

// Everything to check a leaf without this server, the inclusion proof excepted. kShardKeyDestroyed without the key.
struct LeafOpening {
  Bytes record;  // canonical DecisionRecord or Statement
  Digest opening{};
  Digest commitment_key{};
  Digest commitment{};
};
Result<LeafOpening> open_decision(const DecisionVersion& version, const KeySource& keys);
Result<LeafOpening> open_statement(const ResidentId& resident, const EvidenceView& evidence, const KeySource& keys);

// Outcomes of one part of a submission in this shard, ascending by line.
Result<std::vector<StatementResult>> list_outcomes(const store::Reader& reader, const SubmissionId& submission,
                                                   std::uint32_t part);

struct ColourCount {
  DivisionCode city{};  // prefecture of the present place
  rules::Colour colour = rules::Colour::kNone;
  PolicyNumber policy = kNoPolicyNumber;
  rules::RuleIndex rule = rules::kDefaultRule;
  std::uint64_t count = 0;
};
// One pass over the heads in memory (about 10 ms a million rows). Ascending by all fields but the count.
std::vector<ColourCount> count_colours(const RowTable& rows);

}  // namespace mingma::shard
