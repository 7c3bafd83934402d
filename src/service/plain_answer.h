// What a hotline agent reads aloud (热线答复): colour, reason, way out, whom to call, and how each appeal stands, in
// whole sentences. It is made of the receipt and the cases that the resident's own page shows, so both say the same.
// Threading: pure.
#pragma once

#include "service/redress_types.h"

namespace mingma::service {

Bilingual plain_answer(const LookedUp& found);

}  // namespace mingma::service
