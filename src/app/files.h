// Whole files in and out. Writing is atomic: beside, synced, renamed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/signature.h"

namespace mingma::app {

// At most `bytes_max`; a larger file is refused before anything is read.
Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t bytes_max = 256u << 20);
enum class FileMode : std::uint8_t { kPublic, kSecret };  // 0644, 0600
Result<void> write_file(const std::filesystem::path& file, std::string_view content, FileMode mode = FileMode::kPublic);

// A secret key file (PEM), as `mingma key new` writes it; errors name the file.
Result<crypto::SigningKey> read_signing_key(const std::filesystem::path& file);

}  // namespace mingma::app
