#include "shard/family.h"

#include <algorithm>

#include "base/cbor.h"
#include "shard/errors.h"
#include "shard/family_fold.h"
#include "shard/image.h"
#include "shard/stored_parts.h"
#include "shard/tables.h"

namespace mingma::shard {
namespace {

constexpr std::array<std::string_view, 4> kBases{"", "own_consent", "in_person", "age"};
constexpr std::array<std::string_view, 5> kSteps{"", "begun", "withdrawn", "given_up", "ended"};
constexpr std::array<std::string_view, 8> kRelations{"",         "parent",         "child", "spouse", "grandparent",
                                                     "relative", "legal_guardian", "carer"};
constexpr std::array<std::string_view, 5> kReasons{"", "lost", "replaced", "not_needed", "error"};
constexpr std::size_t kPairKeyBytes = 1 + 16 + 16;

template <typename Enumeration, std::size_t N>
std::optional<Enumeration> find_named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin() + 1, names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enumeration>(found - names.begin());
}

Error damaged() {
  return Error(errors::kShardDamaged, "a stored family entry is damaged; restore the shard from its log");
}

Bytes pair_key(char tag, ByteView first, ByteView second) {
  Bytes key;
  key.reserve(kPairKeyBytes);
  key.push_back(static_cast<std::uint8_t>(tag));
  append(key, first);
  append(key, second);
  return key;
}

Bytes prefix_of(char tag, const ResidentId& resident) { return pair_key(tag, resident.bytes, {}); }

Result<void> read_bytes(CborReader& in, Bytes& out) {
  MINGMA_TRY(const ByteView bytes, in.bytes());
  out = to_bytes(bytes);
  return {};
}

}  // namespace

std::string_view to_string(GuardianBasis basis) { return kBases[static_cast<std::size_t>(basis)]; }
std::string_view to_string(GuardianStep step) { return kSteps[static_cast<std::size_t>(step)]; }
std::string_view to_string(Relation relation) { return kRelations[static_cast<std::size_t>(relation)]; }
std::string_view to_string(PaperReason reason) { return kReasons[static_cast<std::size_t>(reason)]; }
std::optional<Relation> find_relation(std::string_view name) { return find_named<Relation>(kRelations, name); }
std::optional<PaperReason> find_paper_reason(std::string_view name) { return find_named<PaperReason>(kReasons, name); }

Bytes guardian_key(const ResidentId& dependant, const ResidentId& guardian) {
  return pair_key('g', dependant.bytes, guardian.bytes);
}
Bytes dependant_key(const ResidentId& guardian, const ResidentId& dependant) {
  return pair_key('d', guardian.bytes, dependant.bytes);
}
Bytes paper_key(const ResidentId& resident, const PaperId& id) { return pair_key('p', resident.bytes, id); }

Bytes live_paper_key(UnixSeconds expires, const ResidentId& resident, const PaperId& id) {
  Bytes key(5);
  key[0] = 'x';
  put_big_endian(static_cast<std::uint32_t>(expires.value), key.data() + 1);
  append(key, resident.bytes);
  append(key, id);
  return key;
}

// ---- records

Bytes encode_guardianship_record(const GuardianshipOperation& op, std::string_view institution, UnixSeconds at) {
  CborWriter out;
  out.map(10).unsigned_integer(1).unsigned_integer(1);
  out.unsigned_integer(2).bytes(op.dependant.bytes);
  out.unsigned_integer(3).bytes(op.guardian.bytes);
  out.unsigned_integer(4).unsigned_integer(static_cast<std::uint8_t>(op.step));
  out.unsigned_integer(5).unsigned_integer(static_cast<std::uint8_t>(op.basis));
  out.unsigned_integer(6).unsigned_integer(static_cast<std::uint8_t>(op.relation));
  out.unsigned_integer(7).integer(op.until.value);
  out.unsigned_integer(8).integer(at.value);
  out.unsigned_integer(9).text(institution);
  out.unsigned_integer(10).bytes(op.authority);
  return out.take();
}

