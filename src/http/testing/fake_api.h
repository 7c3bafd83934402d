// The use cases as HTTP sees them, with answers of cardboard: for tests of routes without a province behind them.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/asio/system_executor.hpp>
#include <map>
#include <mutex>
#include <set>

#include "crypto/digest.h"
#include "crypto/signature.h"
#include "http/testing/fake_family.h"
#include "http/testing/fake_neighbours.h"
#include "http/testing/fake_officers.h"
#include "service/api.h"
#include "service/errors.h"

namespace mingma::http::testing {

using service::Async;

class FakeApi final : public FakeOfficers {
 public:
  std::map<std::string, std::pair<std::string, crypto::VerifyingKey>> keys;  // key id: institution, key
  std::atomic<int> outcome_pages{3};
  std::atomic<bool> healthy{true};
  std::atomic<std::uint64_t> part_bytes{0};

  Result<ResidentId> identify(const service::Person& person) const override {
    if (person.document_number == "0") return Error(mingma::errors::kBadRequest, "no document has this number");
    return ResidentId::from(ByteView(crypto::sha256(as_bytes(person.document_number))).first(16));
  }
  boost::asio::any_io_executor executor_for(const ResidentId&) const override { return boost::asio::system_executor(); }

  Async<service::Registered> register_resident(service::RegisterRequest request) override {
    const ResidentId id = *identify(request.person);
    const std::lock_guard guard(mutex_);
    co_return service::Registered{.resident = id, .shard = ShardId{1}, .existed = !registered_.insert(id).second};
  }
  Async<service::EnrolledDevice> enrol_device(service::EnrolDeviceRequest request) override {
    if (!crypto::VerifyingKey::from_p256(request.public_key).ok()) {
      co_return Error(mingma::errors::kBadRequest, "this is no P-256 point", "/public_key");
    }
    co_return service::EnrolledDevice{.device = hex_encode(ByteView(crypto::sha256(request.public_key)).first(16)),
                                      .existed = false};
  }
  Async<std::shared_ptr<const service::ShownCode>> show_code(service::CodeRequest request) override {
    const std::lock_guard guard(mutex_);
    if (!registered_.contains(request.resident)) co_return Error(mingma::errors::kNotRegistered, "register first");
    if (request.form == service::CodeForm::kPhone && request.device.empty()) {
      co_return Error(mingma::errors::kUnknownDevice, "enrol the phone first");
    }
    co_return code_;
  }
  Async<service::Receipt> receipt(ResidentId) override {
    service::Receipt receipt;
    receipt.decision.colour = rules::Colour::kGreen;
    receipt.reason = {.zh = "无风险证据", .en = "no evidence of risk"};
    co_return receipt;
  }
  Async<service::History> history(ResidentId, service::Page page) override {
    service::History history;
    for (std::uint32_t i = 0; i < std::min(page.count_max, 3u); ++i) history.decisions.emplace_back();
    co_return history;
  }
  Async<service::StatementOutcome> declare(service::Declaration) override { co_return service::StatementOutcome{}; }
  Async<service::StatementOutcome> present_certificate(service::PresentedCertificate) override {
    co_return service::StatementOutcome{};
  }

  Result<service::Caller> authenticate(const service::MessageSignature& signature) const override {
    const auto found = keys.find(signature.key_id);
    if (found == keys.end()) return Error(mingma::errors::kUnknownKey, "no institution in force has this key");
    if (!found->second.second.verify(signature.base, signature.signature)) {
      return Error(mingma::errors::kSignatureRefused, "the signature does not verify");
    }
    return service::Caller{.institution = found->second.first, .key_id = signature.key_id};
  }
  Async<rules::proof::Answer> prove_policies(service::PolicyProofRequest request, service::Caller caller) override {
    if (caller.institution != "LAB-1") co_return Error(mingma::errors::kForbidden, "not for you");
    rules::proof::Answer answer;
    answer.question = request.question;
    answer.solver = std::to_string(request.options.except_rules.size());
    co_return answer;
  }
  Result<std::shared_ptr<const service::PolicyRefusal>> find_refusal(const Digest&) const override {
    return Error(mingma::errors::kNoSuchThing, "no such refusal");
  }
  Async<rules::DiffReport> diff_policies(service::PolicyDiffRequest request, service::Caller caller) override {
    if (caller.institution != "LAB-1") co_return Error(mingma::errors::kForbidden, "not for you");
    rules::DiffReport report;
    report.before = {request.before, "1.0.0", {}, {"旧", "old"}};
    report.after = {request.after, "1.0.1", {}, {"新", "new"}};
    report.days.resize(static_cast<std::size_t>(request.days) + 1);
    report.audience = request.audience;
    co_return report;
  }
  Async<service::SubmissionStatus> create_submission(service::CreateSubmission request) override {
    const std::lock_guard guard(mutex_);
    const auto [at, fresh] = manifests_.emplace("s-1", request.manifest);
    if (!fresh && at->second != request.manifest)
      co_return Error(mingma::errors::kSubmissionConflict, "another manifest has this id");
    co_return status("s-1");
  }
  Async<service::SubmissionStatus> submission_status(std::string id, service::Caller) override {
    if (id != "s-1") co_return Error(mingma::errors::kNoSuchThing, "no such submission");
    co_return status(id);
  }
  Async<std::unique_ptr<service::PartUpload>> upload_part(std::string id, std::uint32_t part,
                                                          service::Caller) override {
    if (id != "s-1" || part > 3) co_return Error(mingma::errors::kNoSuchThing, "no such part");
    part_bytes = 0;
    co_return std::unique_ptr<service::PartUpload>(std::make_unique<Upload>(part_bytes));
  }
  Async<service::OutcomePage> part_outcomes(std::string, std::uint32_t, service::Caller,
                                            std::uint64_t first_line) override {
    service::OutcomePage page;
    if (outcome_pages == 0) co_return page;
    page.ndjson = "{\"line\":" + std::to_string(first_line) + ",\"outcome\":\"accepted\"}\n";
    page.next_line = first_line + 1;
    page.end = page.next_line >= static_cast<std::uint64_t>(outcome_pages.load());
    co_return page;
  }
  Async<service::StatementOutcome> submit_statement(service::SignedDocument) override {
    co_return service::StatementOutcome{};
  }
  Async<service::Published> publish(service::SignedDocument document) override {
    const Digest hash = crypto::sha256(as_bytes(document.document));
    const std::lock_guard guard(mutex_);
    co_return service::Published{
        .document_hash = hash, .shard = kControlShard, .leaf = {4}, .existed = !published_.insert(hash).second};
  }

