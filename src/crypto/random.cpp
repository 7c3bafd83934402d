#include "crypto/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>

#include "base/assert.h"

namespace mingma::crypto {
namespace {

void draw(std::span<std::uint8_t> out) { MINGMA_ASSERT(RAND_bytes_ex(nullptr, out.data(), out.size(), 256) == 1); }

// Nonces and keys are drawn a few bytes at a time, and a call of the generator costs more than the bytes: each thread
// draws ahead. What was handed out is wiped at once, the rest when the thread ends.
class Reserve {
 public:
  ~Reserve() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  void take(std::span<std::uint8_t> out) {
    if (out.size() > bytes_.size() - used_) {
      draw(bytes_);
      used_ = 0;
    }
    std::uint8_t* const from = bytes_.data() + used_;
    std::memcpy(out.data(), from, out.size());
    OPENSSL_cleanse(from, out.size());
    used_ += out.size();
  }
  static constexpr std::size_t kBytes = 1024;

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
  std::size_t used_ = kBytes;
};

}  // namespace

void SystemRng::fill(std::span<std::uint8_t> out) {
  if (out.empty()) return;
  if (out.size() > Reserve::kBytes / 4) return draw(out);
  thread_local Reserve reserve;
  reserve.take(out);
}

}  // namespace mingma::crypto
