#include "base/error.h"

namespace mingma {

std::string Error::to_string() const {
  std::string text(code());
  if (!where_.empty()) {
    text += " at ";
    text += where_;
  }
  text += ": ";
  text += message_;
  return text;
}

Error Error::within(std::string_view prefix) const {
  Error outer = *this;
  // Paths ("/rules/2" and "/when") join without a gap, other places ("part 3" and "line 7") read as a list.
  const bool separate = !prefix.empty() && !where_.empty() && where_.front() != '/';
  outer.where_ = std::string(prefix) + (separate ? ", " : "") + where_;
  return outer;
}

}  // namespace mingma
