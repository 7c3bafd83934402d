#include "service/neighbour_desk.h"

#include <algorithm>

#include "crypto/hpke.h"
#include "service/errors.h"
#include "service/signed_document.h"
#include "shard/control.h"
#include "shard/errors.h"
#include "shard/retention.h"
#include "shard/tables.h"
#include "shard/view.h"

namespace mingma::service {
namespace {

constexpr std::size_t kOutboxMax = 32;
constexpr std::size_t kListMax = 1'000;

std::string hpke_info(DivisionCode from, DivisionCode to) {
  return "mingma/v1/export/" + from.to_string() + "/" + to.to_string();
}

Json envelope_json(DivisionCode from, DivisionCode to, const Digest& exported, ByteView sealed) {
  Json json;
  json.set("type", "export_envelope");
  json.set("from", from.to_string());
  json.set("to", to.to_string());
  json.set("export", hex_encode(exported));
  json.set("sealed", base64_encode(sealed));
  return json;
}

// The institution and every grant above it, in the order of publication: whatever a proof may need.
std::vector<std::pair<shard::SignedDocument, UnixSeconds>> chain_of(const shard::ControlState& control,
                                                                    const std::string& institution) {
  std::vector<std::string> wanted{institution};
  std::vector<std::string> grants;
  for (std::size_t i = 0; i < wanted.size() && wanted.size() <= shard::kExportDocumentsMax; ++i) {
    for (const shard::Grant* grant : control.grants_of(control.institution_number(wanted[i]))) {
      grants.push_back(grant->id);
      if (grant->grantor != shard::kRootGrantor &&
          std::find(wanted.begin(), wanted.end(), grant->grantor) == wanted.end())
        wanted.push_back(grant->grantor);
    }
  }
  std::vector<std::pair<shard::SignedDocument, UnixSeconds>> out;
  for (const auto& document : control.documents()) {
    const shard::DocumentType type = document->document.type;
    const auto among = [&](const std::vector<std::string>& ids) {
      return std::find(ids.begin(), ids.end(), document->id) != ids.end();
    };
    if ((type == shard::DocumentType::kInstitution && among(wanted)) ||
        (type == shard::DocumentType::kGrant && among(grants)))
      out.emplace_back(document->document, document->published_at);
  }
  return out;
}

Result<std::string> member(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  if (found == nullptr || !found->is_string())
    return Error(errors::kBadRequest, "this must be a string", "/" + std::string(name));
  return found->string();
}

}  // namespace

SignedDocument NeighbourDesk::sign(std::string type, std::string document) {
  const std::lock_guard lock(sign_mutex_);
  const Bytes signature = sign_key_.sign(shard::document_digest(type, document));
  return {std::move(type), std::move(document), {{sign_key_.verifying_key().key_id(), signature}}};
}

Result<Json> NeighbourDesk::card() const {
  const auto control = context_.directory.current();
  if (!control->has_genesis()) return Error(errors::kNotReady, "there is no genesis document yet");
  Json json;
  json.set("province", control->genesis().province.to_string());
  Json name;
  name.set("zh", control->genesis().name_zh);
  name.set("en", control->genesis().name_en);
  json.set("name", std::move(name));
  json.set("genesis", control->documents().front()->document.bytes);
  Json::Array keys;
  const std::string all = context_.ledger_keys();
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    if (end > at) keys.push_back(all.substr(at, end - at));
    at = end + 1;
  }
  json.set("ledger_keys", std::move(keys));
  json.set("seal_key", base64_encode(crypto::x25519_public(seal_secret_)));
  json.set("sign_key", base64_encode(sign_key_.verifying_key().spki_der()));
  return json;
}

ExportView NeighbourDesk::to_view(const shard::StoredExport& stored, ShardId shard) const {
  return {.exported = shard::export_id(context_.province.province, stored.to, stored.statement),
          .to = stored.to,
          .basis = stored.basis == shard::ExportBasis::kOrder ? "order" : "correction",
          .at = stored.at,
          .acknowledged_at = stored.acknowledged_at,
          .outcome = stored.outcome,
          .shard = shard,
          .leaf = stored.place.leaf};
}

NeighbourApi::Async<NeighbourDesk::Stored> NeighbourDesk::stored(NeighbourContext::Place place,
                                                                 bool unacknowledged_only, std::size_t count_max) {
  co_return co_await place.runtime.read<Stored>([&](ShardRuntime& shard) {
    return unacknowledged_only ? shard::list_unacknowledged(shard.store(), count_max)
                               : shard::list_all_exports(shard.store(), count_max);
  });
}

