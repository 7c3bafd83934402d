#include "service/exchange.h"

#include "base/cbor.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "crypto/webauthn.h"
#include "service/errors.h"
#include "shard/errors.h"

namespace mingma::service {
namespace {

constexpr store::TableId kSubmissions{0};
constexpr store::TableId kParts{1};
constexpr store::TableId kOutcomes{2};
constexpr store::TableId kKeys{3};
constexpr store::TableId kCounters{4};

void append_u32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

Bytes part_row(const PartKey& key) {
  Bytes out = to_bytes(as_bytes(key.first));
  append_u32(out, key.second);
  return out;
}

Bytes outcome_row(const PartKey& key, std::uint32_t line) {
  Bytes out = part_row(key);
  append_u32(out, line);
  return out;
}

Bytes submission_context(const std::string& id) { return to_bytes(as_bytes("mingma/v1/submission" + id)); }

Bytes encode_status(const PartStatus& status) {
  CborWriter out;
  out.array(10)
      .unsigned_integer(static_cast<std::uint64_t>(status.state))
      .unsigned_integer(status.lines)
      .unsigned_integer(status.processed);
  for (const std::uint64_t count : status.counts) out.unsigned_integer(count);
  return out.take();
}

Result<PartStatus> decode_status(ByteView bytes) {
  CborReader in(bytes);
  MINGMA_TRY(const std::uint64_t count, in.array());
  // Nine: from before statements were held.
  if (count != 9 && count != 10) return Error(errors::kStoreFailed, "the record of a part is damaged");
  PartStatus status;
  MINGMA_TRY(const std::uint64_t state, in.unsigned_integer());
  if (state > static_cast<std::uint64_t>(PartState::kDone))
    return Error(errors::kStoreFailed, "the record of a part is damaged");
  status.state = static_cast<PartState>(state);
  MINGMA_TRY(status.lines, in.unsigned_integer());
  MINGMA_TRY(status.processed, in.unsigned_integer());
  for (std::uint64_t i = 0; i + 3 < count; ++i) {
    MINGMA_TRY(status.counts[i], in.unsigned_integer());
  }
  MINGMA_CHECK(in.end());
  return status;
}

Bytes encode_outcomes(const std::vector<LineOutcome>& outcomes) {
  CborWriter out;
  out.array(outcomes.size());
  for (const LineOutcome& line : outcomes) {
    const bool has_id = line.outcome.statement != Digest{};
    out.array(5)
        .unsigned_integer(line.line)
        .unsigned_integer(static_cast<std::uint64_t>(line.outcome.outcome))
        .text(line.outcome.code);
    out.text(line.outcome.place).bytes(has_id ? ByteView(line.outcome.statement) : ByteView{});
  }
  return out.take();
}

Result<std::vector<LineOutcome>> decode_outcomes(ByteView bytes) {
  CborReader in(bytes);
  MINGMA_TRY(const std::uint64_t count, in.array());
  std::vector<LineOutcome> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    LineOutcome line;
    MINGMA_CHECK(in.array());
    MINGMA_TRY(const std::uint64_t number, in.unsigned_integer());
    line.line = static_cast<std::uint32_t>(number);
    MINGMA_TRY(const std::uint64_t code, in.unsigned_integer());
    line.outcome.outcome = static_cast<StatementOutcomeCode>(code);
    MINGMA_TRY(line.outcome.code, in.text());
    MINGMA_TRY(line.outcome.place, in.text());
    MINGMA_TRY(const ByteView id, in.bytes());
    if (!id.empty()) {
      MINGMA_TRY(line.outcome.statement, Digest::from(id));
    }
    out.push_back(std::move(line));
  }
  MINGMA_CHECK(in.end());
  return out;
}

}  // namespace

std::vector<store::TableSpec> exchange_tables() {
  using enum store::TableKind;
  return {{"submissions", kPoint}, {"parts", kPoint}, {"outcomes", kSequence}, {"keys", kPoint}, {"counters", kPoint}};
}

Result<shard::SubmissionId> parse_submission_id(std::string_view uuid) {
  std::string digits;
  for (const char c : uuid) {
    if (c != '-') digits.push_back(c);
  }
  const Result<Bytes> bytes = hex_decode(digits);
  shard::SubmissionId id{};
  if (!bytes || bytes->size() != id.size())
    return Error(errors::kBadRequest, "a submission id must be a UUID in lower case");
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

Exchange::Exchange(std::unique_ptr<store::Store> store, const Digest& key_encryption_key, Rng& rng)
    : store_(std::move(store)), rng_(rng), keys_(*store_, kKeys, key_encryption_key, rng) {}

Result<StoredSubmission> Exchange::create(const Manifest& manifest, const CreateSubmission& request, UnixSeconds now) {
  const std::lock_guard lock(mutex_);
  const std::string& id = manifest.submission_id;
  MINGMA_TRY(const auto present, store_->get(kSubmissions, as_bytes(id)));
  if (present) {
    MINGMA_TRY(StoredSubmission stored, open_submission(id, *present));
    if (stored.manifest_bytes != request.manifest)
      return Error(errors::kSubmissionConflict, "another manifest has this submission id; choose a new one");
    return stored;
  }
  store::Batch batch;
  MINGMA_TRY(const Digest key, keys_.create(as_bytes(id), now, batch));
  CborWriter out;
  out.array(5)
      .bytes(request.manifest)
      .text(request.signature.key_id)
      .bytes(request.signature.base)
      .bytes(request.signature.signature);
  out.integer(now.value);
  batch.put(kSubmissions, as_bytes(id), crypto::seal(key, rng_, submission_context(id), out.view()));
  MINGMA_CHECK(store_->write(batch, store::Durability::kSynced));
  return StoredSubmission{manifest, request.manifest, request.signature, now,
                          crypto::hkdf_sha256_key(key, {}, as_bytes("mingma/v1/spool"))};
}

Result<StoredSubmission> Exchange::open_submission(const std::string& id, ByteView sealed) {
  MINGMA_TRY(const Digest key, keys_.open(as_bytes(id)));
  MINGMA_TRY(const Bytes plain, crypto::open_sealed(key, submission_context(id), sealed));
  CborReader in(plain);
  MINGMA_CHECK(in.array());
  StoredSubmission out;
  MINGMA_TRY(const ByteView manifest, in.bytes());
  out.manifest_bytes = to_bytes(manifest);
  MINGMA_TRY(out.signature.key_id, in.text());
  MINGMA_TRY(const ByteView base, in.bytes());
  out.signature.base = to_bytes(base);
  MINGMA_TRY(const ByteView signature, in.bytes());
  out.signature.signature = to_bytes(signature);
  MINGMA_TRY(out.received_at.value, in.integer());
  MINGMA_TRY(out.manifest, parse_manifest(as_text(out.manifest_bytes)));
  out.spool_key = crypto::hkdf_sha256_key(key, {}, as_bytes("mingma/v1/spool"));
  return out;
}

Result<StoredSubmission> Exchange::find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (id.empty() || id.size() > 64) return Error(errors::kNoSuchThing, "no submission has this id");
  MINGMA_TRY(const auto present, store_->get(kSubmissions, as_bytes(id)));
  if (!present) return Error(errors::kNoSuchThing, "no submission has this id");
  return open_submission(id, *present);
}

