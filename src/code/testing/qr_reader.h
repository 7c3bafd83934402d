// Reads a QR code from a PNG file, for tests whose data are pictures. The product itself scans in the browser.
#pragma once

#include <optional>
#include <string>

namespace mingma::code::testing {

// The text of the picture's QR code; nothing when the file is no PNG or holds no readable code.
std::optional<std::string> read_qr_picture(const std::string& png_file);

}  // namespace mingma::code::testing
