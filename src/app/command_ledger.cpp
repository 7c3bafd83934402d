// mingma ledger: what anyone can do with a ledger, from a URL or a folder, trusting its keys only.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/errors.h"
#include "app/fetch.h"
#include "app/files.h"
#include "app/terminal.h"
#include "base/json.h"
#include "ledger/hash.h"
#include "ledger/tlog_proof.h"
#include "ledger/verifier.h"

namespace mingma::app {
namespace {

struct LedgerOptions {
  std::string location;
  std::string key;  // a vkey, or a file of vkeys
  std::string state;
  std::string out;
  std::string proof;
  std::string entry;
  std::uint64_t leaf = 0;
  bool json = false;
};

// `key` is a verifier key itself or a file with one a line. The right one is the one whose name is the log's origin.
Result<ledger::LogPolicy> read_policy(const LedgerOptions& options, std::string_view origin) {
  std::string text = options.key;
  if (std::filesystem::exists(options.key)) {
    MINGMA_TRY(text, read_file(options.key, 1u << 20));
  }
  ledger::LogPolicy policy;
  policy.origin = origin;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    at = end + 1;
    if (line.empty() || line.front() == '#') continue;
    MINGMA_TRY(ledger::NoteVerifier verifier, ledger::NoteVerifier::parse(line));
    if (verifier.name() == origin) policy.log_keys.push_back(std::move(verifier));
  }
  if (policy.log_keys.empty()) {
    return Error(errors::kInvalidArgument,
                 "no key in --key is named '" + std::string(origin) + "', the origin that this log's checkpoint states",
                 options.key);
  }
  return policy;
}

Result<std::string> origin_of(const ledger::FetchResource& fetch) {
  MINGMA_TRY(const Bytes note, fetch("checkpoint"));
  MINGMA_TRY(const ledger::Note parsed, ledger::parse_note(as_text(note)));
  MINGMA_TRY(ledger::Checkpoint checkpoint, ledger::parse_checkpoint(parsed.text));
  return checkpoint.origin;
}

void print_report(const ledger::LogReport& report, bool json) {
  const ledger::Checkpoint& checkpoint = report.opened.checkpoint;
  if (json) {
    Json out;
    out.set("verified", true);
    out.set("origin", checkpoint.origin);
    out.set("size", static_cast<std::int64_t>(checkpoint.head.size.value));
    out.set("root", base64_encode(checkpoint.head.root));
    out.set("entries_checked", static_cast<std::int64_t>(report.entries));
    out.set("resources_read", static_cast<std::int64_t>(report.tiles));
    out.set("witnesses", static_cast<std::int64_t>(report.opened.witnesses));
    std::printf("%s\n", out.to_string().c_str());
    return;
  }
  std::printf("verified    %s\nsize        %s leaves\nroot        %s\nchecked     %s entries, %s tiles and bundles\n",
              checkpoint.origin.c_str(), with_commas(checkpoint.head.size.value).c_str(),
              base64_encode(checkpoint.head.root).c_str(), with_commas(report.entries).c_str(),
              with_commas(report.tiles).c_str());
}

Result<void> verify(const LedgerOptions& options) {
  MINGMA_TRY(const ledger::FetchResource fetch, open_log(options.location));
  MINGMA_TRY(const std::string origin, origin_of(fetch));
  MINGMA_TRY(const ledger::LogPolicy policy, read_policy(options, origin));
  Progress progress("verify", 0, "entries");
  MINGMA_TRY(const ledger::LogReport report, ledger::verify_log(fetch, policy, [&](LeafIndex index, ByteView) {
               progress.set(index.value + 1);
               return Result<void>();
             }));
  progress.finish();
  print_report(report, options.json);
  return {};
}

// The state file is the last checkpoint that was verified, as it was signed: it is what proves a split view later.
Result<void> follow(const LedgerOptions& options) {
  MINGMA_TRY(const ledger::FetchResource fetch, open_log(options.location));
  MINGMA_TRY(const std::string origin, origin_of(fetch));
  MINGMA_TRY(const ledger::LogPolicy policy, read_policy(options, origin));
  Progress progress("follow", 0, "entries");
  const auto visit = [&](LeafIndex index, ByteView) {
    progress.set(index.value + 1);
    return Result<void>();
  };
  std::optional<ledger::LogReport> report;
  if (std::filesystem::exists(options.state)) {
    MINGMA_TRY(const std::string note, read_file(options.state, 1u << 20));
    MINGMA_TRY(const ledger::OpenedCheckpoint earlier, ledger::open_checkpoint(note, policy));
    MINGMA_TRY(report, ledger::verify_log_since(fetch, policy, earlier.checkpoint.head, visit));
  } else {
    MINGMA_TRY(report, ledger::verify_log(fetch, policy, visit));
  }
  progress.finish();
  MINGMA_CHECK(write_file(options.state, report->opened.note.to_string()));
  print_report(*report, options.json);
  return {};
}

Result<void> proof(const LedgerOptions& options) {
  MINGMA_TRY(const ledger::FetchResource fetch, open_log(options.location));
  MINGMA_TRY(const std::string origin, origin_of(fetch));
  MINGMA_TRY(const ledger::LogPolicy policy, read_policy(options, origin));
  MINGMA_TRY(const std::string text, ledger::fetch_tlog_proof(fetch, policy, LeafIndex{options.leaf}));
  if (options.out.empty()) {
    std::fputs(text.c_str(), stdout);
    return {};
  }
  MINGMA_CHECK(write_file(options.out, text));
  std::printf("proof of leaf %s written to %s\n", with_commas(options.leaf).c_str(), options.out.c_str());
  return {};
}

Result<void> check(const LedgerOptions& options) {
  MINGMA_TRY(const std::string text, read_file(options.proof, 1u << 20));
  MINGMA_TRY(const ledger::TlogProof parsed, ledger::parse_tlog_proof(text));
  MINGMA_TRY(const ledger::Note note, ledger::parse_note(parsed.checkpoint));
  MINGMA_TRY(const ledger::Checkpoint stated, ledger::parse_checkpoint(note.text));
  MINGMA_TRY(const ledger::LogPolicy policy, read_policy(options, stated.origin));
  MINGMA_TRY(const std::string entry, read_file(options.entry, 1u << 16));
  MINGMA_TRY(const ledger::OpenedCheckpoint opened,
             ledger::verify_tlog_proof(parsed, ledger::leaf_hash(as_bytes(entry)), policy));
  std::printf("proved      leaf %s is in %s, tree of %s leaves\n", with_commas(parsed.index.value).c_str(),
              opened.checkpoint.origin.c_str(), with_commas(opened.checkpoint.head.size.value).c_str());
  return {};
}

}  // namespace

