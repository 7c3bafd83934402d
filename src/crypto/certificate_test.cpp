#include "crypto/certificate.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/json.h"
#include "crypto/digest.h"
#include "crypto/errors.h"

namespace mingma::crypto {
namespace {

// Made with the openssl program: P-256, self-signed, two usages of the HCERT arc.
constexpr std::string_view kPem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBxjCCAWygAwIBAgIUEet/plm3MC5L+Ff9tsWexk1Ak48wCgYIKoZIzj0EAwIw\n"
    "PzELMAkGA1UEBhMCQ04xFjAUBgNVBAoMDVRlc3QgUHJvdmluY2UxGDAWBgNVBAMM\n"
    "D+a1i+ivleetvuWPkeiAhTAeFw0yNjExMjMxMzM5MTJaFw0zNjExMjAxMzM5MTJa\n"
    "MD8xCzAJBgNVBAYTAkNOMRYwFAYDVQQKDA1UZXN0IFByb3ZpbmNlMRgwFgYDVQQD\n"
    "DA/mtYvor5Xnrb7lj5HogIUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASbw1fs\n"
    "oxtGZsU7m9QhIB6LwBtoJTsqlc6AqUKwDCG7CBvGwlRHCSofN+yLIV9VaSf1ILyu\n"
    "nY/qkaekTRrK6b46o0YwRDAjBgNVHSUEHDAaBgsrBgEEAY43j2UBAQYLKwYBBAGO\n"
    "N49lAQIwHQYDVR0OBBYEFFdG1qwYMT96hxRYvwsoaUBA3F7WMAoGCCqGSM49BAMC\n"
    "A0gAMEUCICIXVIhOyCrSMcYxrNH+EANAjETwNCyoxRtjg/d7Ei7cAiEAjkfXqXAP\n"
    "8whgAr5H7j4lhzgZrS9eLgXuANV3/0L6b1Y=\n"
    "-----END CERTIFICATE-----\n";

std::filesystem::path data_folder() {
  const char* chosen = std::getenv("MINGMA_DATA");
  return chosen != nullptr ? std::filesystem::path(chosen)
                           : std::filesystem::path(MINGMA_SOURCE_DIR) / "../shared/data";
}

TEST(CertificateTest, ReadsKeyValidityUsageAndNames) {
  const auto certificate = Certificate::from_pem(kPem);
  ASSERT_TRUE(certificate.ok()) << certificate.error().to_string();
  EXPECT_EQ(certificate->key().algorithm(), SignatureAlgorithm::kEs256);
  EXPECT_EQ(certificate->not_before().to_string(), "2026-11-23T13:39:12Z");
  EXPECT_EQ(certificate->not_after().to_string(), "2036-11-20T13:39:12Z");
  EXPECT_TRUE(certificate->valid_at(certificate->not_before()));
  EXPECT_TRUE(certificate->valid_at(certificate->not_after()));
  EXPECT_FALSE(certificate->valid_at(certificate->not_before().plus(-1)));
  EXPECT_FALSE(certificate->valid_at(certificate->not_after().plus(1)));
  EXPECT_EQ(certificate->extended_key_usage(),
            (std::vector<std::string>{"1.3.6.1.4.1.1847.2021.1.1", "1.3.6.1.4.1.1847.2021.1.2"}));
  EXPECT_EQ(certificate->subject_common_name(), "测试签发者");
  EXPECT_EQ(certificate->issuer_common_name(), "测试签发者");
  EXPECT_EQ(certificate->subject_country(), "CN");
  EXPECT_EQ(hex_encode(certificate->fingerprint()), "bc6536f78c204cbacf04832caef38518eb394d73be8582e08c95788263996c77");
}

TEST(CertificateTest, RefusesTrailingCutOrOtherBytes) {
  Bytes der = Certificate::from_pem(kPem)->der();
  EXPECT_TRUE(Certificate::from_der(der).ok());
  for (std::size_t n = 0; n < der.size(); ++n) {
    const auto cut = Certificate::from_der(ByteView(der).first(n));
    ASSERT_FALSE(cut.ok()) << n;
    EXPECT_TRUE(cut.error().is(errors::kInvalidCertificate));
  }
  der.push_back(0);
  EXPECT_FALSE(Certificate::from_der(der).ok());
  EXPECT_FALSE(Certificate::from_pem("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").ok());
  EXPECT_FALSE(Certificate::from_pem(std::string(kPem) + std::string(kPem)).ok());
}

TEST(CertificateTest, ReadsEverySignerOfThePublishedTestCertificates) {
  const auto folder = data_folder() / "hcert/testdata";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "skipped: no conformance data";
  int files = 0;
  int read = 0;
  std::set<Digest> signers;
  std::set<SignatureAlgorithm> algorithms;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "pictures.json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto json = parse_json(text);
    ASSERT_TRUE(json.ok()) << entry.path() << json.error().to_string();
    const Json* context = json->find("TESTCTX");
    const Json* field = context != nullptr ? context->find("CERTIFICATE") : nullptr;
    if (field == nullptr || !field->is_string() || field->string().empty()) continue;
    ++files;
    const auto der = base64_decode(field->string());
    ASSERT_TRUE(der.ok()) << entry.path();
    const auto certificate = Certificate::from_der(*der);
    EXPECT_TRUE(certificate.ok()) << entry.path() << ": " << certificate.error().to_string();
    if (!certificate.ok()) continue;
    ++read;
    signers.insert(certificate->fingerprint());
    algorithms.insert(certificate->key().algorithm());
  }
  EXPECT_GT(files, 400);
  EXPECT_EQ(read, files);
  EXPECT_GT(signers.size(), 30U);
  EXPECT_EQ(algorithms, (std::set{SignatureAlgorithm::kEs256, SignatureAlgorithm::kPs256}));
}

}  // namespace
}  // namespace mingma::crypto
