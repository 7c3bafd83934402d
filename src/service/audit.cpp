#include "service/audit.h"

#include <algorithm>
#include <map>

#include "ledger/checkpoint.h"
#include "log/errors.h"
#include "log/local_log.h"
#include "service/errors.h"
#include "service/part_lines.h"
#include "service/signed_document.h"
#include "shard/event.h"
#include "shard/tables.h"
#include "shard/view.h"

namespace mingma::service {
namespace {

using Stores = std::vector<std::unique_ptr<store::Store>>;
using HeadsByShard = std::map<ShardId, std::vector<ledger::TreeHead>>;
using RecordedIds = std::map<std::uint32_t, std::vector<Digest>>;  // line -> statement ids

class Auditor {
 public:
  Auditor(const ProvinceConfig& config, Rng& rng, const std::function<void(const AuditProgress&)>& progress)
      : config_(config), rng_(rng), progress_(progress) {}

  Result<ProvinceAudit> run() {
    MINGMA_TRY(kek_, config_.secret("kek"));
    MINGMA_TRY(const Digest pseudonym_key, config_.secret("pseudonym"));
    pseudonyms_ = std::make_unique<Pseudonyms>(pseudonym_key);
    const auto tables = shard::shard_tables();
    for (unsigned n = 0; n <= config_.file.data_shards; ++n) {
      MINGMA_TRY(auto store, config_.open_store("shard-" + std::to_string(n), tables));
      stores_.push_back(std::move(store));
    }
    MINGMA_CHECK(read_control());
    for (std::uint16_t n = 0; n <= config_.file.data_shards; ++n) MINGMA_CHECK(audit_shard(ShardId{n}));
    MINGMA_CHECK(audit_submissions());
    if (progress_) progress_({"patterns", 0, 0});
    Result<PatternReport> patterns = audit_patterns(stores_, control_);
    if (!patterns) {
      // Patterns are read from the whole log: where that is damaged, the finding above says so.
      if (!patterns.error().is(errors::kLogBrokenChain)) return patterns.error();
    } else {
      audit_.patterns = std::move(patterns->patterns);
      audit_.figures = patterns->figures;
      for (shard::Finding& finding : patterns->findings) audit_.findings.push_back(std::move(finding));
    }
    return std::move(audit_);
  }

 private:
  void find(std::string code, std::string where, std::string text) {
    audit_.findings.push_back({"audit." + std::move(code), std::move(where), std::move(text)});
  }

  Result<std::optional<ledger::TreeHead>> open_note(ShardId shard, std::string_view note, const std::string& where) {
    MINGMA_TRY(const crypto::SigningKey key, config_.signing_key("checkpoint-" + std::to_string(shard.value)));
    const std::string origin = config_.file.ledger_origin(shard);
    MINGMA_TRY(const ledger::NoteVerifier verifier,
               ledger::NoteVerifier::make(origin, ledger::NoteKeyType::kEd25519, key.verifying_key()));
    const Result<ledger::OpenedCheckpoint> opened = ledger::open_checkpoint(note, {origin, {verifier}, {}, 0});
    if (!opened) {
      find("bad_checkpoint", where, opened.error().to_string());
      return std::optional<ledger::TreeHead>{};
    }
    return std::optional<ledger::TreeHead>(opened->checkpoint.head);
  }

