// mingma ingest: an institution's file as a signed submission, resumable: run again after any interruption.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include "app/commands.h"
#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "feed/splitter.h"
#include "http/content_digest.h"
#include "http/errors.h"
#include "service/manifest.h"
#include "service/part_lines.h"
#include "shard/line_proof.h"

namespace mingma::app {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;

struct IngestOptions {
  Connection::Options server;
  std::vector<std::string> files;
  std::string key;
  std::string institution;
  std::string format = "fhir-ndjson";
  std::string outcomes;
  std::string state;
  std::uint64_t part_lines = 100'000;
  int retry_seconds = 60;
  bool json = false;
};

// Where one part lies in the file.
struct Region {
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0;
};

struct Plan {
  service::Manifest manifest;
  std::string text;  // the exact manifest that is, or was, signed
  std::vector<Region> regions;
};

std::string new_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  crypto::SystemRng random;
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);  // version 4, variant 1 (RFC 9562)
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  const std::string hex = hex_encode(bytes);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

// One pass over the file: cuts parts after whole lines and hashes each as the server will. A CSV file is one part,
// because its header belongs to every line. With `earlier`, its salt is used, so that an unchanged file gives the same
// manifest.
Result<Plan> make_plan(const IngestOptions& options, const std::string& file,
                       const std::optional<service::Manifest>& earlier) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error(errors::kFileFailed, "cannot be read", file);
  Plan plan;
  MINGMA_TRY(plan.manifest.format, feed::parse_feed_format(options.format));
  const bool csv = plan.manifest.format == feed::FeedFormat::kLabCsv;
  plan.manifest.submission_id = earlier ? earlier->submission_id : new_uuid();
  plan.manifest.created = earlier ? earlier->created : SystemClock().now();
  plan.manifest.institution = options.institution;
  if (earlier) {
    plan.manifest.salt = earlier->salt;
  } else {
    crypto::SystemRng random;
    random.fill(plan.manifest.salt.bytes);
  }

  const feed::RecordKind kind = csv ? feed::RecordKind::kCsv : feed::RecordKind::kNdjson;
  std::uint64_t offset = 0;
  Region region;
  crypto::Sha256 digest;
  auto hasher = std::make_unique<service::LineHasher>(plan.manifest.salt, kind);
  const auto close_part = [&] {
    hasher->finish();
    region.bytes = offset - region.begin;
    if (hasher->count() > 0) {
      plan.manifest.parts.push_back({hasher->count(), digest.finish(), shard::lines_root(hasher->hashes())});
      plan.regions.push_back(region);
    } else {
      digest.finish();
    }
    region.begin = offset;
    hasher = std::make_unique<service::LineHasher>(plan.manifest.salt, kind);
  };
  std::uint64_t lines = 0;
  std::string buffer(kReadBytes, '\0');
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0) {
    std::string_view rest(buffer.data(), static_cast<std::size_t>(in.gcount()));
    while (!rest.empty()) {
      // Up to the line end that fills the part, or everything.
      std::size_t take = rest.size();
      bool full = false;
      if (!csv) {
        for (std::size_t at = 0; (at = rest.find('\n', at)) != std::string_view::npos; ++at) {
          if (++lines == options.part_lines) {
            take = at + 1;
            full = true;
            lines = 0;
            break;
          }
        }
      }
      digest.update(as_bytes(rest.substr(0, take)));
      hasher->push(as_bytes(rest.substr(0, take)));
      offset += take;
      rest.remove_prefix(take);
      if (full) close_part();
    }
  }
  if (offset > region.begin) close_part();
  if (plan.manifest.parts.empty()) return Error(errors::kInvalidArgument, "holds no line", file);
  plan.text = service::write_manifest(plan.manifest);
  return plan;
}

// What a run that was cut short left: the same submission goes on. The file beside the input holds the manifest, whose
// salt keeps line hashes unguessable: mode 0600.
std::string state_file(const IngestOptions& options, const std::string& file) {
  const std::string name = std::filesystem::path(file).filename().string() + ".submission.json";
  return (options.state.empty() ? std::filesystem::path(file).parent_path() : std::filesystem::path(options.state)) /
         name;
}

// A server that restarts is waited for; its answers are not questioned. One that took the request and is still at work
// (a part of a million lines may take longer than an answer is waited for) is asked again: it goes on where it is.
constexpr int kUnansweredMax = 24;

