// The province at work: every shard, desk, pump and clock, and the use cases of Api over them.
//
// Made by open() from a ProvinceConfig (`province_config` gives one for a data directory). Workers are Asio
// io_contexts, one thread each, that the caller runs; shard n lives on worker n mod workers. Besides them there are
// committer threads that wait for disks and a pool that reads feeds.
//
// Start: open() loads every shard (in parallel), start() begins the clocks and resumes received parts; then run the
// workers. Stop: stop() (commands under way finish or are dropped unanswered), let the workers' run() return, destroy.
// Nothing is lost by
//   just being killed: whatever was answered is durable.
// Pumps: every shard's clock ticks each 250 ms; each second a checkpoint is published; the control shard's events are
//   handed to every data shard as soon as they are durable, and data shards' checkpoints to the control shard.
// Threading: open, start, stop and destruction from one thread; Api from any.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "service/alarm_desk.h"
#include "service/api.h"
#include "service/code_desk.h"
#include "service/data_dir.h"
#include "service/dossier.h"
#include "service/family_desk.h"
#include "service/ledger_desk.h"
#include "service/neighbour_desk.h"
#include "service/oversight.h"
#include "service/policy_proofs.h"
#include "service/redress.h"
#include "service/statistics.h"
#include "service/submissions.h"
#include "service/trust_packs.h"

namespace mingma::service {

struct ProvinceConfig {
  ProvinceFile file;
  std::string spool_path;
  std::function<Result<Digest>(const std::string&)> secret;                   // DataDir::secret
  std::function<Result<crypto::SigningKey>(const std::string&)> signing_key;  // DataDir::signing_key
  // "shard-3", "exchange": opens or creates that store. "audit-3": an empty one, for the audit; drop_store ends it.
  std::function<Result<std::unique_ptr<store::Store>>(const std::string&, std::span<const store::TableSpec>)>
      open_store;
  std::function<void(const std::string&)> drop_store;

  ShardRuntime::Limits shard_limits;
  CodeDesk::Limits code_limits;
  std::size_t committer_threads = 4;
  std::size_t feed_threads = 2;
};

// `dir` must outlive the province.
ProvinceConfig province_config(const DataDir& dir);

class Province final : public Api, public Oversight, public Redress {
 public:
  // Refused: stores that belong to another province, number of shards or pseudonym key than the configuration says. A
  // shard that cannot be loaded is stopped and says so in health(); the others serve.
  static Result<std::unique_ptr<Province>> open(ProvinceConfig config, std::vector<boost::asio::io_context*> workers,
                                                const Clock& clock, Rng& rng);
  ~Province() override;

  void start();
  void stop();
  // One round of what the clocks do, on the shards' executors: for tests with a clock that stands still.
  void tick_all();

  // Destroys the keys of one resident's records, or of every record of one shard's residents registered in a month.
  Async<bool> destroy_resident_key(ResidentId resident);
  Async<bool> destroy_key_period(ShardId shard, KeyPeriod period);

  Result<ResidentId> identify(const Person& person) const override;
  boost::asio::any_io_executor executor_for(const ResidentId& resident) const override;
  Async<Registered> register_resident(RegisterRequest request) override;
  Async<EnrolledDevice> enrol_device(EnrolDeviceRequest request) override;
  Async<std::shared_ptr<const ShownCode>> show_code(CodeRequest request) override;
  Async<Receipt> receipt(ResidentId resident) override;
  Async<History> history(ResidentId resident, Page page) override;
  Async<LeafOpening> decision_proof(ResidentId resident, std::uint32_t version) override;
  Async<StatementOutcome> declare(Declaration declaration) override;
  Async<StatementOutcome> present_certificate(PresentedCertificate certificate) override;

  Result<Caller> authenticate(const MessageSignature& signature) const override;
  Async<SubmissionStatus> create_submission(CreateSubmission request) override;
  Async<SubmissionStatus> submission_status(std::string id, Caller caller) override;
  Async<std::unique_ptr<PartUpload>> upload_part(std::string id, std::uint32_t part, Caller caller) override;
  Async<OutcomePage> part_outcomes(std::string id, std::uint32_t part, Caller caller,
                                   std::uint64_t first_line) override;
  Async<StatementOutcome> submit_statement(SignedDocument document) override;
  Async<Published> publish(SignedDocument document) override;

  Result<OfficerCaller> authenticate_officer(const MessageSignature& signature) const override;
  Result<OfficerCaller> check_officer(const OfficerCaller& caller) const override;
  Async<OfficerCaller> sign_in_officer(OfficerSignIn request) override;
  Async<std::vector<HoldView>> holds(OfficerCaller caller, std::string institution) override;
  Async<StatementPreviewView> preview_statements(OfficerCaller caller, std::vector<std::string> documents) override;
  Async<std::vector<ApprovalView>> approve(SignedDocument document) override;
  Result<OfficerView> find_officer(const std::string& id) const override;
  Result<std::vector<OfficerView>> officers(const std::string& institution) const override;

  Result<std::vector<PublicDocument>> list(PublicList which, bool only_in_force) const override;
  Result<PublicDocument> find_public(PublicList which, const std::string& id) const override;
  Async<Statistics> statistics(StatisticsRequest request) override;
  Result<Blob> trust_pack() const override;
  Async<Blob> ledger_file(ShardId shard, std::string path) override;
  Async<InclusionProof> inclusion_proof(ShardId shard, LeafIndex leaf) override;
  Async<ConsistencyProof> consistency_proof(ShardId shard, std::uint64_t first_size,
                                            std::uint64_t second_size) override;
  std::string ledger_keys() const override;
  ProvinceInfo province() const override;

