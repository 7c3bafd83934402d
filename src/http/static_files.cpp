#include "http/static_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/digest.h"
#include "http/errors.h"
#include "http/problem.h"
#include "http/routes/context.h"

namespace mingma::http {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 4'000;
constexpr std::uintmax_t kBytesMax = 64u << 20;
// Scripts, styles and connections of our own only; the camera, for scanning codes, is ours too. Styles inline because
// the widget libraries set them on elements; WebAssembly and workers because QR readers are made of them.
constexpr std::string_view kContentPolicy =
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
// Programs of one page each, which route below their prefix by themselves.
constexpr std::array<std::string_view, 4> kPagePrefixes{"/app", "/door", "/console", "/public"};

struct TypeOfSuffix {
  std::string_view suffix;
  std::string_view type;
};
constexpr auto kTypes = std::to_array<TypeOfSuffix>({
    {".css", "text/css; charset=utf-8"},
    {".html", kHtmlType},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", kJsonType},
    {".map", kJsonType},
    {".mjs", "text/javascript; charset=utf-8"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", kTextType},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
});

std::string_view type_of(const fs::path& file) {
  const std::string suffix = file.extension().string();
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeOfSuffix& each) { return each.suffix == suffix; });
  return found == kTypes.end() ? std::string_view{} : found->type;
}

// "assets/index-4f3a9c1b.js": at least eight letters or digits between the last '-' and the suffix.
bool has_hash_in_name(const fs::path& file) {
  const std::string stem = file.stem().string();
  const std::size_t dash = stem.rfind('-');
  if (dash == std::string::npos || stem.size() - dash - 1 < 8) return false;
  return std::all_of(stem.begin() + static_cast<std::ptrdiff_t>(dash) + 1, stem.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

struct Coding {
  std::string_view suffix;
  std::string_view name;
};
constexpr std::array<Coding, 2> kCodings{{{".br", "br"}, {".gz", "gzip"}}};

// RFC 9110, section 12.5.3, as far as browsers use it: the coding is named and not weighted to nothing.
bool accepts_coding(std::string_view header, std::string_view coding) {
  const std::size_t at = header.find(coding);
  return at != std::string_view::npos && !header.substr(at + coding.size()).starts_with(";q=0");
}

bool is_of_a_page(std::string_view path) {
  return std::any_of(kPagePrefixes.begin(), kPagePrefixes.end(), [path](std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  });
}

Error cannot(const std::string& what) { return {errors::kCannotServeFiles, what}; }

}  // namespace

Result<StaticFiles> StaticFiles::load(const std::string& folder) {
  auto files = std::make_shared<Files>();
  struct Coded {
    std::string name;
    std::string_view coding;
    std::string bytes;
  };
  std::vector<Coded> coded;
  std::uintmax_t total = 0;
  std::error_code error;
  fs::recursive_directory_iterator walk(folder, error);
  if (error) return cannot("the folder of pages cannot be read: " + error.message());
  for (; walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (error) return cannot("the folder of pages cannot be read: " + error.message());
    const fs::path& path = walk->path();
    if (path.filename().string().starts_with('.') || walk->is_symlink()) {
      walk.disable_recursion_pending();
      continue;
    }
    const auto coding = std::find_if(kCodings.begin(), kCodings.end(),
                                     [&](const Coding& each) { return path.extension() == each.suffix; });
    const bool plain = coding == kCodings.end();
    const std::string_view type = type_of(plain ? path : path.stem());
    if (!walk->is_regular_file() || type.empty()) continue;
    std::ifstream in(path, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    if (!in.good() && !in.eof()) return cannot("a page cannot be read");
    total += bytes.size();
    if (files->size() + coded.size() == kFilesMax || total > kBytesMax)
      return cannot("there are over 4,000 pages or over 64 MiB of them");
    if (!plain) {
      std::string name = "/" + path.lexically_relative(folder).replace_extension().generic_string();
      coded.push_back({std::move(name), coding->name, std::move(bytes)});
      continue;
    }
    File file;
    file.type = type;
    file.bytes = std::move(bytes);
    file.etag = hex_encode(ByteView(crypto::sha256(as_bytes(file.bytes))).first(16));
    file.for_ever = has_hash_in_name(path);
    files->emplace("/" + path.lexically_relative(folder).generic_string(), std::move(file));
  }
  for (Coded& one : coded) {
    if (const auto found = files->find(one.name); found != files->end())
      found->second.coded.emplace(one.coding, std::move(one.bytes));
  }
  return StaticFiles(std::move(files));
}

void StaticFiles::add_routes(Router& router) const {
  router.add_plain(Method::kGet, "/{path...}", {},
                   [files = files_](Request& request) -> Result<Response> { return answer(request, files); });
}

Response StaticFiles::answer(const Request& request, const std::shared_ptr<const Files>& files) {
  const std::string wanted = "/" + request.parameters[0];
  auto found = files->find(wanted);
  if (found == files->end()) found = files->find(wanted + (wanted.ends_with('/') ? "index.html" : "/index.html"));
  // A page with its own routing answers for paths below its folder, but never for something that looks like a file.
  const std::string_view last = std::string_view(wanted).substr(wanted.rfind('/') + 1);
  if (found == files->end() && last.find('.') == std::string_view::npos) {
    for (std::size_t end = wanted.rfind('/'); found == files->end() && end != std::string::npos && end > 0;
         end = wanted.rfind('/', end - 1)) {
      found = files->find(wanted.substr(0, end) + "/index.html");
    }
    if (found == files->end() && is_of_a_page(wanted)) found = files->find("/index.html");
  }
  if (found == files->end()) return problem({errors::kNotFound, "there is nothing at this path"}, request.language);
  const File& file = found->second;
  const std::string_view cache = file.for_ever ? "public, max-age=31536000, immutable" : "public, no-cache";
  // In the order of their names, which puts Brotli, the smaller, first.
  const auto chosen = std::find_if(file.coded.begin(), file.coded.end(), [&](const auto& each) {
    return accepts_coding(request.header("accept-encoding"), each.first);
  });
  Response response = chosen == file.coded.end()
                          ? cached_response(request, files, file.bytes, file.etag, file.type, cache)
                          : cached_response(request, files, chosen->second,
                                            file.etag + "-" + std::string(chosen->first), file.type, cache);
  if (chosen != file.coded.end()) response.add_header("Content-Encoding", chosen->first);
  if (!file.coded.empty()) response.add_header("Vary", "Accept-Encoding");
  response.add_header("Content-Security-Policy", kContentPolicy);
  response.add_header("Permissions-Policy", "camera=(self), geolocation=(), microphone=()");
  response.add_header("Referrer-Policy", "same-origin");
  return response;
}

}  // namespace mingma::http
