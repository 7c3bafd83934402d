#include "shard/test_province.h"

#include <algorithm>

#include "base/json.h"
#include "crypto/digest.h"
#include "log/local_log.h"
#include "shard/errors.h"
#include "shard/line_proof.h"
#include "shard/tables.h"
#include "store/memory_store.h"

namespace mingma::shard::testing {
namespace {

Digest derived(std::string_view purpose, ByteView id) {
  return crypto::sha256_concat({as_bytes("test secret"), as_bytes(purpose), id});
}

Json texts(const std::vector<std::string>& values) {
  Json::Array out;
  for (const std::string& value : values) out.emplace_back(value);
  return Json(std::move(out));
}

Json names(std::string_view text) { return Json(Json::Object{{"zh", text}, {"en", text}}); }

std::string uuid_text(const SubmissionId& id) {
  std::string text = hex_encode(id);
  for (const std::size_t place : {8u, 13u, 18u, 23u}) text.insert(place, "-");
  return text;
}

std::unique_ptr<ShardMachine> open_machine(const MachineOptions& options, store::Store& store, log::ShardLog& log,
                                           const KeySource& keys) {
  auto machine = ShardMachine::open(options, store, log, &keys);
  MINGMA_ASSERT(machine.ok());
  return std::move(machine).value();
}

}  // namespace

Result<ResidentKeys> TestKeys::resident_keys(const ResidentId& resident) const {
  if (destroyed_.contains(resident)) return Error(errors::kShardKeyDestroyed, "destroyed");
  return derive_resident_keys(derived("resident", resident.bytes));
}

Result<Digest> TestKeys::submission_key(const SubmissionId& submission) const {
  return derived("submission", submission);
}

Result<Digest> TestKeys::body_secret(KeyMonth month, rules::EvidenceKind kind) const {
  if (destroyed_keys_.contains({KeyScope::kBodies, month, kind}))
    return Error(errors::kShardKeyDestroyed, "the key of these bodies was destroyed");
  const std::string name = std::to_string(month.value) + " " + std::to_string(static_cast<int>(kind));
  return derived("bodies", as_bytes(name));
}

// ---- TestShard

TestShard::TestShard(ShardId shard, store::Store& store, const KeySource& keys, const MachineOptions& options)
    : shard_(shard), store_(store), keys_(keys), options_(options) {
  options_.shard = shard;
  reopen();
}

void TestShard::reopen() {
  machine_.reset();
  auto log = log::open_local_log(store_, kLogTable);
  MINGMA_ASSERT(log.ok());
  log_ = std::move(log).value();
  store::Batch batch;
  const auto claim = log_->claim(batch);
  MINGMA_ASSERT(claim.ok());
  if (store_.write(batch, store::Durability::kSynced).ok()) log_->advance(*claim);
  machine_ = open_machine(options_, store_, *log_, keys_);
}

Result<std::vector<CommandResult>> TestShard::try_run(std::span<const Command> commands, UnixSeconds now) {
  Digest seed;
  rng_.fill(seed.bytes);
  MINGMA_TRY(Planned planned, machine_->plan(commands, now, seed));
  std::vector<CommandResult> results = std::move(planned.results);
  if (planned.empty) return results;
  MINGMA_CHECK(store_.write(planned.batch, store::Durability::kSynced));
  machine_->commit(std::move(planned));
  return results;
}

std::vector<CommandResult> TestShard::run(std::span<const Command> commands, UnixSeconds now) {
  auto results = try_run(commands, now);
  MINGMA_ASSERT(results.ok());
  return std::move(results).value();
}

CommandResult TestShard::run(Command command, UnixSeconds now) {
  const std::vector<Command> commands{std::move(command)};
  return std::move(run(commands, now).front());
}

void TestShard::settle(UnixSeconds now) {
  for (int i = 0; i < 10'000 && machine_->due(now); ++i) run(TickCommand{}, now);
  MINGMA_ASSERT(!machine_->due(now));
}

// ---- TestProvince

TestProvince::TestProvince(std::uint64_t seed, std::uint16_t data_shards) : rng_(seed) {
  const auto tables = shard_tables();
  own_control_ = store::make_memory_store(tables);
  own_data_ = store::make_memory_store(tables);
  control_ = std::make_unique<TestShard>(kControlShard, *own_control_, keys_);
  data_ = std::make_unique<TestShard>(ShardId{1}, *own_data_, keys_);
  for (std::uint16_t shard = 2; shard <= data_shards; ++shard) {
    more_stores_.push_back(store::make_memory_store(tables));
    more_.push_back(std::make_unique<TestShard>(ShardId{shard}, *more_stores_.back(), keys_));
  }
}

TestProvince::TestProvince(std::uint64_t seed, store::Store& control_store, store::Store& data_store,
                           const MachineOptions& options)
    : rng_(seed) {
  control_ = std::make_unique<TestShard>(kControlShard, control_store, keys_);
  data_ = std::make_unique<TestShard>(ShardId{1}, data_store, keys_, options);
}

TestInstitution& TestProvince::find(std::string_view institution) {
  const auto found = std::find_if(institutions_.begin(), institutions_.end(),
                                  [&](const TestInstitution& one) { return one.id == institution; });
  MINGMA_ASSERT(found != institutions_.end());
  return *found;
}

SignedDocument TestProvince::sign_by_roots(DocumentType type, std::string bytes, int signatures) {
  SignedDocument out{.type = type, .bytes = std::move(bytes)};
  const Digest digest = document_digest(to_string(type), out.bytes);
  for (int i = 0; i < signatures; ++i) {
    crypto::SigningKey& root = roots_.at(static_cast<std::size_t>(i));
    out.signatures.push_back({root.verifying_key().key_id(), root.sign(digest)});
  }
  return out;
}

SignedDocument TestProvince::sign_by(DocumentType type, std::string bytes, std::string_view institution) {
  SignedDocument out{.type = type, .bytes = std::move(bytes)};
  crypto::SigningKey& key = *find(institution).key;
  out.signatures.push_back({key.verifying_key().key_id(), key.sign(document_digest(to_string(type), out.bytes))});
  return out;
}

SignedDocument TestProvince::genesis() {
  Json::Array roots;
  while (roots_.size() < 3) roots_.push_back(crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_));
  for (const crypto::SigningKey& root : roots_) {
    roots.push_back(Json(Json::Object{{"name", "root"}, {"key", base64_encode(root.verifying_key().spki_der())}}));
  }
  const Json json(Json::Object{{"type", "genesis"},
                               {"province", "41"},
                               {"name", names("Test province")},
                               {"origin", "mingma.example/41"},
                               {"shards", static_cast<std::int64_t>(data_shards())},
                               {"threshold", 2},
                               {"roots", std::move(roots)},
                               {"pseudonym_check", std::string(64, '0')},
                               {"created_at", kStart.to_string()}});
  return sign_by_roots(DocumentType::kGenesis, json.to_string());
}

SignedDocument TestProvince::institution(std::string_view id, InstitutionClass klass, std::string_view division) {
  institutions_.push_back(
      {std::string(id), klass,
       std::make_unique<crypto::SigningKey>(crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_))});
  const Json key(Json::Object{{"key", base64_encode(institutions_.back().key->verifying_key().spki_der())},
                              {"from", kStart.plus(-kDay).to_string()}});
  const Json json(Json::Object{{"type", "institution"},
                               {"id", id},
                               {"class", to_string(klass)},
                               {"name", names(id)},
                               {"phone", "0371-12345"},
                               {"division", division},
                               {"keys", Json::Array{key}},
                               {"issued_at", kStart.to_string()}});
  return sign_by_roots(DocumentType::kInstitution, json.to_string());
}

