#include "app/system_clock.h"

#include <ctime>

namespace mingma::app {

UnixSeconds SystemClock::now() const { return {static_cast<std::int64_t>(std::time(nullptr))}; }

}  // namespace mingma::app
