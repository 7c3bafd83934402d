// The threads that wait for the disk, so that no shard thread does.
//
// Threading: write() from any thread; `done` is called on a committer thread, in no order across stores. A caller has
// at most one
//   write per store under way. The destructor waits for the writes under way.
// Durability: kSynced; done(ok) means that the batch survives power loss. An error means unknown: stop the shard.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>

#include "store/store.h"

namespace mingma::service {

class Committer final {
 public:
  explicit Committer(std::size_t threads) : threads_(threads) {}
  ~Committer() { threads_.join(); }
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // `store` and `batch` must stay as they are until `done`.
  void write(store::Store& store, const store::Batch& batch, std::function<void(Result<void>)> done);
  // Other work that waits for a disk (spool files, exchange records).
  void run(std::function<void()> work);

 private:
  boost::asio::thread_pool threads_;
};

}  // namespace mingma::service
