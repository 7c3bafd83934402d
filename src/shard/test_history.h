// A random history of a whole province, drawn from a seed: grants and delegations, revocations, policies with hands and
// brakes, area orders, officers and their keys, statements one by one and in batches, corrections, second hands, cases,
// look-ups and the clock. Every step goes to the machines and to the model (test_model.h), and what comes back is
// compared at once. Failures are gtest's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "shard/test_holds.h"
#include "shard/test_model.h"
#include "shard/test_officers.h"
#include "shard/test_province.h"

namespace mingma::shard::testing {

class ProvinceHistory {
 public:
  explicit ProvinceHistory(std::uint64_t seed, std::uint16_t data_shards = 1);

  void begin();
  // One step, compared. Stop at a fatal failure.
  void step();
  void compare();

  TestProvince& province() { return province_; }
  const Model& model() const { return model_; }
  // Everything that was drawn so far: documents, statements, approvals, case steps, look-ups, and steps of the clock.
  std::uint64_t events() const;
  // How often each kind of step was taken, and each outcome seen, for the test's own sanity.
  const std::map<std::string, std::uint64_t>& seen() const { return seen_; }

 private:
  struct Signature {
    std::size_t officer = 0;
    std::size_t key = 0;
    std::uint64_t number = 0;
  };
  struct Sent {
    std::uint32_t number = 0;
    StatementsCommand command;
    std::vector<Signature> hands;
  };

  void publish(SignedDocument document, const std::string& expected);
  void change_grants();
  void change_officers();
  void publish_policy();
  void prove_cities_again(std::size_t provincial);
  void publish_order();
  void submit();
  void submit_batch();
  void approve();
  void open_case();
  void reply();
  void decide_case();
  void case_step();
  void look_up();
  void ask_who_may();
  void tick();

  void add_officer(const std::string& id, const std::string& role);
  void replace_key(std::size_t officer, UnixSeconds from);
  Signature sign(std::size_t officer, const Digest& digest, Bytes& signature);
  std::uint16_t shard_of(std::uint32_t number) const {
    return static_cast<std::uint16_t>(1 + number % province_.data_shards());
  }
  TestShard& home_of(std::uint32_t number) { return province_.data(shard_of(number)); }
  std::uint32_t someone() { return static_cast<std::uint32_t>(rng_.below(kResidents)); }
  Statement draw_statement(std::uint32_t number);
  Sent draw_sent();
  std::vector<ModelHand> hands_of(const Sent& sent);
  ModelSaid said_of(const Sent& sent);
  std::size_t index_of(const std::string& officer) const;
  ModelCase* draw_case();
  void compare_cases();
  void note(const std::string& what) { ++seen_[what]; }

  static constexpr std::uint32_t kResidents = 12;

  SeededRng rng_;
  TestProvince province_;
  Model model_;
  UnixSeconds now_ = kStart;
  std::vector<std::string> homes_;
  std::vector<ModelOfficer> officers_;
  std::vector<std::vector<std::unique_ptr<TestOfficer>>> keys_;  // by officer, beside ModelOfficer::keys
  std::vector<SignedDocument> policies_;                         // beside model_.policies
  std::vector<Sent> sent_;
  std::map<std::string, std::uint32_t> look_ups_;
  std::map<std::string, std::uint64_t> seen_;
  std::uint64_t clock_steps_ = 0;
  int documents_ = 0;
  bool enforce_ = false;  // the next policy is the province's, at once, with hands and brakes
  int batches_ = 0;
};

}  // namespace mingma::shard::testing