SignedDocument TestProvince::grant(std::string_view id, std::string_view grantee, std::vector<std::string> kinds,
                                   std::vector<std::string> areas, UnixSeconds from, UnixSeconds until,
                                   bool may_delegate, std::string_view grantor) {
  const Json json(Json::Object{{"type", "grant"},
                               {"id", id},
                               {"grantor", grantor},
                               {"grantee", grantee},
                               {"kinds", texts(kinds)},
                               {"areas", texts(areas)},
                               {"from", from.to_string()},
                               {"until", until.to_string()},
                               {"may_delegate", may_delegate},
                               {"document_number", "doc-1"}});
  if (grantor == kRootGrantor) return sign_by_roots(DocumentType::kGrant, json.to_string());
  return sign_by(DocumentType::kGrant, json.to_string(), grantor);
}

SignedDocument TestProvince::revocation(std::string_view id, std::string_view grant, UnixSeconds from) {
  const Json json(Json::Object{{"type", "revocation"},
                               {"id", id},
                               {"grant", grant},
                               {"revoked_by", "root"},
                               {"from", from.to_string()},
                               {"reason", "ended"}});
  return sign_by_roots(DocumentType::kRevocation, json.to_string());
}

SignedDocument TestProvince::area_order(std::string_view number, std::string_view area, std::string_view level,
                                        UnixSeconds from, UnixSeconds until, std::string_view lockdown,
                                        std::string_view issuer) {
  const Json json(Json::Object{{"type", "area_order"},
                               {"number", number},
                               {"issuer", issuer},
                               {"area", area},
                               {"level", level},
                               {"lockdown", lockdown},
                               {"test_interval_hours", 0},
                               {"from", from.to_string()},
                               {"until", until.to_string()}});
  if (issuer == kRootGrantor) return sign_by_roots(DocumentType::kAreaOrder, json.to_string());
  return sign_by(DocumentType::kAreaOrder, json.to_string(), issuer);
}

