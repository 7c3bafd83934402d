#include "service/committer.h"

#include <boost/asio/post.hpp>

namespace mingma::service {

void Committer::write(store::Store& store, const store::Batch& batch, std::function<void(Result<void>)> done) {
  boost::asio::post(threads_,
                    [&store, &batch, done = std::move(done)] { done(store.write(batch, store::Durability::kSynced)); });
}

void Committer::run(std::function<void()> work) { boost::asio::post(threads_, std::move(work)); }

}  // namespace mingma::service
