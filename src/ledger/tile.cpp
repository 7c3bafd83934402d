#include "ledger/tile.h"

#include <algorithm>

#include "ledger/decimal.h"
#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

constexpr std::uint64_t kIndexMax = (std::uint64_t{1} << 56) - 1;
constexpr std::uint64_t kLevelMax = 63;
constexpr int kPathPartsMax = 6;  // 18 digits hold the largest index and cannot overflow

Error no_tile_path() { return {errors::kInvalidTilePath, "no path of a tile"}; }

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "x001/x234/067" -> 1234067. Leaves the rest (".p/5" or nothing) in `text`.
Result<std::uint64_t> take_index(std::string_view& text) {
  std::uint64_t index = 0;
  for (int part = 0; part < kPathPartsMax; ++part) {
    const bool more = text.starts_with('x');
    if (more) text.remove_prefix(1);
    if (text.size() < 3 || !all_digits(text.substr(0, 3))) return no_tile_path();
    if (part == 0 && more && text.starts_with("000")) return no_tile_path();  // would be a second spelling
    for (const char digit : text.substr(0, 3)) index = index * 10 + static_cast<std::uint64_t>(digit - '0');
    text.remove_prefix(3);
    if (!more) {
      if (index > kIndexMax) return no_tile_path();
      return index;
    }
    if (!text.starts_with('/')) return no_tile_path();
    text.remove_prefix(1);
  }
  return no_tile_path();
}

std::string index_path(std::uint64_t index) {
  std::string out;
  for (bool last = true; last || index > 0; last = false, index /= 1000) {
    std::string part = std::to_string(index % 1000);
    part.insert(0, 3 - part.size(), '0');
    out.insert(0, last ? part : "x" + part + "/");
  }
  return out;
}

}  // namespace

std::string TileName::to_path() const {
  std::string out =
      "tile/" + (kind == TileKind::kEntries ? std::string("entries") : std::to_string(level)) + "/" + index_path(index);
  if (!full()) out += ".p/" + std::to_string(width);
  return out;
}

Result<TileName> parse_tile_path(std::string_view path) {
  constexpr std::string_view kPrefix = "tile/";
  if (!path.starts_with(kPrefix)) return no_tile_path();
  path.remove_prefix(kPrefix.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return no_tile_path();
  TileName out;
  if (path.substr(0, slash) == "entries") {
    out.kind = TileKind::kEntries;
  } else {
    const auto level = parse_decimal(path.substr(0, slash), kLevelMax);
    if (!level) return no_tile_path();
    out.level = static_cast<std::uint8_t>(*level);
  }
  path.remove_prefix(slash + 1);
  MINGMA_TRY(out.index, take_index(path));
  if (path.empty()) return out;
  constexpr std::string_view kPartial = ".p/";
  if (!path.starts_with(kPartial)) return no_tile_path();
  const auto width = parse_decimal(path.substr(kPartial.size()), kTileWidth - 1);
  if (!width || *width == 0) return no_tile_path();
  out.width = static_cast<std::uint16_t>(*width);
  return out;
}

std::uint64_t hashes_at_level(TreeSize size, int level) {
  const int shift = level * kTileHeight;
  return shift >= 64 ? 0 : size.value >> shift;
}

std::vector<TileName> tiles_of(TreeSize size) {
  std::vector<TileName> out;
  const auto add = [&](TileKind kind, int level) {
    const std::uint64_t hashes = hashes_at_level(size, level);
    for (std::uint64_t index = 0; index * kTileWidth < hashes; ++index) {
      const auto width = std::min(kTileWidth, hashes - index * kTileWidth);
      out.push_back({kind, static_cast<std::uint8_t>(level), index, static_cast<std::uint16_t>(width)});
    }
  };
  for (int level = 0; hashes_at_level(size, level) > 0; ++level) add(TileKind::kHashes, level);
  add(TileKind::kEntries, 0);
  return out;
}

Result<TileName> tile_at(const TileName& tile, TreeSize size) {
  const std::uint64_t hashes = hashes_at_level(size, tile.level);
  if (tile.index > hashes / kTileWidth || tile.index * kTileWidth >= hashes) {
    return Error(errors::kNoSuchTile, "the tree has no such tile", tile.to_path());
  }
  TileName out = tile;
  out.width = static_cast<std::uint16_t>(std::min(kTileWidth, hashes - tile.index * kTileWidth));
  return out;
}

void append_entry(Bytes& bundle, ByteView entry) {
  MINGMA_ASSERT(entry.size() <= kEntryBytesMax);
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
  bundle.push_back(static_cast<std::uint8_t>(entry.size() & 0xff));
  append(bundle, entry);
}

Result<std::vector<ByteView>> parse_bundle(ByteView bundle, std::size_t count) {
  const Error invalid(errors::kInvalidBundle, "not a bundle of " + std::to_string(count) + " entries");
  std::vector<ByteView> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (bundle.size() < 2) return invalid;
    const std::size_t length = static_cast<std::size_t>(bundle[0]) << 8 | bundle[1];
    if (bundle.size() - 2 < length) return invalid;
    out.push_back(bundle.subspan(2, length));
    bundle = bundle.subspan(2 + length);
  }
  if (!bundle.empty()) return invalid;
  return out;
}

Result<std::vector<Digest>> parse_hash_tile(ByteView tile, std::size_t count) {
  if (tile.size() != count * sizeof(Digest)) {
    return Error(errors::kInvalidBundle, "not a tile of " + std::to_string(count) + " hashes");
  }
  std::vector<Digest> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Digest)), sizeof(Digest), out[i].bytes.begin());
  }
  return out;
}

}  // namespace mingma::ledger
