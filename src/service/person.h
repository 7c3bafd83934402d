// Persons and their pseudonyms: the only place where a document number meets a ResidentId.
//
// Pseudonym: first 16 bytes of HMAC-SHA-256(pseudonym key, document type u8 || numbering system || 0x00 || number).
// The same document read from a feed and from a sign-in gives the same ResidentId.
// Threading: Pseudonyms is immutable and safe to share. Nothing here is ever logged.
// Errors: kBadRequest for a document that cannot exist.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "crypto/digest.h"
#include "feed/identity.h"
#include "service/types.h"

namespace mingma::service {

class Pseudonyms final {
 public:
  explicit Pseudonyms(const Digest& key) : key_(key) {}
  ResidentId of(const feed::PersonIdentity& person) const;
  // Shows that a restored pseudonym key is the right one without revealing it (kept in the genesis document).
  Digest check_value() const;

 private:
  crypto::HmacKey key_;
};

Result<feed::PersonIdentity> to_identity(const Person& person);

// What is kept of a person, sealed under the resident's key: for the name mask on the code. CBOR [name, digits].
struct PersonCard {
  std::string name;
  std::string document_digits;  // last four characters
};
Bytes encode_person(const Person& person);
Result<PersonCard> decode_person(ByteView bytes);
// "张三丰" -> "张**": the first character and one asterisk for each other one, at most four.
std::string mask_name(std::string_view name);

// Which data shard (1..data_shards) holds a resident: the leading 32 bits choose, in equal ranges.
ShardId shard_of(const ResidentId& resident, std::uint16_t data_shards);

}  // namespace mingma::service
