#include "service/key_vault.h"

#include "service/errors.h"
#include "shard/errors.h"
#include "shard/tables.h"

namespace mingma::service {
namespace {

Bytes submission_name(const shard::SubmissionId& submission) {
  Bytes name = {'s'};
  append(name, submission);
  return name;
}

Bytes body_name(shard::KeyMonth month, rules::EvidenceKind kind) {
  Bytes name = {'b'};
  for (int shift = 24; shift >= 0; shift -= 8) name.push_back(static_cast<std::uint8_t>(month.value >> shift));
  name.push_back(static_cast<std::uint8_t>(kind));
  return name;
}

Error as_shard_error(Error error) {
  if (!error.is(errors::kKeyDestroyed)) return error;
  return {errors::kShardKeyDestroyed, error.message()};
}

}  // namespace

KeyVault::KeyVault(const store::Store& store, const Digest& key_encryption_key, Rng& rng, std::size_t cached_max)
    : keys_(store, shard::kKeysTable, key_encryption_key, rng), derived_(cached_max) {}

Result<Digest> KeyVault::open(ByteView name) const {
  for (const auto* made : {&fresh_, &in_flight_}) {
    if (made->empty()) continue;
    if (const auto found = made->find(to_bytes(name)); found != made->end()) return found->second;
  }
  Result<Digest> key = keys_.open(name);
  if (!key) return as_shard_error(std::move(key).error());
  return key;
}

Result<shard::ResidentKeys> KeyVault::resident_keys(const ResidentId& resident) const {
  if (const shard::ResidentKeys* derived = derived_.find(resident); derived != nullptr) return *derived;
  MINGMA_TRY(const Digest key, open(resident.bytes));
  return derived_.insert(resident, shard::derive_resident_keys(key));
}

Result<Digest> KeyVault::submission_key(const shard::SubmissionId& submission) const {
  return open(submission_name(submission));
}

Result<Digest> KeyVault::body_secret(shard::KeyMonth month, rules::EvidenceKind kind) const {
  const Bytes name = body_name(month, kind);
  if (const auto found = bodies_.find(name); found != bodies_.end()) return found->second;
  MINGMA_TRY(const Digest secret, open(name));
  bodies_.emplace(name, secret);
  return secret;
}

Result<void> KeyVault::ensure_bodies(UnixSeconds at) {
  const shard::KeyMonth month = shard::key_month(at);
  if (month == ensured_) return {};
  for (const rules::EvidenceKindInfo& kind : rules::evidence_schema())
    MINGMA_CHECK(ensure(body_name(month, kind.kind), at));
  ensured_ = month;
  return {};
}

Result<bool> KeyVault::has(const shard::KeysToDestroy& keys) const {
  switch (keys.scope) {
    case shard::KeyScope::kBodies:
      return keys_.has(body_name(keys.month, keys.kind));
    case shard::KeyScope::kSubmissions:
      return keys_.has_of(as_bytes("s"), {keys.month.value});
    case shard::KeyScope::kResidents:
      return keys_.has_period({keys.month.value});
  }
  return false;
}

Result<void> KeyVault::destroy(const shard::KeysToDestroy& keys, store::Batch& batch) {
  bodies_.clear();
  switch (keys.scope) {
    case shard::KeyScope::kBodies:
      keys_.destroy(body_name(keys.month, keys.kind), batch);
      return {};
    case shard::KeyScope::kSubmissions:
      return keys_.destroy_of(as_bytes("s"), {keys.month.value}, batch);
    case shard::KeyScope::kResidents:
      destroy_period({keys.month.value}, batch);
      return {};
  }
  return {};
}

Result<void> KeyVault::ensure(ByteView name, UnixSeconds now) {
  const Result<Digest> present = open(name);
  if (present) return {};
  if (!present.error().is(errors::kShardKeyDestroyed)) return present.error();
  MINGMA_TRY(const Digest key, keys_.create(name, now, pending_));
  fresh_.emplace(to_bytes(name), key);
  return {};
}

Result<void> KeyVault::ensure_resident(const ResidentId& resident, UnixSeconds now) {
  return ensure(resident.bytes, now);
}

Result<void> KeyVault::ensure_submission(const shard::SubmissionId& submission, UnixSeconds now) {
  return ensure(submission_name(submission), now);
}

void KeyVault::destroy_resident(const ResidentId& resident, store::Batch& batch) {
  derived_.erase(resident);
  fresh_.erase(to_bytes(resident.bytes));
  in_flight_.erase(to_bytes(resident.bytes));
  keys_.destroy(resident.bytes, batch);
}

void KeyVault::destroy_period(KeyPeriod period, store::Batch& batch) {
  derived_.clear();
  keys_.destroy_period(period, batch);
}

void KeyVault::take_pending(store::Batch& batch) {
  batch.append(pending_);
  pending_.clear();
  in_flight_.merge(fresh_);
  fresh_.clear();
}

void KeyVault::written() { in_flight_.clear(); }

}  // namespace mingma::service