Bytes encode_paper_record(const PaperOperation& op, std::string_view institution, UnixSeconds at) {
  CborWriter out;
  out.map(12).unsigned_integer(1).unsigned_integer(1);
  out.unsigned_integer(2).bytes(op.resident.bytes);
  out.unsigned_integer(3).unsigned_integer(static_cast<std::uint8_t>(op.step));
  out.unsigned_integer(4).bytes(op.id);
  out.unsigned_integer(5).unsigned_integer(op.version);
  out.unsigned_integer(6).unsigned_integer(static_cast<std::uint8_t>(op.colour));
  out.unsigned_integer(7).integer(op.expires.value);
  out.unsigned_integer(8).integer(at.value);
  out.unsigned_integer(9).unsigned_integer(static_cast<std::uint8_t>(op.hand));
  out.unsigned_integer(10).bytes(op.guardian.bytes);
  out.unsigned_integer(11).text(institution);
  out.unsigned_integer(12).array(2).unsigned_integer(static_cast<std::uint8_t>(op.reason)).bytes(op.authority);
  return out.take();
}

// ---- stored

Bytes encode_stored(const StoredGuardian& stored) {
  CborWriter out;
  out.array(9).unsigned_integer(static_cast<std::uint8_t>(stored.step));
  out.unsigned_integer(static_cast<std::uint8_t>(stored.basis));
  out.unsigned_integer(static_cast<std::uint8_t>(stored.relation));
  out.integer(stored.since.value).integer(stored.until.value).unsigned_integer(stored.institution.value);
  out.bytes(stored.record);
  write_place(out, stored.place);
  out.bytes(stored.sealed);
  return out.take();
}

Bytes encode_stored(const StoredPaper& stored) {
  CborWriter out;
  out.array(12).unsigned_integer(stored.version).unsigned_integer(static_cast<std::uint8_t>(stored.colour));
  out.integer(stored.issued_at.value).integer(stored.expires.value);
  out.unsigned_integer(static_cast<std::uint8_t>(stored.hand)).unsigned_integer(stored.institution.value);
  out.bytes(stored.record);
  write_place(out, stored.place);
  out.integer(stored.revoked_at.value).unsigned_integer(static_cast<std::uint8_t>(stored.reason));
  out.bytes(stored.end_record);
  write_place(out, stored.end_place);
  return out.take();
}

