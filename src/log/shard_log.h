// ShardLog: the ordered, chained log of one shard. The order of its records is the truth; all state is a fold over it.
//
// A record counts only if it extends the chain: its sequence is one more than the last record's, its `previous` is the
// last record's hash, and its epoch is the current one, or a higher one in a claim (an empty body). A new owner begins
// with a claim. Records of an older epoch are stale and ignored by every reader in the same way; any other record that
// does not extend the chain is damage and an error (log.broken_chain).
//
// hash(record) = SHA-256("mingma/v1/log\n" || epoch u32 || sequence u64 || previous || body), integers big-endian.
//
// Writing has two steps, so that a record and the state it causes are one atomic write of the store:
//   append(body, batch) adds the record to the caller's batch and returns its header; nothing has changed yet.
//   After the batch is durable the owner calls advance(header). Only one append may be open at a time.
// Threading: one owner, on one thread; readers see what is durable.
// Format in the store (local_log.h): key = sequence u64 BE; value = epoch u32 BE || previous (32) || body.
#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "store/store.h"

namespace mingma::log {

inline constexpr std::size_t kBodyBytesMax = 48u << 20;

struct RecordHeader {
  Epoch epoch{};
  Sequence sequence{};  // first is 1
  Digest previous{};    // hash of the record before; all zero for the first
  Digest hash{};        // of this record

  bool operator==(const RecordHeader&) const = default;
};

Digest record_hash(Epoch epoch, Sequence sequence, const Digest& previous, ByteView body);

struct Record {
  RecordHeader header;
  ByteView body;  // borrowed; empty = a claim

  bool is_claim() const { return body.empty(); }
};

// The end of a chain: what the next record must extend. The default is the empty log.
struct ChainEnd {
  Epoch epoch{};
  Sequence sequence{};
  Digest hash{};

  bool operator==(const ChainEnd&) const = default;
};

enum class Acceptance { kAccepted, kStale };

// The one rule every reader applies. Checks the record's own hash; moves `end` on if the record is accepted.
Result<Acceptance> accept(ChainEnd& end, const Record& record);

class ShardLog {
 public:
  virtual ~ShardLog() = default;

  // The durable end of the chain.
  virtual ChainEnd end() const = 0;
  // Takes ownership: adds a claim with an epoch above the current one to the batch. advance() it when durable.
  virtual Result<RecordHeader> claim(store::Batch& batch) = 0;
  // `body` is not empty and at most kBodyBytesMax. Fails with log.not_owner if this object has not claimed, or if
  // another owner has since.
  virtual Result<RecordHeader> append(ByteView body, store::Batch& batch) = 0;
  virtual void advance(const RecordHeader& header) = 0;

  // Calls visit for each accepted record (claims included) with sequence >= from, in order, chain-checked. The body is
  // valid during the call only. Reading may go on while the owner appends; it ends at what was durable when it began.
  using Visitor = std::function<Result<void>(const Record&)>;
  virtual Result<void> read(Sequence from, const Visitor& visit) const = 0;
};

}  // namespace mingma::log
