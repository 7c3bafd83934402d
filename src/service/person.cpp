#include "service/person.h"

#include <algorithm>

#include "base/cbor.h"
#include "service/errors.h"

namespace mingma::service {
namespace {

constexpr std::size_t kDigitsShown = 4;
constexpr std::size_t kMaskedMax = 4;

// Length in bytes of the UTF-8 character that begins `text`.
std::size_t first_character(std::string_view text) {
  std::size_t size = text.empty() ? 0 : 1;
  while (size < text.size() && (static_cast<std::uint8_t>(text[size]) & 0xc0) == 0x80) ++size;
  return size;
}

std::string normalise_number(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ') continue;
    out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return out;
}

}  // namespace

ResidentId Pseudonyms::of(const feed::PersonIdentity& person) const {
  const std::uint8_t type[] = {static_cast<std::uint8_t>(person.document)};
  constexpr std::uint8_t kEnd[] = {0};
  const Digest mac = key_.mac({ByteView(type), as_bytes(person.system), ByteView(kEnd), as_bytes(person.number)});
  ResidentId id;
  std::copy_n(mac.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Digest Pseudonyms::check_value() const { return crypto::sha256(key_.mac(as_bytes("mingma/v1/pseudonym-check"))); }

Result<feed::PersonIdentity> to_identity(const Person& person) {
  feed::PersonIdentity identity;
  const std::string number = normalise_number(person.document_number);
  if (person.document_type == "resident_id") {
    MINGMA_CHECK(feed::set_document(identity, feed::kResidentIdSystem, number, false));
  } else if (person.document_type == "passport" && person.country.size() == 3) {
    MINGMA_CHECK(feed::set_document(identity, std::string(feed::kPassportSystemPrefix) + person.country, number, true));
  } else {
    return Error(errors::kBadRequest, "this kind of identity document is not known", "document_type");
  }
  identity.name = person.name;
  if (!identity.birth_date) identity.birth_date = person.birth_date;  // that of a resident ID number counts
  return identity;
}

Bytes encode_person(const Person& person) {
  const std::string number = normalise_number(person.document_number);
  CborWriter out;
  out.array(2).text(person.name).text(number.substr(number.size() - std::min(number.size(), kDigitsShown)));
  return out.take();
}

Result<PersonCard> decode_person(ByteView bytes) {
  CborReader in(bytes);
  MINGMA_CHECK(in.array());
  PersonCard card;
  MINGMA_TRY(card.name, in.text());
  MINGMA_TRY(card.document_digits, in.text());
  MINGMA_CHECK(in.end());
  return card;
}

std::string mask_name(std::string_view name) {
  const std::size_t first = first_character(name);
  std::string out(name.substr(0, first));
  name.remove_prefix(first);
  for (std::size_t shown = 0; !name.empty() && shown < kMaskedMax; ++shown) {
    out.push_back('*');
    name.remove_prefix(first_character(name));
  }
  return out.empty() ? "*" : out;
}

ShardId shard_of(const ResidentId& resident, std::uint16_t data_shards) {
  const std::uint64_t leading = (std::uint64_t{resident.bytes[0]} << 24) | (std::uint64_t{resident.bytes[1]} << 16) |
                                (std::uint64_t{resident.bytes[2]} << 8) | resident.bytes[3];
  return {static_cast<std::uint16_t>((leading * data_shards >> 32) + 1)};
}

}  // namespace mingma::service
