#include "service/genesis.h"

#include "base/json.h"
#include "crypto/random.h"
#include "log/local_log.h"
#include "service/errors.h"
#include "service/person.h"
#include "service/signed_document.h"
#include "shard/errors.h"
#include "shard/keys.h"
#include "shard/machine.h"
#include "shard/tables.h"
#include "store/rocksdb_store.h"

namespace mingma::service {
namespace {

// The control shard has no residents and no submissions, so no key is ever asked for.
class NoKeys final : public shard::KeySource {
 public:
  Result<shard::ResidentKeys> resident_keys(const ResidentId&) const override { return none(); }
  Result<Digest> submission_key(const shard::SubmissionId&) const override { return none(); }
  Result<Digest> body_secret(shard::KeyMonth, rules::EvidenceKind) const override { return none(); }

 private:
  static Error none() { return {errors::kShardKeyDestroyed, "the control shard has no residents' keys"}; }
};

}  // namespace

Result<std::string> genesis_document(const DataDir& dir, const GenesisRequest& request) {
  if (request.threshold < 1 || request.threshold > request.roots.size()) {
    return Error(errors::kBadRequest, "the threshold must be 1 to the number of root keys");
  }
  MINGMA_TRY(const Digest pseudonym_key, dir.secret("pseudonym"));
  const ProvinceFile& province = dir.province();
  Json json;
  json.set("type", "genesis");
  json.set("province", province.province.to_string());
  Json name;
  name.set("zh", request.name.zh);
  name.set("en", request.name.en);
  json.set("name", std::move(name));
  json.set("origin", province.origin);
  json.set("shards", static_cast<std::int64_t>(province.data_shards));
  json.set("threshold", static_cast<std::int64_t>(request.threshold));
  Json::Array roots;
  for (const RootKey& root : request.roots) {
    Json entry;
    entry.set("name", root.name);
    entry.set("key", base64_encode(root.key.spki_der()));
    roots.push_back(std::move(entry));
  }
  json.set("roots", std::move(roots));
  json.set("pseudonym_check", hex_encode(Pseudonyms(pseudonym_key).check_value()));
  json.set("created_at", province.created.to_string());
  return json.to_string();
}

Result<void> write_genesis(const DataDir& dir, const SignedDocument& genesis, UnixSeconds now) {
  MINGMA_TRY(const shard::SignedDocument document, to_shard_document(genesis));
  const auto tables = shard::shard_tables();
  MINGMA_TRY(const auto store, store::open_rocksdb_store(dir.shard_path(kControlShard), tables));
  MINGMA_TRY(const auto log, log::open_local_log(*store, shard::kLogTable));
  store::Batch claim;
  MINGMA_TRY(const log::RecordHeader header, log->claim(claim));
  MINGMA_CHECK(store->write(claim, store::Durability::kSynced));
  log->advance(header);
  const NoKeys keys;
  MINGMA_TRY(const auto machine, shard::ShardMachine::open({}, *store, *log, &keys));
  Digest seed;
  crypto::SystemRng().fill(seed.bytes);
  const std::vector<shard::Command> commands{shard::PublishCommand{document}};
  MINGMA_TRY(shard::Planned planned, machine->plan(commands, now, seed));
  if (planned.results.front().error) return *planned.results.front().error;
  if (planned.empty) return Error(errors::kDataDir, "the province has this genesis document already");
  MINGMA_CHECK(store->write(planned.batch, store::Durability::kSynced));
  machine->commit(std::move(planned));
  return {};
}

}  // namespace mingma::service
