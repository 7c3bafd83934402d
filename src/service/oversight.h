// What auditors, journalists and the accused may ask of the platform: who may, who did, who did not. The other half of
// service/api.h, of which everything said there about threads, errors and durability holds here too.
#pragma once

#include "service/api.h"
#include "service/power.h"

namespace mingma::service {

class Oversight {
 public:
  virtual ~Oversight() = default;

  // ---- public
  // Who may change a code here?
  virtual Result<Power> who_may(const PowerRequest& request) const = 0;
};

}  // namespace mingma::service