  // The control state, and every checkpoint that was published: the newest of each shard and those in the control
  // shard's log.
  Result<void> read_control() {
    MINGMA_CHECK(
        log::read_log(*stores_.front(), shard::kLogTable, Sequence{1}, [&](const log::Record& record) -> Result<void> {
          if (record.is_claim()) return {};
          Result<shard::Event> event = shard::decode_event(record.body);
          if (!event) return {};  // the shard's own audit names it
          const std::string where = "control sequence " + std::to_string(record.header.sequence.value);
          for (const shard::Operation& operation : event->operations) {
            if (const auto* checkpoint = std::get_if<shard::CheckpointOperation>(&operation)) {
              MINGMA_TRY(const auto head, open_note(checkpoint->shard, as_text(checkpoint->note), where));
              if (head) heads_[checkpoint->shard].push_back(*head);
            } else if (const auto* document = std::get_if<shard::DocumentOperation>(&operation)) {
              const Result<void> added =
                  control_.add({document->document, {}, {}, event->time, record.header.sequence, {}});
              if (!added) find("invalid_event", where, added.error().to_string());
            }
          }
          return {};
        }));
    for (std::uint16_t n = 0; n < stores_.size(); ++n) {
      MINGMA_TRY(const auto note, stores_[n]->get(shard::kCheckpointsTable, as_bytes(kNewestCheckpointKey)));
      if (!note) continue;
      MINGMA_TRY(const auto head,
                 open_note(ShardId{n}, as_text(*note), "newest checkpoint of shard " + std::to_string(n)));
      if (head) heads_[ShardId{n}].push_back(*head);
    }
    return {};
  }

