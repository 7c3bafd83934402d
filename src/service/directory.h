// The province's control state as every thread may read it: institutions, keys, grants, policies, orders.
//
// The control shard publishes a new copy after each of its commits; readers keep the copy they took.
// Threading: any thread. ControlState's const methods are pure, so a copy is shared freely.
#pragma once

#include <memory>
#include <mutex>

#include "base/time.h"
#include "code/hcert.h"
#include "service/types.h"
#include "shard/control.h"

namespace mingma::service {

class Directory final {
 public:
  explicit Directory(const Clock& clock) : clock_(clock), current_(std::make_shared<const shard::ControlState>()) {}

  void publish(shard::ControlState state);
  std::shared_ptr<const shard::ControlState> current() const;

  // Which institution of the class other_province signed this certificate, with a key in force when it was issued.
  // kUnknownIssuer.
  Result<Caller> find_issuer(const code::Hcert& certificate) const;
  // kUnknownKey, kSignatureRefused.
  Result<Caller> authenticate(const MessageSignature& signature) const;
  Result<std::vector<PublicDocument>> list(PublicList which, bool only_in_force) const;
  Result<PublicDocument> find(PublicList which, const std::string& id) const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<const shard::ControlState> current_;  // guarded by mutex_
};

SignedDocument to_public(const shard::SignedDocument& document);
InstitutionSummary summarise(const shard::Institution& institution);

}  // namespace mingma::service
