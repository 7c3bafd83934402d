// mingma simulate: a made-up county and its epidemic as files: what the demonstration, the tests and benchmarks feed
// in.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>

#include "app/commands.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "base/json.h"
#include "crypto/signature.h"
#include "feed/simulate.h"

namespace mingma::app {
namespace {

using feed::SimulatedCounty;
using feed::SimulatedInstitution;
using feed::SimulatedRole;

constexpr std::int64_t kEveningHour = 18;  // local; a night's sampling lasts four hours from then
constexpr std::int64_t kMorningHour = 9;

struct SimulateOptions {
  std::string out;
  std::uint64_t seed = 1;
  std::uint32_t residents = 20'000;
  std::uint32_t nights = 1;
  std::string first_evening;
  bool json = false;
};

// A file that is written in pieces; the first failure is kept and reported at the end.
class LineFile {
 public:
  explicit LineFile(std::filesystem::path file)
      : file_(std::move(file)), out_(file_, std::ios::binary | std::ios::trunc) {}
  void write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= (1u << 20)) flush();
  }
  Result<void> close() {
    flush();
    out_.close();
    if (!out_) return Error(errors::kFileFailed, "cannot be written; is the disk full?", file_.string());
    return {};
  }

 private:
  void flush() {
    out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    buffer_.clear();
  }
  std::filesystem::path file_;
  std::ofstream out_;
  std::string buffer_;
};

std::vector<std::string> kinds_of(SimulatedRole role) {
  switch (role) {
    case SimulatedRole::kLaboratory:
      return {"test_result"};
    case SimulatedRole::kCdc:
      return {"contact_finding", "exposure_finding", "risk_clearance", "control_order",
              "control_release", "testing_duty",     "item_contact"};
    case SimulatedRole::kHospital:
      return {"case_report", "case_release", "case_exclusion", "clinic_visit", "vaccination"};
    case SimulatedRole::kBorderPost:
      return {"border_entry", "arrival"};
    case SimulatedRole::kCommunity:
      return {"stay", "arrival", "work_assignment"};
    case SimulatedRole::kCommand:
      return {};
  }
  return {};
}

// Keys are made once and kept, so that a second run signs as the same institutions.
Result<crypto::SigningKey> key_for(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) {
    MINGMA_TRY(const std::string pem, read_file(file, 1u << 16));
    return crypto::SigningKey::from_pem(pem);
  }
  crypto::SigningKey key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519);
  MINGMA_CHECK(write_file(file, key.to_pem(), FileMode::kSecret));
  return key;
}

Json two_languages(std::string zh, std::string en) {
  Json out;
  out.set("zh", std::move(zh));
  out.set("en", std::move(en));
  return out;
}

Result<void> write_institution(const SimulatedInstitution& institution, std::size_t index, UnixSeconds from,
                               const std::filesystem::path& out) {
  MINGMA_TRY(const crypto::SigningKey key, key_for(out / "keys" / (institution.id + ".pem")));
  Json key_entry;
  key_entry.set("key", base64_encode(key.verifying_key().spki_der()));
  key_entry.set("from", from.to_string());
  key_entry.set("until", from.plus(365 * kSecondsPerDay).to_string());
  Json document;
  document.set("type", "institution");
  document.set("id", institution.id);
  document.set("class", feed::to_string(institution.role));
  document.set("name", two_languages(institution.name, "Simulated " + institution.id));
  // 0371 is Zhengzhou's area code; numbers beginning 0000 are never assigned.
  document.set("phone", "0371-0000" + std::to_string(1000 + index));
  document.set("division", institution.division.to_string());
  document.set("keys", Json::Array{std::move(key_entry)});
  document.set("issued_at", from.to_string());
  const std::string number = index < 9 ? "0" + std::to_string(index + 1) : std::to_string(index + 1);
  MINGMA_CHECK(write_file(out / "documents" / (number + "-institution.json"), document.to_pretty_string() + "\n"));

  const std::vector<std::string> kinds = kinds_of(institution.role);
  if (kinds.empty()) return {};
  Json grant;
  grant.set("type", "grant");
  grant.set("id", "G-" + institution.id);
  grant.set("grantor", "root");
  grant.set("grantee", institution.id);
  Json::Array names;
  for (const std::string& kind : kinds) names.emplace_back(kind);
  grant.set("kinds", std::move(names));
  grant.set("areas", Json::Array{Json(institution.division.province().to_string())});
  grant.set("from", from.to_string());
  grant.set("until", from.plus(365 * kSecondsPerDay).to_string());
  grant.set("may_delegate", false);
  grant.set("document_number", "SIM-2026-" + number);
  return write_file(out / "documents" / (number + "-grant.json"), grant.to_pretty_string() + "\n");
}

Result<std::uint64_t> write_roster(const SimulatedCounty& county, const std::filesystem::path& out) {
  LineFile file(out / "roster.ndjson");
  Progress progress("roster", county.settings().residents, "residents");
  std::string line;
  for (std::uint32_t i = 0; i < county.settings().residents; ++i) {
    line.clear();
    county.append_roster_json(i, line);
    file.write(line);
    progress.set(i + 1);
  }
  MINGMA_CHECK(file.close());
  return std::uint64_t{county.settings().residents};
}

struct NightCounts {
  std::uint64_t tests = 0;
  std::uint64_t findings = 0;
  std::uint64_t orders = 0;
};

