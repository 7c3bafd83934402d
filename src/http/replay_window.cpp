#include "http/replay_window.h"

#include <cstring>

#include "crypto/digest.h"
#include "http/errors.h"

namespace mingma::http {
namespace {

// Uses that end in the same period are forgotten together; so a look-up goes through at most a few dozen sets.
constexpr std::int64_t kPeriodSeconds = 15;

}  // namespace

std::size_t ReplayWindow::Hash::operator()(const Digest& digest) const {
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes.data(), sizeof value);
  return value;
}

Result<void> ReplayWindow::use(std::string_view key_id, std::string_view nonce, UnixSeconds expires, UnixSeconds now) {
  const std::uint8_t separator = 0;
  const Digest used = crypto::sha256_concat({as_bytes(key_id), ByteView(&separator, 1), as_bytes(nonce)});
  const UnixSeconds period{(expires.value / kPeriodSeconds + 1) * kPeriodSeconds};
  const std::lock_guard guard(mutex_);
  while (!by_expiry_.empty() && by_expiry_.begin()->first < now) {
    size_ -= by_expiry_.begin()->second.size();
    by_expiry_.erase(by_expiry_.begin());
  }
  for (const auto& [end, uses] : by_expiry_) {
    if (uses.contains(used))
      return Error(errors::kSignatureReplayed, "this nonce was used already; sign again with a fresh one");
  }
  if (size_ >= entries_max_) return Error(errors::kBusy, "too many signed requests at once; try again shortly");
  by_expiry_[period].insert(used);
  ++size_;
  return {};
}

std::size_t ReplayWindow::size() const {
  const std::lock_guard guard(mutex_);
  return size_;
}

}  // namespace mingma::http
