#include "shard/audit.h"

#include "ledger/ledger.h"
#include "ledger/tree_view.h"
#include "log/local_log.h"
#include "shard/audit_event.h"
#include "shard/errors.h"
#include "shard/tables.h"
#include "shard/tiles.h"

namespace mingma::shard {
namespace {

constexpr std::int64_t kLateSeconds = 3'600;

class Auditor {
 public:
  Auditor(const AuditOptions& options, const store::Reader& stored, const store::Reader* control, const KeySource* keys,
          store::Store& scratch)
      : options_(options),
        stored_(stored),
        control_(control),
        keys_(keys),
        scratch_(scratch),
        tiles_(scratch),
        findings_(report_, options.findings_max) {
    state_.shard = options.shard;
  }

  Result<AuditReport> run() {
    MINGMA_TRY(ledger_, ledger::Ledger::open(tiles_));
    MINGMA_TRY(const Sequence last, last_sequence());
    Error failure(errors::kShardDamaged, "");
    bool failed = false;
    const auto read = log::read_log(stored_, kLogTable, Sequence{1}, [&](const log::Record& record) -> Result<void> {
      if (findings_.full()) return {};
      auto done = replay(record);
      // A store that fails ends the audit; whatever else is wrong is wrong with what is audited.
      if (!done.ok() && done.error().code().starts_with("store.")) {
        failed = true;
        failure = done.error();
      }
      if (done.ok() && options_.progress) options_.progress(record.header.sequence, last);
      return done;
    });
    if (failed) return failure;
    if (!read.ok()) {
      findings_.add(read.error().code().starts_with("log.") ? "broken_log" : "invalid_event", read.error().where(),
                    read.error().to_string() + "; the audit cannot go past it");
    } else {
      check_late();
      MINGMA_CHECK(compare_tables());
      MINGMA_CHECK(check_checkpoints());
    }
    report_.residents = state_.rows.size();
    report_.ledger = ledger_->head();
    return std::move(report_);
  }

 private:
  Result<Sequence> last_sequence() {
    MINGMA_TRY(const auto iterator, stored_.iterate(kLogTable));
    iterator->seek_last();
    Sequence last;
    if (iterator->valid()) {
      for (const std::uint8_t byte : iterator->key()) last.value = last.value << 8 | byte;
    }
    return last;
  }

  Result<void> replay(const log::Record& record) {
    const auto place = [&](const Error& error) {
      return error.within("sequence " + std::to_string(record.header.sequence.value));
    };
    store::Batch batch;
    if (record.is_claim()) {
      state_.machine.position = record.header.sequence;
      batch.put(kMetaTable, as_bytes("state"), encode_machine_state(state_.machine));
      return scratch_.write(batch, store::Durability::kBuffered);
    }
    ++report_.events;
    const auto event = decode_event(record.body);
    if (!event.ok()) return place(event.error());
    EventAuditor auditor(options_, state_, scratch_, control_, keys_, *event, record.header.sequence, report_,
                         findings_);
    if (auto done = auditor.run(); !done.ok()) return place(done.error());

    // From here on the event is taken as written, so that one wrong decision is one finding and not a thousand.
    Working working(state_, scratch_, event->time, record.header.sequence);
    if (auto done = fold(working, *event); !done.ok()) return place(done.error());
    auto delta = finish(working, *event, *ledger_, batch);
    if (!delta.ok()) return place(delta.error());
    MINGMA_CHECK(scratch_.write(batch, store::Durability::kBuffered));
    commit_delta(std::move(delta).value(), state_, *ledger_);
    return {};
  }

  void check_late() {
    for (const HoldKey& key : state_.holds.due(state_.machine.time.plus(-kLateSeconds), options_.findings_max)) {
      findings_.add("late_lapse", "resident " + ResidentId::from(ByteView(key).first(16)).value().to_string(),
                    "a hold that nobody signed is still open after its time");
    }
    std::vector<RowNumber> late;
    state_.rows.due(state_.machine.time.plus(-kLateSeconds), options_.findings_max, late);
    for (const RowNumber row : late) {
      findings_.add("late_decision", "resident " + state_.rows.resident(row).to_string(),
                    "the colour should have changed at " + state_.rows.decision(row).horizon.to_string());
    }
    for (const auto& [deadline, ticket] : state_.case_clock) {
      if (deadline.plus(kLateSeconds) > state_.machine.time) break;
      findings_.add("moved_deadline", "case " + ticket_text(ticket),
                    "the clock should have acted at " + deadline.to_string());
    }
  }

