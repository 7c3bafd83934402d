#include <openssl/pem.h>

#include "crypto/openssl_internal.h"

namespace mingma::crypto {
namespace {

bool only_white_space(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

Result<Bytes> pem_body(std::string_view text, std::string_view type, const ErrorInfo& info) {
  const std::string begin = "-----BEGIN " + std::string(type) + "-----";
  const std::string end = "-----END " + std::string(type) + "-----";
  const Error refused(info, "not one PEM block of type " + std::string(type));
  if (text.size() > kKeyFileBytesMax) return refused;
  const std::size_t first = text.find(begin);
  if (first == std::string_view::npos || !only_white_space(text.substr(0, first))) return refused;
  const std::size_t last = text.find(end, first);
  if (last == std::string_view::npos || !only_white_space(text.substr(last + end.size()))) return refused;

  const BioPtr bio(BIO_new_mem_buf(text.data() + first, static_cast<int>(text.size() - first)));
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (!bio || PEM_read_bio(bio.get(), &name, &header, &data, &size) != 1) {
    ERR_clear_error();
    return refused;
  }
  const bool plain = std::string_view(name) == type && header[0] == '\0';
  Bytes body(data, data + size);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  if (!plain) return refused;
  return body;
}

std::string pem_text(ByteView body, std::string_view type) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  MINGMA_ASSERT(
      bio && PEM_write_bio(bio.get(), std::string(type).c_str(), "", body.data(), static_cast<long>(body.size())) > 0);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace mingma::crypto
