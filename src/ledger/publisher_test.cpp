#include "ledger/publisher.h"

#include <gtest/gtest.h>

#include "ledger/testing/model.h"

namespace mingma::ledger {
namespace {

class PublisherTest : public ::testing::Test {
 protected:
  void append(std::size_t count) { testing::append_all(ledger_, store_, testing::random_entries(rng_, count)); }
  CheckpointPublisher open(std::optional<std::string> stored) {
    return CheckpointPublisher::open(ledger_, "log.example/1", key_, std::move(stored)).value();
  }
  std::string publish(CheckpointPublisher& publisher) {
    const auto prepared = publisher.prepare();
    MINGMA_ASSERT(prepared.ok() && prepared->has_value());
    publisher.published(**prepared);
    return (*prepared)->note;
  }

  SeededRng rng_{41};
  MemoryTileStore store_;
  Ledger ledger_ = Ledger::open(store_).value();
  crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
};

TEST_F(PublisherTest, SignsTheEmptyLogOnceAndThenOnlyWhatIsNew) {
  auto publisher = open(std::nullopt);
  const std::string first = publish(publisher);
  EXPECT_EQ(publisher.head(), (TreeHead{{0}, empty_root()}));
  EXPECT_FALSE(publisher.prepare()->has_value());
  append(1);
  const auto prepared = publisher.prepare().value();
  ASSERT_TRUE(prepared.has_value());
  EXPECT_EQ(prepared->expected, first);
  EXPECT_EQ(prepared->head, ledger_.head());
  EXPECT_EQ(publisher.current(), first) << "nothing is published before it is durable";
  publisher.published(*prepared);
  EXPECT_EQ(publisher.current(), prepared->note);
}

TEST_F(PublisherTest, EveryCheckpointIsSignedAndExtendsTheLastAcrossRestarts) {
  auto publisher = open(std::nullopt);
  TreeHead last{{0}, empty_root()};
  std::string note;
  NodeCache cache;
  for (int round = 0; round < 30; ++round) {
    append(1 + rng_.below(300));
    note = publish(publisher);
    const auto opened = open_checkpoint(note, {"log.example/1", {publisher.verifier()}, {}, 0});
    ASSERT_TRUE(opened.ok());
    const TreeHead head = opened->checkpoint.head;
    EXPECT_EQ(head, ledger_.head());
    auto view = TreeView::open(ledger_, cache, head.size).value();
    EXPECT_TRUE(verify_consistency(view.consistency_proof(last.size).value(), last, head).ok());
    last = head;
    if (round % 7 == 0) {
      ledger_ = Ledger::open(store_).value();
      publisher = open(note);
    }
  }
}

TEST_F(PublisherTest, AnEntryChangedInTheStoreIsNeverSigned) {
  append(400);
  auto publisher = open(std::nullopt);
  for (const char kind : {'b', 'f'}) {
    MemoryTileStore before = store_;
    for (auto& [key, value] : store_.values()) {
      if (key.front() == kind) value.back() ^= 1;
    }
    const auto prepared = publisher.prepare();
    ASSERT_FALSE(prepared.ok()) << kind;
    EXPECT_TRUE(prepared.error().is(errors::kLedgerBroken));
    store_ = before;
  }
  EXPECT_TRUE(publisher.prepare()->has_value()) << "whole again";
}

TEST_F(PublisherTest, ATileChangedInTheStoreIsFoundAtStart) {
  append(600);
  auto publisher = open(std::nullopt);
  const std::string note = publish(publisher);
  for (auto& [key, value] : store_.values()) {
    if (key.starts_with('h')) value.back() ^= 1;
  }
  ledger_ = Ledger::open(store_).value();
  const auto refused = CheckpointPublisher::open(ledger_, "log.example/1", key_, note);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kSplitView));
}

TEST_F(PublisherTest, ALedgerThatLostLeavesIsNotSignedOver) {
  append(10);
  auto publisher = open(std::nullopt);
  append(10);
  const std::string note = publish(publisher);
  MemoryTileStore lost;
  auto shorter = Ledger::open(lost).value();
  testing::append_all(shorter, lost, testing::random_entries(rng_, 10));
  EXPECT_TRUE(CheckpointPublisher::open(shorter, "log.example/1", key_, note).error().is(errors::kSplitView));
  testing::append_all(shorter, lost, testing::random_entries(rng_, 10));
  EXPECT_TRUE(CheckpointPublisher::open(shorter, "log.example/1", key_, note).error().is(errors::kSplitView))
      << "same size, other leaves";
}

TEST_F(PublisherTest, AStoredCheckpointOfAnotherLogOrKeyIsRefused) {
  auto publisher = open(std::nullopt);
  const std::string note = publish(publisher);
  EXPECT_TRUE(CheckpointPublisher::open(ledger_, "log.example/2", key_, note).error().is(errors::kWrongOrigin));
  auto other = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng_);
  EXPECT_TRUE(CheckpointPublisher::open(ledger_, "log.example/1", other, note).error().is(errors::kNotSigned));
  EXPECT_FALSE(CheckpointPublisher::open(ledger_, "a name", key_, std::nullopt).ok());
}

}  // namespace
}  // namespace mingma::ledger