template <typename Call>
auto with_patience(const IngestOptions& options, const Call& call) -> decltype(call()) {
  auto begin = std::chrono::steady_clock::now();
  for (int unanswered = 0;;) {
    auto result = call();
    if (result.ok()) return result;
    const Error& error = result.error();
    if (error.is(http::errors::kNoAnswer) && ++unanswered <= kUnansweredMax) begin = std::chrono::steady_clock::now();
    const bool transient = error.is(http::errors::kUnreachable) || error.is(http::errors::kNoAnswer) ||
                           error.is(http::errors::kInvalidAnswer) ||
                           error.message().rfind("service.overloaded", 0) == 0 ||
                           error.message().rfind("service.not_ready", 0) == 0 || error.message().rfind("http.", 0) == 0;
    if (!transient || std::chrono::steady_clock::now() - begin > std::chrono::seconds(options.retry_seconds))
      return result;
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
}

Result<Json> upload(Connection& connection, const std::string& target, const std::string& file, const Region& region,
                    const Digest& digest, crypto::SigningKey& key, Progress& progress, std::uint64_t before) {
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(region.begin));
  if (!in) return Error(errors::kFileFailed, "cannot be read", file);
  std::uint64_t left = region.bytes;
  http::ClientRequest request;
  request.method = "PUT";
  request.target = target;
  request.headers.emplace_back("Content-Type", "application/x-ndjson");
  request.upload_bytes = region.bytes;
  request.upload = [&](std::span<char> out) -> Result<std::size_t> {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left));
    if (want == 0) return std::size_t{0};
    in.read(out.data(), static_cast<std::streamsize>(want));
    if (in.gcount() != static_cast<std::streamsize>(want))
      return Error(errors::kFileFailed, "became shorter while it was sent", file);
    left -= want;
    return want;
  };
  request.progress = [&](std::uint64_t sent) { progress.set(before + sent); };
  MINGMA_TRY(request, connection.signed_by(std::move(request), "sha-256=:" + base64_encode(digest) + ":", key));
  MINGMA_TRY(const http::ClientResponse response, connection.call(std::move(request)));
  return parse_json(response.body);
}

Result<void> write_outcomes(Connection& connection, const std::string& part, crypto::SigningKey& key,
                            std::ofstream& out) {
  http::ClientRequest request;
  request.target = part + "/outcomes";
  request.sink = [&](ByteView piece) -> Result<void> {
    out << as_text(piece);
    if (!out) return Error(errors::kFileFailed, "cannot write the outcomes; is the disk full?");
    return {};
  };
  MINGMA_TRY(request, connection.signed_by(std::move(request), http::write_content_digest({}), key));
  MINGMA_CHECK(connection.call(std::move(request)));
  return {};
}

