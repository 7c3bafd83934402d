#include "app/qr.h"

#include <png.h>
#include <qrencode.h>

#include <cstring>
#include <memory>

#include "app/errors.h"

namespace mingma::app {
namespace {

constexpr int kQuiet = 4;

bool is_dark(const QrMatrix& matrix, int x, int y) {
  if (x < 0 || y < 0 || x >= matrix.side || y >= matrix.side) return false;
  return matrix.dark[static_cast<std::size_t>(y * matrix.side + x)];
}

}  // namespace

Result<QrMatrix> make_qr(std::string_view text) {
  if (text.empty() || text.size() > 2000) {
    return Error(errors::kInvalidArgument, "a QR code here holds 1 to 2,000 bytes");
  }
  const std::string copy(text);
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString(copy.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1), &QRcode_free);
  if (code == nullptr) return Error(errors::kInvalidArgument, "this text does not fit a QR code");
  QrMatrix matrix;
  matrix.side = code->width;
  matrix.dark.reserve(static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width));
  for (int i = 0; i < code->width * code->width; ++i) matrix.dark.push_back((code->data[i] & 1) != 0);
  return matrix;
}

std::string qr_for_terminal(const QrMatrix& matrix) {
  std::string out;
  // Two rows of modules a line; a full block is a light module, so it reads on dark and light terminals alike.
  for (int y = -kQuiet; y < matrix.side + kQuiet; y += 2) {
    out += "\033[97;40m";
    for (int x = -kQuiet; x < matrix.side + kQuiet; ++x) {
      const bool top = !is_dark(matrix, x, y);
      const bool bottom = y + 1 < matrix.side + kQuiet && !is_dark(matrix, x, y + 1);
      out += top && bottom ? "\u2588" : top ? "\u2580" : bottom ? "\u2584" : " ";
    }
    out += "\033[0m\n";
  }
  return out;
}

Result<void> write_qr_png(const QrMatrix& matrix, int pixels_per_module, const std::filesystem::path& file) {
  MINGMA_ASSERT(pixels_per_module >= 1);
  const int side = (matrix.side + 2 * kQuiet) * pixels_per_module;
  std::vector<png_byte> pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 255);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (is_dark(matrix, x / pixels_per_module - kQuiet, y / pixels_per_module - kQuiet)) {
        pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(side) + static_cast<std::size_t>(x)] = 0;
      }
    }
  }
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(side);
  image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  const std::filesystem::path partial = file.string() + ".part";
  if (png_image_write_to_file(&image, partial.c_str(), 0, pixels.data(), side, nullptr) == 0) {
    return Error(errors::kFileFailed, std::string("cannot write the picture: ") + image.message, file.string());
  }
  std::error_code failure;
  std::filesystem::rename(partial, file, failure);
  if (failure) return Error(errors::kFileFailed, "cannot write the picture: " + failure.message(), file.string());
  return {};
}

}  // namespace mingma::app
