// Families and paper codes over the shards. Implements service/family_api.h; made by the province.
// Threading: any thread; everything about a resident runs on that resident's shard.
#pragma once

#include <functional>

#include "base/rng.h"
#include "service/code_desk.h"
#include "service/family_api.h"
#include "service/person.h"
#include "service/revocations.h"
#include "service/shard_runtime.h"
#include "shard/family.h"

namespace mingma::service {

// What the desk uses of the province; all outlive it.
struct FamilyContext {
  struct Place {
    ShardRuntime& runtime;
    CodeDesk* codes;  // null: the shard could not be loaded, and its runtime refuses every read
  };
  std::function<Place(const ResidentId&)> place_of;
  std::function<std::vector<ShardRuntime*>()> data_shards;
  const Pseudonyms& pseudonyms;
  Revocations& revocations;
  const Clock& clock;
  Rng& rng;
};

class FamilyDesk final : public FamilyApi {
 public:
  explicit FamilyDesk(FamilyContext context) : context_(std::move(context)) {}

  Async<GuardianView> name_guardian(NameGuardian request) override;
  Async<GuardianshipDone> end_guardianship(EndGuardianship request) override;
  Async<GuardianshipDone> submit_guardianship(SignedDocument document) override;
  Async<std::vector<GuardianView>> guardians(ResidentId dependant) override;
  Async<std::vector<DependantView>> dependants(ResidentId guardian) override;
  Async<bool> check_guardian(ResidentId dependant, ResidentId guardian) override;
  Async<std::shared_ptr<const ShownCode>> dependant_code(ResidentId dependant, ResidentId guardian,
                                                         std::string device) override;

  Async<PaperView> issue_paper(PaperOwner owner, std::int64_t days) override;
  Async<std::vector<PaperView>> papers(PaperOwner owner) override;
  Async<PaperView> paper(PaperOwner owner, std::string id) override;
  Async<PaperView> revoke_paper(PaperOwner owner, std::string id, std::string reason) override;
  Async<PaperView> submit_paper(SignedDocument document) override;

 private:
  Async<GuardianshipDone> run(shard::GuardianshipCommand command);
  Async<PaperView> run(shard::PaperCommand command);
  // shard.limit when the guardian has as many dependants in all shards as one may have, `dependant` not counted.
  Async<bool> check_room(ResidentId guardian, ResidentId dependant);
  Result<ResidentId> identify(const Json& person) const;

  FamilyContext context_;
};

// Prefixes of this shard's sheets that no door may accept at `now`; on the shard's thread.
std::vector<code::RevokedPrefix> revoked_papers(const shard::RowTable& rows,
                                                const std::vector<shard::LivePaper>& papers);

}  // namespace mingma::service
