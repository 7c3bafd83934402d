// A condition in words: "末次暴露时间起5天内", "within 5 days of last exposure as a contact of the highest class".
//
// For people: `policy show`, receipts, counterexamples. It says all that the condition says, but it is not meant to be
// read back; the document's CertLogic is what counts.
// Threading: pure function.
#pragma once

#include <string>

#include "rules/certlogic/expression.h"
#include "rules/policy.h"

namespace mingma::rules {

std::string condition_text(const certlogic::Expression& condition, Language language);

}  // namespace mingma::rules
