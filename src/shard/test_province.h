// A small province for tests, benchmarks and fuzzers of this room: keys, signed documents, a control shard and one data
// shard. Everything is drawn from a seed.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "crypto/signature.h"
#include "log/shard_log.h"
#include "shard/machine.h"
#include "shard/retention.h"
#include "shard/statement_document.h"
#include "store/store.h"

namespace mingma::shard::testing {

inline constexpr UnixSeconds kStart{1'656'345'600};  // 2022-06-28T00:00:00+08:00
inline constexpr std::int64_t kHour = 3'600;
inline constexpr std::int64_t kDay = 24 * kHour;

// Keys of residents and submissions as HMACs of one secret; single ones can be destroyed.
class TestKeys final : public KeySource {
 public:
  Result<ResidentKeys> resident_keys(const ResidentId& resident) const override;
  Result<Digest> submission_key(const SubmissionId& submission) const override;
  Result<Digest> body_secret(KeyMonth month, rules::EvidenceKind kind) const override;
  void destroy(const KeysToDestroy& keys) { destroyed_keys_.insert(keys); }
  void destroy(const ResidentId& resident) { destroyed_.insert(resident); }

 private:
  std::set<ResidentId> destroyed_;
  std::set<KeysToDestroy> destroyed_keys_;
};

// One shard over a store: owner's turn in one call.
class TestShard {
 public:
  // Claims the log and opens the machine. `store` is borrowed.
  TestShard(ShardId shard, store::Store& store, const KeySource& keys, const MachineOptions& options = {});

  // Plan, write, commit. Fails the process when the machine itself fails (not when a command is refused).
  std::vector<CommandResult> run(std::span<const Command> commands, UnixSeconds now);
  CommandResult run(Command command, UnixSeconds now);
  // The same, but a failed store is returned.
  Result<std::vector<CommandResult>> try_run(std::span<const Command> commands, UnixSeconds now);
  // Ticks until nothing is due.
  void settle(UnixSeconds now);

  ShardMachine& machine() { return *machine_; }
  store::Store& store() { return store_; }
  log::ShardLog& log() { return *log_; }
  // Opens log and machine again from the store.
  void reopen();

 private:
  ShardId shard_;
  store::Store& store_;
  const KeySource& keys_;
  MachineOptions options_;
  std::unique_ptr<log::ShardLog> log_;
  std::unique_ptr<ShardMachine> machine_;
  SeededRng rng_{1};
};

struct TestInstitution {
  InstitutionId id;
  InstitutionClass klass;
  std::unique_ptr<crypto::SigningKey> key;
};

class TestProvince {
 public:
  // Two stores, borrowed or its own in memory.
  explicit TestProvince(std::uint64_t seed = 1, std::uint16_t data_shards = 1);
  TestProvince(std::uint64_t seed, store::Store& control_store, store::Store& data_store,
               const MachineOptions& options = {});

  // ---- documents, signed by two of three roots unless said otherwise
  SignedDocument sign_by_roots(DocumentType type, std::string bytes, int signatures = 2);
  SignedDocument sign_by(DocumentType type, std::string bytes, std::string_view institution);
  SignedDocument genesis();
  SignedDocument institution(std::string_view id, InstitutionClass klass, std::string_view division = "41");
  SignedDocument grant(std::string_view id, std::string_view grantee, std::vector<std::string> kinds,
                       std::vector<std::string> areas, UnixSeconds from = kStart.plus(-kDay),
                       UnixSeconds until = kStart.plus(400 * kDay), bool may_delegate = false,
                       std::string_view grantor = "root");
  SignedDocument revocation(std::string_view id, std::string_view grant, UnixSeconds from);
  SignedDocument area_order(std::string_view number, std::string_view area, std::string_view level, UnixSeconds from,
                            UnixSeconds until, std::string_view lockdown = "none", std::string_view issuer = "root");
  // Close contacts of the last `days` days and confirmed cases red, high-risk areas yellow, everyone else green.
  SignedDocument policy(std::string_view version, int days = 7, UnixSeconds from = kStart,
                        UnixSeconds until = kStart.plus(80 * kDay), std::string_view jurisdiction = "41",
                        std::string_view id = "test-policy");

  // The record that says `policy` was proved never stricter than `than`, as a platform with a solver would write it.
  SignedDocument proof(const SignedDocument& policy, const SignedDocument& than,
                       std::vector<std::string> except_rules = {});

  // Publishes to the control shard and lets the data shard follow. The control result.
  CommandResult publish(SignedDocument document, UnixSeconds now = kStart);
  void follow(UnixSeconds now);
  // Genesis, institutions lab-1, cdc-1, hospital-1, post-1, command-1, operator-1, their grants over 41, and
  // policy 1.0.0.
  void found();

  // ---- residents and statements
  ResidentId resident(std::uint32_t number) const;
  CommandResult add_resident(std::uint32_t number, UnixSeconds now = kStart, std::string_view home = "410102");
  Statement test_result(std::uint32_t number, rules::TestResult result, UnixSeconds sampled, std::string record,
                        UnixSeconds signed_at);
  Statement contact_finding(std::uint32_t number, UnixSeconds exposure, std::string record, UnixSeconds signed_at);
  // A manifest batch with all lines present, signed by the statements' institution.
  StatementsCommand batch(std::vector<Statement> statements, UnixSeconds created);
  // One signed document.
  StatementsCommand document(const Statement& statement);
  Outcome submit(const Statement& statement, UnixSeconds now);  // document(), one line
  // In that shard; what must be counted is asked of the control shard, followed, and sent again.
  CommandResult run_counted(StatementsCommand command, UnixSeconds now, std::uint16_t shard);
  rules::Colour colour(std::uint32_t number);

  TestShard& control() { return *control_; }
  TestShard& data() { return *data_; }
  TestShard& data(std::uint16_t shard) { return shard == 1 ? *data_ : *more_.at(shard - 2u); }
  std::uint16_t data_shards() const { return static_cast<std::uint16_t>(1 + more_.size()); }
  TestKeys& keys() { return keys_; }
  TestInstitution& find(std::string_view institution);
  SeededRng& rng() { return rng_; }

 private:
  SeededRng rng_;
  TestKeys keys_;
  std::unique_ptr<store::Store> own_control_;
  std::unique_ptr<store::Store> own_data_;
  std::unique_ptr<TestShard> control_;
  std::unique_ptr<TestShard> data_;
  std::vector<std::unique_ptr<store::Store>> more_stores_;
  std::vector<std::unique_ptr<TestShard>> more_;  // data shards 2 and on
  std::vector<crypto::SigningKey> roots_;
  std::vector<TestInstitution> institutions_;
  std::uint32_t submissions_ = 0;
};

}  // namespace mingma::shard::testing
