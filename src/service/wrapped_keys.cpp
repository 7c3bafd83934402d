#include "service/wrapped_keys.h"

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "service/errors.h"

namespace mingma::service {
namespace {

void append_u32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t read_u32(ByteView bytes) {
  return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) | bytes[3];
}

Bytes prefixed(std::string_view prefix, ByteView rest) {
  Bytes out = to_bytes(as_bytes(prefix));
  append(out, rest);
  return out;
}

Bytes period_row(KeyPeriod period) {
  Bytes out = {'p'};
  append_u32(out, period.value);
  return out;
}

Error destroyed() { return {errors::kKeyDestroyed, "the key of this record was destroyed; nothing can read it"}; }

}  // namespace

KeyPeriod key_period(UnixSeconds instant) {
  const YearMonthDay day = year_month_day(china_date(instant));
  return {static_cast<std::uint32_t>(day.year * 12 + day.month - 1)};
}

WrappedKeys::~WrappedKeys() {
  crypto::wipe(key_encryption_key_.bytes);
  for (auto& [period, key] : periods_) crypto::wipe(key.bytes);
}

Result<Digest> WrappedKeys::period_key(KeyPeriod period) {
  if (const auto found = periods_.find(period); found != periods_.end()) return found->second;
  const Bytes row = period_row(period);
  MINGMA_TRY(const bool there, store_.get_into(table_, row, scratch_));
  if (!there) return destroyed();
  MINGMA_TRY(const Bytes plain,
             crypto::open_sealed(key_encryption_key_, prefixed("mingma/v1/period-key", row), scratch_));
  MINGMA_TRY(const Digest key, Digest::from(plain));
  periods_.emplace(period, key);
  return key;
}

Result<Digest> WrappedKeys::period_key_for_new(KeyPeriod period, store::Batch& batch) {
  const Result<Digest> present = period_key(period);
  if (present || !present.error().is(errors::kKeyDestroyed)) return present;
  Digest key;
  rng_.fill(key.bytes);
  const Bytes row = period_row(period);
  batch.put(table_, row, crypto::seal(key_encryption_key_, rng_, prefixed("mingma/v1/period-key", row), key));
  periods_.emplace(period, key);
  return key;
}

Result<Digest> WrappedKeys::create(ByteView name, UnixSeconds now, store::Batch& batch) {
  const KeyPeriod period = key_period(now);
  MINGMA_TRY(const Digest wrapping, period_key_for_new(period, batch));
  Digest key;
  rng_.fill(key.bytes);
  Bytes value;
  append_u32(value, period.value);
  append(value, crypto::seal(wrapping, rng_, prefixed("mingma/v1/key", name), key));
  batch.put(table_, prefixed("k", name), value);
  return key;
}

Result<Digest> WrappedKeys::open(ByteView name) {
  MINGMA_TRY(const bool there, store_.get_into(table_, prefixed("k", name), scratch_));
  if (!there || scratch_.size() < 4) return destroyed();
  const Bytes sealed(scratch_.begin() + 4, scratch_.end());
  MINGMA_TRY(const Digest wrapping, period_key({read_u32(scratch_)}));
  MINGMA_TRY(const Bytes plain, crypto::open_sealed(wrapping, prefixed("mingma/v1/key", name), sealed));
  return Digest::from(plain);
}

void WrappedKeys::destroy(ByteView name, store::Batch& batch) { batch.erase(table_, prefixed("k", name)); }

// Residents' names are pseudonyms of 16 bytes that may begin with any byte, so the length tells them apart.
Result<std::vector<Bytes>> WrappedKeys::rows_of(ByteView first, KeyPeriod period) const {
  constexpr std::size_t kRowBytes = 1 + 17;
  std::vector<Bytes> rows;
  MINGMA_CHECK(store_.scan(table_, prefixed("k", first), [&](ByteView key, ByteView value) -> Result<void> {
    if (key.size() == kRowBytes && value.size() >= 4 && read_u32(value) == period.value) rows.push_back(to_bytes(key));
    return {};
  }));
  return rows;
}

Result<void> WrappedKeys::destroy_of(ByteView first, KeyPeriod period, store::Batch& batch) {
  MINGMA_TRY(const std::vector<Bytes> rows, rows_of(first, period));
  for (const Bytes& row : rows) batch.erase(table_, row);
  return {};
}

Result<bool> WrappedKeys::has(ByteView name) const {
  MINGMA_TRY(const auto value, store_.get(table_, prefixed("k", name)));
  return value.has_value();
}

Result<bool> WrappedKeys::has_of(ByteView first, KeyPeriod period) const {
  MINGMA_TRY(const std::vector<Bytes> rows, rows_of(first, period));
  return !rows.empty();
}

Result<bool> WrappedKeys::has_period(KeyPeriod period) const {
  MINGMA_TRY(const auto value, store_.get(table_, period_row(period)));
  return value.has_value();
}

void WrappedKeys::destroy_period(KeyPeriod period, store::Batch& batch) {
  if (const auto found = periods_.find(period); found != periods_.end()) {
    crypto::wipe(found->second.bytes);
    periods_.erase(found);
  }
  batch.erase(table_, period_row(period));
}

}  // namespace mingma::service