  // Walks both tables side by side.
  Result<void> compare_tables() {
    for (const store::TableId table : kDigestTables) MINGMA_CHECK(compare_table(table));
    MINGMA_TRY(const auto have, stored_.get(kMetaTable, as_bytes("state")));
    MINGMA_TRY(const auto want, scratch_.get(kMetaTable, as_bytes("state")));
    if (have != want)
      findings_.add("table_differs", "table meta, key state", "the machine's stored state is not what the log gives");
    return {};
  }

  Result<void> compare_table(store::TableId table) {
    MINGMA_TRY(const auto have, stored_.iterate(table));
    MINGMA_TRY(const auto want, scratch_.iterate(table));
    have->seek({});
    want->seek({});
    while ((have->valid() || want->valid()) && !findings_.full()) {
      const int order = !have->valid() ? 1 : !want->valid() ? -1 : compare(have->key(), want->key());
      if (order < 0) {
        differs(table, have->key(), have->value(), {}, "an entry that no event made");
        have->next();
      } else if (order > 0) {
        differs(table, want->key(), {}, want->value(), "an entry is missing");
        want->next();
      } else {
        if (!equal(have->value(), want->value()))
          differs(table, have->key(), have->value(), want->value(), "an entry is not what the log gives");
        have->next();
        want->next();
      }
    }
    MINGMA_CHECK(have->status());
    return want->status();
  }

  static int compare(ByteView a, ByteView b) {
    if (equal(a, b)) return 0;
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end()) ? -1 : 1;
  }

  void differs(store::TableId table, ByteView key, ByteView have, ByteView want, std::string_view what) {
    const std::string name = shard_tables()[table.value].name;
    std::string where = "table " + name + ", key " + hex_encode(key.first(std::min<std::size_t>(key.size(), 40)));
    if (table == kRowsTable) {
      const auto stored = read_row(have);
      const auto derived = read_row(want);
      const ResidentId resident = derived.ok() ? derived->resident : stored.ok() ? stored->resident : ResidentId{};
      where = "table rows, resident " + resident.to_string();
      if (stored.ok() && derived.ok() && !stored->decision.same_outcome(derived->decision)) {
        return findings_.add("wrong_colour", where,
                             "the table says " + std::string(to_string(stored->decision.colour)) + ", the log gives " +
                                 std::string(to_string(derived->decision.colour)));
      }
    } else if ((table == kEvidenceTable || table == kDecisionsTable || table == kResidentsTable) && key.size() >= 16) {
      where = "table " + name + ", resident " + ResidentId::from(key.first(16)).value().to_string();
    }
    findings_.add("table_differs", std::move(where), std::string(what));
  }

  Result<void> check_checkpoints() {
    ledger::NodeCache cache;
    for (const ledger::TreeHead& head : options_.checkpoints) {
      const std::string where = "checkpoint of size " + std::to_string(head.size.value);
      if (head.size > ledger_->size()) {
        findings_.add("checkpoint_differs", where, "more leaves were signed than the log gives: its tail was cut");
        continue;
      }
      MINGMA_TRY(const ledger::TreeView view, ledger::TreeView::open(*ledger_, cache, head.size));
      if (view.root() != head.root)
        findings_.add("checkpoint_differs", where, "another root was signed than the log gives");
    }
    return {};
  }

  const AuditOptions& options_;
  const store::Reader& stored_;
  const store::Reader* control_;
  const KeySource* keys_;
  store::Store& scratch_;
  StoreTiles tiles_;
  AuditReport report_;
  Findings findings_;
  ShardState state_;
  std::optional<ledger::Ledger> ledger_;
};

}  // namespace

Result<AuditReport> audit_shard(const AuditOptions& options, const store::Reader& stored, const store::Reader* control,
                                const KeySource* keys, store::Store& scratch) {
  return Auditor(options, stored, control, keys, scratch).run();
}

}  // namespace mingma::shard
