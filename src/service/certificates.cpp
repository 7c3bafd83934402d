// Certificates from abroad that residents present: whose they are, and who issued them.
#include "service/certificates.h"

#include <algorithm>

#include "code/hcert.h"
#include "service/errors.h"
#include "service/province.h"
#include "service/province_unit.h"

namespace mingma::service {
namespace {

// Letters only, ASCII ones in upper case: passports, certificates and identity providers separate names differently.
std::string plain_name(std::string_view first, std::string_view second) {
  std::string out;
  for (const std::string_view part : {first, second}) {
    for (const char c : part) {
      if (c == ' ' || c == '<' || c == '-' || c == ',' || c == '.' || c == '\'') continue;
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return out;
}

Result<code::Hcert> read_presented(std::string_view text) {
  MINGMA_TRY(const std::string_view body, code::hcert_strip_prefix(text));
  MINGMA_TRY(const Bytes compressed, base45_decode(body));
  MINGMA_TRY(const Bytes cose, code::hcert_inflate(compressed));
  return code::read_hcert(cose);
}

}  // namespace

Result<void> check_holder(const shard::CertificateHolder& holder, const Person& person) {
  const std::string name = plain_name(person.name, {});
  const std::string candidates[] = {plain_name(holder.family, holder.given), plain_name(holder.given, holder.family),
                                    plain_name(holder.family_machine, holder.given_machine),
                                    plain_name(holder.given_machine, holder.family_machine)};
  if (name.empty() || std::find(std::begin(candidates), std::end(candidates), name) == std::end(candidates))
    return Error(errors::kOthersCertificate, "the certificate names another person than the one who is signed in");
  std::optional<CivilDate> birth = person.birth_date;
  if (!birth && person.document_type == "resident_id" && person.document_number.size() == 18) {
    const std::string_view digits = std::string_view(person.document_number).substr(6, 8);
    const auto date = parse_date(std::string(digits.substr(0, 4)) + "-" + std::string(digits.substr(4, 2)) + "-" +
                                 std::string(digits.substr(6, 2)));
    if (date.ok()) birth = *date;
  }
  if (!birth || holder.birth_date != birth)
    return Error(errors::kOthersCertificate, "the certificate's date of birth is not that of the person signed in");
  return {};
}

Async<StatementOutcome> Province::present_certificate(PresentedCertificate certificate) {
  Result<code::Hcert> hcert = read_presented(certificate.text);
  if (!hcert) co_return std::move(hcert).error().within("/certificate");
  Result<shard::Statement> statement = shard::statement_of_certificate(hcert->claims);
  if (!statement) co_return std::move(statement).error();
  if (Result<void> own = check_holder(shard::certificate_holder(hcert->claims), certificate.person); !own)
    co_return std::move(own).error();
  Result<Caller> issuer = directory_.find_issuer(*hcert);
  if (!issuer) co_return std::move(issuer).error();
  const ResidentId resident = certificate.resident;
  statement->resident = resident;
  statement->institution = issuer->institution;
  shard::StatementsCommand command;
  command.authority = shard::AuthorityKind::kCertificate;
  command.institution = issuer->institution;
  command.key_id = issuer->key_id;
  command.document = std::move(hcert->cose);
  command.lines.push_back({*std::move(statement), 0, {}});
  co_return co_await submit_one(resident, std::move(command));
}

}  // namespace mingma::service
