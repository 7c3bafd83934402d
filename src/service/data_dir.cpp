#include "service/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/json.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "service/errors.h"

namespace mingma::service {
namespace {

constexpr std::size_t kSmallFileBytesMax = 64u << 10;

Error failed(const std::string& what, const std::string& path) {
  return {errors::kDataDir, what + " " + path + ": " + std::strerror(errno)};
}

class FileHandle {
 public:
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Result<void> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot make", path);
  return {};
}

Result<int> take_lock(const std::string& path) {
  FileHandle file(::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) return failed("cannot open", path + "/lock");
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error(errors::kDataDir, path + " is in use by another process; stop it first");
  }
  return file.release();
}

Json province_to_json(const ProvinceFile& province) {
  Json json;
  json.set("layout", province.layout);
  json.set("province", province.province.to_string());
  json.set("origin", province.origin);
  json.set("data_shards", static_cast<std::int64_t>(province.data_shards));
  json.set("created", province.created.to_string());
  return json;
}

Result<ProvinceFile> province_from_json(const std::string& text, const std::string& path) {
  MINGMA_TRY(const Json json, parse_json(text));
  const Json* layout = json.find("layout");
  if (layout == nullptr || !layout->is_integer())
    return Error(errors::kDataDir, path + " names no layout; it is not a Mingma data directory");
  if (layout->integer() != kLayoutVersion) {
    return Error(errors::kDataDir, path + " has layout " + std::to_string(layout->integer()) +
                                       ", this program reads layout " + std::to_string(kLayoutVersion) +
                                       "; use the program that wrote it");
  }
  const Json* code = json.find("province");
  const Json* origin = json.find("origin");
  const Json* shards = json.find("data_shards");
  const Json* created = json.find("created");
  if (code == nullptr || !code->is_string() || origin == nullptr || !origin->is_string() || shards == nullptr ||
      !shards->is_integer() || shards->integer() < 1 || shards->integer() > kDataShardsMax || created == nullptr ||
      !created->is_string()) {
    return Error(errors::kDataDir, path + " is damaged; restore it from a backup");
  }
  ProvinceFile province;
  MINGMA_TRY(province.province, DivisionCode::parse(code->string()));
  province.origin = origin->string();
  province.data_shards = static_cast<std::uint16_t>(shards->integer());
  MINGMA_TRY(province.created, parse_instant(created->string()));
  return province;
}

// The keys of the exchange with other provinces: to be sealed to (X25519), and to sign with. Made where they are
// missing: a directory of an earlier version has none.
Result<void> write_exchange_keys(const std::string& path) {
  if (::access((path + "/exchange").c_str(), F_OK) != 0) {
    crypto::SystemRng rng;
    Digest secret;
    rng.fill(secret.bytes);
    MINGMA_CHECK(write_file_synced(path + "/exchange", as_bytes(hex_encode(secret) + "\n"), 0600));
    crypto::wipe(secret.bytes);
  }
  if (::access((path + "/exchange.pem").c_str(), F_OK) == 0) return {};
  const std::string pem = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519).to_pem();
  return write_file_synced(path + "/exchange.pem", as_bytes(pem), 0600);
}

Result<void> write_keys(const std::string& path, std::uint16_t data_shards) {
  crypto::SystemRng rng;
  for (const char* name : {"kek", "pseudonym"}) {
    Digest secret;
    rng.fill(secret.bytes);
    MINGMA_CHECK(write_file_synced(path + "/" + name, as_bytes(hex_encode(secret) + "\n"), 0600));
    crypto::wipe(secret.bytes);
  }
  const auto write_key = [&](const std::string& name, crypto::SignatureAlgorithm algorithm) {
    return write_file_synced(path + "/" + name + ".pem", as_bytes(crypto::SigningKey::generate(algorithm).to_pem()),
                             0600);
  };
  MINGMA_CHECK(write_key("code", crypto::SignatureAlgorithm::kEs256));
  MINGMA_CHECK(write_key("trust-pack", crypto::SignatureAlgorithm::kEd25519));
  for (unsigned shard = 0; shard <= data_shards; ++shard) {
    MINGMA_CHECK(write_key("checkpoint-" + std::to_string(shard), crypto::SignatureAlgorithm::kEd25519));
  }
  return write_exchange_keys(path);
}

