// Is the certificate that a resident presents their own? Pure functions.
#pragma once

#include "base/error.h"
#include "service/types.h"
#include "shard/certificate.h"

namespace mingma::service {

// Name (either spelling, either order; blanks, hyphens and letter case apart) and date of birth. kOthersCertificate.
// Without a date of birth from the identity provider, that of a resident ID's number counts; without any, refused.
Result<void> check_holder(const shard::CertificateHolder& holder, const Person& person);

}  // namespace mingma::service
