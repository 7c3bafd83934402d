// The real clock, or one that runs ahead of it: for demonstrations in which days must pass. A real province never does.
#pragma once

#include "app/system_clock.h"

namespace mingma::app {

class DemoClock final : public Clock {
 public:
  explicit DemoClock(std::int64_t seconds_ahead) : seconds_ahead_(seconds_ahead) {}
  UnixSeconds now() const override { return clock_.now().plus(seconds_ahead_); }

 private:
  SystemClock clock_;
  std::int64_t seconds_ahead_;
};

}  // namespace mingma::app