  Result<std::vector<service::PublicDocument>> list(service::PublicList, bool only_in_force) const override {
    std::vector<service::PublicDocument> documents{policy("p-1", true)};
    if (!only_in_force) documents.push_back(policy("p-0", false));
    return documents;
  }
  Result<service::PublicDocument> find_public(service::PublicList, const std::string& id) const override {
    if (id != "p-1") return Error(mingma::errors::kNoSuchThing, "no such document");
    return policy(id, true);
  }
  Async<service::Statistics> statistics(service::StatisticsRequest request) override {
    service::Statistics statistics;
    statistics.cells.push_back(
        {.area = request.area ? request.area->to_string() : "", .colour = "green", .rule_id = "", .count = 100});
    co_return statistics;
  }
  Result<service::Blob> trust_pack() const override { return blob("pack", {1'700'000'000}); }
  Async<service::Blob> ledger_file(ShardId shard, std::string path) override {
    if (shard.value > 1) co_return Error(mingma::errors::kNoSuchThing, "no such shard");
    if (path == "checkpoint") co_return blob("mingma.example/1\n0\n", {1'700'000'000});
    if (path != "tile/0/x001/067" && path != "tile/entries/000.p/5")
      co_return Error(mingma::errors::kNoSuchThing, "no such tile");
    co_return blob(path, {});
  }
  Async<service::InclusionProof> inclusion_proof(ShardId, LeafIndex leaf) override {
    if (leaf.value >= 5) co_return Error(mingma::errors::kNoSuchThing, "not under the newest checkpoint yet");
    co_return service::InclusionProof{
        .leaf = leaf, .tree_size = 5, .leaf_hash = {}, .path = {Digest{}}, .checkpoint = "c"};
  }
  Async<service::ConsistencyProof> consistency_proof(ShardId, std::uint64_t first_size,
                                                     std::uint64_t second_size) override {
    co_return service::ConsistencyProof{.first_size = first_size, .second_size = second_size, .path = {}};
  }
  Async<service::LeafOpening> decision_proof(ResidentId, std::uint32_t version) override {
    if (version > 3) co_return Error(mingma::errors::kNoSuchThing, "there is no such version of your decision");
    co_return service::LeafOpening{};
  }
  service::ProvinceInfo province() const override { return {.division = {}, .name = {"河南省", "Henan"}}; }
  std::string ledger_keys() const override { return "mingma.example/1+00000000+AQ==\n"; }
  service::FamilyApi& family() override { return family_; }
  service::NeighbourApi& neighbours() override { return neighbours_; }
  service::Health health() const override { return {.ready = healthy, .shards = {}}; }
  std::vector<service::Metric> metrics() const override { return {}; }

 private:
  class Upload final : public service::PartUpload {
   public:
    explicit Upload(std::atomic<std::uint64_t>& bytes) : bytes_(bytes) {}
    Result<void> write(ByteView chunk) override {
      bytes_ += chunk.size();
      lines_ += static_cast<std::uint64_t>(std::count(chunk.begin(), chunk.end(), '\n'));
      return {};
    }
    Async<service::PartStatus> finish() override {
      service::PartStatus status;
      status.state = service::PartState::kDone;
      status.lines = status.processed = lines_;
      co_return status;
    }

   private:
    std::atomic<std::uint64_t>& bytes_;
    std::uint64_t lines_ = 0;
  };

  static service::SubmissionStatus status(std::string id) {
    return {.id = std::move(id),
            .institution = "LAB-1",
            .format = "fhir-ndjson",
            .created = {1'660'000'000},
            .complete = false,
            .parts = {{}}};
  }
  static service::Blob blob(std::string_view text, UnixSeconds expires) {
    return {.bytes = std::make_shared<const Bytes>(to_bytes(as_bytes(text))),
            .etag = hex_encode(ByteView(crypto::sha256(as_bytes(text))).first(8)),
            .expires_at = expires};
  }
  static service::PublicDocument policy(std::string id, bool in_force) {
    service::PublicDocument document;
    document.type = "policy";
    document.id = std::move(id);
    document.in_force = in_force;
    document.signed_document.type = "policy";
    document.signed_document.document = "{}";
    return document;
  }
  static std::shared_ptr<const service::ShownCode> sample_code() {
    service::ShownCode code;
    code.json = "{\"colour\":\"green\",\"credential\":\"" + std::string(700, 'A') + "\"}";
    code.etag = "code-1";
    code.colour = rules::Colour::kGreen;
    return std::make_shared<const service::ShownCode>(std::move(code));
  }

  FakeFamily family_;
  FakeNeighbours neighbours_;
  std::mutex mutex_;
  std::set<ResidentId> registered_;
  std::map<std::string, Bytes> manifests_;
  std::set<Digest> published_;
  std::shared_ptr<const service::ShownCode> code_ = sample_code();
};

}  // namespace mingma::http::testing
