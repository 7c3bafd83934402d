#include "shard/keys.h"

namespace mingma::shard {
namespace {

Digest expand(const crypto::HmacKey& key, std::string_view purpose) {
  constexpr std::array<std::uint8_t, 1> kFirstBlock{1};
  return key.mac({as_bytes("mingma/v1/"), as_bytes(purpose), kFirstBlock});
}

}  // namespace

ResidentKeys derive_resident_keys(const Digest& resident_key) {
  const crypto::HmacKey key(resident_key);
  const Digest commitment = expand(key, "commitment");
  Digest opening = expand(key, "opening");
  ResidentKeys keys{commitment, crypto::HmacKey(commitment), crypto::HmacKey(opening), expand(key, "seal")};
  crypto::wipe(opening.bytes);
  return keys;
}

}  // namespace mingma::shard
