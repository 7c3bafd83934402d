#include "service/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "crypto/seal.h"
#include "service/errors.h"

namespace mingma::service {
namespace {

using FrameContext = std::array<std::uint8_t, 8>;

FrameContext frame_context(std::uint64_t number) {
  FrameContext out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return out;
}

Error failed(const char* what) {
  return {errors::kStoreFailed, std::string("cannot ") + what + " a spool file: " + std::strerror(errno)};
}

Result<void> write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return failed("write");
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

Result<void> read_all(int fd, std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::read(fd, out.data(), out.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read");
    if (got == 0) return Error(errors::kStoreFailed, "a spool file is cut short; the part must be sent again");
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

constexpr std::string_view kSuffix = ".spool";

}  // namespace

std::string spool_file(const std::string& spool_path, const PartKey& key) {
  return spool_path + "/" + key.first + "-" + std::to_string(key.second) + std::string(kSuffix);
}

Result<std::vector<SpoolFile>> list_spool_files(const std::string& spool_path) {
  std::vector<SpoolFile> out;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(spool_path, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (!name.ends_with(kSuffix)) continue;
    name.resize(name.size() - kSuffix.size());
    const std::size_t dash = name.rfind('-');
    std::uint32_t part = 0;
    if (dash == std::string::npos) continue;
    const auto [end, failure] = std::from_chars(name.data() + dash + 1, name.data() + name.size(), part);
    if (failure != std::errc() || end != name.data() + name.size()) continue;
    out.push_back({entry->path().string(), PartKey{name.substr(0, dash), part}});
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return Error(errors::kStoreFailed, "the spool folder cannot be read: " + error.message());
  return out;
}

Result<void> remove_spool_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("remove");
  return {};
}

Result<SpoolWriter> SpoolWriter::create(std::string path, const Digest& key, Rng& rng) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return failed("create");
  return SpoolWriter(fd, std::move(path), key, rng);
}

SpoolWriter::SpoolWriter(SpoolWriter&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      key_(other.key_),
      rng_(other.rng_),
      pending_(std::move(other.pending_)),
      frames_(other.frames_),
      finished_(other.finished_) {}

SpoolWriter::~SpoolWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (!finished_) ::unlink(path_.c_str());
}

Result<void> SpoolWriter::frame() {
  const Bytes sealed = crypto::seal(key_, *rng_, frame_context(frames_++), pending_);
  const auto size = static_cast<std::uint32_t>(sealed.size());
  const std::array<std::uint8_t, 4> head = {static_cast<std::uint8_t>(size >> 24),
                                            static_cast<std::uint8_t>(size >> 16), static_cast<std::uint8_t>(size >> 8),
                                            static_cast<std::uint8_t>(size)};
  pending_.clear();
  MINGMA_CHECK(write_all(fd_, head));
  return write_all(fd_, sealed);
}

Result<void> SpoolWriter::write(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t take = std::min(bytes.size(), kSpoolFrameBytes - pending_.size());
    append(pending_, bytes.first(take));
    bytes = bytes.subspan(take);
    if (pending_.size() == kSpoolFrameBytes) MINGMA_CHECK(frame());
  }
  return {};
}

Result<void> SpoolWriter::finish() {
  if (!pending_.empty()) MINGMA_CHECK(frame());
  MINGMA_CHECK(frame());
  if (::fsync(fd_) != 0) return failed("sync");
  finished_ = true;
  return {};
}

Result<SpoolReader> SpoolReader::open(const std::string& path, const Digest& key) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed("open");
  return SpoolReader(fd, key);
}

SpoolReader::SpoolReader(SpoolReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), key_(other.key_), frames_(other.frames_), ended_(other.ended_) {}

SpoolReader::~SpoolReader() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Bytes> SpoolReader::next() {
  if (ended_) return Bytes{};
  std::array<std::uint8_t, 4> head{};
  MINGMA_CHECK(read_all(fd_, head));
  const std::size_t size =
      (std::size_t{head[0]} << 24) | (std::size_t{head[1]} << 16) | (std::size_t{head[2]} << 8) | head[3];
  if (size > kSpoolFrameBytes + crypto::kSealOverheadBytes)
    return Error(errors::kStoreFailed, "a spool file is damaged; the part must be sent again");
  Bytes sealed(size);
  MINGMA_CHECK(read_all(fd_, sealed));
  MINGMA_TRY(Bytes plain, crypto::open_sealed(key_, frame_context(frames_++), sealed));
  ended_ = plain.empty();
  return plain;
}

}  // namespace mingma::service
