// Who did it and who did not, as bundles that are verified with the ledgers' keys alone; and forgeries of them.
#include "service/bundle.h"

#include <chrono>
#include <fstream>
#include <sstream>

#include "service/errors.h"
#include "service/service_test_support.h"
#include "shard/test_officers.h"

namespace mingma::service {
namespace {

using testing::Disk;
using testing::kNow;
using testing::TestProvince;

class Bundles : public ::testing::Test {
 protected:
  Bundles() : province_(disk_) {
    publish_institution("AUD-01", "auditor");
    publish_institution("CDC-02", "cdc");
    someone_ = province_.register_someone(3);
    const std::string finding = TestProvince::contact_finding(someone_, "CF-1", kNow.plus(-kSecondsPerDay));
    const auto outcome =
        province_.wait(province_.api().submit_statement(province_.sign_by(testing::kCdc, "statement", finding)));
    EXPECT_TRUE(outcome.ok() && outcome->outcome == StatementOutcomeCode::kAccepted);
    province_.settle();
    std::istringstream lines(province_.api().ledger_keys());
    for (std::string line; std::getline(lines, line);) keys_.push_back(*ledger::NoteVerifier::parse(line));
  }

  void publish_institution(std::string_view id, std::string_view klass) {
    const auto signer = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519);
    province_.publish(province_.sign_by_roots(
        "institution", R"({"type":"institution","id":")" + std::string(id) + R"(","class":")" + std::string(klass) +
                           R"(","name":{"zh":"机构","en":")" + std::string(id) +
                           R"("},"phone":"0371-2","division":"41","keys":[{"key":")" +
                           base64_encode(signer.verifying_key().spki_der()) +
                           R"(","from":"2022-01-01T00:00:00Z"}],"issued_at":"2022-11-01T00:00:00Z"})"));
    province_.settle();
  }

  Result<std::string> who(std::string caller = "AUD-01", std::uint32_t version = 0) {
    DossierRequest request;
    request.caller = {std::move(caller), "auditor-key"};
    request.resident = someone_.resident;
    request.version = version;
    request.purpose = "case 1";
    return province_.wait(province_.api().who(std::move(request)));
  }
  Result<std::string> negative(std::string accused, bool chain_only = false) {
    DossierRequest request;
    request.caller = {"AUD-01", "auditor-key"};
    request.person = someone_.person;
    request.accused = std::move(accused);
    request.chain_only = chain_only;
    request.purpose = "case 1";
    return province_.wait(province_.api().negative(std::move(request)));
  }

  Disk disk_;
  TestProvince province_;
  TestProvince::Someone someone_;
  std::vector<ledger::NoteVerifier> keys_;
};

TEST_F(Bundles, WhoNamesTheHandsAndVerifiesOffline) {
  const auto begin = std::chrono::steady_clock::now();
  const Result<std::string> bundle = who();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ASSERT_TRUE(bundle.ok()) << bundle.error().to_string();
  EXPECT_LT(seconds, 5.0);
  const Result<CheckedBundle> checked = check_bundle(*bundle, keys_);
  ASSERT_TRUE(checked.ok()) << checked.error().to_string();
  EXPECT_EQ(checked->question, "who");
  EXPECT_EQ(checked->resident, someone_.resident);
  EXPECT_EQ(checked->version().record.colour, rules::Colour::kRed);
  EXPECT_EQ(checked->version().record.rule, "A4");
  EXPECT_EQ(checked->version().caused_by, testing::kCdc);
  for (const CheckedVersion& version : checked->versions) EXPECT_TRUE(version.derived) << version.record.version;
  ASSERT_EQ(checked->statements.size(), 1u);
  const CheckedStatement& statement = checked->statements.front();
  EXPECT_TRUE(statement.deciding);
  EXPECT_EQ(statement.proved_by, "document");
  EXPECT_EQ(statement.statement.source_record, "CF-1");
  ASSERT_FALSE(statement.mandates.empty());
  EXPECT_EQ(statement.mandates.front().back().grantor.id, "root");
  EXPECT_EQ(checked->policy_signers.size(), 2u);
  const Json words = to_json(*checked);
  EXPECT_NE(words.find("conclusion")->find("zh")->string().find("红"), std::string::npos);
}

