// mingma: one program for the operator, the command, institutions, residents, checkpoints and auditors.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "app/commands.h"

int main(int argc, char** argv) {
  int status = 0;
  CLI::App program(
      "Mingma 明码: a health code that can always say who turned it red.\n"
      "People sign evidence, published rules decide, the ledger remembers.",
      "mingma");
  program.set_version_flag("--version", MINGMA_VERSION);
  program.set_help_all_flag("--help-all", "help of every subcommand");
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  program.footer(
      "Exit status: 0 done; 1 something was found wrong (a finding, a refused code); 2 could not do it.\n"
      "Start with `mingma init --help`, or with ./run for a demonstration county.");

  mingma::app::add_init(program, status);
  mingma::app::add_serve(program, status);
  mingma::app::add_enrol(program, status);
  mingma::app::add_key(program, status);
  mingma::app::add_officer(program, status);
  mingma::app::add_holds(program, status);
  mingma::app::add_publish(program, status);
  mingma::app::add_ingest(program, status);
  mingma::app::add_policy(program, status);
  mingma::app::add_why(program, status);
  mingma::app::add_case(program, status);
  mingma::app::add_retention(program, status);
  mingma::app::add_code(program, status);
  mingma::app::add_exchange(program, status);
  mingma::app::add_ledger(program, status);
  mingma::app::add_grants(program, status);
  mingma::app::add_alarms(program, status);
  mingma::app::add_figures(program, status);
  mingma::app::add_who(program, status);
  mingma::app::add_negative(program, status);
  mingma::app::add_audit(program, status);
  mingma::app::add_simulate(program, status);
  mingma::app::add_bench(program, status);

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    const int code = program.exit(problem);
    return code == 0 ? 0 : 2;
  } catch (const std::exception& problem) {  // cannot start: one line, no stack of words
    std::fprintf(stderr, "error: %s\n", problem.what());
    return 2;
  }
  return status;
}
