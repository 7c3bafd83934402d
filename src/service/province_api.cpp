#include "crypto/seal.h"
#include "service/errors.h"
#include "service/part_processor.h"
#include "service/province_unit.h"
#include "service/receipts.h"
#include "service/signed_document.h"

namespace mingma::service {
namespace {

constexpr std::int64_t kStatisticsSeconds = 60;
constexpr std::size_t kReferenceBytesMax = 64;

}  // namespace

Result<ResidentId> Province::identify(const Person& person) const {
  MINGMA_TRY(const feed::PersonIdentity identity, to_identity(person));
  return pseudonyms_->of(identity);
}

boost::asio::any_io_executor Province::executor_for(const ResidentId& resident) const {
  return unit_of(resident).runtime.executor();
}

Async<Registered> Province::register_resident(RegisterRequest request) {
  const Result<feed::PersonIdentity> identity = to_identity(request.person);
  if (!identity) co_return identity.error();
  const ResidentId resident = pseudonyms_->of(*identity);
  if (!config_.file.province.contains(request.home))
    co_return Error(errors::kBadRequest, "home must lie in the province", "home");
  Unit& unit = unit_of(resident);
  Registered registered{resident, unit.runtime.id(), false};
  using Prepared = std::optional<shard::Command>;  // nothing: registered already
  Result<Prepared> prepared = co_await unit.runtime.read<Prepared>([&](ShardRuntime& shard) -> Result<Prepared> {
    if (shard.machine().rows().find(resident)) return Prepared{};
    MINGMA_CHECK(shard.keys().ensure_resident(resident, clock_.now()));
    MINGMA_TRY(const shard::ResidentKeys keys, shard.keys().resident_keys(resident));
    shard::RegisterCommand command{resident, request.home,
                                   crypto::seal(keys.seal, rng_, resident.bytes, encode_person(request.person)),
                                   rules::BirthDecade::of(identity->birth_date)};
    return Prepared(std::move(command));
  });
  if (!prepared) co_return std::move(prepared).error();
  if (!*prepared) {
    registered.existed = true;
    co_return registered;
  }
  const Result<shard::CommandResult> done = co_await unit.runtime.run(std::move(**prepared));
  if (!done) co_return done.error();
  registered.existed = done->existed;
  co_return registered;
}

Async<EnrolledDevice> Province::enrol_device(EnrolDeviceRequest request) {
  const Result<crypto::VerifyingKey> key = crypto::VerifyingKey::from_p256(request.public_key);
  if (!key) co_return key.error();
  Unit& unit = unit_of(request.resident);
  const Bytes raw = key->raw();
  shard::Command command = shard::DeviceCommand{request.resident, raw};
  const Result<shard::CommandResult> done = co_await unit.runtime.run(std::move(command));
  if (!done) co_return done.error();
  const Result<bool> forgotten = co_await unit.runtime.read<bool>([&](ShardRuntime&) -> Result<bool> {
    unit.codes->forget(request.resident);
    return true;
  });
  if (!forgotten) co_return forgotten.error();
  co_return EnrolledDevice{hex_encode(device_id(raw)), done->existed};
}

Async<std::shared_ptr<const ShownCode>> Province::show_code(CodeRequest request) {
  Unit& unit = unit_of(request.resident);
  co_return co_await unit.runtime.read<std::shared_ptr<const ShownCode>>(
      [&](ShardRuntime&) { return unit.codes->show(request); });
}

Async<Receipt> Province::receipt(ResidentId resident) {
  Unit& unit = unit_of(resident);
  Result<Receipt> receipt =
      co_await unit.runtime.read<Receipt>([&](ShardRuntime& shard) { return make_receipt(shard, resident); });
  if (!receipt || !receipt->leaf) co_return receipt;
  const Result<bool> proved = co_await add_proof(unit, *receipt->leaf);
  if (!proved) co_return proved.error();
  co_return receipt;
}

// Proof and entry, unless the leaf waits for its checkpoint.
Async<bool> Province::add_proof(Unit& unit, LeafOpening& leaf) {
  co_return co_await on_disk<bool>([&]() -> Result<bool> {
    Result<std::string> proof = unit.ledger->tlog_proof(leaf.leaf);
    if (!proof) return proof.error().is(errors::kNoSuchThing) ? Result<bool>(false) : Result<bool>(proof.error());
    leaf.proof = *std::move(proof);
    MINGMA_TRY(leaf.leaf_bytes, unit.ledger->entry(leaf.leaf));
    return true;
  });
}

Async<LeafOpening> Province::decision_proof(ResidentId resident, std::uint32_t version) {
  Unit& unit = unit_of(resident);
  using Opened = std::optional<LeafOpening>;
  Result<Opened> opened =
      co_await unit.runtime.read<Opened>([&](ShardRuntime& shard) { return open_version(shard, resident, version); });
  if (!opened) co_return opened.error();
  if (!*opened) co_return Error(errors::kNoSuchThing, "the key to this decision was destroyed at the end of its term");
  const Result<bool> proved = co_await add_proof(unit, **opened);
  if (!proved) co_return proved.error();
  co_return **std::move(opened);
}

Async<History> Province::history(ResidentId resident, Page page) {
  co_return co_await unit_of(resident).runtime.read<History>(
      [&](ShardRuntime& shard) { return make_history(shard, resident, page); });
}

Async<StatementOutcome> Province::declare(Declaration declaration) {
  const rules::EvidenceKindInfo& info = rules::evidence_kind_info(declaration.evidence.kind);
  if (!info.resident_may_sign) co_return Error(errors::kForbidden, "a resident cannot declare this", "kind");
  if (declaration.reference.empty() || declaration.reference.size() > kReferenceBytesMax) {
    co_return Error(errors::kBadRequest, "the reference must have 1 to 64 bytes", "reference");
  }
  shard::Statement statement;
  statement.resident = declaration.resident;
  statement.institution = "self";
  statement.evidence = declaration.evidence;
  statement.source_record = declaration.reference;
  statement.signed_at = clock_.now();  // no part of an addition's id: sent twice it is the same statement
  shard::StatementsCommand command;
  command.authority = shard::AuthorityKind::kSession;
  command.institution = "self";
  command.lines.push_back({std::move(statement), 0, {}});
  const ResidentId resident = declaration.resident;
  co_return co_await submit_one(resident, std::move(command));
}

Async<StatementOutcome> Province::submit_one(ResidentId resident, shard::StatementsCommand command) {
  shard::Command wrapped = std::move(command);
  const Result<shard::CommandResult> done = co_await unit_of(resident).runtime.run(std::move(wrapped));
  if (!done) co_return done.error();
  MINGMA_ASSERT(done->statements.size() == 1);
  co_return to_outcome(done->statements.front());
}

Result<Caller> Province::authenticate(const MessageSignature& signature) const {
  return directory_.authenticate(signature);
}

Async<SubmissionStatus> Province::create_submission(CreateSubmission request) {
  co_return co_await submissions_->create(std::move(request));
}

Async<SubmissionStatus> Province::submission_status(std::string id, Caller caller) {
  co_return co_await submissions_->status(std::move(id), std::move(caller));
}

Async<std::unique_ptr<PartUpload>> Province::upload_part(std::string id, std::uint32_t part, Caller caller) {
  co_return co_await submissions_->upload(std::move(id), part, std::move(caller));
}

Async<OutcomePage> Province::part_outcomes(std::string id, std::uint32_t part, Caller caller,
                                           std::uint64_t first_line) {
  co_return co_await submissions_->outcomes(std::move(id), part, std::move(caller), first_line);
}

Async<StatementOutcome> Province::submit_statement(SignedDocument document) {
  Result<shard::Statement> statement = parse_statement_document(document, *pseudonyms_);
  if (!statement) co_return std::move(statement).error();
  if (document.signatures.empty() || document.signatures.size() > shard::kHandsMax)
    co_return Error(errors::kBadRequest,
                    "a statement is signed by its institution or an officer, and by whose hands it needs",
                    "/signatures");
  const Result<bool> noted = co_await note_counters(document);
  if (!noted) co_return noted.error();
  shard::StatementsCommand command;
  command.institution = statement->institution;
  take_signatures(document, command);
  command.document = to_bytes(as_bytes(document.document));
  const ResidentId resident = statement->resident;
  command.lines.push_back({*std::move(statement), 0, {}});
  co_return co_await submit_one(resident, std::move(command));
}

Result<std::vector<PublicDocument>> Province::list(PublicList which, bool only_in_force) const {
  return directory_.list(which, only_in_force);
}

Result<PublicDocument> Province::find_public(PublicList which, const std::string& id) const {
  return directory_.find(which, id);
}

Async<Statistics> Province::statistics(StatisticsRequest request) {
  const UnixSeconds now = clock_.now();
  Statistics statistics;
  statistics.cell_min = kCellMin;
  Counts counts;
  bool fresh = false;
  {
    const std::lock_guard lock(statistics_mutex_);
    fresh = counted_at_ != UnixSeconds{} && now < counted_at_.plus(kStatisticsSeconds);
    if (fresh) counts = counts_;
    statistics.as_of = fresh ? counted_at_ : now;
  }
  if (!fresh) {
    for (std::size_t n = 1; n < units_.size(); ++n) {
      Result<Counts> of_shard = co_await count_residents(units_[n]->runtime);
      if (!of_shard) co_return std::move(of_shard).error();
      for (const auto& [key, count] : *of_shard) counts[key] += count;
    }
    const std::lock_guard lock(statistics_mutex_);
    counts_ = counts;
    counted_at_ = now;
  }
  statistics.cells =
      to_cells(counts, *directory_.current(), request.area.value_or(DivisionCode{}), statistics.cell_min);
  co_return statistics;
}

Result<Blob> Province::trust_pack() const { return trust_packs_->current(); }

Async<Blob> Province::ledger_file(ShardId shard, std::string path) {
  const Result<Unit*> found = unit(shard);
  if (!found) co_return found.error();
  co_return co_await on_disk<Blob>([&] { return (*found)->ledger->file(path); });
}

Async<InclusionProof> Province::inclusion_proof(ShardId shard, LeafIndex leaf) {
  const Result<Unit*> found = unit(shard);
  if (!found) co_return found.error();
  co_return co_await on_disk<InclusionProof>([&] { return (*found)->ledger->inclusion(leaf); });
}

Async<ConsistencyProof> Province::consistency_proof(ShardId shard, std::uint64_t first_size,
                                                    std::uint64_t second_size) {
  const Result<Unit*> found = unit(shard);
  if (!found) co_return found.error();
  co_return co_await on_disk<ConsistencyProof>([&] { return (*found)->ledger->consistency(first_size, second_size); });
}

std::string Province::ledger_keys() const {
  std::string out;
  for (const auto& unit : units_) {
    if (unit->ledger) out += unit->ledger->verifier_key() + "\n";
  }
  return out;
}

ProvinceInfo Province::province() const {
  ProvinceInfo info;
  info.division = config_.file.province;
  info.origin = config_.file.origin;
  const auto control = directory_.current();
  if (control->has_genesis()) info.name = {control->genesis().name_zh, control->genesis().name_en};
  info.pack_key = trust_packs_->pack_key().raw();
  info.shards = config_.file.data_shards;
  for (const auto& unit : units_) {
    if (unit->ledger) info.ledger_keys.push_back(unit->ledger->verifier_key());
  }
  return info;
}

Async<bool> Province::destroy_resident_key(ResidentId resident) {
  Unit& unit = unit_of(resident);
  store::Batch batch;
  const Result<bool> forgotten = co_await unit.runtime.read<bool>([&](ShardRuntime& shard) -> Result<bool> {
    shard.keys().destroy_resident(resident, batch);
    unit.codes->forget_all();  // seldom; credentials of one resident are not indexed
    return true;
  });
  if (!forgotten) co_return forgotten.error();
  co_return co_await on_disk<bool>([&]() -> Result<bool> {
    MINGMA_CHECK(unit.runtime.store().write(batch, store::Durability::kSynced));
    return true;
  });
}

Async<bool> Province::destroy_key_period(ShardId shard, KeyPeriod period) {
  const Result<Unit*> found = unit(shard);
  if (!found) co_return found.error();
  store::Batch batch;
  const Result<bool> forgotten = co_await (*found)->runtime.read<bool>([&](ShardRuntime& runtime) -> Result<bool> {
    runtime.keys().destroy_period(period, batch);
    if ((*found)->codes) (*found)->codes->forget_all();
    return true;
  });
  if (!forgotten) co_return forgotten.error();
  co_return co_await on_disk<bool>([&]() -> Result<bool> {
    MINGMA_CHECK((*found)->runtime.store().write(batch, store::Durability::kSynced));
    return true;
  });
}

}  // namespace mingma::service
