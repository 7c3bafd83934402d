// Cases and look-ups over all shards.
#include <algorithm>

#include "crypto/seal.h"
#include "service/case_desk.h"
#include "service/errors.h"
#include "service/person.h"
#include "service/province_unit.h"
#include "shard/case_document.h"
#include "shard/case_view.h"
#include "shard/errors.h"
#include "shard/view.h"

namespace mingma::service {
namespace {

std::string institution_of(const std::optional<StaffCaller>& staff) {
  return staff ? staff->institution : std::string();
}
std::string actor_of(const std::optional<StaffCaller>& staff) { return staff ? staff->actor : std::string(); }
std::string actor_of(const OpenCase& request) {
  return request.guardian ? request.guardian->to_string() : actor_of(request.staff);
}

// Who helps residents in person, or on the phone, says so by their role; an institution's own key stands for any.
Result<void> check_channel(const OpenCase& request) {
  if (!request.staff || request.staff->role == shard::StaffRole::kInstitution) return {};
  const auto role = request.staff->role;
  const bool fits = request.channel == shard::CaseChannel::kHotline
                        ? role == shard::StaffRole::kHotline
                        : role == shard::StaffRole::kCommunity || role == shard::StaffRole::kCase;
  if (!fits) return Error(errors::kForbidden, "an officer of this role opens no case over this channel");
  const bool on_phone = request.consent == shard::CaseConsent::kSpokenOnPhone;
  if (on_phone != (request.channel == shard::CaseChannel::kHotline))
    return Error(errors::kBadRequest, "over the phone consent is spoken on the phone, in person it is not", "/consent");
  return {};
}

Result<shard::Ticket> ticket_of(const SignedDocument& document) {
  if (document.type == shard::kCaseReply) {
    MINGMA_TRY(const shard::CaseReply reply, shard::parse_case_reply(document.document));
    return reply.ticket;
  }
  MINGMA_TRY(const shard::CaseDecision decision, shard::parse_case_decision(document.document));
  return decision.ticket;
}

Error no_case() { return {errors::kShardUnknownCase, "there is no such case"}; }

}  // namespace

Result<Province::Unit*> Province::unit_of(shard::Ticket ticket) const {
  const ShardId shard = shard::ticket_shard(ticket);
  if (shard == kControlShard || shard.value >= units_.size()) return no_case();
  return unit(shard);
}

Async<CaseView> Province::open_case(OpenCase request) {
  if (const Result<void> fits = check_channel(request); !fits) co_return fits.error();
  Unit& unit = unit_of(request.resident);
  shard::Command command = shard::OpenCaseCommand{.resident = request.resident,
                                                  .channel = request.channel,
                                                  .consent = request.consent,
                                                  .institution = institution_of(request.staff),
                                                  .actor = actor_of(request),
                                                  .material = std::move(request.material)};
  const Result<shard::CommandResult> done = co_await unit.runtime.run(std::move(command));
  if (!done) co_return done.error();
  const StaffCaller* caller = request.staff ? &*request.staff : nullptr;
  co_return co_await unit.runtime.read<CaseView>(
      [&](ShardRuntime& shard) { return make_case_view(shard, *done->ticket, caller, clock_.now()); });
}

Async<std::vector<CaseView>> Province::list_cases(ResidentId resident) {
  co_return co_await unit_of(resident).runtime.read<std::vector<CaseView>>(
      [&](ShardRuntime& shard) { return make_case_views(shard, resident, nullptr, clock_.now()); });
}

Async<CaseView> Province::resident_case(ResidentId resident, shard::Ticket ticket) {
  Unit& unit = unit_of(resident);
  co_return co_await unit.runtime.read<CaseView>([&](ShardRuntime& shard) -> Result<CaseView> {
    MINGMA_TRY(const auto subject, shard::read_case(shard.store(), ticket));
    if (!subject || subject->resident != resident) return no_case();
    return make_case_view(shard, ticket, nullptr, clock_.now());
  });
}

Async<CaseView> Province::step_case(StepCase request) {
  const Result<Unit*> unit = unit_of(request.ticket);
  if (!unit) co_return unit.error();
  ShardRuntime& runtime = (*unit)->runtime;
  if (!request.staff) {
    const Result<bool> own = co_await runtime.read<bool>([&](ShardRuntime& shard) -> Result<bool> {
      MINGMA_TRY(const auto subject, shard::read_case(shard.store(), request.ticket));
      return subject && request.resident && subject->resident == *request.resident;
    });
    if (!own) co_return own.error();
    if (!*own) co_return no_case();
  }
  shard::Command command = shard::CaseStepCommand{.ticket = request.ticket,
                                                  .kind = request.kind,
                                                  .institution = institution_of(request.staff),
                                                  .actor = actor_of(request.staff),
                                                  .material = std::move(request.material)};
  const Result<shard::CommandResult> done = co_await runtime.run(std::move(command));
  if (!done) co_return done.error();
  const StaffCaller* caller = request.staff ? &*request.staff : nullptr;
  co_return co_await runtime.read<CaseView>(
      [&](ShardRuntime& shard) { return make_case_view(shard, request.ticket, caller, clock_.now()); });
}

Async<shard::Ticket> Province::submit_case_document(SignedDocument document) {
  if (document.signatures.size() != 1)
    co_return Error(errors::kBadRequest, "a reply or decision carries one signature", "/signatures");
  const Result<shard::Ticket> ticket = ticket_of(document);
  if (!ticket) co_return ticket.error();
  const Result<bool> noted = co_await note_counters(document);
  if (!noted) co_return noted.error();
  shard::CaseContent content{document.type, std::move(document.document), document.signatures.front().key_id,
                             std::move(document.signatures.front().signature)};
  const Result<Unit*> unit = unit_of(*ticket);
  if (!unit) co_return unit.error();
  shard::Command command = shard::CaseDocumentCommand{std::move(content)};
  const Result<shard::CommandResult> done = co_await (*unit)->runtime.run(std::move(command));
  if (!done) co_return done.error();
  co_return *ticket;
}

Async<std::vector<WorkItem>> Province::worklist(StaffCaller caller, std::string action) {
  std::vector<WorkItem> out;
  for (std::size_t n = 1; n < units_.size(); ++n) {
    Result<std::vector<WorkItem>> part = co_await units_[n]->runtime.read<std::vector<WorkItem>>(
        [&](ShardRuntime& shard) { return make_worklist(shard, caller, action, clock_.now()); });
    if (!part) co_return part.error();
    std::move(part->begin(), part->end(), std::back_inserter(out));
  }
  std::stable_sort(out.begin(), out.end(), [](const WorkItem& a, const WorkItem& b) { return a.due_at < b.due_at; });
  if (out.size() > kWorkItemsMax) out.resize(kWorkItemsMax);
  co_return out;
}

Async<LookUpRecorded> Province::record_look_up(StaffCaller caller, ResidentId resident, Purpose purpose) {
  Unit& unit = unit_of(resident);
  shard::Command command = shard::LookUpCommand{.resident = resident,
                                                .institution = caller.institution,
                                                .actor = caller.actor,
                                                .role = caller.role,
                                                .duty = purpose.duty,
                                                .ticket = purpose.ticket.value_or(shard::Ticket{}),
                                                .note = std::move(purpose.note)};
  const Result<shard::CommandResult> done = co_await unit.runtime.run(std::move(command));
  if (!done) co_return done.error();
  co_return LookUpRecorded{resident, unit.runtime.id(), done->leaf.value_or(LeafIndex{}), clock_.now(),
                           done->look_up_flags};
}

Async<CaseView> Province::read_case(StaffCaller caller, shard::Ticket ticket) {
  const Result<Unit*> unit = unit_of(ticket);
  if (!unit) co_return unit.error();
  ShardRuntime& runtime = (*unit)->runtime;
  const Result<ResidentId> resident = co_await runtime.read<ResidentId>([&](ShardRuntime& shard) -> Result<ResidentId> {
    MINGMA_TRY(const auto subject, shard::read_case(shard.store(), ticket));
    if (!subject) return no_case();
    return subject->resident;
  });
  if (!resident) co_return resident.error();
  Purpose purpose{shard::Duty::kCase, ticket, {}};
  const Result<LookUpRecorded> recorded = co_await record_look_up(caller, *resident, std::move(purpose));
  if (!recorded) co_return recorded.error();
  co_return co_await runtime.read<CaseView>(
      [&](ShardRuntime& shard) { return make_case_view(shard, ticket, &caller, clock_.now()); });
}

Async<LookedUp> Province::look_up(StaffCaller caller, LookUpRequest request) {
  std::optional<ResidentId> resident = request.resident;
  if (!resident && request.person) {
    const Result<ResidentId> identified = identify(*request.person);
    if (!identified) co_return identified.error();
    resident = *identified;
  }
  if (!resident && request.purpose.ticket) {
    const Result<Unit*> unit = unit_of(*request.purpose.ticket);
    if (!unit) co_return unit.error();
    const Result<ResidentId> whose =
        co_await (*unit)->runtime.read<ResidentId>([&](ShardRuntime& shard) -> Result<ResidentId> {
          MINGMA_TRY(const auto subject, shard::read_case(shard.store(), *request.purpose.ticket));
          if (!subject) return no_case();
          return subject->resident;
        });
    if (!whose) co_return whose.error();
    resident = *whose;
  }
  if (!resident) co_return Error(errors::kBadRequest, "say whom: a document number, or the ticket of a case");
  const bool authorised = request.purpose.duty == shard::Duty::kAuthorised;
  Result<LookUpRecorded> recorded = co_await record_look_up(caller, *resident, std::move(request.purpose));
  if (!recorded) co_return recorded.error();

  LookedUp out;
  out.recorded = *std::move(recorded);
  Unit& unit = unit_of(*resident);
  const Result<bool> read = co_await unit.runtime.read<bool>([&](ShardRuntime& shard) -> Result<bool> {
    if (!authorised) {
      MINGMA_TRY(out.cases, make_case_views(shard, *resident, &caller, clock_.now()));
    }
    const shard::RowTable& rows = shard.machine().rows();
    const auto row = rows.find(*resident);
    const bool shown =
        row && (authorised || works_for(shard.machine().control(), caller, rows.home(*row), rows.stay(*row)));
    if (!shown) return false;
    MINGMA_TRY(const auto sealed, shard::sealed_person(shard.store(), *resident));
    const auto keys = shard.keys().resident_keys(*resident);
    if (sealed && keys.ok()) {
      MINGMA_TRY(const Bytes plain, crypto::open_sealed(keys->seal, resident->bytes, *sealed));
      MINGMA_TRY(PersonCard card, decode_person(plain));
      out.name = std::move(card.name);
      out.document_digits = std::move(card.document_digits);
    }
    return true;
  });
  if (!read) co_return read.error();
  if (!*read) co_return out;
  Result<Receipt> shown = co_await receipt(*resident);
  if (!shown) co_return shown.error();
  // The proof and its secrets are the resident's own.
  shown->leaf.reset();
  if (authorised) {
    out.decision = std::move(shown->decision);
    co_return out;
  }
  out.receipt = *std::move(shown);
  co_return out;
}

Async<shard::HolderCode> Province::holder_code(ResidentId resident) {
  co_return co_await unit_of(resident).runtime.read<shard::HolderCode>(
      [&](ShardRuntime& shard) -> Result<shard::HolderCode> {
        if (!shard.machine().rows().find(resident)) return Error(errors::kNotRegistered, "register first");
        MINGMA_TRY(const shard::ResidentKeys keys, shard.keys().resident_keys(resident));
        return shard::holder_code(keys, clock_.now());
      });
}

Async<std::vector<LookUpView>> Province::look_ups_of(ResidentId resident) {
  co_return co_await unit_of(resident).runtime.read<std::vector<LookUpView>>(
      [&](ShardRuntime& shard) { return make_look_up_views(shard, resident); });
}

}  // namespace mingma::service
