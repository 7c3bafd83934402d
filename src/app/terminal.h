// What a person sees in a terminal: progress on long work, tables, one-line errors.
//
// Progress goes to standard error and only when that is a terminal (otherwise a line every ten seconds), results go
// to standard output, so that output can be piped.
// Threading: a Progress belongs to one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace mingma::app {

// "1,234,567"
std::string with_commas(std::uint64_t value);
// "3.2 MB"
std::string human_bytes(std::uint64_t bytes);

class Progress {
 public:
  // `total` 0 when it is not known. `unit` is shown after the rate: "statements".
  Progress(std::string title, std::uint64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void set(std::uint64_t done);
  void finish();  // last line with the total and the time; called by the destructor otherwise

 private:
  void draw(bool last);

  std::string title_;
  std::string unit_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point drawn_;
  bool terminal_;
  bool finished_ = false;
};

// A plain table with aligned columns; Chinese characters count as two cells.
std::string table(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows);

// "error: <code> at <place>: <message>" on standard error.
void print_error(const Error& error);

}  // namespace mingma::app
