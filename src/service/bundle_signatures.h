// The signature behind one statement of a bundle, verified from what the bundle holds. Internal to bundle*.cpp.
// Pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "shard/control.h"
#include "shard/statement.h"

namespace mingma::service {

struct CheckedAuthority {
  std::string key_id;
  std::string proved_by;              // as CheckedStatement::proved_by
  bool verified = false;              // a signature was verified
  std::vector<std::string> officers;  // keys of officers whose signatures were verified, who entered it first
};

// `json` is the statement's "authority"; `control` is the state when it was received. kBundleRefused.
Result<CheckedAuthority> check_authority(const Json& json, const shard::Statement& statement,
                                         const shard::ControlState& control, UnixSeconds received_at,
                                         const std::string& where);

// The approval that completed a hold: by whom, for this statement. `control`: when it was given.
struct CheckedApprovalHand {
  std::string key_id;
  std::uint8_t hand = 0;
};
Result<CheckedApprovalHand> check_approval(const Json& json, const shard::Statement& statement,
                                           const shard::ControlState& control, const std::string& where);

// Members of a bundle; kBundleRefused when they are not there or of another type.
Result<std::string> bundle_text(const Json& json, std::string_view name, const std::string& where);
Result<Bytes> bundle_bytes(const Json& json, std::string_view name, const std::string& where);    // base64
Result<Digest> bundle_digest(const Json& json, std::string_view name, const std::string& where);  // base64, 32 bytes
Result<std::uint64_t> bundle_number(const Json& json, std::string_view name, const std::string& where);
Result<UnixSeconds> bundle_instant(const Json& json, std::string_view name, const std::string& where);
Result<const Json*> bundle_member(const Json& json, std::string_view name, const std::string& where);
Result<const Json::Array*> bundle_array(const Json& json, std::string_view name, const std::string& where);
Error bundle_refused(std::string message, std::string where);

}  // namespace mingma::service
