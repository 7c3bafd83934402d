#include "app/files.h"

#include "app/errors.h"
#include "service/data_dir.h"

namespace mingma::app {
namespace {

Error file_error(const Error& cause, const std::filesystem::path& file) {
  return Error(errors::kFileFailed, cause.message(), file.string());
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t bytes_max) {
  std::error_code failure;
  if (std::filesystem::is_directory(file, failure)) return Error(errors::kFileFailed, "is a folder", file.string());
  const auto size = std::filesystem::file_size(file, failure);
  if (!failure && size > bytes_max) {
    return Error(errors::kFileFailed, "is larger than the " + std::to_string(bytes_max) + " bytes allowed",
                 file.string());
  }
  auto content = service::read_small_file(file.string(), bytes_max);
  if (!content.ok()) return file_error(content.error(), file);
  return content;
}

Result<void> write_file(const std::filesystem::path& file, std::string_view content, FileMode mode) {
  const auto written =
      service::write_file_synced(file.string(), as_bytes(content), mode == FileMode::kSecret ? 0600 : 0644);
  if (!written.ok()) return file_error(written.error(), file);
  return {};
}

Result<crypto::SigningKey> read_signing_key(const std::filesystem::path& file) {
  MINGMA_TRY(const std::string pem, read_file(file, 1u << 16));
  auto key = crypto::SigningKey::from_pem(pem);
  if (!key.ok()) return std::move(key).error().within(file.string());
  return key;
}

}  // namespace mingma::app