Result<NightCounts> write_night(const SimulatedCounty& county, std::uint32_t night, const std::filesystem::path& out) {
  NightCounts counts;
  const std::filesystem::path folder = out / ("night-" + std::to_string(night));
  std::filesystem::create_directories(folder);
  const auto& institutions = county.institutions();
  {
    std::vector<std::unique_ptr<LineFile>> files(institutions.size());
    Progress progress("night " + std::to_string(night), county.settings().residents, "residents");
    std::string line;
    for (std::uint32_t i = 0; i < county.settings().residents; ++i) {
      line.clear();
      if (county.append_test_line(i, night, line)) {
        auto& file = files[county.laboratory_of(i)];
        if (!file)
          file = std::make_unique<LineFile>(folder / (institutions[county.laboratory_of(i)].id + ".fhir.ndjson"));
        file->write(line);
        ++counts.tests;
      }
      progress.set(i + 1);
    }
    for (auto& file : files) {
      if (file) MINGMA_CHECK(file->close());
    }
  }
  std::vector<std::unique_ptr<LineFile>> files(institutions.size());
  county.for_each_finding(night, [&](const feed::SimulatedFinding& finding) {
    auto& file = files[finding.institution];
    if (!file)
      file = std::make_unique<LineFile>(folder / (institutions[finding.institution].id + ".statements.ndjson"));
    file->write(county.finding_json(finding) + "\n");
    ++counts.findings;
  });
  for (auto& file : files) {
    if (file) MINGMA_CHECK(file->close());
  }
  const std::vector<feed::SimulatedAreaOrder> orders = county.area_orders(night);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    MINGMA_CHECK(write_file(folder / ("area-order-" + std::to_string(i + 1) + ".json"),
                            county.area_order_json(orders[i]) + "\n"));
    ++counts.orders;
  }
  return counts;
}

Result<void> simulate(const SimulateOptions& options) {
  feed::SimulationSettings settings;
  settings.seed = options.seed;
  settings.residents = options.residents;
  if (options.first_evening.empty()) {
    // The last night is the one that has just passed: its findings are signed at eight, so before nine it is
    // yesterday's.
    const CivilDate today = china_date(SystemClock().now().plus(-kMorningHour * 3600));
    const UnixSeconds evening = china_midnight(today).plus((kEveningHour - 24) * 3600);
    settings.first_evening = evening.plus(-static_cast<std::int64_t>(options.nights - 1) * kSecondsPerDay);
  } else {
    MINGMA_TRY(settings.first_evening, parse_instant(options.first_evening));
  }
  const SimulatedCounty county(settings);
  const std::filesystem::path out(options.out);
  std::filesystem::create_directories(out / "keys");
  std::filesystem::create_directories(out / "documents");
  const UnixSeconds from = settings.first_evening.plus(-kSecondsPerDay);
  for (std::size_t i = 0; i < county.institutions().size(); ++i) {
    MINGMA_CHECK(write_institution(county.institutions()[i], i, from, out));
  }
  MINGMA_TRY(const std::uint64_t residents, write_roster(county, out));
  NightCounts all;
  for (std::uint32_t night = 0; night < options.nights; ++night) {
    MINGMA_TRY(const NightCounts counts, write_night(county, night, out));
    all.tests += counts.tests;
    all.findings += counts.findings;
    all.orders += counts.orders;
  }
  if (options.json) {
    Json summary;
    summary.set("seed", static_cast<std::int64_t>(options.seed));
    summary.set("residents", static_cast<std::int64_t>(residents));
    summary.set("tests", static_cast<std::int64_t>(all.tests));
    summary.set("findings", static_cast<std::int64_t>(all.findings));
    summary.set("area_orders", static_cast<std::int64_t>(all.orders));
    summary.set("first_evening", settings.first_evening.to_string());
    std::printf("%s\n", summary.to_string().c_str());
  } else {
    std::printf("%s residents, %s test results, %s findings, %s area orders of %u institutions in %s (seed %llu)\n",
                with_commas(residents).c_str(), with_commas(all.tests).c_str(), with_commas(all.findings).c_str(),
                with_commas(all.orders).c_str(), static_cast<unsigned>(county.institutions().size()), out.c_str(),
                static_cast<unsigned long long>(options.seed));
  }
  return {};
}

}  // namespace

void add_simulate(CLI::App& program, int& status) {
  const auto options = std::make_shared<SimulateOptions>();
  CLI::App* command =
      program.add_subcommand("simulate", "a made-up county and its epidemic, as files (seeded; nobody in it exists)");
  command->footer(
      "Writes roster.ndjson, documents/ (institutions and grants, to be signed by the root keys), keys/, and for each "
      "night\n"
      "the laboratories' FHIR NDJSON, the findings of CDC, hospital and border post, and area orders.\n"
      "Examples:\n"
      "  mingma simulate county --residents 20000 --nights 3\n"
      "  mingma simulate big --residents 10000000 --seed 7 --first-evening 2022-11-11T18:00:00+08:00");
  command->add_option("out", options->out, "folder to write to")->required();
  command->add_option("--residents", options->residents, "how many")
      ->check(CLI::Range(1u, 100'000'000u))
      ->capture_default_str();
  command->add_option("--nights", options->nights, "nights of testing")
      ->check(CLI::Range(1u, 200u))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "the same seed gives the same county")->capture_default_str();
  command->add_option("--first-evening", options->first_evening,
                      "when sampling begins; without it the last night is the one just passed");
  command->add_flag("--json", options->json, "print a JSON summary");
  command->callback([options, &status] {
    if (const auto result = simulate(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });
}

}  // namespace mingma::app
