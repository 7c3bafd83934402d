// A bounded map that forgets what was not asked for longest. One owner; pointers live until the next insert or erase.
#pragma once

#include <list>
#include <unordered_map>
#include <utility>

namespace mingma::service {

template <typename Key, typename Value, typename Hash>
class Lru {
 public:
  explicit Lru(std::size_t size_max) : size_max_(size_max) {}

  Value* find(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return &found->second->second;
  }

  Value& insert(const Key& key, Value value) {
    erase(key);
    recent_.emplace_front(key, std::move(value));
    index_.emplace(key, recent_.begin());
    if (index_.size() > size_max_) {
      index_.erase(recent_.back().first);
      recent_.pop_back();
    }
    return recent_.front().second;
  }

  void erase(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    recent_.erase(found->second);
    index_.erase(found);
  }

  void clear() {
    index_.clear();
    recent_.clear();
  }

  std::size_t size() const { return index_.size(); }

 private:
  using Recent = std::list<std::pair<Key, Value>>;  // newest first
  std::size_t size_max_;
  Recent recent_;
  std::unordered_map<Key, typename Recent::iterator, Hash> index_;
};

}  // namespace mingma::service
