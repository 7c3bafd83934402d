#include "shard/case_view.h"

#include <algorithm>

#include "crypto/seal.h"
#include "shard/errors.h"
#include "shard/tables.h"

namespace mingma::shard {
namespace {

std::uint64_t read_big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

Error missing() { return Error(errors::kShardDamaged, "a case is missing; restore the shard from its log"); }

LeafOpening make(const ResidentKeys& keys, Sequence sequence, std::uint32_t index, const Bytes& record) {
  LeafOpening out;
  out.opening = make_opening(keys, sequence, index);
  out.commitment_key = keys.commitment_key;
  out.commitment = make_commitment(keys, out.opening, record);
  out.record = record;
  return out;
}

Result<LookUpView> to_view(ByteView value) {
  LookUpView view;
  MINGMA_TRY(view.stored, decode_stored_look_up(value));
  MINGMA_TRY(view.record, decode_look_up_record(view.stored.record));
  return view;
}

}  // namespace

Result<std::optional<Case>> read_case(const store::Reader& reader, Ticket ticket) {
  MINGMA_TRY(const auto stored, reader.get(kCasesTable, case_key(ticket)));
  if (!stored) return std::optional<Case>{};
  MINGMA_TRY(Case subject, decode_case(*stored));
  return std::optional<Case>(std::move(subject));
}

Result<std::vector<Case>> list_cases(const store::Reader& reader, const ResidentId& resident) {
  Bytes prefix = case_resident_key(resident, {});
  prefix.resize(prefix.size() - 8);
  std::vector<Ticket> tickets;
  MINGMA_CHECK(reader.scan(kCasesTable, prefix, [&](ByteView key, ByteView) -> Result<void> {
    tickets.push_back({read_big_endian(key.last(8))});
    return {};
  }));
  std::vector<Case> out;
  for (auto ticket = tickets.rbegin(); ticket != tickets.rend(); ++ticket) {
    MINGMA_TRY(auto subject, read_case(reader, *ticket));
    if (!subject) return missing();
    out.push_back(*std::move(subject));
  }
  return out;
}

Result<std::vector<CaseStepView>> list_case_steps(const store::Reader& reader, const Case& subject,
                                                  const KeySource* keys) {
  std::optional<ResidentKeys> resident_keys;
  if (keys != nullptr) {
    auto found = keys->resident_keys(subject.resident);
    if (found.ok()) resident_keys = std::move(found).value();
  }
  std::vector<CaseStepView> out;
  for (std::uint32_t number = 1; number <= subject.steps; ++number) {
    const Bytes key = case_step_key(subject.ticket, number);
    MINGMA_TRY(const auto value, reader.get(kCasesTable, key));
    if (!value) return missing();
    CaseStepView view;
    MINGMA_TRY(view.stored, decode_stored_case_step(*value));
    MINGMA_TRY(view.record, decode_case_record(view.stored.record));
    if (resident_keys && !view.stored.sealed.empty()) {
      MINGMA_TRY(const Bytes plain, crypto::open_sealed(resident_keys->seal, key, view.stored.sealed));
      MINGMA_TRY(view.content, decode_case_content(plain));
    }
    out.push_back(std::move(view));
  }
  return out;
}

Result<std::vector<Case>> list_waiting_cases(const store::Reader& reader, std::size_t count_max) {
  std::vector<Case> out;
  const auto take = [&](std::string_view prefix) {
    return reader.scan(kCasesTable, as_bytes(prefix), [&](ByteView key, ByteView) -> Result<void> {
      if (out.size() >= count_max) return {};
      const Ticket ticket{read_big_endian(key.last(8))};
      if (std::any_of(out.begin(), out.end(), [&](const Case& one) { return one.ticket == ticket; })) return {};
      MINGMA_TRY(auto subject, read_case(reader, ticket));
      if (!subject) return missing();
      out.push_back(*std::move(subject));
      return {};
    });
  };
  MINGMA_CHECK(take("d"));
  MINGMA_CHECK(take("l"));
  return out;
}

Result<std::vector<LookUpView>> list_look_ups(const store::Reader& reader, const ResidentId& resident,
                                              const KeySource* keys) {
  std::optional<ResidentKeys> resident_keys;
  if (keys != nullptr) {
    auto found = keys->resident_keys(resident);
    if (found.ok()) resident_keys = std::move(found).value();
  }
  Bytes prefix{'r'};
  append(prefix, resident.bytes);
  std::vector<LookUpView> out;
  MINGMA_CHECK(reader.scan(kLookUpsTable, prefix, [&](ByteView key, ByteView value) -> Result<void> {
    MINGMA_TRY(LookUpView view, to_view(value));
    if (resident_keys && !view.stored.sealed.empty()) {
      MINGMA_TRY(const Bytes note, crypto::open_sealed(resident_keys->seal, key, view.stored.sealed));
      view.note = as_text(note);
    }
    out.push_back(std::move(view));
    return {};
  }));
  std::reverse(out.begin(), out.end());
  return out;
}

Result<std::vector<LookUpView>> list_flagged_look_ups(const store::Reader& reader, Sequence after,
                                                      std::size_t count_max) {
  std::vector<LookUpView> out;
  MINGMA_TRY(const auto iterator, reader.iterate(kLookUpsTable));
  for (iterator->seek(look_up_flagged_key({after.value + 1}, 0)); iterator->valid() && out.size() < count_max;
       iterator->next()) {
    const ByteView key = iterator->key();
    if (key.empty() || key[0] != 'u') break;
    Bytes own{'r'};
    append(own, iterator->value());
    append(own, key.subspan(1));
    MINGMA_TRY(const auto value, reader.get(kLookUpsTable, own));
    if (!value) return Error(errors::kShardDamaged, "a look-up is missing; restore the shard from its log");
    MINGMA_TRY(LookUpView view, to_view(*value));
    out.push_back(std::move(view));
  }
  MINGMA_CHECK(iterator->status());
  return out;
}

Result<LeafOpening> open_case_step(const CaseStepView& step, const KeySource& keys) {
  MINGMA_TRY(const ResidentKeys resident, keys.resident_keys(step.record.resident));
  return make(resident, step.stored.sequence, step.stored.index, step.stored.record);
}

Result<LeafOpening> open_look_up(const LookUpView& look_up, const KeySource& keys) {
  MINGMA_TRY(const ResidentKeys resident, keys.resident_keys(look_up.record.resident));
  return make(resident, look_up.stored.sequence, look_up.stored.index, look_up.stored.record);
}

}  // namespace mingma::shard
