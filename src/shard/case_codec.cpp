// Stored and committed forms of cases. Format: docs/formats/event.md, section Cases.
#include "base/cbor.h"
#include "crypto/digest.h"
#include "shard/case.h"
#include "shard/errors.h"
#include "shard/image.h"

namespace mingma::shard {
namespace {

constexpr std::uint64_t kVersion = 1;

Error damaged() { return Error(errors::kShardDamaged, "a stored case is damaged; restore the shard from its log"); }

template <typename Value>
Result<Value> read_small(CborReader& in, std::uint64_t greatest) {
  MINGMA_TRY(const std::uint64_t value, in.unsigned_integer());
  if (value > greatest) return damaged();
  return static_cast<Value>(value);
}

Result<UnixSeconds> read_time(CborReader& in) {
  MINGMA_TRY(const std::int64_t value, in.integer());
  if (value < 0 || value > 0xffff'ffff) return damaged();
  return UnixSeconds{value};
}

Result<Digest> read_digest(CborReader& in) {
  MINGMA_TRY(const ByteView bytes, in.bytes());
  return Digest::from(bytes);
}

Result<void> expect(CborReader& in, std::uint64_t fields) {
  MINGMA_TRY(const std::uint64_t found, in.array());
  if (found != fields) return damaged();
  return {};
}

void write_times(CborWriter& out, const CaseTimes& times) {
  out.array(times.size());
  for (const UnixSeconds time : times) out.integer(time.value);
}

Result<CaseTimes> read_times(CborReader& in) {
  CaseTimes times;
  MINGMA_CHECK(expect(in, times.size()));
  for (UnixSeconds& time : times) {
    MINGMA_TRY(time, read_time(in));
  }
  return times;
}

template <typename Value>
CborWriter& small(CborWriter& out, Value value) {
  return out.unsigned_integer(static_cast<std::uint8_t>(value));
}

void write_step(CborWriter& out, const CaseStep& step) {
  out.array(7);
  small(out, step.kind).unsigned_integer(step.institution.value).bytes(step.statement);
  small(out, step.answer);
  small(out, step.end);
  out.array(step.statements.size());
  for (const StatementId& id : step.statements) out.bytes(id);
  small(out, step.missed);
}

Result<CaseStep> read_step(CborReader& in) {
  CaseStep step;
  MINGMA_CHECK(expect(in, 7));
  MINGMA_TRY(step.kind, read_small<CaseStepKind>(in, 10));
  MINGMA_TRY(step.institution.value, read_small<std::uint32_t>(in, 0xffff'ffff));
  MINGMA_TRY(step.statement, read_digest(in));
  MINGMA_TRY(step.answer, read_small<CaseAnswer>(in, 7));
  MINGMA_TRY(step.end, read_small<CaseEnd>(in, 4));
  MINGMA_TRY(const std::uint64_t count, in.array());
  if (count > kCaseStatementsMax) return damaged();
  for (std::uint64_t i = 0; i < count; ++i) {
    MINGMA_TRY(const Digest id, read_digest(in));
    step.statements.push_back(id);
  }
  MINGMA_TRY(step.missed, read_small<CaseDeadline>(in, 3));
  if (static_cast<std::uint8_t>(step.kind) == 0) return damaged();
  return step;
}

Bytes keyed(char prefix, std::initializer_list<ByteView> parts) {
  Bytes key{static_cast<std::uint8_t>(prefix)};
  for (const ByteView part : parts) append(key, part);
  return key;
}

template <typename Integer>
std::array<std::uint8_t, sizeof(Integer)> big_endian(Integer value) {
  std::array<std::uint8_t, sizeof(Integer)> out;
  put_big_endian(value, out.data());
  return out;
}

}  // namespace

Bytes encode_case_record(const CaseStepRecord& record) {
  const bool opened = record.step.kind == CaseStepKind::kOpened;
  CborWriter out;
  out.map(10u + 4u * opened);
  out.unsigned_integer(1).unsigned_integer(kVersion);
  out.unsigned_integer(2).bytes(record.resident.bytes);
  out.unsigned_integer(3).unsigned_integer(record.ticket.value);
  out.unsigned_integer(4).unsigned_integer(record.number);
  out.unsigned_integer(5).bytes(record.previous);
  out.unsigned_integer(6).integer(record.at.value);
  out.unsigned_integer(7).text(record.institution);
  out.unsigned_integer(8).text(record.actor);
  out.unsigned_integer(9);
  write_step(out, record.step);
  out.unsigned_integer(10).bytes(record.content);
  if (opened) {
    small(out.unsigned_integer(11), record.channel);
    small(out.unsigned_integer(12), record.consent);
    out.unsigned_integer(13).unsigned_integer(record.version);
    write_times(out.unsigned_integer(14), record.deadlines);
  }
  return out.take();
}

Result<CaseStepRecord> decode_case_record(ByteView canonical) {
  CborReader in(canonical);
  CaseStepRecord out;
  unsigned seen = 0;
  MINGMA_CHECK(in.integer_map([&](std::int64_t key) -> Result<void> {
    if (key < 1 || key > 14) return damaged();
    seen |= 1u << key;
    switch (key) {
      case 1: {
        MINGMA_TRY(const std::uint64_t version, in.unsigned_integer());
        if (version != kVersion) return damaged();
        return {};
      }
      case 2: {
        MINGMA_TRY(const ByteView bytes, in.bytes());
        MINGMA_TRY(out.resident, ResidentId::from(bytes));
        return {};
      }
      case 3: {
        MINGMA_TRY(out.ticket.value, in.unsigned_integer());
        return {};
      }
      case 4: {
        MINGMA_TRY(out.number, read_small<std::uint32_t>(in, 0xffff'ffff));
        return {};
      }
      case 5: {
        MINGMA_TRY(out.previous, read_digest(in));
        return {};
      }
      case 6: {
        MINGMA_TRY(out.at, read_time(in));
        return {};
      }
      case 7: {
        MINGMA_TRY(const std::string_view text, in.text());
        out.institution = text;
        return {};
      }
      case 8: {
        MINGMA_TRY(const std::string_view text, in.text());
        out.actor = text;
        return {};
      }
      case 9: {
        MINGMA_TRY(out.step, read_step(in));
        return {};
      }
      case 10: {
        MINGMA_TRY(out.content, read_digest(in));
        return {};
      }
      case 11: {
        MINGMA_TRY(out.channel, read_small<CaseChannel>(in, 4));
        return {};
      }
      case 12: {
        MINGMA_TRY(out.consent, read_small<CaseConsent>(in, 3));
        return {};
      }
      case 13: {
        MINGMA_TRY(out.version, read_small<std::uint32_t>(in, 0xffff'ffff));
        return {};
      }
      default: {
        MINGMA_TRY(out.deadlines, read_times(in));
        return {};
      }
    }
  }));
  MINGMA_CHECK(in.end());
  const unsigned required = out.step.kind == CaseStepKind::kOpened ? 0x7ffeu : 0x7feu;
  if (seen != required) return damaged();
  return out;
}

Bytes encode_case_content(const CaseContent& content) {
  CborWriter out;
  out.array(4).text(content.type).bytes(as_bytes(content.text)).text(content.key_id).bytes(content.signature);
  return out.take();
}

Result<CaseContent> decode_case_content(ByteView bytes) {
  CborReader in(bytes);
  CaseContent out;
  MINGMA_CHECK(expect(in, 4));
  MINGMA_TRY(const std::string_view type, in.text());
  out.type = type;
  MINGMA_TRY(const ByteView text, in.bytes());
  out.text = as_text(text);
  MINGMA_TRY(const std::string_view key_id, in.text());
  out.key_id = key_id;
  MINGMA_TRY(const ByteView signature, in.bytes());
  out.signature = to_bytes(signature);
  MINGMA_CHECK(in.end());
  return out;
}

Digest case_content_tag(const ResidentKeys& keys, ByteView content) {
  return keys.opening.mac({as_bytes("case-content"), content});
}

Bytes case_key(Ticket ticket) { return keyed('c', {big_endian(ticket.value)}); }
Bytes case_step_key(Ticket ticket, std::uint32_t number) {
  return keyed('s', {big_endian(ticket.value), big_endian(number)});
}
Bytes case_resident_key(const ResidentId& resident, Ticket ticket) {
  return keyed('r', {resident.bytes, big_endian(ticket.value)});
}
Bytes case_deadline_key(UnixSeconds deadline, Ticket ticket) {
  return keyed('d', {big_endian(static_cast<std::uint32_t>(deadline.value)), big_endian(ticket.value)});
}

Bytes case_late_key(Ticket ticket) { return keyed('l', {big_endian(ticket.value)}); }

Bytes encode_case(const Case& subject) {
  CborWriter out;
  out.array(19);
  out.unsigned_integer(subject.ticket.value).bytes(subject.resident.bytes).integer(subject.opened_at.value);
  small(out, subject.channel);
  small(out, subject.consent);
  out.unsigned_integer(subject.opener.value).unsigned_integer(subject.version).unsigned_integer(subject.policy.value);
  write_times(out, subject.deadlines);
  out.array(subject.statements.size());
  for (const CaseStatement& statement : subject.statements) {
    out.array(4).bytes(statement.id).unsigned_integer(statement.institution.value);
    small(out, statement.answer).integer(statement.answered_at.value);
  }
  out.integer(subject.accepted_at.value).unsigned_integer(subject.handler.value).integer(subject.ended_at.value);
  small(out, subject.end).unsigned_integer(subject.decider.value).integer(subject.told_at.value);
  out.unsigned_integer(subject.missed).unsigned_integer(subject.steps).bytes(subject.last_record);
  return out.take();
}

Result<Case> decode_case(ByteView bytes) {
  CborReader in(bytes);
  Case out;
  MINGMA_CHECK(expect(in, 19));
  MINGMA_TRY(out.ticket.value, in.unsigned_integer());
  MINGMA_TRY(const ByteView resident, in.bytes());
  MINGMA_TRY(out.resident, ResidentId::from(resident));
  MINGMA_TRY(out.opened_at, read_time(in));
  MINGMA_TRY(out.channel, read_small<CaseChannel>(in, 4));
  MINGMA_TRY(out.consent, read_small<CaseConsent>(in, 3));
  MINGMA_TRY(out.opener.value, read_small<std::uint32_t>(in, 0xffff'ffff));
  MINGMA_TRY(out.version, read_small<std::uint32_t>(in, 0xffff'ffff));
  MINGMA_TRY(out.policy.value, read_small<std::uint16_t>(in, 0xffff));
  MINGMA_TRY(out.deadlines, read_times(in));
  MINGMA_TRY(const std::uint64_t statements, in.array());
  if (statements > kCaseStatementsMax) return damaged();
  for (std::uint64_t i = 0; i < statements; ++i) {
    CaseStatement& statement = out.statements.emplace_back();
    MINGMA_CHECK(expect(in, 4));
    MINGMA_TRY(statement.id, read_digest(in));
    MINGMA_TRY(statement.institution.value, read_small<std::uint32_t>(in, 0xffff'ffff));
    MINGMA_TRY(statement.answer, read_small<CaseAnswer>(in, 7));
    MINGMA_TRY(statement.answered_at, read_time(in));
  }
  MINGMA_TRY(out.accepted_at, read_time(in));
  MINGMA_TRY(out.handler.value, read_small<std::uint32_t>(in, 0xffff'ffff));
  MINGMA_TRY(out.ended_at, read_time(in));
  MINGMA_TRY(out.end, read_small<CaseEnd>(in, 4));
  MINGMA_TRY(out.decider.value, read_small<std::uint32_t>(in, 0xffff'ffff));
  MINGMA_TRY(out.told_at, read_time(in));
  MINGMA_TRY(out.missed, read_small<std::uint8_t>(in, 15));
  MINGMA_TRY(out.steps, read_small<std::uint32_t>(in, kCaseStepsMax));
  MINGMA_TRY(out.last_record, read_digest(in));
  MINGMA_CHECK(in.end());
  return out;
}

Bytes encode_stored_case_step(const StoredCaseStep& step) {
  CborWriter out;
  out.array(5).bytes(step.record).unsigned_integer(step.leaf.value).unsigned_integer(step.sequence.value);
  out.unsigned_integer(step.index).bytes(step.sealed);
  return out.take();
}

Result<StoredCaseStep> decode_stored_case_step(ByteView bytes) {
  CborReader in(bytes);
  StoredCaseStep out;
  MINGMA_CHECK(expect(in, 5));
  MINGMA_TRY(const ByteView record, in.bytes());
  out.record = to_bytes(record);
  MINGMA_TRY(out.leaf.value, in.unsigned_integer());
  MINGMA_TRY(out.sequence.value, in.unsigned_integer());
  MINGMA_TRY(out.index, read_small<std::uint32_t>(in, 0xffff'ffff));
  MINGMA_TRY(const ByteView sealed, in.bytes());
  out.sealed = to_bytes(sealed);
  MINGMA_CHECK(in.end());
  return out;
}

}  // namespace mingma::shard
