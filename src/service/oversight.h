// What auditors, journalists and the accused may ask of the platform: who may, who did, who did not. The other half of
// service/api.h, of which everything said there about threads, errors and durability holds here too.
#pragma once

#include "service/api.h"
#include "service/power.h"

namespace mingma::service {

// Who is asked about, why, and by whom. `person` or `resident`.
struct DossierRequest {
  Caller caller;  // authenticated: an auditor or a command
  std::optional<Person> person;
  std::optional<ResidentId> resident;
  std::uint32_t version = 0;  // in the resident's chain; 0: the newest
  std::string accused;        // institution; empty for "who"
  bool chain_only = false;    // a "negative" without anybody's statements: for handing to the accused
  std::string purpose;        // 1 to 200 bytes: why
};

class Oversight {
 public:
  virtual ~Oversight() = default;

  // ---- public
  // Who may change a code here?
  virtual Result<Power> who_may(const PowerRequest& request) const = 0;

  // ---- auditors and the command
  // Who turned this code red: a bundle (bundle.h, docs/formats/bundle.md). kForbidden for other institutions.
  virtual Async<std::string> who(DossierRequest request) = 0;
  // That `accused` did not do it: a bundle. kItDid, kForbidden.
  virtual Async<std::string> negative(DossierRequest request) = 0;
};

}  // namespace mingma::service
