#include "rules/proof/person.h"

#include <algorithm>
#include <bitset>
#include <limits>
#include <vector>

namespace mingma::rules::proof {
namespace {

constexpr std::int64_t kDaysTried = 60;
constexpr std::int64_t kHoursTried = 96;
constexpr std::int64_t kEightInTheMorning = 0;  // 08:00 at UTC+8 is 00:00 UTC

using Facts = std::bitset<kFacts>;

std::size_t bit(FactId id) { return static_cast<std::size_t>(id); }

// The fact and all that cannot be there without it.
Facts dependents(FactId id) {
  Facts out;
  out.set(bit(id));
  for (bool grew = true; grew;) {
    grew = false;
    for (const FactImplication& implication : fact_implications()) {
      if (implication.kind == ImplicationKind::kAtMost || !out[bit(implication.other)] || out[bit(implication.fact)])
        continue;
      out.set(bit(implication.fact));
      grew = true;
    }
  }
  return out;
}

class Simplifier {
 public:
  Simplifier(Person person, const Shows& shows, UnixSeconds from, UnixSeconds to)
      : person_(std::move(person)), shows_(shows), from_(from), to_(to) {}

  Person run() {
    for (int round = 0; round < 3; ++round) {
      const Person before = person_;
      fewer_facts();
      smaller_values();
      round_clock();
      round_instants();
      if (person_.facts == before.facts && person_.facts_after == before.facts_after && person_.now == before.now &&
          person_.now_after == before.now_after)
        break;
    }
    return person_;
  }

 private:
  bool try_this(const Person& candidate) {
    if (!shows_(candidate)) return false;
    person_ = candidate;
    return true;
  }
  // Sets a fact before and after; where the two differ, each is tried by itself.
  bool try_value(FactId id, std::uint32_t value) {
    if (person_.facts.get(id) == value && person_.facts_after.get(id) == value) return false;
    Person both = person_;
    both.facts.set(id, value);
    both.facts_after.set(id, value);
    if (try_this(both)) return true;
    if (person_.facts.get(id) == person_.facts_after.get(id)) return false;
    Person before = person_, after = person_;
    before.facts.set(id, value);
    after.facts_after.set(id, value);
    return (person_.facts.get(id) != value && try_this(before)) ||
           (person_.facts_after.get(id) != value && try_this(after));
  }

  void fewer_facts();
  void smaller_values();
  void round_clock();
  void move_all(std::int64_t seconds);
  bool try_moment(FactKind kind, std::uint32_t from, std::uint32_t to);
  std::vector<std::int64_t> round_values(bool date) const;
  void round_instants();
  void round_after();

