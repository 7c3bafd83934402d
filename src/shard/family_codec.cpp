#include "shard/family_codec.h"

#include "shard/event_codec_parts.h"

namespace mingma::shard {

using namespace event_codec;

namespace {

template <typename Enumeration>
std::uint64_t number(Enumeration value) {
  return static_cast<std::uint64_t>(value);
}

}  // namespace

void write_fields(CborWriter& out, const GuardianshipOperation& op) {
  out.bytes(op.dependant.bytes).bytes(op.guardian.bytes);
  out.unsigned_integer(number(op.step)).unsigned_integer(number(op.basis)).unsigned_integer(number(op.relation));
  out.integer(op.until.value).unsigned_integer(op.institution.value).text(op.key_id);
  out.bytes(op.authority).bytes(op.sealed);
  write_leaf_number(out, op.leaf);
}

void write_fields(CborWriter& out, const PaperOperation& op) {
  out.bytes(op.resident.bytes).unsigned_integer(number(op.step)).bytes(op.id).unsigned_integer(op.version);
  out.unsigned_integer(number(op.colour)).integer(op.expires.value).unsigned_integer(number(op.hand));
  out.bytes(op.guardian.bytes).unsigned_integer(op.institution.value).unsigned_integer(number(op.reason));
  out.text(op.key_id).bytes(op.authority).bytes(op.sealed);
  write_leaf_number(out, op.leaf);
}

Result<GuardianshipOperation> read_guardianship_fields(CborReader& in) {
  GuardianshipOperation op;
  MINGMA_CHECK(read_array(in, op.dependant.bytes));
  MINGMA_CHECK(read_array(in, op.guardian.bytes));
  MINGMA_CHECK(read_enumeration(in, 1, 4, op.step));
  MINGMA_CHECK(read_enumeration(in, 1, 3, op.basis));
  MINGMA_CHECK(read_enumeration(in, 1, 7, op.relation));
  MINGMA_CHECK(read_time(in, op.until));
  MINGMA_CHECK(read_number(in, op.institution.value));
  MINGMA_TRY(op.key_id, in.text());
  MINGMA_CHECK(read_array(in, op.authority.bytes));
  MINGMA_CHECK(read_bytes(in, op.sealed));
  MINGMA_CHECK(read_leaf_number(in, op.leaf));
  return op;
}

Result<PaperOperation> read_paper_fields(CborReader& in) {
  PaperOperation op;
  MINGMA_CHECK(read_array(in, op.resident.bytes));
  MINGMA_CHECK(read_enumeration(in, 1, 2, op.step));
  MINGMA_CHECK(read_array(in, op.id));
  MINGMA_CHECK(read_number(in, op.version));
  MINGMA_CHECK(read_enumeration(in, 0, 3, op.colour));
  MINGMA_CHECK(read_time(in, op.expires));
  MINGMA_CHECK(read_enumeration(in, 1, 3, op.hand));
  MINGMA_CHECK(read_array(in, op.guardian.bytes));
  MINGMA_CHECK(read_number(in, op.institution.value));
  MINGMA_CHECK(read_enumeration(in, 0, 4, op.reason));
  MINGMA_TRY(op.key_id, in.text());
  MINGMA_CHECK(read_array(in, op.authority.bytes));
  MINGMA_CHECK(read_bytes(in, op.sealed));
  MINGMA_CHECK(read_leaf_number(in, op.leaf));
  return op;
}

}  // namespace mingma::shard
