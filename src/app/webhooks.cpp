#include "app/webhooks.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <future>

#include "app/connection.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/json_text.h"
#include "http/client.h"
#include "http/content_digest.h"

namespace mingma::app {
namespace {

constexpr std::chrono::seconds kPoll{1};
constexpr int kBackoffSecondsMax = 300;
constexpr std::size_t kHooksMax = 16;

bool good_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
  });
}

}  // namespace

Result<std::vector<Webhook>> read_webhooks(const std::string& file) {
  std::vector<Webhook> hooks;
  if (!std::filesystem::exists(file)) return hooks;
  MINGMA_TRY(const std::string text, read_file(file, 1u << 16));
  MINGMA_TRY(const Json json, parse_json(text));
  for (const Json& one : array_of(json, "webhooks")) {
    Webhook hook{text_of(one, "name"), text_of(one, "url"), text_of(one, "ca_file")};
    if (!good_name(hook.name) || !http::parse_url(hook.url).ok())
      return Error(errors::kInvalidArgument, "each webhook has a name of letters and digits and a url", file);
    hooks.push_back(std::move(hook));
  }
  if (hooks.size() > kHooksMax) return Error(errors::kInvalidArgument, "at most 16 webhooks", file);
  return hooks;
}

Webhooks::Webhooks(std::vector<Webhook> hooks, std::string folder, crypto::SigningKey key,
                   service::Oversight& oversight, boost::asio::io_context& context, const Clock& clock)
    : folder_(std::move(folder)), key_(std::move(key)), oversight_(oversight), context_(context), clock_(clock) {
  for (Webhook& hook : hooks) {
    Receiver receiver{std::move(hook), {}, {}, 0};
    if (const auto text = read_file(position_file(receiver.hook), 64); text.ok()) {
      std::uint64_t leaf = 0;
      if (std::from_chars(text->data(), text->data() + text->size(), leaf).ec == std::errc())
        receiver.position = LeafIndex{leaf};
    }
    receivers_.push_back(std::move(receiver));
  }
}

Webhooks::~Webhooks() { stop(); }

std::string Webhooks::position_file(const Webhook& hook) const { return folder_ + "/" + hook.name + ".position"; }

void Webhooks::start() {
  if (receivers_.empty()) return;
  std::error_code ignored;  // a folder that cannot be made shows when a position is written
  std::filesystem::create_directories(folder_, ignored);
  thread_ = std::thread([this] { run(); });
}

void Webhooks::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Webhooks::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kPoll, [this] { return stopping_; })) {
    lock.unlock();
    const UnixSeconds now = clock_.now();
    const bool due = std::any_of(receivers_.begin(), receivers_.end(),
                                 [&](const Receiver& receiver) { return receiver.next_try <= now; });
    if (due) {
      if (const auto notices = read_notices()) {
        for (Receiver& receiver : receivers_) {
          if (receiver.next_try <= now) deliver(receiver, *notices);
        }
      }
    }
    lock.lock();
  }
}

std::optional<std::vector<service::NoticeView>> Webhooks::read_notices() {
  std::vector<service::NoticeView> all;
  for (const shard::NoticeType type : {shard::NoticeType::kAlarm, shard::NoticeType::kAlarmEnding}) {
    using Found = Result<std::vector<service::NoticeView>>;
    auto done = std::make_shared<std::promise<Found>>();
    auto future = done->get_future();
    boost::asio::co_spawn(
        context_,
        [this, type, done]() -> boost::asio::awaitable<void> {
          Found found = co_await oversight_.notices(type, std::nullopt);
          done->set_value(std::move(found));
        },
        [](const std::exception_ptr&) {});
    // A server that is stopping may never answer.
    while (future.wait_for(kPoll) != std::future_status::ready) {
      const std::lock_guard lock(mutex_);
      if (stopping_) return std::nullopt;
    }
    Found found = future.get();
    if (!found.ok()) return std::nullopt;
    for (service::NoticeView& notice : *found) all.push_back(std::move(notice));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.leaf < b.leaf; });
  return all;
}

void Webhooks::deliver(Receiver& receiver, const std::vector<service::NoticeView>& notices) {
  for (const service::NoticeView& notice : notices) {
    if (receiver.position && notice.leaf <= *receiver.position) continue;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    Result<void> sent = send(receiver.hook, to_json(notice).to_string());
    if (sent.ok()) sent = write_file(position_file(receiver.hook), std::to_string(notice.leaf.value));
    if (!sent.ok()) {
      receiver.failures = std::min(receiver.failures + 1, 16);
      const int wait = std::min(kBackoffSecondsMax, 1 << std::min(receiver.failures, 9));
      receiver.next_try = clock_.now().plus(wait);
      spdlog::warn("webhook {}: alarm {} was not taken, next try in {} s: {}", receiver.hook.name, notice.id, wait,
                   sent.error().to_string());
      return;
    }
    receiver.failures = 0;
    receiver.position = notice.leaf;
  }
}

Result<void> Webhooks::send(const Webhook& hook, const std::string& body) {
  MINGMA_TRY(const http::Url url, http::parse_url(hook.url));
  http::ClientRequest request{
      .method = "POST", .target = url.target, .headers = {{"Content-Type", "application/json"}}, .body = body};
  MINGMA_TRY(request, sign_request(std::move(request), url.scheme, url.authority(),
                                   http::write_content_digest(as_bytes(body)), clock_.now(), key_));
  http::ClientOptions options;
  options.ca_file = hook.ca_file;
  http::Client client(url, options);
  MINGMA_TRY(const http::ClientResponse answer, client.send(request));
  if (answer.status < 200 || answer.status > 299)
    return Error(errors::kServerFailed, "the receiver answered " + std::to_string(answer.status), hook.url);
  return {};
}

}  // namespace mingma::app
