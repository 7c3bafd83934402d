#include "feed/splitter.h"

#include <algorithm>

#include "base/assert.h"

namespace mingma::feed {

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kLineEndBytes = 2;

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}
}  // namespace

// Position just after the line end that closes the record, or npos. The scan's state lives in quote_, so that a chunk
// may end anywhere.
std::size_t RecordSplitter::find_end(std::string_view text, std::size_t from) {
  if (kind_ == RecordKind::kNdjson) {
    const std::size_t at = text.find('\n', from);
    if (at == std::string_view::npos) return at;
    ++lines_;
    return at + 1;
  }
  const std::uint64_t room =
      record_bytes_max_ + kLineEndBytes - std::min<std::uint64_t>(record_bytes_, record_bytes_max_ + kLineEndBytes);
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++lines_;
    if (i - from >= room) {  // too long already: no quote holds its line end back any more
      if (c == '\n') return i + 1;
    } else if (quote_ == Quote::kInside) {
      if (c == '"') quote_ = Quote::kJustClosed;
    } else if (c == '\n') {
      return i + 1;
    } else if (c == '"' && quote_ != Quote::kPlain) {
      quote_ = Quote::kInside;  // opens a field, or is the second of a doubled quote
    } else {
      quote_ = c == ',' ? Quote::kFieldStart : Quote::kPlain;
    }
  }
  return std::string_view::npos;
}

void RecordSplitter::keep(std::string_view text) {
  record_bytes_ += text.size();
  if (record_bytes_ <= record_bytes_max_ + kLineEndBytes) {
    pending_ += text;
    return;
  }
  if (!too_long_) {
    too_long_ = true;
    give_long(pending_);
    pending_.clear();
    pending_.shrink_to_fit();
  }
  give_long(text);
}

void RecordSplitter::give_long(std::string_view text) {
  if (!long_pieces_) return;
  long_end_ += text;
  if (long_end_.size() <= kLineEndBytes) return;
  const std::size_t given = long_end_.size() - kLineEndBytes;
  long_pieces_(std::string_view(long_end_).substr(0, given));
  long_end_.erase(0, given);
}

void RecordSplitter::emit(std::string_view text, const Sink& sink) {
  const std::string_view record = without_line_end(text);
  const bool too_long = too_long_ || record.size() > record_bytes_max_;
  if (too_long) {
    if (long_pieces_) long_pieces_(too_long_ ? without_line_end(long_end_) : record);
    sink({record_line_, {}, true});
  } else if (record.find_first_not_of(" \t\r") != std::string_view::npos) {
    sink({record_line_, record, false});
  }
  pending_.clear();
  long_end_.clear();
  record_bytes_ = 0;
  too_long_ = false;
  quote_ = Quote::kFieldStart;
  record_line_ = lines_ + 1;
}

void RecordSplitter::push(std::string_view chunk, const Sink& sink) {
  MINGMA_ASSERT(!finished_);
  // The mark may itself be cut: bytes are held back until three are there or they differ.
  if (!started_) {
    const std::size_t taken = std::min(chunk.size(), kByteOrderMark.size() - pending_.size());
    pending_ += chunk.substr(0, taken);
    chunk.remove_prefix(taken);
    if (pending_.size() < kByteOrderMark.size() && kByteOrderMark.starts_with(pending_)) return;
    started_ = true;
    const std::string head = pending_ == kByteOrderMark ? std::string() : pending_;
    pending_.clear();
    split(head, sink);
  }
  split(chunk, sink);
}

void RecordSplitter::split(std::string_view chunk, const Sink& sink) {
  std::size_t begin = 0;
  while (begin < chunk.size()) {
    const std::size_t end = find_end(chunk, begin);
    if (end == std::string_view::npos) {
      keep(chunk.substr(begin));
      return;
    }
    const std::string_view tail = chunk.substr(begin, end - begin);
    if (record_bytes_ == 0) {
      emit(tail, sink);
    } else {
      keep(tail);
      emit(pending_, sink);
    }
    begin = end;
  }
}

void RecordSplitter::finish(const Sink& sink) {
  MINGMA_ASSERT(!finished_);
  finished_ = true;
  if (pending_.empty() && !too_long_) return;
  ++lines_;
  const std::string last = std::move(pending_);
  emit(last, sink);
}

}  // namespace mingma::feed
