// Counterexamples told to a reader: who it is, when, what each policy makes of them, and what is wrong with that.
// Threading: pure functions.
#pragma once

#include <string>

#include "rules/proof/proof.h"

namespace mingma::rules::proof {

// "末次暴露时间:3天前(2022-11-08 08:00)", "last exposure ...: 3 days before (2022-11-08 08:00)". Facts that are as for
// a resident about whom nothing is known are left out.
std::string facts_text(const FactRow& facts, UnixSeconds now, Language language);

// `other`: null pointer for questions about one policy.
LocalText tell(Question question, const Counterexample& person, const Policy& policy, const Policy* other);

// "control_release" -> "解除管控", "release from a control order".
LocalText step_text(std::string_view step);

}  // namespace mingma::rules::proof