NeighbourApi::Async<ExportView> NeighbourDesk::order_export(SignedDocument order) {
  const Result<shard::ExportOrder> said = shard::parse_export_order(order.document);
  if (!said) co_return said.error();
  if (order.signatures.size() != 1 || order.type != "export")
    co_return Error(errors::kBadRequest, "an order carries the one signature of its institution", "/signatures");
  const Result<Person> person = parse_person(said->person);
  if (!person) co_return person.error();
  const Result<feed::PersonIdentity> identity = to_identity(*person);
  if (!identity) co_return identity.error();
  shard::ExportCommand command;
  command.resident = context_.pseudonyms.of(*identity);
  command.to = said->to;
  command.order = {said->institution, order.signatures.front().key_id, to_bytes(as_bytes(order.document)),
                   order.signatures.front().signature};
  const ResidentId resident = command.resident;
  const DivisionCode to = command.to;
  NeighbourContext::Place place = context_.place_of(resident);
  shard::Command wrapped = std::move(command);
  const Result<shard::CommandResult> done = co_await place.runtime.run(std::move(wrapped));
  if (!done) co_return done.error();
  co_return co_await place.runtime.read<ExportView>([&](ShardRuntime& shard) -> Result<ExportView> {
    MINGMA_TRY(const auto all, shard::list_exports(shard.store(), resident));
    const shard::StoredExport* newest = nullptr;
    for (const shard::StoredExport& one : all) {
      if (one.to == to && (newest == nullptr || newest->place.leaf < one.place.leaf)) newest = &one;
    }
    if (newest == nullptr) return Error(errors::kShardDamaged, "an export that was just written is not there");
    return to_view(*newest, shard.id());
  });
}

NeighbourApi::Async<std::vector<ExportView>> NeighbourDesk::exports(bool unacknowledged_only) {
  std::vector<ExportView> out;
  for (const NeighbourContext::Place place : context_.data_shards()) {
    const Result<Stored> here = co_await stored(place, unacknowledged_only, kListMax);
    if (!here) co_return here.error();
    for (const shard::StoredExport& one : *here) out.push_back(to_view(one, place.runtime.id()));
  }
  co_return out;
}

Result<shard::ExportMaterial> NeighbourDesk::make_material(ShardRuntime& shard,
                                                           const shard::StoredExport& stored) const {
  const auto row_number = shard.machine().rows().find(stored.resident);
  if (!row_number) return Error(errors::kNotRegistered, "not registered");
  const shard::Row row = shard.machine().rows().get(*row_number);
  MINGMA_TRY(const shard::ResidentKeys keys, shard.keys().resident_keys(stored.resident));
  MINGMA_TRY(const auto all, shard::list_evidence(shard.store(), stored.resident, &shard.keys()));
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const shard::EvidenceView& one) { return one.stored.id == stored.statement; });
  if (found == all.end()) return Error(errors::kNoSuchThing, "the statement is not there");
  if (!found->statement) {
    const shard::StoredEvidence& gone = found->stored;
    return Error(errors::kKeyDestroyed,
                 "destroyed: " + shard::retention_words(shard.machine().control(), gone.evidence.kind, gone.received_at,
                                                        shard.machine().time()));
  }
  shard::ExportMaterial out;
  out.origin = context_.province.province;
  out.receiver = stored.to;
  MINGMA_TRY(const Digest secret,
             shard.keys().body_secret(shard::key_month(found->stored.received_at), found->stored.evidence.kind));
  MINGMA_TRY(const shard::SignedStatement source,
             shard::find_signed_statement(shard.store(), found->stored, shard::body_key(keys, secret)));
  out.key_id = source.key_id;
  out.document = source.document;
  out.signature = source.signature;
  MINGMA_TRY(const shard::LeafOpening opening, shard::open_statement(stored.resident, *found, shard.keys()));
  out.statement = opening.record;
  out.opening = opening.opening;
  out.commitment_key = opening.commitment_key;
  out.documents = chain_of(shard.machine().control(), found->statement->institution);
  if (out.documents.size() > shard::kExportDocumentsMax)
    return Error(errors::kBadRequest, "the institution has too many grants to send them along");
  out.home = row.home;
  out.stay = row.stay;
  out.shard = shard.id();
  return out;
}

