#include "app/bench_rig.h"

#include "app/files.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "service/genesis.h"
#include "service/manifest.h"
#include "shard/document.h"
#include "shard/line_proof.h"

namespace mingma::app {
namespace {

using crypto::SigningKey;
using service::SignedDocument;

constexpr std::size_t kUploadBytes = 1u << 20;

}  // namespace

BenchRig::BenchRig(const BenchOptions& options)
    : options_(options), workers_(options.workers), county_(settings(options)) {
  for (int i = 0; i < 2; ++i) roots_.push_back(SigningKey::generate(crypto::SignatureAlgorithm::kEd25519));
  for (std::size_t i = 0; i < county_.institutions().size(); ++i) {
    keys_.push_back(SigningKey::generate(crypto::SignatureAlgorithm::kEd25519));
  }
}

Result<void> BenchRig::create() {
  service::ProvinceFile file;
  MINGMA_TRY(file.province, DivisionCode::parse("41"));
  file.origin = "mingma.example/41";
  file.data_shards = options_.shards;
  file.created = clock_.now();
  MINGMA_TRY(const service::DataDir directory, service::DataDir::create(options_.directory, file));
  service::GenesisRequest request{.name = {"河南省", "Henan"}, .roots = {}, .threshold = 2};
  for (const SigningKey& root : roots_) request.roots.push_back({"bench", root.verifying_key()});
  MINGMA_TRY(std::string document, service::genesis_document(directory, request));
  return service::write_genesis(directory, by_roots("genesis", std::move(document)), clock_.now());
}

Result<void> BenchRig::open() {
  MINGMA_TRY(service::DataDir directory, service::DataDir::open(options_.directory));
  directory_ = std::make_unique<service::DataDir>(std::move(directory));
  MINGMA_TRY(province_,
             service::Province::open(service::province_config(*directory_), workers_.contexts(), clock_, random_));
  province_->start();
  workers_.start();
  return {};
}

void BenchRig::close() {
  if (!province_) return;
  province_->stop();
  workers_.stop();
  province_.reset();
  directory_.reset();
}

Result<void> BenchRig::publish_institutions() {
  const UnixSeconds from = clock_.now().plus(-2 * kSecondsPerDay);
  for (std::size_t i = 0; i < county_.institutions().size(); ++i) {
    MINGMA_CHECK(publish("institution", institution_json(i, from)));
    if (county_.institutions()[i].role == feed::SimulatedRole::kLaboratory)
      MINGMA_CHECK(publish("grant", grant_json(i, from)));
  }
  return {};
}

Result<void> BenchRig::publish_policy() {
  const UnixSeconds from = clock_.now().plus(-2 * kSecondsPerDay);
  MINGMA_TRY(const std::string text, read_file(options_.policy, 1u << 20));
  MINGMA_TRY(Json policy, parse_json(text));
  policy.set("effective_from", from.to_string());
  policy.set("effective_to", from.plus(60 * kSecondsPerDay).to_string());
  return publish("policy", policy.to_string());
}

Result<ResidentId> BenchRig::identify(std::uint32_t resident) const {
  return province_->identify({.document_type = "resident_id",
                              .country = {},
                              .document_number = county_.resident(resident).person.number,
                              .name = {},
                              .birth_date = {}});
}

Result<std::uint64_t> BenchRig::submit(std::size_t laboratory, const std::string& lines) {
  service::Manifest manifest;
  const std::string id = std::to_string(1'000'000'000'000ull + submissions_++).substr(1);
  manifest.submission_id = "00000000-0000-4000-8000-" + id;
  manifest.institution = county_.institutions()[laboratory].id;
  manifest.created = clock_.now();
  random_.fill(manifest.salt.bytes);
  std::vector<std::string_view> parts;
  cut(lines, manifest, parts);
  const std::string text = service::write_manifest(manifest);
  SigningKey& key = keys_[laboratory];
  const std::string base =
      "\"@method\": POST\n\"content-digest\": sha-256=:" + base64_encode(crypto::sha256(as_bytes(text))) +
      ":\n\"@signature-params\": (\"@method\" \"content-digest\");created=" + std::to_string(clock_.now().value);
  service::CreateSubmission request{
      .manifest = to_bytes(as_bytes(text)),
      .signature = {key.verifying_key().key_id(), to_bytes(as_bytes(base)), key.sign(as_bytes(base))}};
  MINGMA_CHECK(wait(province_->create_submission(std::move(request))));
  std::uint64_t accepted = 0;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    MINGMA_TRY(const std::unique_ptr<service::PartUpload> upload,
               wait(province_->upload_part(manifest.submission_id, static_cast<std::uint32_t>(part),
                                           {manifest.institution, {}})));
    for (std::size_t at = 0; at < parts[part].size(); at += kUploadBytes) {
      MINGMA_CHECK(upload->write(as_bytes(parts[part].substr(at, kUploadBytes))));
    }
    MINGMA_TRY(const service::PartStatus status, wait(upload->finish()));
    accepted += status.counts[0];
  }
  return accepted;
}

