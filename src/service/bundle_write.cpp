#include <algorithm>

#include "service/bundle.h"
#include "service/bundle_hands.h"
#include "service/json.h"

namespace mingma::service {
namespace {

Json number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Json digests(const std::vector<Digest>& list) {
  Json::Array out;
  for (const Digest& digest : list) out.emplace_back(base64_encode(digest));
  return out;
}

Json proof_only(const LeafOpening& leaf) {
  Json json;
  json.set("shard", number(leaf.shard.value));
  json.set("index", number(leaf.leaf.value));
  json.set("entry", base64_encode(leaf.leaf_bytes));
  json.set("proof", leaf.proof);
  return json;
}

std::string_view name_of(shard::AuthorityKind kind) {
  switch (kind) {
    case shard::AuthorityKind::kManifest:
      return "manifest";
    case shard::AuthorityKind::kDocument:
      return "document";
    case shard::AuthorityKind::kOfficer:
      return "officer";
    case shard::AuthorityKind::kSession:
      return "session";
    case shard::AuthorityKind::kImported:
      return "imported";
    case shard::AuthorityKind::kCertificate:
      return "certificate";
  }
  return "";
}

Json authority_json(const DossierAuthority& authority) {
  Json json;
  json.set("kind", name_of(authority.kind));
  if (!authority.key_id.empty()) json.set("key", authority.key_id);
  if (authority.document.empty()) return json;
  json.set("document", base64_encode(authority.document));
  if (!authority.signature_base.empty()) json.set("signature_base", base64_encode(authority.signature_base));
  json.set("signature", base64_encode(authority.signature));
  if (!authority.hands.empty()) {
    Json::Array hands;
    for (const shard::DocumentSignature& hand : authority.hands)
      hands.push_back(Json::Object{{"key", hand.key_id}, {"signature", base64_encode(hand.signature)}});
    json.set("hands", std::move(hands));
  }
  if (authority.line) {
    Json line;
    line.set("part", number(authority.line->part));
    line.set("line", number(authority.line->line));
    line.set("part_lines", number(authority.line->part_lines));
    line.set("text", base64_encode(as_bytes(authority.line->text)));
    if (!authority.line->header.empty()) line.set("header", base64_encode(as_bytes(authority.line->header)));
    line.set("siblings", digests(authority.line->siblings));
    json.set("line", std::move(line));
  }
  return json;
}

std::vector<CheckedHand> hands_of(const DossierStatement& statement, const shard::ControlState& control) {
  std::vector<std::string> keys;
  if (statement.authority.kind == shard::AuthorityKind::kOfficer) keys.push_back(statement.authority.key_id);
  for (const shard::DocumentSignature& hand : statement.authority.hands) keys.push_back(hand.key_id);
  std::vector<CheckedHand> out =
      hands_in(control, statement.authority.kind, statement.cause.institution.id, statement.authority.key_id, keys);
  if (statement.approval) {
    out.push_back(name_hand(control, statement.approval->hand, statement.approval->signature.key_id));
    out.back().later = true;
  }
  return out;
}

Json statement_json(const DossierStatement& statement, const shard::ControlState& control) {
  const shard::StoredEvidence& stored = statement.evidence.stored;
  Json json = to_json(statement.cause);
  json.set("counted", statement.counted);
  json.set("deciding", statement.deciding);
  json.set("status", shard::to_string(stored.status));
  json.set("received_at", stored.received_at.to_string());
  json.set("sequence", number(stored.sequence.value));
  json.set("hands", hands_json(hands_of(statement, control)));
  json.set("authority", authority_json(statement.authority));
  if (statement.approval) {
    json.set("approval", Json::Object{{"document", statement.approval->document},
                                      {"key", statement.approval->signature.key_id},
                                      {"signature", base64_encode(statement.approval->signature.signature)},
                                      {"hand", number(statement.approval->hand)},
                                      {"sequence", number(statement.approval->sequence.value)}});
  }
  Json::Array chains;
  for (const auto& chain : statement.mandates) {
    Json::Array links;
    for (const GrantLink& link : chain) links.push_back(to_json(link));
    chains.emplace_back(std::move(links));
  }
  json.set("mandates", std::move(chains));
  json.set("leaf", to_json(statement.leaf));
  return json;
}

Json destroyed_json(const DossierDestroyed& destroyed) {
  Json json;
  json.set("kind", destroyed.cause.kind);
  json.set("institution", to_json(destroyed.cause.institution));
  json.set("received_at", destroyed.stored.received_at.to_string());
  json.set("sequence", number(destroyed.stored.sequence.value));
  json.set("kept_until", destroyed.kept_until.to_string());
  json.set("rule", destroyed.rule);
  Json leaf = proof_only(destroyed.leaf);
  leaf.set("opening", base64_encode(destroyed.leaf.opening));
  json.set("leaf", std::move(leaf));
  return json;
}

Json version_json(const DossierVersion& version) {
  const shard::DecisionRecord& record = version.version.record;
  Json json;
  json.set("version", number(record.version));
  json.set("at", record.at.to_string());
  json.set("from", rules::to_string(record.from));
  json.set("colour", rules::to_string(record.colour));
  json.set("rule", record.rule);
  json.set("trigger", shard::to_string(record.cause));
  json.set("sequence", number(version.version.stored.sequence.value));
  json.set("leaf", to_json(version.leaf));
  return json;
}

Json document_json(const DossierDocument& document) {
  Json json;
  json.set("type", shard::to_string(document.document.type));
  json.set("document", document.document.bytes);
  Json::Array signatures;
  for (const shard::DocumentSignature& signature : document.document.signatures) {
    signatures.push_back(Json::Object{{"key", signature.key_id}, {"signature", base64_encode(signature.signature)}});
  }
  json.set("signatures", std::move(signatures));
  json.set("published_at", document.published_at.to_string());
  json.set("leaf", proof_only(document.leaf));
  return json;
}

}  // namespace

std::string reason_it_did(const Dossier& dossier, std::string_view institution) {
  const DossierVersion& asked = dossier.versions.at(dossier.asked - 1);
  for (const DossierStatement& statement : dossier.statements) {
    if (statement.deciding && statement.cause.institution.id == institution) {
      return "it signed a deciding statement: " + statement.cause.kind + ", received " +
             statement.evidence.stored.received_at.to_local_string();
    }
  }
  const auto leaf = shard::decode_leaf(asked.leaf.leaf_bytes);
  if (leaf.ok() && leaf->tag == shard::make_blinded_tag(asked.leaf.opening, institution))
    return "version " + std::to_string(dossier.asked) + " was decided upon its statement";
  return {};
}

std::string reason_unprovable(const Dossier& dossier, std::string_view institution) {
  const Sequence asked = dossier.versions.at(dossier.asked - 1).version.stored.sequence;
  for (const DossierDestroyed& one : dossier.destroyed) {
    if (one.cause.institution.id != institution || asked < one.stored.sequence) continue;
    return "what it signed was destroyed by retention: " + one.rule;
  }
  return {};
}

std::string write_bundle(const Dossier& dossier, const shard::ControlState& control, const BundleOptions& options) {
  Json json;
  json.set("format", kBundleFormat);
  json.set("question", options.accused.empty() ? "who" : "negative");
  if (!options.accused.empty()) json.set("accused", to_json(summarise(control, options.accused)));
  json.set("made_at", options.made_at.to_string());
  json.set("resident", dossier.resident.to_string());
  json.set("home", dossier.home.to_string());
  json.set("version", number(dossier.asked));
  json.set("chain_only", options.chain_only);
  Json::Array chain;
  for (const DossierVersion& version : dossier.versions) chain.push_back(version_json(version));
  json.set("chain", std::move(chain));
  Json::Array statements;
  if (!options.chain_only) {
    for (const DossierStatement& statement : dossier.statements)
      statements.push_back(statement_json(statement, control));
  }
  json.set("statements", std::move(statements));
  if (!options.chain_only && !dossier.destroyed.empty()) {
    Json::Array destroyed;
    for (const DossierDestroyed& one : dossier.destroyed) destroyed.push_back(destroyed_json(one));
    json.set("destroyed", std::move(destroyed));
  }
  Json::Array documents;
  for (const DossierDocument& document : dossier.documents) {
    // Without statements the documents that belong to them would say whose they are.
    const bool rules_only = document.document.type == shard::DocumentType::kGenesis ||
                            document.document.type == shard::DocumentType::kPolicy;
    if (!options.chain_only || rules_only) documents.push_back(document_json(document));
  }
  json.set("documents", std::move(documents));
  return json.to_string();
}

}  // namespace mingma::service