  Async<rules::DiffReport> diff_policies(PolicyDiffRequest request, Caller caller) override;
  Async<rules::proof::Answer> prove_policies(PolicyProofRequest request, Caller caller) override;
  Result<std::shared_ptr<const PolicyRefusal>> find_refusal(const Digest& policy) const override;

  FamilyApi& family() override { return *family_; }
  NeighbourApi& neighbours() override { return *neighbours_; }

  Health health() const override;
  std::vector<Metric> metrics() const override;

  // Redress (province_redress.cpp)
  Async<CaseView> open_case(OpenCase request) override;
  Async<std::vector<CaseView>> list_cases(ResidentId resident) override;
  Async<CaseView> resident_case(ResidentId resident, shard::Ticket ticket) override;
  Async<CaseView> step_case(StepCase request) override;
  Async<shard::Ticket> submit_case_document(SignedDocument document) override;
  Async<std::vector<WorkItem>> worklist(StaffCaller caller, std::string action) override;
  Async<CaseView> read_case(StaffCaller caller, shard::Ticket ticket) override;
  Async<LookUpRecorded> record_look_up(StaffCaller caller, ResidentId resident, Purpose purpose) override;
  Async<LookedUp> look_up(StaffCaller caller, LookUpRequest request) override;
  Async<shard::HolderCode> holder_code(ResidentId resident) override;
  Async<std::vector<LookUpView>> look_ups_of(ResidentId resident) override;

  // Ends what is past its retention and destroys the keys nobody needs any more (province_retention.cpp). Bounded
  // steps; cut short, it goes on where it is called again. Not while another call of it runs.
  Async<RetentionDone> run_retention(std::function<void(const RetentionProgress&)> progress);
  // What run_retention would destroy now.
  Async<std::vector<std::string>> due_for_destruction();

  // Oversight (province_oversight.cpp)
  Result<Power> who_may(const PowerRequest& request) const override;
  Async<std::vector<NoticeView>> notices(shard::NoticeType type, std::optional<LeafIndex> after) override;
  Async<Comparison> compare_code(Bytes credential) override;
  Async<Comparison> compare_checkpoint(ShardId shard, std::string note) override;
  Async<NoticeView> end_alarm(SignedDocument ending) override;
  Async<std::string> who(DossierRequest request) override;
  Async<std::string> negative(DossierRequest request) override;

 private:
  struct Unit;  // one shard with its desks and timer (province_unit.h)

  Province(ProvinceConfig config, const Clock& clock, Rng& rng);
  Result<void> open_unit(Unit& unit);
  Result<void> check_genesis() const;
  Unit& unit_of(const ResidentId& resident) const;
  Result<Unit*> unit(ShardId shard) const;
  Result<Unit*> unit_of(shard::Ticket ticket) const;

  void arm(Unit& unit);
  void tick(Unit& unit);
  void publish_checkpoint(Unit& unit);
  void refresh_revocations(Unit& unit);
  void look_for_alarms();
  void follow_control();
  void follow_control(Unit& unit);

  Async<Dossier> make_dossier(const DossierRequest& request);
  Async<bool> add_proof(Unit& unit, LeafOpening& leaf);
  Async<StatementOutcome> submit_one(ResidentId resident, shard::StatementsCommand command);
  Async<bool> note_counters(const SignedDocument& document);
  Async<Published> publish_policy(shard::SignedDocument document);
  Async<Published> publish_and_prove_again(shard::SignedDocument document);
  Async<Published> publish_documents(std::vector<shard::SignedDocument> documents, std::size_t main);
  // The signature that enters a statement, and the hands: the institution's key where it signed, else the first.
  void take_signatures(const SignedDocument& document, shard::StatementsCommand& command) const;
  template <typename T, typename Work>
  Async<T> on_disk(Work work) const;
  template <typename T, typename Work>
  Async<T> on_prover(Work work);

  ProvinceConfig config_;
  const Clock& clock_;
  Rng& rng_;
  Digest key_encryption_key_{};
  std::unique_ptr<Pseudonyms> pseudonyms_;
  Directory directory_;
  Revocations revocations_;
  std::unique_ptr<TrustPacks> trust_packs_;
  std::unique_ptr<FamilyDesk> family_;
  std::unique_ptr<NeighbourDesk> neighbours_;
  std::unique_ptr<Exchange> exchange_;
  std::vector<std::unique_ptr<Unit>> units_;  // index = shard id
  std::unique_ptr<Submissions> submissions_;
  std::unique_ptr<AlarmDesk> alarms_;  // null when a shard could not be opened
  std::atomic<bool> looking_{false};
  std::atomic<std::uint64_t> looks_failed_{0};
  mutable Committer committer_;  // after what its work uses: it is joined first
  boost::asio::thread_pool feed_pool_;
  Refusals refusals_;
  std::atomic<int> proofs_waiting_{0};
  boost::asio::thread_pool proof_pool_{1};  // after what its work uses: it is joined first
  std::atomic<bool> stopping_{false};

  mutable std::mutex statistics_mutex_;
  Counts counts_;             // guarded by statistics_mutex_
  UnixSeconds counted_at_{};  // guarded by statistics_mutex_
};

}  // namespace mingma::service