SignedDocument TestProvince::proof(const SignedDocument& policy, const SignedDocument& than,
                                   std::vector<std::string> except_rules) {
  ProofRecord record;
  record.question = kNeverStricterQuestion;
  record.policy = crypto::sha256(as_bytes(policy.bytes));
  record.other = crypto::sha256(as_bytes(than.bytes));
  record.except_rules = std::move(except_rules);
  record.verdict = kProvedVerdict;
  record.solver = "none: a test";
  record.at = kStart;
  return {DocumentType::kProofRecord, write_proof_record(record), {}};
}

SignedDocument TestProvince::policy(std::string_view version, int days, UnixSeconds from, UnixSeconds until,
                                    std::string_view jurisdiction, std::string_view id) {
  const auto rule = [](std::string_view rule_id, std::string_view colour, std::string_view measure,
                       std::string_view when) {
    return Json(Json::Object{{"id", rule_id},
                             {"colour", colour},
                             {"measure", measure},
                             {"when", parse_json(when).value()},
                             {"title", names(rule_id)},
                             {"reason", names(rule_id)},
                             {"way_out", names("wait")},
                             {"control_mode", names("stay")},
                             {"legal_basis", "test plan"},
                             {"hands", Json::Array{"executed"}}});
  };
  Json retention;
  for (const rules::EvidenceKindInfo& kind : rules::evidence_schema()) retention.set(kind.name, 60);
  const std::string contact =
      R"({"and":[{"===":[{"var":"facts.contact_level"},"close"]},{"var":"facts.last_exposure_at"},)"
      R"({"before":[{"plusTime":[{"var":"now"},0,"day"]},{"plusTime":[{"var":"facts.last_exposure_at"},)" +
      std::to_string(days) + R"(,"day"]}]}]})";
  const Json json(Json::Object{
      {"id", id},
      {"version", version},
      {"jurisdiction", jurisdiction},
      {"title", names("Test policy")},
      {"document_no", "test 1"},
      {"effective_from", from.to_string()},
      {"effective_to", until.to_string()},
      {"fact_schema_version", 1},
      {"default_colour", "green"},
      {"default_reason", names("nothing")},
      {"brakes",
       parse_json(R"({"signer_worse_per_hour":200,"signer_worse_per_day":1000,"institution_worse_per_hour":2000,)"
                  R"("institution_worse_per_day":10000,"batch_approval_above":500,"no_flip_back_days":14,)"
                  R"("area_order_population_max":2000000,"area_order_days_max":7,"hold_lapses_after_hours":24})")
           .value()},
      {"cases", parse_json(R"({"accept_hours":2,"substantiate_hours":12,"decide_hours":24,"reply_hours":48})").value()},
      {"retention_days", retention},
      {"rules", Json::Array{rule("A1", "red", "hospital",
                                 R"({"in":[{"var":"facts.case_status"},["confirmed","asymptomatic"]]})"),
                            rule("A2", "red", "central_isolation", contact),
                            rule("B1", "yellow", "home_monitoring", R"({"===":[{"var":"facts.zone_now"},"high"]})")}}});
  return sign_by_roots(DocumentType::kPolicy, json.to_string());
}