void add_ledger(CLI::App& program, int& status) {
  const auto options = std::make_shared<LedgerOptions>();
  CLI::App* command =
      program.add_subcommand("ledger", "verify, follow and prove: needs the log's key and nothing else");
  command->require_subcommand(1);
  command->footer(
      "LOG is a URL (http://127.0.0.1:8641/ledger/1) or a folder with the same files.\n"
      "Examples:\n"
      "  mingma ledger verify http://127.0.0.1:8641/ledger/1 --key ledger-keys.txt\n"
      "  mingma ledger follow http://127.0.0.1:8641/ledger/1 --key ledger-keys.txt --state shard-1.checkpoint\n"
      "  mingma ledger proof http://127.0.0.1:8641/ledger/1 --key ledger-keys.txt --leaf 4711 --out 4711.tlog-proof\n"
      "  mingma ledger check 4711.tlog-proof --key ledger-keys.txt --entry leaf.bin");

  const auto run = [&status](Result<void> result) {
    if (result.ok()) return;
    print_error(result.error());
    const std::string_view code = result.error().code();
    status = code.substr(0, 7) == "ledger." && code != "ledger.no_such_tile" ? 1 : 2;
  };
  const auto common = [options](CLI::App* sub) {
    sub->add_option("log", options->location, "URL or folder")->required();
    sub->add_option("--key", options->key, "verifier key (C2SP vkey), or a file of them")->required();
  };
  CLI::App* sub = command->add_subcommand("verify", "hash every entry, compare every tile, check the signed root");
  common(sub);
  sub->add_flag("--json", options->json, "print JSON");
  sub->callback([options, run] { run(verify(*options)); });

  sub = command->add_subcommand("follow", "verify what was added since last time; finds a rewritten history");
  common(sub);
  sub->add_option("--state", options->state, "file that keeps the last verified checkpoint")->required();
  sub->add_flag("--json", options->json, "print JSON");
  sub->callback([options, run] { run(follow(*options)); });

  sub = command->add_subcommand("proof", "write one leaf's proof, to be checked offline for ever");
  common(sub);
  sub->add_option("--leaf", options->leaf, "leaf index, from 0")->required();
  sub->add_option("--out", options->out, "file; standard output without it");
  sub->callback([options, run] { run(proof(*options)); });

  sub = command->add_subcommand("check", "check a .tlog-proof against an entry, offline");
  sub->add_option("proof", options->proof, ".tlog-proof file")->required();
  sub->add_option("--entry", options->entry, "file with the leaf's bytes")->required();
  sub->add_option("--key", options->key, "verifier key (C2SP vkey), or a file of them")->required();
  sub->callback([options, run] { run(check(*options)); });
}

}  // namespace mingma::app