TEST_F(Bundles, WhoShowsTheSignedLineOfASubmission) {
  std::string lines;
  for (std::uint32_t i = 0; i < 40; ++i) province_.county.append_test_line(i, 0, lines);
  ASSERT_TRUE(province_.submit("5f0b3f5e-3f0a-4a2e-9f52-0a1b2c3d4e5f", lines).ok());
  province_.settle();
  const Result<std::string> bundle = who();
  ASSERT_TRUE(bundle.ok()) << bundle.error().to_string();
  const Result<CheckedBundle> checked = check_bundle(*bundle, keys_);
  ASSERT_TRUE(checked.ok()) << checked.error().to_string();
  ASSERT_EQ(checked->statements.size(), 2u);
  const CheckedStatement& test = checked->statements.back();
  EXPECT_EQ(test.institution.id, testing::kLab);
  EXPECT_EQ(test.proved_by, "line");
  EXPECT_FALSE(test.deciding);
  // The laboratory signed something about this resident, and it made no difference.
  const Result<std::string> not_lab = negative(std::string(testing::kLab));
  ASSERT_TRUE(not_lab.ok()) << not_lab.error().to_string();
  const Result<CheckedBundle> not_lab_checked = check_bundle(*not_lab, keys_);
  ASSERT_TRUE(not_lab_checked.ok()) << not_lab_checked.error().to_string();
  EXPECT_EQ(not_lab_checked->claim, "not_deciding");
}

// An officer of the CDC enters a finding with a passkey, another approves it with a key file.
class BundlesOfOfficers : public Bundles {
 protected:
  using TestOfficer = shard::testing::TestOfficer;

  BundlesOfOfficers() {
    std::ifstream file(std::string(MINGMA_SOURCE_DIR) + "/policies/henan-demo.json");
    std::stringstream text;
    text << file.rdbuf();
    Json policy = parse_json(text.str()).value();
    policy.set("version", "1.0.1");
    Json rules = *policy.find("rules");
    for (Json& rule : rules.array()) rule.set("hands", Json::Array{"executed", "approved"});
    policy.set("rules", std::move(rules));
    policy.set(
        "enforcement",
        Json(Json::Object{{"hands", true}, {"brakes", false}, {"approved_by_other_institution", Json::Array{}}}));
    province_.publish(province_.sign_by_roots("policy", policy.to_string()));
    for (TestOfficer* officer : {&entering_, &approving_}) {
      SignedDocument enrolment =
          province_.sign_by(testing::kCdc, "officer",
                            officer->document(kNow.plus(-3'600), Json::Array{officer->key_json(kNow.plus(-3'600))}));
      sign(enrolment, *officer);
      province_.publish(std::move(enrolment));
    }
    province_.settle();
    someone_ = province_.register_someone(7);
    SignedDocument finding =
        unsigned_document("statement", TestProvince::contact_finding(someone_, "CF-7", kNow.plus(-kSecondsPerDay)));
    sign(finding, entering_);
    const auto outcome = province_.wait(province_.api().submit_statement(std::move(finding)));
    EXPECT_TRUE(outcome.ok() && outcome->outcome == StatementOutcomeCode::kHeld)
        << (outcome.ok() ? outcome->code : outcome.error().to_string());
    province_.settle();
    Json approval;
    approval.set("type", "approval");
    approval.set("decision", "approve");
    approval.set("officer", approving_.id());
    approval.set("statements", Json::Array{hex_encode(outcome->statement)});
    approval.set("signed_at", province_.clock().now().to_string());
    SignedDocument approved = unsigned_document("approval", approval.to_string());
    sign(approved, approving_);
    const auto done = province_.wait(province_.api().approve(std::move(approved)));
    EXPECT_TRUE(done.ok()) << done.error().to_string();
    province_.settle();
  }

  static SignedDocument unsigned_document(std::string type, std::string bytes) {
    SignedDocument out;
    out.type = std::move(type);
    out.document = std::move(bytes);
    return out;
  }
  static void sign(SignedDocument& document, TestOfficer& officer) {
    document.signatures.push_back(
        {officer.key_id(), officer.sign(shard::document_digest(document.type, document.document))});
  }

  SeededRng officers_rng_{7};
  TestOfficer entering_{"CDC-01/zhang", "executing", shard::OfficerKeyKind::kPasskey, officers_rng_};
  TestOfficer approving_{"CDC-01/li", "approving", shard::OfficerKeyKind::kKey, officers_rng_};
};

