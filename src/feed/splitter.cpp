#include "feed/splitter.h"

#include <algorithm>

#include "base/assert.h"

namespace mingma::feed {

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}
}  // namespace

// Position just after the line end that closes the record, or npos. The scan's state lives in quote_, so that a chunk
// may end anywhere.
std::size_t RecordSplitter::find_end(std::string_view text, std::size_t from) {
  if (kind_ == RecordKind::kNdjson || too_long_) {
    const std::size_t at = text.find('\n', from);
    if (at == std::string_view::npos) return at;
    ++lines_;
    return at + 1;
  }
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++lines_;
    if (quote_ == Quote::kInside) {
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
  if (too_long_) return;
  if (pending_.size() + text.size() > record_bytes_max_ + 2) {  // + CRLF
    too_long_ = true;
    pending_.clear();
    pending_.shrink_to_fit();
    return;
  }
  pending_ += text;
}

void RecordSplitter::emit(std::string_view text, const Sink& sink) {
  const std::string_view record = without_line_end(text);
  const bool too_long = too_long_ || record.size() > record_bytes_max_;
  if (too_long) {
    sink({record_line_, {}, true});
  } else if (record.find_first_not_of(" \t\r") != std::string_view::npos) {
    sink({record_line_, record, false});
  }
  pending_.clear();
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
    if (pending_.empty()) {
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
