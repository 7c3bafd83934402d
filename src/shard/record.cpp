#include "shard/record.h"

#include "base/cbor.h"
#include "crypto/digest.h"
#include "shard/errors.h"
#include "shard/image.h"

namespace mingma::shard {
namespace {

constexpr std::uint64_t kLeafVersion = 1;
constexpr std::uint64_t kRecordVersion = 1;

Error damaged(std::string_view what) {
  return Error(errors::kShardDamaged, std::string(what) + " is damaged; restore the shard from its log");
}

template <typename Enumeration>
Result<Enumeration> read_enumeration(CborReader& in, std::uint64_t greatest, std::string_view what) {
  MINGMA_TRY(const std::uint64_t value, in.unsigned_integer());
  if (value > greatest) return damaged(what);
  return static_cast<Enumeration>(value);
}

Result<std::optional<Digest>> read_digest(CborReader& in) {
  MINGMA_TRY(const ByteView bytes, in.bytes());
  MINGMA_TRY(const Digest digest, Digest::from(bytes));
  return std::optional<Digest>(digest);
}

}  // namespace

void encode_leaf(const Leaf& leaf, Bytes& out) {
  const bool coloured = leaf.kind == LeafKind::kDecision;
  CborWriter writer(std::move(out));
  writer.map(2u + (leaf.klass != InstitutionClass::kNone) + !leaf.rule.empty() + leaf.policy.has_value() +
             2u * coloured + (leaf.city.value != 0) + 1u + 2u * leaf.commitment.has_value() +
             leaf.document.has_value());
  writer.unsigned_integer(1).unsigned_integer(kLeafVersion);
  writer.unsigned_integer(2).unsigned_integer(static_cast<std::uint8_t>(leaf.kind));
  if (leaf.klass != InstitutionClass::kNone)
    writer.unsigned_integer(3).unsigned_integer(static_cast<std::uint8_t>(leaf.klass));
  if (!leaf.rule.empty()) writer.unsigned_integer(4).text(leaf.rule);
  if (leaf.policy) writer.unsigned_integer(5).bytes(*leaf.policy);
  if (coloured) {
    writer.unsigned_integer(6).unsigned_integer(static_cast<std::uint8_t>(leaf.from));
    writer.unsigned_integer(7).unsigned_integer(static_cast<std::uint8_t>(leaf.to));
  }
  if (leaf.city.value != 0) writer.unsigned_integer(8).unsigned_integer(leaf.city.value);
  writer.unsigned_integer(9).unsigned_integer(leaf.hour);
  if (leaf.commitment) {
    writer.unsigned_integer(10).bytes(leaf.tag);
    writer.unsigned_integer(11).bytes(*leaf.commitment);
  }
  if (leaf.document) writer.unsigned_integer(12).bytes(*leaf.document);
  out = writer.take();
}

Result<Leaf> decode_leaf(ByteView bytes) {
  CborReader in(bytes);
  Leaf leaf;
  unsigned seen = 0;
  MINGMA_CHECK(in.integer_map([&](std::int64_t key) -> Result<void> {
    if (key < 1 || key > 12) return damaged("a leaf");
    seen |= 1u << key;
    switch (key) {
      case 1: {
        MINGMA_TRY(const std::uint64_t version, in.unsigned_integer());
        if (version != kLeafVersion) return damaged("a leaf's version");
        return {};
      }
      case 2: {
        MINGMA_TRY(leaf.kind, read_enumeration<LeafKind>(in, 31, "a leaf's kind"));
        return {};
      }
      case 3: {
        MINGMA_TRY(leaf.klass, read_enumeration<InstitutionClass>(in, 10, "a leaf's class"));
        return {};
      }
      case 4: {
        MINGMA_TRY(leaf.rule, in.text());
        return {};
      }
      case 5: {
        MINGMA_TRY(leaf.policy, read_digest(in));
        return {};
      }
      case 6: {
        MINGMA_TRY(leaf.from, read_enumeration<rules::Colour>(in, 3, "a leaf's colour"));
        return {};
      }
      case 7: {
        MINGMA_TRY(leaf.to, read_enumeration<rules::Colour>(in, 3, "a leaf's colour"));
        return {};
      }
      case 8: {
        MINGMA_TRY(const std::uint64_t city, in.unsigned_integer());
        if (city > 999'999'999) return damaged("a leaf's city");
        leaf.city.value = static_cast<std::uint32_t>(city);
        return {};
      }
      case 9: {
        MINGMA_TRY(const std::uint64_t hour, in.unsigned_integer());
        if (hour > 0xffff'ffff) return damaged("a leaf's hour");
        leaf.hour = static_cast<std::uint32_t>(hour);
        return {};
      }
      case 10: {
        MINGMA_TRY(const ByteView tag, in.bytes());
        if (tag.size() != leaf.tag.size()) return damaged("a leaf's tag");
        std::copy(tag.begin(), tag.end(), leaf.tag.begin());
        return {};
      }
      case 11: {
        MINGMA_TRY(leaf.commitment, read_digest(in));
        return {};
      }
      default: {
        MINGMA_TRY(leaf.document, read_digest(in));
        return {};
      }
    }
  }));
  MINGMA_CHECK(in.end());
  constexpr unsigned kRequired = 1u << 1 | 1u << 2 | 1u << 9;
  if ((seen & kRequired) != kRequired) return damaged("a leaf");
  return leaf;
}

std::string_view to_string(DecisionCause cause) {
  switch (cause) {
    case DecisionCause::kRegister:
      return "register";
    case DecisionCause::kStatements:
      return "statements";
    case DecisionCause::kTick:
      return "tick";
    case DecisionCause::kRecolour:
      return "recolour";
    case DecisionCause::kHold:
      return "hold";
    case DecisionCause::kCase:
      return "case";
    case DecisionCause::kImport:
      return "import";
    case DecisionCause::kRetention:
      return "retention";
  }
  return "unknown";
}

Bytes encode_decision_record(const DecisionRecord& record) {
  CborWriter out;
  out.map(11u + record.policy.has_value());
  out.unsigned_integer(1).unsigned_integer(kRecordVersion);
  out.unsigned_integer(2).bytes(record.resident.bytes);
  out.unsigned_integer(3).unsigned_integer(record.version);
  out.unsigned_integer(4).bytes(record.previous);
  out.unsigned_integer(5).integer(record.at.value);
  out.unsigned_integer(6).unsigned_integer(static_cast<std::uint8_t>(record.status));
  out.unsigned_integer(7).unsigned_integer(static_cast<std::uint8_t>(record.from));
  out.unsigned_integer(8).unsigned_integer(static_cast<std::uint8_t>(record.colour));
  out.unsigned_integer(9).unsigned_integer(static_cast<std::uint8_t>(record.measure));
  out.unsigned_integer(10).text(record.rule);
  if (record.policy) out.unsigned_integer(11).bytes(*record.policy);
  out.unsigned_integer(12).unsigned_integer(static_cast<std::uint8_t>(record.cause));
  return out.take();
}

Result<DecisionRecord> decode_decision_record(ByteView canonical) {
  CborReader in(canonical);
  DecisionRecord out;
  unsigned seen = 0;
  MINGMA_CHECK(in.integer_map([&](std::int64_t key) -> Result<void> {
    if (key < 1 || key > 12) return damaged("a decision record");
    seen |= 1u << key;
    switch (key) {
      case 1: {
        MINGMA_TRY(const std::uint64_t version, in.unsigned_integer());
        if (version != kRecordVersion) return damaged("a decision record's version");
        return {};
      }
      case 2: {
        MINGMA_TRY(const ByteView bytes, in.bytes());
        MINGMA_TRY(out.resident, ResidentId::from(bytes));
        return {};
      }
      case 3: {
        MINGMA_TRY(const std::uint64_t version, in.unsigned_integer());
        if (version == 0 || version > 0xffff'ffff) return damaged("a decision record's number");
        out.version = static_cast<std::uint32_t>(version);
        return {};
      }
      case 4: {
        MINGMA_TRY(const ByteView bytes, in.bytes());
        MINGMA_TRY(out.previous, Digest::from(bytes));
        return {};
      }
      case 5: {
        MINGMA_TRY(out.at.value, in.integer());
        return {};
      }
      case 6: {
        MINGMA_TRY(out.status, read_enumeration<rules::DecisionStatus>(in, 2, "a decision's status"));
        return {};
      }
      case 7: {
        MINGMA_TRY(out.from, read_enumeration<rules::Colour>(in, 3, "a decision's colour"));
        return {};
      }
      case 8: {
        MINGMA_TRY(out.colour, read_enumeration<rules::Colour>(in, 3, "a decision's colour"));
        return {};
      }
      case 9: {
        MINGMA_TRY(out.measure, read_enumeration<rules::Measure>(in, 5, "a decision's measure"));
        return {};
      }
      case 10: {
        MINGMA_TRY(out.rule, in.text());
        return {};
      }
      case 11: {
        MINGMA_TRY(out.policy, read_digest(in));
        return {};
      }
      default: {
        MINGMA_TRY(out.cause, read_enumeration<DecisionCause>(in, 8, "a decision's cause"));
        return {};
      }
    }
  }));
  MINGMA_CHECK(in.end());
  constexpr unsigned kRequired = 0x17fe;  // 1 to 10, and 12
  if ((seen & kRequired) != kRequired) return damaged("a decision record");
  return out;
}

Digest make_opening(const ResidentKeys& keys, Sequence sequence, std::uint32_t index) {
  std::array<std::uint8_t, 12> place;
  put_big_endian(sequence.value, place.data());
  put_big_endian(index, place.data() + 8);
  return keys.opening.mac(place);
}

Digest make_commitment(const ResidentKeys& keys, const Digest& opening, ByteView record) {
  return keys.commitment.mac({opening, record});
}

std::array<std::uint8_t, 8> make_blinded_tag(const Digest& opening, std::string_view institution) {
  const Digest mac = crypto::hmac_sha256(opening, as_bytes(institution));
  std::array<std::uint8_t, 8> tag;
  std::copy_n(mac.bytes.begin(), tag.size(), tag.begin());
  return tag;
}

RecordTag make_record_tag(const ResidentKeys& keys, std::string_view institution, std::string_view record) {
  constexpr std::array<std::uint8_t, 1> kSeparator{0};
  const Digest mac = keys.opening.mac({as_bytes("record"), as_bytes(institution), kSeparator, as_bytes(record)});
  RecordTag tag;
  std::copy_n(mac.bytes.begin(), tag.size(), tag.begin());
  return tag;
}

Bytes encode_stored_decision(const StoredDecision& decision) {
  Bytes out;
  out.reserve(decision.record.size() + 32);
  ImageWriter(out)
      .number(decision.leaf.value)
      .number(decision.sequence.value)
      .number(decision.index)
      .number(decision.policy.value)
      .number(decision.rule)
      .bytes(decision.record);
  return out;
}

Result<StoredDecision> decode_stored_decision(ByteView bytes) {
  ImageReader in(bytes);
  StoredDecision out;
  out.leaf.value = in.number<std::uint64_t>();
  out.sequence.value = in.number<std::uint64_t>();
  out.index = in.number<std::uint32_t>();
  out.policy.value = in.number<std::uint16_t>();
  out.rule = in.number<std::uint8_t>();
  if (!in.ok()) return damaged("a stored decision");
  out.record = to_bytes(in.rest());
  return out;
}

Bytes decision_key(const ResidentId& resident, std::uint32_t version) {
  Bytes key = to_bytes(resident.bytes);
  key.resize(key.size() + 4);
  put_big_endian(version, key.data() + resident.bytes.size());
  return key;
}

std::string_view to_string(EvidenceStatus status) {
  switch (status) {
    case EvidenceStatus::kEffective:
      return "effective";
    case EvidenceStatus::kReplaced:
      return "replaced";
    case EvidenceStatus::kWithdrawn:
      return "withdrawn";
    case EvidenceStatus::kSuperseded:
      return "superseded";
    case EvidenceStatus::kNoEvidence:
      return "no_evidence";
    case EvidenceStatus::kHeld:
      return "held";
    case EvidenceStatus::kLapsed:
      return "lapsed";
    case EvidenceStatus::kSuspended:
      return "suspended";
    case EvidenceStatus::kExpired:
      return "expired";
  }
  return "unknown";
}

void encode_stored_evidence(const StoredEvidence& evidence, Bytes& out) {
  out.clear();
  std::array<std::uint8_t, rules::kEvidenceImageBytes> image;
  rules::write_evidence(evidence.evidence, image);
  ImageWriter(out)
      .number(static_cast<std::uint8_t>(evidence.status))
      .number(static_cast<std::uint8_t>(evidence.action))
      .number(evidence.institution.value)
      .bytes(image)
      .bytes(evidence.id)
      .number(static_cast<std::uint32_t>(evidence.signed_at.value))
      .number(static_cast<std::uint32_t>(evidence.received_at.value))
      .number(evidence.sequence.value)
      .number(evidence.index)
      .number(evidence.leaf.value)
      .bytes(evidence.record)
      .bytes(evidence.earlier)
      .bytes(evidence.sealed);
}

Result<StoredEvidence> decode_stored_evidence(ByteView bytes) {
  ImageReader in(bytes);
  StoredEvidence out;
  const auto status = in.number<std::uint8_t>();
  const auto action = in.number<std::uint8_t>();
  if (status < 1 || status > 9 || action < 1 || action > 3) return damaged("stored evidence");
  out.status = static_cast<EvidenceStatus>(status);
  out.action = static_cast<StatementAction>(action);
  out.institution.value = in.number<std::uint32_t>();
  const ByteView image = in.bytes(rules::kEvidenceImageBytes);
  in.array(out.id.bytes);
  out.signed_at.value = in.number<std::uint32_t>();
  out.received_at.value = in.number<std::uint32_t>();
  out.sequence.value = in.number<std::uint64_t>();
  out.index = in.number<std::uint32_t>();
  out.leaf.value = in.number<std::uint64_t>();
  in.array(out.record);
  in.array(out.earlier);
  if (!in.ok()) return damaged("stored evidence");
  out.sealed = to_bytes(in.rest());
  MINGMA_TRY(out.evidence, read_stored_evidence_image(image, out.action == StatementAction::kWithdraw));
  return out;
}

std::array<std::uint8_t, 32> evidence_key(const ResidentId& resident, const StatementId& id) {
  std::array<std::uint8_t, 32> key;
  std::copy_n(resident.bytes.begin(), 16, key.begin());
  std::copy_n(id.bytes.begin(), 16, key.begin() + 16);
  return key;
}

Result<rules::Evidence> read_stored_evidence_image(ByteView image, bool withdrawal) {
  if (!withdrawal) return rules::read_evidence(image);
  if (image.size() != rules::kEvidenceImageBytes) return damaged("an evidence image");
  for (const std::uint8_t byte : image.subspan(1)) {
    if (byte != 0) return damaged("a withdrawal's evidence");
  }
  return rules::Evidence{.kind = static_cast<rules::EvidenceKind>(image[0])};
}

}  // namespace mingma::shard