CommandResult TestProvince::publish(SignedDocument document, UnixSeconds now) {
  CommandResult result = control_->run(PublishCommand{std::move(document)}, now);
  follow(now);
  return result;
}

void TestProvince::follow(UnixSeconds now) {
  for (std::uint16_t shard = 1; shard <= data_shards(); ++shard) {
    std::vector<Command> commands;
    const Sequence from{data(shard).machine().followed().value + 1};
    const auto read = control_->log().read(from, [&](const log::Record& record) -> Result<void> {
      if (!record.is_claim()) commands.emplace_back(FollowCommand{record.header.sequence, to_bytes(record.body)});
      return {};
    });
    MINGMA_ASSERT(read.ok());
    if (commands.empty()) continue;
    for (const CommandResult& result : data(shard).run(commands, now)) MINGMA_ASSERT(!result.error);
  }
}

CommandResult TestProvince::run_counted(StatementsCommand command, UnixSeconds now, std::uint16_t shard) {
  CommandResult result = data(shard).run(command, now);
  if (!result.error || !result.error->is(errors::kShardUncounted)) return result;
  const CommandResult counted = control_->run(CountCommand{ShardId{shard}, std::move(result.asks)}, now);
  MINGMA_ASSERT(!counted.error);
  follow(now);
  command.counted = true;
  return data(shard).run(std::move(command), now);
}

void TestProvince::found() {
  const auto must = [&](SignedDocument document) {
    const CommandResult result = publish(std::move(document));
    MINGMA_ASSERT(!result.error);
  };
  must(genesis());
  must(institution("lab-1", InstitutionClass::kLaboratory));
  must(institution("cdc-1", InstitutionClass::kCdc));
  must(institution("hospital-1", InstitutionClass::kHospital));
  must(institution("post-1", InstitutionClass::kBorderPost));
  must(institution("command-1", InstitutionClass::kCommand));
  must(institution("operator-1", InstitutionClass::kOperator));
  must(grant("g-lab", "lab-1", {"test_result"}, {"41"}));
  must(grant("g-cdc", "cdc-1",
             {"contact_finding", "exposure_finding", "risk_clearance", "control_order", "control_release", "stay"},
             {"41"}));
  must(grant("g-hospital", "hospital-1", {"case_report", "case_release", "case_exclusion"}, {"41"}));
  must(grant("g-post", "post-1", {"border_entry"}, {"41"}));
  must(policy("1.0.0"));
}

ResidentId TestProvince::resident(std::uint32_t number) const {
  const Digest digest = derived("pseudonym", as_bytes(std::to_string(number)));
  return ResidentId::from(ByteView(digest.bytes).first(16)).value();
}

CommandResult TestProvince::add_resident(std::uint32_t number, UnixSeconds now, std::string_view home) {
  return data_->run(RegisterCommand{resident(number),
                                    DivisionCode::parse(home).value(),
                                    to_bytes(as_bytes("sealed")),
                                    {static_cast<std::uint8_t>(number % rules::BirthDecade::kCount)}},
                    now);
}

Statement TestProvince::test_result(std::uint32_t number, rules::TestResult result, UnixSeconds sampled,
                                    std::string record, UnixSeconds signed_at) {
  Statement out{
      .resident = resident(number), .institution = "lab-1", .source_record = std::move(record), .signed_at = signed_at};
  out.evidence = {.kind = rules::EvidenceKind::kTestResult,
                  .level = static_cast<std::uint8_t>(result),
                  .detail = static_cast<std::uint8_t>(rules::TestMethod::kMolecular),
                  .at = sampled,
                  .until = sampled.plus(4 * kHour)};
  return out;
}

