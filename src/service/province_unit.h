// One shard with its desks, timer and pumps. Internal to province*.cpp.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "service/province.h"

namespace mingma::service {

struct Province::Unit {
  Unit(ShardId id, boost::asio::io_context& context, Committer& committer, const Clock& clock, Rng& rng,
       const ShardRuntime::Limits& limits)
      : runtime(id, context, committer, clock, rng, limits), timer(context) {}

  ShardRuntime runtime;
  std::unique_ptr<LedgerDesk> ledger;
  std::unique_ptr<CodeDesk> codes;  // data shards
  boost::asio::steady_timer timer;
  // On the shard's executor:
  unsigned ticks = 0;
  bool publishing = false;
  bool reading_papers = false;
  std::optional<ledger::TreeSize> published;  // size of the newest checkpoint, once there is one
  Sequence followed{};                        // control events handed to the machine so far
};

template <typename T, typename Work>
Async<T> Province::on_disk(Work work) const {
  co_return co_await await_callback<Result<T>>(
      [this, &work](Done<Result<T>> done) { committer_.run([&work, done = std::move(done)] { done(work()); }); });
}

}  // namespace mingma::service
