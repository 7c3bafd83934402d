// The use cases of Mingma, as HTTP and the command line call them. Start here.
//
// Who may call what: the caller has already authenticated a resident (its session holds a ResidentId from
// identify()) or an institution (authenticate()). Everything that is decided, is decided below: no call sets a colour.
//
// Threading: every method may be called from any thread. The awaitable ones must be awaited in a coroutine on an Asio
//   executor; they hop to the shard's executor when they are not already on it, and come back to the caller's.
//   When the caller runs on the resident's own shard thread (executor_for) there is no hop. The plain ones never block.
//   g++ 12 destroys an aggregate temporary twice when it is made inside a co_await expression: give requests as named
//   variables, `co_await api.show_code(std::move(request))`, never `co_await api.show_code({...})`.
// Errors: Result, codes in service/errors.h and the rooms below. service.overloaded and service.shard_stopped are the
//   two a client should retry later. An awaitable is cancelled by nothing: a command that was queued runs.
// Durability: an answer to a writing call is given after its event is synced to disk (kSynced).
// Ownership: the object outlives every call; PartUpload objects are destroyed before it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "service/family_api.h"
#include "service/neighbour_api.h"
#include "service/officer_api.h"
#include "service/policy_api.h"
#include "service/types.h"

namespace mingma::service {

// One part of a submission being received: bytes go to a spool file in bounded memory, nothing takes effect before
// finish() has compared count, digest and lines_root with the signed manifest. Belongs to one coroutine at a time.
// Destroying it without finish() forgets what was received; the client sends the part again from the start.
class PartUpload {
 public:
  virtual ~PartUpload() = default;
  // Writes to the page cache on the calling thread. At most the bytes_max of the configuration in all.
  virtual Result<void> write(ByteView chunk) = 0;
  // Verifies, makes durable, then processes all lines. The answer comes when every effect is durable. Processing goes
  // on when the client is gone: it is resumed even after a restart. Same part again: the same outcomes.
  virtual Async<PartStatus> finish() = 0;
};

// Officers' use cases stand in officer_api.h, questions about policies in policy_api.h.
class Api : public OfficerApi, public PolicyApi {
 public:
  ~Api() override = default;

  // ---- residents
  // The pseudonym; needs no registration. kBadRequest for an impossible document.
  virtual Result<ResidentId> identify(const Person& person) const = 0;
  // Where to run for `resident` without a hop.
  virtual boost::asio::any_io_executor executor_for(const ResidentId& resident) const = 0;
  virtual Async<Registered> register_resident(RegisterRequest request) = 0;
  virtual Async<EnrolledDevice> enrol_device(EnrolDeviceRequest request) = 0;
  // One look-up and at most one signature; no disk, no other shard. kNotRegistered, kUnknownDevice, kNoColour.
  virtual Async<std::shared_ptr<const ShownCode>> show_code(CodeRequest request) = 0;
  virtual Async<Receipt> receipt(ResidentId resident) = 0;
  virtual Async<History> history(ResidentId resident, Page page) = 0;
  // What proves one version of the resident's chain; `proof` is empty until a checkpoint stands over it. kNoSuchThing,
  // also when the resident's key was destroyed.
  virtual Async<LeafOpening> decision_proof(ResidentId resident, std::uint32_t version) = 0;
  virtual Async<StatementOutcome> declare(Declaration declaration) = 0;
  // Their own vaccination or test certificate from abroad: its issuer's statement, if the issuer is an institution of
  // the class other_province and the name and birth date are the resident's. kUnknownIssuer, kOthersCertificate.
  virtual Async<StatementOutcome> present_certificate(PresentedCertificate certificate) = 0;

  // ---- institutions
  // Which institution signed `signature.base`. kUnknownKey, kSignatureRefused. Does not look into the base.
  virtual Result<Caller> authenticate(const MessageSignature& signature) const = 0;
  // Idempotent: the same manifest again gives the status; another manifest under the same id is kSubmissionConflict.
  virtual Async<SubmissionStatus> create_submission(CreateSubmission request) = 0;
  virtual Async<SubmissionStatus> submission_status(std::string id, Caller caller) = 0;
  // `part` counts from 0. When it is already done, write() ignores its bytes and finish() gives the stored result.
  virtual Async<std::unique_ptr<PartUpload>> upload_part(std::string id, std::uint32_t part, Caller caller) = 0;
  // Outcomes as NDJSON, in order: {"line":0,"outcome":"accepted","statement":"<hex>"}; a line that carried several
  // statements gives several. Begin with line 0 and go on with next_line until `end`. About 5,000 lines a page.
  virtual Async<OutcomePage> part_outcomes(std::string id, std::uint32_t part, Caller caller,
                                           std::uint64_t first_line) = 0;
  // Every signed document: "statement" and "correction" go to the resident's shard and give an outcome as JSON too;
  // "institution", "grant", "revocation", "policy", "area_order" go to shard 0.
  virtual Async<StatementOutcome> submit_statement(SignedDocument document) = 0;
  virtual Async<Published> publish(SignedDocument document) = 0;

  // ---- public
  virtual Result<std::vector<PublicDocument>> list(PublicList which, bool only_in_force) const = 0;
  virtual Result<PublicDocument> find_public(PublicList which, const std::string& id) const = 0;  // id or hash in hex
  virtual Async<Statistics> statistics(StatisticsRequest request) = 0;
  virtual Result<Blob> trust_pack() const = 0;
  // `path` as in C2SP tlog-tiles below the log's prefix: "checkpoint", "tile/0/x001/067", "tile/entries/000.p/5".
  virtual Async<Blob> ledger_file(ShardId shard, std::string path) = 0;
  // Against the newest published checkpoint. kNoSuchThing when the leaf is not under it yet (try again in a second).
  virtual Async<InclusionProof> inclusion_proof(ShardId shard, LeafIndex leaf) = 0;
  virtual Async<ConsistencyProof> consistency_proof(ShardId shard, std::uint64_t first_size,
                                                    std::uint64_t second_size) = 0;
  // Verifier keys of the shards' ledgers, one vkey a line (C2SP signed-note).
  virtual std::string ledger_keys() const = 0;
  // Whose platform this is, and the keys that a page or a door pins at its first visit.
  virtual ProvinceInfo province() const = 0;

  // Guardians, dependants, paper codes.
  virtual FamilyApi& family() = 0;
  // Statements to and from other provinces.
  virtual NeighbourApi& neighbours() = 0;

  // ---- operation
  virtual Health health() const = 0;
  virtual std::vector<Metric> metrics() const = 0;
};

}  // namespace mingma::service
