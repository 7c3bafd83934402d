#include "service/json.h"

namespace mingma::service {
namespace {

Json number(std::uint64_t value) { return Json(static_cast<std::int64_t>(value)); }
Json hex(ByteView bytes) { return Json(hex_encode(bytes)); }

template <typename T>
Json list(const std::vector<T>& values) {
  Json::Array array;
  array.reserve(values.size());
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

Json path_to_json(const std::vector<Digest>& path) {
  Json::Array array;
  for (const Digest& hash : path) array.push_back(base64_encode(hash));
  return array;
}

}  // namespace

Json bilingual(const Bilingual& text) {
  Json json;
  json.set("zh", text.zh);
  json.set("en", text.en);
  return json;
}

void set_instant(Json& json, std::string_view name, UnixSeconds instant) {
  if (instant != UnixSeconds{}) json.set(name, instant.to_string());
}

Json leaf_place(ShardId shard, LeafIndex leaf) {
  Json json;
  json.set("shard", static_cast<std::int64_t>(shard.value));
  json.set("index", number(leaf.value));
  return json;
}

std::string_view to_string(StatementOutcomeCode outcome) {
  switch (outcome) {
    case StatementOutcomeCode::kAccepted:
      return "accepted";
    case StatementOutcomeCode::kDuplicate:
      return "duplicate";
    case StatementOutcomeCode::kUnknownResident:
      return "unknown_resident";
    case StatementOutcomeCode::kRejected:
      return "rejected";
    case StatementOutcomeCode::kInvalid:
      return "invalid";
    case StatementOutcomeCode::kIgnored:
      return "ignored";
    case StatementOutcomeCode::kHeld:
      return "held";
  }
  return "invalid";
}

std::string_view to_string(PartState state) {
  switch (state) {
    case PartState::kMissing:
      return "missing";
    case PartState::kReceived:
      return "received";
    case PartState::kDone:
      return "done";
  }
  return "missing";
}

std::string_view to_string(ShardState state) {
  switch (state) {
    case ShardState::kOpening:
      return "opening";
    case ShardState::kServing:
      return "serving";
    case ShardState::kStopped:
      return "stopped";
  }
  return "stopped";
}

Json to_json(const InstitutionSummary& institution) {
  Json json;
  json.set("id", institution.id);
  json.set("name", bilingual(institution.name));
  json.set("class", institution.klass);
  json.set("phone", institution.phone);
  return json;
}

Json to_json(const LeafOpening& leaf) {
  Json json = leaf_place(leaf.shard, leaf.leaf);
  json.set("entry", base64_encode(leaf.leaf_bytes));
  json.set("record", base64_encode(leaf.record));
  json.set("opening", base64_encode(leaf.opening));
  json.set("commitment_key", base64_encode(leaf.commitment_key));
  if (!leaf.proof.empty()) json.set("proof", leaf.proof);
  return json;
}

Json to_json(const HistoryEntry& entry) {
  Json json = to_json(entry.decision);
  json.set("record_hash", hex(entry.record_hash));
  if (entry.previous_hash != Digest{}) json.set("previous_hash", hex(entry.previous_hash));
  json.set("trigger", entry.trigger);
  return json;
}

Json to_json(const StatisticsCell& cell) {
  Json json;
  json.set("area", cell.area);
  json.set("colour", cell.colour);
  if (!cell.rule_id.empty()) json.set("rule", cell.rule_id);
  if (cell.suppressed) {
    json.set("suppressed", true);
  } else {
    json.set("count", number(cell.count));
  }
  return json;
}

Json to_json(const ShardHealth& shard) {
  Json json;
  json.set("shard", static_cast<std::int64_t>(shard.shard.value));
  json.set("state", to_string(shard.state));
  if (!shard.reason.empty()) json.set("reason", shard.reason);
  json.set("residents", number(shard.residents));
  json.set("sequence", number(shard.sequence));
  json.set("leaves", number(shard.leaves));
  json.set("queued", number(shard.queued));
  set_instant(json, "checkpoint_at", shard.checkpoint_at);
  return json;
}

Json to_json(const Registered& registered) {
  Json json;
  json.set("resident", registered.resident.to_string());
  json.set("shard", static_cast<std::int64_t>(registered.shard.value));
  json.set("existed", registered.existed);
  return json;
}

Json to_json(const EnrolledDevice& device) {
  Json json;
  json.set("device", device.device);
  json.set("existed", device.existed);
  return json;
}

Json to_json(const StatementOutcome& outcome) {
  Json json;
  json.set("outcome", to_string(outcome.outcome));
  if (!outcome.code.empty()) json.set("code", outcome.code);
  if (!outcome.place.empty()) json.set("place", outcome.place);
  if (outcome.statement != Digest{}) json.set("statement", hex(outcome.statement));
  return json;
}

Json line_to_json(std::uint64_t line, const StatementOutcome& outcome) {
  Json json;
  json.set("line", number(line));
  const Json fields = to_json(outcome);  // outlives the loop, unlike a temporary in its head
  for (const Json::Member& member : fields.object()) json.set(member.first, member.second);
  return json;
}

Json to_json(const DecisionView& decision) {
  Json json;
  json.set("status", rules::to_string(decision.status));
  json.set("colour", rules::to_string(decision.colour));
  json.set("measure", rules::to_string(decision.measure));
  set_instant(json, "since", decision.since);
  set_instant(json, "horizon", decision.horizon);
  if (!decision.rule_id.empty()) {
    json.set("rule", decision.rule_id);
    json.set("rule_title", bilingual(decision.rule_title));
    Json policy;
    policy.set("id", decision.policy_id);
    policy.set("version", decision.policy_version);
    policy.set("document_number", decision.policy_document_number);
    policy.set("hash", hex(decision.policy_hash));
    json.set("policy", std::move(policy));
  }
  json.set("version", static_cast<std::int64_t>(decision.version));
  json.set("leaf", leaf_place(decision.shard, decision.leaf));
  return json;
}

Json to_json(const Cause& cause) {
  Json json;
  json.set("statement", hex(cause.statement));
  json.set("kind", cause.kind);
  json.set("kind_words", bilingual(cause.kind_words));
  json.set("evidence", rules::evidence_to_json(cause.evidence));
  if (!cause.source_record.empty()) json.set("source_record", cause.source_record);
  set_instant(json, "signed_at", cause.signed_at);
  if (cause.origin) json.set("origin", bilingual(*cause.origin));
  json.set("institution", to_json(cause.institution));
  json.set("deciding", cause.deciding);
  json.set("effective", cause.effective);
  if (!cause.status.empty()) json.set("status", cause.status);
  if (!cause.held_for.empty()) {
    Json::Array reasons;
    for (const std::string& reason : cause.held_for) reasons.push_back(reason);
    json.set("held_for", std::move(reasons));
  }
  return json;
}

Json to_json(const Receipt& receipt) {
  Json json = to_json(receipt.decision);
  json.set("reason", bilingual(receipt.reason));
  json.set("way_out", bilingual(receipt.way_out));
  json.set("control_mode", bilingual(receipt.control_mode));
  json.set("legal_basis", receipt.legal_basis);
  json.set("responsible", list(receipt.responsible));
  json.set("causes", list(receipt.causes));
  json.set("contest", bilingual(receipt.contest));
  if (receipt.leaf) json.set("leaf", to_json(*receipt.leaf));
  return json;
}

Json to_json(const History& history) {
  Json json;
  json.set("decisions", list(history.decisions));
  json.set("statements", list(history.statements));
  return json;
}

Json to_json(const PartStatus& status) {
  Json json;
  json.set("state", to_string(status.state));
  json.set("lines", number(status.lines));
  json.set("processed", number(status.processed));
  Json counts;
  for (std::size_t i = 0; i < std::size(status.counts); ++i) {
    counts.set(to_string(static_cast<StatementOutcomeCode>(i)), number(status.counts[i]));
  }
  json.set("outcomes", std::move(counts));
  return json;
}

Json to_json(const SubmissionStatus& status) {
  Json json;
  json.set("submission_id", status.id);
  json.set("institution", status.institution);
  json.set("format", status.format);
  set_instant(json, "created", status.created);
  json.set("complete", status.complete);
  json.set("parts", list(status.parts));
  return json;
}

Json to_json(const Published& published) {
  Json json;
  json.set("document", hex(published.document_hash));
  json.set("leaf", leaf_place(published.shard, published.leaf));
  json.set("existed", published.existed);
  return json;
}

Json to_json(const PublicDocument& document) {
  Json json;
  json.set("type", document.type);
  json.set("id", document.id);
  json.set("hash", hex(document.hash));
  set_instant(json, "from", document.from);
  set_instant(json, "until", document.until);
  json.set("in_force", document.in_force);
  json.set("leaf", leaf_place(kControlShard, document.leaf));
  json.set("document", document.signed_document.document);
  Json::Array signatures;
  for (const DocumentSignature& signature : document.signed_document.signatures) {
    Json one;
    one.set("key", signature.key_id);
    one.set("signature", base64_encode(signature.signature));
    signatures.push_back(std::move(one));
  }
  json.set("signatures", std::move(signatures));
  if (Result<Json> content = parse_json(document.signed_document.document); content)
    json.set("content", *std::move(content));
  return json;
}

Json to_json(const Statistics& statistics) {
  Json json;
  set_instant(json, "as_of", statistics.as_of);
  json.set("cell_min", static_cast<std::int64_t>(statistics.cell_min));
  json.set("cells", list(statistics.cells));
  return json;
}

Json to_json(const InclusionProof& proof) {
  Json json;
  json.set("leaf_index", number(proof.leaf.value));
  json.set("tree_size", number(proof.tree_size));
  json.set("leaf_hash", base64_encode(proof.leaf_hash));
  json.set("path", path_to_json(proof.path));
  json.set("checkpoint", proof.checkpoint);
  return json;
}

Json to_json(const ConsistencyProof& proof) {
  Json json;
  json.set("first_size", number(proof.first_size));
  json.set("second_size", number(proof.second_size));
  json.set("path", path_to_json(proof.path));
  return json;
}

Json to_json(const ProvinceInfo& province) {
  Json json;
  json.set("division", province.division.to_string());
  json.set("name", bilingual(province.name));
  json.set("origin", province.origin);
  json.set("pack_key", base64_encode(province.pack_key));
  Json::Array keys;
  for (const std::string& key : province.ledger_keys) keys.emplace_back(key);
  json.set("ledger_keys", std::move(keys));
  json.set("shards", static_cast<std::int64_t>(province.shards));
  return json;
}

Json to_json(const Health& health) {
  Json json;
  json.set("ready", health.ready);
  json.set("shards", list(health.shards));
  return json;
}

}  // namespace mingma::service
