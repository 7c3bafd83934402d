#include "service/family_desk.h"

#include <algorithm>

#include "crypto/seal.h"
#include "service/errors.h"
#include "service/signed_document.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

// At UTC+8, today.
bool is_of_age(CivilDate born, UnixSeconds now) { return shard::birthday(born, shard::kOwnConsentYears) <= now; }

Result<CivilDate> birth_date(const feed::PersonIdentity& identity) {
  if (identity.birth_date) return *identity.birth_date;
  return Error(errors::kBadRequest, "a passport needs the date of birth too", "birth_date");
}

// "李** 1239": enough for the dependant to know who is meant.
std::string label_of(std::string_view name, std::string_view number) {
  const std::string digits(number.substr(number.size() - std::min<std::size_t>(number.size(), 4)));
  return name.empty() ? digits : mask_name(name) + " " + digits;
}

std::string member(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found != nullptr && found->is_string() ? found->string() : std::string();
}

std::string open_label(ShardRuntime& shard, const shard::StoredGuardian& bond) {
  const auto keys = shard.keys().resident_keys(bond.dependant);
  if (!keys.ok()) return {};
  const auto plain = crypto::open_sealed(keys->seal, shard::guardian_key(bond.dependant, bond.guardian), bond.sealed);
  if (!plain.ok()) return {};
  auto material = shard::decode_personal_material(*plain);
  return material.ok() ? std::move(material->label) : std::string();
}

GuardianView to_view(ShardRuntime& shard, const shard::StoredGuardian& bond, UnixSeconds now) {
  const shard::Institution* institution = shard.machine().control().institution(bond.institution);
  return {.guardian = bond.guardian,
          .label = open_label(shard, bond),
          .relation = std::string(shard::to_string(bond.relation)),
          .basis = std::string(shard::to_string(bond.basis)),
          .step = std::string(shard::to_string(bond.step)),
          .since = bond.since,
          .until = bond.until,
          .in_force = bond.in_force(now),
          .institution = institution == nullptr ? std::string() : institution->id,
          .shard = shard.id(),
          .leaf = bond.place.leaf};
}

Result<bool> require_guardian(ShardRuntime& shard, const ResidentId& dependant, const ResidentId& guardian) {
  MINGMA_TRY(const auto bond, shard::find_guardian(shard.store(), dependant, guardian));
  if (!bond || !bond->in_force(shard.clock().now()))
    return Error(errors::kShardNotGuardian, "there is no guardianship in force for this");
  return true;
}

shard::PersonalDocument to_personal(const std::string& institution, const SignedDocument& document) {
  return {institution, document.signatures.front().key_id, to_bytes(as_bytes(document.document)),
          document.signatures.front().signature};
}

Result<void> check_envelope(const SignedDocument& document, std::string_view wanted) {
  if (document.signatures.size() != 1)
    return Error(errors::kBadRequest, "such a document carries the one signature of its institution", "/signatures");
  if (document.type != wanted)
    return Error(errors::kBadRequest, "the document is of another type than its envelope says", "/type");
  return {};
}

}  // namespace

Result<ResidentId> FamilyDesk::identify(const Json& json) const {
  MINGMA_TRY(const Person person, parse_person(json));
  MINGMA_TRY(const feed::PersonIdentity identity, to_identity(person));
  return context_.pseudonyms.of(identity);
}

FamilyApi::Async<bool> FamilyDesk::check_room(ResidentId guardian, ResidentId dependant) {
  std::size_t count = 0;
  for (ShardRuntime* runtime : context_.data_shards()) {
    const Result<std::size_t> here =
        co_await runtime->read<std::size_t>([&](ShardRuntime& shard) -> Result<std::size_t> {
          MINGMA_TRY(const auto known, shard::list_dependants(shard.store(), guardian, shard.clock().now()));
          return static_cast<std::size_t>(
              std::count_if(known.begin(), known.end(), [&](const ResidentId& one) { return one != dependant; }));
        });
    if (!here) co_return here.error();
    count += *here;
  }
  if (count >= shard::kDependantsMax)
    co_return Error(errors::kShardLimit, "this guardian has as many dependants as one may have");
  co_return true;
}

FamilyApi::Async<GuardianshipDone> FamilyDesk::run(shard::GuardianshipCommand command) {
  const FamilyContext::Place place = context_.place_of(command.dependant);
  GuardianshipDone done{.dependant = command.dependant,
                        .guardian = command.guardian,
                        .step = std::string(shard::to_string(command.step)),
                        .shard = place.runtime.id()};
  shard::Command wrapped = std::move(command);
  const Result<shard::CommandResult> ran = co_await place.runtime.run(std::move(wrapped));
  if (!ran) co_return ran.error();
  done.leaf = ran->leaf.value_or(LeafIndex{});
  co_return done;
}

FamilyApi::Async<GuardianView> FamilyDesk::name_guardian(NameGuardian request) {
  const Result<feed::PersonIdentity> self = to_identity(request.self);
  if (!self) co_return self.error().within("/self");
  if (context_.pseudonyms.of(*self) != request.dependant)
    co_return Error(errors::kForbidden, "this is not the document you signed in with", "/self");
  const Result<CivilDate> born = birth_date(*self);
  if (!born) co_return born.error().within("/self");
  if (!is_of_age(*born, context_.clock.now()))
    co_return Error(errors::kForbidden, "under 14 the community institution attests who the guardian is", "/self");
  const Result<feed::PersonIdentity> other = to_identity(request.guardian);
  if (!other) co_return other.error().within("/guardian");
  const auto relation = shard::find_relation(request.relation);
  if (!relation) co_return Error(errors::kBadRequest, "no such relation", "/relation");
  shard::GuardianshipCommand command;
  command.dependant = request.dependant;
  command.guardian = context_.pseudonyms.of(*other);
  command.relation = *relation;
  command.until = request.until;
  command.label = label_of(other->name, other->number);
  const ResidentId guardian = command.guardian;
  const Result<bool> room = co_await check_room(guardian, request.dependant);
  if (!room) co_return room.error();
  const Result<GuardianshipDone> done = co_await run(std::move(command));
  if (!done) co_return done.error();
  co_return co_await context_.place_of(request.dependant)
      .runtime.read<GuardianView>([&](ShardRuntime& shard) -> Result<GuardianView> {
        MINGMA_TRY(const auto bond, shard::find_guardian(shard.store(), request.dependant, guardian));
        if (!bond) return Error(errors::kShardDamaged, "a guardianship that was just written is not there");
        return to_view(shard, *bond, shard.clock().now());
      });
}

