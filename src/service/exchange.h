// What is kept of submissions: signed manifests, how far each part is, and the outcome of every line.
//
// Tables (all values deterministic CBOR unless sealed; docs/data.md says who can read what):
//   submissions  id -> sealed [manifest, key id, signature base, signature, institution, created at], context
//   "mingma/v1/submission" || id parts        id || part u32 BE -> [state, processed, counts x 7] outcomes     id ||
//   part u32 BE || last line u32 BE -> [[line, outcome, code, place, statement id or h'']...] of one chunk keys one key
//   per submission (wrapped_keys.h): seals the manifest and the spool files of its parts
//   counters     officer's passkey id -> counter u32 BE || digest it last signed
// Threading: every method from any thread. Durability: creating and finishing are synced, progress is buffered: after a
// crash
//   the last chunks are done again, which changes nothing in the shards.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "service/manifest.h"
#include "service/spool.h"
#include "service/types.h"
#include "service/wrapped_keys.h"
#include "shard/keys.h"
#include "store/store.h"

namespace mingma::service {

struct StoredSubmission {
  Manifest manifest;
  Bytes manifest_bytes;
  MessageSignature signature;
  UnixSeconds received_at{};
  Digest spool_key{};
};

// One line of a part may carry several statements, so several entries may have one line number.
struct LineOutcome {
  std::uint32_t line = 0;  // from 0, blank lines not counted
  StatementOutcome outcome;
};

std::vector<store::TableSpec> exchange_tables();
Result<shard::SubmissionId> parse_submission_id(std::string_view uuid);

class Exchange final {
 public:
  // `store` was opened with exchange_tables().
  Exchange(std::unique_ptr<store::Store> store, const Digest& key_encryption_key, Rng& rng);

  // kSubmissionConflict when the id is taken by another manifest; the stored one when it is the same.
  Result<StoredSubmission> create(const Manifest& manifest, const CreateSubmission& request, UnixSeconds now);
  Result<StoredSubmission> find(const std::string& id);  // kNoSuchThing
  Result<PartStatus> part(const PartKey& key) const;     // kMissing when never seen
  Result<void> put_part(const PartKey& key, const PartStatus& status, store::Durability durability);
  // Outcomes of the chunk of lines that ends with `last_line`, with the part's new status, in one write.
  Result<void> put_outcomes(const PartKey& key, std::uint32_t last_line, const std::vector<LineOutcome>& outcomes,
                            const PartStatus& status);
  // The chunk that holds `line`; empty when there is none yet.
  Result<std::vector<LineOutcome>> outcomes(const PartKey& key, std::uint32_t line) const;
  // Parts that were received and not finished: to resume after a restart.
  Result<std::vector<PartKey>> unfinished() const;
  // Every submission whose key is there; returns how many have none any more.
  Result<std::uint64_t> for_each(const std::function<Result<void>(const StoredSubmission&)>& visit);
  // A passkey was used: its counter, for signing `digest`. Synced. kShardCounterBack when it did not rise since the
  // last use; the same counter for the same digest is a repetition and changes nothing.
  Result<void> advance_counter(const std::string& key_id, std::uint32_t counter, const Digest& digest);
  // The manifest and the spooled parts of a submission can never be read again; its outcomes stay.
  Result<void> destroy_key(const std::string& id);

 private:
  Result<StoredSubmission> open_submission(const std::string& id, ByteView sealed);

  std::unique_ptr<store::Store> store_;
  Rng& rng_;
  std::mutex mutex_;
  WrappedKeys keys_;  // guarded by mutex_
};

}  // namespace mingma::service