  Result<void> audit_shard(ShardId id) {
    const std::string step = "shard " + std::to_string(id.value);
    const auto tables = shard::shard_tables();
    const std::string scratch_name = "audit-" + std::to_string(id.value);
    MINGMA_TRY(auto scratch, config_.open_store(scratch_name, tables));
    const store::Store& stored = *stores_[id.value];
    const KeyVault keys(stored, kek_, rng_, 50'000);
    shard::AuditOptions options;
    options.shard = id;
    options.checkpoints = heads_[id];
    options.identify = [this](const Json& json) -> Result<ResidentId> {
      MINGMA_TRY(const Person person, parse_person(json));
      MINGMA_TRY(const feed::PersonIdentity identity, to_identity(person));
      return pseudonyms_->of(identity);
    };
    options.progress = [&](Sequence done, Sequence last) {
      if (progress_) progress_({step, done.value, last.value});
    };
    const store::Reader* control = id == kControlShard ? nullptr : stores_.front().get();
    MINGMA_TRY(shard::AuditReport report, shard::audit_shard(options, stored, control, &keys, *scratch));
    audit_.shards.push_back({id, std::move(report), options.checkpoints.size()});
    scratch.reset();
    if (config_.drop_store) config_.drop_store(scratch_name);
    return {};
  }

  Result<void> audit_submissions() {
    const auto specs = exchange_tables();
    MINGMA_TRY(auto store, config_.open_store("exchange", specs));
    Exchange exchange(std::move(store), kek_, rng_);
    const Pseudonyms& pseudonyms = *pseudonyms_;
    MINGMA_TRY(audit_.unopened, exchange.for_each([&](const StoredSubmission& submission) -> Result<void> {
      if (progress_) progress_({"submissions", audit_.submissions, 0});
      ++audit_.submissions;
      check_signature(submission);
      for (std::uint32_t part = 0; part < submission.manifest.parts.size(); ++part) {
        const PartKey key{submission.manifest.submission_id, part};
        MINGMA_TRY(const PartStatus status, exchange.part(key));
        if (status.state != PartState::kDone) continue;
        ++audit_.parts;
        if (const Result<void> checked = check_part(submission, key, pseudonyms); !checked) {
          find("altered_part", "submission " + key.first + ", part " + std::to_string(part),
               checked.error().to_string());
        }
      }
      return {};
    }));
    return {};
  }

  void check_signature(const StoredSubmission& submission) {
    const std::string where = "submission " + submission.manifest.submission_id;
    const shard::InstitutionNumber number = control_.institution_number(submission.manifest.institution);
    const crypto::VerifyingKey* key =
        control_.institution_key(number, submission.signature.key_id, submission.manifest.created);
    if (key == nullptr) return find("bad_authority", where, "signed with no key of its institution in force");
    if (!key->verify(submission.signature.base, submission.signature.signature))
      find("bad_authority", where, "the signature does not verify");
    if (const Result<void> covered = check_covered_digest(submission.signature.base, submission.manifest_bytes);
        !covered) {
      find("bad_authority", where, covered.error().message());
    }
  }

  // What the signed lines say against what the shards recorded.
  Result<void> check_part(const StoredSubmission& submission, const PartKey& key, const Pseudonyms& pseudonyms) {
    const std::string path = spool_file(config_.spool_path, key);
    MINGMA_TRY(const std::vector<Digest> hashes, hash_spooled_lines(path, submission, key.second));
    MINGMA_TRY(const shard::SubmissionId id, parse_submission_id(key.first));
    std::vector<RecordedIds> recorded(stores_.size());
    for (std::size_t n = 1; n < stores_.size(); ++n) {
      MINGMA_TRY(const auto outcomes, shard::list_outcomes(*stores_[n], id, key.second));
      for (const shard::StatementResult& one : outcomes) recorded[n][one.line].push_back(one.id);
    }
    MINGMA_TRY(SpoolReader spool, SpoolReader::open(path, submission.spool_key));
    ChunkReader reader(std::move(spool), record_kind(submission.manifest.format));
    for (;;) {
      MINGMA_TRY(const std::optional<Chunk> chunk, reader.next());
      if (!chunk) break;
      audit_.lines += chunk->lines.size();
      const ParsedChunk parsed =
          parse_chunk(*chunk, reader.header(), submission, pseudonyms, config_.file.data_shards, hashes);
      for (std::size_t n = 1; n < stores_.size(); ++n) compare(recorded[n], parsed.by_shard[n], key, n);
    }
    for (std::size_t n = 1; n < stores_.size(); ++n) {
      for (const auto& [line, ids] : recorded[n]) {
        if (!ids.empty())
          find("altered_statement", place(key, line, n), "the shard recorded a statement that no signed line says");
      }
    }
    return {};
  }

  static std::string place(const PartKey& key, std::uint32_t line, std::size_t shard) {
    return "submission " + key.first + ", part " + std::to_string(key.second) + ", line " + std::to_string(line) +
           ", shard " + std::to_string(shard);
  }

  // Takes out of `recorded` what the lines say; batches that were refused as a whole are not recorded at all.
  void compare(RecordedIds& recorded, const std::vector<shard::StatementLine>& lines, const PartKey& key,
               std::size_t shard) {
    for (const shard::StatementLine& line : lines) {
      const auto found = recorded.find(line.line);
      if (found == recorded.end()) continue;
      const Digest id = shard::statement_id(line.statement);
      const auto same = std::find(found->second.begin(), found->second.end(), id);
      if (same != found->second.end()) {
        found->second.erase(same);
      } else if (const auto invalid = std::find(found->second.begin(), found->second.end(), Digest{});
                 invalid != found->second.end()) {
        found->second.erase(invalid);  // refused before it had an id
      } else {
        find("altered_statement", place(key, line.line, shard),
             "the shard recorded another statement than the signed line says");
      }
    }
  }

  const ProvinceConfig& config_;
  Rng& rng_;
  const std::function<void(const AuditProgress&)>& progress_;
  Digest kek_{};
  std::unique_ptr<Pseudonyms> pseudonyms_;
  Stores stores_;
  shard::ControlState control_;
  HeadsByShard heads_;
  ProvinceAudit audit_;
};

}  // namespace

bool ProvinceAudit::clean() const {
  return findings.empty() &&
         std::all_of(shards.begin(), shards.end(), [](const ShardAudit& shard) { return shard.report.clean(); });
}

Result<ProvinceAudit> audit_province(const ProvinceConfig& config, Rng& rng,
                                     const std::function<void(const AuditProgress&)>& progress) {
  return Auditor(config, rng, progress).run();
}

}  // namespace mingma::service
