// Planner: the owner's half of an event. Checks commands, seals, commits, decides, shuffles. Internal to the room.
// Threading: one thread, within one ShardMachine::plan.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "shard/command.h"
#include "shard/finish.h"
#include "shard/keys.h"
#include "shard/machine.h"
#include "shard/preview.h"
#include "shard/working.h"

namespace mingma::shard {

class Planner {
 public:
  Planner(const MachineOptions& options, const ShardState& state, const store::Reader& reader, const KeySource& keys,
          UnixSeconds time, Sequence sequence, const Digest& seed);

  // An error means that the store failed; a refused command is an error inside its result.
  Result<CommandResult> run(const Command& command);
  // What run() would do with statements of an officer whose signature is not there yet. The planner is spent.
  Result<StatementPreview> preview(const StatementsCommand& command);
  // Decides everyone who was touched and shuffles the leaves. Then event() is complete.
  Result<void> complete();

  bool empty() const { return event_.operations.empty(); }
  Working& working() { return working_; }
  const Event& event() const { return event_; }
  std::uint32_t statements_accepted() const { return statements_accepted_; }
  // Final position of the leaf with this canonical number.
  std::uint32_t place(std::uint32_t index) const { return places_.at(index); }
  // Canonical number of the leaf a command made, for its result; kNoLeaf if none.
  std::uint32_t command_leaf() const { return command_leaf_; }

 private:
  Result<CommandResult> run(const PublishCommand& command);
  Result<CommandResult> run(const CheckpointCommand& command);
  Result<CommandResult> run(const NoticeCommand& command);
  Result<CommandResult> run(const CountCommand& command);
  Result<CommandResult> run(const FollowCommand& command);
  Result<CommandResult> run(const RegisterCommand& command);
  Result<CommandResult> run(const DeviceCommand& command);
  Result<CommandResult> run(const StatementsCommand& command);
  Result<CommandResult> run(const ApprovalCommand& command);
  Result<CommandResult> run(const TickCommand& command);
  Result<CommandResult> run(const OpenCaseCommand& command);
  Result<CommandResult> run(const CaseStepCommand& command);
  Result<CommandResult> run(const CaseDocumentCommand& command);
  Result<CommandResult> run(const LookUpCommand& command);
  Result<CommandResult> run(const GuardianshipCommand& command);
  Result<CommandResult> run(const PaperCommand& command);
  Result<CommandResult> run(const ImportCommand& command);
  Result<CommandResult> run(const ExportCommand& command);
  Result<CommandResult> run(const AcknowledgeCommand& command);
  Result<void> add_export(ExportOperation op, const ResidentKeys& keys);
  Result<void> follow_exports();
  Result<CommandResult> run(const ExpireCommand& command);
  Result<CommandResult> run(const DestroyKeysCommand& command);

  bool is_control() const { return options_.shard == kControlShard; }
  std::uint32_t add_leaf(const Leaf& leaf);
  std::uint32_t add_personal_leaf(Leaf leaf, const ResidentKeys& keys, ByteView record, std::string_view tag);
  // Null: destroyed.
  const ResidentKeys* keys_of(RowNumber row, const ResidentId& resident);
  // Of someone whose key is destroyed: nobody can ever open these commitments, but the chain goes on.
  ResidentKeys orphan_keys(const ResidentId& resident) const;

  Result<void> check_statements(const StatementsCommand& command, InstitutionNumber institution) const;
  // What is to be recorded of a line, but for seal and leaf; changes nothing.
  Result<StatementEntry> examine_line(const StatementsCommand& command, const StatementsOperation& operation,
                                      const StatementLine& line, std::optional<BrakeAsk>* unanswered);
  Result<StatementEntry> plan_line(const StatementsCommand& command, const StatementsOperation& operation,
                                   const StatementLine& line);
  // What the control shard must count before this command can be planned. Each line as if the others were not there.
  Result<std::vector<BrakeAsk>> uncounted(const StatementsCommand& command, const StatementsOperation& operation);
  Result<void> lapse_holds();
  // The leaf of a hold that ends. `officer`: who ended it; null: the clock.
  std::uint32_t add_hold_end(const HoldKey& key, const StatementId& id, HoldState state, const Officer* officer);
  Result<void> seal_authority(const StatementsCommand& command, StatementsOperation& operation);
  Bytes seal(const Digest& key, ByteView context, ByteView plain);
  Result<Digest> body_key_of(const ResidentKeys& keys, rules::EvidenceKind kind);
  RecolourOperation choose_recolouring();
  Result<InstitutionNumber> staff(const InstitutionId& institution) const;
  Result<void> add_case_step(const Case& subject, CaseStep step, std::string actor, const CaseContent* content);
  Result<void> advance_case(Ticket ticket);
  Result<void> tick_cases();
  // Keys of everyone the lines are about, looked up in the order the table has them: neighbours share the way there.
  void warm_keys(const StatementsCommand& command);
  struct Decided {
    Touched* touched = nullptr;
    Verdict verdict;
    bool fresh = false;
    Digest previous{};  // fresh ones only
  };
  Result<std::vector<Decided>> decide_all();
  void write_down(const Decided& decided);

  const MachineOptions& options_;
  const store::Reader& reader_;
  const KeySource& keys_;
  Working working_;
  Event event_;
  std::vector<Bytes> leaves_;                                      // canonical order
  std::vector<std::uint32_t> places_;                              // canonical number -> position
  std::unordered_map<std::uint32_t, ResidentKeys> resident_keys_;  // by row; only looked up
  std::vector<RowNumber> due_;
  std::map<rules::EvidenceKind, Digest> body_secrets_;  // of this month
  bool previewing_ = false;                             // nothing is asked of the shard that counts
  std::uint32_t seals_ = 0;
  std::uint32_t statements_ = 0;
  std::uint32_t statements_accepted_ = 0;
  std::uint32_t command_leaf_ = kNoLeaf;
};

}  // namespace mingma::shard
