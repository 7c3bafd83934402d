#include "service/service_test_support.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "crypto/digest.h"
#include "service/genesis.h"
#include "service/part_lines.h"
#include "shard/document.h"
#include "store/memory_store.h"
#include "store/rocksdb_store.h"

namespace mingma::service::testing {
namespace {

constexpr std::uint16_t kShards = 2;

// Hands out the same store again and again.
class SharedStore final : public store::Store {
 public:
  explicit SharedStore(std::shared_ptr<store::Store> store) : store_(std::move(store)) {}
  Result<bool> get_into(store::TableId table, ByteView key, Bytes& out) const override {
    return store_->get_into(table, key, out);
  }
  Result<std::unique_ptr<store::Iterator>> iterate(store::TableId table) const override {
    return store_->iterate(table);
  }
  Result<void> write(const store::Batch& batch, store::Durability durability) override {
    return store_->write(batch, durability);
  }
  Result<std::unique_ptr<store::Snapshot>> snapshot() const override { return store_->snapshot(); }
  Result<void> copy_to(const std::string& directory) override { return store_->copy_to(directory); }
  std::size_t table_count() const override { return store_->table_count(); }

 private:
  std::shared_ptr<store::Store> store_;
};

crypto::SigningKey key_from(std::uint8_t number) {
  Bytes seed(32, number);
  return *crypto::SigningKey::from_ed25519_seed(seed);
}

std::string spki(const crypto::SigningKey& key) { return base64_encode(key.verifying_key().spki_der()); }

std::string institution_document(std::string_view id, std::string_view klass, const crypto::SigningKey& key,
                                 const std::string& province) {
  return R"({"type":"institution","id":")" + std::string(id) + R"(","class":")" + std::string(klass) +
         R"(","name":{"zh":"郑州市测试机构","en":"Test institution )" + std::string(id) +
         R"("},"phone":"0371-000000","division":")" + province + R"(01","keys":[{"key":")" + spki(key) +
         R"(","from":"2022-01-01T00:00:00Z","until":"2024-01-01T00:00:00Z"}],"issued_at":"2022-11-01T00:00:00Z"})";
}

std::string grant_document(std::string_view id, std::string_view grantee, const std::string& kinds,
                           const std::string& province) {
  return R"({"type":"grant","id":")" + std::string(id) + R"(","grantor":"root","grantee":")" + std::string(grantee) +
         R"(","kinds":[)" + kinds + R"(],"areas":[")" + province +
         R"("],"from":"2022-11-01T00:00:00Z","until":"2023-11-01T00:00:00Z","may_delegate":false,"document_number":"T-)" +
         std::string(id) + R"("})";
}

std::string read_policy(const std::string& province) {
  const char* env = std::getenv("MINGMA_SOURCE_DIR");
  std::ifstream file(std::string(env != nullptr ? env : MINGMA_SOURCE_DIR) + "/policies/henan-demo.json");
  std::stringstream text;
  text << file.rdbuf();
  std::string policy = text.str();
  const std::string_view kJurisdiction = R"("jurisdiction": "41")";
  if (const std::size_t at = policy.find(kJurisdiction); at != std::string::npos)
    policy.replace(at, kJurisdiction.size(), R"("jurisdiction": ")" + province + "\"");
  return policy;
}

}  // namespace

Disk::Disk() {
  std::string path = (std::filesystem::temp_directory_path() / "mingma-spool-XXXXXX").string();
  spool = ::mkdtemp(path.data());
  crypto::SystemRng rng;
  for (const char* name : {"kek", "pseudonym", "exchange"}) rng.fill(secrets[name].bytes);
  pems["code"] = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEs256).to_pem();
  for (const char* name : {"trust-pack", "exchange", "checkpoint-0", "checkpoint-1", "checkpoint-2"}) {
    pems[name] = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519).to_pem();
  }
}

Disk::~Disk() { std::filesystem::remove_all(spool); }

ProvinceConfig config_for(Disk& disk) {
  ProvinceConfig config;
  config.file.province = *DivisionCode::parse(disk.province);
  config.file.origin = "test.example/" + disk.province;
  config.file.data_shards = kShards;
  config.file.created = *parse_instant("2022-11-01T00:00:00Z");
  config.spool_path = disk.spool;
  config.secret = [&disk](const std::string& name) -> Result<Digest> { return disk.secrets.at(name); };
  config.signing_key = [&disk](const std::string& name) { return crypto::SigningKey::from_pem(disk.pems.at(name)); };
  config.open_store = [&disk](const std::string& name,
                              std::span<const store::TableSpec> tables) -> Result<std::unique_ptr<store::Store>> {
    const std::lock_guard lock(disk.mutex);
    if (disk.real && !name.starts_with("audit-")) return store::open_rocksdb_store(disk.spool + "/" + name, tables);
    if (name.starts_with("audit-")) return store::make_memory_store(tables);
    std::shared_ptr<store::Store>& kept = disk.stores[name];
    if (!kept) kept = store::make_memory_store(tables);
    std::unique_ptr<store::Store> store = std::make_unique<SharedStore>(kept);
    if (disk.wrap) store = disk.wrap(name, std::move(store));
    return store;
  };
  return config;
}

