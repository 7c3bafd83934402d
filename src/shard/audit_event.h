// EventAuditor: derives one event again from its inputs and compares. Internal to the room.
#pragma once

#include <optional>
#include <string>

#include "shard/audit.h"
#include "shard/event.h"
#include "shard/family_fold.h"
#include "shard/finish.h"
#include "shard/neighbour_fold.h"
#include "shard/working.h"

namespace mingma::shard {

// Collects findings up to a maximum.
class Findings {
 public:
  Findings(AuditReport& report, std::size_t max) : report_(report), max_(max) {}
  void add(std::string_view code, std::string where, std::string text) {
    if (!full()) report_.findings.push_back({"audit." + std::string(code), std::move(where), std::move(text)});
  }
  bool full() const { return report_.findings.size() >= max_; }

 private:
  AuditReport& report_;
  std::size_t max_;
};

class EventAuditor {
 public:
  // `reader` holds the state before the event; all are borrowed.
  EventAuditor(const AuditOptions& options, const ShardState& state, const store::Reader& reader,
               const store::Reader* control, const KeySource* keys, const Event& event, Sequence sequence,
               AuditReport& report, Findings& findings);

  // Errors are those of the store, and kShardInvalidEvent when the event cannot be folded at all.
  Result<void> run();

 private:
  Result<void> operation(const DocumentOperation& op);
  Result<void> operation(const CheckpointOperation& op);
  Result<void> operation(const NoticeOperation& op);
  Result<void> operation(const FollowOperation& op);
  Result<void> operation(const RegisterOperation& op);
  Result<void> operation(const DeviceOperation& op);
  Result<void> operation(const StatementsOperation& op);
  Result<void> operation(const ApprovalOperation& op);
  Result<void> operation(const LapseOperation& op);
  Result<void> operation(const CountOperation& op);
  Result<void> operation(const TickOperation& op);
  Result<void> operation(const RecolourOperation& op);
  Result<void> operation(const CaseOpenOperation& op);
  Result<void> operation(const CaseStepOperation& op);
  Result<void> operation(const LookUpOperation& op);
  Result<void> operation(const GuardianshipOperation& op);
  Result<void> operation(const PaperOperation& op);
  Result<void> operation(const ExportOperation& op);
  Result<void> operation(const ImportOperation& op);
  Result<void> operation(const AcknowledgeOperation& op);
  Result<void> expect_exports(const StatementsOperation& op);
  void check_expectations();
  Result<void> check_imported(const StatementsOperation& op, const StatementsCommand& command);
  Result<void> operation(const ExpireOperation& op);
  Result<void> operation(const DestroyKeysOperation& op);

  std::optional<PersonalMaterial> open_material(const ResidentId& resident, const ResidentKeys* keys, ByteView context,
                                                ByteView sealed);
  void check_person(const Json& person, const ResidentId& resident);
  void check_role(bool control_shard, std::string_view what);
  Result<void> check_authority(const StatementsOperation& op, std::string_view institution);
  Result<void> check_entry(const StatementsOperation& op, const StatementEntry& entry, std::string_view institution);
  void check_officers(std::span<const OfficerMark> officers);
  Result<void> check_judgement(const StatementsOperation& op, const StatementEntry& entry, RowNumber row,
                               const std::string& where);
  void check_hold_end(const ResidentId& resident, const StatementId& id, HoldState state, const Officer* officer,
                      std::uint32_t leaf);
  Result<void> check_refused_entry(const StatementEntry& entry);
  Result<std::optional<Statement>> open_body(const StatementsOperation& op, const StatementEntry& entry,
                                             std::string_view institution, const ResidentKeys& keys);
  void check_statement_leaf(const StatementsOperation& op, const StatementEntry& entry, std::string_view institution,
                            const ResidentKeys* keys, ByteView record);
  // audit_cases.cpp
  Result<void> check_case_content(const Case& subject, const CaseStepOperation& op, const ResidentKeys& keys);
  std::optional<Bytes> open_content(const ResidentKeys& keys, ByteView context, ByteView sealed, const Digest& tag,
                                    bool note, const std::string& where);
  void check_staff_leaf(LeafKind kind, InstitutionNumber institution, const ResidentId& resident, std::uint32_t leaf,
                        ByteView record, std::string_view tag, std::string_view outcome = {});
  Result<void> check_decisions();
  Result<void> check_version(const DecisionEntry& entry, const Touched& touched, const Verdict& verdict);
  void check_leaf(std::uint32_t position, const Leaf& expected, std::string_view tag, const ResidentKeys* keys,
                  ByteView record, const std::string& where);
  std::optional<ResidentKeys> keys_of(const ResidentId& resident);
  std::optional<Digest> body_key_of(const ResidentKeys& keys, rules::EvidenceKind kind) const;

  std::string at() const;
  std::string at(const ResidentId& resident) const;

  const AuditOptions& options_;
  const store::Reader& reader_;
  const store::Reader* control_;
  const KeySource* keys_;
  const Event& event_;
  AuditReport& report_;
  Findings& findings_;
  Working working_;
  std::vector<std::uint32_t> places_;
  std::vector<ExportOperation> expected_exports_;  // in order
  std::optional<ImportOperation> expected_import_;
  std::uint32_t index_ = 0;  // canonical number of the next leaf
};

}  // namespace mingma::shard
