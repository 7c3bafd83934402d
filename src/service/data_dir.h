// The data directory: its layout, its lock, its key files. One process at a time.
//
//   province.json      layout version, province, origin of the ledgers, number of shards; written once by create()
//   lock               held (flock) as long as a DataDir lives
//   keys/              key files, mode 0600: kek, pseudonym, exchange (32 bytes in hex), code.pem, trust-pack.pem,
//   exchange.pem, checkpoint-N.pem shard-0/ ...       one store per shard; 0 is the control shard exchange/
//   submissions: manifests, outcomes, line hashes spool/             parts being received or processed, encrypted under
//   a key of their own
//
// Errors: errors::kDataDir with one line that says what to do. Threading: create and open on one thread; reading
// anywhere.
#pragma once

#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "crypto/signature.h"

namespace mingma::service {

inline constexpr int kLayoutVersion = 1;
inline constexpr std::uint16_t kDataShardsMax = 256;

struct ProvinceFile {
  int layout = kLayoutVersion;
  DivisionCode province;
  std::string origin;             // "mingma.example/41": ledgers are <origin>/shard/<n>
  std::uint16_t data_shards = 1;  // shards 1..n hold residents
  UnixSeconds created{};

  std::string ledger_origin(ShardId shard) const;
};

class DataDir final {
 public:
  // Makes the directory and all key files, then opens it. Refused when anything is there already. When a step fails,
  // what was written stays, without province.json: open() refuses it and says so.
  static Result<DataDir> create(const std::string& path, const ProvinceFile& province);
  // Refused: no province.json, another layout version, locked by another process, key files missing or readable by
  // others.
  static Result<DataDir> open(const std::string& path);

  DataDir(DataDir&& other) noexcept
      : path_(std::move(other.path_)), province_(std::move(other.province_)), lock_(std::exchange(other.lock_, -1)) {}
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir();

  const ProvinceFile& province() const { return province_; }
  const std::string& path() const { return path_; }
  std::string shard_path(ShardId shard) const;
  std::string exchange_path() const { return path_ + "/exchange"; }
  std::string spool_path() const { return path_ + "/spool"; }

  Result<Digest> secret(const std::string& name) const;                   // "kek", "pseudonym"
  Result<crypto::SigningKey> signing_key(const std::string& name) const;  // "code", "trust-pack", "checkpoint-3"

 private:
  DataDir(std::string path, ProvinceFile province, int lock)
      : path_(std::move(path)), province_(std::move(province)), lock_(lock) {}

  std::string path_;
  ProvinceFile province_;
  int lock_ = -1;
};

// Whole small files. `write_file_synced` replaces atomically (temporary file, fsync, rename, fsync of the directory).
Result<std::string> read_small_file(const std::string& path, std::size_t bytes_max);
Result<void> write_file_synced(const std::string& path, ByteView content, unsigned mode);

}  // namespace mingma::service
