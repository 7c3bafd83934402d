#include "shard/brakes.h"

#include "crypto/digest.h"
#include "shard/image.h"

namespace mingma::shard {
namespace {

Bytes start(char kind) { return Bytes(1, static_cast<std::uint8_t>(kind)); }

template <typename Integer>
void add_number(Bytes& key, Integer value) {
  key.resize(key.size() + sizeof(value));
  put_big_endian(value, key.data() + key.size() - sizeof(value));
}

}  // namespace

Bytes signer_brake_key(InstitutionNumber institution, std::string_view signer, BrakeHour hour) {
  Bytes key = start('s');
  add_number(key, institution.value);
  append(key, ByteView(crypto::sha256(as_bytes(signer)).bytes).first(16));
  add_number(key, hour.value);
  return key;
}

Bytes institution_brake_key(InstitutionNumber institution, BrakeHour hour) {
  Bytes key = start('i');
  add_number(key, institution.value);
  add_number(key, hour.value);
  return key;
}

Bytes batch_brake_key(const SubmissionId& submission) {
  Bytes key = start('b');
  append(key, submission);
  return key;
}

Bytes counter_key(std::string_view key_id) {
  Bytes key = start('k');
  append(key, as_bytes(key_id));
  return key;
}

Bytes cleared_kind_key(const ResidentId& resident, InstitutionNumber institution, rules::EvidenceKind kind) {
  Bytes key = start('c');
  append(key, resident.bytes);
  add_number(key, institution.value);
  key.push_back(static_cast<std::uint8_t>(kind));
  return key;
}

Bytes cleared_record_key(const ResidentId& resident, InstitutionNumber institution, const RecordTag& record) {
  Bytes key = start('r');
  append(key, resident.bytes);
  add_number(key, institution.value);
  append(key, record);
  return key;
}

Bytes brake_answer_key(const BrakeAsk& ask) {
  Bytes said = to_bytes(ask.statement);
  add_number(said, ask.institution.value);
  append(said, ask.submission);
  add_number(said, std::uint32_t{ask.policy.value});
  said.push_back(static_cast<std::uint8_t>(ask.mode));
  append(said, as_bytes(ask.signer));
  Bytes key = start('v');
  append(key, ByteView(crypto::sha256(said).bytes).first(16));
  return key;
}

Bytes encode_brake(std::uint32_t value) {
  Bytes out;
  ImageWriter(out).number(value);
  return out;
}

std::uint32_t decode_brake(ByteView bytes) { return ImageReader(bytes).number<std::uint32_t>(); }

}  // namespace mingma::shard
