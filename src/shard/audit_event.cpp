#include "shard/audit_event.h"

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "log/local_log.h"
#include "shard/authority.h"
#include "shard/checks.h"
#include "shard/errors.h"

namespace mingma::shard {
namespace {

std::string words(const rules::Decision& decision, std::string_view rule) {
  std::string out(to_string(decision.colour));
  if (decision.status == rules::DecisionStatus::kUndetermined) out = "undetermined";
  if (!rule.empty()) out += " by rule " + std::string(rule);
  if (decision.horizon != rules::kNoHorizon) out += " until " + decision.horizon.to_string();
  return out;
}

}  // namespace

EventAuditor::EventAuditor(const AuditOptions& options, const ShardState& state, const store::Reader& reader,
                           const store::Reader* control, const KeySource* keys, const Event& event, Sequence sequence,
                           AuditReport& report, Findings& findings)
    : options_(options),
      reader_(reader),
      control_(control),
      keys_(keys),
      event_(event),
      report_(report),
      findings_(findings),
      working_(state, reader, event.time, sequence),
      places_(leaf_permutation(event.seed, static_cast<std::uint32_t>(event.leaves.size()))) {}

std::string EventAuditor::at() const { return "sequence " + std::to_string(working_.sequence().value); }
std::string EventAuditor::at(const ResidentId& resident) const { return at() + ", resident " + resident.to_string(); }

std::optional<ResidentKeys> EventAuditor::keys_of(const ResidentId& resident) {
  if (keys_ == nullptr) return std::nullopt;
  auto keys = keys_->resident_keys(resident);
  if (!keys.ok()) return std::nullopt;
  return std::move(keys).value();
}

std::optional<Digest> EventAuditor::body_key_of(const ResidentKeys& keys, rules::EvidenceKind kind) const {
  const auto secret = keys_->body_secret(key_month(event_.time), kind);
  if (!secret.ok()) return std::nullopt;
  return body_key(keys, *secret);
}

void EventAuditor::check_role(bool control_shard, std::string_view what) {
  if (control_shard == (options_.shard == kControlShard)) return;
  findings_.add("wrong_operation", at(), std::string(what) + " does not belong into this shard");
}

Result<void> EventAuditor::run() {
  if (working_.time() < working_.base().machine.time)
    findings_.add("invalid_event", at(), "its time is before that of the event before it");
  for (const Operation& op : event_.operations)
    MINGMA_CHECK(std::visit([&](const auto& specific) { return operation(specific); }, op));
  check_expectations();
  MINGMA_CHECK(working_.settle());
  MINGMA_CHECK(check_decisions());
  if (index_ != event_.leaves.size()) findings_.add("wrong_leaf", at(), "there are leaves that nothing accounts for");
  report_.leaves += event_.leaves.size();
  return {};
}

Result<void> EventAuditor::operation(const DocumentOperation& op) {
  check_role(true, "a document");
  ++report_.documents;
  report_.signatures += op.document.signatures.size();
  if (auto checked = working_.control().check(op.document, event_.time); !checked.ok()) {
    findings_.add("bad_authority", at(),
                  "a document of type " + std::string(to_string(op.document.type)) +
                      " is not valid: " + checked.error().to_string());
  }
  const std::uint32_t number = index_;
  MINGMA_CHECK(fold_operation(working_, op, event_.time, index_));
  if (op.leaf != places_.at(number)) findings_.add("wrong_shuffle", at(), "a leaf is not where the seed puts it");
  check_leaf(op.leaf, make_document_leaf(working_, op.document), "", nullptr, {}, at());
  return {};
}

Result<void> EventAuditor::operation(const CheckpointOperation& op) {
  check_role(true, "a checkpoint");
  const std::uint32_t number = index_;
  MINGMA_CHECK(fold_operation(working_, op, event_.time, index_));
  if (op.leaf != places_.at(number)) findings_.add("wrong_shuffle", at(), "a leaf is not where the seed puts it");
  check_leaf(op.leaf, make_checkpoint_leaf(working_, op.note), "", nullptr, {}, at());
  return {};
}

Result<void> EventAuditor::operation(const NoticeOperation& op) {
  check_role(true, "a notice");
  if (op.notice.type == NoticeType::kAlarmEnding) {
    if (auto checked = check_ending(op.notice, working_.control(), event_.time); !checked.ok())
      findings_.add("bad_authority", at(), "an alarm's ending: " + checked.error().to_string());
  }
  MINGMA_TRY(const auto present, find_notice(reader_, op.notice.type, op.notice.id));
  if (present) findings_.add("wrong_operation", at(), "a notice was published twice: " + hex_encode(op.notice.id));
  const std::uint32_t number = index_;
  MINGMA_CHECK(fold_operation(working_, op, event_.time, index_));
  if (op.leaf != places_.at(number)) findings_.add("wrong_shuffle", at(), "a leaf is not where the seed puts it");
  check_leaf(op.leaf, make_notice_leaf(working_, op.notice), "", nullptr, {}, at());
  return {};
}

Result<void> EventAuditor::operation(const FollowOperation& op) {
  check_role(false, "a control event");
  if (control_ != nullptr) {
    bool found = false;
    Sequence next{working_.machine().followed.value + 1};
    const auto read = log::read_log(*control_, kLogTable, next, [&](const log::Record& record) -> Result<void> {
      if (record.is_claim() || record.header.sequence > op.control_sequence) return {};
      if (record.header.sequence == op.control_sequence) {
        found = equal(record.body, op.event);
      } else {
        findings_.add("wrong_follow", at(),
                      "control event " + std::to_string(record.header.sequence.value) + " was left out");
      }
      return {};
    });
    if (!read.ok())
      findings_.add("wrong_follow", at(), "the control shard's log cannot be read: " + read.error().to_string());
    if (read.ok() && !found) {
      findings_.add(
          "wrong_follow", at(),
          "control event " + std::to_string(op.control_sequence.value) + " is not what the control shard's log says");
    }
  }
  return fold_operation(working_, op, event_.time, index_);
}

Result<void> EventAuditor::operation(const RegisterOperation& op) {
  check_role(false, "a registration");
  if (!working_.control().has_genesis() || !working_.control().genesis().province.contains(op.home)) {
    findings_.add("wrong_operation", at(op.resident), "registered outside the province");
  }
  return fold_operation(working_, op, event_.time, index_);
}

Result<void> EventAuditor::operation(const DeviceOperation& op) {
  check_role(false, "a device");
  return fold_operation(working_, op, event_.time, index_);
}

Result<void> EventAuditor::operation(const TickOperation& op) {
  check_role(false, "a tick");
  const RowTable& rows = working_.base().rows;
  for (const RowNumber row : op.rows) {
    if (row.value >= rows.size()) continue;  // folding refuses it
    const UnixSeconds horizon = rows.decision(row).horizon;
    if (horizon == rules::kNoHorizon || horizon > event_.time) {
      findings_.add("wrong_operation", at(rows.resident(row)), "decided again by the clock before its horizon");
    }
  }
  return fold_operation(working_, op, event_.time, index_);
}

Result<void> EventAuditor::operation(const RecolourOperation& op) {
  check_role(false, "a recolouring");
  if (!working_.machine().recolouring || op.first != working_.machine().recolour_next) {
    findings_.add("wrong_operation", at(), "a recolouring that leaves rows out");
  }
  std::vector<RowNumber> changed;
  collect_changed(working_, op.first, op.end, 0xffff'ffff, changed);
  MINGMA_CHECK(fold_operation(working_, op, event_.time, index_));
  for (const RowNumber row : changed) working_.touch(row, DecisionCause::kRecolour);
  return {};
}

// ---- decisions

Result<void> EventAuditor::check_decisions() {
  std::size_t next = 0;
  const auto unexplained = [&](const DecisionEntry& entry) {
    const bool known = entry.row.value < working_.base().rows.size();
    findings_.add("unexplained_decision", known ? at(working_.base().rows.resident(entry.row)) : at(),
                  "decided " + words(entry.decision, "") + " though nothing in the event concerns this resident");
    if (!entry.record.empty()) ++index_;
  };
  for (const Touched* touched : working_.sorted()) {
    while (next < event_.decisions.size() && event_.decisions[next].row < touched->number)
      unexplained(event_.decisions[next++]);
    const DecisionEntry* entry = next < event_.decisions.size() && event_.decisions[next].row == touched->number
                                     ? &event_.decisions[next++]
                                     : nullptr;
    const Verdict verdict = decide_row(working_, touched->row);
    const bool fresh = is_new_version(touched->before, verdict);
    const bool changes = fresh || verdict.decision.horizon != touched->before.decision.horizon;
    const std::string expected = words(verdict.decision, working_.control().rule_id(verdict.policy, verdict.decision));
    if (entry == nullptr) {
      if (changes)
        findings_.add("missing_decision", at(touched->row.resident),
                      "the rules say " + expected + "; no decision was made");
      continue;
    }
    if (entry->decision != verdict.decision || entry->policy != verdict.policy || entry->record.empty() == fresh) {
      findings_.add("unexplained_decision", at(touched->row.resident),
                    "decided " + words(entry->decision, "") + "; evidence and rules say " + expected);
      if (!entry->record.empty()) ++index_;
      continue;
    }
    if (fresh) MINGMA_CHECK(check_version(*entry, *touched, verdict));
  }
  while (next < event_.decisions.size()) unexplained(event_.decisions[next++]);
  return {};
}

Result<void> EventAuditor::check_version(const DecisionEntry& entry, const Touched& touched, const Verdict& verdict) {
  ++report_.decisions;
  const std::string where = at(touched.row.resident);
  MINGMA_TRY(const Digest previous, previous_record_hash(reader_, touched.before));
  if (entry.record != encode_decision_record(make_record(working_, touched, verdict, previous))) {
    findings_.add("wrong_record", where, "the decision's record is not the next link of this resident's chain");
  }
  if (index_ < places_.size() && entry.leaf != places_[index_])
    findings_.add("wrong_shuffle", where, "a leaf is not where the seed puts it");
  const auto keys = keys_of(touched.row.resident);
  if (!keys) ++report_.unopened;
  check_leaf(entry.leaf, make_decision_leaf(working_, touched, verdict),
             tag_name(working_.control(), touched.institution, touched.by_statement), keys ? &*keys : nullptr,
             entry.record, where);
  ++index_;
  return {};
}

// Compares everything in the leaf; commitment and tag only with keys. Uses index_, which must be the leaf's canonical
// number.
void EventAuditor::check_leaf(std::uint32_t position, const Leaf& expected, std::string_view tag,
                              const ResidentKeys* keys, ByteView record, const std::string& where) {
  if (position >= event_.leaves.size()) return findings_.add("wrong_leaf", where, "a leaf is missing");
  const auto found = decode_leaf(event_.leaves[position]);
  if (!found.ok()) return findings_.add("wrong_leaf", where, found.error().to_string());
  Leaf wanted = expected;
  if (keys != nullptr) {
    const Digest opening = make_opening(*keys, working_.sequence(), index_);
    wanted.commitment = make_commitment(*keys, opening, record);
    wanted.tag = make_blinded_tag(opening, tag);
  } else {
    wanted.commitment = found->commitment;
    wanted.tag = found->tag;
  }
  Bytes encoded;
  encode_leaf(wanted, encoded);
  if (encoded != event_.leaves[position])
    findings_.add("wrong_leaf", where, "the leaf in the ledger is not the one that belongs to the record");
}

}  // namespace mingma::shard
