// What a foreign certificate (code/hcert.h) says as a statement of its issuer. Pure functions.
//
// The signature behind it is the issuer's own, so nobody here signs anything: the issuer is an institution that the
// command published with its key, and its grants say which kinds it may state, as for every other institution.
//
// Taken: vaccinations against COVID-19, and tests with a result. A recovery is refused: no kind of evidence says it.
// Errors: kShardInvalidStatement with a JSON pointer into the certificate's content.
#pragma once

#include "base/time.h"
#include "code/hcert.h"
#include "shard/statement.h"

namespace mingma::shard {

// Everything but resident and institution: evidence, source record (SHA-256 of the certificate's id, in hex), and the
// time of issue as the time of signing.
Result<Statement> statement_of_certificate(const code::HcertClaims& claims);

// Whom it names, as written: {"nam": {"fn", "gn", "fnt", "gnt"}, "dob"}.
struct CertificateHolder {
  std::string family, given;                  // as in the passport
  std::string family_machine, given_machine;  // ICAO 9303: A-Z and '<'
  std::optional<CivilDate> birth_date;        // absent when the certificate gives a year or a month only
};
CertificateHolder certificate_holder(const code::HcertClaims& claims);

}  // namespace mingma::shard
