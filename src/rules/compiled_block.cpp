#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "rules/compiled_kernels.h"
#include "rules/compiled_program.h"

namespace mingma::rules {
namespace {

using kernels::kLanes;
using kernels::Summary;

static_assert(CompiledPolicy::kRowsAtOnce == kLanes && FactColumns::kBlockRows % kLanes == 0);

constexpr std::array<std::uint8_t, kLanes> filled(std::uint8_t value) {
  std::array<std::uint8_t, kLanes> lanes{};
  for (std::uint8_t& lane : lanes) lane = value;
  return lanes;
}
alignas(64) constexpr std::array<std::uint8_t, kLanes> kNoLane = filled(0);
alignas(64) constexpr std::array<std::uint8_t, kLanes> kEveryLane = filled(0xFF);

// A node's value in kLanes rows. No `until`: it holds for ever everywhere. No `inexact`: every lane that does not
// changes then.
struct Lanes {
  const std::uint8_t* mask = kNoLane.data();
  const std::uint32_t* until = nullptr;
  const std::uint8_t* inexact = nullptr;
  bool any = false;
  bool all = false;

  bool always(bool value) const { return until == nullptr && (value ? all : !any); }
};

struct alignas(64) Buffer {
  std::array<std::uint8_t, kLanes> mask;
  std::array<std::uint32_t, kLanes> until;
  std::array<std::uint8_t, kLanes> inexact;
};

// Evaluates a program on kLanes rows at a time; one thread.
class BlockEvaluation {
 public:
  BlockEvaluation(const PolicyProgram& program, const FactColumns& columns, UnixSeconds now)
      : program_(program),
        columns_(columns),
        now_(now),
        epochs_(program.graph.size()),
        lanes_(program.graph.size()),
        buffers_(program.graph.size()) {}

  // Decides rows first..first + kLanes; afterwards codes() and horizons() hold them.
  void run(std::size_t first);
  const std::uint32_t* codes() const { return codes_.data(); }
  const std::uint32_t* horizons() const { return horizons_.data(); }

 private:
  const Lanes& bit(BitIndex index);
  void evaluate(BitIndex index, Lanes& out);
  void evaluate_range(const BitNode& n, Lanes& out);
  void evaluate_before(const BitNode& n, Lanes& out);
  void evaluate_pair(const BitNode& n, Lanes& out);
  void evaluate_rows(const BitNode& n, Lanes& out);
  void evaluate_not(const BitNode& n, Lanes& out);
  void evaluate_and(const BitNode& n, std::uint8_t flip, Lanes& out);
  bool step(const PolicyProgram::Step& step);
  void settle_inexact();

  Buffer& buffer(const Lanes& out) {
    auto& slot = buffers_[static_cast<std::size_t>(&out - lanes_.data())];
    if (!slot) slot = std::make_unique<Buffer>();
    return *slot;
  }
  void finish(Summary summary, Lanes& out, const Buffer& from) const {
    out.mask = from.mask.data();
    out.any = summary.any;
    out.all = summary.all;
    out.until = summary.finite ? from.until.data() : nullptr;
  }
  std::size_t block() const { return first_ / FactColumns::kBlockRows; }
  std::size_t offset() const { return first_ % FactColumns::kBlockRows; }
  std::size_t lane_count() const { return std::min(kLanes, columns_.size() - first_); }

