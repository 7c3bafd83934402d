// A store that fails when told to: for fault tests of everything that writes. Not used by the program.
//
// A failed write comes in two kinds, because that is what disks do: not done, and done though it said failed.
// After a failure every further write fails, as Store requires; reads go on.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "store/store.h"

namespace mingma::store {

enum class Fault : std::uint8_t { kNotDone, kDoneThoughFailed };

// Borrows `store`, which must outlive it.
class FaultyStore final : public Store {
 public:
  explicit FaultyStore(Store& store) : store_(store) {}

  // The write with this number (the first is 0, counted from construction) fails so.
  void fail_write(std::uint64_t number, Fault fault);
  std::uint64_t writes() const { return writes_; }

  Result<bool> get_into(TableId table, ByteView key, Bytes& out) const override;
  Result<std::unique_ptr<Iterator>> iterate(TableId table) const override;
  Result<void> write(const Batch& batch, Durability durability) override;
  Result<std::unique_ptr<Snapshot>> snapshot() const override;
  Result<void> copy_to(const std::string& directory) override;
  std::size_t table_count() const override { return store_.table_count(); }

 private:
  Store& store_;
  std::atomic<std::uint64_t> writes_ = 0;
  std::uint64_t fail_at_ = UINT64_MAX;
  Fault fault_ = Fault::kNotDone;
  std::atomic<bool> failed_ = false;
};

}  // namespace mingma::store
