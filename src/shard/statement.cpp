#include "shard/statement.h"

#include <array>

#include "base/cbor.h"
#include "crypto/digest.h"
#include "shard/errors.h"
#include "shard/image.h"

namespace mingma::shard {
namespace {

constexpr std::size_t kRecordBytesMax = 64;
constexpr std::array<std::string_view, 4> kReasons{"entered_in_error", "amended", "appeal", "duplicate"};

Error invalid(std::string_view where, std::string message) {
  return Error(errors::kShardInvalidStatement, std::move(message), std::string(where));
}

bool good_institution(std::string_view id) {
  if (id.size() < 3 || id.size() > 32) return false;
  for (const char c : id) {
    if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-')) return false;
  }
  return true;
}

bool good_record(std::string_view record) {
  if (record.empty() || record.size() > kRecordBytesMax) return false;
  for (const char c : record) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

Result<void> check_correction(const Statement& statement) {
  if (statement.action == StatementAction::kAdd) {
    if (!statement.earlier_record.empty() || !statement.reason.empty())
      return invalid("action", "an addition names no earlier record and no reason");
    return {};
  }
  if (!good_record(statement.earlier_record))
    return invalid("earlier_record", "a correction names the record it corrects, 1 to 64 bytes");
  for (const std::string_view reason : kReasons) {
    if (reason == statement.reason) return {};
  }
  return invalid("reason", "not one of entered_in_error, amended, appeal, duplicate");
}

}  // namespace

Result<void> check_statement(const Statement& statement) {
  if (!good_institution(statement.institution))
    return invalid("institution", "not 3 to 32 letters, digits and hyphens");
  if (!good_record(statement.source_record))
    return invalid("source_record", "missing, over 64 bytes, or with control characters");
  if (statement.signed_at.value <= 0 || statement.signed_at.value > 0xffff'ffff)
    return invalid("signed_at", "missing, or outside 1970 to 2106");
  if (statement.action < StatementAction::kAdd || statement.action > StatementAction::kWithdraw)
    return invalid("action", "no such action");
  MINGMA_CHECK(check_correction(statement));
  if (statement.action == StatementAction::kWithdraw) {
    const rules::Evidence only_kind{.kind = statement.evidence.kind};
    if (statement.evidence != only_kind)
      return invalid("evidence", "a withdrawal repeats the kind and says nothing else");
    for (const rules::EvidenceKindInfo& info : rules::evidence_schema()) {
      if (info.kind == statement.evidence.kind) return {};
    }
    return invalid("evidence", "no such kind");
  }
  if (auto checked = rules::check_evidence(statement.evidence); !checked.ok())
    return checked.error().within("evidence");
  return {};
}

Bytes encode_statement(const Statement& statement) {
  std::array<std::uint8_t, rules::kEvidenceImageBytes> image;
  rules::write_evidence(statement.evidence, image);
  CborWriter out;
  out.map(6 + (statement.earlier_record.empty() ? 0 : 1) + (statement.reason.empty() ? 0 : 1));
  out.unsigned_integer(1).bytes(statement.resident.bytes);
  out.unsigned_integer(2).text(statement.institution);
  out.unsigned_integer(3).unsigned_integer(static_cast<std::uint8_t>(statement.action));
  out.unsigned_integer(4).bytes(image);
  out.unsigned_integer(5).text(statement.source_record);
  if (!statement.earlier_record.empty()) out.unsigned_integer(6).text(statement.earlier_record);
  if (!statement.reason.empty()) out.unsigned_integer(7).text(statement.reason);
  out.unsigned_integer(8).integer(statement.signed_at.value);
  return out.take();
}

Result<Statement> decode_statement(ByteView canonical) {
  CborReader in(canonical);
  Statement out;
  unsigned seen = 0;
  MINGMA_CHECK(in.integer_map([&](std::int64_t key) -> Result<void> {
    if (key >= 1 && key <= 8) seen |= 1u << key;
    switch (key) {
      case 1: {
        MINGMA_TRY(const ByteView bytes, in.bytes());
        MINGMA_TRY(out.resident, ResidentId::from(bytes));
        return {};
      }
      case 2: {
        MINGMA_TRY(out.institution, in.text());
        return {};
      }
      case 3: {
        MINGMA_TRY(const std::uint64_t action, in.unsigned_integer());
        if (action > 3) return invalid("action", "no such action");
        out.action = static_cast<StatementAction>(action);
        return {};
      }
      case 4: {
        MINGMA_TRY(const ByteView image, in.bytes());
        MINGMA_TRY(out.evidence, read_stored_evidence_image(image, out.action == StatementAction::kWithdraw));
        return {};
      }
      case 5: {
        MINGMA_TRY(out.source_record, in.text());
        return {};
      }
      case 6: {
        MINGMA_TRY(out.earlier_record, in.text());
        return {};
      }
      case 7: {
        MINGMA_TRY(out.reason, in.text());
        return {};
      }
      case 8: {
        MINGMA_TRY(out.signed_at.value, in.integer());
        return {};
      }
      default:
        return invalid("", "an unknown key in a statement");
    }
  }));
  MINGMA_CHECK(in.end());
  constexpr unsigned kRequired = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 8;
  if ((seen & kRequired) != kRequired) return invalid("", "a statement lacks a required key");
  MINGMA_CHECK(check_statement(out));
  if (!equal(encode_statement(out), canonical)) return invalid("", "not the canonical form of this statement");
  return out;
}

StatementId statement_id(const Statement& statement) {
  Statement undated = statement;
  // A result may be amended to and fro; the second amendment to the same value is news and not a repetition.
  if (statement.action == StatementAction::kAdd) undated.signed_at = {};
  return crypto::sha256(encode_statement(undated));
}

}  // namespace mingma::shard
