// Showing the code: one look-up and at most one signature.
//
// A credential that is not near its expiry, of a decision that has not changed, is handed out again as it is; all bytes
// of the answer are kept. What a new credential needs of the person (name mask, last digits, its key) is kept too,
// so that after a resident's first display nothing is read from the store; that first one reads three small rows of the
// shard's.
//
// Expiry: a phone's credential lives 15 minutes and does not outlive the decision's horizon (but 30 seconds at least,
// for the clock event to pass). It is replaced after two thirds of its life. Paper is issued by the family desk, as an
// event; here it is printed. Threading: belongs to the shard's executor. Errors: kNotRegistered, kUnknownDevice,
// kNoColour, kKeyDestroyed. Memory: at most `cards_max` people (about 0.4 KiB) and `codes_max` answers (about 1.5 KiB).
#pragma once

#include <memory>
#include <string>

#include "base/rng.h"
#include "code/credential.h"
#include "crypto/signature.h"
#include "service/lru.h"
#include "service/shard_runtime.h"
#include "service/types.h"
#include "shard/family.h"

namespace mingma::service {

inline constexpr std::int64_t kPhoneCodeSeconds = 15 * 60;
inline constexpr std::int64_t kShortestCodeSeconds = 30;

using DeviceId = std::array<std::uint8_t, 16>;
DeviceId device_id(ByteView public_key);  // SEC1 uncompressed

class CodeDesk final {
 public:
  struct Limits {
    std::size_t cards_max = 200'000;
    std::size_t codes_max = 200'000;
  };

  CodeDesk(ShardRuntime& shard, crypto::SigningKey key, std::string issuer, Rng& rng, const Limits& limits);

  Result<std::shared_ptr<const ShownCode>> show(const CodeRequest& request);
  // A phone enrolled for its owner, to show a dependant's code on. kNotRegistered, kUnknownDevice.
  struct Phone {
    DeviceId id{};
    code::HolderKey key;
  };
  Result<Phone> phone(const ResidentId& owner, std::string_view device);
  // The code of `resident`, bound to another's phone; ends by `until` at the latest. Who may is asked before.
  Result<std::shared_ptr<const ShownCode>> show_on(const ResidentId& resident, const Phone& phone, UnixSeconds until);
  // What the QR code of a sheet holds: the same claims each time it is printed. The sheet must be valid.
  Result<std::string> print(const shard::StoredPaper& paper);
  // The newest valid sheet as an answer; kNoSuchThing when there is none.
  Result<std::shared_ptr<const ShownCode>> show_paper(const ResidentId& resident);
  struct Label {
    std::string name_mask;
    std::string document_digits;
  };
  Result<Label> label(const ResidentId& resident);

  // A device was added, a key destroyed: what is kept of this resident is read again.
  void forget(const ResidentId& resident);
  void forget_all();

  struct Counters {
    std::atomic<std::uint64_t> shown{0}, signed_new{0};
  };
  const Counters& counters() const { return counters_; }

 private:
  struct Device {
    DeviceId id;
    code::HolderKey key;
  };
  struct Card {
    std::string name_mask;
    std::string document_digits;
    std::vector<Device> devices;
  };
  struct CodeKey {
    std::uint32_t row = 0;
    DeviceId device{};
    bool operator==(const CodeKey&) const = default;
  };
  struct CodeKeyHash {
    std::size_t operator()(const CodeKey& key) const;
  };
  struct Kept {
    std::uint32_t version = 0;
    UnixSeconds horizon{};  // may move without a new version
    std::shared_ptr<const ShownCode> code;
  };

  Result<Card*> card(const ResidentId& resident);
  Result<const Device*> device(const ResidentId& resident, Card& card, const DeviceId& id) const;
  Result<Card> read_card(const ResidentId& resident);
  Result<std::shared_ptr<const ShownCode>> show(const ResidentId& resident, const DeviceId& device_id,
                                                const code::HolderKey* key, UnixSeconds until);
  Result<std::shared_ptr<const ShownCode>> issue(const shard::Row& row, const Card& card, const code::HolderKey& holder,
                                                 UnixSeconds now, UnixSeconds until);
  Result<std::shared_ptr<const ShownCode>> print_sheet(const shard::StoredPaper& paper);
  code::Claims claims_of(const shard::Row& row, const Card& card) const;

  ShardRuntime& shard_;
  crypto::SigningKey key_;
  code::CredentialIssuer issuer_;
  std::string issuer_name_;
  Rng& rng_;
  Lru<ResidentId, Card, std::hash<ResidentId>> cards_;
  Lru<CodeKey, Kept, CodeKeyHash> codes_;
  Counters counters_;
};

}  // namespace mingma::service
