// Use cases of the neighbour provinces: an institution orders a statement to be given to another province; a correction
// of it follows by itself; the other province takes it with its proof and acknowledges.
//
// Delivery: outbox() gives what is not acknowledged yet, as signed envelopes; whoever runs the process posts each to
// `url` + /v1/neighbours/statements and hands the answer to acknowledge(). Sending again is harmless.
// Formats: docs/formats/exchange.md. Threading, errors, durability: as service/api.h. shard.untrusted_province,
// shard.bad_proof, shard.conflict.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "service/types.h"

namespace mingma::service {

// One statement given away, without anything personal.
struct ExportView {
  Digest exported{};
  DivisionCode to{};
  std::string basis;  // "order", "correction"
  UnixSeconds at{};
  UnixSeconds acknowledged_at{};  // 0: not yet
  std::string outcome;            // what the other province said
  ShardId shard{};
  LeafIndex leaf{};
};

struct OutgoingExport {
  Digest exported{};
  std::string url;
  SignedDocument envelope;
};

class NeighbourApi {
 public:
  template <typename T>
  using Async = boost::asio::awaitable<Result<T>>;

  virtual ~NeighbourApi() = default;

  // What another province's command needs to trust this one: genesis document, ledger keys, keys of the exchange.
  virtual Result<Json> card() const = 0;
  // "export", signed by the institution that signed the statement.
  virtual Async<ExportView> order_export(SignedDocument order) = 0;
  virtual Async<std::vector<ExportView>> exports(bool unacknowledged_only) = 0;  // at most 1,000 a shard
  virtual Async<std::vector<OutgoingExport>> outbox() = 0;                       // at most 32 at a time
  // An "export_envelope" of another province; the answer is a signed "acknowledgement", the same each time.
  virtual Async<SignedDocument> receive(SignedDocument envelope) = 0;
  virtual Async<ExportView> acknowledge(SignedDocument acknowledgement) = 0;
};

}  // namespace mingma::service
