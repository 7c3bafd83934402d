// Answers about cases and look-ups, printed for people in both languages.
#pragma once

#include "base/json.h"

namespace mingma::app {

// Whatever the case and look-up paths answer: a case, a list, a look-up, a hotline answer, a code.
void print_redress(const Json& answer);

}  // namespace mingma::app
