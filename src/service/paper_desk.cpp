// Paper codes: issued, listed, printed again, revoked. The other half of FamilyDesk.
#include <algorithm>

#include "service/errors.h"
#include "service/family_desk.h"
#include "shard/document.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

std::string state_of(const shard::StoredPaper& paper, const shard::Row& row, UnixSeconds now) {
  if (paper.revoked_at != UnixSeconds{}) return "revoked";
  if (paper.expires <= now) return "expired";
  const bool same = row.decision.status == rules::DecisionStatus::kDecided && row.decision.colour == paper.colour;
  return same ? "valid" : "colour_changed";
}

Result<PaperView> to_view(ShardRuntime& shard, const shard::StoredPaper& paper) {
  const auto row = shard.machine().rows().find(paper.resident);
  if (!row) return Error(errors::kNotRegistered, "register first");
  const shard::Institution* institution = shard.machine().control().institution(paper.institution);
  PaperView view{.id = hex_encode(paper.id),
                 .colour = paper.colour,
                 .issued_at = paper.issued_at,
                 .expires_at = paper.expires,
                 .state = state_of(paper, shard.machine().rows().get(*row), shard.clock().now()),
                 .revoked_at = paper.revoked_at,
                 .reason = std::string(shard::to_string(paper.reason)),
                 .shard = shard.id(),
                 .leaf = paper.place.leaf};
  view.issued_by = paper.hand == shard::PaperHand::kHolder     ? "holder"
                   : paper.hand == shard::PaperHand::kGuardian ? "guardian"
                   : institution == nullptr                    ? "institution"
                                                               : institution->id;
  return view;
}

// With what is printed, while the sheet is valid.
Result<PaperView> to_printed(ShardRuntime& shard, CodeDesk& codes, const shard::StoredPaper& paper) {
  MINGMA_TRY(PaperView view, to_view(shard, paper));
  if (view.state != "valid") return view;
  MINGMA_TRY(view.text, codes.print(paper));
  MINGMA_TRY(const CodeDesk::Label label, codes.label(paper.resident));
  view.name_mask = label.name_mask;
  view.document_digits = label.document_digits;
  return view;
}

Result<shard::PaperId> parse_id(const std::string& text) {
  const Result<Bytes> raw = hex_decode(text);
  shard::PaperId id;
  if (!raw || raw->size() != id.size()) return Error(errors::kShardUnknownPaper, "no such paper code");
  std::copy(raw->begin(), raw->end(), id.begin());
  return id;
}

Result<bool> check_owner(ShardRuntime& shard, const PaperOwner& owner) {
  if (!shard.machine().rows().find(owner.resident)) return Error(errors::kNotRegistered, "register first");
  if (!owner.guardian) return true;
  MINGMA_TRY(const auto bond, shard::find_guardian(shard.store(), owner.resident, *owner.guardian));
  if (!bond || !bond->in_force(shard.clock().now()))
    return Error(errors::kShardNotGuardian, "there is no guardianship in force for this");
  return true;
}

void set_hand(shard::PaperCommand& command, const PaperOwner& owner) {
  command.resident = owner.resident;
  if (!owner.guardian) return;
  command.hand = shard::PaperHand::kGuardian;
  command.guardian = *owner.guardian;
}

}  // namespace

std::vector<code::RevokedPrefix> revoked_papers(const shard::RowTable& rows,
                                                const std::vector<shard::LivePaper>& papers) {
  std::vector<code::RevokedPrefix> out;
  for (const shard::LivePaper& paper : papers) {
    const auto row = rows.find(paper.resident);
    const bool good = row && !paper.revoked && rows.decision(*row).status == rules::DecisionStatus::kDecided &&
                      rows.decision(*row).colour == paper.colour;
    if (!good) out.push_back(code::revoked_prefix(paper.id));
  }
  return out;
}

FamilyApi::Async<PaperView> FamilyDesk::run(shard::PaperCommand command) {
  const FamilyContext::Place place = context_.place_of(command.resident);
  const ResidentId resident = command.resident;
  const shard::PaperId id = command.id;
  const bool revokes = command.step == shard::PaperStep::kRevoked;
  shard::Command wrapped = std::move(command);
  const Result<shard::CommandResult> done = co_await place.runtime.run(std::move(wrapped));
  if (!done) co_return done.error();
  if (revokes) context_.revocations.add(place.runtime.id(), code::revoked_prefix(id));
  co_return co_await place.runtime.read<PaperView>([&](ShardRuntime& shard) -> Result<PaperView> {
    MINGMA_TRY(const auto paper, shard::find_paper(shard.store(), resident, id));
    if (!paper) return Error(errors::kShardDamaged, "a paper code that was just written is not there");
    return to_printed(shard, *place.codes, *paper);
  });
}