TEST_F(BundlesOfOfficers, WhoNamesWhoEnteredItAndWhoApprovedIt) {
  const Result<std::string> bundle = who();
  ASSERT_TRUE(bundle.ok()) << bundle.error().to_string();
  const Result<CheckedBundle> checked = check_bundle(*bundle, keys_);
  ASSERT_TRUE(checked.ok()) << checked.error().to_string();
  EXPECT_EQ(checked->version().record.colour, rules::Colour::kRed);
  EXPECT_EQ(checked->version().caused_by, testing::kCdc);
  ASSERT_EQ(checked->statements.size(), 1u);
  const CheckedStatement& statement = checked->statements.front();
  EXPECT_TRUE(statement.deciding);
  EXPECT_EQ(statement.proved_by, "officer");
  ASSERT_EQ(statement.hands.size(), 2u);
  EXPECT_EQ(statement.hands[0].officer, entering_.id());
  EXPECT_EQ(statement.hands[0].hand, shard::kHandExecuted);
  EXPECT_FALSE(statement.hands[0].later);
  EXPECT_EQ(statement.hands[1].officer, approving_.id());
  EXPECT_EQ(statement.hands[1].hand, shard::kHandApproved);
  EXPECT_TRUE(statement.hands[1].later);
  const std::string words = to_json(*checked).to_string();
  EXPECT_NE(words.find("approved by Somebody, CDC-01/li"), std::string::npos) << words;
  // Before the approval the finding counted for nothing.
  const Result<std::string> before = who("AUD-01", 1);
  ASSERT_TRUE(before.ok()) << before.error().to_string();
  const Result<CheckedBundle> green = check_bundle(*before, keys_);
  ASSERT_TRUE(green.ok()) << green.error().to_string();
  EXPECT_EQ(green->version().record.colour, rules::Colour::kGreen);
  EXPECT_FALSE(green->statements.front().counted);
}

// Signed material may have been destroyed; then the leaf's tag still names the institution, and nobody else is named.
TEST_F(BundlesOfOfficers, WithoutTheSignedDocumentNoOfficerAndNoKeyIsNamed) {
  Json json = parse_json(who().value()).value();
  Json statements = *json.find("statements");
  Json& statement = statements.array().front();
  statement.set("authority", Json(Json::Object{{"kind", "officer"}, {"key", std::string(approving_.key_id())}}));
  json.set("statements", std::move(statements));
  const Result<CheckedBundle> checked = check_bundle(json.to_string(), keys_);
  ASSERT_TRUE(checked.ok()) << checked.error().to_string();
  const CheckedStatement& one = checked->statements.front();
  EXPECT_EQ(one.proved_by, "destroyed");
  EXPECT_EQ(one.hands.front().institution, testing::kCdc);
  EXPECT_EQ(one.hands.front().officer, "");
  EXPECT_EQ(one.hands.front().key_id, "");
}

TEST_F(BundlesOfOfficers, AHandThatIsBentSwappedOrInventedIsRefused) {
  const Result<std::string> bundle = who();
  ASSERT_TRUE(bundle.ok()) << bundle.error().to_string();
  const auto refused = [&](const char* what, const std::function<void(Json & statement)>& bend) {
    Json json = parse_json(*bundle).value();
    Json statements = *json.find("statements");
    bend(statements.array().front());
    json.set("statements", std::move(statements));
    const Result<CheckedBundle> checked = check_bundle(json.to_string(), keys_);
    ASSERT_FALSE(checked.ok()) << what;
    EXPECT_TRUE(checked.error().is(errors::kBundleRefused)) << what << ": " << checked.error().to_string();
  };
  const auto bent = [](const std::string& base64) {
    Bytes bytes = base64_decode(base64).value();
    bytes[bytes.size() / 2] ^= 1;
    return base64_encode(bytes);
  };
  const auto change = [](Json& statement, const char* part, const std::function<void(Json&)>& edit) {
    Json inner = *statement.find(part);
    edit(inner);
    statement.set(part, std::move(inner));
  };
  refused("the entering signature", [&](Json& one) {
    change(one, "authority", [&](Json& it) { it.set("signature", bent(it.find("signature")->string())); });
  });
  refused("the approving signature", [&](Json& one) {
    change(one, "approval", [&](Json& it) { it.set("signature", bent(it.find("signature")->string())); });
  });
  refused("another officer's key", [&](Json& one) {
    change(one, "approval", [&](Json& it) { it.set("key", std::string(entering_.key_id())); });
  });
  refused("another hand", [&](Json& one) { change(one, "approval", [](Json& it) { it.set("hand", 1); }); });
  refused("an approval of another moment", [&](Json& one) {
    change(one, "approval", [](Json& it) { it.set("sequence", it.find("sequence")->integer() + 1); });
  });
  refused("an institution's own signature",
          [&](Json& one) { change(one, "authority", [](Json& it) { it.set("kind", "document"); }); });
  refused("no approval", [](Json& one) { one.set("approval", Json()); });
  refused("no signature at all",
          [&](Json& one) { change(one, "authority", [](Json& it) { it.set("kind", "session"); }); });
}

