// Cuts a byte stream into records: lines of NDJSON, or CSV records whose quoted fields may hold line ends.
//
// Input comes in chunks cut anywhere. Line ends are LF or CRLF; a UTF-8 byte order mark at the start is dropped; the
// last record needs no line end. Blank lines are no records, but they count as lines. A record over the limit is
// reported once, as too long, and skipped to the next line end; the following records are whole again. Where a record
// ends depends on the bytes only, never on how they were cut into chunks.
//
// Threading: one owner. Memory: at most one record's limit plus the current chunk. Views given to the sink live during
// the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace mingma::feed {

enum class RecordKind : std::uint8_t { kNdjson, kCsv };

struct RawRecord {
  std::uint64_t line = 0;  // of its first byte, from 1
  std::string_view text;   // without line end; empty when too_long
  bool too_long = false;
};

class RecordSplitter final {
 public:
  using Sink = std::function<void(const RawRecord&)>;
  using PieceSink = std::function<void(std::string_view)>;

  RecordSplitter(RecordKind kind, std::size_t record_bytes_max) : kind_(kind), record_bytes_max_(record_bytes_max) {}

  // Optional: gets the bytes of a record over the limit, without its line end, in pieces before the sink hears of it.
  void give_long_records_to(PieceSink pieces) { long_pieces_ = std::move(pieces); }

  void push(std::string_view chunk, const Sink& sink);
  // Ends the input: gives the last record, if it had no line end. The splitter must not be used after it.
  void finish(const Sink& sink);

  std::uint64_t lines() const {
    return lines_;
  }  // line ends seen so far, plus one for a last line without one after finish()

 private:
  enum class Quote : std::uint8_t { kFieldStart, kPlain, kInside, kJustClosed };

  void split(std::string_view chunk, const Sink& sink);
  std::size_t find_end(std::string_view text, std::size_t from);
  void emit(std::string_view text, const Sink& sink);
  void keep(std::string_view text);
  void give_long(std::string_view text);

  RecordKind kind_;
  std::size_t record_bytes_max_;
  PieceSink long_pieces_;
  std::string pending_;             // the beginning of a record whose end has not come yet
  std::string long_end_;            // of a record that is too long: its last bytes, which may be its line end
  std::uint64_t record_bytes_ = 0;  // of the record being scanned, in earlier chunks
  std::uint64_t lines_ = 0;
  std::uint64_t record_line_ = 1;
  Quote quote_ = Quote::kFieldStart;
  bool too_long_ = false;
  bool started_ = false;
  bool finished_ = false;
};

}  // namespace mingma::feed