FamilyApi::Async<PaperView> FamilyDesk::issue_paper(PaperOwner owner, std::int64_t days) {
  if (days < 1 || days * kSecondsPerDay > shard::kPaperSecondsMax)
    co_return Error(errors::kBadRequest, "a paper code lives 1 to 30 days", "days");
  shard::PaperCommand command;
  set_hand(command, owner);
  context_.rng.fill(command.id);
  command.expires = context_.clock.now().plus(days * kSecondsPerDay);
  co_return co_await run(std::move(command));
}

FamilyApi::Async<std::vector<PaperView>> FamilyDesk::papers(PaperOwner owner) {
  using Views = std::vector<PaperView>;
  co_return co_await context_.place_of(owner.resident).runtime.read<Views>([&](ShardRuntime& shard) -> Result<Views> {
    MINGMA_CHECK(check_owner(shard, owner));
    MINGMA_TRY(const auto papers, shard::list_papers(shard.store(), owner.resident));
    Views out;
    for (const shard::StoredPaper& paper : papers) {
      MINGMA_TRY(PaperView view, to_view(shard, paper));
      out.push_back(std::move(view));
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const PaperView& a, const PaperView& b) { return a.issued_at > b.issued_at; });
    return out;
  });
}

FamilyApi::Async<PaperView> FamilyDesk::paper(PaperOwner owner, std::string id) {
  const FamilyContext::Place place = context_.place_of(owner.resident);
  co_return co_await place.runtime.read<PaperView>([&](ShardRuntime& shard) -> Result<PaperView> {
    MINGMA_CHECK(check_owner(shard, owner));
    MINGMA_TRY(const shard::PaperId paper_id, parse_id(id));
    MINGMA_TRY(const auto paper, shard::find_paper(shard.store(), owner.resident, paper_id));
    if (!paper) return Error(errors::kShardUnknownPaper, "no such paper code");
    return to_printed(shard, *place.codes, *paper);
  });
}

FamilyApi::Async<PaperView> FamilyDesk::revoke_paper(PaperOwner owner, std::string id, std::string reason) {
  const Result<shard::PaperId> paper_id = parse_id(id);
  if (!paper_id) co_return paper_id.error();
  const auto known = shard::find_paper_reason(reason);
  if (!known) co_return Error(errors::kBadRequest, "none of lost, replaced, not_needed, error", "reason");
  shard::PaperCommand command;
  set_hand(command, owner);
  command.step = shard::PaperStep::kRevoked;
  command.id = *paper_id;
  command.reason = *known;
  co_return co_await run(std::move(command));
}

FamilyApi::Async<PaperView> FamilyDesk::submit_paper(SignedDocument document) {
  const Result<shard::PaperDocument> said = shard::parse_paper_document(document.document);
  if (!said) co_return said.error();
  const bool issues = said->step == shard::PaperStep::kIssued;
  if (document.signatures.size() != 1 || document.type != (issues ? "paper_code" : "paper_code_end"))
    co_return Error(errors::kBadRequest, "one signature, and the document's own type", "/type");
  const Result<ResidentId> resident = identify(said->person);
  if (!resident) co_return resident.error().within("/person");
  shard::PaperCommand command;
  command.resident = *resident;
  command.step = said->step;
  command.hand = shard::PaperHand::kInstitution;
  command.reason = said->reason;
  command.id = said->id;
  if (issues) {  // the same document again is the same sheet
    const Digest digest = shard::document_digest("paper_code", document.document);
    std::copy_n(digest.bytes.begin(), command.id.size(), command.id.begin());
    PaperOwner owner;
    owner.resident = *resident;
    Result<PaperView> present = co_await paper(owner, hex_encode(command.id));
    if (present.ok() || !present.error().is(errors::kShardUnknownPaper)) co_return present;
    command.expires = said->signed_at.plus(said->days * kSecondsPerDay);
  }
  command.document = {said->institution, document.signatures.front().key_id, to_bytes(as_bytes(document.document)),
                      document.signatures.front().signature};
  co_return co_await run(std::move(command));
}

}  // namespace mingma::service