TestProvince::TestProvince(Disk& disk, bool set_up_documents)
    : county({.residents = disk.residents}),
      disk_(disk),
      phone_(crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEs256)) {
  std::vector<boost::asio::io_context*> workers;
  for (std::size_t i = 0; i < disk.workers; ++i) {
    workers_.push_back(std::make_unique<boost::asio::io_context>(1));
    busy_.emplace_back(workers_.back()->get_executor());
    workers.push_back(workers_.back().get());
  }
  const std::uint8_t other = disk.province == "41" ? 0 : 100;  // another province, other keys
  for (std::uint8_t i = 1; i <= 3; ++i) roots_.push_back(key_from(i + other));
  institutions_.emplace(kLab, key_from(11 + other));
  institutions_.emplace(kCdc, key_from(12 + other));
  institutions_.emplace(kCommunity, key_from(13 + other));
  auto opened = Province::open(config_for(disk), workers, clock_, rng_);
  if (!opened) {
    open_error_ = opened.error().to_string();
    return;
  }
  province_ = *std::move(opened);
  province_->start();
  for (const auto& worker : workers_) threads_.emplace_back([raw = worker.get()] { raw->run(); });
  if (set_up_documents) set_up();
}

TestProvince::~TestProvince() {
  if (province_) province_->stop();
  for (const auto& worker : workers_) worker->stop();
  for (std::thread& thread : threads_) thread.join();
  province_.reset();
}

SignedDocument TestProvince::sign_by_roots(std::string type, std::string document) {
  SignedDocument out{type, document, {}};
  const Digest digest = shard::document_digest(type, document);
  for (std::size_t i = 0; i < 2; ++i)
    out.signatures.push_back({roots_[i].verifying_key().key_id(), roots_[i].sign(digest)});
  return out;
}

SignedDocument TestProvince::sign_by(std::string_view institution, std::string type, std::string document) {
  crypto::SigningKey& key = institutions_.find(institution)->second;
  const Digest digest = shard::document_digest(type, document);
  return {type, document, {{key.verifying_key().key_id(), key.sign(digest)}}};
}

Published TestProvince::publish(const SignedDocument& document) {
  const Result<Published> published = wait(api().publish(document));
  EXPECT_TRUE(published.ok()) << published.error().to_string();
  return published.ok() ? *published : Published{};
}

void TestProvince::publish_other_province(const std::string& id) {
  publish(sign_by_roots("institution",
                        institution_document(id, "other_province", institutions_.find(kCdc)->second, disk_.province)));
  publish(sign_by_roots("grant", grant_document("G-" + id, id, R"("contact_finding")", disk_.province)));
}

void TestProvince::set_up() {
  Json genesis;
  genesis.set("type", "genesis");
  genesis.set("province", disk_.province);
  Json name;
  name.set("zh", "河南省");
  name.set("en", "Henan");
  genesis.set("name", std::move(name));
  genesis.set("origin", "test.example/" + disk_.province);
  genesis.set("shards", static_cast<int>(kShards));
  genesis.set("threshold", 2);
  Json::Array roots;
  for (const crypto::SigningKey& root : roots_) {
    Json entry;
    entry.set("name", "office " + std::to_string(roots.size()));
    entry.set("key", spki(root));
    roots.push_back(std::move(entry));
  }
  genesis.set("roots", std::move(roots));
  genesis.set("pseudonym_check", hex_encode(Pseudonyms(disk_.secrets.at("pseudonym")).check_value()));
  genesis.set("created_at", "2022-11-01T00:00:00Z");
  publish(sign_by_roots("genesis", genesis.to_string()));
  publish(sign_by_roots("institution",
                        institution_document(kLab, "laboratory", institutions_.find(kLab)->second, disk_.province)));
  publish(sign_by_roots("institution",
                        institution_document(kCdc, "cdc", institutions_.find(kCdc)->second, disk_.province)));
  publish(sign_by_roots("institution", institution_document(kCommunity, "community",
                                                            institutions_.find(kCommunity)->second, disk_.province)));
  publish(sign_by_roots("grant", grant_document("G-1", kLab, R"("test_result")", disk_.province)));
  publish(sign_by_roots(
      "grant", grant_document("G-2", kCdc, R"("contact_finding","control_order","control_release")", disk_.province)));
  publish(sign_by_roots("policy", read_policy(disk_.province)));
  settle();
}

void TestProvince::settle() {
  std::vector<std::uint64_t> last;
  for (int round = 0; round < 400; ++round) {
    api().tick_all();
    std::this_thread::sleep_for(std::chrono::milliseconds(15));
    std::vector<std::uint64_t> now;
    for (const ShardHealth& shard : api().health().shards)
      now.insert(now.end(), {shard.sequence, shard.leaves, shard.queued});
    if (now == last && round > 2) return;
    last = now;
  }
}

