#include "service/bundle.h"
#include "service/errors.h"
#include "service/province_unit.h"

// Asio's coroutine frames pair aligned_alloc with their own operator delete; inlined, g++ 12 takes that for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace mingma::service {
namespace {

constexpr std::size_t kPurposeBytesMax = 200;

bool is_overseer(const shard::ControlState& control, const Caller& caller) {
  const shard::Institution* institution = control.find_institution(caller.institution);
  return institution != nullptr && (institution->klass == shard::InstitutionClass::kAuditor ||
                                    institution->klass == shard::InstitutionClass::kCommand);
}

}  // namespace

Result<Power> Province::who_may(const PowerRequest& request) const {
  return describe_power(*directory_.current(), request, clock_.now());
}

Async<Dossier> Province::make_dossier(const DossierRequest& request) {
  if (request.purpose.empty() || request.purpose.size() > kPurposeBytesMax)
    co_return Error(errors::kBadRequest, "say what for, in 1 to 200 bytes", "/purpose");
  if (request.person.has_value() == request.resident.has_value())
    co_return Error(errors::kBadRequest, "name the person or the pseudonym, one of them", "/person");
  Result<ResidentId> resident = request.resident ? Result<ResidentId>(*request.resident) : identify(*request.person);
  if (!resident) co_return resident.error();
  Unit& unit = unit_of(*resident);
  if (!unit.ledger || !units_.front()->ledger) co_return unit.runtime.stopped_error();
  // On record, for the resident to see, before anything is read.
  shard::Command look_up = shard::LookUpCommand{.resident = *resident,
                                                .institution = request.caller.institution,
                                                .actor = request.caller.key_id,
                                                .role = shard::StaffRole::kAuditor,
                                                .duty = shard::Duty::kMandate,
                                                .ticket = {},
                                                .note = request.purpose};
  const Result<shard::CommandResult> recorded = co_await unit.runtime.run(std::move(look_up));
  if (!recorded) co_return recorded.error();
  Result<Dossier> dossier = co_await unit.runtime.read<Dossier>(
      [&](ShardRuntime& shard) { return open_dossier(shard, *resident, request.version); });
  if (!dossier) co_return dossier;
  const Result<std::vector<DossierBatch>> batches =
      co_await on_disk<std::vector<DossierBatch>>([&] { return find_batches(unit.runtime.store(), *dossier); });
  if (!batches) co_return batches.error();
  const Result<bool> opened = co_await unit.runtime.read<bool>([&](ShardRuntime& shard) -> Result<bool> {
    open_authorities(shard, *batches, *dossier);
    return true;
  });
  if (!opened) co_return opened.error();
  const auto control = directory_.current();
  const DossierSources sources{*unit.ledger, *units_.front()->ledger, *control, *exchange_, config_.spool_path};
  const Result<bool> proved = co_await on_disk<bool>([&]() -> Result<bool> {
    MINGMA_CHECK(prove_dossier(sources, *batches, *dossier));
    return true;
  });
  if (!proved) co_return proved.error();
  co_return dossier;
}

Async<std::string> Province::who(DossierRequest request) {
  if (!is_overseer(*directory_.current(), request.caller))
    co_return Error(errors::kForbidden,
                    "auditors and the command ask who turned a code red; residents read their receipt");
  const Result<Dossier> dossier = co_await make_dossier(request);
  if (!dossier) co_return dossier.error();
  const BundleOptions options{{}, false, clock_.now()};
  co_return write_bundle(*dossier, *directory_.current(), options);
}

Async<std::string> Province::negative(DossierRequest request) {
  const auto control = directory_.current();
  if (!is_overseer(*control, request.caller))
    co_return Error(errors::kForbidden, "auditors and the command ask this, and hand the proof to the institution");
  if (control->find_institution(request.accused) == nullptr)
    co_return Error(errors::kBadRequest, "no such institution", "/institution");
  const Result<Dossier> dossier = co_await make_dossier(request);
  if (!dossier) co_return dossier.error();
  if (const std::string reason = reason_it_did(*dossier, request.accused); !reason.empty())
    co_return Error(errors::kItDid, "it did do it: " + reason);
  if (const std::string reason = reason_unprovable(*dossier, request.accused); !reason.empty())
    co_return Error(errors::kKeyDestroyed, reason);
  const BundleOptions options{request.accused, request.chain_only, clock_.now()};
  co_return write_bundle(*dossier, *control, options);
}

}  // namespace mingma::service