Result<PartStatus> Exchange::part(const PartKey& key) const {
  MINGMA_TRY(const auto present, store_->get(kParts, part_row(key)));
  if (!present) return PartStatus{};
  return decode_status(*present);
}

Result<void> Exchange::put_part(const PartKey& key, const PartStatus& status, store::Durability durability) {
  store::Batch batch;
  batch.put(kParts, part_row(key), encode_status(status));
  return store_->write(batch, durability);
}

Result<void> Exchange::put_outcomes(const PartKey& key, std::uint32_t last_line,
                                    const std::vector<LineOutcome>& outcomes, const PartStatus& status) {
  store::Batch batch;
  batch.put(kOutcomes, outcome_row(key, last_line), encode_outcomes(outcomes));
  batch.put(kParts, part_row(key), encode_status(status));
  return store_->write(batch, store::Durability::kBuffered);
}

Result<std::vector<LineOutcome>> Exchange::outcomes(const PartKey& key, std::uint32_t line) const {
  MINGMA_TRY(const auto iterator, store_->iterate(kOutcomes));
  iterator->seek(outcome_row(key, line));
  if (!iterator->valid()) {
    MINGMA_CHECK(iterator->status());
    return std::vector<LineOutcome>{};
  }
  const Bytes part = part_row(key);
  if (iterator->key().size() != part.size() + 4 || !equal(iterator->key().first(part.size()), part))
    return std::vector<LineOutcome>{};
  return decode_outcomes(iterator->value());
}

Result<std::vector<PartKey>> Exchange::unfinished() const {
  std::vector<PartKey> out;
  MINGMA_CHECK(store_->scan(kParts, {}, [&](ByteView row, ByteView value) -> Result<void> {
    MINGMA_TRY(const PartStatus status, decode_status(value));
    if (status.state != PartState::kReceived || row.size() < 5) return {};
    const ByteView number = row.last(4);
    const std::uint32_t part = (std::uint32_t{number[0]} << 24) | (std::uint32_t{number[1]} << 16) |
                               (std::uint32_t{number[2]} << 8) | number[3];
    out.emplace_back(std::string(as_text(row.first(row.size() - 4))), part);
    return {};
  }));
  return out;
}

Result<std::uint64_t> Exchange::for_each(const std::function<Result<void>(const StoredSubmission&)>& visit) {
  std::uint64_t unopened = 0;
  MINGMA_CHECK(store_->scan(kSubmissions, {}, [&](ByteView row, ByteView value) -> Result<void> {
    const auto stored = [&] {
      const std::lock_guard lock(mutex_);
      return open_submission(std::string(as_text(row)), value);
    }();
    if (stored) return visit(*stored);
    if (!stored.error().is(errors::kKeyDestroyed)) return stored.error();
    ++unopened;
    return {};
  }));
  return unopened;
}

Result<void> Exchange::advance_counter(const std::string& key_id, std::uint32_t counter, const Digest& digest) {
  const std::lock_guard lock(mutex_);
  Bytes next;
  append_u32(next, counter);
  append(next, digest);
  MINGMA_TRY(const auto last, store_->get(kCounters, as_bytes(key_id)));
  if (last && *last == next && counter > 0) return {};
  if (last && last->size() == next.size()) {
    const std::uint32_t before =
        std::uint32_t{(*last)[0]} << 24 | std::uint32_t{(*last)[1]} << 16 | std::uint32_t{(*last)[2]} << 8 | (*last)[3];
    if (!crypto::counter_accepts(before, counter))
      return Error(errors::kShardCounterBack, "the passkey's counter did not rise: a copied key, or an old signature",
                   key_id);
  }
  store::Batch batch;
  batch.put(kCounters, as_bytes(key_id), next);
  return store_->write(batch, store::Durability::kSynced);
}

Result<void> Exchange::destroy_key(const std::string& id) {
  const std::lock_guard lock(mutex_);
  store::Batch batch;
  keys_.destroy(as_bytes(id), batch);
  return store_->write(batch, store::Durability::kSynced);
}

}  // namespace mingma::service