Statement TestProvince::contact_finding(std::uint32_t number, UnixSeconds exposure, std::string record,
                                        UnixSeconds signed_at) {
  Statement out{
      .resident = resident(number), .institution = "cdc-1", .source_record = std::move(record), .signed_at = signed_at};
  out.evidence = {.kind = rules::EvidenceKind::kContactFinding,
                  .level = static_cast<std::uint8_t>(rules::ContactLevel::kClose),
                  .at = exposure};
  return out;
}

StatementsCommand TestProvince::batch(std::vector<Statement> statements, UnixSeconds created) {
  StatementsCommand command{.authority = AuthorityKind::kManifest};
  MINGMA_ASSERT(!statements.empty());
  TestInstitution& institution = find(statements.front().institution);
  command.institution = institution.id;
  command.key_id = institution.key->verifying_key().key_id();
  const Digest id = derived("submission id", as_bytes(std::to_string(submissions_++)));
  std::copy_n(id.bytes.begin(), command.submission.size(), command.submission.begin());
  std::vector<Digest> hashes;
  for (Statement& statement : statements) {
    const Bytes canonical = encode_statement(statement);
    hashes.push_back(crypto::hmac_sha256(as_bytes("salt"), canonical));
    command.lines.push_back({std::move(statement), static_cast<std::uint32_t>(hashes.size() - 1), hashes.back()});
  }
  command.part_lines = static_cast<std::uint32_t>(hashes.size());
  const Json manifest(
      Json::Object{{"submission_id", uuid_text(command.submission)},
                   {"institution", command.institution},
                   {"format", "fhir-ndjson"},
                   {"created", created.to_string()},
                   {"salt", base64_encode(Digest{})},
                   {"parts", Json::Array{Json(Json::Object{{"count", static_cast<std::int64_t>(command.part_lines)},
                                                           {"digest", "sha-256=:AA==:"},
                                                           {"lines_root", base64_encode(lines_root(hashes))}})}}});
  command.document = to_bytes(as_bytes(manifest.to_string()));
  const std::string base =
      "\"@method\": POST\n\"content-digest\": sha-256=:" + base64_encode(crypto::sha256(command.document)) +
      ":\n\"@signature-params\": (\"@method\" \"content-digest\")";
  command.signature_base = to_bytes(as_bytes(base));
  command.signature = institution.key->sign(command.signature_base);
  return command;
}

StatementsCommand TestProvince::document(const Statement& statement) {
  StatementsCommand command{.authority = AuthorityKind::kDocument};
  TestInstitution& institution = find(statement.institution);
  const bool add = statement.action == StatementAction::kAdd;
  const std::string type = add ? "statement" : "correction";
  Json evidence = statement.action == StatementAction::kWithdraw
                      ? Json(Json::Object{{"kind", rules::evidence_kind_info(statement.evidence.kind).name}})
                      : rules::evidence_to_json(statement.evidence);
  Json json(Json::Object{{"type", type},
                         {"institution", statement.institution},
                         {"person", Json(Json::Object{{"number", "1"}})},
                         {"evidence", std::move(evidence)},
                         {"source_record", statement.source_record},
                         {"signed_at", statement.signed_at.to_string()}});
  if (!add) {
    json.set("action", statement.action == StatementAction::kReplace ? "replace" : "withdraw");
    json.set("earlier_record", statement.earlier_record);
    json.set("reason", statement.reason);
  }
  command.institution = statement.institution;
  command.key_id = institution.key->verifying_key().key_id();
  command.document = to_bytes(as_bytes(json.to_string()));
  command.signature = institution.key->sign(document_digest(type, as_text(command.document)));
  command.lines.push_back({statement, 0, {}});
  return command;
}

Outcome TestProvince::submit(const Statement& statement, UnixSeconds now) {
  const CommandResult result = data_->run(document(statement), now);
  MINGMA_ASSERT(!result.error && result.statements.size() == 1);
  return result.statements.front().outcome;
}

rules::Colour TestProvince::colour(std::uint32_t number) {
  const auto row = data_->machine().rows().find(resident(number));
  MINGMA_ASSERT(row.has_value());
  return data_->machine().rows().decision(*row).colour;
}

}  // namespace mingma::shard::testing
