#include "app/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "app/errors.h"

namespace mingma::app {
namespace {

Error file_error(const char* what, const std::filesystem::path& file) {
  return Error(errors::kFileFailed, std::string(what) + ": " + std::strerror(errno), file.string());
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
  std::ifstream in(file, std::ios::binary);
  if (!in) return file_error("cannot be read", file);
  std::string content{std::istreambuf_iterator<char>(in), {}};
  if (in.bad() || content.size() > bytes_max) return file_error("cannot be read", file);
  return content;
}

Result<void> write_file(const std::filesystem::path& file, std::string_view content, FileMode mode) {
  const std::filesystem::path partial = file.string() + ".part";
  const int handle =
      ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode == FileMode::kSecret ? 0600 : 0644);
  if (handle < 0) return file_error("cannot be written", file);
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t written = ::write(handle, content.data() + done, content.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const Error error = file_error("cannot be written", file);
      ::close(handle);
      ::unlink(partial.c_str());
      return error;
    }
    done += static_cast<std::size_t>(written);
  }
  const bool synced = ::fsync(handle) == 0;
  if (::close(handle) != 0 || !synced || ::rename(partial.c_str(), file.c_str()) != 0) {
    const Error error = file_error("cannot be written", file);
    ::unlink(partial.c_str());
    return error;
  }
  return {};
}

}  // namespace mingma::app
