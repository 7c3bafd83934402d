// QR codes as a picture: in the terminal with half-block characters, and as a PNG file. Wraps qrencode and libpng.
// Source: ISO/IEC 18004. Error correction level M for the terminal and Q would not fit larger codes: M everywhere.
// Limits: text of 2,000 bytes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace mingma::app {

// Square matrix of modules, row by row, true is dark; without the quiet zone.
struct QrMatrix {
  int side = 0;
  std::vector<bool> dark;
};

// Base45 and the "HC1:" / "MM1:" prefixes use the alphanumeric mode, which is why the code fits on a phone.
Result<QrMatrix> make_qr(std::string_view text);
// With a quiet zone of four modules, dark modules as blanks, for a terminal of any background.
std::string qr_for_terminal(const QrMatrix& matrix);
// `pixels_per_module` at least 1. Written beside and renamed, so a reader never sees half a file.
Result<void> write_qr_png(const QrMatrix& matrix, int pixels_per_module, const std::filesystem::path& file);

}  // namespace mingma::app
