#include "service/dossier.h"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/seal.h"
#include "service/errors.h"
#include "service/part_lines.h"
#include "service/part_processor.h"
#include "service/submissions.h"
#include "shard/errors.h"
#include "shard/mandate.h"
#include "shard/retention.h"
#include "shard/tables.h"

namespace mingma::service {
namespace {

constexpr std::size_t kLogHeaderBytes = 36;  // epoch u32 || previous hash, before the body (docs/formats/event.md)

LeafOpening to_opening(ShardId shard, LeafIndex leaf, shard::LeafOpening&& opened) {
  LeafOpening out;
  out.shard = shard;
  out.leaf = leaf;
  out.record = std::move(opened.record);
  out.opening = opened.opening;
  out.commitment_key = opened.commitment_key;
  return out;
}

Error key_gone(const ShardRuntime& shard, const Error& error) {
  if (!error.is(errors::kShardKeyDestroyed)) return error;
  const std::string why = shard::end_words(shard.machine().control(), shard.machine().time());
  return Error(errors::kKeyDestroyed, "this resident's key was destroyed" +
                                          (why.empty() ? "" : " by retention: " + why) + ". Only commitments remain");
}

Result<shard::Event> read_event(const store::Reader& reader, Sequence sequence) {
  std::array<std::uint8_t, 8> key;
  for (int i = 0; i < 8; ++i) key[i] = static_cast<std::uint8_t>(sequence.value >> (56 - 8 * i));
  MINGMA_TRY(const auto record, reader.get(shard::kLogTable, key));
  if (!record || record->size() <= kLogHeaderBytes)
    return Error(errors::kShardDamaged, "a statement names an event that is not in the log; run mingma audit");
  return shard::decode_event(ByteView(*record).subspan(kLogHeaderBytes));
}

std::string uuid_of(const shard::SubmissionId& id) {
  const std::string hex = hex_encode(id);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

// The line's own bytes out of the spool, with its proof against the signed root.
Result<DossierLine> read_line(const DossierSources& sources, const shard::StatementsOperation& operation) {
  const PartKey key{uuid_of(operation.submission), operation.part};
  MINGMA_TRY(const StoredSubmission submission, sources.exchange.find(key.first));
  const std::string path = spool_file(sources.spool_path, key);
  MINGMA_TRY(const std::vector<Digest> hashes, hash_spooled_lines(path, submission, key.second));
  DossierLine out;
  out.part = operation.part;
  out.line = operation.entries.front().line;
  out.part_lines = static_cast<std::uint32_t>(hashes.size());
  if (out.line >= out.part_lines)
    return Error(errors::kShardDamaged, "a statement names a line that its part does not have");
  MINGMA_TRY(SpoolReader spool, SpoolReader::open(path, submission.spool_key));
  ChunkReader reader(std::move(spool), record_kind(submission.manifest.format));
  for (;;) {
    MINGMA_TRY(const std::optional<Chunk> chunk, reader.next());
    if (!chunk) break;
    if (out.line < chunk->end_line()) {
      out.text = chunk->line(out.line - chunk->first_line);
      break;
    }
  }
  const bool csv = submission.manifest.format == feed::FeedFormat::kLabCsv;
  if (csv) out.header = reader.header();
  const std::vector<std::uint32_t> own =
      csv && out.line != 0 ? std::vector<std::uint32_t>{0, out.line} : std::vector<std::uint32_t>{out.line};
  out.siblings = LineTree(hashes).prove(own);
  return out;
}

// The signed lines themselves: of deciding statements first, then of the others, until there are enough.
void add_lines(const DossierSources& sources, const std::vector<DossierBatch>& batches, Dossier& dossier) {
  std::size_t read = 0;
  for (const bool deciding : {true, false}) {
    for (std::size_t i = 0; i < batches.size() && read < kDossierLinesMax; ++i) {
      DossierStatement& statement = dossier.statements[i];
      if (statement.deciding != deciding || statement.authority.document.empty() ||
          statement.authority.kind != shard::AuthorityKind::kManifest)
        continue;
      // A line whose spool is gone leaves the manifest's signature over its hash, and says so by its absence.
      if (Result<DossierLine> line = read_line(sources, batches[i].operation); line.ok())
        statement.authority.line = std::move(line).value();
      ++read;
    }
  }
}

Result<void> prove(LedgerDesk& desk, LeafOpening& leaf) {
  Result<std::string> proof = desk.tlog_proof(leaf.leaf);
  if (!proof) {
    return proof.error().is(errors::kNoSuchThing)
               ? Error(errors::kNotReady, "no published checkpoint covers this yet; ask again in a second")
               : proof.error();
  }
  leaf.proof = *std::move(proof);
  MINGMA_TRY(leaf.leaf_bytes, desk.entry(leaf.leaf));
  return {};
}

// Which control documents a reader needs to follow every step.
class DocumentPicker {
 public:
  explicit DocumentPicker(const Dossier& dossier) {
    add_place(dossier.home);
    for (const DossierDestroyed& destroyed : dossier.destroyed) institutions_.insert(destroyed.cause.institution.id);
    for (const DossierStatement& statement : dossier.statements) {
      if (statement.evidence.stored.evidence.area.value != 0) add_place(statement.evidence.stored.evidence.area);
      institutions_.insert(statement.cause.institution.id);
      for (const auto& chain : statement.mandates) {
        for (const GrantLink& link : chain) {
          grants_.insert(link.id);
          institutions_.insert(link.grantor.id);
          institutions_.insert(link.grantee.id);
        }
      }
    }
  }

  Result<bool> wanted(const shard::PublishedDocument& published) {
    switch (published.document.type) {
      case shard::DocumentType::kGenesis:
      case shard::DocumentType::kPolicy:
        return true;
      case shard::DocumentType::kInstitution:
        return institutions_.contains(published.id);
      case shard::DocumentType::kGrant:
        return grants_.contains(published.id);
      case shard::DocumentType::kRevocation: {
        MINGMA_TRY(const shard::Revocation revocation, shard::parse_revocation(published.document.bytes));
        return grants_.contains(revocation.grant);
      }
      case shard::DocumentType::kAreaOrder: {
        MINGMA_TRY(const shard::AreaOrderDocument order, shard::parse_area_order(published.document.bytes));
        return places_.contains(order.order.area.prefecture().value) || order.order.area == order.order.area.province();
      }
      case shard::DocumentType::kOfficer:
        return officers_.contains(published.id);
      case shard::DocumentType::kOfficerRevocation: {
        MINGMA_TRY(const auto revocation, shard::parse_officer_revocation(published.document.bytes));
        return officers_.contains(revocation.officer);
      }
      default:
        return false;
    }
  }
  // Officers who gave a hand, with the institutions they belong to.
  void add_officers(const shard::ControlState& control, const Dossier& dossier) {
    const auto add = [&](const std::string& key_id) {
      const shard::OfficerKeyRef key = control.officers().any_key(key_id);
      if (!key) return;
      officers_.insert(key.officer->id);
      institutions_.insert(key.officer->institution);
    };
    for (const DossierStatement& statement : dossier.statements) {
      add(statement.authority.key_id);
      for (const shard::DocumentSignature& hand : statement.authority.hands) add(hand.key_id);
      if (statement.approval) add(statement.approval->signature.key_id);
    }
  }
  // Issuers of the area orders that are wanted, whose institutions' documents then are wanted too.
  Result<void> add_issuers(const shard::ControlState& control) {
    for (const auto& published : control.documents()) {
      if (published->document.type != shard::DocumentType::kAreaOrder) continue;
      MINGMA_TRY(const bool needed, wanted(*published));
      if (!needed) continue;
      MINGMA_TRY(const shard::AreaOrderDocument order, shard::parse_area_order(published->document.bytes));
      institutions_.insert(order.issuer);
    }
    return {};
  }

 private:
  void add_place(DivisionCode place) { places_.insert(place.prefecture().value); }
  std::set<std::string> institutions_;
  std::set<std::string> grants_;
  std::set<std::string> officers_;
  std::set<std::uint32_t> places_;
};

Result<void> add_documents(const DossierSources& sources, Dossier& dossier) {
  DocumentPicker picker(dossier);
  MINGMA_CHECK(picker.add_issuers(sources.control));
  picker.add_officers(sources.control, dossier);
  for (const auto& published : sources.control.documents()) {
    MINGMA_TRY(const bool wanted, picker.wanted(*published));
    if (!wanted) continue;
    DossierDocument document{published->document, published->published_at, {}};
    document.leaf.shard = kControlShard;
    document.leaf.leaf = published->leaf;
    MINGMA_CHECK(prove(sources.control_ledger, document.leaf));
    dossier.documents.push_back(std::move(document));
  }
  return {};
}

Result<DossierStatement> open_statement(ShardRuntime& shard, const Dossier& dossier, shard::EvidenceView&& view,
                                        std::uint32_t kinds) {
  DossierStatement out;
  Result<shard::LeafOpening> opened = shard::open_statement(dossier.resident, view, shard.keys());
  if (!opened) return key_gone(shard, opened.error());
  out.leaf = to_opening(shard.id(), view.stored.leaf, std::move(opened).value());
  out.cause = to_cause(shard.machine().control(), view, kinds);
  out.evidence = std::move(view);
  return out;
}

Result<DossierDestroyed> describe_destroyed(ShardRuntime& shard, const Dossier& dossier,
                                            const shard::EvidenceView& view, UnixSeconds now) {
  const shard::ControlState& control = shard.machine().control();
  const shard::StoredEvidence& stored = view.stored;
  Result<shard::ResidentKeys> keys = shard.keys().resident_keys(dossier.resident);
  if (!keys) return key_gone(shard, keys.error());
  DossierDestroyed out{.stored = stored, .cause = to_cause(control, view, 0)};
  out.kept_until = shard::kept_until(control, stored.evidence.kind, stored.received_at, now);
  out.rule = shard::retention_words(control, stored.evidence.kind, stored.received_at, now);
  out.leaf.shard = shard.id();
  out.leaf.leaf = stored.leaf;
  out.leaf.opening = shard::make_opening(*keys, stored.sequence, stored.index);
  return out;
}

void mark_counted(Dossier& dossier, std::uint32_t kinds) {
  const Sequence asked = dossier.versions.at(dossier.asked - 1).version.stored.sequence;
  std::vector<RecordedStatement> recorded;
  for (const DossierStatement& statement : dossier.statements) {
    recorded.push_back(
        {&*statement.evidence.statement, statement.evidence.stored.sequence, statement.evidence.stored.status});
  }
  const std::vector<bool> counted = counted_as_of(recorded, asked);
  for (std::size_t i = 0; i < dossier.statements.size(); ++i) {
    DossierStatement& statement = dossier.statements[i];
    statement.counted = counted[i];
    statement.deciding =
        counted[i] && (kinds >> static_cast<unsigned>(statement.evidence.stored.evidence.kind) & 1u) != 0;
  }
}

}  // namespace

std::vector<bool> counted_as_of(const std::vector<RecordedStatement>& statements, Sequence sequence) {
  using shard::EvidenceStatus;
  std::vector<bool> out(statements.size());
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const RecordedStatement& one = statements[i];
    const bool could = one.status == EvidenceStatus::kEffective || one.status == EvidenceStatus::kReplaced ||
                       one.status == EvidenceStatus::kWithdrawn;
    if (!could || sequence < one.sequence || one.statement->action == shard::StatementAction::kWithdraw) continue;
    out[i] = true;
    for (std::size_t j = i + 1; j < statements.size() && out[i]; ++j) {
      const RecordedStatement& later = statements[j];
      out[i] = sequence < later.sequence || later.statement->action == shard::StatementAction::kAdd ||
               later.statement->institution != one.statement->institution ||
               later.statement->earlier_record != one.statement->source_record;
    }
  }
  return out;
}

Result<Dossier> open_dossier(ShardRuntime& shard, const ResidentId& resident, std::uint32_t version) {
  const shard::ShardMachine& machine = shard.machine();
  const auto number = machine.rows().find(resident);
  if (!number) return Error(errors::kNotRegistered, "nobody is registered under this document");
  const shard::Row row = machine.rows().get(*number);
  Dossier dossier{.resident = resident, .home = row.home, .asked = version == 0 ? row.version : version};
  if (dossier.asked > row.version)
    return Error(errors::kNoSuchThing, "this resident's chain has " + std::to_string(row.version) + " versions");
  MINGMA_TRY(std::vector<shard::DecisionVersion> versions,
             shard::list_decisions(shard.store(), resident, 0, kDossierVersionsMax));
  std::reverse(versions.begin(), versions.end());
  if (versions.size() != row.version)
    return Error(errors::kShardTooLarge, "over 1,000 versions; take the resident's history apart with mingma audit");
  for (shard::DecisionVersion& one : versions) {
    Result<shard::LeafOpening> opened = shard::open_decision(one, shard.keys());
    if (!opened) return key_gone(shard, opened.error());
    LeafOpening leaf = to_opening(shard.id(), one.stored.leaf, std::move(opened).value());
    dossier.versions.push_back({std::move(one), std::move(leaf)});
  }
  const shard::StoredDecision& asked = dossier.versions[dossier.asked - 1].version.stored;
  const std::uint32_t kinds = shard::deciding_kinds(machine.control(), asked.policy, asked.rule);
  MINGMA_TRY(std::vector<shard::EvidenceView> evidence, shard::list_evidence(shard.store(), resident, &shard.keys()));
  if (evidence.size() > kCausesMax) return Error(errors::kShardTooLarge, "over 200 statements about this resident");
  std::reverse(evidence.begin(), evidence.end());
  for (shard::EvidenceView& view : evidence) {
    if (!view.statement) {
      MINGMA_TRY(DossierDestroyed destroyed, describe_destroyed(shard, dossier, view, machine.time()));
      dossier.destroyed.push_back(std::move(destroyed));
      continue;
    }
    MINGMA_TRY(DossierStatement statement, open_statement(shard, dossier, std::move(view), kinds));
    dossier.statements.push_back(std::move(statement));
  }
  mark_counted(dossier, kinds);
  return dossier;
}

namespace {

// Approvals that completed holds of this resident, by statement. What changes no colour makes no version, and is not
// found here; then nobody is named.
Result<std::map<shard::StatementId, DossierApproval>> find_approvals(const store::Reader& reader,
                                                                     const Dossier& dossier) {
  std::map<shard::StatementId, DossierApproval> out;
  for (const DossierVersion& version : dossier.versions) {
    if (version.version.record.cause != shard::DecisionCause::kHold) continue;
    const Sequence sequence = version.version.stored.sequence;
    MINGMA_TRY(const shard::Event event, read_event(reader, sequence));
    for (const shard::Operation& operation : event.operations) {
      const auto* approval = std::get_if<shard::ApprovalOperation>(&operation);
      if (approval == nullptr) continue;
      for (const shard::ApprovalEntry& entry : approval->entries) {
        if (entry.resident != dossier.resident || entry.outcome != shard::ApprovalOutcome::kCompleted) continue;
        out[entry.id] = {approval->document, {approval->officer.key_id, approval->signature}, entry.hand, sequence};
      }
    }
  }
  return out;
}

}  // namespace

Result<std::vector<DossierBatch>> find_batches(const store::Reader& reader, const Dossier& dossier) {
  std::vector<DossierBatch> out;
  Sequence read{};
  shard::Event event;
  MINGMA_TRY(const auto approvals, find_approvals(reader, dossier));
  for (const DossierStatement& statement : dossier.statements) {
    const shard::StoredEvidence& stored = statement.evidence.stored;
    if (read != stored.sequence) {
      MINGMA_TRY(event, read_event(reader, stored.sequence));
      read = stored.sequence;
    }
    DossierBatch batch;
    for (const shard::Operation& operation : event.operations) {
      const auto* statements = std::get_if<shard::StatementsOperation>(&operation);
      if (statements == nullptr) continue;
      for (const shard::StatementEntry& entry : statements->entries) {
        if (entry.id != stored.id || entry.resident != dossier.resident || !shard::is_recorded(entry.outcome)) continue;
        batch.operation = *statements;
        batch.operation.entries = {entry};
      }
    }
    if (batch.operation.entries.empty())
      return Error(errors::kShardDamaged, "a statement is not in the event that it names; run mingma audit");
    if (batch.operation.authority != shard::AuthorityKind::kSession) {
      MINGMA_TRY(batch.authority, shard::find_stored_authority(reader, batch.operation.submission));
    }
    if (const auto found = approvals.find(stored.id); found != approvals.end()) batch.approval = found->second;
    out.push_back(std::move(batch));
  }
  return out;
}

void open_authorities(ShardRuntime& shard, const std::vector<DossierBatch>& batches, Dossier& dossier) {
  const Sequence asked = dossier.versions.at(dossier.asked - 1).version.stored.sequence;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const DossierBatch& batch = batches[i];
    DossierAuthority& authority = dossier.statements[i].authority;
    DossierStatement& statement = dossier.statements[i];
    statement.approval = batch.approval;
    // Held until then, it did not count.
    if (statement.approval && asked < statement.approval->sequence) statement.counted = statement.deciding = false;
    authority.kind = batch.operation.authority;
    authority.key_id = batch.operation.key_id;
    if (!batch.authority || batch.authority->sealed.empty()) continue;
    Result<Digest> key = Error(errors::kShardKeyDestroyed, "");
    if (authority.kind == shard::AuthorityKind::kManifest) {
      key = shard.keys().submission_key(batch.operation.submission);
    } else if (auto resident = shard.keys().resident_keys(dossier.resident); resident.ok()) {
      const shard::StoredEvidence& stored = dossier.statements[i].evidence.stored;
      const auto secret = shard.keys().body_secret(shard::key_month(stored.received_at), stored.evidence.kind);
      if (secret.ok()) key = shard::body_key(*resident, *secret);
    }
    if (!key.ok()) continue;
    const auto plain = crypto::open_sealed(*key, batch.operation.submission, batch.authority->sealed);
    if (!plain.ok()) continue;
    auto material = shard::decode_authority(*plain);
    if (!material.ok()) continue;
    authority.document = std::move(material->document);
    authority.signature_base = std::move(material->signature_base);
    authority.signature = std::move(material->signature);
    authority.hands = std::move(material->hands);
  }
}

Result<void> prove_dossier(const DossierSources& sources, const std::vector<DossierBatch>& batches, Dossier& dossier) {
  for (DossierVersion& version : dossier.versions) MINGMA_CHECK(prove(sources.ledger, version.leaf));
  for (std::size_t i = 0; i < dossier.statements.size(); ++i) {
    DossierStatement& statement = dossier.statements[i];
    MINGMA_CHECK(prove(sources.ledger, statement.leaf));
    const shard::StoredEvidence& stored = statement.evidence.stored;
    for (const shard::Mandate& mandate : shard::mandates_of(sources.control, stored.institution, stored.evidence.kind,
                                                            dossier.home, stored.signed_at, stored.received_at)) {
      std::vector<GrantLink>& chain = statement.mandates.emplace_back();
      for (const shard::Grant* grant : mandate.chain) chain.push_back(to_link(sources.control, *grant));
    }
  }
  for (DossierDestroyed& destroyed : dossier.destroyed) MINGMA_CHECK(prove(sources.ledger, destroyed.leaf));
  add_lines(sources, batches, dossier);
  return add_documents(sources, dossier);
}

}  // namespace mingma::service