Result<OutgoingExport> NeighbourDesk::seal(const shard::ExportMaterial& material, const Digest& exported) {
  const auto control = context_.directory.current();
  const shard::TrustedProvince* trusted = control->find_trusted(material.receiver);
  if (trusted == nullptr) return Error(errors::kShardUntrustedProvince, "nobody trusts this province here");
  const std::string info = hpke_info(material.origin, material.receiver);
  MINGMA_TRY(const Bytes sealed,
             crypto::hpke_seal(trusted->seal_key, as_bytes(info), encode_export(material), context_.rng));
  return OutgoingExport{
      exported, trusted->url,
      sign("export_envelope", envelope_json(material.origin, material.receiver, exported, sealed).to_string())};
}

NeighbourApi::Async<std::vector<OutgoingExport>> NeighbourDesk::outbox() {
  std::vector<OutgoingExport> out;
  for (const NeighbourContext::Place place : context_.data_shards()) {
    const Result<Stored> waiting = co_await stored(place, true, kOutboxMax);
    if (!waiting) co_return waiting.error();
    for (const shard::StoredExport& one : *waiting) {
      if (out.size() >= kOutboxMax) co_return out;
      struct Made {
        shard::ExportMaterial material;
        LeafIndex leaf;
      };
      Result<Made> made = co_await place.runtime.read<Made>([&](ShardRuntime& shard) -> Result<Made> {
        MINGMA_TRY(shard::ExportMaterial material, make_material(shard, one));
        MINGMA_TRY(const auto evidence,
                   shard.store().get(shard::kEvidenceTable, shard::evidence_key(one.resident, one.statement)));
        if (!evidence) return Error(errors::kNoSuchThing, "the statement is not there");
        MINGMA_TRY(const shard::StoredEvidence stored_evidence, shard::decode_stored_evidence(*evidence));
        return Made{std::move(material), stored_evidence.leaf};
      });
      if (!made) continue;  // its key was destroyed: it stays on the list of what was never acknowledged
      if (place.ledger == nullptr) continue;
      const Result<std::string> proof = place.ledger->tlog_proof(made->leaf);
      if (!proof) continue;  // not under a checkpoint yet
      const Result<Bytes> leaf = place.ledger->entry(made->leaf);
      if (!leaf) continue;
      made->material.proof = *proof;
      made->material.leaf = *leaf;
      Result<OutgoingExport> sealed = seal(made->material, to_view(one, place.runtime.id()).exported);
      if (sealed) out.push_back(*std::move(sealed));
    }
  }
  co_return out;
}

// ---- at the receiver

Result<shard::ExportMaterial> NeighbourDesk::open(const SignedDocument& envelope) const {
  if (envelope.type != "export_envelope" || envelope.signatures.size() != 1)
    return Error(errors::kBadRequest, "an envelope carries the one signature of the province it is from");
  MINGMA_TRY(const Json json, parse_json(envelope.document, {.depth_max = 2, .bytes_max = 1u << 20}));
  MINGMA_TRY(const std::string from_text, member(json, "from"));
  MINGMA_TRY(const DivisionCode from, DivisionCode::parse(from_text));
  const auto control = context_.directory.current();
  const shard::TrustedProvince* trusted = control->find_trusted(from);
  if (trusted == nullptr || !trusted->in_force(context_.clock.now()))
    return Error(errors::kShardUntrustedProvince, "no document of our roots trusts this province now", "/from");
  if (trusted->sign_key->key_id() != envelope.signatures.front().key_id ||
      !trusted->sign_key->verify(shard::document_digest("export_envelope", envelope.document),
                                 envelope.signatures.front().signature))
    return Error(errors::kSignatureRefused, "the envelope is not signed by the province it is from");
  MINGMA_TRY(const std::string to, member(json, "to"));
  if (to != context_.province.province.to_string())
    return Error(errors::kBadRequest, "this envelope is for another province", "/to");
  MINGMA_TRY(const std::string sealed_text, member(json, "sealed"));
  MINGMA_TRY(const Bytes sealed, base64_decode(sealed_text));
  const std::string info = hpke_info(from, context_.province.province);
  const Result<Bytes> plain = crypto::hpke_open(seal_secret_, as_bytes(info), sealed);
  if (!plain) return Error(errors::kBadRequest, "the envelope is not sealed to our key", "/sealed");
  MINGMA_TRY(shard::ExportMaterial material, shard::decode_export(*plain));
  if (material.origin != from) return Error(errors::kBadRequest, "sealed by one province, sent by another", "/from");
  return material;
}

