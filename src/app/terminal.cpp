#include "app/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace mingma::app {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

// Cells a UTF-8 string takes in a terminal: East Asian wide characters take two.
std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // Three-byte sequences from U+1100 on and all four-byte ones are treated as wide: CJK and full-width forms.
    width += length == 3 && lead >= 0xE2 + 1 ? 2 : length == 4 ? 2 : 1;
    i += length;
  }
  return width;
}

}  // namespace

std::string with_commas(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1000 && unit < 4) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

Progress::Progress(std::string title, std::uint64_t total, std::string unit)
    : title_(std::move(title)),
      unit_(std::move(unit)),
      total_(total),
      begin_(steady_clock::now()),
      drawn_(begin_),
      terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { finish(); }

void Progress::set(std::uint64_t done) {
  done_ = done;
  const auto now = steady_clock::now();
  if (now - drawn_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000))) return;
  drawn_ = now;
  draw(false);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  draw(true);
}

void Progress::draw(bool last) {
  const double seconds = duration<double>(steady_clock::now() - begin_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string line = title_ + "  ";
  if (total_ > 0) {
    const int filled = static_cast<int>(24 * std::min<std::uint64_t>(done_, total_) / total_);
    line += "[" + std::string(static_cast<std::size_t>(filled), '#') +
            std::string(static_cast<std::size_t>(24 - filled), '.') + "] " +
            std::to_string(100 * std::min(done_, total_) / total_) + "%  ";
  }
  line += with_commas(done_) + " " + unit_;
  char tail[64];
  std::snprintf(tail, sizeof tail, ", %s/s, %.1f s", with_commas(static_cast<std::uint64_t>(rate)).c_str(), seconds);
  line += tail;
  if (!last && total_ > done_ && rate > 0) {
    std::snprintf(tail, sizeof tail, ", %.0f s left", static_cast<double>(total_ - done_) / rate);
    line += tail;
  }
  std::fprintf(stderr, terminal_ ? "\r\033[K%s%s" : "%s%s", line.c_str(), terminal_ && !last ? "" : "\n");
  std::fflush(stderr);
}

std::string table(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  widths.reserve(heads.size());
  for (const std::string& head : heads) widths.push_back(display_width(head));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string& cell = i < cells.size() ? cells[i] : std::string();
      out += cell;
      if (i + 1 < widths.size()) out.append(widths[i] - display_width(cell) + 2, ' ');
    }
    out += '\n';
  };
  line(heads);
  std::vector<std::string> rule;
  rule.reserve(widths.size());
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  line(rule);
  for (const auto& row : rows) line(row);
  return out;
}

void print_error(const Error& error) { std::fprintf(stderr, "error: %s\n", error.to_string().c_str()); }

}  // namespace mingma::app
