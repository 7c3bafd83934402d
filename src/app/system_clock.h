// The real clock. Only this room names it.
#pragma once

#include "base/time.h"

namespace mingma::app {

class SystemClock final : public Clock {
 public:
  UnixSeconds now() const override;
};

}  // namespace mingma::app
