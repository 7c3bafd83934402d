// kNeighboursTable: what was given to other provinces and what came from them. Format: docs/formats/exchange.md.

#include "base/cbor.h"
#include "crypto/seal.h"
#include "log/local_log.h"
#include "shard/errors.h"
#include "shard/image.h"
#include "shard/neighbour_fold.h"
#include "shard/stored_parts.h"
#include "shard/tables.h"

namespace mingma::shard {
namespace {

constexpr std::size_t kExportKeyBytes = 1 + 16 + 16 + 4;

Error damaged() {
  return Error(errors::kShardDamaged,
               "a stored exchange with another province is damaged; restore the shard from its log");
}

Result<StoredImport> decode_import(ByteView value) {
  CborReader in(value);
  StoredReader part(in, damaged);
  StoredImport out;
  ImportOperation& op = out.import;
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 13) return damaged();
  MINGMA_TRY(out.at.value, in.integer());
  MINGMA_CHECK(part.array(op.resident.bytes));
  MINGMA_CHECK(part.array(op.statement.bytes));
  MINGMA_CHECK(part.array(op.exported.bytes));
  MINGMA_CHECK(part.small(0xffff'ffff, op.origin.value));
  MINGMA_TRY(op.institution, in.text());
  MINGMA_TRY(op.name_zh, in.text());
  MINGMA_TRY(op.name_en, in.text());
  MINGMA_TRY(op.phone, in.text());
  MINGMA_CHECK(part.array(op.origin_statement.bytes));
  MINGMA_CHECK(part.small(0xffff, op.shard.value));
  MINGMA_TRY(op.origin_leaf.value, in.unsigned_integer());
  MINGMA_CHECK(part.small(0xff, op.outcome));
  MINGMA_CHECK(in.end());
  return out;
}

Result<std::optional<StoredImport>> read_import(const store::Reader& reader, ByteView key) {
  MINGMA_TRY(const auto value, reader.get(kNeighboursTable, key));
  if (!value) return std::optional<StoredImport>{};
  MINGMA_TRY(StoredImport out, decode_import(*value));
  return std::optional<StoredImport>(std::move(out));
}

Result<std::vector<StoredExport>> list(const store::Reader& reader, ByteView prefix, std::size_t count_max) {
  std::vector<StoredExport> out;
  MINGMA_TRY(const auto iterator, reader.iterate(kNeighboursTable));
  for (iterator->seek(prefix); iterator->valid() && out.size() < count_max; iterator->next()) {
    const ByteView key = iterator->key();
    if (key.size() < prefix.size() || !equal(key.first(prefix.size()), prefix)) break;
    MINGMA_TRY(StoredExport one, decode_stored_export(key, iterator->value()));
    out.push_back(std::move(one));
  }
  MINGMA_CHECK(iterator->status());
  return out;
}

}  // namespace

Bytes export_key(const ResidentId& resident, const StatementId& statement, DivisionCode to) {
  Bytes key(1, 'e');
  append(key, resident.bytes);
  append(key, ByteView(statement).first(16));
  std::array<std::uint8_t, 4> code;
  put_big_endian(to.value, code.data());
  append(key, code);
  return key;
}

Bytes unacknowledged_key(UnixSeconds at, ByteView export_key) {
  Bytes key(5, 'u');
  put_big_endian(static_cast<std::uint32_t>(at.value), key.data() + 1);
  append(key, export_key);
  return key;
}

Bytes import_key(const ResidentId& resident, const StatementId& statement) {
  Bytes key(1, 'i');
  append(key, resident.bytes);
  append(key, ByteView(statement).first(16));
  return key;
}

Bytes imported_key(const Digest& exported) {
  Bytes key(1, 'I');
  append(key, exported);
  return key;
}

Bytes encode_stored(const StoredExport& stored) {
  CborWriter out;
  out.array(10).bytes(stored.statement).unsigned_integer(static_cast<std::uint8_t>(stored.basis));
  out.unsigned_integer(stored.institution.value).bytes(stored.record).integer(stored.at.value);
  write_place(out, stored.place);
  out.bytes(stored.sealed).integer(stored.acknowledged_at.value).text(stored.outcome);
  write_place(out, stored.acknowledged_place);
  return out.take();
}

Result<StoredExport> decode_stored_export(ByteView key, ByteView value) {
  StoredExport out;
  if (key.size() != kExportKeyBytes) return damaged();
  MINGMA_TRY(out.resident, ResidentId::from(key.subspan(1, 16)));
  for (const std::uint8_t byte : key.subspan(33)) out.to.value = out.to.value << 8 | byte;
  CborReader in(value);
  StoredReader part(in, damaged);
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 10) return damaged();
  MINGMA_CHECK(part.array(out.statement.bytes));
  MINGMA_CHECK(part.small(2, out.basis));
  MINGMA_CHECK(part.small(0xffff'ffff, out.institution.value));
  MINGMA_CHECK(part.array(out.record));
  MINGMA_TRY(out.at.value, in.integer());
  MINGMA_CHECK(part.place(out.place));
  MINGMA_TRY(const ByteView sealed, in.bytes());
  out.sealed = to_bytes(sealed);
  MINGMA_TRY(out.acknowledged_at.value, in.integer());
  MINGMA_TRY(out.outcome, in.text());
  MINGMA_CHECK(part.place(out.acknowledged_place));
  MINGMA_CHECK(in.end());
  return out;
}

Bytes encode_import(const ImportOperation& op, UnixSeconds at) {
  CborWriter out;
  out.array(13).integer(at.value).bytes(op.resident.bytes).bytes(op.statement).bytes(op.exported);
  out.unsigned_integer(op.origin.value).text(op.institution).text(op.name_zh).text(op.name_en).text(op.phone);
  out.bytes(op.origin_statement).unsigned_integer(op.shard.value).unsigned_integer(op.origin_leaf.value);
  out.unsigned_integer(op.outcome);
  return out.take();
}

Result<std::vector<StoredExport>> list_exports(const store::Reader& reader, const ResidentId& resident) {
  Bytes prefix(1, 'e');
  append(prefix, resident.bytes);
  return list(reader, prefix, kExportsMax * 4);
}

Result<std::vector<StoredExport>> list_all_exports(const store::Reader& reader, std::size_t count_max) {
  return list(reader, Bytes(1, 'e'), count_max);
}

Result<std::vector<StoredExport>> list_unacknowledged(const store::Reader& reader, std::size_t count_max) {
  std::vector<StoredExport> out;
  MINGMA_TRY(const auto iterator, reader.iterate(kNeighboursTable));
  const Bytes prefix(1, 'u');
  for (iterator->seek(prefix); iterator->valid() && out.size() < count_max; iterator->next()) {
    const ByteView key = iterator->key();
    if (key[0] != 'u') break;
    if (key.size() != 5 + kExportKeyBytes) return damaged();
    MINGMA_TRY(const auto value, reader.get(kNeighboursTable, key.subspan(5)));
    if (!value) return damaged();
    MINGMA_TRY(StoredExport one, decode_stored_export(key.subspan(5), *value));
    out.push_back(std::move(one));
  }
  MINGMA_CHECK(iterator->status());
  return out;
}

Result<SignedStatement> find_signed_statement(const store::Reader& reader, const StoredEvidence& evidence,
                                              const Digest& body_key) {
  std::optional<StatementsOperation> found;
  const Error enough(errors::kShardInvalidEvent, "read far enough");
  bool read_event = false;
  const auto read = log::read_log(reader, kLogTable, evidence.sequence, [&](const log::Record& record) -> Result<void> {
    if (read_event) return enough;
    read_event = true;
    MINGMA_TRY(Event event, decode_event(record.body));
    for (Operation& operation : event.operations) {
      auto* statements = std::get_if<StatementsOperation>(&operation);
      if (statements == nullptr) continue;
      const bool here = std::any_of(statements->entries.begin(), statements->entries.end(), [&](const auto& entry) {
        return entry.id == evidence.id && is_recorded(entry.outcome);
      });
      if (here) found = std::move(*statements);
    }
    return {};
  });
  if (!read.ok() && !read_event) return read.error();
  if (!found || found->authority != AuthorityKind::kDocument)
    return Error(errors::kShardInvalidStatement, "only statements that were signed one by one are given away");
  MINGMA_TRY(const Bytes plain, crypto::open_sealed(body_key, found->submission, found->sealed_authority));
  MINGMA_TRY(AuthorityMaterial material, decode_authority(plain));
  return SignedStatement{found->key_id, std::move(material.document), std::move(material.signature)};
}

Result<std::optional<StoredImport>> find_import(const store::Reader& reader, const ResidentId& resident,
                                                const StatementId& statement) {
  return read_import(reader, import_key(resident, statement));
}

Result<std::optional<StoredImport>> find_import(const store::Reader& reader, const Digest& exported) {
  return read_import(reader, imported_key(exported));
}

}  // namespace mingma::shard
