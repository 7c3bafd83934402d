// Publishing a policy, and what can be asked of the prover (service/policy_api.h).
#include <algorithm>

#include "crypto/digest.h"
#include "service/errors.h"
#include "service/policy_review.h"
#include "service/province_unit.h"
#include "service/signed_document.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

constexpr int kProofsWaitingMax = 8;  // each takes some seconds of the one prover

Published to_published(const shard::CommandResult& done) {
  return {done.document.value_or(Digest{}), kControlShard, done.leaf.value_or(LeafIndex{}), done.existed};
}

}  // namespace

template <typename T, typename Work>
Async<T> Province::on_prover(Work work) {
  if (proofs_waiting_.fetch_add(1) >= kProofsWaitingMax) {
    --proofs_waiting_;
    co_return Error(errors::kOverloaded, "too many proofs are waiting; try again in a minute");
  }
  Result<T> result = co_await await_callback<Result<T>>([this, &work](Done<Result<T>> done) {
    boost::asio::post(proof_pool_, [&work, done = std::move(done)] { done(work()); });
  });
  --proofs_waiting_;
  co_return result;
}

// As one event; what comes back is about the document at `main`.
Async<Published> Province::publish_documents(std::vector<shard::SignedDocument> documents, std::size_t main) {
  std::vector<shard::Command> commands;
  for (shard::SignedDocument& document : documents) commands.push_back(shard::PublishCommand{std::move(document)});
  Unit& control = *units_.front();
  const ShardRuntime::Results results = co_await await_callback<ShardRuntime::Results>(
      [&](Done<ShardRuntime::Results> done) { control.runtime.submit(std::move(commands), std::move(done)); });
  if (!results) co_return results.error();
  for (const shard::CommandResult& result : *results) {
    if (result.error) co_return *result.error;
  }
  co_return to_published((*results)[main]);
}

// Cities' policies that are there already keep counting only if they are proved again. What cannot be proved is no
// reason to refuse the province: the city's policy gives way, and whoever asks for its refusal is shown the person.
Async<Published> Province::publish_and_prove_again(shard::SignedDocument document) {
  const std::shared_ptr<const shard::ControlState> control = directory_.current();
  const UnixSeconds now = clock_.now();
  const bool known = control->find_document(crypto::sha256(as_bytes(document.bytes))) != nullptr;
  std::vector<Publication> again;
  if (!known && control->check(document, now).ok()) again = proofs_again(*control, document, now);
  std::vector<shard::SignedDocument> documents{std::move(document)};
  for (const Publication& publication : again) {
    using Records = std::vector<shard::ProofRecord>;
    const Result<Records> records =
        co_await on_prover<Records>([&] { return prove_publication(publication, now, refusals_); });
    if (!records && records.error().is(errors::kOverloaded)) co_return records.error();  // nothing was published yet
    if (!records) continue;
    for (const shard::ProofRecord& record : *records)
      documents.push_back({shard::DocumentType::kProofRecord, shard::write_proof_record(record), {}});
  }
  co_return co_await publish_documents(std::move(documents), 0);
}

// A city's policy goes in together with the records of what was proved about it, as one event. The shard itself decides
// whether they suffice; the solver runs here only, on the prover's thread.
Async<Published> Province::publish_policy(shard::SignedDocument document) {
  const std::shared_ptr<const shard::ControlState> control = directory_.current();
  const UnixSeconds now = clock_.now();
  std::vector<shard::SignedDocument> documents;
  const bool known = control->find_document(crypto::sha256(as_bytes(document.bytes))) != nullptr;
  const Result<void> checked = known ? Result<void>() : control->check(document, now);
  if (checked.ok()) co_return co_await publish_and_prove_again(std::move(document));
  if (checked.error().is(errors::kShardUnproved)) {
    const Result<rules::Policy> policy = rules::parse_policy(document.bytes);
    if (!policy) co_return policy.error();
    const Result<Publication> publication = needed_proofs(*control, *policy, now);
    if (!publication) co_return publication.error();
    using Records = std::vector<shard::ProofRecord>;
    const Result<Records> records =
        co_await on_prover<Records>([&] { return prove_publication(*publication, now, refusals_); });
    if (!records) co_return records.error();
    for (const shard::ProofRecord& record : *records)
      documents.push_back({shard::DocumentType::kProofRecord, shard::write_proof_record(record), {}});
  }
  const std::size_t main = documents.size();
  documents.push_back(std::move(document));
  co_return co_await publish_documents(std::move(documents), main);
}

Async<Published> Province::publish(SignedDocument document) {
  Result<shard::SignedDocument> converted = to_shard_document(document);
  if (!converted) co_return std::move(converted).error();
  if (converted->type == shard::DocumentType::kProofRecord)
    co_return Error(errors::kForbidden, "the platform alone writes proof records, when it has proved them");
  const Result<bool> noted = co_await note_counters(document);
  if (!noted) co_return noted.error();
  if (converted->type == shard::DocumentType::kPolicyException)
    co_return co_await publish_and_prove_again(*std::move(converted));
  if (converted->type == shard::DocumentType::kPolicy) co_return co_await publish_policy(*std::move(converted));
  shard::Command command = shard::PublishCommand{*std::move(converted)};
  const Result<shard::CommandResult> done = co_await units_.front()->runtime.run(std::move(command));
  if (!done) co_return done.error();
  co_return to_published(*done);
}

Async<rules::proof::Answer> Province::prove_policies(PolicyProofRequest request, Caller caller) {
  const std::shared_ptr<const shard::ControlState> control = directory_.current();
  const Result<rules::Policy> policy = find_policy(*control, request.policy);
  if (!policy) co_return policy.error();
  const DivisionCode province = control->genesis().province;
  const DivisionCode place = province.contains(policy->jurisdiction) ? policy->jurisdiction : province;
  if (const auto allowed = check_may_review(*control, caller, place); !allowed) co_return allowed.error();
  std::optional<rules::Policy> other;
  if (!request.other.empty()) {
    Result<rules::Policy> found = find_policy(*control, request.other);
    if (!found) co_return found.error();
    other = *std::move(found);
  }
  co_return co_await on_prover<rules::proof::Answer>(
      [&] { return rules::proof::prove(request.question, *policy, other ? &*other : nullptr, request.options); });
}

Result<std::shared_ptr<const PolicyRefusal>> Province::find_refusal(const Digest& policy) const {
  std::shared_ptr<const PolicyRefusal> refusal = refusals_.find(policy);
  if (refusal == nullptr)
    return Error(errors::kNoSuchThing, "no policy with this hash was refused lately; publish it again to be told why");
  return refusal;
}

}  // namespace mingma::service
