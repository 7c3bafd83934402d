#include "store/faulty_store.h"

#include "store/errors.h"

namespace mingma::store {

void FaultyStore::fail_write(std::uint64_t number, Fault fault) {
  fail_at_ = number;
  fault_ = fault;
}

Result<void> FaultyStore::write(const Batch& batch, Durability durability) {
  const std::uint64_t number = writes_++;
  const Error error(errors::kStoreIoFailed, "injected fault; open the store again");
  if (failed_) return error;
  if (number != fail_at_) return store_.write(batch, durability);
  failed_ = true;
  if (fault_ == Fault::kDoneThoughFailed) MINGMA_CHECK(store_.write(batch, durability));
  return error;
}

Result<bool> FaultyStore::get_into(TableId table, ByteView key, Bytes& out) const {
  return store_.get_into(table, key, out);
}
Result<std::unique_ptr<Iterator>> FaultyStore::iterate(TableId table) const { return store_.iterate(table); }
Result<std::unique_ptr<Snapshot>> FaultyStore::snapshot() const { return store_.snapshot(); }
Result<void> FaultyStore::copy_to(const std::string& directory) { return store_.copy_to(directory); }

}  // namespace mingma::store
