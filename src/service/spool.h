// Spool files: the bytes of a part as they came, encrypted under the submission's key. They stay, because the audit
// reads the signed lines from them, until that key is destroyed.
//
// Format: frames of u32 BE length || sealed bytes (crypto/seal.h), at most 64 KiB of plain text each; the context of a
// frame is its number, so that frames cannot be moved, and the last frame holds no bytes, so that a cut is seen.
// Threading: one owner. Memory: one frame. Errors: kStoreFailed with the reason of the system; seal errors as they are.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"

namespace mingma::service {

inline constexpr std::size_t kSpoolFrameBytes = 64u << 10;

using PartKey = std::pair<std::string, std::uint32_t>;  // submission id, part

std::string spool_file(const std::string& spool_path, const PartKey& key);
// Every file whose name spool_file() could have given, in no order.
struct SpoolFile {
  std::string path;
  PartKey key;
};
Result<std::vector<SpoolFile>> list_spool_files(const std::string& spool_path);
Result<void> remove_spool_file(const std::string& path);

class SpoolWriter final {
 public:
  // Replaces a file that is there.
  static Result<SpoolWriter> create(std::string path, const Digest& key, Rng& rng);
  SpoolWriter(SpoolWriter&& other) noexcept;
  SpoolWriter& operator=(SpoolWriter&&) = delete;
  ~SpoolWriter();  // removes the file unless finish() came

  Result<void> write(ByteView bytes);
  // Writes the last frame and syncs. Waits for the disk.
  Result<void> finish();

 private:
  SpoolWriter(int fd, std::string path, const Digest& key, Rng& rng)
      : fd_(fd), path_(std::move(path)), key_(key), rng_(&rng) {}
  Result<void> frame();

  int fd_;
  std::string path_;
  Digest key_;
  Rng* rng_;
  Bytes pending_;
  std::uint64_t frames_ = 0;
  bool finished_ = false;
};

class SpoolReader final {
 public:
  static Result<SpoolReader> open(const std::string& path, const Digest& key);
  SpoolReader(SpoolReader&& other) noexcept;
  SpoolReader& operator=(SpoolReader&&) = delete;
  ~SpoolReader();

  // The next frame's bytes; empty at the end.
  Result<Bytes> next();

 private:
  SpoolReader(int fd, const Digest& key) : fd_(fd), key_(key) {}

  int fd_;
  Digest key_;
  std::uint64_t frames_ = 0;
  bool ended_ = false;
};

}  // namespace mingma::service
