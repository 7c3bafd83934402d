// The hands behind one statement of a bundle: who ordered, approved and executed it, each with the officer's name,
// institution and key. Internal to bundle*.cpp. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "service/bundle.h"
#include "shard/control.h"
#include "shard/event.h"

namespace mingma::service {

// Hands that came with the statement. `officers`: keys in the order of the signatures, who entered it first. Without an
// officer the institution's own key executed it.
std::vector<CheckedHand> hands_in(const shard::ControlState& control, shard::AuthorityKind kind,
                                  const std::string& institution, const std::string& key_id,
                                  const std::vector<std::string>& officers);
CheckedHand name_hand(const shard::ControlState& control, std::uint8_t hand, const std::string& key_id);

// {"ordered": hand | null, "approved": [hand...], "executed": hand | null}
Json hands_json(const std::vector<CheckedHand>& hands);

}  // namespace mingma::service