  Person person_;
  const Shows& shows_;
  UnixSeconds from_;
  UnixSeconds to_;
};

void Simplifier::fewer_facts() {
  // What hangs on nothing else goes first, with all that hangs on it; then facts one by one.
  for (const bool together : {true, false}) {
    for (const FactInfo& info : fact_schema()) {
      if (!person_.facts.present(info.id) && !person_.facts_after.present(info.id)) continue;
      if (!together) {
        try_value(info.id, 0);
        continue;
      }
      Person without = person_;
      const Facts gone = dependents(info.id);
      for (const FactInfo& other : fact_schema()) {
        if (!gone[bit(other.id)]) continue;
        without.facts.set(other.id, 0);
        without.facts_after.set(other.id, 0);
      }
      try_this(without);
    }
  }
}

void Simplifier::smaller_values() {
  for (const FactInfo& info : fact_schema()) {
    if (info.nullable) continue;
    const std::uint32_t now = person_.facts.get(info.id), after = person_.facts_after.get(info.id);
    if (now != after) {  // less of both, as far apart as they are
      Person less = person_;
      less.facts.set(info.id, now - std::min(now, after));
      less.facts_after.set(info.id, after - std::min(now, after));
      try_this(less);
    }
    for (std::uint32_t value = 1; value < std::min<std::uint32_t>(std::max(now, after), 64); ++value) {
      if (try_value(info.id, value)) break;
    }
  }
}

// The whole story earlier or later by as much.
void Simplifier::move_all(std::int64_t seconds) {
  if (seconds == 0) return;
  Person moved = person_;
  moved.now = person_.now.plus(seconds);
  moved.now_after = person_.now_after.plus(seconds);
  const std::int64_t days = seconds / kSecondsPerDay;
  for (const FactInfo& info : fact_schema()) {
    for (FactRow* row : {&moved.facts, &moved.facts_after}) {
      if (!row->present(info.id)) continue;
      const std::int64_t value = row->get(info.id);
      if (info.kind == FactKind::kInstant) {
        row->set_instant(info.id,
                         {std::clamp<std::int64_t>(value + seconds, 1, std::numeric_limits<std::uint32_t>::max())});
      } else if (info.kind == FactKind::kDate) {
        row->set(info.id, static_cast<std::uint32_t>(std::clamp<std::int64_t>(value + days, 1, 0xFFFF)));
      }
    }
  }
  try_this(moved);
}

void Simplifier::round_clock() {
  const auto floor_to_morning = [](std::int64_t at) {
    return at / kSecondsPerDay * kSecondsPerDay + kEightInTheMorning;
  };
  // Some days into the policies, so that what lies before "now" does not lie before them by much.
  for (const std::int64_t days : {14, 7, 3, 1, 0}) {
    const std::int64_t target = floor_to_morning(from_.value) + days * kSecondsPerDay;
    if (target < from_.value || target > to_.value) continue;
    if (person_.now.value == target) return;
    move_all(target - person_.now.value);
    if (person_.now.value == target) return;
  }
  for (const std::int64_t unit : {kSecondsPerDay, std::int64_t{3'600}}) {
    for (const std::int64_t up : {0, 1}) {
      const std::int64_t target = person_.now.value / unit * unit + up * unit;
      if (target >= from_.value && target <= to_.value) {
        Person alone = person_;
        alone.now = {target};
        if (person_.now_after == person_.now) alone.now_after = alone.now;
        if (person_.now.value % unit == 0 || try_this(alone)) break;
        move_all(target - person_.now.value);
      }
      if (person_.now.value % unit == 0) break;
    }
    if (person_.now.value % unit == 0) break;
  }
}

void Simplifier::round_after() {
  if (person_.now_after == person_.now) return;
  for (const std::int64_t unit : {kSecondsPerDay, std::int64_t{3'600}}) {
    for (std::int64_t count = 1; count <= kDaysTried; ++count) {
      Person later = person_;
      later.now_after = person_.now.plus(count * unit);
      if (later.now_after > to_) break;
      if (later.now_after == person_.now_after || try_this(later)) return;
    }
  }
}

// Sets whatever has the value `from` among the facts of that kind, before and after, to `to`.
bool Simplifier::try_moment(FactKind kind, std::uint32_t from, std::uint32_t to) {
  Person moved = person_;
  for (const FactInfo& info : fact_schema()) {
    if (info.kind != kind) continue;
    for (FactRow* row : {&moved.facts, &moved.facts_after}) {
      if (row->get(info.id) == from) row->set(info.id, to);
    }
  }
  return try_this(moved);
}

// What a reader likes best first: whole days ago, now, whole hours ago, days to come.
std::vector<std::int64_t> Simplifier::round_values(bool date) const {
  const std::int64_t today = date ? china_date(person_.now).days : person_.now.value;
  const std::int64_t day = date ? 1 : kSecondsPerDay;
  std::vector<std::int64_t> wanted;
  for (std::int64_t n = 1; n <= kDaysTried; ++n) wanted.push_back(today - n * day);
  wanted.push_back(today);
  for (std::int64_t n = 1; !date && n <= kHoursTried; ++n) wanted.push_back(today - n * 3'600);
  for (std::int64_t n = 1; n <= kDaysTried; ++n) wanted.push_back(today + n * day);
  std::erase_if(wanted, [&](std::int64_t value) { return value <= 0 || value > (date ? 0xFFFF : 0xFFFF'FFFF); });
  return wanted;
}

void Simplifier::round_instants() {
  round_after();
  for (const FactInfo& info : fact_schema()) {
    if (!info.nullable) continue;
    const std::vector<std::int64_t> wanted = round_values(info.kind == FactKind::kDate);
    for (const bool after : {false, true}) {
      const std::uint32_t found = (after ? person_.facts_after : person_.facts).get(info.id);
      if (found == 0) continue;
      for (const std::int64_t value : wanted) {
        const auto moment = static_cast<std::uint32_t>(value);
        if (moment == found || try_moment(info.kind, found, moment)) break;
      }
    }
    // By itself, too, where that brings it nearer.
    for (const std::int64_t value : wanted) {
      const auto moment = static_cast<std::uint32_t>(value);
      if (person_.facts.get(info.id) == 0 || person_.facts.get(info.id) == moment || try_value(info.id, moment)) break;
    }
  }
}

}  // namespace

Person simplify(Person person, const Shows& shows, UnixSeconds from, UnixSeconds to) {
  return Simplifier(std::move(person), shows, from, to).run();
}

}  // namespace mingma::rules::proof
