// The audit: replays a shard's log from its first record into a scratch store and asks of everything in it: who signed
// that, which rule says so, and is it what the tables and the ledger say? It trusts nothing that is stored but the
// log's bytes, and of these only what it can derive again.
//
// Checked for every event: chain, epoch and time; signatures and authority of each control document and each batch; the
// chain of grants of each statement; ids, tags and bodies; every decision derived again from evidence, area orders and
// rules; the residents' chains; every leaf, commitment and the shuffle; followed control events against the control
// shard's log. Checked at the end: every table against the derived state, byte for byte; the ledger's tiles and roots;
// checkpoints given.
//
// What it cannot see: statements refused without being recorded (their content is not kept), and bodies and commitments
// of residents whose keys were destroyed (counted as `unopened`). Threading: one caller; reads only. Memory: the
// scratch store's, and the rows of one shard. Errors: only of the scratch store and of reading; everything wrong with
// what is audited is a finding.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "ledger/hash.h"
#include "ledger/proof.h"
#include "shard/keys.h"
#include "store/store.h"

namespace mingma::shard {

// Stable codes: "audit.broken_log", "audit.invalid_event", "audit.bad_authority", "audit.not_authorised",
// "audit.wrong_outcome", "audit.altered_statement", "audit.unexplained_decision", "audit.missing_decision",
// "audit.wrong_record", "audit.wrong_leaf", "audit.wrong_shuffle", "audit.wrong_follow", "audit.wrong_operation",
// "audit.late_decision", "audit.moved_deadline", "audit.wrong_person", "audit.missing_export",
// "audit.not_held", "audit.wrong_hold", "audit.bad_approval", "audit.wrong_count", "audit.counter_back",
// "audit.late_lapse", "audit.wrong_case", "audit.altered_case", "audit.forged_case_document", "audit.wrong_look_up",
// "audit.early_retention", "audit.table_differs", "audit.wrong_colour", "audit.checkpoint_differs".
struct Finding {
  std::string code;
  std::string where;  // "sequence 17, resident 0123...", "table rows, resident 0123...", "checkpoint of size 100"
  std::string text;   // one line: what is there, what should be there
};

struct AuditOptions {
  ShardId shard{};
  std::size_t findings_max = 1'000;  // then the audit stops looking for more
  // Checkpoints that were signed and published for this shard; each must be a root of this ledger.
  std::vector<ledger::TreeHead> checkpoints;
  // Whose pseudonym the person named in a signed document has: only the service knows. Null: persons in documents are
  // not compared.
  std::function<Result<ResidentId>(const Json& person)> identify;
  // Called now and then with the last sequence done and the last one of the log.
  std::function<void(Sequence done, Sequence last)> progress;
};

struct AuditReport {
  std::vector<Finding> findings;
  std::uint64_t events = 0;
  std::uint64_t documents = 0;
  std::uint64_t statements = 0;  // recorded ones
  std::uint64_t signatures = 0;  // verified, of batches and documents
  std::uint64_t decisions = 0;   // versions derived again
  std::uint64_t case_steps = 0;
  std::uint64_t look_ups = 0;
  std::uint64_t unusual_look_ups = 0;
  std::uint64_t expired = 0;           // statements past their retention
  std::vector<std::string> destroyed;  // keys: what can no longer be opened
  std::uint64_t leaves = 0;
  std::uint64_t residents = 0;
  std::uint64_t unopened = 0;  // commitments and bodies whose key is gone (or no KeySource was given)
  ledger::TreeHead ledger;     // derived
  bool clean() const { return findings.empty(); }
};

// `stored`: the shard's store or a snapshot of it. `control`: the control shard's (null: followed events are not
// compared; for the control shard itself always null). `keys` may be null. `scratch` is empty, has shard_tables(), and
// may be thrown away.
Result<AuditReport> audit_shard(const AuditOptions& options, const store::Reader& stored, const store::Reader* control,
                                const KeySource* keys, store::Store& scratch);

}  // namespace mingma::shard
