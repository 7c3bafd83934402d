// The exchange with other provinces over the shards. Implements service/neighbour_api.h; made by the province.
// Threading: any thread; everything about a resident runs on that resident's shard.
#pragma once

#include <functional>
#include <mutex>

#include "base/rng.h"
#include "crypto/signature.h"
#include "service/data_dir.h"
#include "service/directory.h"
#include "service/ledger_desk.h"
#include "service/neighbour_api.h"
#include "service/person.h"
#include "service/shard_runtime.h"
#include "shard/neighbour.h"

namespace mingma::service {

// What the desk uses of the province; all outlive it.
struct NeighbourContext {
  struct Place {
    ShardRuntime& runtime;
    LedgerDesk* ledger;  // null: the shard could not be loaded
  };
  std::function<Place(const ResidentId&)> place_of;
  std::function<std::vector<Place>()> data_shards;
  std::function<std::string()> ledger_keys;
  const Pseudonyms& pseudonyms;
  const Directory& directory;
  const ProvinceFile& province;
  const Clock& clock;
  Rng& rng;
};

class NeighbourDesk final : public NeighbourApi {
 public:
  // `seal_secret`: X25519. `sign_key`: Ed25519.
  NeighbourDesk(NeighbourContext context, const Digest& seal_secret, crypto::SigningKey sign_key)
      : context_(std::move(context)), seal_secret_(seal_secret), sign_key_(std::move(sign_key)) {}

  Result<Json> card() const override;
  Async<ExportView> order_export(SignedDocument order) override;
  Async<std::vector<ExportView>> exports(bool unacknowledged_only) override;
  Async<std::vector<OutgoingExport>> outbox() override;
  Async<SignedDocument> receive(SignedDocument envelope) override;
  Async<ExportView> acknowledge(SignedDocument acknowledgement) override;

 private:
  using Stored = std::vector<shard::StoredExport>;
  Async<Stored> stored(NeighbourContext::Place place, bool unacknowledged_only, std::size_t count_max);
  ExportView to_view(const shard::StoredExport& stored, ShardId shard) const;
  Result<shard::ExportMaterial> make_material(ShardRuntime& shard, const shard::StoredExport& stored) const;
  Result<OutgoingExport> seal(const shard::ExportMaterial& material, const Digest& exported);
  Result<shard::ExportMaterial> open(const SignedDocument& envelope) const;
  Async<SignedDocument> answer(ResidentId resident, Digest exported, DivisionCode to);
  SignedDocument sign(std::string type, std::string document);

  NeighbourContext context_;
  Digest seal_secret_;
  std::mutex sign_mutex_;
  crypto::SigningKey sign_key_;  // guarded by sign_mutex_
};

}  // namespace mingma::service