  const PolicyProgram& program_;
  const FactColumns& columns_;
  const UnixSeconds now_;
  std::size_t first_ = 0;
  std::uint32_t epoch_ = 0;
  bool any_inexact_ = false;
  std::vector<std::uint32_t> epochs_;
  std::vector<Lanes> lanes_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  alignas(64) std::array<std::uint8_t, kLanes> undecided_;
  alignas(64) std::array<std::uint8_t, kLanes> inexact_;
  alignas(64) std::array<std::uint32_t, kLanes> codes_;
  alignas(64) std::array<std::uint32_t, kLanes> horizons_;
};

const Lanes& BlockEvaluation::bit(BitIndex index) {
  Lanes& out = lanes_[index];
  if (epochs_[index] != epoch_) {
    out = {};
    evaluate(index, out);
    epochs_[index] = epoch_;
  }
  return out;
}

void BlockEvaluation::evaluate(BitIndex index, Lanes& out) {
  const BitNode& n = program_.graph.node(index);
  switch (n.op) {
    case BitOp::kFalse:
      return;
    case BitOp::kTrue:
      out.mask = kEveryLane.data();
      out.any = out.all = true;
      return;
    case BitOp::kRange:
      return evaluate_range(n, out);
    case BitOp::kBefore:
      return evaluate_before(n, out);
    case BitOp::kPair:
      return evaluate_pair(n, out);
    case BitOp::kClockAtLeast:
    case BitOp::kCalendar:
    case BitOp::kCompare:
    case BitOp::kInterpreted:
    case BitOp::kInterpretedError:
      return evaluate_rows(n, out);
    case BitOp::kNot:
      return evaluate_not(n, out);
    case BitOp::kAnd:
      return evaluate_and(n, 0, out);
    case BitOp::kOr:
      return evaluate_and(n, 0xFF, out);
  }
}

void BlockEvaluation::evaluate_range(const BitNode& n, Lanes& out) {
  Buffer& to = buffer(out);
  switch (fact_info(n.fact).width_bytes()) {
    case 4:
      return finish(
          kernels::range_lanes(columns_.instants(block(), n.fact).data() + offset(), n.low, n.high, to.mask.data()),
          out, to);
    case 2:
      return finish(
          kernels::range_lanes(columns_.dates(block(), n.fact).data() + offset(), static_cast<std::uint16_t>(n.low),
                               static_cast<std::uint16_t>(n.high), to.mask.data()),
          out, to);
    default:
      return finish(
          kernels::range_lanes(columns_.bytes(block(), n.fact).data() + offset(), static_cast<std::uint8_t>(n.low),
                               static_cast<std::uint8_t>(n.high), to.mask.data()),
          out, to);
  }
}

// now < x + seconds with x present: x >= low, where low = now - seconds + 1 and at least 1.
void BlockEvaluation::evaluate_before(const BitNode& n, Lanes& out) {
  if (fact_info(n.fact).kind != FactKind::kInstant) return evaluate_rows(n, out);
  const std::int64_t low = std::max<std::int64_t>(1, now_.value - n.seconds + 1);
  if (low > std::int64_t{kForever}) return;
  // Beyond the clock x + seconds is "for ever".
  const std::int64_t cap = std::min<std::int64_t>(kClockMax.value - n.seconds, kForever);
  Buffer& to = buffer(out);
  Summary summary;
  if (cap < low) {
    summary = kernels::range_lanes(columns_.instants(block(), n.fact).data() + offset(),
                                   static_cast<std::uint32_t>(low), kForever, to.mask.data());
  } else {
    summary = kernels::before_lanes(columns_.instants(block(), n.fact).data() + offset(),
                                    static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(cap),
                                    static_cast<std::uint32_t>(n.seconds), to.mask.data(), to.until.data());
  }
  finish(summary, out, to);
}

void BlockEvaluation::evaluate_pair(const BitNode& n, Lanes& out) {
  const std::size_t width = fact_info(n.fact).width_bytes();
  if (width != fact_info(n.other).width_bytes() || width == 2) return evaluate_rows(n, out);
  Buffer& to = buffer(out);
  if (width == 4) {
    finish(kernels::pair_lanes(columns_.instants(block(), n.fact).data() + offset(),
                               columns_.instants(block(), n.other).data() + offset(), n.seconds, to.mask.data()),
           out, to);
  } else {
    finish(kernels::pair_lanes(columns_.bytes(block(), n.fact).data() + offset(),
                               columns_.bytes(block(), n.other).data() + offset(), n.seconds, to.mask.data()),
           out, to);
  }
}

// What has no vector form.
void BlockEvaluation::evaluate_rows(const BitNode& n, Lanes& out) {
  if (n.op == BitOp::kClockAtLeast && now_.value >= n.seconds) {
    out.mask = kEveryLane.data();
    out.any = out.all = true;
    return;
  }
  Buffer& to = buffer(out);
  to.mask.fill(0);
  to.until.fill(kForever);
  to.inexact.fill(0);
  bool inexact = false;
  Summary summary{false, true, false};
  for (std::size_t i = 0; i < kLanes; ++i) {
    HeldBit held;
    const std::size_t row = first_ + i;
    if (i >= lane_count()) {
    } else if (n.op == BitOp::kInterpreted || n.op == BitOp::kInterpretedError) {
      if (undecided_[i] != 0)
        held =
            held_interpreted(program_.interpreted[n.left], n.op == BitOp::kInterpretedError, columns_.get(row), now_);
    } else {
      held = held_leaf(
          program_.graph, n, [&](FactId fact) { return columns_.get(row, fact); }, now_);
    }
    to.mask[i] = held.value ? 0xFF : 0;
    to.until[i] = held.until;
    to.inexact[i] = held.exact ? 0 : 0xFF;
    summary.any = summary.any || held.value;
    summary.all = summary.all && held.value;
    summary.finite = summary.finite || held.until != kForever;
    inexact = inexact || !held.exact;
  }
  finish(summary, out, to);
  if (inexact) out.inexact = to.inexact.data();
}

void BlockEvaluation::evaluate_not(const BitNode& n, Lanes& out) {
  const Lanes& a = bit(n.left);
  Buffer& to = buffer(out);
  out = a;
  const Summary summary = kernels::not_lanes(a.mask, to.mask.data());
  out.mask = to.mask.data();
  out.any = summary.any;
  out.all = summary.all;
}

void BlockEvaluation::evaluate_and(const BitNode& n, std::uint8_t flip, Lanes& out) {
  const bool decides = flip != 0;  // "or" is decided by true, "and" by false
  const Lanes& a = bit(n.left);
  if (a.always(decides)) {
    out = a;
    return;
  }
  const Lanes& b = bit(n.right);
  if (a.always(!decides) || b.always(decides)) {
    out = b;
    return;
  }
  if (b.always(!decides)) {
    out = a;
    return;
  }
  Buffer& to = buffer(out);
  if (a.until == nullptr && b.until == nullptr)
    return finish(kernels::and_lanes(a.mask, b.mask, flip, to.mask.data()), out, to);
  if (a.until == nullptr || b.until == nullptr) {
    const Lanes& clock = a.until == nullptr ? b : a;
    const Lanes& still = a.until == nullptr ? a : b;
    finish(kernels::and_lanes(clock.mask, clock.until, still.mask, flip, to.mask.data(), to.until.data()), out, to);
    if (out.until != nullptr) out.inexact = clock.inexact;
    return;
  }
  const Trend wanted = decides ? Trend::kFalling : Trend::kRising;
  finish(kernels::and_lanes({a.mask, a.until, program_.graph.node(n.left).trend == wanted},
                            {b.mask, b.until, program_.graph.node(n.right).trend == wanted}, flip, to.mask.data(),
                            to.until.data(), to.inexact.data()),
         out, to);
  if (out.until == nullptr) return;
  if (a.inexact != nullptr) kernels::or_into(a.inexact, to.inexact.data());
  if (b.inexact != nullptr) kernels::or_into(b.inexact, to.inexact.data());
  out.inexact = to.inexact.data();
}

// Returns whether any row is still undecided.
bool BlockEvaluation::step(const PolicyProgram::Step& step) {
  bool undecided = true;
  const Lanes& truthy = bit(step.condition.truthy);
  const Lanes& error = bit(step.condition.error);
  for (const Lanes* lanes : {&truthy, &error}) {
    if (lanes->until != nullptr) kernels::hold_lanes(lanes->until, undecided_.data(), horizons_.data());
    if (lanes->inexact == nullptr) continue;
    kernels::or_selected(lanes->inexact, undecided_.data(), inexact_.data());
    any_inexact_ = true;
  }
  if (truthy.any)
    undecided = kernels::decide_lanes(truthy.mask, std::bit_cast<std::uint32_t>(step.outcome), undecided_.data(),
                                      codes_.data());
  if (error.any)
    undecided = kernels::decide_lanes(error.mask, std::bit_cast<std::uint32_t>(failed(step.outcome)), undecided_.data(),
                                      codes_.data());
  return undecided;
}

void BlockEvaluation::settle_inexact() {
  for (std::size_t i = 0; i < lane_count(); ++i) {
    if (inexact_[i] == 0 || horizons_[i] == kForever) continue;
    const std::uint32_t horizon =
        exact_horizon(program_, columns_.get(first_ + i), std::bit_cast<Outcome>(codes_[i]), horizons_[i]);
    horizons_[i] = horizon == 0 ? kForever : horizon;
  }
}

void BlockEvaluation::run(std::size_t first) {
  first_ = first;
  ++epoch_;
  undecided_.fill(0xFF);
  codes_.fill(std::bit_cast<std::uint32_t>(program_.otherwise));
  horizons_.fill(program_.end());
  any_inexact_ = false;
  inexact_.fill(0);
  for (const PolicyProgram::Step& each : program_.steps) {
    if (!step(each)) break;
  }
  if (any_inexact_) settle_inexact();
  for (std::uint32_t& horizon : horizons_) horizon = horizon == kForever ? 0 : horizon;
}

}  // namespace

void recolour_blocks(const PolicyProgram& program, const FactColumns& columns, std::size_t begin, std::size_t end,
                     UnixSeconds now, std::span<Outcome> outcomes, std::span<std::uint32_t> horizons) {
  static_assert(sizeof(Outcome) == sizeof(std::uint32_t));
  if (!program.in_force(now)) {
    const HeldOutcome held = held_outcome(program, FactRow{}, now);
    std::fill(outcomes.begin(), outcomes.end(), held.outcome);
    std::fill(horizons.begin(), horizons.end(), held.until == kForever ? 0 : held.until);
    return;
  }
  const auto evaluation = std::make_unique<BlockEvaluation>(program, columns, now);
  for (std::size_t first = begin / kLanes * kLanes; first < end; first += kLanes) {
    evaluation->run(first);
    const std::size_t from = std::max(first, begin);
    const std::size_t count = std::min(first + kLanes, end) - from;
    std::memcpy(static_cast<void*>(outcomes.data() + (from - begin)), evaluation->codes() + (from - first),
                count * sizeof(Outcome));
    std::memcpy(horizons.data() + (from - begin), evaluation->horizons() + (from - first),
                count * sizeof(std::uint32_t));
  }
}

}  // namespace mingma::rules