Result<StoredGuardian> decode_stored_guardian(ByteView key, ByteView value) {
  StoredGuardian out;
  if (key.size() != kPairKeyBytes) return damaged();
  MINGMA_TRY(out.dependant, ResidentId::from(key.subspan(1, 16)));
  MINGMA_TRY(out.guardian, ResidentId::from(key.subspan(17, 16)));
  CborReader in(value);
  StoredReader part(in, damaged);
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 9) return damaged();
  MINGMA_CHECK(part.small(4, out.step));
  MINGMA_CHECK(part.small(3, out.basis));
  MINGMA_CHECK(part.small(7, out.relation));
  MINGMA_TRY(out.since.value, in.integer());
  MINGMA_TRY(out.until.value, in.integer());
  MINGMA_CHECK(part.small(0xffff'ffff, out.institution.value));
  MINGMA_CHECK(read_bytes(in, out.record));
  MINGMA_CHECK(part.place(out.place));
  MINGMA_CHECK(read_bytes(in, out.sealed));
  MINGMA_CHECK(in.end());
  return out;
}

Result<StoredPaper> decode_stored_paper(ByteView key, ByteView value) {
  StoredPaper out;
  if (key.size() != kPairKeyBytes) return damaged();
  MINGMA_TRY(out.resident, ResidentId::from(key.subspan(1, 16)));
  std::copy_n(key.begin() + 17, out.id.size(), out.id.begin());
  CborReader in(value);
  StoredReader part(in, damaged);
  MINGMA_TRY(const std::uint64_t fields, in.array());
  if (fields != 12) return damaged();
  MINGMA_CHECK(part.small(0xffff'ffff, out.version));
  MINGMA_CHECK(part.small(3, out.colour));
  MINGMA_TRY(out.issued_at.value, in.integer());
  MINGMA_TRY(out.expires.value, in.integer());
  MINGMA_CHECK(part.small(3, out.hand));
  MINGMA_CHECK(part.small(0xffff'ffff, out.institution.value));
  MINGMA_CHECK(read_bytes(in, out.record));
  MINGMA_CHECK(part.place(out.place));
  MINGMA_TRY(out.revoked_at.value, in.integer());
  MINGMA_CHECK(part.small(4, out.reason));
  MINGMA_CHECK(read_bytes(in, out.end_record));
  MINGMA_CHECK(part.place(out.end_place));
  MINGMA_CHECK(in.end());
  return out;
}

// ---- reads

Result<std::vector<StoredGuardian>> list_guardians(const store::Reader& reader, const ResidentId& dependant) {
  std::vector<StoredGuardian> out;
  MINGMA_CHECK(reader.scan(kFamilyTable, prefix_of('g', dependant), [&](ByteView key, ByteView value) -> Result<void> {
    MINGMA_TRY(StoredGuardian one, decode_stored_guardian(key, value));
    out.push_back(std::move(one));
    return {};
  }));
  return out;
}

Result<std::optional<StoredGuardian>> find_guardian(const store::Reader& reader, const ResidentId& dependant,
                                                    const ResidentId& guardian) {
  const Bytes key = guardian_key(dependant, guardian);
  MINGMA_TRY(const auto value, reader.get(kFamilyTable, key));
  if (!value) return std::optional<StoredGuardian>{};
  MINGMA_TRY(StoredGuardian out, decode_stored_guardian(key, *value));
  return std::optional<StoredGuardian>(std::move(out));
}

Result<std::vector<ResidentId>> list_dependants(const store::Reader& reader, const ResidentId& guardian,
                                                UnixSeconds now) {
  std::vector<ResidentId> out;
  MINGMA_CHECK(reader.scan(kFamilyTable, prefix_of('d', guardian), [&](ByteView key, ByteView value) -> Result<void> {
    if (key.size() != kPairKeyBytes) return damaged();
    ImageReader in(value);
    const auto until = in.number<std::uint32_t>();
    if (!in.done()) return damaged();
    MINGMA_TRY(const ResidentId dependant, ResidentId::from(key.subspan(17)));
    if (now < UnixSeconds{until}) out.push_back(dependant);
    return {};
  }));
  return out;
}

Result<std::vector<StoredPaper>> list_papers(const store::Reader& reader, const ResidentId& resident) {
  std::vector<StoredPaper> out;
  MINGMA_CHECK(reader.scan(kFamilyTable, prefix_of('p', resident), [&](ByteView key, ByteView value) -> Result<void> {
    MINGMA_TRY(StoredPaper one, decode_stored_paper(key, value));
    out.push_back(std::move(one));
    return {};
  }));
  return out;
}

Result<std::optional<StoredPaper>> find_paper(const store::Reader& reader, const ResidentId& resident,
                                              const PaperId& id) {
  const Bytes key = paper_key(resident, id);
  MINGMA_TRY(const auto value, reader.get(kFamilyTable, key));
  if (!value) return std::optional<StoredPaper>{};
  MINGMA_TRY(StoredPaper out, decode_stored_paper(key, *value));
  return std::optional<StoredPaper>(std::move(out));
}

Result<std::vector<LivePaper>> list_live_papers(const store::Reader& reader, UnixSeconds now) {
  std::vector<LivePaper> out;
  Bytes from(5);
  from[0] = 'x';
  put_big_endian(static_cast<std::uint32_t>(now.value + 1), from.data() + 1);
  MINGMA_TRY(const auto iterator, reader.iterate(kFamilyTable));
  for (iterator->seek(from); iterator->valid() && iterator->key()[0] == 'x'; iterator->next()) {
    const ByteView key = iterator->key();
    const ByteView value = iterator->value();
    if (key.size() != 5 + 16 + 16 || value.size() != 2 || value[0] > 3) return damaged();
    LivePaper one;
    MINGMA_TRY(one.resident, ResidentId::from(key.subspan(5, 16)));
    std::copy_n(key.begin() + 21, one.id.size(), one.id.begin());
    one.colour = static_cast<rules::Colour>(value[0]);
    one.revoked = value[1] != 0;
    out.push_back(one);
  }
  MINGMA_CHECK(iterator->status());
  return out;
}

}  // namespace mingma::shard
