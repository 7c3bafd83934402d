// mingma code: what a phone, a printer and a door do, without a phone, a printer or a door.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>

#include "app/command_code_paper.h"
#include "app/commands.h"
#include "app/errors.h"
#include "app/files.h"
#include "app/qr.h"
#include "app/system_clock.h"
#include "app/terminal.h"
#include "base/json.h"
#include "code/door.h"
#include "code/presentation.h"

namespace mingma::app {
namespace {

struct CodeOptions {
  std::string credential;
  std::string phone_key;
  std::string png;
  std::string trust_pack;
  std::string pack_key;
  std::string text;
  std::string at;
  bool no_picture = false;
  bool json = false;
};

Result<UnixSeconds> when(const CodeOptions& options) {
  if (options.at.empty()) return SystemClock().now();
  return parse_instant(options.at);
}

Result<void> show(const CodeOptions& options) {
  MINGMA_TRY(const std::string credential, read_file(options.credential, 1u << 16));
  MINGMA_TRY(const UnixSeconds now, when(options));
  std::string text;
  if (options.phone_key.empty()) {
    text = code::print_on_paper(as_bytes(credential));
  } else {
    MINGMA_TRY(const std::string pem, read_file(options.phone_key, 1u << 16));
    MINGMA_TRY(crypto::SigningKey phone, crypto::SigningKey::from_pem(pem));
    if (phone.algorithm() != crypto::SignatureAlgorithm::kEs256) {
      return Error(errors::kInvalidArgument, "a phone's key is ES256: mingma key new phone.pem --algorithm es256",
                   options.phone_key);
    }
    text = code::show_on_phone(as_bytes(credential), now, phone);
  }
  MINGMA_TRY(const QrMatrix matrix, make_qr(text));
  if (!options.png.empty()) MINGMA_CHECK(write_qr_png(matrix, 6, options.png));
  if (!options.no_picture) std::fputs(qr_for_terminal(matrix).c_str(), stdout);
  std::printf("%s\n", text.c_str());
  return {};
}

Result<int> verify(const CodeOptions& options) {
  MINGMA_TRY(const std::string pem, read_file(options.pack_key, 1u << 16));
  MINGMA_TRY(const crypto::VerifyingKey pack_key, crypto::VerifyingKey::from_pem(pem));
  MINGMA_TRY(const std::string file, read_file(options.trust_pack, code::kPackBytesMax));
  MINGMA_TRY(const code::OpenedPack pack, code::open_trust_pack(as_bytes(file), pack_key, std::nullopt));
  MINGMA_TRY(const UnixSeconds now, when(options));
  std::string text = options.text;
  if (text.empty()) {  // hand scanners type a line
    std::getline(std::cin, text);
    if (!text.empty() && text.back() == '\r') text.pop_back();
  }
  const code::DoorCheck check = code::check_at_door(text, pack.pack, now);
  const code::VerdictWording& words = code::wording(check.verdict);
  if (options.json) {
    Json out;
    out.set("verdict", words.name);
    out.set("zh", words.zh);
    out.set("en", words.en);
    out.set("action_zh", words.action_zh);
    out.set("action_en", words.action_en);
    if (check.claims) {
      out.set("name_mask", check.claims->name_mask);
      out.set("document_digits", check.claims->document_digits);
      out.set("rule", check.claims->rule);
      out.set("policy", hex_encode(check.claims->policy));
      out.set("shard", static_cast<std::int64_t>(check.claims->shard.value));
      out.set("leaf", static_cast<std::int64_t>(check.claims->leaf.value));
      out.set("expires_at", check.claims->expires_at.to_string());
      out.set("paper", check.claims->is_paper());
    }
    std::printf("%s\n", out.to_string().c_str());
  } else {
    std::printf("%s  %s\n%s\n%s\n", std::string(words.zh).c_str(), std::string(words.en).c_str(),
                std::string(words.action_zh).c_str(), std::string(words.action_en).c_str());
    if (check.claims) {
      std::printf("match       %s  %s\nrule        %s%s%s\nleaf        shard %u, %s\nuntil       %s\n",
                  check.claims->name_mask.c_str(), check.claims->document_digits.c_str(), check.claims->rule.c_str(),
                  check.policy ? " of " : "", check.policy ? check.policy->title_en.c_str() : "",
                  static_cast<unsigned>(check.claims->shard.value), with_commas(check.claims->leaf.value).c_str(),
                  check.claims->expires_at.to_local_string().c_str());
    }
  }
  return check.verdict == code::Verdict::kGreen ? 0 : 1;
}

}  // namespace

void add_code(CLI::App& program, int& status) {
  const auto options = std::make_shared<CodeOptions>();
  CLI::App* command = program.add_subcommand("code", "show a code as a phone or paper does; verify one as a door does");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  mingma code show --credential me.cbor --phone-key phone.pem --png code.png\n"
      "  mingma code paper --document 41990319800131001X --png sheet.png\n"
      "  mingma code verify --trust-pack pack.bin --pack-key pack.pem.pub --text 'MM1:...'\n"
      "  hand-scanner | mingma code verify --trust-pack pack.bin --pack-key pack.pem.pub --json");

  CLI::App* sub = command->add_subcommand("show", "print the text and the QR code of a credential");
  sub->add_option("--credential", options->credential, "credential file (COSE_Sign1)")->required();
  sub->add_option("--phone-key", options->phone_key, "the phone's secret key; without it: the paper form");
  sub->add_option("--png", options->png, "write the picture to this file");
  sub->add_option("--at", options->at, "pretend it is this instant, e.g. 2022-11-11T08:00:00+08:00");
  sub->add_flag("--no-picture", options->no_picture, "print the text only");
  sub->callback([options, &status] {
    if (const auto result = show(*options); !result.ok()) {
      print_error(result.error());
      status = 2;
    }
  });

  add_code_paper(*command, status);
  sub = command->add_subcommand("verify", "offline verdict; exit status 0 green, 1 anything else, 2 could not check");
  sub->add_option("--trust-pack", options->trust_pack, "trust pack file (GET /v1/trust-pack)")->required();
  sub->add_option("--pack-key", options->pack_key, "public key of the pack, PEM")->required();
  sub->add_option("--text", options->text, "scanned text; without it a line of standard input");
  sub->add_option("--at", options->at, "pretend it is this instant");
  sub->add_flag("--json", options->json, "print JSON");
  sub->callback([options, &status] {
    const auto result = verify(*options);
    if (!result.ok()) print_error(result.error());
    status = result.ok() ? *result : 2;
  });
}

}  // namespace mingma::app