TestProvince::Someone TestProvince::register_someone(std::uint32_t index) {
  const feed::SimulatedResident simulated = county.resident(index);
  Someone someone;
  someone.person = {"resident_id", "", simulated.person.number, simulated.person.name, simulated.person.birth_date};
  const Result<Registered> registered = wait(api().register_resident({someone.person, simulated.home}));
  EXPECT_TRUE(registered.ok()) << registered.error().to_string();
  if (!registered.ok()) return someone;
  someone.resident = registered->resident;
  const Result<EnrolledDevice> device = wait(api().enrol_device({someone.resident, phone_.verifying_key().raw()}));
  EXPECT_TRUE(device.ok()) << device.error().to_string();
  if (device.ok()) someone.device = device->device;
  return someone;
}

void TestProvince::register_many(std::uint32_t count) {
  constexpr std::size_t kAtOnce = 1'000;
  std::atomic<std::uint32_t> next{0};
  std::vector<std::future<void>> running;
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    running.push_back(boost::asio::co_spawn(
        *workers_.front(),
        [this, &next, count]() -> boost::asio::awaitable<void> {
          for (std::uint32_t index = next++; index < count; index = next++) {
            const feed::SimulatedResident simulated = county.resident(index);
            RegisterRequest request;
            request.person.document_type = "resident_id";
            request.person.document_number = simulated.person.number;
            request.person.name = simulated.person.name;
            request.home = simulated.home;
            const Result<Registered> registered = co_await province_->register_resident(std::move(request));
            EXPECT_TRUE(registered.ok()) << registered.error().to_string();
          }
        },
        boost::asio::use_future));
  }
  for (std::future<void>& one : running) one.get();
}

Manifest TestProvince::make_manifest(const std::string& id, const std::string& lines, std::string_view institution) {
  Manifest manifest;
  manifest.submission_id = id;
  manifest.institution = institution;
  manifest.format = feed::FeedFormat::kFhirNdjson;
  manifest.created = kNow;
  manifest.salt.bytes.fill(7);
  const crypto::HmacKey salt(manifest.salt);
  std::vector<Digest> hashes;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) hashes.push_back(salt.mac(as_bytes(line)));
  manifest.parts.push_back({hashes.size(), crypto::sha256(as_bytes(lines)), shard::lines_root(hashes)});
  return manifest;
}

CreateSubmission TestProvince::sign_manifest(const Manifest& manifest, std::string_view institution) {
  const std::string text = write_manifest(manifest);
  crypto::SigningKey& key = institutions_.find(institution)->second;
  const std::string base =
      "\"@method\": POST\n\"content-digest\": sha-256=:" + base64_encode(crypto::sha256(as_bytes(text))) +
      ":\n\"@signature-params\": (\"@method\" \"content-digest\");created=1668902400";
  CreateSubmission request;
  request.manifest = to_bytes(as_bytes(text));
  request.signature = {key.verifying_key().key_id(), to_bytes(as_bytes(base)), key.sign(as_bytes(base))};
  return request;
}

Result<PartStatus> TestProvince::submit(const std::string& id, const std::string& lines, std::string_view institution) {
  const Result<SubmissionStatus> created =
      wait(api().create_submission(sign_manifest(make_manifest(id, lines, institution), institution)));
  if (!created) return created.error();
  const Caller caller{std::string(institution), {}};
  Result<std::unique_ptr<PartUpload>> upload = wait(api().upload_part(id, 0, caller));
  if (!upload) return upload.error();
  // In pieces that end anywhere.
  for (std::size_t at = 0; at < lines.size(); at += 1000) {
    MINGMA_CHECK((*upload)->write(as_bytes(std::string_view(lines).substr(at, 1000))));
  }
  return wait((*upload)->finish());
}

std::string TestProvince::outcomes(const std::string& id, std::string_view institution) {
  std::string all;
  std::uint64_t next = 0;
  for (;;) {
    const Result<OutcomePage> page = wait(api().part_outcomes(id, 0, {std::string(institution), {}}, next));
    EXPECT_TRUE(page.ok()) << page.error().to_string();
    if (!page.ok()) return all;
    all += page->ndjson;
    next = page->next_line;
    if (page->end || page->ndjson.empty()) return all;
  }
}

std::string TestProvince::contact_finding(const Someone& someone, const std::string& record, UnixSeconds exposure) {
  return R"({"type":"statement","institution":"CDC-01","person":{"document_type":"resident_id","document_number":")" +
         someone.person.document_number + R"("},"evidence":{"kind":"contact_finding","last_exposure_at":")" +
         exposure.to_string() + R"(","level":"close"},"source_record":")" + record + R"(","signed_at":")" +
         kNow.to_string() + R"("})";
}

}  // namespace mingma::service::testing
