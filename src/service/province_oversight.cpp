#include "service/province_unit.h"

namespace mingma::service {

Result<Power> Province::who_may(const PowerRequest& request) const {
  return describe_power(*directory_.current(), request, clock_.now());
}

}  // namespace mingma::service