TEST_F(Bundles, OnlyOverseersMayAsk) {
  const Result<std::string> refused = who("CDC-02");
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kForbidden));
}

TEST_F(Bundles, AnInstitutionThatDidNotDoItGetsItsProofAndTheOneThatDidDoesNot) {
  for (const std::string& id : {std::string(testing::kLab), std::string("CDC-02")}) {
    const Result<std::string> bundle = negative(id);
    ASSERT_TRUE(bundle.ok()) << bundle.error().to_string();
    const Result<CheckedBundle> checked = check_bundle(*bundle, keys_);
    ASSERT_TRUE(checked.ok()) << checked.error().to_string();
    EXPECT_EQ(checked->claim, "none");
    EXPECT_EQ(checked->accused, id);
    const Result<std::string> brief = negative(id, true);
    ASSERT_TRUE(brief.ok());
    EXPECT_EQ(brief->find("CF-1"), std::string::npos);
    const Result<CheckedBundle> brief_checked = check_bundle(*brief, keys_);
    ASSERT_TRUE(brief_checked.ok()) << brief_checked.error().to_string();
    EXPECT_EQ(brief_checked->claim, "not_attributed");
  }
  const Result<std::string> refused = negative(std::string(testing::kCdc));
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().is(errors::kItDid));
}

TEST_F(Bundles, ABundleThatAccusesTheWrongOneIsRefused) {
  Json bundle = *parse_json(*negative("CDC-02"));
  Json accused = *bundle.find("accused");
  accused.set("id", std::string(testing::kCdc));
  bundle.set("accused", accused);
  const auto checked = check_bundle(bundle.to_string(), keys_);
  ASSERT_FALSE(checked.ok());
  EXPECT_TRUE(checked.error().is(errors::kBundleRefused));
}

// Every forgery that a dishonest operator could try on the file is refused with its place.
TEST_F(Bundles, ForgeriesAreRefused) {
  const std::string honest = *who();
  ASSERT_TRUE(check_bundle(honest, keys_).ok());
  const auto refused = [&](const std::function<void(Json&)>& forge) {
    Json json = *parse_json(honest);
    forge(json);
    const auto checked = check_bundle(json.to_string(), keys_);
    return !checked.ok() && checked.error().is(errors::kBundleRefused);
  };
  const auto member = [](Json& json, std::string_view name) -> Json& {
    for (auto& [key, value] : json.object()) {
      if (key == name) return value;
    }
    throw std::runtime_error("no such member");
  };
  const auto flip = [](Json& text) {
    std::string changed = text.string();
    changed[4] = changed[4] == 'A' ? 'B' : 'A';
    text = Json(changed);
  };
  // A statement left out; the chain cut at its beginning; versions in another order.
  EXPECT_TRUE(refused([&](Json& json) { member(json, "statements").array().clear(); }));
  EXPECT_TRUE(refused([&](Json& json) {
    Json::Array& chain = member(json, "chain").array();
    chain.erase(chain.begin());
  }));
  EXPECT_TRUE(refused([&](Json& json) {
    Json::Array& chain = member(json, "chain").array();
    std::swap(chain.front(), chain.back());
  }));
  // Another record, opening, entry, proof or key.
  for (const char* part : {"record", "opening", "entry", "commitment_key"}) {
    EXPECT_TRUE(refused([&](Json& json) { flip(member(member(member(json, "chain").array()[0], "leaf"), part)); }))
        << part;
    EXPECT_TRUE(refused([&](Json& json) { flip(member(member(member(json, "statements").array()[0], "leaf"), part)); }))
        << part;
  }
  EXPECT_TRUE(refused(
      [&](Json& json) { flip(member(member(member(json, "statements").array()[0], "authority"), "signature")); }));
  // The rules, the grant, or another pseudonym.
  EXPECT_TRUE(refused([&](Json& json) { member(json, "documents").array().pop_back(); }));
  EXPECT_TRUE(refused([&](Json& json) { flip(member(member(json, "documents").array()[1], "document")); }));
  EXPECT_TRUE(refused([&](Json& json) { member(json, "resident") = Json(std::string(32, '0')); }));
  // And nobody's key, nobody's trust.
  EXPECT_FALSE(check_bundle(honest, {}).ok());
}

}  // namespace
}  // namespace mingma::service
