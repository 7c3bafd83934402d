// A small province for tests: two data shards, stores in memory that outlive it (so that it can be "restarted"), a
// clock that stands still, two of three root keys, one institution of each kind that signs, the demonstration policy.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "crypto/random.h"
#include "crypto/signature.h"
#include "feed/simulate.h"
#include "service/province.h"
#include "store/faulty_store.h"

namespace mingma::service::testing {

inline const UnixSeconds kNow = *parse_instant("2022-11-20T08:00:00+08:00");
inline constexpr std::string_view kLab = "LAB-01";
inline constexpr std::string_view kCdc = "CDC-01";
inline constexpr std::string_view kCommunity = "COMM-01";

// As ManualClock, for several threads.
class TestClock final : public Clock {
 public:
  UnixSeconds now() const override { return {now_.load()}; }
  void set(UnixSeconds now) { now_ = now.value; }

 private:
  std::atomic<std::int64_t> now_{kNow.value};
};

// What survives a restart: stores and key files. `wrap` may put something between a store and its user.
struct Disk {
  Disk();
  ~Disk();
  std::string spool;
  std::string province = "41";  // roots and ledgers of another code are other ones
  bool real = false;            // RocksDB under the spool's directory instead of memory
  std::size_t workers = 1;
  std::uint32_t residents = 20'000;  // of the county, registered or not
  std::map<std::string, std::shared_ptr<store::Store>> stores;
  std::map<std::string, Digest> secrets;
  std::map<std::string, std::string> pems;
  std::mutex mutex;
  std::function<std::unique_ptr<store::Store>(const std::string& name, std::unique_ptr<store::Store>)> wrap;
};

ProvinceConfig config_for(Disk& disk);

// A FaultyStore that owns what it wraps.
class OwnedFaultyStore final : public store::Store {
 public:
  explicit OwnedFaultyStore(std::unique_ptr<store::Store> store) : store_(std::move(store)), faulty_(*store_) {}
  // The write that comes next, or that many later, fails.
  void fail_after(std::uint64_t writes, store::Fault fault) { faulty_.fail_write(faulty_.writes() + writes, fault); }

  Result<bool> get_into(store::TableId table, ByteView key, Bytes& out) const override {
    return faulty_.get_into(table, key, out);
  }
  Result<std::unique_ptr<store::Iterator>> iterate(store::TableId table) const override {
    return faulty_.iterate(table);
  }
  Result<void> write(const store::Batch& batch, store::Durability durability) override {
    return faulty_.write(batch, durability);
  }
  Result<std::unique_ptr<store::Snapshot>> snapshot() const override { return faulty_.snapshot(); }
  Result<void> copy_to(const std::string& directory) override { return faulty_.copy_to(directory); }
  std::size_t table_count() const override { return faulty_.table_count(); }

 private:
  std::unique_ptr<store::Store> store_;
  store::FaultyStore faulty_;
};

class TestProvince {
 public:
  explicit TestProvince(Disk& disk, bool set_up = true);
  ~TestProvince();

  Province& api() { return *province_; }
  TestClock& clock() { return clock_; }
  std::string open_error() const { return open_error_; }

  // Runs the coroutine on the worker and waits.
  template <typename T>
  Result<T> wait(Async<T> work) {
    auto done = std::make_shared<std::promise<Result<T>>>();  // outlives set_value() on the other thread
    auto result = done->get_future();
    boost::asio::co_spawn(
        *workers_.front(),
        [done, held = std::make_shared<Async<T>>(std::move(work))]() -> boost::asio::awaitable<void> {
          Result<T> value = co_await std::move(*held);
          done->set_value(std::move(value));
        },
        [](std::exception_ptr failure) {
          if (failure) std::rethrow_exception(failure);
        });
    return result.get();
  }
  // Lets every shard tick and publish until nothing moves any more.
  void settle();

  SignedDocument sign_by_roots(std::string type, std::string document);
  SignedDocument sign_by(std::string_view institution, std::string type, std::string document);
  CreateSubmission sign_manifest(const Manifest& manifest, std::string_view institution);
  Published publish(const SignedDocument& document);
  // An institution of class other_province that may state what the CDC here may.
  void publish_other_province(const std::string& id);

  // A registered resident with an enrolled phone.
  struct Someone {
    Person person;
    ResidentId resident;
    std::string device;
  };
  Someone register_someone(std::uint32_t index);
  // Residents 0..count-1 of the county, many at a time, without phones.
  void register_many(std::uint32_t count);
  crypto::SigningKey& phone() { return phone_; }
  // Sends lines as one part; gives the status when all is done.
  Result<PartStatus> submit(const std::string& id, const std::string& lines, std::string_view institution = kLab);
  std::string outcomes(const std::string& id, std::string_view institution = kLab);

  static Manifest make_manifest(const std::string& id, const std::string& lines, std::string_view institution);
  static std::string contact_finding(const Someone& someone, const std::string& record, UnixSeconds exposure);

  feed::SimulatedCounty county;

 private:
  void set_up();

  Disk& disk_;
  TestClock clock_;
  crypto::SystemRng rng_;
  std::vector<crypto::SigningKey> roots_;
  std::map<std::string, crypto::SigningKey, std::less<>> institutions_;
  crypto::SigningKey phone_;
  std::vector<std::unique_ptr<boost::asio::io_context>> workers_;
  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> busy_;
  std::unique_ptr<Province> province_;
  std::string open_error_;
  std::vector<std::thread> threads_;
};

}  // namespace mingma::service::testing
