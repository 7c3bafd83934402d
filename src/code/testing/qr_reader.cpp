#include "code/testing/qr_reader.h"

#define ZX_USE_UTF8 1  // text() gives UTF-8
#include <ZXing/ReadBarcode.h>
#include <png.h>

#include <vector>

namespace mingma::code::testing {

std::optional<std::string> read_qr_picture(const std::string& png_file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, png_file.c_str()) == 0) return std::nullopt;
  image.format = PNG_FORMAT_GRAY;
  std::vector<png_byte> pixels(PNG_IMAGE_SIZE(image));
  const png_color white{255, 255, 255};  // behind transparent pixels
  if (png_image_finish_read(&image, &white, pixels.data(), 0, nullptr) == 0) return std::nullopt;

  ZXing::DecodeHints hints;
  hints.setFormats(ZXing::BarcodeFormat::QRCode).setTryHarder(true).setTryRotate(false).setMaxNumberOfSymbols(1);
  const ZXing::ImageView view(pixels.data(), static_cast<int>(image.width), static_cast<int>(image.height),
                              ZXing::ImageFormat::Lum);
  const auto results = ZXing::ReadBarcodes(view, hints);
  if (results.empty() || !results.front().isValid()) return std::nullopt;
  return results.front().text();
}

}  // namespace mingma::code::testing