Result<void> ingest_file(const IngestOptions& options, const std::string& file, Connection& connection,
                         crypto::SigningKey& key) {
  const std::string state = state_file(options, file);
  std::optional<service::Manifest> earlier;
  if (std::filesystem::exists(state)) {
    MINGMA_TRY(const std::string text, read_file(state, service::kManifestBytesMax));
    MINGMA_TRY(earlier, service::parse_manifest(text));
  }
  MINGMA_TRY(Plan plan, make_plan(options, file, earlier));
  if (earlier && service::write_manifest(*earlier) != plan.text) {  // the file changed: it is another submission
    MINGMA_TRY(plan, make_plan(options, file, std::nullopt));
  }
  MINGMA_CHECK(write_file(state, plan.text, FileMode::kSecret));

  http::ClientRequest create;
  create.method = "POST";
  create.target = "/v1/submissions";
  create.headers.emplace_back("Content-Type", "application/json");
  create.body = plan.text;
  const auto created = with_patience(options, [&]() -> Result<Json> {
    MINGMA_TRY(http::ClientRequest request,
               connection.signed_by(create, http::write_content_digest(as_bytes(plan.text)), key));
    MINGMA_TRY(const http::ClientResponse response, connection.call(std::move(request)));
    return parse_json(response.body);
  });
  if (!created.ok()) return created.error().within(file);
  const std::string base = "/v1/submissions/" + plan.manifest.submission_id + "/parts/";

  std::uint64_t total = 0;
  for (const Region& region : plan.regions) total += region.bytes;
  std::uint64_t sent = 0;
  std::array<std::uint64_t, 7> counts{};
  static constexpr std::array<const char*, 7> kNames{"accepted", "duplicate", "unknown_resident", "rejected", "invalid",
                                                     "ignored",  "held"};
  std::ofstream outcomes;
  if (!options.outcomes.empty()) outcomes.open(options.outcomes, std::ios::binary | std::ios::app);
  Progress progress(std::filesystem::path(file).filename().string(), total, "bytes");
  for (std::size_t part = 0; part < plan.regions.size(); ++part) {
    const auto answer = with_patience(options, [&] {
      return upload(connection, base + std::to_string(part), file, plan.regions[part], plan.manifest.parts[part].digest,
                    key, progress, sent);
    });
    if (!answer.ok()) return answer.error().within(file + " part " + std::to_string(part) + " ");
    sent += plan.regions[part].bytes;
    progress.set(sent);
    if (const Json* outcome = answer->find("outcomes")) {
      for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (const Json* count = outcome->find(kNames[i]); count != nullptr && count->is_integer()) {
          counts[i] += static_cast<std::uint64_t>(count->integer());
        }
      }
    }
    if (outcomes.is_open()) {
      const auto written = with_patience(
          options, [&] { return write_outcomes(connection, base + std::to_string(part), key, outcomes); });
      if (!written.ok()) return written.error().within(file);
    }
  }
  progress.finish();

  Json summary;
  summary.set("file", file);
  summary.set("submission_id", plan.manifest.submission_id);
  std::string words;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    summary.set(kNames[i], static_cast<std::int64_t>(counts[i]));
    if (counts[i] > 0) words += std::string(words.empty() ? "" : ", ") + with_commas(counts[i]) + " " + kNames[i];
  }
  if (options.json) {
    std::printf("%s\n", summary.to_string().c_str());
  } else {
    std::printf("%s: %s (submission %s)\n", file.c_str(), words.c_str(), plan.manifest.submission_id.c_str());
  }
  std::fflush(stdout);
  return {};
}

Result<void> ingest(const IngestOptions& options) {
  MINGMA_TRY(const std::string pem, read_file(options.key, 1u << 16));
  MINGMA_TRY(crypto::SigningKey key, crypto::SigningKey::from_pem(pem));
  MINGMA_TRY(Connection connection, Connection::open(options.server));
  for (const std::string& file : options.files) MINGMA_CHECK(ingest_file(options, file, connection, key));
  return {};
}

}  // namespace

void add_ingest(CLI::App& program, int& status) {
  const auto options = std::make_shared<IngestOptions>();
  CLI::App* command =
      program.add_subcommand("ingest", "send files of evidence as signed submissions; run again to resume");
  command->footer(
      "Beside each file FILE.submission.json remembers the submission, so that running again sends only what is "
      "missing.\n"
      "Examples:\n"
      "  mingma ingest night.ndjson --institution LAB-01 --key laboratory.pem\n"
      "  mingma ingest results.csv --format lab-csv --institution LAB-01 --key laboratory.pem --outcomes "
      "outcomes.ndjson");
  command->add_option("file", options->files, "files of one format")->required()->check(CLI::ExistingFile);
  command->add_option("--institution", options->institution, "who signs")->required();
  command->add_option("--key", options->key, "the institution's secret key file")->required()->check(CLI::ExistingFile);
  command->add_option("--format", options->format, "fhir-ndjson or lab-csv")->capture_default_str();
  command->add_option("--part-lines", options->part_lines, "lines a part; a part takes effect as a whole")
      ->check(CLI::Range(std::uint64_t{1}, service::kPartLinesMax))
      ->capture_default_str();
  command->add_option("--outcomes", options->outcomes, "append an outcome per line to this file (NDJSON)");
  command->add_option("--state", options->state,
                      "folder for the FILE.submission.json files; beside the file without it");
  command->add_option("--retry-seconds", options->retry_seconds, "how long to wait for a server that is away")
      ->capture_default_str();
  command->add_option("--server", options->server.server, "web address of the platform")->capture_default_str();
  command->add_option("--ca-file", options->server.ca_file, "certificates to trust, PEM");
  command->add_flag("--insecure", options->server.insecure, "do not verify the server's certificate");
  command->add_flag("--json", options->json, "print a JSON line per file");
  command->callback([options, &status] {
    if (const auto result = ingest(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
