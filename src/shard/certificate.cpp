#include "shard/certificate.h"

#include <algorithm>

#include "crypto/digest.h"
#include "shard/errors.h"

namespace mingma::shard {
namespace {

constexpr std::string_view kCovid19 = "840539006";
constexpr std::string_view kNaat = "LP6464-4";
constexpr std::string_view kRapidAntigen = "LP217198-3";
constexpr std::string_view kNotDetected = "260415000";
constexpr std::string_view kDetected = "260373001";

Error invalid(std::string_view what, std::string where) {
  return Error(errors::kShardInvalidStatement, std::string(what), std::move(where));
}

std::string_view text(const Json* object, std::string_view name) {
  const Json* member = object == nullptr ? nullptr : object->find(name);
  return member != nullptr && member->is_string() ? std::string_view(member->string()) : std::string_view();
}

// A day begins at 00:00 in China, as a laboratory's bare dates do (docs/formats/feeds.md).
Result<UnixSeconds> beginning_of(std::string_view day, const std::string& where) {
  const auto date = parse_date(day.substr(0, 10));
  if (!date.ok()) return invalid("not a date", where);
  return china_midnight(*date);
}

Result<rules::Evidence> vaccination(const Json& entry, const std::string& where) {
  rules::Evidence evidence{.kind = rules::EvidenceKind::kVaccination};
  const Json* dose = entry.find("dn");
  if (dose == nullptr || !dose->is_integer() || dose->integer() < 1 || dose->integer() > 20)
    return invalid("the number of the dose must be 1 to 20", where + "/dn");
  evidence.level = static_cast<std::uint8_t>(dose->integer());
  MINGMA_TRY(evidence.at, beginning_of(text(&entry, "dt"), where + "/dt"));
  return evidence;
}

Result<rules::Evidence> test(const Json& entry, const std::string& where, UnixSeconds issued) {
  rules::Evidence evidence{.kind = rules::EvidenceKind::kTestResult};
  const std::string_view method = text(&entry, "tt");
  const std::string_view result = text(&entry, "tr");
  if (method != kNaat && method != kRapidAntigen)
    return invalid("neither a molecular nor an antigen test", where + "/tt");
  if (result != kDetected && result != kNotDetected) return invalid("no result of a test", where + "/tr");
  evidence.detail =
      static_cast<std::uint8_t>(method == kNaat ? rules::TestMethod::kMolecular : rules::TestMethod::kAntigen);
  evidence.level =
      static_cast<std::uint8_t>(result == kDetected ? rules::TestResult::kPositive : rules::TestResult::kNegative);
  const auto sampled = parse_instant(text(&entry, "sc"));
  if (!sampled.ok()) return invalid("not a time of sampling", where + "/sc");
  evidence.at = *sampled;
  evidence.until = std::max(issued, evidence.at);  // known since the certificate was issued, at the latest
  return evidence;
}

}  // namespace

Result<Statement> statement_of_certificate(const code::HcertClaims& claims) {
  if (!claims.issued_at) return invalid("the certificate does not say when it was issued", "");
  if (!claims.kind) return invalid("exactly one of vaccination and test is expected", "");
  if (*claims.kind == code::HcertKind::kRecovery) return invalid("a recovery is no evidence here; a test is", "/r");
  const bool is_test = *claims.kind == code::HcertKind::kTest;
  const std::string where = is_test ? "/t/0" : "/v/0";
  const Json* list = claims.content.find(is_test ? "t" : "v");
  if (list == nullptr || !list->is_array() || list->array().size() != 1 || !list->array()[0].is_object())
    return invalid("exactly one entry is expected", where);
  const Json& entry = list->array()[0];
  if (text(&entry, "tg") != kCovid19) return invalid("about another disease", where + "/tg");
  const std::string_view id = text(&entry, "ci");
  if (id.empty()) return invalid("the certificate has no id", where + "/ci");
  Statement out;
  MINGMA_TRY(out.evidence, is_test ? test(entry, where, *claims.issued_at) : vaccination(entry, where));
  out.source_record = hex_encode(crypto::sha256(as_bytes(id)));
  out.signed_at = *claims.issued_at;
  return out;
}

CertificateHolder certificate_holder(const code::HcertClaims& claims) {
  CertificateHolder out;
  const Json* name = claims.content.find("nam");
  out.family = text(name, "fn");
  out.given = text(name, "gn");
  out.family_machine = text(name, "fnt");
  out.given_machine = text(name, "gnt");
  const std::string_view birth = text(&claims.content, "dob");
  if (const auto date = parse_date(birth.substr(0, 10)); date.ok()) out.birth_date = *date;
  return out;
}

}  // namespace mingma::shard
