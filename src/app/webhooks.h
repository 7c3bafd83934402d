// Alarms and their endings, delivered to auditors' web addresses: each one in order, again until it was taken.
//
// Configured by <data>/webhooks.json: {"webhooks":[{"name":"discipline","url":"https://...","ca_file":"..."}]}. A
// delivery is a POST of the alarm's JSON as GET /v1/alarms gives it, signed (RFC 9421: @method, @authority, @path,
// content-digest, with a nonce) by the key that signs trust packs. Any answer 200 to 299 takes it. The queue is the
// list of notices itself; how far each receiver is, is kept in <data>/webhooks/<name>.position, so nothing is lost by a
// restart; after a crash the last one may come twice: its id says so. Threading: one thread of its own; stop() joins
// it. Ownership: borrows everything, outlived by all of it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "crypto/signature.h"
#include "service/oversight.h"

namespace mingma::app {

struct Webhook {
  std::string name;  // letters, digits, '-'; 1 to 64
  std::string url;
  std::string ca_file;  // PEM; empty: the system's
};

// Absent file: none.
Result<std::vector<Webhook>> read_webhooks(const std::string& file);

class Webhooks final {
 public:
  Webhooks(std::vector<Webhook> hooks, std::string folder, crypto::SigningKey key, service::Oversight& oversight,
           boost::asio::io_context& context, const Clock& clock);
  ~Webhooks();

  void start();
  void stop();

 private:
  struct Receiver {
    Webhook hook;
    std::optional<LeafIndex> position;  // of the last one taken
    UnixSeconds next_try{};
    int failures = 0;
  };
  void run();
  void deliver(Receiver& receiver, const std::vector<service::NoticeView>& notices);
  Result<void> send(const Webhook& hook, const std::string& body);
  std::optional<std::vector<service::NoticeView>> read_notices();
  std::string position_file(const Webhook& hook) const;

  std::vector<Receiver> receivers_;
  std::string folder_;
  crypto::SigningKey key_;
  service::Oversight& oversight_;
  boost::asio::io_context& context_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace mingma::app
