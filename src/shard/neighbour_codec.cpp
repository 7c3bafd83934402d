#include "shard/neighbour_codec.h"

#include "shard/event_codec_parts.h"

namespace mingma::shard {

using namespace event_codec;

void write_fields(CborWriter& out, const ExportOperation& op) {
  out.bytes(op.resident.bytes).bytes(op.statement).unsigned_integer(op.to.value);
  out.unsigned_integer(static_cast<std::uint8_t>(op.basis)).unsigned_integer(op.institution.value).text(op.key_id);
  out.bytes(op.authority).bytes(op.sealed);
  write_leaf_number(out, op.leaf);
}

void write_fields(CborWriter& out, const ImportOperation& op) {
  out.bytes(op.resident.bytes).bytes(op.statement).bytes(op.exported).unsigned_integer(op.origin.value);
  out.text(op.institution).text(op.name_zh).text(op.name_en).text(op.phone).bytes(op.origin_statement);
  out.unsigned_integer(op.shard.value).unsigned_integer(op.origin_leaf.value).unsigned_integer(op.outcome);
}

void write_fields(CborWriter& out, const AcknowledgeOperation& op) {
  out.bytes(op.resident.bytes).bytes(op.statement).unsigned_integer(op.to.value).bytes(op.document).text(op.key_id);
  out.bytes(op.signature);
  write_leaf_number(out, op.leaf);
}

Result<ExportOperation> read_export_fields(CborReader& in) {
  ExportOperation op;
  MINGMA_CHECK(read_array(in, op.resident.bytes));
  MINGMA_CHECK(read_array(in, op.statement.bytes));
  MINGMA_CHECK(read_number(in, op.to.value));
  MINGMA_CHECK(read_enumeration(in, 1, 2, op.basis));
  MINGMA_CHECK(read_number(in, op.institution.value));
  MINGMA_TRY(op.key_id, in.text());
  MINGMA_CHECK(read_array(in, op.authority.bytes));
  MINGMA_CHECK(read_bytes(in, op.sealed));
  MINGMA_CHECK(read_leaf_number(in, op.leaf));
  return op;
}

Result<ImportOperation> read_import_fields(CborReader& in) {
  ImportOperation op;
  MINGMA_CHECK(read_array(in, op.resident.bytes));
  MINGMA_CHECK(read_array(in, op.statement.bytes));
  MINGMA_CHECK(read_array(in, op.exported.bytes));
  MINGMA_CHECK(read_number(in, op.origin.value));
  MINGMA_TRY(op.institution, in.text());
  MINGMA_TRY(op.name_zh, in.text());
  MINGMA_TRY(op.name_en, in.text());
  MINGMA_TRY(op.phone, in.text());
  MINGMA_CHECK(read_array(in, op.origin_statement.bytes));
  MINGMA_CHECK(read_number(in, op.shard.value));
  MINGMA_CHECK(read_number(in, op.origin_leaf.value));
  MINGMA_CHECK(read_number(in, op.outcome));
  return op;
}

Result<AcknowledgeOperation> read_acknowledge_fields(CborReader& in) {
  AcknowledgeOperation op;
  MINGMA_CHECK(read_array(in, op.resident.bytes));
  MINGMA_CHECK(read_array(in, op.statement.bytes));
  MINGMA_CHECK(read_number(in, op.to.value));
  MINGMA_CHECK(read_bytes(in, op.document));
  MINGMA_TRY(op.key_id, in.text());
  MINGMA_CHECK(read_bytes(in, op.signature));
  MINGMA_CHECK(read_leaf_number(in, op.leaf));
  return op;
}

}  // namespace mingma::shard