FamilyApi::Async<GuardianshipDone> FamilyDesk::end_guardianship(EndGuardianship request) {
  shard::GuardianshipCommand command;
  command.dependant = request.dependant;
  command.guardian = request.guardian;
  command.step = request.by_dependant ? shard::GuardianStep::kWithdrawn : shard::GuardianStep::kGivenUp;
  co_return co_await run(std::move(command));
}

FamilyApi::Async<GuardianshipDone> FamilyDesk::submit_guardianship(SignedDocument document) {
  const Result<shard::GuardianshipDocument> said = shard::parse_guardianship(document.document);
  if (!said) co_return said.error();
  const bool begins = said->step == shard::GuardianStep::kBegun;
  const Result<void> envelope = check_envelope(document, begins ? "guardianship" : "guardianship_end");
  if (!envelope) co_return envelope.error();
  const Result<ResidentId> dependant = identify(said->dependant);
  if (!dependant) co_return dependant.error().within("/dependant");
  const Result<ResidentId> guardian = identify(said->guardian);
  if (!guardian) co_return guardian.error().within("/guardian");
  shard::GuardianshipCommand command;
  command.dependant = *dependant;
  command.guardian = *guardian;
  command.step = said->step;
  command.basis = said->basis;
  command.relation = said->relation;
  command.until = said->until;
  command.document = to_personal(said->institution, document);
  command.label = label_of(member(said->guardian, "name"), member(said->guardian, "document_number"));
  if (begins) {
    const Result<bool> room = co_await check_room(*guardian, *dependant);
    if (!room) co_return room.error();
  }
  co_return co_await run(std::move(command));
}

FamilyApi::Async<std::vector<GuardianView>> FamilyDesk::guardians(ResidentId dependant) {
  using Views = std::vector<GuardianView>;
  co_return co_await context_.place_of(dependant).runtime.read<Views>([&](ShardRuntime& shard) -> Result<Views> {
    if (!shard.machine().rows().find(dependant)) return Error(errors::kNotRegistered, "register first");
    MINGMA_TRY(const auto bonds, shard::list_guardians(shard.store(), dependant));
    Views out;
    for (const shard::StoredGuardian& bond : bonds) out.push_back(to_view(shard, bond, shard.clock().now()));
    return out;
  });
}

FamilyApi::Async<std::vector<DependantView>> FamilyDesk::dependants(ResidentId guardian) {
  using Views = std::vector<DependantView>;
  Views out;
  for (ShardRuntime* runtime : context_.data_shards()) {
    Result<Views> here = co_await runtime->read<Views>([&](ShardRuntime& shard) -> Result<Views> {
      Views views;
      MINGMA_TRY(const auto known, shard::list_dependants(shard.store(), guardian, shard.clock().now()));
      for (const ResidentId& dependant : known) {
        MINGMA_TRY(const auto bond, shard::find_guardian(shard.store(), dependant, guardian));
        if (!bond || !bond->in_force(shard.clock().now())) continue;
        DependantView view{.dependant = dependant,
                           .relation = std::string(shard::to_string(bond->relation)),
                           .basis = std::string(shard::to_string(bond->basis)),
                           .until = bond->until};
        const auto label = context_.place_of(dependant).codes->label(dependant);
        if (label.ok()) view.name_mask = label->name_mask, view.document_digits = label->document_digits;
        views.push_back(std::move(view));
      }
      return views;
    });
    if (!here) co_return here.error();
    std::move(here->begin(), here->end(), std::back_inserter(out));
  }
  co_return out;
}

FamilyApi::Async<bool> FamilyDesk::check_guardian(ResidentId dependant, ResidentId guardian) {
  co_return co_await context_.place_of(dependant).runtime.read<bool>(
      [&](ShardRuntime& shard) { return require_guardian(shard, dependant, guardian); });
}

FamilyApi::Async<std::shared_ptr<const ShownCode>> FamilyDesk::dependant_code(ResidentId dependant, ResidentId guardian,
                                                                              std::string device) {
  using Shown = std::shared_ptr<const ShownCode>;
  const FamilyContext::Place home = context_.place_of(guardian);
  const Result<CodeDesk::Phone> phone =
      co_await home.runtime.read<CodeDesk::Phone>([&](ShardRuntime&) { return home.codes->phone(guardian, device); });
  if (!phone) co_return phone.error();
  const FamilyContext::Place place = context_.place_of(dependant);
  co_return co_await place.runtime.read<Shown>([&](ShardRuntime& shard) -> Result<Shown> {
    MINGMA_TRY(const auto bond, shard::find_guardian(shard.store(), dependant, guardian));
    if (!bond || !bond->in_force(shard.clock().now()))
      return Error(errors::kShardNotGuardian, "there is no guardianship in force for this");
    return place.codes->show_on(dependant, *phone, bond->until);
  });
}

}  // namespace mingma::service
