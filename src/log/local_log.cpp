#include "log/local_log.h"

#include <algorithm>

#include "log/errors.h"

namespace mingma::log {
namespace {

constexpr std::size_t kHeadBytes = 4 + 32;

std::array<std::uint8_t, 8> sequence_key(Sequence sequence) {
  std::array<std::uint8_t, 8> key;
  for (int i = 0; i < 8; ++i) key[i] = static_cast<std::uint8_t>(sequence.value >> (56 - 8 * i));
  return key;
}

Result<Record> parse(ByteView key, ByteView value) {
  if (key.size() != 8 || value.size() < kHeadBytes)
    return Error(errors::kLogBrokenChain, "an entry of the log table is no record");
  Record record;
  for (const std::uint8_t byte : key) record.header.sequence.value = record.header.sequence.value << 8 | byte;
  for (const std::uint8_t byte : value.first(4)) record.header.epoch.value = record.header.epoch.value << 8 | byte;
  std::copy_n(value.begin() + 4, 32, record.header.previous.bytes.begin());
  record.body = value.subspan(kHeadBytes);
  record.header.hash = record_hash(record.header.epoch, record.header.sequence, record.header.previous, record.body);
  return record;
}

// The chain before `from` is not read again: its end is taken from the record before, whose hash the next one names.
Result<ChainEnd> end_before(const store::Reader& reader, store::TableId table, Sequence from) {
  if (from.value <= 1) return ChainEnd{};
  const Sequence last{from.value - 1};
  const auto key = sequence_key(last);
  MINGMA_TRY(const auto value, reader.get(table, key));
  if (!value.has_value())
    return Error(errors::kLogBrokenChain, "a record is missing", "sequence " + std::to_string(last.value));
  MINGMA_TRY(const Record record, parse(key, *value));
  return ChainEnd{record.header.epoch, last, record.header.hash};
}

class LocalLog final : public ShardLog {
 public:
  LocalLog(const store::Store& store, store::TableId table, ChainEnd end) : store_(store), table_(table), end_(end) {}

  ChainEnd end() const override { return end_; }

  Result<RecordHeader> claim(store::Batch& batch) override { return add(Epoch{end_.epoch.value + 1}, {}, batch); }

  Result<RecordHeader> append(ByteView body, store::Batch& batch) override {
    MINGMA_ASSERT(!body.empty());
    if (body.size() > kBodyBytesMax)
      return Error(errors::kLogTooLarge, "an event is over 48 MiB; send smaller batches");
    if (!claimed_) return Error(errors::kLogNotOwner, "this process has not claimed the log");
    return add(end_.epoch, body, batch);
  }

  void advance(const RecordHeader& header) override {
    MINGMA_ASSERT(header.sequence.value == end_.sequence.value + 1 && header.previous == end_.hash);
    if (header.epoch > end_.epoch) claimed_ = true;
    end_ = {header.epoch, header.sequence, header.hash};
  }

  Result<void> read(Sequence from, const Visitor& visit) const override {
    return read_log(store_, table_, from, visit);
  }

 private:
  Result<RecordHeader> add(Epoch epoch, ByteView body, store::Batch& batch) {
    const Sequence sequence{end_.sequence.value + 1};
    const auto key = sequence_key(sequence);
    // Another owner in between has written this sequence already.
    MINGMA_TRY(const bool taken, store_.get_into(table_, key, scratch_));
    if (taken) {
      claimed_ = false;
      return Error(errors::kLogNotOwner, "another owner has taken over this log");
    }
    scratch_.clear();
    for (int i = 0; i < 4; ++i) scratch_.push_back(static_cast<std::uint8_t>(epoch.value >> (24 - 8 * i)));
    mingma::append(scratch_, end_.hash);
    mingma::append(scratch_, body);
    batch.put(table_, key, scratch_);
    return RecordHeader{epoch, sequence, end_.hash, record_hash(epoch, sequence, end_.hash, body)};
  }

  const store::Store& store_;
  store::TableId table_;
  ChainEnd end_;
  bool claimed_ = false;
  Bytes scratch_;
};

}  // namespace

Result<std::unique_ptr<ShardLog>> open_local_log(const store::Store& store, store::TableId table) {
  MINGMA_TRY(const auto iterator, store.iterate(table));
  iterator->seek_last();
  ChainEnd end;
  if (iterator->valid()) {
    MINGMA_TRY(const Record record, parse(iterator->key(), iterator->value()));
    end = {record.header.epoch, record.header.sequence, record.header.hash};
  }
  MINGMA_CHECK(iterator->status());
  return std::unique_ptr<ShardLog>(std::make_unique<LocalLog>(store, table, end));
}

Result<void> read_log(const store::Reader& reader, store::TableId table, Sequence from,
                      const ShardLog::Visitor& visit) {
  MINGMA_TRY(ChainEnd end, end_before(reader, table, from));
  MINGMA_TRY(const auto iterator, reader.iterate(table));
  for (iterator->seek(sequence_key(Sequence{std::max<std::uint64_t>(from.value, 1)})); iterator->valid();
       iterator->next()) {
    MINGMA_TRY(const Record record, parse(iterator->key(), iterator->value()));
    MINGMA_TRY(const Acceptance acceptance, accept(end, record));
    if (acceptance == Acceptance::kAccepted) MINGMA_CHECK(visit(record));
  }
  return iterator->status();
}

}  // namespace mingma::log
