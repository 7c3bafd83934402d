// Oversight with answers of cardboard, beside FakeApi.
#pragma once

#include "service/errors.h"
#include "service/oversight.h"

namespace mingma::http::testing {

class FakeOversight final : public service::Oversight {
 public:
  Result<service::Power> who_may(const service::PowerRequest& request) const override {
    service::Power power;
    power.division = request.division;
    power.at = request.at.value_or(UnixSeconds{1'660'000'000});
    return power;
  }
};

}  // namespace mingma::http::testing