NeighbourApi::Async<SignedDocument> NeighbourDesk::answer(ResidentId resident, Digest exported, DivisionCode to) {
  const NeighbourContext::Place place = context_.place_of(resident);
  struct Known {
    shard::StoredImport import;
    LeafIndex leaf;
    bool recorded;
  };
  const Result<Known> known = co_await place.runtime.read<Known>([&](ShardRuntime& shard) -> Result<Known> {
    MINGMA_TRY(const auto stored, shard::find_import(shard.store(), exported));
    if (!stored) return Error(errors::kNoSuchThing, "nothing was imported under this number");
    Known out{*stored, {}, false};
    MINGMA_TRY(const auto evidence,
               shard.store().get(shard::kEvidenceTable, shard::evidence_key(resident, stored->import.statement)));
    if (!evidence) return out;
    MINGMA_TRY(const shard::StoredEvidence image, shard::decode_stored_evidence(*evidence));
    out.leaf = image.leaf;
    out.recorded = shard::is_recorded(static_cast<shard::Outcome>(stored->import.outcome));
    return out;
  });
  if (!known) co_return known.error();
  Json json;
  json.set("type", "acknowledgement");
  json.set("export", hex_encode(exported));
  json.set("from", context_.province.province.to_string());
  json.set("to", to.to_string());
  json.set("outcome", shard::to_string(static_cast<shard::Outcome>(known->import.import.outcome)));
  json.set("at", known->import.at.to_string());
  if (known->recorded) {
    json.set("shard", static_cast<std::int64_t>(place.runtime.id().value));
    json.set("leaf", static_cast<std::int64_t>(known->leaf.value));
  }
  co_return sign("acknowledgement", json.to_string());
}

NeighbourApi::Async<SignedDocument> NeighbourDesk::receive(SignedDocument envelope) {
  Result<shard::ExportMaterial> material = open(envelope);
  if (!material) co_return material.error();
  const auto control = context_.directory.current();
  const shard::TrustedProvince& trusted = *control->find_trusted(material->origin);
  const Result<shard::ProvedImport> proved = shard::prove_import(*material, trusted, context_.province.province);
  if (!proved) co_return proved.error();
  const Result<Person> person = parse_person(proved->person);
  if (!person) co_return person.error();
  const Result<feed::PersonIdentity> identity = to_identity(*person);
  if (!identity) co_return identity.error();
  const ResidentId resident = context_.pseudonyms.of(*identity);
  const Digest exported = shard::export_id(material->origin, material->receiver, proved->origin_id);
  const DivisionCode origin = material->origin;
  Result<SignedDocument> before = co_await answer(resident, exported, origin);
  if (before.ok() || !before.error().is(errors::kNoSuchThing)) co_return before;
  shard::ImportCommand command;
  command.origin = origin;
  command.statements.authority = shard::AuthorityKind::kImported;
  command.statements.institution = trusted.institution;
  command.statements.key_id = material->key_id;
  command.statements.document = encode_export(*material);
  command.statements.lines.push_back({shard::localise(*proved, trusted, resident), 0, {}});
  shard::Command wrapped = std::move(command);
  const Result<shard::CommandResult> done = co_await context_.place_of(resident).runtime.run(std::move(wrapped));
  // Two envelopes at once: the second finds the first's outcome.
  if (!done && !done.error().is(errors::kShardConflict)) co_return done.error();
  co_return co_await answer(resident, exported, origin);
}

NeighbourApi::Async<ExportView> NeighbourDesk::acknowledge(SignedDocument acknowledgement) {
  const Result<shard::Acknowledgement> said = shard::parse_acknowledgement(acknowledgement.document);
  if (!said) co_return said.error();
  if (acknowledgement.signatures.size() != 1 || acknowledgement.type != "acknowledgement")
    co_return Error(errors::kBadRequest, "an acknowledgement carries one signature", "/signatures");
  for (const NeighbourContext::Place place : context_.data_shards()) {
    const Result<Stored> waiting = co_await stored(place, true, kListMax);
    if (!waiting) co_return waiting.error();
    for (const shard::StoredExport& one : *waiting) {
      if (to_view(one, place.runtime.id()).exported != said->exported) continue;
      shard::AcknowledgeCommand command{one.resident,
                                        one.statement,
                                        one.to,
                                        to_bytes(as_bytes(acknowledgement.document)),
                                        acknowledgement.signatures.front().key_id,
                                        acknowledgement.signatures.front().signature};
      shard::Command wrapped = std::move(command);
      const Result<shard::CommandResult> done = co_await place.runtime.run(std::move(wrapped));
      if (!done) co_return done.error();
      ExportView view = to_view(one, place.runtime.id());
      view.outcome = said->outcome;
      view.acknowledged_at = context_.clock.now();
      co_return view;
    }
  }
  co_return Error(errors::kNoSuchThing, "nothing that waits for an answer has this number");
}

}  // namespace mingma::service