Result<std::string> read_key_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return failed("cannot read key file", path);
  if ((info.st_mode & 077) != 0)
    return Error(errors::kDataDir, "key file " + path + " can be read by others; chmod 600 it");
  return read_small_file(path, kSmallFileBytesMax);
}

}  // namespace

std::string ProvinceFile::ledger_origin(ShardId shard) const {
  return origin + "/shard/" + std::to_string(shard.value);
}

Result<std::string> read_small_file(const std::string& path, std::size_t bytes_max) {
  FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return failed("cannot open", path);
  std::string content;
  char buffer[16384];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot read", path);
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > bytes_max) return Error(errors::kDataDir, path + " is larger than it can be");
  }
}

Result<void> write_file_synced(const std::string& path, ByteView content, unsigned mode) {
  const std::string temporary = path + ".new";
  {
    FileHandle file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) return failed("cannot create", temporary);
    std::size_t done = 0;
    while (done < content.size()) {
      const ssize_t wrote = ::write(file.get(), content.data() + done, content.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return failed("cannot write", temporary);
      done += static_cast<std::size_t>(wrote);
    }
    if (::fsync(file.get()) != 0) return failed("cannot sync", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed("cannot rename", temporary);
  const std::string parent = path.substr(0, path.find_last_of('/') + 1);
  FileHandle directory(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return failed("cannot sync", parent);
  return {};
}

Result<DataDir> DataDir::create(const std::string& path, const ProvinceFile& province) {
  if (province.data_shards < 1 || province.data_shards > kDataShardsMax) {
    return Error(errors::kDataDir, "the number of data shards must be 1 to " + std::to_string(kDataShardsMax));
  }
  if (province.province.value == 0 || province.province != province.province.province()) {
    return Error(errors::kDataDir, "the province must be a two-digit division code");
  }
  MINGMA_CHECK(make_directory(path));
  MINGMA_TRY(const int lock, take_lock(path));
  DataDir dir(path, province, lock);
  for (const char* name : {"province.json", "keys", "shard-0", "exchange"}) {
    if (::access((path + "/" + name).c_str(), F_OK) == 0)
      return Error(errors::kDataDir, path + " is not empty; choose another directory");
  }
  MINGMA_CHECK(make_directory(path + "/keys"));
  MINGMA_CHECK(make_directory(dir.spool_path()));
  MINGMA_CHECK(write_keys(path + "/keys", province.data_shards));
  MINGMA_CHECK(
      write_file_synced(path + "/province.json", as_bytes(province_to_json(province).to_pretty_string() + "\n"), 0644));
  return dir;
}

Result<DataDir> DataDir::open(const std::string& path) {
  const std::string file = path + "/province.json";
  if (::access(file.c_str(), F_OK) != 0)
    return Error(errors::kDataDir, path + " holds no province; run `mingma init` first");
  MINGMA_TRY(const int lock, take_lock(path));
  DataDir dir(path, {}, lock);
  MINGMA_TRY(const std::string text, read_small_file(file, kSmallFileBytesMax));
  MINGMA_TRY(dir.province_, province_from_json(text, file));
  MINGMA_CHECK(make_directory(dir.spool_path()));
  MINGMA_CHECK(write_exchange_keys(path + "/keys"));
  for (const char* name : {"kek", "pseudonym", "exchange"}) MINGMA_CHECK(dir.secret(name));
  for (const char* name : {"code", "trust-pack", "exchange"}) MINGMA_CHECK(dir.signing_key(name));
  for (unsigned shard = 0; shard <= dir.province_.data_shards; ++shard)
    MINGMA_CHECK(dir.signing_key("checkpoint-" + std::to_string(shard)));
  return dir;
}

DataDir::~DataDir() {
  if (lock_ >= 0) ::close(lock_);
}

std::string DataDir::shard_path(ShardId shard) const { return path_ + "/shard-" + std::to_string(shard.value); }

Result<Digest> DataDir::secret(const std::string& name) const {
  MINGMA_TRY(std::string text, read_key_file(path_ + "/keys/" + name));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  MINGMA_TRY(const Bytes bytes, hex_decode(text));
  return Digest::from(bytes);
}

Result<crypto::SigningKey> DataDir::signing_key(const std::string& name) const {
  MINGMA_TRY(const std::string pem, read_key_file(path_ + "/keys/" + name + ".pem"));
  return crypto::SigningKey::from_pem(pem);
}

}  // namespace mingma::service
