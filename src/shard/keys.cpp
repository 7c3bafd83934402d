#include "shard/keys.h"

namespace mingma::shard {
namespace {

Digest expand(const crypto::HmacKey& key, std::string_view purpose) {
  constexpr std::array<std::uint8_t, 1> kFirstBlock{1};
  return key.mac({as_bytes("mingma/v1/"), as_bytes(purpose), kFirstBlock});
}

}  // namespace

KeyMonth key_month(UnixSeconds instant) {
  const YearMonthDay day = year_month_day(china_date(instant));
  return {static_cast<std::uint32_t>(day.year * 12 + day.month - 1)};
}

UnixSeconds month_end(KeyMonth month) {
  const std::uint32_t next = month.value + 1;
  YearMonthDay first = year_month_day({});
  first.year = static_cast<decltype(first.year)>(next / 12);
  first.month = static_cast<decltype(first.month)>(next % 12 + 1);
  first.day = 1;
  return china_midnight(civil_date(first));
}

std::string month_text(KeyMonth month) {
  const std::string number = std::to_string(month.value % 12 + 1);
  return std::to_string(month.value / 12) + "-" + (number.size() < 2 ? "0" : "") + number;
}

Digest body_key(const ResidentKeys& keys, const Digest& secret) {
  return crypto::hmac_sha256(keys.seal, {as_bytes("mingma/v1/body"), secret});
}

ResidentKeys derive_resident_keys(const Digest& resident_key) {
  const crypto::HmacKey key(resident_key);
  const Digest commitment = expand(key, "commitment");
  Digest opening = expand(key, "opening");
  ResidentKeys keys{commitment, crypto::HmacKey(commitment), crypto::HmacKey(opening), expand(key, "seal")};
  crypto::wipe(opening.bytes);
  return keys;
}

}  // namespace mingma::shard