feed::SimulationSettings BenchRig::settings(const BenchOptions& options) {
  feed::SimulationSettings settings;
  settings.residents = options.residents;
  settings.first_evening =
      china_midnight(china_date(SystemClock().now())).plus(-6 * 3'600 - (options.nights - 1) * kSecondsPerDay);
  return settings;
}

void BenchRig::cut(const std::string& lines, service::Manifest& manifest, std::vector<std::string_view>& parts) const {
  const crypto::HmacKey salt(manifest.salt);
  std::vector<Digest> hashes;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    hashes.push_back(salt.mac(as_bytes(std::string_view(lines).substr(at, end - at))));
    at = end + 1;
    if (hashes.size() < options_.part_lines && at < lines.size()) continue;
    parts.push_back(std::string_view(lines).substr(begin, at - begin));
    manifest.parts.push_back({hashes.size(), crypto::sha256(as_bytes(parts.back())), shard::lines_root(hashes)});
    hashes.clear();
    begin = at;
  }
}

SignedDocument BenchRig::by_roots(std::string type, std::string text) {
  SignedDocument document{std::move(type), std::move(text), {}};
  const Digest digest = shard::document_digest(document.type, document.document);
  for (SigningKey& root : roots_) document.signatures.push_back({root.verifying_key().key_id(), root.sign(digest)});
  return document;
}

Result<void> BenchRig::publish(std::string type, std::string text) {
  MINGMA_CHECK(wait(province_->publish(by_roots(std::move(type), std::move(text)))));
  return {};
}

std::string BenchRig::institution_json(std::size_t index, UnixSeconds from) const {
  const feed::SimulatedInstitution& institution = county_.institutions()[index];
  return R"({"type":"institution","id":")" + institution.id + R"(","class":")" +
         std::string(feed::to_string(institution.role)) + R"(","name":{"zh":")" + institution.name + R"(","en":")" +
         institution.id + R"("},"phone":"0371-00000000","division":")" + institution.division.to_string() +
         R"(","keys":[{"key":")" + base64_encode(keys_[index].verifying_key().spki_der()) + R"(","from":")" +
         from.to_string() + R"(","until":")" + from.plus(90 * kSecondsPerDay).to_string() + R"("}],"issued_at":")" +
         from.to_string() + R"("})";
}

std::string BenchRig::grant_json(std::size_t index, UnixSeconds from) const {
  const std::string& id = county_.institutions()[index].id;
  return R"({"type":"grant","id":"G-)" + id + R"(","grantor":"root","grantee":")" + id +
         R"(","kinds":["test_result"],"areas":["41"],"from":")" + from.to_string() + R"(","until":")" +
         from.plus(90 * kSecondsPerDay).to_string() + R"(","may_delegate":false,"document_number":"BENCH-1"})";
}

}  // namespace mingma::app
