#include "log/shard_log.h"

#include "crypto/digest.h"
#include "log/errors.h"

namespace mingma::log {
namespace {

Error broken(const Record& record, std::string_view what) {
  return Error(errors::kLogBrokenChain, std::string(what) + "; keep a copy of the store and run the audit",
               "sequence " + std::to_string(record.header.sequence.value));
}

}  // namespace

Digest record_hash(Epoch epoch, Sequence sequence, const Digest& previous, ByteView body) {
  std::array<std::uint8_t, 12> head;
  for (int i = 0; i < 4; ++i) head[i] = static_cast<std::uint8_t>(epoch.value >> (24 - 8 * i));
  for (int i = 0; i < 8; ++i) head[4 + i] = static_cast<std::uint8_t>(sequence.value >> (56 - 8 * i));
  return crypto::sha256_concat({as_bytes("mingma/v1/log\n"), head, previous, body});
}

Result<Acceptance> accept(ChainEnd& end, const Record& record) {
  const RecordHeader& header = record.header;
  if (header.epoch < end.epoch) return Acceptance::kStale;
  if (header.epoch > end.epoch && !record.is_claim()) return broken(record, "the epoch rises without a claim");
  if (header.epoch == end.epoch && record.is_claim()) return broken(record, "a claim that does not raise the epoch");
  if (header.sequence.value != end.sequence.value + 1)
    return broken(record, "records are missing or repeated before this one");
  if (header.previous != end.hash)
    return broken(record, "the record before this one is not the one it was written after");
  const Digest hash = record_hash(header.epoch, header.sequence, header.previous, record.body);
  if (hash != header.hash) return broken(record, "the record was altered");
  end = {header.epoch, header.sequence, hash};
  return Acceptance::kAccepted;
}

}  // namespace mingma::log
